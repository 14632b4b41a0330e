"""Owns the queries about answers that are kept for requests that may be repeated."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app.store.program_tables import kept_answer


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may be repeated: by whom, under which key, and what it asked (as a hash)."""

    office: str
    owner: str
    key: str
    fingerprint: str


class KeptAnswers:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert

    def claim(self, asked: Asked, now: datetime) -> bool:
        """Be the one who answers; False when it was answered before. Waits while somebody else is answering."""
        claimed = self._connection.scalar(
            self._insert(kept_answer)
            .values(
                office_id=asked.office,
                owner=asked.owner,
                key=asked.key,
                fingerprint=asked.fingerprint,
                answer=b"",
                kept_at=now,
            )
            .on_conflict_do_nothing()
            .returning(kept_answer.c.key)
        )
        return claimed is not None

    def keep(self, asked: Asked, answer: bytes) -> None:
        self._connection.execute(update(kept_answer).where(*_same(asked)).values(answer=answer))

    def find(self, asked: Asked) -> tuple[str, bytes]:
        """The fingerprint of the first request under this key, and its answer."""
        row = self._connection.execute(
            select(kept_answer.c.fingerprint, kept_answer.c.answer).where(*_same(asked))
        ).one()
        return row.fingerprint, row.answer

    def forget(self, before: datetime) -> None:
        self._connection.execute(delete(kept_answer).where(kept_answer.c.kept_at < before))

    def forget_office(self, office: str) -> None:
        """An answer may hold addresses of people: with an erasure those of the office go at once."""
        self._connection.execute(delete(kept_answer).where(kept_answer.c.office_id == office))


def _same(asked: Asked) -> tuple[ColumnElement[bool], ...]:
    return (
        kept_answer.c.office_id == asked.office,
        kept_answer.c.owner == asked.owner,
        kept_answer.c.key == asked.key,
    )
