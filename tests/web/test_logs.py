"""The log: no token, no address, no answer, whatever happens; and a bug leaves its traceback there and only there."""

import json
import logging
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app import logs
from app.service.tokens import stored
from app.web.entry import SESSION_COOKIE
from app.web.request_log import is_told
from tests.contract.test_routes import RESPONDENT, TABLE
from tests.people import COMMISSIONER, House, address
from tests.web.visitor import Page, Visitor


def all_that_was_logged(caplog: pytest.LogCaptureFixture) -> str:
    formatter = logging.Formatter("%(name)s %(message)s")
    # What the test's own client logs of its requests is no log of ours.
    return "\n".join(formatter.format(r) for r in caplog.records if not r.name.startswith("http"))


def flows(visitor: Visitor, anyone: TestClient, house: House) -> list[str]:
    """Go through everything with a token or an address in it; gives those."""
    made = house.opened()
    link = house.link(made)
    sign_in = house.sign_in_link()
    visitor.send(visitor.open(f"/inloggen/{sign_in}").form(sign_in))
    list_ = f"/bureau/metingen/{made.id}/mensen"
    visitor.send(visitor.open(list_).form("/mensen"), {"people": "nieuw@ministerie.example,Nieuw,wonen"})
    visitor.send(visitor.open(list_).form("/mensen"), {"people": "fout@ministerie.example,Fout,weg"})
    visitor.send(visitor.open(f"/invullen/{link}").form(link))
    house.fill_in(link)
    check = visitor.open("/invullen/nakijken")
    visitor.send(check.form("/inzenden"))
    code = check.form("/inzenden").controls["receipt_code"].values[0]
    visitor.send(visitor.open(f"/invullen/{link}").form("/intrekken"), {"receipt_code": "onzin"})
    anyone.get("/api/v1/questionnaire", headers={"authorization": f"Bearer {link}"})
    visitor.open(f"/invullen/{'x' * 43}")
    made = house.released(constellation="Ander")
    reader = house.readers(made)["wonen"]
    visitor.open(f"/lezen/{reader}")
    tokens = [link, sign_in, code, reader, house.key(), house.session(), "x" * 43]
    return [*tokens, *map(stored, tokens), address("wonen"), "nieuw@", "fout@", COMMISSIONER]


