"""Owns what follows a report: plan the conversation, record agreements, tell whether they were kept, look back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from app.domain.assessment import Actor, Assessment, dutch_date
from app.domain.dialogue import (
    CONTACTS_STAY,
    REMINDED_BEFORE,
    Agreement,
    Contact,
    Dialogue,
    Kept,
    Meeting,
    faults_of_agreements,
    faults_of_meeting,
    faults_of_reflection,
)
from app.domain.problems import Fault, InvalidInput, NotAllowed, NotFound
from app.domain.text import Language, Text
from app.export.calendar import as_calendar
from app.service.access import Reader
from app.service.posting import queue
from app.service.work import Work


@dataclass(frozen=True, slots=True)
class DialogueOf:
    """A conversation with its assessment. `tells_of`: of the agreements of which parties this reader may tell."""

    assessment: Assessment
    dialogue: Dialogue
    tells_of: frozenset[str] = frozenset()


def dialogue(work: Work, actor: Actor, identifier: str) -> DialogueOf:
    """The conversation about a released report, as its office sees it: with contacts and reflection."""
    assessment = work.own(actor, identifier)
    assessment.require_state("released")
    parties = frozenset(party.key for party in assessment.parties) if actor.may_write else frozenset()
    return DialogueOf(assessment, work.store.dialogues.of(assessment.id), parties)


def dialogue_for_reader(work: Work, reader: Reader, identifier: str) -> DialogueOf:
    """The same for a reader, without anyone's address and without the office's own note."""
    if reader.assessment.id != identifier:
        raise NotFound
    return DialogueOf(reader.assessment, for_all_parties(_of(work, reader)), frozenset({reader.party}))


def for_all_parties(found: Dialogue) -> Dialogue:
    """What every party may read: the plan and the agreements."""
    agreements = tuple(replace(agreement, contact="") for agreement in found.agreements)
    return replace(found, contacts=(), agreements=agreements, reflection="")


def _of(work: Work, reader: Reader) -> Dialogue:
    return work.store.dialogues.of(reader.assessment.id)


def earlier_agreements(work: Work, assessment: Assessment) -> list[tuple[int, Agreement]]:
    """(wave, agreement) of the released waves before this one, oldest first and without addresses."""
    waves = [a for a in work.store.assessments.of_constellation(assessment.constellation) if a.wave < assessment.wave]
    return [
        (wave.wave, replace(agreement, contact=""))
        for wave in waves
        if wave.state == "released"
        for agreement in work.store.dialogues.agreements(wave.id)
    ]


# --- Planning ---------------------------------------------------------------------------------------------------------


def plan_conversation(
    work: Work, actor: Actor, identifier: str, meeting: Meeting, contacts: Mapping[str, Sequence[str]]
) -> tuple[Dialogue, int]:
    """Say when and where the parties talk, and write to the contacts (addresses by party); with how many letters leave.

    Everyone gets a letter when the plan changes, newcomers when it doesn't; who is taken off is forgotten at once.
    """
    assessment = work.own_to_change(actor, identifier)
    assessment.require_state("released")
    before = work.store.dialogues.of(assessment.id)
    addresses = {
        party: list(dict.fromkeys(email.strip().lower() for email in given if email.strip()))
        for party, given in contacts.items()
    }
    meeting = replace(meeting, place=meeting.place.strip(), agenda=meeting.agenda.strip())
    _require(faults_of_meeting(meeting, addresses, assessment, before.meeting, work.now))
    wanted = {(party, email) for party, emails in addresses.items() for email in emails}
    stay = [contact for contact in before.contacts if (contact.party, contact.email) in wanted]
    gone = [contact.id for contact in before.contacts if contact not in stay]
    known = {(contact.party, contact.email) for contact in stay}
    fresh = [Contact(work.chance(), party, email) for party, email in sorted(wanted - known)]
    moved = before.meeting != meeting
    sequence = before.sequence + 1 if moved and before.meeting else before.sequence
    work.store.dialogues.plan(assessment.id, meeting, sequence)
    _forget(work, gone)
    work.store.dialogues.add_contacts(assessment.id, fresh)
    told = [*stay, *fresh] if moved else fresh
    work.store.outbox.drop_about([contact.id for contact in told])  # a letter of an earlier plan that still waits
    letters = queue(work, "conversation", [(contact.id, contact.email) for contact in told])
    if moved:
        work.record(actor, assessment, "conversation_planned", day=dutch_date(meeting.starts_at).isoformat())
    return work.store.dialogues.of(assessment.id), letters


def _forget(work: Work, contacts: Sequence[str]) -> None:
    work.store.outbox.drop_about(contacts)
    work.store.dialogues.drop_contacts(contacts)


def calendar_file(work: Work, found: DialogueOf, language: Language) -> bytes:
    """The planned conversation for a calendar. Raises NotFound before there is a plan."""
    if found.dialogue.meeting is None:
        raise NotFound(Text("Er is nog geen gesprek gepland.", "No conversation has been planned yet."))
    return as_calendar(found.assessment, found.dialogue.meeting, found.dialogue.sequence, language, work.now)


# --- Agreements and looking back --------------------------------------------------------------------------------------


def record_agreements(work: Work, actor: Actor, identifier: str, agreements: Sequence[Agreement]) -> Dialogue:
    """The whole list of agreements, at most three. One that was there keeps what was told of it, by its id."""
    assessment = work.own_to_change(actor, identifier)
    assessment.require_state("released")
    before = work.store.dialogues.of(assessment.id)
    themes = [theme.key for theme in work.instrument_of(assessment).themes]
    given = [replace(a, what=a.what.strip(), contact=a.contact.strip().lower()) for a in agreements]
    _require(faults_of_agreements(given, assessment, themes, before, dutch_date(work.now)))
    kept: list[Agreement] = []
    for agreement in given:
        earlier = before.agreement(agreement.id)
        twice = agreement.id in {one.id for one in kept}
        if earlier is None or twice:
            kept.append(replace(agreement, id=work.chance(), kept="unknown"))
        else:
            kept.append(replace(agreement, kept=earlier.kept))
    work.store.outbox.drop_about([a.id for a in before.agreements if a not in kept])
    work.store.dialogues.set_agreements(assessment.id, kept)
    work.record(actor, assessment, "agreements_recorded", number=len(kept))
    return work.store.dialogues.of(assessment.id)


def tell(work: Work, actor: Actor, identifier: str, agreement: str, kept: Kept) -> None:
    """Say whether an agreement was kept, or take that back."""
    assessment = work.own_to_change(actor, identifier)
    assessment.require_state("released")
    _tell(work, actor, assessment, agreement, kept)


def tell_for_party(work: Work, reader: Reader, identifier: str, agreement: str, kept: Kept) -> None:
    """The same by a reader, of an agreement of the reader's own party."""
    # Held first: the office may be writing the whole list, with what was told until then.
    work.held(reader.assessment.office, reader.assessment.id).require_state("released")
    found = dialogue_for_reader(work, reader, identifier)
    named = found.dialogue.agreement(agreement)
    if named is None:
        raise NotFound
    if named.party not in found.tells_of:
        raise NotAllowed(
            Text(
                "Dit is een afspraak van een andere partij. Die partij of het bureau vertelt hoe het ging.",
                "This is an agreement of another party. That party or the office tells how it went.",
            )
        )
    name = next(party.name for party in found.assessment.parties if party.key == reader.party)
    _tell(work, Actor(found.assessment.office, name, may_write=False), found.assessment, agreement, kept)


