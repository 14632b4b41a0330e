"""Several processes that migrate at once, and a migration that goes wrong."""

import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.settings import migrations_path
from app.store.engine import Database
from app.store.migrate import is_current, migrate
from tests.commands.running import ROLVAST, environment

BOTH = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])


@BOTH
def test_processes_that_migrate_at_once_do_it_once(empty_url: str, tmp_path: Path) -> None:
    given = environment(ROLVAST_DATABASE_URL=empty_url, ROLVAST_VAR=str(tmp_path))
    running = [
        subprocess.Popen([*ROLVAST, "migrate"], env=given, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=120)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    database = Database(empty_url)
    assert is_current(database, migrations_path())
    database.close()


def test_who_opens_a_new_file_while_another_process_writes_its_first_word_waits(tmp_path: Path) -> None:
    """Of two that make the same file SQLite tells one at once that it is locked, however long it would have waited."""
    file = tmp_path / "new.db"
    first = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    first.execute("BEGIN IMMEDIATE")
    soon = threading.Timer(0.5, first.execute, ["COMMIT"])
    soon.start()
    database = Database(f"sqlite:///{file}")
    with database.transaction(write=True) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
    database.close()
    soon.join()
    first.close()


@BOTH
def test_a_migration_that_fails_halfway_leaves_the_database_as_it_was(empty_url: str, tmp_path: Path) -> None:
    scripts = tmp_path / "scripts"
    (scripts / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        (scripts / name).write_text((migrations_path() / name).read_text())
    first = "from alembic import op\nimport sqlalchemy as sa\nrevision, down_revision = '0001', None\n"
    first += "def upgrade():\n    op.create_table('one', sa.Column('id', sa.Text()))\n"
    second = "from alembic import op\nimport sqlalchemy as sa\nrevision, down_revision = '0002', '0001'\n"
    second += (
        "def upgrade():\n    op.create_table('two', sa.Column('id', sa.Text()))\n    raise RuntimeError('halfway')\n"
    )
    (scripts / "versions/0001_one.py").write_text(first)
    (scripts / "versions/0002_two.py").write_text(second)
    database = Database(empty_url)
    with pytest.raises(RuntimeError, match="halfway"):
        migrate(database, scripts)
    assert sa.inspect(database.engine).get_table_names() == []
    database.close()
