"""Commands as an operator runs them: real processes, in a folder of their own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

ROOT = Path(__file__).parents[2]
ROLVAST = [sys.executable, "-m", "app.cli"]


def environment(**given: str) -> dict[str, str]:
    """What the operator's own shell would hold, with these settings and none of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ROLVAST_", "PYTEST_", "COV_"))}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **given}


def rolvast(*arguments: str, folder: Path, seconds: float = 60, **given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ROLVAST, *arguments],
        cwd=folder,
        env=environment(**given),
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def told_well(done: subprocess.CompletedProcess[str], lines: int = 1) -> list[str]:
    """A refusal as it should be: an exit code, nothing on stdout, and each fault in one line on stderr."""
    assert done.returncode in (1, 2), (done.returncode, done.stderr[-800:])
    assert done.stdout == ""
    told = done.stderr.splitlines()
    assert len(told) == lines, done.stderr[-2000:]
    assert all(line.startswith("rolvast: ") for line in told), told
    return told


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@dataclass
class Running:
    """A service that runs, and what it printed before it served."""

    process: subprocess.Popen[str]
    base_url: str
    printed: list[str] = field(default_factory=list)

    def link(self, part: str) -> str:
        """The first printed address that holds this."""
        return next(word for line in self.printed for word in line.split() if part in word and "://" in word)

    @property
    def key(self) -> str:
        return next(found.group() for line in self.printed if (found := re.search(r"rolvast_\S{20,}", line)))

    def wait(self, seconds: float = 90) -> float:
        """Wait until it can work; gives how long that took."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            assert self.process.poll() is None, f"it ended with {self.process.returncode}"
            try:
                if httpx.get(f"{self.base_url}/readyz", timeout=2).status_code == 200:
                    return time.monotonic() - start
            except httpx.HTTPError:
                time.sleep(0.05)
        raise AssertionError(f"not ready within {seconds} s")


@contextmanager
def serving(arguments: Sequence[str], folder: Path, port: int, **given: str) -> Iterator[Running]:
    """A service in a process of its own, stopped as Ctrl-C does."""
    out, err = folder / "stdout.txt", folder / "stderr.txt"
    with out.open("w", encoding="utf-8") as stdout, err.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            [*ROLVAST, *arguments], cwd=folder, env=environment(**given), stdout=stdout, stderr=stderr, text=True
        )
    running = Running(process, f"http://127.0.0.1:{port}")
    try:
        running.wait()
        running.printed = out.read_text(encoding="utf-8").splitlines()
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
