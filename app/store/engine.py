"""Owns the connection to the database: one transaction per piece of work; on SQLite those who wait share theirs."""

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Dialect, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from sqlalchemy.pool import ConnectionPoolEntry

from app.domain.problems import Busy, Problem
from app.files import naming
from app.store.crew import Crew, Job, Outcome, T, Threads, outcome_of
from app.store.prepared import only_reads
from app.store.rounds import LinkJob, Rounds
from app.store.tables import metadata
from app.store.writers import Writers

#: How long a writer waits for another process before it gives up, in milliseconds.
BUSY_TIMEOUT = 5000
#: How long the wiping of traces waits for whoever has a table or the file, in milliseconds: others wait behind it.
WIPING_TIMEOUT = 200
#: How long the wiping of traces waits for transactions that began earlier, in seconds.
PATIENCE_WITH_OLDER = 1.0
#: How long a transaction may stand still before PostgreSQL takes it for left behind, in milliseconds.
LEFT_BEHIND = 300_000
#: How long whoever asks for something waits for a turn within this process, in seconds.
PATIENCE = BUSY_TIMEOUT * 2 / 1000
#: Of the connections to PostgreSQL, the tenths with which those who ask read at once, and write at once. More write: a
#: closing that takes long keeps those who send to it waiting, and must not take every turn. Together they stay open.
READING, WRITING = 2, 3


def file_of(url: str) -> Path | None:
    """The file of a SQLite database; None for another kind. Looking for it makes nothing."""
    parts = make_url(url)
    return Path(parts.database) if parts.get_backend_name() == "sqlite" and parts.database else None


