"""A database as an earlier release left it, on both kinds of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.conftest import built

__all__ = ["built", "empty_url"]


@pytest.fixture
def empty_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if kind == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    server = request.getfixturevalue("postgresql")
    name = server.add("template1")
    yield server.url(name)
    server.drop(name)
