"""A database of an earlier release, with people, drafts and answers in it, goes on where it was."""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.catalogue import Catalogue
from app.service.work import Workshop
from app.settings import migrations_path
from app.store.engine import Database
from app.store.migrate import migrate
from tests.people import FIVE_EACH, SECRET, Chance, Clock, House
from tests.web.conftest import HTTP, hand_over

BOTH = pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
#: One file for each release that changed tables: what its database held, by table.
RELEASES = pytest.mark.parametrize("release", sorted(p.stem for p in (Path(__file__).parent / "data").glob("*.json")))


def held(release: str) -> dict[str, list[dict[str, Any]]]:
    return dict(json.loads((Path(__file__).parent / f"data/{release}.json").read_text(encoding="utf-8")))


def value(given: Any, *, sqlite: bool) -> Any:
    """A value as the driver takes it."""
    if isinstance(given, dict) and len(given) == 1:
        (kind, words), *_ = given.items()
        if kind == "hex":
            return bytes.fromhex(words)
        if kind == "text":
            return words.encode()
        if kind == "instant":
            return datetime.fromisoformat(words).replace(tzinfo=None) if sqlite else datetime.fromisoformat(words)
        if kind == "day":
            return date.fromisoformat(words)
    return given


def shown(row: list[Any]) -> str:
    return repr([value.isoformat() if isinstance(value, datetime) else value for value in row])


def fill(database: Database, release: str) -> None:
    """Write rows into the tables as they were then, by plain SQL."""
    then = sa.MetaData()
    with database.transaction(write=True) as connection:
        then.reflect(connection)
        for table, rows in held(release).items():
            for row in rows:
                connection.execute(
                    then.tables[table].insert(),
                    {name: value(given, sqlite=database.is_sqlite) for name, given in row.items()},
                )


@pytest.fixture
def earlier(empty_url: str, release: str) -> Iterator[Database]:
    database = Database(empty_url)
    migrate(database, migrations_path(), release)
    fill(database, release)
    yield database
    database.close()


@pytest.fixture
def service(
    earlier: Database, catalogue: Catalogue, built: Callable[[str], FastAPI]
) -> tuple[Workshop, Clock, TestClient]:
    workshop, clock = Workshop(earlier, catalogue, SECRET, Chance("later")), Clock()
    app = hand_over(built(HTTP), SimpleNamespace(workshop=workshop, clock=clock))  # type: ignore[arg-type]
    return workshop, clock, TestClient(app, base_url=HTTP, raise_server_exceptions=False)


@BOTH
@RELEASES
def test_until_it_is_migrated_the_service_says_so_and_does_nothing(service: tuple[Workshop, Clock, TestClient]) -> None:
    workshop, _, client = service
    red = client.get("/readyz")
    assert (red.status_code, red.json()["reason"]) == (503, "migrations_pending")
    assert client.get("/healthz").status_code == 200
    for path in ("/inloggen/x", f"/invullen/{'x' * 43}"):
        page = client.get(path, headers={"accept-language": "en"})
        assert page.status_code == 503
        assert "being updated" in page.text
        assert page.headers["retry-after"]
    told = client.get("/api/v1/assessments", headers={"authorization": "Bearer x"})
    assert (told.status_code, told.json()["code"]) == (503, "tables_not_up_to_date")
    migrate(workshop.database, migrations_path())
    assert client.get("/readyz").status_code == 200
    assert client.get(f"/invullen/{'x' * 43}").status_code == 404, "the same process goes on by itself"


@BOTH
@RELEASES
def test_everything_is_still_there_and_goes_on(service: tuple[Workshop, Clock, TestClient], release: str) -> None:
    workshop, clock, _ = service
    before = held(release)
    migrate(workshop.database, migrations_path())
    house = House(workshop, clock)
    for table, rows in before.items():
        assert house.number_of(table) == len(rows), table

    with house.work(write=False) as work:
        found = {a.title + a.state: a for a in work.store.assessments.of_office(house.office)}
        made = {a.state: a for a in found.values()}
    assert set(made) == {"draft", "open", "closed", "released"}
    kept = {row["assessment_id"]: row["document"]["text"] for row in before["snapshot"]}
    assert house.document(made["released"]) == json.loads(kept[made["released"].id])

    # A draft of then is sent now; the others follow; it closes and is released.
    house.submit(house.link(made["open"], "wonen", 3))
    for party, count in FIVE_EACH.items():
        for number in range(1, count + 1):
            if not (party == "wonen" and number <= 3):
                house.send(house.link(made["open"], party, number))
    house.close(made["open"])
    house.release(made["open"])
    assert {p["key"]: p["n"] for p in house.document(made["open"])["parties"]}["wonen"] == "5–9"
    assert house.release(made["closed"]).state == "released"


@BOTH
@RELEASES
def test_no_row_that_others_hang_on_was_lost(earlier: Database, release: str) -> None:
    migrate(earlier, migrations_path())
    with earlier.transaction(write=False) as connection:
        now = sa.MetaData()
        now.reflect(connection)
        for table, rows in held(release).items():
            columns = [column for column in now.tables[table].c if column.name in rows[0]] if rows else []
            found = connection.execute(sa.select(*columns)).mappings().all() if rows else []
            names = [column.name for column in columns]
            wanted = [[value(row[name], sqlite=earlier.is_sqlite) for name in names] for row in rows]
            assert sorted(map(shown, wanted)) == sorted(shown([row[name] for name in names]) for row in found), table


@BOTH
@RELEASES
def test_sqlite_still_keeps_no_order_of_its_own(earlier: Database, kind: str) -> None:
    if kind == "postgresql":
        return
    migrate(earlier, migrations_path())
    with earlier.transaction(write=False) as connection:
        for table in ("invitation", "submission", "comment", "outbox"):
            made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).scalar()
            assert "WITHOUT ROWID" in str(made), table
