"""Owns a whole database in one file, made while the service runs, and the way back."""

import fcntl
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import func, inspect, select
from sqlalchemy.engine import URL

from app.domain.problems import InvalidInput, plain
from app.files import make_whole, naming
from app.store.engine import BUSY_TIMEOUT, Database, reachable
from app.store.migrate import known_revisions, migrate
from app.store.tables import ITS_OWN, metadata

#: What every installation has of itself: no content.
_ITS_OWN = {"alembic_version", *(table.name for table in ITS_OWN)}
#: A dump holds what is ours, and nobody of the server that it came from.
_OURS = ("--no-owner", "--no-privileges")


def _refusal(where: object, words: str) -> InvalidInput:
    return InvalidInput([plain(str(where), words)])


def has_content(database: Database) -> bool:
    """Whether anything is in there that would be lost."""
    with reachable(), database.transaction(write=False) as connection:
        there = set(inspect(connection).get_table_names())
        for table in metadata.sorted_tables:
            if table.name in there - _ITS_OWN and connection.scalar(select(func.count()).select_from(table)):
                return True
        return bool(there - _ITS_OWN - set(metadata.tables))


# --- Away -------------------------------------------------------------------------------------------------------------


def back_up(database: Database, file: Path) -> None:
    """Write everything as it is at one moment to a file that only its owner can read; work goes on meanwhile.

    Raises InvalidInput when the file exists or cannot be made, or when a tool is lacking.
    """
    half = file.with_name(f"{file.name}.half")
    with naming(file), _alone_on(half):
        if file.exists():
            raise _refusal(file, "exists already; a backup never replaces another")
        if database.is_sqlite:
            _copy_sqlite(database, half)
        else:
            _run("pg_dump", "--format=custom", *_OURS, f"--file={half}", url=database.url)
        make_whole(half, file)


@contextmanager
def _alone_on(half: Path) -> Iterator[None]:
    """With an empty file that only its owner can read, and that no other backup writes to meanwhile."""
    opened = os.open(half, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _refusal(half, "a backup to this name is under way; wait for it, or choose another name") from None
        try:
            os.fchmod(opened, 0o600)
            os.truncate(opened, 0)
            yield
        finally:
            half.unlink(missing_ok=True)
    finally:
        os.close(opened)


def _copy_sqlite(database: Database, half: Path) -> None:
    """VACUUM INTO: one moment of a database that is in use, without what was deleted from it."""
    if not Path(str(database.url.database)).is_file():
        raise _refusal(database.url.database, "there is no such database")
    source = sqlite3.connect(str(database.url.database), timeout=60, isolation_level=None)
    try:
        source.execute("VACUUM INTO ?", (str(half),))
        _check_sqlite(half)
    except sqlite3.Error as error:
        raise _refusal(half, f"could not be written: {error}") from error
    finally:
        source.close()


# --- And back ---------------------------------------------------------------------------------------------------------


def restore(database: Database, file: Path, scripts: Path, *, overwrite: bool) -> None:
    """Make the database what it was when the backup was made, on the newest tables.

    Raises InvalidInput when the file is no whole backup, comes from a newer version, or when the database has content
    and `overwrite` was not said. Nothing is changed before all that is known; what fails later leaves what was there.
    """
    kind, beginning = ("SQLite", b"SQLite format 3\0") if database.is_sqlite else ("PostgreSQL", b"PGDMP")
    with naming(file), file.open("rb") as given:
        if given.read(len(beginning)) != beginning:
            raise _refusal(file, f"is no backup of a {kind} database of rolvast")
    revision = _check_sqlite(file) if database.is_sqlite else _check_dump(file)
    if revision not in known_revisions(scripts):
        raise _refusal(file, f"has tables of version '{revision}', which this version of rolvast does not know")
    if not overwrite and has_content(database):
        raise _refusal(database.url.render_as_string(), "has content; --overwrite replaces it by the backup")
    if database.is_sqlite:
        _restore_sqlite(database, file)
    else:
        _restore_dump(database, file)
    migrate(database, scripts)


def _check_sqlite(file: Path) -> str:
    """The version of the tables in a SQLite file that is whole."""
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    try:
        # Of a last page that is there by half, the check takes the rest to be zeros.
        (page,) = connection.execute("PRAGMA page_size").fetchone()
        if file.stat().st_size % page or connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise _refusal(file, "is damaged")
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, TypeError) as error:
        raise _refusal(file, f"is no backup of a SQLite database of rolvast: {error}") from error
    finally:
        connection.close()
    return str(revision)


