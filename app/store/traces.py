"""Owns the list of what is still to be wiped from the files of the database."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from app.store import tables


class Traces:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def leave(self, identifier: str) -> None:
        """Something was deleted in this transaction."""
        self._connection.execute(insert(tables.trace).values(id=identifier))

    def left(self) -> list[str]:
        return list(self._connection.scalars(select(tables.trace.c.id)))

    def wiped(self, identifiers: Sequence[str]) -> None:
        """The files were rewritten after these were left."""
        self._connection.execute(delete(tables.trace).where(tables.trace.c.id.in_(identifiers)))