def _tell(work: Work, actor: Actor, assessment: Assessment, agreement: str, kept: Kept) -> None:
    if work.store.dialogues.of(assessment.id).agreement(agreement) is None:
        raise NotFound
    work.store.dialogues.tell(agreement, kept)
    work.record(actor, assessment, "agreement_told", kept=kept)


def reflect(work: Work, actor: Actor, identifier: str, words: str) -> None:
    """The office's short note on how it went; nobody else reads it."""
    assessment = work.own_to_change(actor, identifier)
    assessment.require_state("released")
    _require(faults_of_reflection(words.strip()))
    work.store.dialogues.reflect(assessment.id, words.strip())
    work.record(actor, assessment, "reflected")


def _require(faults: list[Fault]) -> None:
    if faults:
        raise InvalidInput(faults)


# --- What the service does by itself ----------------------------------------------------------------------------------


def agreements_to_remind(work: Work) -> dict[str, Agreement]:
    """The agreements of which the day is near and nobody was reminded, by id."""
    today = dutch_date(work.now)
    return {found.id: found for _, found in work.store.dialogues.due_between(today, today + REMINDED_BEFORE)}


def remind_of(work: Work, agreement: str) -> None:
    """Write to the address that was given with an agreement, and to the contact of the assessment; once."""
    found = work.store.dialogues.agreement(agreement)
    if found is None:
        return
    about = work.store.assessments.of_link(found[0])
    assessment = work.held(about.office, about.id)
    # The office may have moved its day, and others may have told of it or reminded of it, before it was held.
    current = agreements_to_remind(work).get(agreement)
    if current is None:
        return
    work.store.dialogues.mark_reminded(agreement)
    receivers = dict.fromkeys(filter(None, (current.contact, assessment.about.contact_email)))
    queue(work, "agreement", [(agreement, email) for email in receivers])


def addresses_to_forget(work: Work) -> tuple[list[str], list[str]]:
    """(contacts, agreements) whose addresses have been kept long enough."""
    return (
        work.store.dialogues.contacts_of_talks_before(work.now - CONTACTS_STAY),
        work.store.dialogues.agreements_with_address_before(dutch_date(work.now) - CONTACTS_STAY),
    )


def forget_contacts(work: Work) -> None:
    """Addresses go thirty days after the conversation, and those of an agreement thirty days after its day."""
    contacts, agreements = addresses_to_forget(work)
    work.store.outbox.drop_about(list(chain(contacts, agreements)))
    work.store.dialogues.drop_contacts(contacts)
    work.store.dialogues.forget_addresses_of(agreements)
    work.leave_traces()
