"""Owns the life of an assessment: its states, who may do what, its window, and what must be true before it opens."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from app.domain.advice import advise
from app.domain.constellation import Party
from app.domain.parameters import EXACT_SIZE_FROM, Parameters
from app.domain.problems import AssessmentClosed, Fault, NotAllowed, NotFound, WrongState, fault
from app.domain.text import Text

State = Literal["draft", "open", "closed", "released", "erased"]
STATE_NAMES: dict[State, Text] = {
    "draft": Text("in voorbereiding", "in preparation"),
    "open": Text("open", "open"),
    "closed": Text("gesloten", "closed"),
    "released": Text("vrijgegeven", "released"),
    "erased": Text("gewist", "erased"),
}

#: Every date is a date in the Netherlands; a day lasts until 23:59:59 there (product.md §2).
DUTCH_TIME = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a respondent is told before the first question, and may rely on (AVG)."""

    purpose: str = ""
    legal_basis: str = ""
    contact_name: str = ""
    contact_email: str = ""


#: Reminders go out on these days before the last one, unless the commissioner chooses otherwise.
USUAL_REMINDERS = (7, 2)


@dataclass(frozen=True, slots=True)
class Post:
    """What the commissioner decides about letters.

    `message` and `reminder_message`: own words in the invitation and in a reminder. `reminder_days`: how many days
    before the last day reminders go out.
    """

    message: str = ""
    reminder_message: str = ""
    reminder_days: tuple[int, ...] = USUAL_REMINDERS


@dataclass(frozen=True)
class Assessment:
    """One measurement of one constellation, as an office commissioned it."""

    id: str
    office: str
    office_name: str
    constellation: str
    wave: int
    instrument: tuple[str, int]
    label_set: str
    title: str
    about: Purpose
    closes_on: date | None
    retention_on: date | None
    state: State
    params: Parameters
    parties: tuple[Party, ...]
    post: Post = field(default_factory=Post)
    archived: bool = False

    @cached_property
    def closes_at(self) -> datetime | None:
        """The last instant at which answers are accepted, in UTC."""
        return end_of_day(self.closes_on) if self.closes_on else None

    def accepts_answers(self, now: datetime) -> bool:
        return self.state == "open" and (self.closes_at is None or now <= self.closes_at)

    def require_open(self, now: datetime) -> None:
        """Answers are accepted, by the clock and not only by the state; else AssessmentClosed."""
        words = Text("Deze vragenlijst is nog niet open.", "This questionnaire is not open yet.")
        if self.state != "draft":
            words = Text(
                "Deze vragenlijst is gesloten. Antwoorden die niet verstuurd zijn, tellen niet mee.",
                "This questionnaire is closed. Answers that were not sent do not count.",
            )
        if not self.accepts_answers(now):
            raise AssessmentClosed(words, (self.about.contact_name, self.about.contact_email))

    def require_state(self, *states: State) -> None:
        """The step fits the state; else WrongState, which says what the state is."""
        if self.state not in states:
            wanted = [STATE_NAMES[state] for state in states]
            raise WrongState(
                Text(
                    "Deze meting is {state}; dit kan alleen als zij {wanted} is.",
                    "This assessment is {state}; this is possible only when it is {wanted}.",
                ).fill(
                    state=STATE_NAMES[self.state],
                    wanted=Text(" of ".join(w.nl for w in wanted), " or ".join(w.en for w in wanted)),
                )
            )


def end_of_day(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), DUTCH_TIME).astimezone(UTC)


def dutch_date(now: datetime) -> date:
    return now.astimezone(DUTCH_TIME).date()


# --- Who is asking ----------------------------------------------------------------------------------------------------

