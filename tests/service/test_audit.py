"""The audit trail tells what the office did, and never what a respondent did."""

import pytest

from app.domain.assessment import Assessment
from app.domain.problems import InvalidInput
from app.service import administration, commissioning, reporting, responding
from app.store.results import AuditEvent
from tests.people import CLOSES, NOW, House, address, rows


def trail(house: House, made: Assessment) -> list[AuditEvent]:
    with house.work(write=False) as work:
        return reporting.audit_events(work, house.viewer, made.id)


def test_every_step_of_the_office_is_there_in_order_with_who_and_when(house: House) -> None:
    made = house.draft()
    steps = [
        lambda work: commissioning.revise(work, house.commissioner, made.id, house.plan(title="Anders")),
        lambda work: commissioning.open_assessment(work, house.commissioner, made.id),
        lambda work: commissioning.extend(work, house.commissioner, made.id, CLOSES.replace(day=20)),
        lambda work: commissioning.close(work, house.commissioner, made.id),
        lambda work: commissioning.release(work, house.commissioner, made.id),
        lambda work: administration.export_answers(work, made.id),
    ]
    for step in steps:
        house.clock.pass_by(minutes=1)
        with house.work() as work:
            step(work)
    found = trail(house, made)
    wanted = ["created", "people_added", "revised", "opened", "extended", "closed", "released", "answers_exported"]
    assert sorted(event.action for event in found[:2]) == wanted[:2]
    assert [event.action for event in found[2:]] == wanted[2:]
    assert {event.actor for event in found[:-1]} == {house.commissioner.name}
    assert found[-1].actor == administration.OPERATOR
    assert found[0].at == NOW
    told = {event.action: event.detail.get("snapshot") for event in found}
    assert told["closed"] is None, "a hash tells of figures, and nobody has those before release"
    assert told["released"] == house.document(made)["snapshot"]


def test_no_line_tells_about_a_respondent(house: House) -> None:
    made = house.opened()
    before = trail(house, made)
    token = house.link(made)
    code = house.send(token, comments={"oq-gesprek": "Eerst dit."})
    with house.work() as work:
        responding.withdraw(work, token, code)
    house.send(token)
    assert trail(house, made) == before


def test_no_line_names_an_invited_person(house: House) -> None:
    made = house.opened()
    with house.work() as work:
        invitation = work.store.answers.people(made.id)[3][0]
        commissioning.remove_person(work, house.commissioner, made.id, invitation)
        commissioning.add_people(work, house.commissioner, made.id, rows({"wonen": 6})[-1:])
    lines = str(trail(house, made)) + str(house.stored("SELECT * FROM audit_event"))
    assert invitation not in lines
    assert not [email for email in (address("wonen", n) for n in range(1, 7)) if email in lines]


def test_a_step_that_is_refused_leaves_no_line(house: House) -> None:
    made = house.draft({"wonen": 1})
    before = trail(house, made)
    with pytest.raises(InvalidInput), house.work() as work:
        commissioning.open_assessment(work, house.commissioner, made.id)
    assert trail(house, made) == before
