"""Owns how requests without a thread of their own get their piece of work: together with all others that wait.

A request that only reads is answered here, in the event loop, where the database keeps nobody waiting; all others wait
for a thread that serves everyone who waits.
"""

import asyncio
import itertools
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Any, TypeVar, cast

from app.domain.problems import Busy
from app.service.work import Outcome, Work, Workshop

T = TypeVar("T")
#: A job that only reads, and who waits for how it ended: None where it could not be done at once.
Looking = tuple[Callable[[Work], Any], asyncio.Future[Outcome | None]]


class Counter:
    """Takes jobs and brings what they came to. `clock` tells the time at which a job is done."""

    def __init__(self, workshop: Workshop, clock: Callable[[], datetime]) -> None:
        self._workshop = workshop
        self._clock = clock
        self._found: dict[asyncio.AbstractEventLoop, dict[Hashable, Outcome]] = {}
        self._looking: dict[asyncio.AbstractEventLoop, list[Looking]] = {}

    async def look(self, job: Callable[[Work], T], question: Hashable = None) -> T:
        """What a job finds that only reads.

        `question`: all that the find follows from beside the database and the time; who asks the same in one round of
        the event loop shares what is found.
        """
        loop = asyncio.get_running_loop()
        if question is not None and (found := self._shared(loop, question, job)):
            return cast(T, found.get())
        mine: asyncio.Future[Outcome | None] = loop.create_future()
        if loop in self._looking:
            self._looking[loop].append((job, mine))
        else:
            self._looking[loop] = [(job, mine)]
            loop.call_soon(self._look_for_all, loop)
        outcome = await mine
        return await self.ask(job, write=False) if outcome is None else outcome.get()

    async def ask(self, job: Callable[[Work], T], *, write: bool, link: str | None = None) -> T:
        """What a job came to, once what it wrote is kept. Raises Busy when nobody took it up in time.

        `link`: the token of the personal link with which something is to be written.
        """
        asked = self._workshop.ask(self._clock(), job, write=write, link=link)
        # A thread that is kept waiting itself cannot tell those behind it. What is in hand already is not given up.
        giving_up = asyncio.get_running_loop().call_later(self._workshop.patience, asked.cancel)
        try:
            return await asyncio.wrap_future(asked)
        except asyncio.CancelledError:
            this = asyncio.current_task()
            if this is None or this.cancelling():
                raise
            raise Busy from None
        finally:
            giving_up.cancel()

    def _shared(
        self, loop: asyncio.AbstractEventLoop, question: Hashable, job: Callable[[Work], Any]
    ) -> Outcome | None:
        """What this round found for a question, looked up by whoever asks first; None where it could not be at once.

        Whatever runs in this round was waiting for it already; who is answered from now on asks again in a later one.
        What a job raises is for whoever asked alone.
        """
        if loop not in self._found:
            loop.call_soon(self._found.pop, loop)  # before looking, so that whatever is ready from now on comes after
            self._found[loop] = {}
        if question in self._found[loop]:
            return self._found[loop][question]
        found = self._workshop.look(self._clock(), [job])
        if found and not found[0].error:
            self._found[loop][question] = found[0]
        return found[0] if found else None

    def _look_for_all(self, loop: asyncio.AbstractEventLoop) -> None:
        """Once per round of the event loop, for all requests that came in with it."""
        looking = self._looking.pop(loop)
        try:
            outcomes = self._workshop.look(self._clock(), [job for job, _ in looking])
        except Exception:  # noqa: BLE001 - whatever it is, whoever asks again hears it
            outcomes = None
        for (_, whose), outcome in zip(looking, outcomes or itertools.repeat(None, len(looking)), strict=True):
            if not whose.cancelled():
                whose.set_result(outcome)
