"""What the page about dashboards tells to do works, as it stands there, against a service that runs."""

import csv
import io
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.export.rows import COLUMNS
from tests.commands.running import ROOT, environment, free_port, serving
from tests.people import SECRET, SQUARE, TWENTY, House

PAGE = (ROOT / "docs" / "dashboards.md").read_text(encoding="utf-8")


def snippet(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_the_python_of_the_page_makes_a_table_of_every_released_figure(house: House, tmp_path: Path) -> None:
    house.clock.now = datetime.now(UTC)
    day = house.clock.now.date()
    dates = {"closes_on": day + timedelta(days=30), "retention_on": day + timedelta(days=700)}
    made = house.released(TWENTY, SQUARE, answer=lambda rating: 1 + len(rating.key) % 5, **dates)
    house.opened(constellation="Nog open", **dates)
    port = free_port()
    given = {
        "ROLVAST_DATABASE_URL": house.workshop.database.url.render_as_string(hide_password=False),
        "ROLVAST_SECRET_KEY": SECRET.decode(),
    }
    with serving(["serve", "--port", str(port)], tmp_path, port, **given) as running:
        asking = environment(ROLVAST_URL=running.base_url, ROLVAST_KEY=house.key("read"))
        done = subprocess.run(
            [sys.executable, "-c", snippet("python")],
            env=asking,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    table = list(csv.DictReader(io.StringIO(done.stdout)))
    cells = [line for line in table if line["kind"] == "cell"]
    wanted = [(c["theme"], c["from"], c["about"] or "") for c in house.document(made)["cells"]]
    assert [(c["theme"], c["from"], c["about"]) for c in cells] == wanted
    assert {line["constellation"] for line in table} == {"Driehoek Registers"}
    assert all(line["reason"] for line in cells if not line["score"])


@pytest.fixture
def blanks(api: TestClient, house: House) -> list[dict[str, Any]]:
    """Rows of an assessment in which much stays hidden: parties too small, and a statement."""
    people = {**TWENTY, "natuur": 2}
    made = house.released(people, SQUARE, answer=lambda rating: 1 + len(rating.key) % 5)
    rows: list[dict[str, Any]] = api.get(f"/api/v1/assessments/{made.id}/score-rows").json()
    return rows


def test_every_blank_figure_has_a_reason_and_every_figure_has_none(blanks: list[dict[str, Any]]) -> None:
    scored = [row for row in blanks if row["kind"] in ("cell", "view", "relation", "constellation", "total")]
    assert {row["score"] is None for row in scored} == {True, False}
    for row in scored:
        assert (row["score"] is None) == bool(row["reason"]), row
        assert (row["score"] is None) == (row["state"] != "published"), row


def test_every_column_is_told_of_and_the_page_tells_of_no_other(blanks: list[dict[str, Any]]) -> None:
    told = set(re.findall(r"`(\w+)`", "".join(line.split("|")[1] for line in PAGE.splitlines() if line[:3] == "| `")))
    assert told <= set(COLUMNS)
    assert {"kind", "theme", "from", "about", "score", "reason", "state"} <= told
    assert set(blanks[0]) == set(COLUMNS)


def test_the_same_figure_has_the_same_name_in_the_next_wave(api: TestClient, house: House) -> None:
    first = house.released(TWENTY, SQUARE)
    second = house.released(TWENTY, SQUARE, next_wave_of=first.constellation, answer=2)
    names = []
    for made in (first, second):
        rows = api.get(f"/api/v1/assessments/{made.id}/score-rows").json()
        named = [
            tuple(row[name] for name in ("kind", "type", "theme", "block", "from", "about", "between"))
            for row in rows
            if row["kind"] in ("cell", "view", "relation", "constellation")
        ]
        assert len(named) == len(set(named)), "together they name one figure"
        names.append(named)
    assert names[0] == names[1]


def test_the_power_query_asks_for_what_there_is(api: TestClient, house: House) -> None:
    """No machine here runs Power Query; what it asks for and reads is held against the answers."""
    query = snippet("powerquery")
    made = house.released()
    line = api.get("/api/v1/assessments").json()
    assert {"items", "next"} == set(line)
    row = api.get(f"/api/v1/assessments/{made.id}/score-rows").json()[0]
    for name in re.findall(r"meting\[(\w+)\]|each \[(\w+)\]", query):
        name_ = name[0] or name[1]
        assert name_ in line["items"][0] or name_ in line, name_
    for name in re.findall(r'\{"(\w+)", Int64', query):
        assert name in row or name == "wave"
