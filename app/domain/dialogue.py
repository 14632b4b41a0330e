"""Owns what follows a report: the conversation of the parties, their agreements, and what works (product.md §5)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from app.domain.assessment import Assessment, dutch_date
from app.domain.people import ADDRESS, no_address
from app.domain.problems import Fault, fault
from app.domain.text import Text, day_in_words

MOST_AGREEMENTS = 3
MOST_CONTACTS = 20
LONGEST_PLACE, LONGEST_AGENDA, LONGEST_AGREEMENT, LONGEST_REFLECTION = 300, 3000, 300, 3000
SHORTEST_MEETING, LONGEST_MEETING = 15, 480
#: A conversation lasts sixty to ninety minutes (domain.md §7).
USUAL_MINUTES = 90

#: Addresses of contacts go this long after the conversation, and those of an agreement this long after its day.
CONTACTS_STAY = timedelta(days=30)
#: A reminder of an agreement goes out this long before its day.
REMINDED_BEFORE = timedelta(days=7)

Kept = Literal["unknown", "kept", "not_kept"]
KEPT_NAMES: dict[Kept, Text] = {
    "unknown": Text("nog niet verteld", "not told yet"),
    "kept": Text("nagekomen", "kept"),
    "not_kept": Text("niet nagekomen", "not kept"),
}


@dataclass(frozen=True, slots=True)
class Meeting:
    """When and where the parties talk. `starts_at` is in UTC; `place` is a room or a link."""

    starts_at: datetime
    minutes: int
    place: str
    agenda: str = ""

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody of a party who gets the letters about the conversation; entered when it is planned."""

    id: str
    party: str
    email: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """What one party will have done by a day. `theme` is a key of the instrument, or None.

    `contact`: the address that is reminded before that day; empty where nobody is, or when it was forgotten.
    """

    id: str
    what: str
    party: str
    due_on: date
    theme: str | None = None
    kept: Kept = "unknown"
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The conversation about one report. `meeting` is None until it is planned; `sequence` counts replannings."""

    meeting: Meeting | None = None
    sequence: int = 0
    contacts: tuple[Contact, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    reflection: str = ""

    def agreement(self, identifier: str) -> Agreement | None:
        return next((found for found in self.agreements if found.id == identifier), None)


@dataclass(frozen=True, slots=True)
class Practice:
    """What works, as an office recorded it for a theme. `shared`: other offices read it, with the office's name."""

    id: str
    office: str
    office_name: str
    instrument: str
    theme: str
    title: str
    words: str
    shared: bool
    recorded_on: date


# --- What must be right -----------------------------------------------------------------------------------------------


def faults_of_meeting(
    meeting: Meeting,
    contacts: Mapping[str, Sequence[str]],
    assessment: Assessment,
    before: Meeting | None,
    now: datetime,
) -> list[Fault]:
    """Everything wrong with a plan. `contacts`: addresses by party; `before`: the plan that it replaces."""
    faults: list[Fault] = []
    if meeting.starts_at <= now and (before is None or before.starts_at != meeting.starts_at):
        faults.append(fault("startsAt", "Kies een moment dat nog komt.", "Choose a moment that is still to come."))
    elif assessment.retention_on and dutch_date(meeting.starts_at) > assessment.retention_on:
        faults.append(
            fault(
                "startsAt",
                "Kies een dag binnen de bewaartermijn: uiterlijk {day}. Daarna is het rapport er niet meer.",
                "Choose a day before the report is erased: {day} at the latest.",
                day=day_in_words(assessment.retention_on),
            )
        )
    if not SHORTEST_MEETING <= meeting.minutes <= LONGEST_MEETING:
        faults.append(
            fault(
                "minutes",
                "Kies een duur van {least} tot {most} minuten.",
                "Choose a length of {least} to {most} minutes.",
                least=SHORTEST_MEETING,
                most=LONGEST_MEETING,
            )
        )
    if not meeting.place:
        faults.append(fault("place", "Vul in waar het gesprek is.", "Fill in where the conversation takes place."))
    faults += [*_too_long("place", meeting.place, LONGEST_PLACE), *_too_long("agenda", meeting.agenda, LONGEST_AGENDA)]
    return faults + _faults_of_contacts(contacts, [party.key for party in assessment.parties])


