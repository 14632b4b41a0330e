"""Work that a request asks of other threads: done together with all who wait, and answered as if each were alone."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import Connection, event, select, text
from sqlalchemy.exc import OperationalError

from app.domain.problems import Busy
from app.service.work import Work, Workshop
from app.store import tables
from app.store.crew import Crew, Job, Outcome, Threads, outcome_of
from app.store.engine import Database
from app.web.asking import Counter
from tests.people import SECRET, Chance, Clock
from tests.service.storm import counted


class Refused(Exception):
    """A use case that changed its mind."""


def note(name: str, then: Callable[[], object] = lambda: None) -> Job[str]:
    """A job that writes an office down, and gives its name."""

    def job(connection: Connection) -> str:
        connection.execute(text("INSERT INTO office (id, name) VALUES (:name, :name)"), {"name": name})
        then()
        return name

    return job


def names(connection: Connection) -> set[str]:
    return set(connection.scalars(text("SELECT name FROM office")))


def noted(database: Database) -> set[str]:
    with database.transaction(write=False) as connection:
        return names(connection)


def refuse() -> None:
    raise Refused


def fail_to_commit(_: object) -> None:
    raise OperationalError("COMMIT", None, sqlite3.OperationalError("disk I/O error"))


def together(database: Database, jobs: list[Job[str]]) -> list[Future[str]]:
    """All jobs wait while the first one goes on, so that they are done in one go where that is the way."""
    begun, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        go_on.wait(timeout=20)

    first = database.ask(note("first", hold), write=True)
    assert begun.wait(timeout=20)
    answers = [first, *(database.ask(job, write=True) for job in jobs)]
    go_on.set()
    wait(answers, timeout=30)
    return answers


def test_everyone_who_waits_gets_an_answer_of_their_own(database: Database) -> None:
    answers = together(database, [note(f"office {i}") for i in range(20)])
    assert [answer.result() for answer in answers] == ["first", *(f"office {i}" for i in range(20))]
    assert noted(database) >= {"first", *(f"office {i}" for i in range(20))}


def test_whoever_raises_leaves_no_trace_and_takes_nobody_along(database: Database) -> None:
    _, one, two, three = together(database, [note("one"), note("two", refuse), note("three")])
    assert (one.result(), type(two.exception()), three.result()) == ("one", Refused, "three")
    assert noted(database) & {"one", "two", "three"} == {"one", "three"}


def test_what_was_answered_is_seen_by_whoever_asks_next(database: Database) -> None:
    for i in range(20):
        database.ask(note(f"office {i}"), write=True).result(timeout=30)
        assert f"office {i}" in database.ask(names, write=False).result(timeout=30)


@pytest.mark.usefixtures("sqlite_file")
class TestOnSqlite:
    def test_writers_who_wait_share_one_commit(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("app.store.writers.LONGEST_TOGETHER", 30)
        with counted(database, "commit") as commits:
            together(database, [note(f"office {i}") for i in range(10)])
        assert len(commits) == 1

    def test_when_the_shared_commit_fails_nobody_is_told_that_it_went_well(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.store.writers.LONGEST_TOGETHER", 30)

        event.listen(database.engine, "commit", fail_to_commit)
        answers = together(database, [note("one"), note("two", refuse)])
        event.remove(database.engine, "commit", fail_to_commit)
        assert [type(answer.exception()) for answer in answers] == [Busy, Busy, Busy]
        assert not noted(database) & {"first", "one", "two"}
        assert database.ask(note("one"), write=True).result(timeout=30) == "one"

    def test_whoever_gave_up_just_before_the_shared_commit_failed_stops_nobody_after_them(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.store.writers.LONGEST_TOGETHER", 30)

        def hold() -> None:
            with database.transaction(write=True) as connection:
                note("held")(connection)
                gave_up = database.ask(note("gave up"), write=True)
                time.sleep(0.2)  # it waits behind this transaction by now, to share its commit
                assert gave_up.cancel()
                event.listen(database.engine, "commit", fail_to_commit)

        with pytest.raises(Busy):
            hold()
        wait([database.ask(note("in between"), write=True)], timeout=30)
        event.remove(database.engine, "commit", fail_to_commit)
        assert database.ask(note("after"), write=True).result(timeout=30) == "after"
        assert noted(database) & {"held", "gave up", "after"} == {"after"}

    def test_all_who_look_at_once_see_one_moment_with_all_that_was_answered_before(
        self, database: Database, workshop: Workshop, clock: Clock
    ) -> None:
        counter = Counter(workshop, clock)

        def offices(work: Work) -> set[str]:
            return {office.name for office in work.store.access.offices()}

        def meanwhile(work: Work) -> set[str]:
            found = offices(work)
            database.ask(note("two"), write=True).result(timeout=30)
            return found

        async def look_often() -> tuple[list[set[str]], set[str]]:
            await counter.look(lambda _: None)  # whoever is asked first makes the connection
            await asyncio.wrap_future(database.ask(note("one"), write=True))
            jobs = [meanwhile, *[offices] * 8]
            return await asyncio.gather(*(counter.look(job) for job in jobs)), await counter.look(offices)

        together, after = asyncio.run(look_often())
        assert all("one" in found and "two" not in found for found in together)
        assert {"one", "two"} <= after

    def test_while_somebody_holds_the_file_alone_looking_waits_in_a_thread_and_the_loop_goes_on(
        self, database: Database, workshop: Workshop, clock: Clock
    ) -> None:
        counter = Counter(workshop, clock)
        database.close()  # while we have it open nobody else can hold it alone
        alone = sqlite3.connect(str(database.url.database), isolation_level=None)
        alone.execute("PRAGMA locking_mode=EXCLUSIVE")
        alone.execute("BEGIN EXCLUSIVE")

        async def look() -> tuple[float, object]:
            waiting = asyncio.create_task(counter.look(lambda work: work.store.access.offices()))
            longest, last = 0.0, time.monotonic()
            while not waiting.done():
                await asyncio.sleep(0.01)
                longest, last = max(longest, time.monotonic() - last), time.monotonic()
            return longest, waiting.exception()

        longest, told = asyncio.run(look())
        alone.close()
        assert longest < 1
        assert isinstance(told, Busy)
        assert asyncio.run(counter.look(lambda work: work.store.access.offices())) == []

    def test_while_a_thread_connects_the_loop_goes_on(
        self, database: Database, workshop: Workshop, clock: Clock
    ) -> None:
        counter = Counter(workshop, clock)

        async def look() -> float:
            waiting = [asyncio.create_task(counter.look(lambda _: None))]
            longest, last = 0.0, time.monotonic()
            while not waiting[0].done():
                waiting.append(asyncio.create_task(counter.look(lambda _: None)))
                await asyncio.sleep(0.01)
                longest, last = max(longest, time.monotonic() - last), time.monotonic()
            await asyncio.gather(*waiting)
            return longest

        def slowly(*_: object) -> None:
            time.sleep(3)

        event.listen(database.engine, "connect", slowly)
        assert asyncio.run(look()) < 1.5

    def test_a_connection_for_looking_that_is_made_halfway_fails_nobody_and_is_made_anew(
        self, database: Database, workshop: Workshop, clock: Clock
    ) -> None:
        counter = Counter(workshop, clock)
        failed: list[str] = []

        def fail_once(_: object, __: object, statement: str, *___: object) -> None:
            if "busy_timeout=0" in statement and not failed:
                failed.append(statement)
                raise OperationalError(statement, None, sqlite3.OperationalError("disk I/O error"))

        event.listen(database.engine, "before_cursor_execute", fail_once)

        async def where() -> list[threading.Thread]:
            return [await counter.look(lambda _: threading.current_thread()) for _ in range(4)]

        found = asyncio.run(where())
        assert failed
        assert found[-1] is threading.current_thread()

    def test_after_closing_nobody_holds_the_file(self, database: Database) -> None:
        begun, go_on = threading.Event(), threading.Event()

        def slow(_: Connection) -> None:
            begun.set()
            go_on.wait(timeout=20)

        answers = [database.ask(slow, write=False)]
        assert begun.wait(timeout=20)
        answers.append(database.ask(lambda _: None, write=False))
        closing = threading.Thread(target=database.close)
        closing.start()
        time.sleep(0.1)
        go_on.set()
        closing.join(timeout=20)
        assert [answer.done() for answer in answers] == [True, True]
        alone = sqlite3.connect(str(database.url.database), isolation_level=None, timeout=0)
        alone.execute("PRAGMA locking_mode=EXCLUSIVE")
        alone.execute("BEGIN EXCLUSIVE")
        alone.close()

    def test_a_bug_in_one_job_leaves_nobody_an_old_view(
        self, database: Database, workshop: Workshop, clock: Clock
    ) -> None:
        counter = Counter(workshop, clock)
        errors: list[Exception] = []

        def stop_halfway(work: object) -> None:
            found = work.store.access._connection.connection.dbapi_connection.execute(  # type: ignore[attr-defined]
                "SELECT name FROM office"
            )
            found.fetchone()
            raise LookupError(found)

        async def look() -> set[str]:
            database.ask(note("one"), write=True).result(timeout=30)
            database.ask(note("two"), write=True).result(timeout=30)
            await counter.look(lambda _: None)
            try:
                await counter.look(stop_halfway)
            except LookupError as error:
                errors.append(error)  # as a log would hold it, with the query that was left halfway
            await asyncio.wrap_future(database.ask(note("three"), write=True))
            return {o.name for o in await counter.look(lambda work: work.store.access.offices())}

        assert "three" in asyncio.run(look())
        assert errors

    def test_whoever_waits_behind_work_that_is_kept_waiting_is_told_in_time(
        self, workshop: Workshop, clock: Clock
    ) -> None:
        database = workshop.database
        database.patience = 0.5
        counter = Counter(workshop, clock)
        begun, go_on = threading.Event(), threading.Event()

        def slow(connection: Connection) -> str:
            begun.set()
            go_on.wait(timeout=20)
            return note("slow")(connection)

        async def ask_behind() -> tuple[float, object]:
            start = time.monotonic()
            told = await asyncio.gather(counter.ask(lambda _: "done", write=True), return_exceptions=True)
            return time.monotonic() - start, told[0]

        first = database.ask(slow, write=True)
        assert begun.wait(timeout=20)
        waited, told = asyncio.run(ask_behind())
        go_on.set()
        assert isinstance(told, Busy)
        assert waited < 2
        assert first.result(timeout=20) == "slow", "what is in hand is not given up"

    def test_what_a_job_raises_while_looking_is_raised_where_it_was_asked(
        self, workshop: Workshop, clock: Clock
    ) -> None:
        counter = Counter(workshop, clock)

        async def look() -> list[object]:
            await counter.look(lambda _: None)
            jobs = (counter.look(lambda _: refuse()), counter.look(lambda _: "found"))
            return list(await asyncio.gather(*jobs, return_exceptions=True))

        refused, found = asyncio.run(look())
        assert isinstance(refused, Refused)
        assert found == "found"


def test_the_wait_for_a_turn_and_for_a_connection_are_parts_of_the_same_patience(
    workshop: Workshop, clock: Clock
) -> None:
    patience = 3.0
    small = Database(str(workshop.database.url.render_as_string(hide_password=False)), 4, patience)
    counter = Counter(Workshop(small, workshop.catalogue, SECRET, Chance("small")), clock)

    async def ask_after(pause: float) -> tuple[float, object]:
        await asyncio.sleep(pause)
        start = time.monotonic()
        told = await asyncio.gather(counter.ask(lambda _: "done", write=True), return_exceptions=True)
        return time.monotonic() - start, told[0]

    async def ask_some() -> list[tuple[float, object]]:
        return list(await asyncio.gather(*(ask_after(patience * part) for part in (0, 0.1, 0.5))))

    with ExitStack() as held:
        for _ in range(1 if small.is_sqlite else 4):
            held.enter_context(small.transaction(write=True))
        told = asyncio.run(ask_some())
    small.close()
    assert [type(what) for _, what in told] == [Busy] * 3
    assert max(waited for waited, _ in told) < 1.3 * patience


@pytest.mark.parametrize("kind_of_crew", ["crew", "threads"])
def test_whoever_waited_too_long_is_told_to_come_back_and_their_job_is_not_done(kind_of_crew: str) -> None:
    done: list[str] = []
    begun, go_on = threading.Event(), threading.Event()

    @contextmanager
    def nothing() -> Iterator[Connection]:
        yield None  # type: ignore[misc]  # these jobs use no connection

    def all_of_them(jobs: Iterator[list[Job[object]]]) -> list[Outcome]:
        return [outcome_of(job, nothing) for waiting in jobs for job in waiting]

    crew = Crew(all_of_them, patience=0.2) if kind_of_crew == "crew" else Threads(nothing, 1, patience=0.2)

    def slow(_: object) -> None:
        begun.set()
        go_on.wait(timeout=20)

    first = crew.ask(slow)
    assert begun.wait(timeout=20)
    late = crew.ask(lambda _: done.append("late"))
    time.sleep(0.3)
    go_on.set()
    assert first.result(timeout=20) is None
    assert isinstance(late.exception(timeout=20), Busy)
    crew.close()
    assert done == []
    assert crew.ask(lambda _: done.append("after")).result(timeout=20) is None, "closing ends no service for good"
    crew.close()


def test_whoever_asks_while_a_crew_closes_is_served_all_the_same() -> None:
    @contextmanager
    def nothing() -> Iterator[Connection]:
        yield None  # type: ignore[misc]  # these jobs use no connection

    crew = Crew(lambda jobs: [outcome_of(job, nothing) for waiting in jobs for job in waiting], patience=20)
    answers: list[Future[str]] = []
    stop = threading.Event()

    def keep_asking() -> None:
        while not stop.is_set():
            answers.append(crew.ask(lambda _: "done"))

    asking = [threading.Thread(target=keep_asking) for _ in range(3)]
    for thread in asking:
        thread.start()

    def close_often() -> None:
        for _ in range(300):
            crew.close()

    closing = threading.Thread(target=close_often, daemon=True)
    closing.start()
    closing.join(timeout=30)
    stop.set()
    for thread in asking:
        thread.join(timeout=20)
    assert not closing.is_alive()
    assert not wait(answers, timeout=20).not_done


def test_a_job_that_wants_to_end_the_thread_ends_only_itself(database: Database) -> None:
    def leave(_: Connection) -> None:
        raise SystemExit

    assert isinstance(database.ask(leave, write=True).exception(timeout=20), SystemExit)
    assert database.ask(note("after"), write=True).result(timeout=20) == "after"


def test_a_bug_that_looks_like_the_end_of_a_row_of_things_is_told_as_every_bug(
    workshop: Workshop, clock: Clock
) -> None:
    counter = Counter(workshop, clock)

    async def ask() -> list[object]:
        jobs = (counter.ask(lambda _: next(iter(())), write=True), counter.look(lambda _: next(iter(()))))
        return list(await asyncio.wait_for(asyncio.gather(*jobs, return_exceptions=True), 20))

    assert [type(told) for told in asyncio.run(ask())] == [RuntimeError, RuntimeError]


def test_a_statement_that_goes_past_sqlalchemy_finds_the_same_and_fails_alike(database: Database) -> None:
    from app.store.prepared import Prepared, found_by_all  # noqa: PLC0415 - the one test of it

    query = select(tables.office.c.id, tables.office.c.name).order_by(tables.office.c.name)
    prepared, wrong = Prepared(query), Prepared(tables.office.insert())
    with database.transaction(write=True) as connection:
        note("one")(connection)
        note("two")(connection)
        plain = connection.execute(query).all()
        assert prepared.rows(connection) == [tuple(row) for row in plain]
        both = found_by_all(connection, (prepared, {}), (prepared, {}))
        assert [found.rows() for found in both] == [prepared.rows(connection)] * 2
        assert prepared.row(connection).name == plain[0].name
    with pytest.raises(Exception, match="office") as caught, database.transaction(write=True) as connection:
        wrong.change(connection, id="one", name="secret words")
    assert type(caught.value).__name__ == "IntegrityError"
    assert "secret words" not in str(caught.value).split("DETAIL")[0]
    assert noted(database) >= {"one", "two"}
