"""The log: no token, no address, no answer, whatever happens; and a bug leaves its traceback there and only there."""

import logging

import pytest
from starlette.testclient import TestClient

from app.service.tokens import stored
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