def _faults_of_contacts(contacts: Mapping[str, Sequence[str]], parties: Collection[str]) -> list[Fault]:
    faults: list[Fault] = []
    for party, addresses in contacts.items():
        where = f"contacts.{party}"
        if party not in parties:
            faults.append(_unknown_party(where, party, parties))
        if len(addresses) > MOST_CONTACTS:
            faults.append(fault(where, "Geef hoogstens {n} adressen.", "Give at most {n} addresses.", n=MOST_CONTACTS))
        faults += [Fault(where, no_address(given)) for given in addresses if not ADDRESS.fullmatch(given)]
    return faults


def faults_of_agreements(
    agreements: Sequence[Agreement], assessment: Assessment, themes: Collection[str], earlier: Dialogue, today: date
) -> list[Fault]:
    """Everything wrong with the agreements, as a whole list. `earlier` holds those that were there before."""
    faults: list[Fault] = []
    parties = [party.key for party in assessment.parties]
    if len(agreements) > MOST_AGREEMENTS:
        faults.append(
            fault(
                "agreements",
                "Kies hoogstens {n} afspraken: wat zeker gaat lukken, is meer waard dan een lange lijst.",
                "Choose at most {n} agreements: what will surely be done is worth more than a long list.",
                n=MOST_AGREEMENTS,
            )
        )
    for number, agreement in enumerate(agreements, start=1):
        where = f"agreements[{number}]"
        before = earlier.agreement(agreement.id)
        if not agreement.what:
            faults.append(
                fault(
                    f"{where}.what",
                    "Afspraak {n}: schrijf op wat u afspreekt.",
                    "Agreement {n}: write down what you agree on.",
                    n=number,
                )
            )
        faults += _too_long(f"{where}.what", agreement.what, LONGEST_AGREEMENT)
        if agreement.party not in parties:
            faults.append(_unknown_party(f"{where}.party", agreement.party, parties))
        if agreement.theme is not None and agreement.theme not in themes:
            faults.append(
                fault(
                    f"{where}.theme",
                    "Afspraak {n}: '{given}' is geen thema van deze vragenlijst.",
                    "Agreement {n}: '{given}' is no theme of this questionnaire.",
                    n=number,
                    given=agreement.theme[:40],
                )
            )
        past = agreement.due_on < today and (before is None or before.due_on != agreement.due_on)
        if past or (assessment.retention_on and agreement.due_on > assessment.retention_on):
            faults.append(
                fault(
                    f"{where}.dueDate",
                    "Afspraak {n}: kies een dag van vandaag tot en met {day}, de laatste dag van de bewaartermijn.",
                    "Agreement {n}: choose a day from today up to and including {day}, the last day before all is "
                    "erased.",
                    n=number,
                    day=day_in_words(assessment.retention_on) if assessment.retention_on else "…",
                )
            )
        if agreement.contact and not ADDRESS.fullmatch(agreement.contact):
            faults.append(Fault(f"{where}.contact", no_address(agreement.contact)))
    return faults


def faults_of_reflection(reflection: str) -> list[Fault]:
    return _too_long("reflection", reflection, LONGEST_REFLECTION)


def faults_of_practice(practice: Practice, themes: Collection[str]) -> list[Fault]:
    """Everything wrong with a practice. `themes`: the keys of its instrument."""
    faults = [*_too_long("title", practice.title, 150), *_too_long("words", practice.words, 2000)]
    if practice.theme not in themes:
        faults.append(fault("theme", "Kies het thema waarbij dit hoort.", "Choose the theme that this belongs to."))
    if not practice.title:
        faults.append(fault("title", "Geef het een korte naam.", "Give it a short name."))
    if not practice.words:
        faults.append(
            fault("words", "Schrijf op wat u doet en waarom het werkt.", "Write what you do and why it works.")
        )
    return faults


def _too_long(where: str, given: str, most: int) -> list[Fault]:
    if len(given) <= most:
        return []
    return [
        fault(
            where,
            "Deze tekst heeft {n} tekens; er is plaats voor {most}.",
            "This text has {n} characters; there is room for {most}.",
            n=len(given),
            most=most,
        )
    ]


def _unknown_party(where: str, given: str, parties: Collection[str]) -> Fault:
    return fault(
        where,
        "'{given}' is geen partij van deze meting. Kies uit: {known}.",
        "'{given}' is no party of this assessment. Choose from: {known}.",
        given=given[:40],
        known=", ".join(parties),
    )
