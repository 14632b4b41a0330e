"""Owns who does the work that is asked for: one thread for all who wait, together, or several threads, each alone.

A hop to a thread and a transaction of one's own cost more than most statements do; shared by all who wait they cost
next to nothing. What "together" and "alone" mean, `Database` says: this knows who waits, and who gets which answer.
"""

import math
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from app.domain.problems import Busy

T = TypeVar("T")
J = TypeVar("J")
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


class Answer(Future[Any]):
    """What comes of a job. Whoever waits may give it up as long as it is in nobody's hand, also once handed on."""

    def __init__(self) -> None:
        super().__init__()
        self._handed_on: Future[Any] | None = None

    def cancel(self) -> bool:
        return super().cancel() or (self._handed_on is not None and self._handed_on.cancel())

    def comes_from(self, other: Future[Any]) -> None:
        """The job was handed on: this ends as the other does. Given up there is Busy here."""
        self._handed_on = other
        other.add_done_callback(self._end_as)

    def _end_as(self, other: Future[Any]) -> None:
        error = Busy() if other.cancelled() else other.exception()
        Outcome(None if error else other.result(), error).tell(self)


@dataclass(frozen=True, slots=True)
class _Asked(Generic[J]):
    job: J
    since: float
    answer: Answer = field(default_factory=Answer)

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


class Crew(Generic[J]):
    """One thread that does what waits.

    `together` is given all jobs that wait, then those that came meanwhile, until none waits; it takes as many such
    lists as it likes, and says how each job ended when whatever they wrote is kept. What it raises goes to all of them,
    and what it leaves undone (None) is done by `alone`, which hears since when it is waited for. Whoever waited longer
    than `patience`, in seconds, before their job was taken gets Busy.
    """

    def __init__(
        self,
        together: Callable[[Iterator[list[J]]], Sequence[Outcome | None]],
        patience: float,
        alone: Callable[[J, float], Future[Any]] | None = None,
    ) -> None:
        self._together = together
        self._patience = patience
        self._alone = alone
        self._waiting: SimpleQueue[_Asked[J] | None] = SimpleQueue()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None

    def ask(self, job: J) -> Future[Any]:
        """Have a job done; the answer comes when what it wrote is kept."""
        asked = _Asked(job, time.monotonic())
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
            taken: list[_Asked[J]] = []
            outcomes: Sequence[Outcome | None]
            try:
                outcomes = self._together(self._those_who_wait(first, taken))
                if len(outcomes) != len(taken):
                    raise RuntimeError("every job that was taken has an outcome")  # noqa: TRY301 - all of them hear it
            except BaseException as error:  # noqa: BLE001 - it goes to whoever asked
                if not taken and first.still_wanted(self._patience):
                    taken.append(first)
                outcomes = [Outcome(error=error)] * len(taken)
            ended = list(zip(taken, outcomes, strict=True))
            for asked, outcome in ended:
                if outcome is not None:
                    outcome.tell(asked.answer)
            for asked, outcome in ended:
                if outcome is None:
                    self._hand_on(asked)

    def _hand_on(self, asked: _Asked[J]) -> None:
        try:
            assert self._alone  # noqa: S101 - whoever leaves jobs undone has said who does them
            asked.answer.comes_from(self._alone(asked.job, asked.since))
        except BaseException as error:  # noqa: BLE001 - such as no thread that can be started
            Outcome(error=error).tell(asked.answer)

    def _those_who_wait(self, first: _Asked[J], taken: list[_Asked[J]]) -> Iterator[list[J]]:
        """The first job and all others that wait, then those that came meanwhile; `taken` tells whose they are."""
        waiting = [first, *self._more(MOST_TOGETHER - 1)]
        while waiting:
            wanted = [asked for asked in waiting if asked.still_wanted(self._patience)]
            taken += wanted
            if wanted:
                yield [asked.job for asked in wanted]
            waiting = self._more(MOST_TOGETHER - len(taken))

    def _more(self, most: int) -> list[_Asked[J]]:
        found: list[_Asked[J]] = []
        while len(found) < most:
            try:
                asked = self._waiting.get_nowait()
            except Empty:
                break
            if asked is None:
                self._waiting.put(None)  # close() waits for the end of this round
                break
            found.append(asked)
        return found


class Threads:
    """So many threads that do what waits, each job `alone` in a transaction of its own.

    Whoever waited longer than `patience`, in seconds, gets Busy.
    """

    def __init__(self, alone: Callable[[], AbstractContextManager[Connection]], number: int, patience: float) -> None:
        self._alone = alone
        self._patience = patience
        self._number = number
        self._pool = ThreadPoolExecutor(number)

    def ask(self, job: Job[T], since: float | None = None) -> Future[T]:
        """Have a job done; the answer comes when what it wrote is kept. `since`: when it was first asked for."""
        asked = _Asked(job, time.monotonic() if since is None else since)
        self._pool.submit(self._do, asked)
        return asked.answer

    def close(self) -> None:
        """Do what waits, and stop. Whoever asks meanwhile is served by the next threads."""
        pool, self._pool = self._pool, ThreadPoolExecutor(self._number)
        pool.shutdown()

    def _do(self, asked: _Asked[Job[Any]]) -> None:
        """Until there is a connection to do it with, a job is in nobody's hand and may be given up."""
        if asked.answer.done():
            return
        outcome = outcome_of(lambda c: asked.job(c) if asked.still_wanted(self._patience) else None, self._alone)
        if asked.still_wanted():
            outcome.tell(asked.answer)
