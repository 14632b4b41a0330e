"""After release: plan the conversation, record agreements, tell whether they were kept, look back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from app.domain.assessment import Assessment
from app.domain.dialogue import Agreement, Dialogue, Meeting
from app.domain.problems import InvalidInput, NotAllowed, NotFound, WrongState
from app.service import access, learning
from app.service.access import Reader
from app.service.housekeeping import erase_expired, forget_contacts, remind_of_agreements
from tests.people import RETAINED, House
from tests.service.storm import while_held

#: Two in the afternoon in winter, Dutch time.
TALK = Meeting(datetime(2027, 1, 20, 13, 0, tzinfo=UTC), 90, "Kamer B2.14", "De drie vragen uit het rapport")
CONTACTS = {"wonen": ["hanna@wonen.example"], "dienst": ["bo@dienst.example", "kim@dienst.example"]}
FIRST = Agreement("", "Wij leggen elk kwartaal vast wat later mag.", "wonen", date(2027, 4, 1), "uitvoerbaarheid")


def plan(
    house: House, made: Assessment, meeting: Meeting = TALK, contacts: Mapping[str, Sequence[str]] = CONTACTS
) -> Dialogue:
    with house.work() as work:
        return learning.plan_conversation(work, house.commissioner, made.id, meeting, contacts)[0]


def agree(house: House, made: Assessment, *agreements: Agreement) -> tuple[Agreement, ...]:
    with house.work() as work:
        return learning.record_agreements(work, house.commissioner, made.id, agreements).agreements


def reader(house: House, made: Assessment, party: str) -> Reader:
    with house.work(write=False) as work:
        return access.reader_of_link(work, house.readers(made)[party])


def seen_by(house: House, made: Assessment, party: str) -> Dialogue:
    with house.work(write=False) as work:
        return learning.dialogue_for_reader(work, reader(house, made, party), made.id).dialogue


def seen_by_office(house: House, made: Assessment) -> Dialogue:
    with house.work(write=False) as work:
        return learning.dialogue(work, house.viewer, made.id).dialogue


def faults(house: House, made: Assessment, meeting: Meeting, contacts: Mapping[str, Sequence[str]]) -> list[str]:
    with pytest.raises(InvalidInput) as wrong:
        plan(house, made, meeting, contacts)
    return [fault.where for fault in wrong.value.faults]


# --- Planning ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["draft", "opened", "closed"])
def test_nothing_follows_a_report_that_is_not_released(house: House, state: str) -> None:
    made = getattr(house, state)()
    with pytest.raises(WrongState):
        plan(house, made)
    with pytest.raises(WrongState):
        agree(house, made, FIRST)
    with pytest.raises(WrongState), house.work() as work:
        learning.dialogue(work, house.commissioner, made.id)


def test_a_plan_is_kept_as_it_was_made(house: House) -> None:
    made = house.released()
    planned = plan(house, made)
    assert planned.meeting == TALK
    assert planned.sequence == 0
    assert {(c.party, c.email) for c in planned.contacts} == {
        ("wonen", "hanna@wonen.example"),
        ("dienst", "bo@dienst.example"),
        ("dienst", "kim@dienst.example"),
    }


def test_a_plan_names_every_fault_together(house: House) -> None:
    made = house.released()
    late = Meeting(house.clock() - timedelta(days=1), 5, " ", "x" * 3001)
    assert faults(house, made, late, {"wonen": ["geen adres"], "buren": ["x@y.example"]}) == [
        "startsAt",
        "minutes",
        "place",
        "agenda",
        "contacts.wonen",
        "contacts.buren",
    ]
    assert house.number_of("dialogue") == 0


def test_a_conversation_is_held_while_the_report_is_there(house: House) -> None:
    made = house.released()
    after = replace(TALK, starts_at=datetime(2028, 12, 2, 9, 0, tzinfo=UTC))
    assert faults(house, made, after, {}) == ["startsAt"]


def test_the_agenda_of_a_conversation_that_was_held_can_still_be_written(house: House) -> None:
    made = house.released()
    plan(house, made)
    house.clock.now = TALK.ends_at + timedelta(days=1)
    written = plan(house, made, replace(TALK, agenda="Zo liep het"))
    assert written.meeting is not None
    assert written.meeting.agenda == "Zo liep het"


def test_the_number_of_a_plan_rises_only_when_it_changes(house: House) -> None:
    made = house.released()
    plan(house, made)
    assert plan(house, made, contacts={"wonen": ["nieuw@wonen.example"]}).sequence == 0
    assert plan(house, made, replace(TALK, place="Kamer A1")).sequence == 1


def test_a_contact_who_is_taken_off_is_forgotten_at_once(house: House) -> None:
    made = house.released()
    plan(house, made)
    plan(house, made, contacts={"dienst": ["kim@dienst.example"]})
    assert house.stored("SELECT email FROM dialogue_contact") == [("kim@dienst.example",)]
    waiting = {email for (email,) in house.stored("SELECT email FROM outbox WHERE kind = 'conversation'")}
    assert waiting == {"kim@dienst.example"}


def test_who_may_only_look_changes_nothing(house: House) -> None:
    made = house.released()
    (kept,) = agree(house, made, FIRST)
    with house.work() as work:
        for step in (
            lambda: learning.plan_conversation(work, house.viewer, made.id, TALK, {}),
            lambda: learning.record_agreements(work, house.viewer, made.id, []),
            lambda: learning.tell(work, house.viewer, made.id, kept.id, "kept"),
            lambda: learning.reflect(work, house.viewer, made.id, "x"),
        ):
            with pytest.raises(NotAllowed):
                step()
    assert seen_by_office(house, made).agreements == (kept,)


# --- Agreements -------------------------------------------------------------------------------------------------------


def test_at_most_three_agreements(house: House) -> None:
    made = house.released()
    with pytest.raises(InvalidInput) as wrong:
        agree(house, made, *[replace(FIRST, what=f"Afspraak {n}") for n in range(4)])
    assert [fault.where for fault in wrong.value.faults] == ["agreements"]
    assert seen_by_office(house, made).agreements == ()


def test_agreements_name_every_fault_together(house: House) -> None:
    made = house.released()
    with pytest.raises(InvalidInput) as wrong:
        agree(
            house,
            made,
            Agreement("", " ", "buren", date(2026, 1, 1), "weer", contact="niemand"),
            replace(FIRST, due_on=RETAINED + timedelta(days=1)),
        )
    assert [fault.where for fault in wrong.value.faults] == [
        "agreements[1].what",
        "agreements[1].party",
        "agreements[1].theme",
        "agreements[1].dueDate",
        "agreements[1].contact",
        "agreements[2].dueDate",
    ]


def test_what_was_told_of_an_agreement_stays_when_another_is_added(house: House) -> None:
    made = house.released()
    (first,) = agree(house, made, FIRST)
    with house.work() as work:
        learning.tell(work, house.commissioner, made.id, first.id, "kept")
    again = agree(house, made, replace(first, what="Beter gezegd"), replace(FIRST, party="dienst"))
    assert [(a.what, a.party, a.kept) for a in again] == [
        ("Beter gezegd", "wonen", "kept"),
        (FIRST.what, "dienst", "unknown"),
    ]


def test_what_a_party_tells_while_the_office_writes_the_list_stays(house: House) -> None:
    made = house.released()
    (first,) = agree(house, made, FIRST)
    link = reader(house, made, "wonen")

    def tell() -> None:
        with house.work() as work:
            learning.tell_for_party(work, link, made.id, first.id, "kept")

    changed = replace(first, what="Beter gezegd")
    while_held(house.workshop.database, "DELETE FROM agreement", lambda: agree(house, made, changed), tell)
    assert [(a.what, a.kept) for a in seen_by_office(house, made).agreements] == [("Beter gezegd", "kept")]


def test_a_reminder_that_leaves_while_the_office_writes_the_list_leaves_once(house: House) -> None:
    made = house.released()
    (first,) = agree(house, made, FIRST)
    house.clock.now = datetime(2027, 3, 30, 12, 0, tzinfo=UTC)
    remind = partial(remind_of_agreements, house.workshop, house.clock)
    changed = replace(first, what="Beter gezegd")
    while_held(house.workshop.database, "DELETE FROM agreement", lambda: agree(house, made, changed), remind)
    letters = house.number_of("outbox")
    assert letters > 0
    remind()
    assert house.number_of("outbox") == letters


def test_a_party_tells_of_its_own_agreement_only(house: House) -> None:
    made = house.released()
    own, other = agree(house, made, FIRST, replace(FIRST, party="dienst"))
    with house.work() as work:
        learning.tell_for_party(work, reader(house, made, "wonen"), made.id, own.id, "not_kept")
    with pytest.raises(NotAllowed), house.work() as work:
        learning.tell_for_party(work, reader(house, made, "wonen"), made.id, other.id, "kept")
    assert [a.kept for a in seen_by(house, made, "dienst").agreements] == ["not_kept", "unknown"]


def test_a_reader_link_reaches_no_other_conversation(house: House) -> None:
    made, elsewhere = house.released(), house.released()
    (kept,) = agree(house, elsewhere, FIRST)
    with house.work() as work:
        with pytest.raises(NotFound):
            learning.dialogue_for_reader(work, reader(house, made, "wonen"), elsewhere.id)
        with pytest.raises(NotFound):
            learning.tell_for_party(work, reader(house, made, "wonen"), elsewhere.id, kept.id, "kept")
        with pytest.raises(NotFound):
            learning.tell_for_party(work, reader(house, made, "wonen"), made.id, kept.id, "kept")
    assert seen_by_office(house, elsewhere).agreements == (kept,)


def test_an_agreement_of_another_assessment_is_not_taken_over(house: House) -> None:
    made, elsewhere = house.released(), house.released()
    (kept,) = agree(house, elsewhere, FIRST)
    (copied,) = agree(house, made, kept)
    assert copied.id != kept.id
    assert seen_by_office(house, elsewhere).agreements == (kept,)
    with pytest.raises(NotFound), house.work() as work:
        learning.tell(work, house.commissioner, made.id, kept.id, "kept")


# --- Who sees what ----------------------------------------------------------------------------------------------------


def test_every_party_reads_the_same_plan_and_agreements_and_nobodys_address(house: House) -> None:
    made = house.released()
    plan(house, made)
    agree(house, made, replace(FIRST, contact="hanna@wonen.example"))
    with house.work() as work:
        learning.reflect(work, house.commissioner, made.id, "Het liep stroef.")
    seen = [seen_by(house, made, party.key) for party in made.parties]
    assert seen[0] == seen[1] == seen[2]
    assert seen[0].meeting == TALK
    assert [a.what for a in seen[0].agreements] == [FIRST.what]
    assert "@" not in repr(seen[0])
    assert seen[0].reflection == ""
    assert seen_by_office(house, made).reflection == "Het liep stroef."


def test_the_next_wave_knows_what_was_agreed_before(house: House) -> None:
    made = house.released()
    agree(house, made, replace(FIRST, contact="hanna@wonen.example"))
    following = house.draft(next_wave_of=made.constellation)
    with house.work(write=False) as work:
        ((wave, found),) = learning.earlier_agreements(work, following)
        assert learning.earlier_agreements(work, made) == []
    assert (wave, found.what, found.contact) == (1, FIRST.what, "")


# --- Forgetting and erasing -------------------------------------------------------------------------------------------


def addresses(house: House) -> list[str]:
    contacts = house.stored("SELECT email FROM dialogue_contact")
    reminded = house.stored("SELECT contact FROM agreement WHERE contact != ''")
    waiting = house.stored("SELECT email FROM outbox WHERE kind IN ('conversation', 'agreement')")
    return sorted(email for (email,) in [*contacts, *reminded, *waiting])


def test_contacts_are_forgotten_thirty_days_after_the_conversation(house: House) -> None:
    made = house.released()
    plan(house, made)
    house.clock.now = TALK.starts_at + timedelta(days=30)
    forget_contacts(house.workshop, house.clock)
    assert len(addresses(house)) == 6, "three contacts, and their letters that nobody brought"
    house.clock.pass_by(minutes=1)
    forget_contacts(house.workshop, house.clock)
    assert addresses(house) == []
    assert seen_by_office(house, made).meeting == TALK


def test_the_address_of_an_agreement_is_forgotten_thirty_days_after_its_day(house: House) -> None:
    made = house.released()
    agree(house, made, replace(FIRST, contact="hanna@wonen.example"))
    house.clock.now = datetime(2027, 5, 1, 12, 0, tzinfo=UTC)
    forget_contacts(house.workshop, house.clock)
    assert addresses(house) == ["hanna@wonen.example"]
    house.clock.pass_by(days=1)
    forget_contacts(house.workshop, house.clock)
    assert addresses(house) == []
    assert [a.what for a in seen_by_office(house, made).agreements] == [FIRST.what]


def test_erasing_leaves_nothing_of_a_conversation(house: House) -> None:
    made = house.released()
    plan(house, made)
    agree(house, made, replace(FIRST, contact="hanna@wonen.example"))
    with house.work() as work:
        learning.reflect(work, house.commissioner, made.id, "Het liep stroef.")
        learning.remind_of(work, seen_by_office(house, made).agreements[0].id)
    house.clock.now = datetime(2028, 12, 3, 12, 0, tzinfo=UTC)
    assert erase_expired(house.workshop, house.clock) == 1
    for table in ("dialogue", "dialogue_contact", "agreement", "outbox"):
        assert house.number_of(table) == 0, table
