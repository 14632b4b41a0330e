"""Owns migrations: the only way that a table comes to be."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.store.engine import Database, reachable

#: Names the one lock on PostgreSQL that migrations hold ("rolvast" in ASCII).
_LOCK = 0x726F6C76617374
#: How long a migration waits for another one, and for whoever uses the tables, in milliseconds.
_PATIENCE = 120_000


def _config(scripts: Path, connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(database: Database, scripts: Path, revision: str = "head") -> None:
    """Bring a database to the newest tables, all of it or nothing; nothing happens when it is there already.

    Of several processes that do this at once the first does the work, and the others wait for it.
    """
    with reachable(), database.engine.connect() as connection:
        if database.is_sqlite:
            # SQLite changes a table by making it anew; dropping the old one must not take the rows that point to it.
            # This can be set only outside a transaction.
            driver = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            driver.execute(f"PRAGMA busy_timeout={_PATIENCE}")  # type: ignore[union-attr]
        connection.info["write"] = True
        try:
            with connection.begin():  # BEGIN IMMEDIATE on SQLite: a second one waits here
                if not database.is_sqlite:
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {_PATIENCE}")
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                command.upgrade(_config(scripts, connection), revision)
                if database.is_sqlite:
                    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                    assert not lost, lost  # noqa: S101 - a migration that leaves rows behind is a bug, and is undone
        finally:
            connection.invalidate()


@cache
def newest_revisions(scripts: Path) -> frozenset[str]:
    """Where the migrations that come along lead to."""
    return frozenset(ScriptDirectory.from_config(_config(scripts)).get_heads())


def known_revisions(scripts: Path) -> frozenset[str]:
    """Every revision that the migrations that come along pass by."""
    return frozenset(s.revision for s in ScriptDirectory.from_config(_config(scripts)).walk_revisions())


def current_revisions(connection: Connection) -> frozenset[str]:
    """Where a database is now; nothing when it has no tables."""
    return frozenset(MigrationContext.configure(connection).get_current_heads())


def is_current(database: Database, scripts: Path) -> bool:
    """Whether every migration has run."""
    with database.transaction(write=False) as connection:
        return current_revisions(connection) == newest_revisions(scripts)
