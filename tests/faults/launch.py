"""Starts `rolvast` as its own command does, with two faults that no test could wait for.

    python tests/faults/launch.py serve --port 8000

FAULTS_CLOCK   a file with so many seconds by which the clock of the machine is wrong; it may change at any time
FAULTS_DIES_AT words of statements, apart by ">": when they have begun in this order, the process kills itself (SIGKILL)
"""

import os
import signal
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app import cli

#: Seconds between two rounds of the worker: tests wait for many of them.
ROUND = 1.0


def wrong_clock(file: Path) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + timedelta(seconds=float(file.read_text(encoding="utf-8")))


def die_at(statements: list[str]) -> None:
    """Let this process end in the middle of its work: before the last of these statements runs."""
    from sqlalchemy import Engine, event  # noqa: PLC0415 - with several workers each of them imports this file first

    left = list(statements)

    def saw(words: str) -> None:
        if left and left[0] in words:
            left.pop(0)
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    def connected(connection: Any, _: Any) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(saw)  # sees what goes around SQLAlchemy too

    def begins(connection: Any, _cursor: Any, words: str, *_rest: Any) -> None:
        if connection.dialect.name != "sqlite":
            saw(words)

    def commits(connection: Any) -> None:
        if connection.dialect.name != "sqlite":
            saw("COMMIT")

    event.listen(Engine, "connect", connected)
    event.listen(Engine, "before_cursor_execute", begins)
    event.listen(Engine, "commit", commits)


if __name__ == "__main__":
    import app.main
    from app.service import housekeeping

    housekeeping.ROUND = ROUND
    if file := os.environ.get("FAULTS_CLOCK"):
        app.main.clock = wrong_clock(Path(file))
    if statements := os.environ.get("FAULTS_DIES_AT"):
        die_at(statements.split(">"))
    sys.exit(cli.main(sys.argv[1:]))
