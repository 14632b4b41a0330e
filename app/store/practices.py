"""Owns the queries about practices: what works, recorded by an office, shared with other offices or not."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, or_, select, update

from app.domain.dialogue import Practice
from app.store import tables


def _select() -> Select[Any]:
    practice = tables.practice.c
    return (
        select(
            practice.id,
            practice.office_id,
            tables.office.c.name,
            practice.instrument_id,
            practice.theme,
            practice.title,
            practice.words,
            practice.shared,
            practice.recorded_on,
        )
        .join(tables.office, tables.office.c.id == practice.office_id)
        .order_by(practice.theme, practice.recorded_on.desc(), practice.title, practice.id)
    )


class Practices:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known_to(self, office: str) -> list[Practice]:
        """What an office recorded itself, and what others share: per theme, newest first."""
        practice = tables.practice.c
        rows = self._connection.execute(_select().where(or_(practice.office_id == office, practice.shared)))
        return [Practice(*row) for row in rows]

    def shared(self, instrument: str, themes: Collection[str]) -> list[Practice]:
        """What offices share on these themes: per theme, newest first."""
        practice = tables.practice.c
        rows = self._connection.execute(
            _select().where(practice.shared, practice.instrument_id == instrument, practice.theme.in_(themes))
        )
        return [Practice(*row) for row in rows]

    def add(self, practice: Practice) -> None:
        self._connection.execute(
            insert(tables.practice).values(
                id=practice.id,
                office_id=practice.office,
                instrument_id=practice.instrument,
                theme=practice.theme,
                title=practice.title,
                words=practice.words,
                shared=practice.shared,
                recorded_on=practice.recorded_on,
            )
        )

    def share(self, office: str, identifier: str, *, shared: bool) -> bool:
        """False when this office has no such practice."""
        done = self._connection.execute(
            update(tables.practice)
            .where(tables.practice.c.office_id == office, tables.practice.c.id == identifier)
            .values(shared=shared)
        )
        return done.rowcount == 1

    def drop(self, office: str, identifier: str) -> bool:
        """False when this office has no such practice."""
        done = self._connection.execute(
            delete(tables.practice).where(tables.practice.c.office_id == office, tables.practice.c.id == identifier)
        )
        return done.rowcount == 1
