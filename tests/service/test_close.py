"""Closing: once, with everything that was acknowledged and nothing else."""

import json

import pytest

from app.domain.problems import AssessmentClosed, NotAllowed, NotReleased, WrongState
from app.domain.snapshot import content_hash
from app.service import commissioning, reporting
from app.service.reference import score_files
from tests.people import FAN, FAN_PEOPLE, FIVE_EACH, SQUARE, TWENTY, Clock, House, address
from tests.service.storm import at_once


def test_a_send_after_closing_is_refused(house: House) -> None:
    made = house.opened()
    token = house.link(made)
    house.fill_in(token)
    house.close(made)
    with pytest.raises(AssessmentClosed):
        house.submit(token)
    assert house.number_of("submission") == 0


@pytest.mark.parametrize(
    ("moment", "accepted"),
    [("2026-12-14T22:59:59+00:00", True), ("2026-12-14T23:00:00+00:00", False)],
)
def test_the_clock_closes_too_at_the_end_of_the_day_in_the_netherlands(
    house: House, moment: str, accepted: bool
) -> None:
    made = house.opened()
    token = house.link(made)
    house.fill_in(token)
    house.clock.now = Clock().now.fromisoformat(moment)
    if accepted:
        house.submit(token)
    else:
        with pytest.raises(AssessmentClosed):
            house.submit(token)
    assert house.number_of("submission") == int(accepted)


def test_drafts_are_gone_and_only_those_of_this_assessment(house: House) -> None:
    made, other = house.opened(), house.opened(constellation="Andere driehoek")
    house.fill_in(house.link(made))
    house.fill_in(house.link(other))
    house.close(made)
    assert house.number_of("draft") == 1


def test_the_snapshot_says_what_was_answered(house: House) -> None:
    """Everyone says 4 of 5 on statements that are not reversed: 75 of 100, on every side."""
    made = house.closed(answer=lambda rating: 2 if rating.item.reversed else 4)
    document = house.document(made)
    assert {party["key"]: (party["state"], party["n"]) for party in document["parties"]} == dict.fromkeys(
        FIVE_EACH, ("published", "5–9")
    )
    assert {side["score"] for side in document["relations"]} == {75}
    assert {view["score"] for view in document["views"]} == {75}
    assert document["audit"]["passed"]
    assert (document["assessment"], document["wave"]) == (made.id, 1)


def test_the_snapshot_is_the_same_document_that_its_answers_give_without_a_database(house: House) -> None:
    made = house.closed(FAN_PEOPLE, FAN, answer=lambda rating: 1 + len(rating.key) % 5)
    document = house.document(made)
    assert document["snapshot"] == content_hash(document)
    lines = ["person,party,item,about,value"]
    with house.work(write=False) as work:
        constellation = work.constellation_of(house.again(made))
    for party in constellation.parties:
        chosen = [p.key for ps in constellation.choices_of(party).values() for p in ps[:3]]
        judged = constellation.judged_or_faults(party, chosen, "")[0]
        for number in range(party.invited):
            lines += [
                f"{party.key}{number},{party.key},{r.item.id},{r.about or ''},{1 + len(r.key) % 5}"
                for r in constellation.questionnaire(party, judged).ratings
            ]
    parties = [
        {"key": p.key, "role": p.role, "name": p.name, "voice": p.voice, "invited": p.invited}
        for p in constellation.parties
    ]
    parameters = json.dumps({"assessment": made.id, "wave": 1, "parties": parties})
    again = score_files(constellation.instrument, "\n".join(lines), parameters, exact=False)
    assert again["snapshot"] == document["snapshot"]


def test_small_parties_of_one_role_are_pooled(house: House) -> None:
    document = house.document(house.closed(FAN_PEOPLE, FAN))
    states = {party["key"]: party["state"] for party in document["parties"]}
    assert states["water"] == states["zorg"] == "suppressed"
    assert [key for key in states if key.startswith("overige-")] == ["overige-opdrachtgever"]


