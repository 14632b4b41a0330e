"""Tests of real processes: with the time of the machine, and a service that ends with the test."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.service import Service
from tests.people import Clock


@pytest.fixture
def clock() -> Clock:
    """The time at which the test began: the processes have a real clock."""
    return Clock(datetime.now(UTC))


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[Service]:
    made = Service(tmp_path, database_url)
    yield made
    made.end()
