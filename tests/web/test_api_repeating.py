"""A request that creates may be repeated under its Idempotency-Key: it is done once, and answered alike."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.service import housekeeping, repeating
from tests.people import House

BASE = "/api/v1/assessments"
BODY = {"constellation": "Driehoek", "instrument": "driehoek"}
KEY = '"8e03978e-40d5-43dd-bc93-6894a57f9324"'


def test_the_same_request_again_gets_the_same_answer_and_makes_nothing_more(api: TestClient, house: House) -> None:
    first, again = (api.post(BASE, json=BODY, headers={"idempotency-key": KEY}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    for name in ("location", "etag"):
        assert first.headers[name] == again.headers[name]
    assert house.number_of("assessment") == 1


def test_the_first_answer_comes_again_even_when_the_thing_has_changed(api: TestClient) -> None:
    first = api.post(BASE, json=BODY, headers={"idempotency-key": KEY})
    api.patch(first.headers["location"], json={"title": "Anders"})
    assert api.post(BASE, json=BODY, headers={"idempotency-key": KEY}).json() == first.json()


def test_a_key_without_quotes_is_the_same_key(api: TestClient, house: House) -> None:
    for key in ("abc", '"abc"'):
        assert api.post(BASE, json=BODY, headers={"idempotency-key": key}).status_code == 201
    assert house.number_of("assessment") == 1


def test_another_request_under_the_same_key_is_refused(api: TestClient, house: House) -> None:
    made = api.post(BASE, json=BODY, headers={"idempotency-key": KEY}).json()
    others = [
        api.post(BASE, json={**BODY, "title": "Anders"}, headers={"idempotency-key": KEY}),
        api.post(
            f"{BASE}/{made['id']}/invitations",
            json={"people": [{"email": "a@b.example", "party": "x"}]},
            headers={"idempotency-key": KEY},
        ),
    ]
    for other in others:
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_used_before")
        assert other.headers["content-type"] == "application/problem+json"
    assert house.number_of("assessment") == 1


def test_without_a_key_every_request_makes_its_own(api: TestClient, house: House) -> None:
    for _ in range(2):
        api.post(BASE, json=BODY)
    assert house.number_of("assessment") == 2


def test_everyone_has_keys_of_their_own(client: Callable[..., TestClient], house: House) -> None:
    for key in (house.key("write"), house.key("write", of_stranger=True)):
        assert client(key).post(BASE, json=BODY, headers={"idempotency-key": KEY}).status_code == 201
    assert house.number_of("assessment") == 2


def test_a_request_that_was_refused_may_be_mended_under_the_same_key(api: TestClient) -> None:
    wrong = {**BODY, "labelSet": "x"}
    assert api.post(BASE, json=wrong, headers={"idempotency-key": KEY}).status_code == 400
    assert api.post(BASE, json=BODY, headers={"idempotency-key": KEY}).status_code == 201


def test_people_are_invited_once(api: TestClient, house: House) -> None:
    made = house.draft({})
    people = {"people": [{"email": "a@b.example", "party": "wonen"}] * 2}
    first, again = (
        api.post(f"{BASE}/{made.id}/invitations", json=people, headers={"idempotency-key": KEY}) for _ in range(2)
    )
    assert first.json() == again.json()
    assert first.json()["added"] == 1
    assert len(first.json()["notices"]) == 1


def test_a_key_for_reading_creates_nothing_under_any_key(client: Callable[..., TestClient], house: House) -> None:
    reading = client(house.key("read"))
    assert reading.post(BASE, json=BODY, headers={"idempotency-key": KEY}).status_code == 403
    assert house.number_of("kept_answer") == 0


@pytest.mark.parametrize("key", ["", '""', '"open', "a b", "x" * 203, "a,b\\"])
def test_a_key_that_is_none_is_a_fault(api: TestClient, house: House, key: str) -> None:
    answer = api.post(BASE, json=BODY, headers={"idempotency-key": key})
    assert (answer.status_code, answer.json()["errors"][0]["location"]) == (400, "Idempotency-Key")
    assert house.number_of("assessment") == 0


def test_a_day_later_a_key_may_be_used_anew(api: TestClient, house: House) -> None:
    api.post(BASE, json=BODY, headers={"idempotency-key": KEY})
    house.clock.pass_by(hours=23, minutes=59)
    repeating.forget_answers(house.workshop, house.clock)
    assert api.post(BASE, json=BODY, headers={"idempotency-key": KEY}).status_code == 201
    assert house.number_of("assessment") == 1
    house.clock.pass_by(hours=1)
    repeating.forget_answers(house.workshop, house.clock)
    assert api.post(BASE, json={**BODY, "title": "Later"}, headers={"idempotency-key": KEY}).status_code == 201
    assert house.number_of("assessment") == 2


def test_an_erasure_takes_kept_answers_along(api: TestClient, house: House) -> None:
    made = house.released()
    twice = {"people": [{"email": "a@b.example", "party": "wonen"}] * 2}
    other = house.draft({}, constellation="Andere")
    api.post(f"{BASE}/{other.id}/invitations", json=twice, headers={"idempotency-key": KEY})
    assert house.number_of("kept_answer") == 1
    house.clock.pass_by(days=800)
    assert housekeeping.erase_expired(house.workshop, house.clock) == 1
    assert house.again(made).state == "erased"
    assert house.number_of("kept_answer") == 0


def test_of_requests_at_the_same_moment_one_is_done_and_all_are_answered_alike(api: TestClient, house: House) -> None:
    answers: list[Any] = []
    together = threading.Barrier(6)

    def ask() -> None:
        together.wait()
        answers.append(api.post(BASE, json=BODY, headers={"idempotency-key": KEY}))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert house.number_of("assessment") == 1


def test_sending_answers_takes_no_key_and_keeps_no_instant(client: Callable[..., TestClient], house: House) -> None:
    """A receipt code already makes sending safe to repeat; a kept answer would tell when somebody sent."""
    made = house.opened()
    respondent = client(house.link(made))
    asked = respondent.get("/api/v1/questionnaire").json()
    keys = [r["key"] for page in asked["pages"] for s in page["statements"] for r in s["ratings"]]
    respondent.put("/api/v1/questionnaire/answers", json={"ratings": dict.fromkeys(keys, 4)})
    code = {"receiptCode": asked["receiptCode"]}
    sent = respondent.post("/api/v1/questionnaire/submission", json=code, headers={"idempotency-key": KEY})
    assert sent.status_code == 201
    assert house.number_of("kept_answer") == 0
