"""How the API says no: problem+json with a stable code, in the reader's language, with a version on every answer."""

import logging
import sqlite3
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from tests.people import House

BASE = "/api/v1/assessments"


def is_problem(answer: object, status: int, code: str) -> bool:
    problem = answer.json()  # type: ignore[attr-defined]
    assert answer.headers["content-type"] == "application/problem+json"  # type: ignore[attr-defined]
    assert answer.headers["api-version"] == "1.0.0"  # type: ignore[attr-defined]
    assert set(problem) >= {"type", "title", "status", "detail", "code"}
    assert problem["status"] == answer.status_code  # type: ignore[attr-defined]
    assert problem["type"].endswith(code)
    return (problem["status"], problem["code"]) == (status, code)


def test_without_a_key_401_that_says_how(anyone: TestClient) -> None:
    answer = anyone.get(BASE)
    assert is_problem(answer, 401, "not_signed_in")
    assert "Authorization: Bearer" in answer.json()["detail"]
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("header", ["Bearer onzin", "Bearer ", "Basic abc", "onzin", "Bearer \xe9"])
def test_a_key_that_is_none_is_401(client: Callable[..., TestClient], header: str) -> None:
    answer = client().get(BASE, headers={"authorization": header.encode("latin-1")})
    assert is_problem(answer, 401, "not_signed_in")


def test_a_key_that_was_replaced_stops_working(client: Callable[..., TestClient], house: House) -> None:
    before = client(house.key("read"))
    after = client(house.key("read"))
    assert before.get(BASE).status_code == 401
    assert after.get(BASE).status_code == 200


def test_a_key_for_reading_may_not_write(client: Callable[..., TestClient], house: House) -> None:
    made = house.draft()
    reading = client(house.key("read"))
    tries = (
        reading.post(BASE, json={"constellation": "x", "instrument": "driehoek"}),
        reading.patch(f"{BASE}/{made.id}", json={"title": "x"}),
        reading.put(f"{BASE}/{made.id}/status", json={"status": "open"}),
        reading.post(f"{BASE}/{made.id}/invitations", json={"people": []}),
        reading.delete(f"{BASE}/{made.id}/invitations/x"),
    )
    assert all(is_problem(answer, 403, "not_allowed") for answer in tries)
    assert {answer.json()["detail"].partition(".")[0] for answer in tries} == {"Deze sleutel mag alleen lezen"}
    assert house.again(made) == made


def test_anothers_assessment_does_not_exist(client: Callable[..., TestClient], house: House) -> None:
    made = house.draft()
    stranger = client(house.key(of_stranger=True))
    mine, none = stranger.get(f"{BASE}/{made.id}"), stranger.get(f"{BASE}/verzonnen")
    assert is_problem(mine, 404, "not_found")
    assert mine.json() == none.json()


def test_a_signed_in_member_may_read_and_not_write_without_a_key(member: object, house: House) -> None:
    made = house.draft()
    client = member.client  # type: ignore[attr-defined]
    assert client.get(f"{BASE}/{made.id}").status_code == 200
    assert client.patch(f"{BASE}/{made.id}", json={"title": "x"}).status_code == 401


@pytest.mark.parametrize("path", ["/api/v1/verzonnen", "/api/v1", "/api/v1/", "/api/v1/assessments/"])
def test_what_is_not_there_is_a_problem(anyone: TestClient, path: str) -> None:
    answer = anyone.get(path)
    assert is_problem(answer, 404, "not_found")
    assert answer.json()["detail"].startswith("Dit adres bestaat niet in de API")


def test_a_method_that_is_not_there_is_a_problem_that_says_which_are(api: TestClient) -> None:
    answer = api.delete(BASE)
    assert is_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


def test_problems_come_in_the_language_asked_for(anyone: TestClient) -> None:
    dutch, english = (anyone.get(BASE, headers={"accept-language": tag}) for tag in ("nl", "en"))
    assert dutch.json()["title"] != english.json()["title"]
    assert dutch.json()["code"] == english.json()["code"]
    assert (dutch.headers["content-language"], english.headers["content-language"]) == ("nl", "en")


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("", "nl"), ("fr", "nl"), ("en;q=0.2, nl;q=0.9", "nl"), ("en-US,en;q=0.9", "en"), ("en;q=onzin,nl", "nl")],
)
def test_the_preferred_of_our_two_languages_is_taken(anyone: TestClient, wanted: str, language: str) -> None:
    assert anyone.get(BASE, headers={"accept-language": wanted}).headers["content-language"] == language


