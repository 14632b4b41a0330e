"""Who is who in the tests, and the few steps by which they get somewhere: always through the service itself."""

import base64
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.domain.answers import Value
from app.domain.assessment import Actor, Assessment, MemberRole, Purpose
from app.domain.constellation import Party, Rating
from app.service import access, administration, commissioning, responding, webhooks
from app.service.plans import Plan
from app.service.tokens import receipt_code
from app.service.work import Work, Workshop

#: A Monday morning. Everything in the tests is told the time.
NOW = datetime(2026, 11, 23, 9, 30, 17, 123456, tzinfo=UTC)
CLOSES = date(2026, 12, 14)
RETAINED = date(2028, 12, 1)
SECRET = b"a secret key that only the tests know"
INSTRUMENT = "driehoek"

COMMISSIONER = "alice@bureau.example"
VIEWER = "victor@bureau.example"
STRANGER = "charlie@ander-bureau.example"
ADMINISTRATOR = "beheer@rolvast.example"

#: Three groups of five: the smallest constellation in which everything is published.
TRIANGLE = (
    Party("eigenaar", "eigenaar", "Directie Eigenaarsadvies"),
    Party("wonen", "opdrachtgever", "Directie Wonen"),
    Party("dienst", "opdrachtnemer", "Dienst Registers"),
)
FIVE_EACH = {"eigenaar": 5, "wonen": 5, "dienst": 5}

#: Two opdrachtgevers and an eigenaar who answers by name: twenty people.
SQUARE = (
    Party("eigenaar", "eigenaar", "Plaatsvervangend secretaris-generaal", "statement"),
    Party("wonen", "opdrachtgever", "Directie Wonen"),
    Party("natuur", "opdrachtgever", "Directie Natuur"),
    Party("dienst", "opdrachtnemer", "Dienst Registers"),
)
TWENTY = {"eigenaar": 1, "wonen": 6, "natuur": 6, "dienst": 7}

#: Five opdrachtgevers, so that a respondent chooses; two of them are small and are pooled.
FAN = (
    Party("eigenaar", "eigenaar", "Secretaris-generaal", "statement"),
    *(Party(key, "opdrachtgever", f"Directie {key.title()}") for key in ("wonen", "natuur", "arbeid", "water", "zorg")),
    Party("dienst", "opdrachtnemer", "Dienst Registers"),
)
FAN_PEOPLE = {"eigenaar": 1, "wonen": 6, "natuur": 6, "arbeid": 5, "water": 3, "zorg": 3, "dienst": 6}

Answer = Value | str | Callable[[Rating], Value | str]


