"""Owns the queries about snapshots, reader links and the audit trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from app.domain.assessment import State, dutch_date
from app.store import tables
from app.store.prepared import Prepared


@dataclass(frozen=True, slots=True)
class StoredSnapshot:
    """A snapshot as stored: the hash, the document in canonical JSON, and the private part in JSON."""

    hash: str
    document: bytes
    private: bytes


@dataclass(frozen=True, slots=True)
class ReaderLink:
    id: str
    assessment: str
    party: str


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One thing that an office did, about one of its assessments or about itself (`assessment` is None)."""

    actor: str
    action: str
    detail: Mapping[str, Any]
    at: datetime
    assessment: str | None = None

    @property
    def day(self) -> date:
        return dutch_date(self.at)


_EVENT = select(
    tables.audit_event.c.actor,
    tables.audit_event.c.action,
    tables.audit_event.c.detail,
    tables.audit_event.c.at,
    tables.audit_event.c.assessment_id,
)


# Dashboards ask for these all the time.
_SNAPSHOT = Prepared(
    select(tables.snapshot.c.hash, tables.snapshot.c.document, tables.snapshot.c.private).where(
        tables.snapshot.c.assessment_id == bindparam("assessment")
    )
)
_HASH = Prepared(
    select(tables.assessment.c.state, tables.snapshot.c.hash)
    .join(tables.constellation, tables.constellation.c.id == tables.assessment.c.constellation_id)
    .outerjoin(tables.snapshot, tables.snapshot.c.assessment_id == tables.assessment.c.id)
    .where(tables.assessment.c.id == bindparam("assessment"), tables.constellation.c.office_id == bindparam("office"))
)


class Results:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_snapshot(self, assessment: str, snapshot: StoredSnapshot) -> None:
        self._connection.execute(
            insert(tables.snapshot).values(
                assessment_id=assessment,
                hash=snapshot.hash,
                document=snapshot.document,
                private=snapshot.private,
            )
        )

    def snapshot(self, assessment: str) -> StoredSnapshot | None:
        row = _SNAPSHOT.row(self._connection, assessment=assessment)
        return StoredSnapshot(*row) if row else None

    def snapshot_hash(self, assessment: str) -> str | None:
        return self._connection.scalar(
            select(tables.snapshot.c.hash).where(tables.snapshot.c.assessment_id == assessment)
        )

    def state_and_hash(self, office: str, assessment: str) -> tuple[State, str | None] | None:
        """(state, hash of the snapshot if there is one) of an assessment of this office; None when it has none such."""
        row = _HASH.row(self._connection, office=office, assessment=assessment)
        return (row.state, row.hash) if row else None

    def add_reader_link(self, link: ReaderLink, token_hash: str) -> None:
        self._connection.execute(
            insert(tables.reader_link).values(
                id=link.id, assessment_id=link.assessment, party_key=link.party, token_hash=token_hash
            )
        )

    def reader_links(self, assessment: str) -> list[ReaderLink]:
        rows = self._connection.execute(
            select(tables.reader_link.c.id, tables.reader_link.c.assessment_id, tables.reader_link.c.party_key).where(
                tables.reader_link.c.assessment_id == assessment
            )
        ).all()
        return [ReaderLink(*row) for row in rows]

    def reader_link(self, identifier: str) -> ReaderLink | None:
        row = self._connection.execute(
            select(tables.reader_link.c.id, tables.reader_link.c.assessment_id, tables.reader_link.c.party_key).where(
                tables.reader_link.c.id == identifier
            )
        ).one_or_none()
        return ReaderLink(*row) if row else None

    def erase(self, assessment: str) -> None:
        """Snapshot and reader links, for good."""
        self._connection.execute(delete(tables.snapshot).where(tables.snapshot.c.assessment_id == assessment))
        self._connection.execute(delete(tables.reader_link).where(tables.reader_link.c.assessment_id == assessment))

    def reader_link_by_token(self, token_hash: str) -> ReaderLink | None:
        row = self._connection.execute(
            select(tables.reader_link.c.id, tables.reader_link.c.assessment_id, tables.reader_link.c.party_key).where(
                tables.reader_link.c.token_hash == token_hash
            )
        ).one_or_none()
        return ReaderLink(*row) if row else None

    def add_audit_event(self, identifier: str, office: str, event: AuditEvent) -> None:
        """Write down what was done in an office, or by the administrators among themselves (`office` is empty)."""
        self._connection.execute(
            insert(tables.audit_event).values(
                id=identifier,
                office_id=office or None,
                assessment_id=event.assessment,
                actor=event.actor,
                action=event.action,
                detail=dict(event.detail),
                at=event.at,
            )
        )

    def audit_events(self, office: str, assessment: str) -> list[AuditEvent]:
        """What the office did to one assessment, oldest first."""
        rows = self._connection.execute(
            _EVENT.where(
                tables.audit_event.c.office_id == office, tables.audit_event.c.assessment_id == assessment
            ).order_by(tables.audit_event.c.at, tables.audit_event.c.id)
        ).all()
        return [AuditEvent(*row) for row in rows]

    def newest_events(self, office: str, most: int) -> list[AuditEvent]:
        """What was last done in an office, or by the administrators (`office` is empty), newest first."""
        rows = self._connection.execute(
            _EVENT.where(func.coalesce(tables.audit_event.c.office_id, "") == office)
            .order_by(tables.audit_event.c.at.desc(), tables.audit_event.c.id)
            .limit(most)
        ).all()
        return [AuditEvent(*row) for row in rows]
