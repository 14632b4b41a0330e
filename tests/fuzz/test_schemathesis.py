"""The running service against its own description: schemathesis sends whatever may come, and finds nothing.

One seed by default; `ROLVAST_FUZZ_SEEDS=1,2,3` tries more, and `ROLVAST_FUZZ_EXAMPLES` how many of each operation (20).
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.commands.running import environment, free_port, serving
from tests.people import SECRET, House

pytestmark = pytest.mark.fuzz

SEEDS = os.environ.get("ROLVAST_FUZZ_SEEDS", "1").split(",")
EXAMPLES = os.environ.get("ROLVAST_FUZZ_EXAMPLES", "20")


@dataclass
class Site:
    """A service in a process of its own: who may come by, and an id that exists for each place in a path."""

    url: str
    bearers: dict[str, str]
    known: dict[str, str]

    def attack(self, folder: Path, who: str, seed: str) -> subprocess.CompletedProcess[str]:
        """Run schemathesis as somebody, with a seed."""
        parameters = "\n".join(f'"path.{name}" = "{value}"' for name, value in self.known.items())
        (folder / "schemathesis.toml").write_text(f"[parameters]\n{parameters}\n", encoding="utf-8")
        command = [sys.executable, "-m", "schemathesis.cli", "run", f"{self.url}/api/v1/openapi.json"]
        command += ["--url", f"{self.url}/api/v1", "--max-examples", EXAMPLES, "--seed", seed, "--no-color"]
        # What a schema allows and a rule of the field does not (a cursor that is not ours, dates in disorder) is a 400.
        command += ["--exclude-checks", "positive_data_acceptance"]
        # One worker: of two that read sources at once Python 3.11 fails ("AST constructor recursion depth mismatch").
        command += ["--workers", "1", "--request-timeout", "20", "--phases", "coverage,fuzzing"]
        if bearer := self.bearers[who]:
            command += ["--header", f"Authorization: Bearer {bearer}"]
        return subprocess.run(
            command, cwd=folder, env=environment(), capture_output=True, text=True, timeout=1500, check=False
        )


@pytest.fixture
def site(house: House, tmp_path: Path) -> Iterator[Site]:
    """An office with an assessment in every state, so that there is something behind every path."""
    house.clock.now = datetime.now(UTC)
    day = house.clock.now.date()
    dates = {"closes_on": day + timedelta(days=30), "retention_on": day + timedelta(days=700)}
    webhook, _ = house.webhook("https://systeem.example/", "released")
    house.draft(constellation="Concept", **dates)
    opened = house.opened(constellation="Open", **dates)
    made = house.released(constellation="Vrijgegeven", **dates)
    with house.work(write=False) as work:
        (told,) = work.store.webhooks.deliveries(webhook, None, 1)
        invitation = work.store.answers.people(opened.id)[0][0]
    bearers = {"a key": house.key("write"), "a respondent": house.link(opened), "nobody": ""}
    known = {"identifier": made.id, "invitation": invitation, "webhook": webhook, "delivery": told.id}
    port = free_port()
    given = {
        "ROLVAST_DATABASE_URL": house.workshop.database.url.render_as_string(hide_password=False),
        "ROLVAST_SECRET_KEY": SECRET.decode(),
        "ROLVAST_KEY_PER_MINUTE": "1000000",
    }
    with serving(["serve", "--port", str(port)], tmp_path, port, **given) as running:
        yield Site(running.base_url, bearers, known)


@pytest.mark.parametrize("who", ["a key", "a respondent", "nobody"])
@pytest.mark.parametrize("seed", SEEDS)
def test_schemathesis_finds_nothing(site: Site, tmp_path: Path, seed: str, who: str) -> None:
    done = site.attack(tmp_path, who, seed)
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr[-2000:]
