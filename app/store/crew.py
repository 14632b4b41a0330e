"""Owns who does the work that is asked for: one thread for all who wait, together, or several threads, each alone.

A hop to a thread and a transaction of one's own cost more than most statements do; shared by all who wait they cost
next to nothing. What "together" and "alone" mean, `Database` says: this knows who waits, and who gets which answer.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from app.domain.problems import Busy

T = TypeVar("T")
#: What somebody wants to be done, with a connection in a transaction.
Job = Callable[[Connection], T]

#: So many do it together at most: whoever was first must not wait for all who keep coming.
MOST_TOGETHER = 64


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended: with a value, or with what it raised."""

    value: Any = None
    error: BaseException | None = None

    def get(self) -> Any:
        """The value; raises what the job raised."""
        if self.error is not None:
            raise self.error
        return self.value

    def tell(self, answer: Future[Any]) -> None:
        if self.error is None:
            answer.set_result(self.value)
        else:
            answer.set_exception(self.error)


def outcome_of(job: Job[Any], part: Callable[[], AbstractContextManager[Connection]]) -> Outcome:
    """Do one job in its part of the transaction; what it raises is its own affair, not that of the others."""
    try:
        with part() as connection:
            return Outcome(job(connection))
    except StopIteration as error:  # no future takes it: whoever asked would wait for ever
        bug = RuntimeError("a job ended with StopIteration")
        bug.__cause__ = error
        return Outcome(error=bug)
    except BaseException as error:  # noqa: BLE001 - it goes to whoever asked, and ends no thread that serves all
        return Outcome(error=error)


@dataclass(frozen=True, slots=True)
class _Asked(Generic[T]):
    job: Job[T]
    answer: Future[T]
    since: float

    def still_wanted(self, patience: float = math.inf) -> bool:
        """Whether an answer is still waited for: then it is in hand from now on. Whoever waited too long is told so."""
        if self.answer.running():
            return True
        if self.answer.done() or not self.answer.set_running_or_notify_cancel():
            return False
        if time.monotonic() - self.since > patience:
            self.answer.set_exception(Busy())
            return False
        return True


def _asked(job: Job[T]) -> _Asked[T]:
    return _Asked(job, Future(), time.monotonic())


class Crew:
    """One thread that does what waits.

    `together` does some or all of the jobs that it is given and says how each ended, when whatever they wrote is kept;
    what it raises goes to all that it took. Whoever waited longer than `patience`, in seconds, before their job was
    taken gets Busy.
    """

    def __init__(self, together: Callable[[Iterator[Job[Any]]], list[Outcome]], patience: float) -> None:
        self._together = together
        self._patience = patience
        self._waiting: SimpleQueue[_Asked[Any] | None] = SimpleQueue()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def ask(self, job: Job[T]) -> Future[T]:
        """Have a job done; the answer comes when what it wrote is kept."""
        asked = _asked(job)
        with self._guard:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._work, name="crew", daemon=True)
                self._thread.start()
            self._waiting.put(asked)
        return asked.answer

    def close(self) -> None:
        """Do what waits, and stop. Whoever asks meanwhile is served by the next thread."""
        with self._guard:
            if self._thread is not None:
                self._waiting.put(None)
                self._thread.join()
                self._thread = None

    def _work(self) -> None:
        while (first := self._waiting.get()) is not None:
            taken: list[_Asked[Any]] = []
            try:
                outcomes = self._together(self._those_who_wait(first, taken))
            except BaseException as error:  # noqa: BLE001 - it goes to whoever asked
                if not taken and first.still_wanted(self._patience):
                    taken.append(first)
                outcomes = [Outcome(error=error)] * len(taken)
            for asked, outcome in zip(taken, outcomes, strict=True):
                outcome.tell(asked.answer)

    def _those_who_wait(self, first: _Asked[Any], taken: list[_Asked[Any]]) -> Iterator[Job[Any]]:
        """The first job, then those that wait and those that come meanwhile; `taken` tells whose they are."""
        asked: _Asked[Any] | None = first
        while asked is not None:
            if asked.still_wanted(self._patience):
                taken.append(asked)
                yield asked.job
            if len(taken) >= MOST_TOGETHER:
                return
            try:
                asked = self._waiting.get_nowait()
            except Empty:
                return
        self._waiting.put(None)  # close() waits for the end of this round


class Threads:
    """So many threads that do what waits, each job `alone` in a transaction of its own.

    For a database that shares commits by itself. Whoever waited longer than `patience`, in seconds, gets Busy.
    """

    def __init__(self, alone: Callable[[], AbstractContextManager[Connection]], number: int, patience: float) -> None:
        self._alone = alone
        self._patience = patience
        self._number = number
        self._pool = ThreadPoolExecutor(number)

    def ask(self, job: Job[T]) -> Future[T]:
        """Have a job done; the answer comes when what it wrote is kept."""
        asked = _asked(job)
        self._pool.submit(self._do, asked)
        return asked.answer

    def close(self) -> None:
        """Do what waits, and stop. Whoever asks meanwhile is served by the next threads."""
        pool, self._pool = self._pool, ThreadPoolExecutor(self._number)
        pool.shutdown()

    def _do(self, asked: _Asked[Any]) -> None:
        """Until there is a connection to do it with, a job is in nobody's hand and may be given up."""
        if asked.answer.done():
            return
        outcome = outcome_of(lambda c: asked.job(c) if asked.still_wanted(self._patience) else None, self._alone)
        if asked.still_wanted():
            outcome.tell(asked.answer)