#: Commissioners and viewers belong to an office; an administrator serves all offices and belongs to none.
MemberRole = Literal["commissioner", "viewer", "administrator"]
Scope = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A member or a key (`is_key`) of one office. Every query is scoped to `office`.

    `administers`: an administrator, who has no office (`office` is empty) and so finds no assessment anywhere.
    `is_key`: a program, and no member.
    """

    office: str
    name: str
    may_write: bool
    administers: bool = False
    is_key: bool = False

    def require_write(self) -> None:
        if not self.may_write and self.is_key:
            raise NotAllowed(
                Text(
                    "Deze sleutel mag alleen lezen. Gebruik een sleutel die ook mag schrijven.",
                    "This key may only read. Use a key that may write as well.",
                )
            )
        if not self.may_write:
            raise NotAllowed(
                Text(
                    "U kunt hier meekijken, maar niets veranderen. Vraag een collega die metingen mag maken.",
                    "You can look here but not change anything. Ask a colleague who may commission assessments.",
                )
            )

    def require_administrator(self) -> None:
        """For everyone else the pages of administrators do not exist."""
        if not self.administers:
            raise NotFound


# --- What must be true before opening ---------------------------------------------------------------------------------


def faults_before_opening(
    assessment: Assessment, people: Mapping[str, int], confirmed: Collection[str], now: datetime
) -> list[Fault]:
    """Everything that keeps a draft from opening: texts, dates, and parties that confidentiality cannot hold.

    `people`: per party key the number of invited people. `confirmed`: the parties of which the commissioner said that
    they know that the party will stay hidden (scoring.md §7, product.md §2).
    """
    faults = [*_faults_of_texts(assessment), *_faults_of_dates(assessment, now)]
    for party in assessment.parties:
        advice = advise(party, people.get(party.key, 0), assessment.params)
        if advice.weight == "refused" or (advice.weight == "confirm" and party.key not in confirmed):
            faults.append(Fault(f"parties.{party.key}", advice.message))
    return faults


def _faults_of_texts(assessment: Assessment) -> list[Fault]:
    needed = {
        "purpose": (assessment.about.purpose, Text("het doel", "the purpose")),
        "legalBasis": (assessment.about.legal_basis, Text("de grondslag", "the legal basis")),
        "contactName": (assessment.about.contact_name, Text("de naam van het contact", "the contact's name")),
        "contactEmail": (assessment.about.contact_email, Text("het adres van het contact", "the contact's address")),
    }
    return [
        Fault(
            where,
            Text("Vul {what} in; wie antwoordt, leest dit.", "Fill in {what}; whoever answers reads this.").fill(
                what=what
            ),
        )
        for where, (given, what) in needed.items()
        if not given.strip()
    ]


def _faults_of_dates(assessment: Assessment, now: datetime) -> list[Fault]:
    today = dutch_date(now)
    faults: list[Fault] = []
    if assessment.closes_on is None or assessment.closes_on < today:
        faults.append(
            fault(
                "closesDate",
                "Kies een sluitdatum van vandaag of later.",
                "Choose a closing date of today or later.",
            )
        )
    if assessment.retention_on is None or assessment.retention_on <= (assessment.closes_on or today):
        faults.append(
            fault(
                "retentionDate",
                "Kies een bewaartermijn die na de sluitdatum eindigt.",
                "Choose a retention date after the closing date.",
            )
        )
    return faults


# --- Response while open ----------------------------------------------------------------------------------------------

ResponseBand = Literal[
    "too_few_to_tell", "too_small_to_tell", "list_changed", "40-", "40–59", "60–79", "60–100", "80–100"
]


def live_band(sent: int, invited: int, k_party: int) -> ResponseBand:
    """What an office may see of the response of one party while it is open: a band, never a count.

    Below `k_party` nothing; nor where the band would leave a single possible count, because then everybody's sending
    could be known (architecture.md §4, nobody sees who has sent). Somebody of the party who has not sent knows that not
    all have: to that person too two counts must be left. A party of which no count can ever be told is too small.
    """
    left = Counter(_band(count, invited) for count in range(k_party, invited))
    told = {band for band, counts in left.items() if counts > 1}
    if invited and not told:
        return "too_small_to_tell"
    return band if sent >= k_party and (band := _band(sent, invited)) in told else "too_few_to_tell"


def _band(sent: int, invited: int) -> ResponseBand:
    percent = 100 * sent / invited
    if percent >= 60 and invited < EXACT_SIZE_FROM:  # 80 % and up would leave all, and all but one
        return "60–100"
    return "80–100" if percent >= 80 else "60–79" if percent >= 60 else "40–59" if percent >= 40 else "40-"
