"""Tests of real processes: with a clock that runs, and a service that ends with the test."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.service import Service
from tests.people import Clock


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without --db postgresql, tests of a server of their own are left out; with it they need that server."""
    wanted = config.getoption("--db") == "postgresql"
    kept, left_out = [], []
    for item in items:
        own = "own_url" in getattr(item, "fixturenames", ())
        (left_out if own and not wanted else kept).append(item)
        if own:
            item.add_marker(pytest.mark.postgresql)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


@pytest.fixture
def clock() -> Clock:
    """Noon of today, at which the clock of the processes begins too: at night days count otherwise, and may end."""
    return Clock(datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0))


@pytest.fixture
def service(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Service]:
    made = Service(tmp_path, database_url, clock())
    yield made
    made.end()
