"""Many at once: threads that start together, and a way to hold one of them at a statement while others go on."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.domain.problems import Problem
from app.store.engine import Database


def at_once(jobs: Sequence[Callable[[], object]]) -> list[object]:
    """Run all jobs from the same instant; gives each one's result, or the Problem that it met."""
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        gate.wait(timeout=30)
        try:
            return job()
        except Problem as problem:
            return problem

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, job) for job in jobs]]


class Held:
    """A thread that waits before a statement; it goes on when let go, or by itself after a while."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self._go = threading.Event()

    def let_go(self) -> None:
        self._go.set()

    def wait_here(self) -> None:
        self.reached.set()
        self._go.wait(timeout=20)


@contextmanager
def held_at(database: Database, statement: str) -> Iterator[Held]:
    """The first thread that comes to a statement with these words waits there."""
    held = Held()

    def hold(_connection: Any, _cursor: Any, words: str, *_rest: Any) -> None:
        if statement in words and not held.reached.is_set():
            held.wait_here()

    event.listen(database.engine, "before_cursor_execute", hold)
    try:
        yield held
    finally:
        held.let_go()
        event.remove(database.engine, "before_cursor_execute", hold)


def while_held(
    database: Database, statement: str, slow: Callable[[], object], quick: Callable[[], object]
) -> tuple[object, object]:
    """Run `slow` until it comes to the statement, then all of `quick` if nothing stops it, then the rest of `slow`."""

    def run(job: Callable[[], object]) -> object:
        try:
            return job()
        except Problem as problem:
            return problem

    with held_at(database, statement) as held, ThreadPoolExecutor(2) as pool:
        first = pool.submit(run, slow)
        assert held.reached.wait(timeout=20), "the statement was never run"
        second = pool.submit(run, quick)
        done = threading.Event()
        second.add_done_callback(lambda _: done.set())
        done.wait(timeout=0.5)  # where `quick` must wait for `slow`, it does so now
        held.let_go()
        return first.result(timeout=30), second.result(timeout=30)


@contextmanager
def counted(database: Database, what: str) -> Iterator[list[object]]:
    """Every `what` (begin, commit) of a transaction in this block."""
    found: list[object] = []

    def note_it(connection: object) -> None:
        found.append(connection)

    event.listen(database.engine, what, note_it)
    yield found
    event.remove(database.engine, what, note_it)
