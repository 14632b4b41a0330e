"""Owns reading the audit trail of an office page by page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from app.store.tables import audit_event


@dataclass(frozen=True, slots=True)
class TrailEvent:
    """One thing that was done in an office; `assessment` is the id of what it was done to, if to any."""

    id: str
    at: datetime
    actor: str
    action: str
    assessment: str | None
    detail: Mapping[str, Any]


class Trail:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def events(
        self, office: str, assessment: str | None, after: tuple[datetime, str] | None, most: int
    ) -> list[TrailEvent]:
        """What was done in an office, or to one assessment of it, newest first. `after`: (instant, id) of one."""
        event = audit_event.c
        query = select(event.id, event.at, event.actor, event.action, event.assessment_id, event.detail).where(
            event.office_id == office
        )
        if assessment is not None:
            query = query.where(event.assessment_id == assessment)
        if after is not None:
            query = query.where(or_(event.at < after[0], and_(event.at == after[0], event.id > after[1])))
        rows = self._connection.execute(query.order_by(event.at.desc(), event.id).limit(most)).all()
        return [TrailEvent(*row) for row in rows]
