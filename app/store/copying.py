"""Owns the move of a whole database to another one, from SQLite to PostgreSQL or back."""

from collections.abc import Sequence
from random import SystemRandom
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select

from app.domain.problems import InvalidInput, plain
from app.store.backup import has_content
from app.store.engine import Database
from app.store.tables import ITS_OWN, metadata
from app.store.traces import Traces

#: Rows that are written by one statement.
_BATCH = 500


def copy(source: Database, target: Database) -> dict[str, int]:
    """Write every row of the one into the other, which must be empty; gives how many, by table.

    All in one transaction on either side: a moment of the source, and all of it in the target or nothing. The rows of a
    table go in random order, so that none arises that was not there. Raises InvalidInput.
    """
    if has_content(target):
        raise InvalidInput([plain(target.url.render_as_string(), "has content; a copy goes into an empty database")])
    copied: dict[str, int] = {}
    with source.transaction(write=False) as reading, target.transaction(write=True) as writing:
        if not source.is_sqlite:
            reading.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        for table in metadata.sorted_tables:
            if table not in ITS_OWN:
                copied[table.name] = _copy_table(table, reading, writing)
        Traces(writing).leave("of a copy")  # that went before and failed, perhaps
    return copied


def _copy_table(table: Table, reading: Connection, writing: Connection) -> int:
    rows = [dict(row) for row in reading.execute(select(table)).mappings()]
    for batch in _shuffled(rows):
        writing.execute(insert(table), batch)
    written = writing.scalar(select(func.count()).select_from(table))
    if written != len(rows):
        words = f"{len(rows)} rows were read and {written} arrived; nothing was copied"
        raise InvalidInput([plain(table.name, words)])
    return len(rows)


def _shuffled(rows: list[dict[str, Any]]) -> Sequence[list[dict[str, Any]]]:
    SystemRandom().shuffle(rows)
    return [rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH)]