def test_a_database_that_cannot_be_reached_asks_to_come_back(
    api: TestClient, house: House, sqlite_file: object
) -> None:
    made = house.draft()
    other = sqlite3.connect(str(sqlite_file), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        answer = api.patch(f"{BASE}/{made.id}", json={"title": "x"})
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert is_problem(answer, 503, "busy")
    assert int(answer.headers["retry-after"]) > 0
    assert api.patch(f"{BASE}/{made.id}", json={"title": "x"}).status_code == 200


def break_snapshot(house: House) -> str:
    """A released assessment whose stored document no service would ever write."""
    made = house.released()
    half = "x'7b'" if house.workshop.database.is_sqlite else "'\\x7b'::bytea"
    with house.workshop.database.transaction(write=True) as connection:
        connection.exec_driver_sql(f"UPDATE snapshot SET document = {half}")  # noqa: S608 - the tests' own words
    return made.id


def test_a_bug_is_a_500_with_a_reference_and_no_traceback(
    api: TestClient, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    broken = break_snapshot(house)
    with caplog.at_level(logging.ERROR):
        answer = api.get(f"{BASE}/{broken}/scores")
    assert is_problem(answer, 500, "bug")
    assert "Traceback" not in answer.text
    assert "JSON" not in answer.text
    logged = next(record for record in caplog.records if record.name == "rolvast")
    reference = str(logged.args[0])  # type: ignore[index]
    assert reference in answer.json()["detail"]
    assert logged.exc_info
    assert broken not in logged.getMessage(), "the log tells the template of the path"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (b'{"instrument": "driehoek"}', {"constellation": "Dit ontbreekt."}),
        (
            b'{"constellation": 1, "instrument": "driehoek", "titel": "x", "parties": {}}',
            {
                "constellation": "Dit moet tekst zijn.",
                "titel": "Dit veld bestaat hier niet.",
                "parties": "Dit moet een lijst zijn.",
            },
        ),
        (
            b'{"constellation": "x", "instrument": "driehoek", "version": 0, "closesDate": "morgen"}',
            {"version": "Dit moet minstens 1 zijn.", "closesDate": "Dit moet een dag zijn zoals 2027-03-31."},
        ),
        (
            b'{"constellation": "x", "instrument": "driehoek", "parties": [{"key":"","role":"","name":"","voice":1}]}',
            {"parties.0.voice": "Kies uit: 'group', 'statement'."},
        ),
        (b'{"constellation": "x\\u0000", "instrument": "d"}', {"body": "Tekst kan het teken NUL niet bevatten."}),
    ],
)
def test_faults_of_shape_are_told_in_the_language_of_the_answer(
    client: Callable[..., TestClient], house: House, given: bytes, told: dict[str, str]
) -> None:
    answer = client(house.key("write"), accept_language="nl", content_type="application/json").post(BASE, content=given)
    assert is_problem(answer, 400, "invalid_input")
    assert {found["location"]: found["detail"] for found in answer.json()["errors"]} == told


@pytest.mark.parametrize(
    ("given", "line", "column"), [(b"{x", 1, 2), (b'{"a": 1,\n "b" 2}', 2, 6), (b'{"a": 1} {', 1, 10)]
)
def test_what_is_no_json_is_told_so_and_where(
    client: Callable[..., TestClient], house: House, given: bytes, line: int, column: int
) -> None:
    """Without the words of the parser, which has only English ones."""
    for language, told in (
        ("nl", f"Dit is geen JSON: het gaat mis op regel {line}, bij teken {column}."),
        ("en", f"This is not JSON: it goes wrong on line {line}, at character {column}."),
    ):
        program = client(house.key("write"), content_type="application/json", accept_language=language)
        assert program.post(BASE, content=given).json()["errors"] == [{"location": "body", "detail": told}]
