"""The migrations make exactly the tables that the queries expect, on both databases."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from app.settings import migrations_path
from app.store.engine import Database
from app.store.migrate import is_current, known_revisions, migrate, newest_revision
from app.store.tables import metadata

BOTH = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])


@BOTH
def test_migrations_make_the_tables_that_the_queries_expect(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


@BOTH
def test_every_check_of_the_tables_is_in_the_database(database: Database) -> None:
    seen = inspect(database.engine)
    for table in metadata.tables.values():
        wanted = {c.name for c in table.constraints if type(c).__name__ == "CheckConstraint"}
        assert {c["name"] for c in seen.get_check_constraints(table.name)} == wanted


@BOTH
def test_migrating_again_changes_nothing(database: Database) -> None:
    assert is_current(database, migrations_path())
    migrate(database, migrations_path())
    assert is_current(database, migrations_path())


def test_an_empty_database_is_not_current(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/empty.db")
    assert not is_current(database, migrations_path())
    migrate(database, migrations_path())
    assert is_current(database, migrations_path())
    database.close()


def test_migrating_keeps_what_is_there(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/kept.db")
    migrate(database, migrations_path())
    with database.transaction(write=True) as connection:
        connection.exec_driver_sql("INSERT INTO office (id, name) VALUES ('o', 'Bureau')")
    migrate(database, migrations_path())
    with database.transaction(write=False) as connection:
        assert connection.exec_driver_sql("SELECT name FROM office").scalar() == "Bureau"
    database.close()


def test_migrations_are_numbered_so_that_the_last_one_is_known_by_its_name() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations_path()))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [newest_revision(migrations_path())]
    assert {script.revision for script in scripts.walk_revisions()} == known_revisions(migrations_path())
