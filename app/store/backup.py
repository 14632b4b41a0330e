"""Owns a whole database in one file, made while the service runs, and the way back."""

import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import MetaData, func, inspect, select
from sqlalchemy.engine import URL

from app.domain.problems import InvalidInput, plain
from app.store.engine import Database, reachable
from app.store.migrate import known_revisions, migrate
from app.store.tables import metadata

#: What every installation has of itself: no content.
_ITS_OWN = ("alembic_version", "pulse")


def _refusal(where: object, words: str) -> InvalidInput:
    return InvalidInput([plain(str(where), words)])


def has_content(database: Database) -> bool:
    """Whether anything is in there that would be lost."""
    with reachable(), database.transaction(write=False) as connection:
        there = set(inspect(connection).get_table_names())
        for table in metadata.sorted_tables:
            if table.name in there - set(_ITS_OWN) and connection.scalar(select(func.count()).select_from(table)):
                return True
        return bool(there - set(_ITS_OWN) - set(metadata.tables))


# --- Away -------------------------------------------------------------------------------------------------------------


def back_up(database: Database, file: Path) -> None:
    """Write everything as it is at one moment to a file that only its owner can read; work goes on meanwhile.

    Raises InvalidInput when the file exists or cannot be made, or when a tool is lacking.
    """
    if file.exists():
        raise _refusal(file, "exists already; a backup never replaces another")
    half = file.with_name(f"{file.name}.half")
    try:
        half.unlink(missing_ok=True)
        os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise _refusal(file, f"cannot be made: {error.strerror}") from error
    try:
        if database.is_sqlite:
            _copy_sqlite(database, half)
        else:
            _run(database.url, ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={half}"])
        with half.open("rb") as written:
            os.fsync(written.fileno())
        half.rename(file)
    finally:
        half.unlink(missing_ok=True)


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

    Raises InvalidInput when the file is no backup, comes from a newer version, or when the database has content and
    `overwrite` was not said. Nothing is changed before all that is known.
    """
    if not file.is_file():
        raise _refusal(file, "there is no such file")
    revision = _check_sqlite(file) if database.is_sqlite else _check_dump(database.url, file)
    if revision not in known_revisions(scripts):
        raise _refusal(file, f"has tables of version '{revision}', which this version of rolvast does not know")
    if not overwrite and has_content(database):
        raise _refusal(database.url.render_as_string(), "has content; --overwrite replaces it by the backup")
    if database.is_sqlite:
        _restore_sqlite(database, file)
    else:
        _drop_everything(database)
        _run(database.url, ["pg_restore", "--no-owner", "--no-privileges", "--single-transaction", str(file)])
    migrate(database, scripts)


def _check_sqlite(file: Path) -> str:
    """The version of the tables in a SQLite file that is whole."""
    connection = sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    try:
        if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
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


def _check_dump(url: URL, file: Path) -> str:
    """The version of the tables in a dump of PostgreSQL."""
    words = _run(url, ["pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(file)], connect=False)
    found = re.search(r"(?m)^COPY .*alembic_version.*\n(\S+)$", words)
    if found is None:
        raise _refusal(file, "is no backup of a PostgreSQL database of rolvast")
    return found[1]


def _drop_everything(database: Database) -> None:
    with reachable(), database.transaction(write=True) as connection:
        there = MetaData()
        there.reflect(connection)
        there.drop_all(connection)


def _run(url: URL, command: Sequence[str], *, connect: bool = True) -> str:
    """Run a tool of PostgreSQL; the password goes by the environment, where no list of processes shows it."""
    tool = shutil.which(command[0])
    if tool is None:
        raise _refusal(
            command[0],
            "is not on the path: install the client tools of PostgreSQL (Debian: postgresql-client), of the version of "
            "the server or newer",
        )
    where = url.set(drivername="postgresql", password=None).render_as_string()
    environment = {**os.environ, "PGPASSWORD": url.password} if url.password else dict(os.environ)
    done = subprocess.run(  # noqa: S603 - a tool by its name, with arguments of our own
        [tool, *command[1:], *([f"--dbname={where}"] if connect else [])],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise _refusal(command[0], " ".join(done.stderr.split()) or f"ended with {done.returncode}")
    return done.stdout
