"""Owns when the service last did what it does by itself."""

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from app.store import tables


class Pulse:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert

    def last(self, name: str) -> datetime | None:
        return self._connection.scalar(select(tables.pulse.c.at).where(tables.pulse.c.name == name))

    def beat(self, name: str, now: datetime) -> None:
        """Note this moment; of several processes the last one stands."""
        values = self._insert(tables.pulse).values(name=name, at=now)
        self._connection.execute(values.on_conflict_do_update(index_elements=["name"], set_={"at": now}))
