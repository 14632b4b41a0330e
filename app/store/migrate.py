"""Owns migrations: the only way that a table comes to be."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect

from app.store.engine import Database, reachable

if TYPE_CHECKING:
    from alembic.config import Config

#: Names the one lock on PostgreSQL that migrations hold ("rolvast" in ASCII).
_LOCK = 0x726F6C76617374
#: How long a migration waits for another one, and for whoever uses the tables, in milliseconds.
_PATIENCE = 120_000


def _config(scripts: Path, connection: Connection | None = None) -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - large, and a database that is up to date needs none of it

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(database: Database, scripts: Path, revision: str = "head") -> str | None:
    """Bring a database to the newest tables, all of it or nothing; nothing happens when it is there already.

    Gives the version that was there before; None when there were no tables.
    Of several processes that do this at once the first does the work, and the others wait for it.
    """
    if revision == "head" and is_current(database, scripts):
        return newest_revision(scripts)
    from alembic import command  # noqa: PLC0415

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
                before = current_revision(connection)
                command.upgrade(_config(scripts, connection), revision)
                if database.is_sqlite:
                    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                    assert not lost, lost  # noqa: S101 - a migration that leaves rows behind is a bug, and is undone
        finally:
            connection.invalidate()
    return before


@cache
def known_revisions(scripts: Path) -> frozenset[str]:
    """Every revision that the migrations that come along pass by; the name of a file begins with its own."""
    return frozenset(file.name.partition("_")[0] for file in (scripts / "versions").glob("[0-9]*_*.py"))


def newest_revision(scripts: Path) -> str:
    """Where the migrations that come along lead to: they are numbered."""
    return max(known_revisions(scripts))


def current_revision(connection: Connection) -> str | None:
    """Where a database is now; None when it has no tables."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()


def is_current(database: Database, scripts: Path) -> bool:
    """Whether every migration has run."""
    with database.transaction(write=False) as connection:
        return current_revision(connection) == newest_revision(scripts)
