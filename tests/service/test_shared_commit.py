"""Writers who wait for each other on SQLite share one commit: nobody hears before it, and nobody spoils another's."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from app.domain.problems import Busy
from app.store.engine import Database

pytestmark = pytest.mark.usefixtures("sqlite_file")


class Refused(Exception):
    """A use case that changed its mind."""


def note(database: Database, name: str, *, then: Callable[[], object] = lambda: None) -> None:
    """One transaction that writes an office down."""
    with database.transaction(write=True) as connection:
        connection.execute(text("INSERT INTO office (id, name) VALUES (:name, :name)"), {"name": name})
        then()


def noted(database: Database) -> set[str]:
    with database.transaction(write=False) as connection:
        return set(connection.scalars(text("SELECT name FROM office")))


def refuse() -> None:
    raise Refused


@contextmanager
def queued(database: Database, jobs: list[Callable[[], object]]) -> Iterator[list[Future[object]]]:
    """All jobs wait in this order behind a writer who has the turn, and who lets go when the block begins."""
    has_turn, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        has_turn.set()
        go_on.wait(timeout=20)

    with ThreadPoolExecutor(len(jobs) + 1) as pool:
        first = pool.submit(note, database, "first", then=hold)
        assert has_turn.wait(timeout=20)
        futures: list[Future[object]] = []
        for place, job in enumerate(jobs, start=1):
            futures.append(pool.submit(job))
            while len(database._writers._turns._waiting) < place:
                time.sleep(0.001)
        go_on.set()
        yield [first, *futures]


@pytest.fixture
def commits(database: Database) -> list[object]:
    found: list[object] = []

    @event.listens_for(database.engine, "commit")
    def count(connection: object) -> None:
        found.append(connection)

    return found


def test_writers_who_wait_together_cost_one_commit(
    database: Database, commits: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.writers.LONGEST_TOGETHER", 30)
    before = noted(database)
    commits.clear()
    with queued(database, [lambda name=f"office {i}": note(database, name) for i in range(20)]) as futures:
        wait(futures)
    assert len(commits) == 1
    assert noted(database) - before == {"first", *(f"office {i}" for i in range(20))}


def test_whoever_raises_leaves_no_trace_and_takes_nobody_along(database: Database) -> None:
    jobs = [lambda: note(database, "one"), lambda: note(database, "two", then=refuse), lambda: note(database, "three")]
    with queued(database, jobs) as (_, one, two, three):
        wait([one, two, three])
    assert isinstance(two.exception(), Refused)
    assert one.exception() is None
    assert three.exception() is None
    assert noted(database) >= {"first", "one", "three"}
    assert "two" not in noted(database)


def test_nobody_gets_an_answer_before_the_shared_commit(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a refusal, for it may stand on what another wrote."""
    monkeypatch.setattr("app.store.writers.LONGEST_TOGETHER", 30)
    at_commit, go_on = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        if not at_commit.is_set():
            at_commit.set()
            go_on.wait(timeout=20)

    event.listen(database.engine, "commit", hold)
    jobs = [lambda: note(database, "one"), lambda: note(database, "two", then=refuse)]
    with queued(database, jobs) as futures:
        assert at_commit.wait(timeout=20)
        answered, _ = wait(futures, timeout=0.3)
        seen = noted(database)
        go_on.set()
    assert not answered
    assert not seen & {"first", "one", "two"}
    assert "one" in noted(database)


def test_a_commit_that_fails_fails_all_and_the_next_one_succeeds(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.store.writers.LONGEST_TOGETHER", 30)

    def fail(_: object) -> None:
        raise OperationalError("COMMIT", None, sqlite3.OperationalError("disk I/O error"))

    event.listen(database.engine, "commit", fail)
    with queued(database, [lambda: note(database, "one"), lambda: note(database, "two", then=refuse)]) as futures:
        wait(futures)
    assert [type(future.exception()) for future in futures] == [Busy, Busy, Busy]
    event.remove(database.engine, "commit", fail)
    assert not noted(database) & {"first", "one", "two"}
    note(database, "one")
    assert "one" in noted(database)


def test_a_full_disk_loses_nothing_that_was_answered(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite then undoes the whole transaction, those of the others too; whoever comes next begins a new one."""
    monkeypatch.setattr("app.store.writers.LONGEST_TOGETHER", 30)

    def fill() -> None:
        with database.transaction(write=True) as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}")
            try:
                connection.execute(text("INSERT INTO office (id, name) VALUES ('big', :words)"), {"words": "x" * 10**6})
            finally:
                connection.exec_driver_sql("PRAGMA max_page_count = 1000000000")

    with queued(database, [lambda: note(database, "one"), fill, lambda: note(database, "two")]) as futures:
        wait(futures)
    assert [type(future.exception()) for future in futures] == [Busy, Busy, Busy, type(None)]
    assert noted(database) & {"first", "one", "big", "two"} == {"two"}


def test_a_slow_writer_does_not_hold_up_those_before_it_for_long(database: Database) -> None:
    """A commit stays open for a moment only; whoever was done before it closes is answered then."""
    slow, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        slow.set()
        go_on.wait(timeout=20)

    def linger() -> None:
        note(database, "lingers", then=lambda: time.sleep(0.2))

    with queued(
        database, [lambda: note(database, "one"), linger, lambda: note(database, "slow", then=hold)]
    ) as futures:
        assert slow.wait(timeout=20)
        answered, _ = wait(futures[:3], timeout=10)
        go_on.set()
    assert len(answered) == 3
