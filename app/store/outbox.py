"""Owns the queries about letters that wait to be sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from app.store import tables
from app.store.columns import is_due

LetterKind = Literal["invitation", "reminder", "report", "sign_in", "conversation", "agreement"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that waits: what it is about, and how often sending was tried."""

    id: str
    kind: LetterKind
    reference: str
    email: str
    attempts: int


class Outbox:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"

    def add(self, letters: Sequence[tuple[Waiting, datetime]]) -> None:
        """Have letters wait, each until it is due."""
        if letters:
            self._connection.execute(
                insert(tables.outbox),
                [
                    {
                        "id": letter.id,
                        "kind": letter.kind,
                        "reference": letter.reference,
                        "email": letter.email,
                        "attempts": 0,
                        "due_at": due_at,
                    }
                    for letter, due_at in letters
                ],
            )

    def has(self, kind: LetterKind, email: str) -> bool:
        """Whether such a letter to this address waits already."""
        found = self._connection.scalar(
            select(tables.outbox.c.id).where(tables.outbox.c.kind == kind, tables.outbox.c.email == email).limit(1)
        )
        return found is not None

    def counts(self) -> tuple[int, int, datetime | None]:
        """How many letters wait, how many of those were tried in vain, and since when the first of them is due.

        But for reminders: they wait for whoever has not sent, so that even one says something of somebody.
        """
        outbox = tables.outbox.c
        waiting, failed, due_since = self._connection.execute(
            select(func.count(), func.count().filter(outbox.attempts > 0), func.min(outbox.due_at)).where(
                outbox.kind != "reminder"
            )
        ).one()
        return waiting, failed, due_since

    def claim(self, now: datetime, lease: timedelta, longest: timedelta, kinds: Sequence[LetterKind]) -> Waiting | None:
        """Take a letter of these kinds that is due; nobody else gets it until the lease ends, also when we crash.

        `longest`: that a letter waits.
        """
        outbox = tables.outbox.c
        query = (
            select(outbox.id, outbox.kind, outbox.reference, outbox.email, outbox.attempts)
            .where(is_due(outbox.due_at, now, longest), outbox.kind.in_(kinds))
            .order_by(outbox.due_at)
            .limit(1)
        )
        if not self._is_sqlite:
            query = query.with_for_update(skip_locked=True)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        found = Waiting(*row)
        self._connection.execute(
            update(tables.outbox).where(outbox.id == found.id).values(due_at=now + lease, attempts=outbox.attempts + 1)
        )
        return found

    def drop(self, letter: str) -> None:
        """A letter that was sent, or that nobody waits for any more, leaves no trace."""
        self._connection.execute(delete(tables.outbox).where(tables.outbox.c.id == letter))

    def drop_to_invited(self, assessment: str) -> None:
        """All that waits for the people of an assessment: invitations and reminders."""
        invited = select(tables.invitation.c.id).where(tables.invitation.c.assessment_id == assessment)
        self._connection.execute(delete(tables.outbox).where(tables.outbox.c.reference.in_(invited)))

    def drop_about(self, references: Sequence[str]) -> None:
        self._connection.execute(delete(tables.outbox).where(tables.outbox.c.reference.in_(references)))

    def drop_all(self) -> None:
        self._connection.execute(delete(tables.outbox))

    def put_off(self, letter: Waiting, until: datetime) -> None:
        """Have a letter that was claimed wait, unless it was claimed by somebody else since."""
        mine = (tables.outbox.c.id == letter.id, tables.outbox.c.attempts == letter.attempts + 1)
        self._connection.execute(update(tables.outbox).where(*mine).values(due_at=until))