def test_no_flow_leaves_a_token_or_an_address_in_the_log(
    visitor: Visitor, anyone: TestClient, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        secrets = flows(visitor, anyone, house)
    logged = all_that_was_logged(caplog)
    assert not [secret for secret in secrets if secret in logged]


def take_away(house: House, table: str) -> None:
    with house.workshop.database.transaction(write=True) as connection:
        connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO elsewhere")


def test_a_bug_while_inviting_leaves_no_address_in_the_log(
    member: Visitor, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    made = house.draft(people={})
    form = member.open(f"/bureau/metingen/{made.id}/mensen").form("/mensen")
    with house.workshop.database.transaction(write=True) as connection:
        connection.exec_driver_sql("ALTER TABLE invitation RENAME COLUMN statement_confirmed TO elsewhere")
    with caplog.at_level(logging.INFO):
        page = member.send(form, {"people": "geheim@ministerie.example,Geheim,wonen"})
    assert page.status == 500
    assert "geheim" not in all_that_was_logged(caplog).lower()


def test_a_bug_while_sending_leaves_no_answer_and_no_receipt_in_the_log(
    visitor: Visitor, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    link = house.link(house.opened())
    house.fill_in(link, comments={"oq-gesprek": "Geheime woorden."})
    visitor.send(visitor.open(f"/invullen/{link}").form(link))
    check = visitor.open("/invullen/nakijken")
    take_away(house, "comment")
    with caplog.at_level(logging.INFO):
        page = visitor.send(check.form("/inzenden"))
    assert page.status == 500
    logged = all_that_was_logged(caplog)
    assert "Geheime woorden" not in logged
    assert link not in logged
    assert house.number_of("submission") == 0


def test_the_page_of_a_bug_has_a_reference_and_nothing_of_the_traceback(
    visitor: Visitor, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    link = house.link(house.opened())
    take_away(house, "draft")
    with caplog.at_level(logging.ERROR):
        page: Page = visitor.open(f"/invullen/{link}")
    assert page.status == 500
    assert page.heading
    for word in ("Traceback", "sqlalchemy", "psycopg", "SELECT", "draft", ".py"):
        assert word not in page.answer.text
    record = next(record for record in caplog.records if record.name == "rolvast")
    reference, where = record.args  # type: ignore[misc]
    assert str(reference) in page.said()
    assert where == "/invullen/{token}"
    assert record.exc_info


@pytest.mark.parametrize("way", ["GET /api/v1/assessments", "HEAD /api/v1/assessments", "GET scores", "GET /bureau"])
def test_a_bug_is_told_once_with_the_reference_of_the_answer(
    client: Callable[..., TestClient], house: House, caplog: pytest.LogCaptureFixture, way: str
) -> None:
    """By FastAPI's long way and by the short one, in the API and on pages."""
    made = house.released()
    here = client(house.key(), cookies={SESSION_COOKIE: house.session()})
    take_away(house, "snapshot" if "scores" in way else "constellation")
    method, path = way.replace("scores", f"/api/v1/assessments/{made.id}/scores").split()
    with caplog.at_level(logging.ERROR):
        answer = here.request(method, path)
    assert answer.status_code == 500
    (told,) = [record for record in caplog.records if record.name == "rolvast"]
    assert method == "HEAD" or str(told.args[0]) in answer.text  # type: ignore[index]


# --- One line for each request, but for those of respondents ----------------------------------------------------------


def lines(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "rolvast.requests"]


def test_a_request_of_the_office_leaves_one_line_with_its_template(
    member: Visitor, api: TestClient, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    made = house.draft()
    with caplog.at_level(logging.INFO):
        member.open(f"/bureau/metingen/{made.id}/mensen?taal=en")
        api.get(f"/api/v1/assessments/{made.id}/scores")
    told = [(r.method, r.route, r.status) for r in lines(caplog)]  # type: ignore[attr-defined]
    assert told == [
        ("GET", "/bureau/metingen/{identifier}/mensen", 200),
        ("GET", "/api/v1/assessments/{identifier}/scores", 409),
    ]
    for record in lines(caplog):
        assert made.id not in record.getMessage()
        assert "taal" not in record.getMessage()
        assert record.milliseconds >= 0  # type: ignore[attr-defined]


def respondents_routes() -> list[tuple[str, str]]:
    return [route for route, row in TABLE.items() if route[1].startswith(("/invullen", "/api/v1/questionnaire"))]


def test_nothing_that_a_respondent_does_leaves_a_line(
    visitor: Visitor, anyone: TestClient, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    link = house.link(house.opened())
    with caplog.at_level(logging.DEBUG):
        visitor.send(visitor.open(f"/invullen/{link}").form(link))
        house.fill_in(link)
        check = visitor.open("/invullen/nakijken")
        assert visitor.send(check.form("/inzenden")).path == "/invullen/ontvangen"
        code = check.form("/inzenden").controls["receipt_code"].values[0]
        visitor.send(visitor.open(f"/invullen/{link}").form("/intrekken"), {"receipt_code": code})
        key = {"authorization": f"Bearer {link}"}
        for method, path in respondents_routes():
            anyone.request(method, path.format(token=link, number=1), headers=key)
        for path in ("/static/rolvast.css", "/thema.css", "/", "/toegankelijkheid", "/healthz", "/readyz", "/weg"):
            anyone.get(path)
    assert lines(caplog) == []
    ours = [record for record in caplog.records if record.name.startswith("rolvast")]
    assert ours == [], "no other line at the instant of a send either"


def test_every_route_that_a_respondent_may_use_is_silent() -> None:
    theirs = {path for (_, path), row in TABLE.items() if set(row.who) == {RESPONDENT}}
    assert theirs
    assert not [path for path in theirs if is_told(path)]


def test_our_own_failure_is_told_without_the_id_that_leads_to_an_address(
    visitor: Visitor, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    link = house.link(house.opened())
    take_away(house, "draft")
    with caplog.at_level(logging.INFO):
        answer = visitor.client.get(f"/invullen/{link}", headers={"x-request-id": "proxy-1234567"})
    assert answer.status_code == 500
    (told,) = lines(caplog)
    assert told.getMessage().strip() == "GET /invullen/{token} 500"
    assert "proxy-1234567" not in all_that_was_logged(caplog)
    assert not hasattr(told, "request_id")


@pytest.mark.parametrize("given", ["proxy-1234567", "9f86d081-884c-7d65-9a2f-eaa0c55ad015"])
def test_the_proxys_request_id_is_kept(anyone: TestClient, caplog: pytest.LogCaptureFixture, given: str) -> None:
    with caplog.at_level(logging.INFO):
        assert anyone.get("/bureau", headers={"x-request-id": given}).headers["x-request-id"] == given
    assert lines(caplog)[0].request_id == given  # type: ignore[attr-defined]


@pytest.mark.parametrize("given", ["kort", "x" * 65, "a b c d e f g h", "<script>alert</script>", "jan@ministerie.nl"])
def test_a_request_id_of_another_shape_is_replaced(
    anyone: TestClient, caplog: pytest.LogCaptureFixture, given: str
) -> None:
    with caplog.at_level(logging.INFO):
        answered = anyone.get("/bureau", headers={"x-request-id": given}).headers["x-request-id"]
    assert len(answered) >= 20
    assert given not in all_that_was_logged(caplog)


def test_as_json_each_line_is_one_object_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:]
    try:
        logs.set_up("json")
        fields = {"method": "GET", "route": "/bureau", "status": 200, "request_id": "proxy-1234567"}
        logging.getLogger("rolvast.requests").info("GET /bureau 200", extra=fields)
        try:
            json.loads("not\n{")
        except ValueError:
            logging.getLogger("rolvast").exception("bug")
    finally:
        logging.basicConfig(handlers=before, level=logging.WARNING, force=True)
    request, bug = map(json.loads, capsys.readouterr().err.splitlines())
    assert {name: request[name] for name in fields} == fields
    assert (request["level"], request["logger"]) == ("INFO", "rolvast.requests")
    assert request["timestamp"]
    assert "JSONDecodeError" in bug["traceback"]