class Database:
    """One database by URL: SQLite (default) or PostgreSQL.

    `patience`: how long, in seconds, whoever asks for something waits for a turn within this process.
    """

    def __init__(self, url: str, most_connections: int = 40, patience: float = PATIENCE) -> None:
        self.url = make_url(url)
        self.patience = patience
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writers: Writers | None = None
        self._looking = threading.Lock()
        self._kept: Connection | None = None
        self._reading: Crew[Job[Any]] | Threads
        if self.is_sqlite:
            if self.url.database:
                folder = Path(self.url.database).parent
                with naming(folder):
                    folder.mkdir(parents=True, exist_ok=True)
            self.engine = create_engine(
                self.url, connect_args={"check_same_thread": False}, pool_timeout=patience, hide_parameters=True
            )
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            self._writers = Writers(self._connect_to_write, patience)
            self._reading = Crew(self._read_together, patience)
        else:
            self.engine = create_engine(
                _with_driver(self.url),
                connect_args=_patience(self.url),
                pool_size=most_connections // 2,
                max_overflow=most_connections // 2,
                pool_timeout=patience,
                hide_parameters=True,
            )
            event.listen(self.engine, "checkin", _note_use)
            event.listen(self.engine, "checkout", partial(_require_alive, self.engine.dialect))
            event.listen(self.engine, "handle_error", _let_go_of_those_that_only_read)
            reading = max(1, most_connections * READING // 10)
            self._reading = Threads(partial(self.transaction, write=False), reading, patience)
        writing = partial(self.transaction, write=True)
        self._writing = Threads(writing, max(1, most_connections * WRITING // 10), patience)
        self._rounds = Rounds(writing, self._writing.ask, patience)

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Connection]:
        """One transaction: committed when the block ends, rolled back when it raises. Raises Busy when out of reach."""
        if write and self._writers:
            with reachable(), self._writers.turn() as connection:
                yield connection
        else:
            with reachable(), self.engine.connect() as connection:
                connection.info["write"] = write
                with connection.begin():
                    yield connection

    def ask(self, job: Job[T], *, write: bool) -> Future[T]:
        """Have a job done by another thread, as in a transaction of its own; the answer comes when that is committed.

        The job raises what the answer raises, and nothing of it is kept then; it is Busy when the database is out of
        reach.
        """
        return (self._writing if write else self._reading).ask(job)

    def ask_with_link(self, token_hash: str, job: LinkJob[T]) -> Future[T]:
        """The same for a job that writes with a personal link, and only there: done in a round with those of others."""
        return self._rounds.ask(token_hash, job)

    def look(self, jobs: Sequence[Job[Any]]) -> list[Outcome] | None:
        """Do jobs that read in this very thread, together; None where they might have to wait for somebody: then ask.

        On SQLite readers wait for nobody, but for one who repairs the file after a fall or holds it alone. The
        connection for it waits for nothing, and is made by whoever is asked to read.
        """
        if not self._looking.acquire(blocking=False):
            return None
        try:
            if self._kept is None:
                return None
            outcomes = _all_at_once(self._kept, jobs)
            # A query that was left halfway by a bug would keep the database of this moment in sight.
            if outcomes is None or any(o.error and not isinstance(o.error, Problem) for o in outcomes):
                self._let_go()
            return outcomes
        finally:
            self._looking.release()

    def _prepare_to_look(self) -> None:
        """Nobody waits for this: where it fails, readers are asked as before, and the next of them tries again."""
        if self._kept is None:
            with suppress(DBAPIError, NoConnectionLeft):
                connection = self._connect_to_look()
                with self._looking:
                    self._kept = connection

    def _connect_to_look(self) -> Connection:
        connection = self.engine.connect()
        try:
            connection.info["looks"] = True
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
        except BaseException:
            _discard(connection)
            raise
        return connection

    def _let_go(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            _discard(kept)

    def _read_together(self, waiting: Iterator[list[Job[Any]]]) -> list[Outcome]:
        """All who wait look at the database of one moment; whoever comes after that moment waits for the next."""
        with self.transaction(write=False) as connection:
            outcomes = [outcome_of(job, lambda: _reaching(nullcontext(connection))) for job in next(waiting, [])]
        self._prepare_to_look()
        return outcomes

    def _connect_to_write(self) -> Connection:
        connection = self.engine.connect()
        connection.info["write"] = True
        return connection

    def scrub(self) -> bool:
        """Rewrite the files without what was deleted, so that no trace of order, of drafts or of what was erased stays.

        False when somebody was reading or writing meanwhile or may still see what was deleted, or when the database is
        out of reach: then traces may be left, ask again later. On PostgreSQL the user must own the tables.
        """
        try:
            if not self._writers:
                return self._rewrite_tables()
            with self._writers.alone(BUSY_TIMEOUT / 1000) as alone:
                return alone and self._rewrite_file()
        except NoConnectionLeft:
            return False
        except (DBAPIError, sqlite3.Error) as error:
            if _may_come_back(error):
                return False
            raise

    def _rewrite_tables(self) -> bool:
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not _all_are_younger(connection):
                return False
            # Whoever comes to a table after us waits behind us for whoever has it: during a backup that is minutes.
            connection.exec_driver_sql(f"SET lock_timeout = {WIPING_TIMEOUT}")
            try:
                for table in metadata.tables:
                    _rewrite_table(connection, table)
            finally:
                connection.exec_driver_sql("RESET lock_timeout")
        return True

    def _rewrite_file(self) -> bool:
        raw = self.engine.raw_connection()
        try:
            cursor = raw.cursor()
            cursor.execute(f"PRAGMA busy_timeout={WIPING_TIMEOUT}")
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            busy, _, _ = cursor.fetchone() or (1, 0, 0)
            return not busy
        finally:
            raw.invalidate()

    def close(self) -> None:
        self._rounds.close()
        self._reading.close()
        self._writing.close()
        with self._looking:
            self._let_go()
        self.engine.dispose()


def _discard(connection: Connection) -> None:
    """Close a connection that must not go back to the others."""
    connection.invalidate()
    connection.close()


def _all_at_once(connection: Connection, jobs: Sequence[Job[Any]]) -> list[Outcome] | None:
    """How each job ended in one transaction; None where the database was out of reach for any of them.

    To begin and to end one costs SQLAlchemy ten times what it costs SQLite, so it is done past it; where a job made
    SQLAlchemy begin one of its own, that never ends and never reaches the driver.
    """
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    try:
        driver.execute("BEGIN")
        outcomes = [outcome_of(job, lambda: nullcontext(connection)) for job in jobs]
        driver.execute("COMMIT")
    except sqlite3.Error:
        return None
    return None if any(isinstance(outcome.error, DBAPIError) for outcome in outcomes) else outcomes


#: Whether a transaction is under way that began before this one: rewriting keeps what it may still see.
_OLDER = """
    SELECT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE (datname = current_database() OR backend_type = 'walsender') AND pid <> pg_backend_pid()
            AND greatest(age(backend_xmin), age(backend_xid)) > age(%(now)s::xid)
        UNION ALL SELECT FROM pg_replication_slots WHERE age(xmin) > age(%(now)s::xid)
        UNION ALL SELECT FROM pg_prepared_xacts WHERE database = current_database()
    )
"""


def _all_are_younger(connection: Connection) -> bool:
    """Whether nobody sees any more what was there before now; those who answer a request soon end."""
    now = connection.exec_driver_sql("SELECT pg_current_xact_id()::text").scalar_one()
    ends = time.monotonic() + PATIENCE_WITH_OLDER
    while connection.exec_driver_sql(_OLDER, {"now": now}).scalar_one():
        if time.monotonic() > ends:
            return False
        time.sleep(0.02)
    return True


def _rewrite_table(connection: Connection, name: str) -> None:
    file = f"SELECT pg_relation_filenode('{name}')"
    before = connection.exec_driver_sql(file).scalar_one()
    connection.exec_driver_sql(f"VACUUM FULL {name}")
    if connection.exec_driver_sql(file).scalar_one() == before:  # PostgreSQL only warns
        raise RuntimeError(f"traces cannot be wiped from the table {name}: the user of the database must own it")


#: What SQLite says when it is locked, gone or full; asking again later is right.
_LATER = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_FULL", "SQLITE_READONLY")


@contextmanager
def reachable() -> Iterator[None]:
    """A database that is locked, gone, full or read-only is Busy, which asks to come back; other faults are bugs."""
    try:
        yield
    except NoConnectionLeft as error:
        raise Busy from error
    except DBAPIError as error:
        if _may_come_back(error):
            raise Busy from error
        raise


def _may_come_back(error: DBAPIError | sqlite3.Error) -> bool:
    of_the_driver = error.orig if isinstance(error, DBAPIError) else error
    if name := getattr(of_the_driver, "sqlite_errorname", None):
        return str(name).startswith(_LATER)
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    return lost or isinstance(error, OperationalError)


@contextmanager
def _reaching(part: AbstractContextManager[Connection]) -> Iterator[Connection]:
    """A part of a transaction in which the database may turn out to be out of reach."""
    with reachable(), part as connection:
        yield connection


def _with_driver(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def _patience(url: URL) -> dict[str, str]:
    """By itself PostgreSQL waits for ever: for a server that is silent, for a lock, and for a client that is gone.

    What the operator wrote in the URL goes before; of options of the server each by itself.
    """
    given = url.query.get("options", ())
    theirs = [given] if isinstance(given, str) else given
    on_the_server = {
        "lock_timeout": BUSY_TIMEOUT,
        # A client whose machine fell keeps the rows that it held; by itself the system asks after two hours.
        "idle_in_transaction_session_timeout": LEFT_BEHIND,
        "tcp_keepalives_idle": 30,
        "tcp_keepalives_interval": 5,
        "tcp_keepalives_count": 2,
    }
    ours = {
        "connect_timeout": str(BUSY_TIMEOUT // 1000),
        "options": " ".join([*(f"-c {name}={value}" for name, value in on_the_server.items()), *theirs]),
        # A connection that a network forgot says nothing either.
        "keepalives_idle": "30",
        "keepalives_interval": "5",
        "keepalives_count": "2",
        "tcp_user_timeout": str(2 * BUSY_TIMEOUT),
    }
    return {name: value for name, value in ours.items() if name == "options" or name not in url.query}


def _let_go_of_those_that_only_read(context: ExceptionContext) -> None:
    if only_reads(context.original_exception):
        context.is_disconnect = True


#: A connection that was used so short ago, in seconds, is taken to be alive without asking.
_FRESH = 1.0


def _note_use(_: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info["used"] = time.monotonic()


def _require_alive(dialect: Dialect, connection: DBAPIConnection, record: ConnectionPoolEntry, _: object) -> None:
    """A server that was restarted leaves connections that lead nowhere: the pool then makes another one."""
    if time.monotonic() - record.info.get("used", time.monotonic()) > _FRESH:
        try:
            dialect.do_ping(connection)
        except Exception as error:
            if dialect.is_disconnect(error, connection, None):  # type: ignore[arg-type]  # whatever the driver raised
                raise DisconnectionError from error
            raise


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Of two that open the same new file SQLite tells one at once that it is locked, whatever its patience."""
    ends = time.monotonic() + BUSY_TIMEOUT / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > ends:
                raise
            time.sleep(0.01)
        else:
            return


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Durable, with foreign keys, and with our own BEGIN instead of the driver's guesses."""
    assert isinstance(connection, sqlite3.Connection)  # noqa: S101 - what the sqlite dialect hands over
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor)
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={BUSY_TIMEOUT}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.info.get("looks"):  # begins and ends by itself, around several jobs
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("write", True) else "BEGIN")