class Clock:
    """A clock that stands still until somebody sets it."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


class Chance:
    """Chance that falls the same way in every run of a test."""

    def __init__(self, seed: str) -> None:
        self._dice = random.Random(seed)

    def __call__(self) -> str:
        return base64.urlsafe_b64encode(self._dice.randbytes(24)).decode()


def address(party: str, number: int = 1) -> str:
    return f"{party}-{number}@ministerie.example"


def rows(people: Mapping[str, int]) -> list[tuple[int, list[str]]]:
    """Lines of a list of people, so many of each party."""
    lines = [
        [address(party, number), f"Medewerker {number}", party]
        for party, count in people.items()
        for number in range(1, count + 1)
    ]
    return list(enumerate(lines, start=1))


class House:
    """One office at work, a second office that must see nothing, and everyone's way in."""

    def __init__(self, workshop: Workshop, clock: Clock) -> None:
        self.workshop = workshop
        self.clock = clock
        with self.work() as work:
            self.office = access.make_office(work, "Bureau van de secretaris-generaal")
            self.other_office = access.make_office(work, "Ander bureau")
        self.commissioner = Actor(self.office, COMMISSIONER, may_write=True)
        self.viewer = Actor(self.office, VIEWER, may_write=False)
        self.administrator = Actor("", ADMINISTRATOR, may_write=False, administers=True)
        self.stranger = Actor(self.other_office, STRANGER, may_write=True)

    @contextmanager
    def work(self, *, write: bool = True) -> Iterator[Work]:
        with self.workshop.work(self.clock(), write=write) as work:
            yield work

    # --- Ways in ---

    def sign_in_link(self, email: str = COMMISSIONER) -> str:
        roles: dict[str, MemberRole] = {VIEWER: "viewer", ADMINISTRATOR: "administrator"}
        offices = {STRANGER: self.other_office, ADMINISTRATOR: ""}
        with self.work() as work:
            return access.make_sign_in_link(
                work, offices.get(email, self.office), email, roles.get(email, "commissioner")
            )

    def session(self, email: str = COMMISSIONER) -> str:
        token = self.sign_in_link(email)
        with self.work() as work:
            return access.sign_in(work, token)[0]

    def key(self, scope: Any = "write", *, of_stranger: bool = False) -> str:
        with self.work() as work:
            return access.make_key(work, self.other_office if of_stranger else self.office, f"{scope} key", scope)

    def links(self, assessment: Assessment) -> dict[str, str]:
        """Everyone's token, by address."""
        with self.work(write=False) as work:
            return {email: token for _, email, token in administration.invitation_tokens(work, assessment)}

    def link(self, assessment: Assessment, party: str = "wonen", number: int = 1) -> str:
        return self.links(assessment)[address(party, number)]

    def readers(self, assessment: Assessment) -> dict[str, str]:
        with self.work(write=False) as work:
            return access.reader_tokens(work, self.commissioner, assessment.id)

    def webhook(self, url: str = "https://systeem.example/x", *events: str, private: bool = False) -> tuple[str, str]:
        """The id and the secret of a webhook of the office."""
        with self.work() as work:
            made, secret = webhooks.add_webhook(
                work, self.commissioner, url, events or ("opened", "closed", "released"), may_reach_private=private
            )
            return made.id, secret

    # --- The life of an assessment ---

    def plan(self, parties: Sequence[Party] = TRIANGLE, **changes: Any) -> Plan:
        plan = Plan(
            constellation="Driehoek Registers",
            instrument=INSTRUMENT,
            title="Meting van de registers",
            about=Purpose("Zien waar beelden verschillen.", "Algemeen belang", "Team Driehoek", "team@bureau.example"),
            closes_on=CLOSES,
            retention_on=RETAINED,
            parties=tuple(parties),
        )
        return replace(plan, **changes)

    def draft(
        self,
        people: Mapping[str, int] = FIVE_EACH,
        parties: Sequence[Party] = TRIANGLE,
        next_wave_of: str | None = None,
        **changes: Any,
    ) -> Assessment:
        with self.work() as work:
            plan = self.plan(parties, **changes)
            made = commissioning.create(work, self.commissioner, plan, next_wave_of=next_wave_of)
            if people:
                commissioning.add_people(work, self.commissioner, made.id, rows(people))
            return work.own(self.commissioner, made.id)

    def opened(self, *about: Any, **more: Any) -> Assessment:
        draft = self.draft(*about, **more)
        with self.work() as work:
            return commissioning.open_assessment(
                work, self.commissioner, draft.id, [p.key for p in draft.parties if not p.attributed and p.invited < 5]
            )

    def answered(self, *about: Any, answer: Answer = 4, **more: Any) -> Assessment:
        """Open, and everyone has sent."""
        opened = self.opened(*about, **more)
        self.everyone_sends(opened, answer)
        return opened

    def close(self, assessment: Assessment) -> Assessment:
        with self.work() as work:
            return commissioning.close(work, self.commissioner, assessment.id)

    def release(self, assessment: Assessment) -> Assessment:
        with self.work() as work:
            return commissioning.release(work, self.commissioner, assessment.id)

    def closed(self, *about: Any, **more: Any) -> Assessment:
        return self.close(self.answered(*about, **more))

    def released(self, *about: Any, **more: Any) -> Assessment:
        return self.release(self.closed(*about, **more))

    def again(self, assessment: Assessment) -> Assessment:
        """The assessment as it now is."""
        with self.work(write=False) as work:
            return work.own(self.commissioner, assessment.id)

    # --- Filling in ---

    def fill_in(self, token: str, answer: Answer = 4, comments: Mapping[str, str] | None = None) -> None:
        with self.work() as work:
            _fill_in(work, token, answer, comments or {})

    def submit(self, token: str, code: str | None = None) -> str:
        """Send what was filled in; gives the receipt code."""
        with self.work() as work:
            code = code or receipt_code(work.chance())
            responding.submit(work, token, code)
            return code

    def send(self, token: str, answer: Answer = 4, comments: Mapping[str, str] | None = None) -> str:
        self.fill_in(token, answer, comments)
        return self.submit(token)

    def everyone_fills_in(
        self, assessment: Assessment, answer: Answer = 4, comments: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """Everyone invited fills in, and nobody sends; gives the tokens by address."""
        with self.work() as work:
            links = {email: token for _, email, token in administration.invitation_tokens(work, assessment)}
            for token in links.values():
                _fill_in(work, token, answer, comments or {})
        return links

    def everyone_sends(self, assessment: Assessment, answer: Answer = 4) -> dict[str, str]:
        """Everyone invited fills in and sends; gives the receipt codes by address."""
        codes: dict[str, str] = {}
        with self.work() as work:
            for _, email, token in list(administration.invitation_tokens(work, assessment)):
                _fill_in(work, token, answer, {})
                codes[email] = receipt_code(work.chance())
                responding.submit(work, token, codes[email])
        return codes

    # --- What is stored ---

    def stored(self, query: str) -> list[tuple[Any, ...]]:
        """Rows straight from the database, for what no page may show."""
        with self.workshop.database.transaction(write=False) as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def number_of(self, table: str) -> int:
        return int(self.stored(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - the tests' own words

    def document(self, assessment: Assessment) -> dict[str, Any]:
        """The score document, whether released or not."""
        with self.work(write=False) as work:
            kept = work.store.results.snapshot(assessment.id)
        assert kept is not None
        return dict(json.loads(kept.document))


def _fill_in(work: Work, token: str, answer: Answer, comments: Mapping[str, str]) -> None:
    who = responding.respondent(work, token)
    if who.party.attributed and not who.invitation.statement_confirmed:
        responding.confirm_statement(work, token)
    for parties in who.choices.values():
        who = responding.choose(work, token, [party.key for party in parties[:3]])
    given = {r.key: answer(r) if callable(answer) else answer for r in who.questionnaire.ratings}
    responding.save(work, token, given, comments)
