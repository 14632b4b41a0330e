"""Owns one piece of work: a transaction with everything that a use case needs, time and chance included."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from app.catalogue import Catalogue
from app.domain.assessment import Actor, Assessment
from app.domain.constellation import Constellation, Party
from app.domain.instrument import Instrument
from app.domain.problems import NotFound
from app.service.tokens import stored
from app.store.crew import Outcome as Outcome  # noqa: PLC0414 - those who look get it from here
from app.store.engine import Database
from app.store.results import AuditEvent
from app.store.store import Store

T = TypeVar("T")
#: Gives a fresh random text of at least 128 bits, fit for an URL.
Chance = Callable[[], str]


@dataclass
class Work:
    """What a use case works with. `chance` gives ids and tokens; `secret` keys the tokens of personal links."""

    store: Store
    catalogue: Catalogue
    now: datetime
    chance: Chance
    secret: bytes
    constellations: Callable[[tuple[str, int], tuple[Party, ...]], Constellation]
    keys_used: set[str] = field(default_factory=set)
    sessions_used: dict[str, datetime] = field(default_factory=dict)

    def instrument_of(self, assessment: Assessment) -> Instrument:
        return self.catalogue.instrument(*assessment.instrument)

    def constellation_of(self, assessment: Assessment) -> Constellation:
        return self.constellations(assessment.instrument, assessment.parties)

    def own(self, actor: Actor, identifier: str) -> Assessment:
        """An assessment of the actor's office; somebody else's does not exist."""
        assessment = self.store.assessments.find(actor.office, identifier)
        if assessment is None:
            raise NotFound
        return assessment

    def own_to_change(self, actor: Actor, identifier: str) -> Assessment:
        """The same, held until the transaction ends, for an actor who may change it."""
        actor.require_write()
        return self.held(actor.office, identifier)

    def held(self, office: str, identifier: str) -> Assessment:
        """An assessment, held until the transaction ends, whoever it is that changes something of it."""
        assessment = self.store.assessments.lock_for_change(office, identifier)
        if assessment is None:
            raise NotFound
        return assessment

    def leave_traces(self) -> None:
        """Something is deleted of which nothing may stay, not even in the files: a worker wipes it soon after."""
        self.store.traces.leave(self.chance())

    def record(self, actor: Actor, assessment: Assessment, action: str, **detail: object) -> None:
        """Write down in the audit trail what the office did; never what a respondent did."""
        event = AuditEvent(actor.name, action, _signed(actor, detail), self.now, assessment.id)
        self.store.results.add_audit_event(self.chance(), assessment.office, event)

    def record_of_office(self, actor: Actor, action: str, **detail: object) -> None:
        """Write down what was done to an office itself; of an actor without one, to the service."""
        self.store.results.add_audit_event(
            self.chance(), actor.office, AuditEvent(actor.name, action, _signed(actor, detail), self.now)
        )


def _signed(actor: Actor, detail: dict[str, object]) -> dict[str, object]:
    """A key bears any name that its office gave it, also that of a person: the trail says that it was a key."""
    return {**detail, "by": "key"} if actor.is_key else detail


class Workshop:
    """Makes pieces of work. One for the whole process; `main` builds it."""

    def __init__(self, database: Database, catalogue: Catalogue, secret: bytes, chance: Chance) -> None:
        self.database = database
        self.catalogue = catalogue
        self._secret = secret
        self._chance = chance
        # Since when traces could not be wiped, for whoever watches over the service.
        self.kept_from_wiping: datetime | None = None
        # Whether every migration has run; until that was seen, no request and no round does anything.
        self.tables_are_current = False
        # Reading writes nothing; which keys and sessions were used is noted here, and written down by the worker.
        self.keys_used: set[str] = set()
        self.sessions_used: dict[str, datetime] = {}
        # What a constellation asks of whom follows from these two alone; it is made once, not for every request.
        self._constellations = lru_cache(maxsize=100)(self._constellation)

    def _constellation(self, instrument: tuple[str, int], parties: tuple[Party, ...]) -> Constellation:
        return Constellation(self.catalogue.instrument(*instrument), parties)

    @contextmanager
    def work(self, now: datetime, *, write: bool) -> Iterator[Work]:
        """One transaction: everything in the block happens, or nothing does."""
        with self.database.transaction(write=write) as connection:
            work = self._work(Store(connection), now)
            yield work
        self._note_uses(work)

    def ask(self, now: datetime, job: Callable[[Work], T], *, write: bool, link: str | None = None) -> Future[T]:
        """Have one transaction's work done by another thread, where that is the way together with whoever else waits;
        the answer comes when what it wrote is kept.

        `link`: the token of the personal link with which something is to be written, and nothing else.
        """
        if write and link is not None:
            return self.database.ask_with_link(
                stored(link), lambda connection, links: self._do(job, Store(connection, links), now)
            )
        return self.database.ask(lambda connection: self._do(job, Store(connection), now), write=write)

    @property
    def patience(self) -> float:
        """How long whoever asks waits for a turn, in seconds."""
        return self.database.patience

    def look(self, now: datetime, jobs: Sequence[Callable[[Work], Any]]) -> list[Outcome] | None:
        """Do work that only reads in this very thread, each as if alone; None where it would have to wait: then ask."""
        return self.database.look(
            [lambda connection, job=job: self._do(job, Store(connection), now) for job in jobs]  # type: ignore[misc]
        )

    def _do(self, job: Callable[[Work], T], store: Store, now: datetime) -> T:
        work = self._work(store, now)
        done = job(work)
        self._note_uses(work)
        return done

    def _work(self, store: Store, now: datetime) -> Work:
        return Work(store, self.catalogue, now, self._chance, self._secret, self._constellations)

    def _note_uses(self, work: Work) -> None:
        self.keys_used |= work.keys_used
        self.sessions_used |= work.sessions_used

    def wipe_traces(self) -> bool:
        """Wipe what was left in the files, if anything; False while somebody reads or writes: ask again later."""
        with self.database.transaction(write=False) as connection:
            left = Store(connection).traces.left()
        if not left:
            return True
        if not self.database.scrub():
            return False
        with self.database.transaction(write=True) as connection:
            Store(connection).traces.wiped(left)
        return True
