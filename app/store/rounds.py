"""Owns rounds: what several respondents write at the same time, in one transaction.

Each by itself would ask the database some ten times, and wait for a commit. In a round everything behind all their
links is asked in one go, each job is done in memory, and what they write goes in one go. Nobody can tell:
docs/decisions/0021-rounds.md.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from app.domain.problems import Busy
from app.store.behind import hold_at_once
from app.store.crew import Crew, Job, Outcome, outcome_of
from app.store.links import HeldLink, Links, write_down

log = logging.getLogger("rolvast")

T = TypeVar("T")
#: So long, in seconds, a round may last before nobody else waits for it: its connection may lead nowhere.
LONGEST_ROUND = 2.0
#: What somebody wants to be done with a personal link, with a connection in a transaction.
LinkJob = Callable[[Connection, Links], T]


def on_its_own(job: LinkJob[T]) -> Job[T]:
    """The same job in a transaction that is its own."""
    return lambda connection: job(connection, Links(connection))


@dataclass(frozen=True, slots=True)
class _Asked(Generic[T]):
    token_hash: str
    job: LinkJob[T]


class _Spoiled(Exception):
    """One job spoiled the transaction of all."""


class Rounds:
    """Does what is to be written with links, a round at a time.

    `transaction`: gives one to write in. `alone`: does a job in a transaction of its own, and may wait for others; it
    hears since when the job is waited for.
    """

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[Connection]],
        alone: Callable[[Job[Any], float], Future[Any]],
        patience: float,
    ) -> None:
        self._transaction = transaction
        self._alone = alone
        self._began = 0.0
        self._crew = Crew(self._together, patience, lambda asked, since: alone(on_its_own(asked.job), since))

    def ask(self, token_hash: str, job: LinkJob[T]) -> Future[T]:
        """Have a job done; the answer comes when what it wrote is kept."""
        now = time.monotonic()
        if self._began and now - self._began > LONGEST_ROUND:
            return self._alone(on_its_own(job), now)
        return self._crew.ask(_Asked(token_hash, job))

    def close(self) -> None:
        self._crew.close()

    def _together(self, waiting: Iterator[list[_Asked[Any]]]) -> list[Outcome | None]:
        """How each job ended; None for those that are better done alone, and for all when this came to nothing."""
        outcomes: list[Outcome | None] = []
        taken = 0
        self._began = time.monotonic()
        try:
            with self._transaction() as connection:
                for asked in waiting:
                    taken += len(asked)
                    outcomes += _round(connection, asked)
        except Busy:
            raise
        except Exception as error:
            if not taken:
                raise
            why = type(error.__cause__ or error).__name__
            log.warning("what respondents wrote together was undone, and is done one by one: %s", why)
            return [None] * taken  # alone everybody hears of their own faults
        finally:
            self._began = 0.0
        return outcomes


def _round(connection: Connection, asked: Sequence[_Asked[Any]]) -> list[Outcome | None]:
    """Everyone's job, and what they wrote.

    Undone is what would have to wait: for somebody else with the same link, in this list or elsewhere, or for a
    closing. So is a link that leads nowhere, which looks the same from here.
    """
    first: dict[str, int] = {}
    for place, one in enumerate(asked):
        first.setdefault(one.token_hash, place)
    outcomes: list[Outcome | None] = [None] * len(asked)
    written = []
    for token_hash, behind in hold_at_once(connection, first).items():
        place, link = first[token_hash], HeldLink(connection, token_hash, behind)
        outcome = outcomes[place] = _done(asked[place].job, connection, link)
        if outcome.error is None:
            written.append(link)
    write_down(connection, written)
    return outcomes


def _done(job: LinkJob[Any], connection: Connection, link: HeldLink) -> Outcome:
    """How one job ended. What it raises is its own affair, unless the transaction of all is lost with it."""
    outcome = outcome_of(lambda c: job(c, link), lambda: nullcontext(connection))
    if isinstance(outcome.error, DBAPIError):
        raise outcome.error if outcome.error.connection_invalidated else _Spoiled from outcome.error
    return outcome
