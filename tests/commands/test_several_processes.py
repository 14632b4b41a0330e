"""Several processes on one PostgreSQL: two that serve and one that keeps house. Everything happens once."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.catalogue import Catalogue
from app.main import chance
from app.main import clock as real_clock
from app.service.tokens import receipt_code
from app.service.work import Workshop
from app.store.engine import Database
from tests.commands.running import ROLVAST, Running, environment, free_port, rolvast, serving, told_well
from tests.delivery.post_office import Mailbox, listening
from tests.people import FIVE_EACH, SECRET, Clock, House, address

ON_POSTGRESQL = pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])


@pytest.fixture
def house(database: Database, catalogue: Catalogue) -> House:
    """A house in which it is now: the processes have the real time."""
    return House(Workshop(database, catalogue, SECRET, chance), Clock(real_clock()))


def wait_until(happened: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.2)


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    port, box = free_port(), Mailbox()
    with listening(box, port):
        yield box, port


@pytest.fixture
def given(database_url: str, mailbox: tuple[Mailbox, int], tmp_path: Path) -> dict[str, str]:
    return {
        "ROLVAST_DATABASE_URL": database_url,
        "ROLVAST_SECRET_KEY": SECRET.decode(),
        "ROLVAST_SMTP_URL": f"smtp://127.0.0.1:{mailbox[1]}",
        "ROLVAST_VAR": str(tmp_path),
        "ROLVAST_LOG_FORMAT": "json",
    }


@pytest.fixture
def two_and_a_worker(given: dict[str, str], tmp_path: Path) -> Iterator[Running]:
    port = free_port()
    with (
        (tmp_path / "worker.txt").open("w") as said,
        serving(["serve", "--workers", "2", "--port", str(port)], tmp_path, port, **given) as running,
    ):
        worker = subprocess.Popen([*ROLVAST, "worker"], cwd=tmp_path, env=environment(**given), stderr=said)
        yield running
        worker.terminate()
        worker.wait(timeout=40)


def send(running: Running, token: str) -> int:
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{running.base_url}/api/v1", headers=headers, timeout=60) as client:
        asked = client.get("/questionnaire").json()
        keys = [r["key"] for page in asked["pages"] for s in page["statements"] for r in s["ratings"]]
        client.put("/questionnaire/answers", json={"ratings": dict.fromkeys(keys, 4)})
        return client.post("/questionnaire/submission", json={"receiptCode": receipt_code(chance())}).status_code


@ON_POSTGRESQL
def test_letters_answers_and_closing_happen_once(
    two_and_a_worker: Running, house: House, mailbox: tuple[Mailbox, int]
) -> None:
    box, running = mailbox[0], two_and_a_worker
    today = real_clock().date()
    made = house.opened(closes_on=today + timedelta(days=20), retention_on=today + timedelta(days=400))
    everyone = {address(party, number): 1 for party in FIVE_EACH for number in range(1, 6)}
    wait_until(lambda: len(box.letters) >= 15)
    key = {"authorization": f"Bearer {house.key('write')}"}

    # Everyone sends, twice at once: one of each pair is taken.
    tokens = list(house.links(made).values())
    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(lambda token: send(running, token), tokens * 2))
    assert Counter(statuses) == {201: 15, 409: 15}
    assert house.number_of("submission") == 15

    def put(status: str) -> int:
        where = f"{running.base_url}/api/v1/assessments/{made.id}/status"
        return httpx.put(where, headers=key, json={"status": status}, timeout=60).status_code

    with ThreadPoolExecutor(4) as pool:
        closed = list(pool.map(put, ["closed"] * 4))
    assert closed.count(200) >= 1, closed
    assert house.number_of("snapshot") == 1
    assert put("released") == 200
    wait_until(lambda: len(box.letters) >= 30)
    time.sleep(6)  # another round of all three
    assert Counter(letter["To"] for letter in box.letters) == dict.fromkeys(everyone, 2)
    assert house.number_of("outbox") == 0
    events = house.stored("SELECT action FROM audit_event")
    assert Counter(action for (action,) in events)["closed"] == 1


def figures(running: Running) -> dict[str, float]:
    text = httpx.get(f"{running.base_url}/metrics", timeout=30).text
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[:1] != "#"}


@ON_POSTGRESQL
def test_figures_are_those_of_all_processes_together_and_outlive_one(
    two_and_a_worker: Running, house: House, tmp_path: Path
) -> None:
    running = two_and_a_worker
    for _ in range(30):  # a fresh connection each: either process may answer
        assert httpx.get(f"{running.base_url}/bureau", timeout=30).status_code == 401
    name = 'rolvast_requests_total{method="GET",route="/bureau",status="401"}'
    assert figures(running)[name] == 30
    process = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children")
    children = [
        child for child in process.read_text().split() if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()
    ]
    assert len(children) == 2
    os.kill(int(children[0]), signal.SIGKILL)

    def answers() -> bool:
        try:
            return httpx.get(f"{running.base_url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    wait_until(answers)
    assert figures(running)[name] >= 30, "what was counted stays counted"
    wait_until(lambda: "rolvast_worker_last_round_timestamp_seconds" in figures(running))


def test_on_sqlite_several_processes_are_refused_before_anything_starts(tmp_path: Path) -> None:
    for arguments, more in ((["--workers", "2"], {}), ([], {"ROLVAST_WORKERS": "3"})):
        told = told_well(rolvast("serve", *arguments, folder=tmp_path, **more))
        assert "PostgreSQL" in told[0]
    for wrong in ("0", "65", "twee"):
        assert "ROLVAST_WORKERS" in told_well(rolvast("serve", folder=tmp_path, ROLVAST_WORKERS=wrong))[0]


@ON_POSTGRESQL
def test_a_service_that_starts_before_its_migrations_waits_for_them(
    request: pytest.FixtureRequest, given: dict[str, str], tmp_path: Path
) -> None:
    server: Any = request.getfixturevalue("postgresql")
    name = server.add("template1")
    port = free_port()
    given = {**given, "ROLVAST_DATABASE_URL": server.url(name)}
    with (tmp_path / "said.txt").open("w") as said:
        process = subprocess.Popen(
            [*ROLVAST, "serve", "--port", str(port)], cwd=tmp_path, env=environment(**given), stderr=said
        )
    try:
        running = Running(process, f"http://127.0.0.1:{port}")

        def ready() -> httpx.Response | None:
            try:
                return httpx.get(f"{running.base_url}/readyz", timeout=5)
            except httpx.HTTPError:
                return None

        wait_until(ready)
        red = ready()
        assert red is not None
        assert (red.status_code, red.json()["reason"]) == (503, "migrations_pending")
        assert "rolvast migrate" in (tmp_path / "said.txt").read_text()
        refused = rolvast("worker", folder=tmp_path, **given)
        assert "migrate" in told_well(refused)[0]
        assert rolvast("migrate", folder=tmp_path, **given).returncode == 0
        running.wait()
    finally:
        process.terminate()
        process.wait(timeout=40)
        server.drop(name)


def test_settings_may_stand_in_files(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("x" * 40 + "\n")
    given = {"ROLVAST_BASE_URL": "https://rolvast.example", "ROLVAST_SECRET_KEY_FILE": "key"}
    assert rolvast("sign-in-link", "a@b.example", folder=tmp_path, **given).stderr.count("migrate") == 1
    told = told_well(rolvast("migrate", folder=tmp_path, ROLVAST_SECRET_KEY_FILE="gone"))
    assert "ROLVAST_SECRET_KEY_FILE" in told[0]
    told = told_well(rolvast("migrate", folder=tmp_path, **given, ROLVAST_SECRET_KEY="y" * 40))
    assert "both" in told[0]