def test_nobody_answered_and_it_closes_all_the_same(house: House) -> None:
    document = house.document(house.close(house.opened()))
    assert {party["state"] for party in document["parties"]} == {"suppressed"}
    assert {view["score"] for view in document["views"]} == {None}


def test_a_statement_that_was_never_sent_stays_hidden(house: House) -> None:
    made = house.opened(TWENTY, SQUARE)
    for party, people in (("wonen", 6), ("natuur", 6), ("dienst", 7)):
        for number in range(1, people + 1):
            house.send(house.link(made, party, number))
    document = house.document(house.close(made))
    assert next(p for p in document["parties"] if p["key"] == "eigenaar")["state"] == "suppressed"


def test_of_two_closings_at_once_one_wins(house: House) -> None:
    made = house.answered()
    found = at_once([lambda: house.close(made)] * 2)
    assert sorted(type(result).__name__ for result in found) == ["Assessment", "WrongState"]
    assert house.number_of("snapshot") == 1
    assert [e for e in house.stored("SELECT action FROM audit_event") if e == ("closed",)] == [("closed",)]


def test_closing_happens_once_and_there_is_no_way_back(house: House) -> None:
    made = house.closed()
    with pytest.raises(WrongState):
        house.close(made)
    with pytest.raises(WrongState), house.work() as work:
        commissioning.open_assessment(work, house.commissioner, made.id)


def test_a_draft_is_not_closed(house: House) -> None:
    with pytest.raises(WrongState):
        house.close(house.draft())


def test_a_viewer_closes_nothing(house: House) -> None:
    made = house.answered()
    with pytest.raises(NotAllowed), house.work() as work:
        commissioning.close(work, house.viewer, made.id)
    assert house.again(made).state == "open"


def test_after_closing_the_office_sees_that_it_is_there_and_no_figure(house: House) -> None:
    made = house.closed()
    with house.work(write=False) as work:
        for read in (reporting.scores, reporting.scores_hash, reporting.report_for_member):
            with pytest.raises(NotReleased):
                read(work, house.commissioner, made.id)


def test_closing_against_a_storm_of_sends_has_every_acknowledged_one_and_no_other(house: House) -> None:
    people = {"eigenaar": 6, "wonen": 24, "dienst": 18}
    made = house.opened(people)
    links = house.links(made)
    for token in links.values():
        house.fill_in(token)
    emails = list(links)
    jobs = [lambda email=email: house.submit(links[email]) for email in emails]
    jobs.insert(len(jobs) // 2, lambda: house.close(made))
    found = at_once(jobs)
    closing = found.pop(len(emails) // 2)
    assert not isinstance(closing, Exception)
    accepted = [email for email, result in zip(emails, found, strict=True) if isinstance(result, str)]
    refused = [result for result in found if not isinstance(result, str)]
    assert all(isinstance(result, AssessmentClosed) for result in refused)
    assert house.number_of("submission") == len(accepted)
    sent = set(accepted)
    enough = {
        party: sum(address(party, n) in sent for n in range(1, count + 1)) >= max(5, 0.4 * count)
        for party, count in people.items()
    }
    published = {party["key"]: party["state"] == "published" for party in house.document(made)["parties"]}
    assert published == enough


def test_a_closing_that_fails_halfway_leaves_it_open_with_all_answers(house: House) -> None:
    made = house.answered()
    house.fill_in(house.link(house.opened(constellation="Andere driehoek")))
    with house.workshop.database.transaction(write=True) as connection:
        connection.exec_driver_sql("ALTER TABLE audit_event RENAME TO elsewhere")
    with pytest.raises(Exception, match="audit_event"):
        house.close(made)
    with house.workshop.database.transaction(write=True) as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO audit_event")
    assert house.again(made).state == "open"
    assert (house.number_of("submission"), house.number_of("snapshot"), house.number_of("draft")) == (15, 0, 1)
    assert house.close(made).state == "closed"
