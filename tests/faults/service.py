"""One installation of the service: its database, its folder, its clock, and every process of it that a test starts."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from tests.commands.running import Running, environment, free_port
from tests.people import SECRET

#: Generous: many of these tests may run beside each other.
SOON = 60.0
#: By its path: what else is installed may hold a package of the name `tests`.
LAUNCH = Path(__file__).with_name("launch.py")


@dataclass
class Process(Running):
    """One process of the service."""

    log: Path = Path()

    def kill(self) -> None:
        """End it, and what it started, as a power cut would: no handler runs, nothing is finished."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=SOON)

    def died(self) -> None:
        """It was to die by itself, and did."""
        assert self.process.wait(timeout=SOON) == -signal.SIGKILL, self.log.read_text(encoding="utf-8")[-2000:]

    def terminate(self) -> None:
        """Ask it to stop, as a system does before a restart."""
        self.process.terminate()

    def client(self, token: str = "", **more: object) -> httpx.Client:
        """Somebody who asks; `token`: the key or the personal link that comes along."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return httpx.Client(base_url=self.base_url, headers=headers, timeout=SOON, **more)  # type: ignore[arg-type]

    def status(self, assessment: str, key: str) -> str:
        """The state of an assessment as its office sees it."""
        with self.client(key) as office:
            return str(office.get(f"/api/v1/assessments/{assessment}").raise_for_status().json()["status"])

    def move(self, assessment: str, key: str, status: str) -> httpx.Response:
        with self.client(key) as office:
            return office.put(f"/api/v1/assessments/{assessment}/status", json={"status": status})


class Service:
    """How processes of this installation are started. Each ends with the test at the latest."""

    def __init__(self, folder: Path, database_url: str, begins_at: datetime) -> None:
        self.folder = folder
        self.var = folder / "var"
        self.clock = folder / "clock"
        self._to_the_beginning = begins_at - datetime.now(UTC)
        self.set_clock()
        self._database_url = database_url
        self._processes: list[Process] = []

    def serve(self, *, dies_at: str = "", workers: int = 1, **settings: str) -> Process:
        """A web process that is ready."""
        port = free_port()
        process = self._start(["serve", "--port", str(port), "--workers", str(workers)], port, dies_at, settings)
        process.wait(SOON)
        return process

    def work(self, *, dies_at: str = "", **settings: str) -> Process:
        """A worker, apart from the web."""
        return self._start(["worker"], 0, dies_at, settings)

    def set_clock(self, **wrong_by: float) -> None:
        """The clock of every process, from now on, is wrong by so much: by nothing it counts on from the beginning."""
        wrong = self._to_the_beginning + timedelta(**wrong_by)
        fresh = self.clock.with_suffix(".new")
        fresh.write_text(str(wrong.total_seconds()), encoding="utf-8")
        fresh.rename(self.clock)

    def end(self) -> None:
        for process in self._processes:
            if process.process.poll() is None:
                process.kill()

    def _start(self, arguments: list[str], port: int, dies_at: str, settings: dict[str, str]) -> Process:
        given = environment(
            **{
                "ROLVAST_DATABASE_URL": self._database_url,
                "ROLVAST_SECRET_KEY": SECRET.decode(),
                "ROLVAST_VAR": str(self.var),
                "FAULTS_CLOCK": str(self.clock),
                "FAULTS_DIES_AT": dies_at,
                **settings,
            }
        )
        log = self.folder / f"process-{len(self._processes) + 1}.log"
        with log.open("w", encoding="utf-8") as out:
            started = subprocess.Popen(
                [sys.executable, "-P", str(LAUNCH), *arguments],
                cwd=self.folder,
                env=given,
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        process = Process(started, f"http://127.0.0.1:{port}", log=log)
        self._processes.append(process)
        return process


def until(true: Callable[[], object], what: str, seconds: float = SOON) -> None:
    """Wait until something holds that no reply tells."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, f"not within {seconds} s: {what}"
        time.sleep(0.1)