def _restore_sqlite(database: Database, file: Path) -> None:
    """By SQLite's own copying, which waits for its turn and leaves the database whole at every moment."""
    source = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    target = sqlite3.connect(str(database.url.database), timeout=60)
    try:
        source.backup(target)
        target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise _refusal(database.url.database, f"could not be written: {error}") from error
    finally:
        target.close()
        source.close()


def _check_dump(file: Path) -> str:
    """The version of the tables in a dump of PostgreSQL that is whole."""
    words = _run("pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(file))
    found = re.search(r"(?m)^COPY .*alembic_version.*\n(\S+)$", words)
    if found is None:
        raise _refusal(file, "is no backup of a PostgreSQL database of rolvast")
    _run("pg_restore", "--file=/dev/null", str(file))  # reads all of it
    return found[1]


def _restore_dump(database: Database, file: Path) -> None:
    """In one transaction that ends when the whole dump went into it; until then everybody sees what was there."""
    with reachable(), database.transaction(write=False) as connection:
        quoted = connection.dialect.identifier_preparer.quote
        gone = [f"DROP TABLE {quoted(table)} CASCADE;" for table in inspect(connection).get_table_names()]
    begin = ["BEGIN;", "SET client_min_messages = warning;", f"SET LOCAL lock_timeout = {BUSY_TIMEOUT};", *gone, ""]
    with (
        _started("pg_restore", *_OURS, "--file=-", str(file)) as reading,
        _started("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", url=database.url) as writing,
    ):
        assert reading.stdout  # noqa: S101 - a pipe
        assert writing.stdin  # noqa: S101 - idem
        with suppress(BrokenPipeError):  # it says itself why it stopped
            writing.stdin.write("\n".join(begin).encode())
            shutil.copyfileobj(reading.stdout, writing.stdin)
            if reading.wait() == 0:
                writing.stdin.write(b"COMMIT;\n")
        reading.kill()  # where nobody takes any more
        for tool, process in (("psql", writing), ("pg_restore", reading)):
            _said(tool, process)


def _run(tool: str, *arguments: str, url: URL | None = None) -> str:
    """What a tool of PostgreSQL says. Raises InvalidInput with its own words when it fails."""
    with _started(tool, *arguments, url=url) as process:
        return _said(tool, process)


def _started(tool: str, *arguments: str, url: URL | None = None) -> subprocess.Popen[bytes]:
    """A tool of PostgreSQL at work; the password goes by the environment, where no list of processes shows it."""
    found = shutil.which(tool)
    if found is None:
        raise _refusal(
            tool,
            "is not on the path: install the client tools of PostgreSQL (Debian: postgresql-client), of the version of "
            "the server or newer",
        )
    environment = dict(os.environ)
    command = [found, *arguments]
    if url is not None:
        command.append(f"--dbname={url.set(drivername='postgresql', password=None).render_as_string()}")
        if url.password:
            environment["PGPASSWORD"] = url.password
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe)  # noqa: S603 - by its name


def _said(tool: str, process: subprocess.Popen[bytes]) -> str:
    """What it said, now that it ended. Raises InvalidInput with its own words when it failed."""
    words, complaint = process.communicate()
    if process.returncode:
        raise _refusal(tool, " ".join(complaint.decode().split()) or f"ended with {process.returncode}")
    return words.decode()
