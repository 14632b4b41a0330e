"""Owns migrations: the only way that a table comes to be."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.store.engine import Database, reachable


def _config(scripts: Path, connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(database: Database, scripts: Path) -> None:
    """Bring a database to the newest tables; nothing happens when it is there already."""
    with reachable(), database.engine.connect() as connection:
        if database.is_sqlite:
            # SQLite changes a table by making it anew; dropping the old one must not take the rows that point to it.
            # This can be set only outside a transaction.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        command.upgrade(_config(scripts, connection), "head")
        connection.commit()
        connection.invalidate()


def is_current(database: Database, scripts: Path) -> bool:
    """Whether every migration has run."""
    newest = set(ScriptDirectory.from_config(_config(scripts)).get_heads())
    with database.transaction(write=False) as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == newest
