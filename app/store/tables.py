"""Owns the tables: dumb rows with constraints. Alembic makes them; nothing here validates for the domain."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlmodel import Field

from app.store.columns import Table, metadata
from app.store.columns import instant as _instant
from app.store.columns import json as _json
from app.store.columns import key as _key
from app.store.columns import parent as _parent
from app.store.columns import table as _table
from app.store.columns import text as _text
from app.store.learning_tables import agreement, dialogue, dialogue_contact, practice
from app.store.program_tables import kept_answer, webhook, webhook_delivery

# Tables of another file belong to the same set: whoever knows this module knows them all.
__all__ = [
    "agreement",
    "dialogue",
    "dialogue_contact",
    "kept_answer",
    "metadata",
    "practice",
    "webhook",
    "webhook_delivery",
]


class OfficeRow(Table, table=True):
    __tablename__ = "office"

    id: str = _key()
    name: str = _text()


class MemberRow(Table, table=True):
    """A member of an office, or an administrator of the service, who belongs to none."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("office_id", "email"),
        CheckConstraint("role in ('commissioner', 'viewer', 'administrator')", name="role"),
        CheckConstraint("(role = 'administrator') = (office_id is null)", name="administrator_without_office"),
        Index(
            "uq_member_administrator",
            "email",
            unique=True,
            sqlite_where=text("office_id is null"),
            postgresql_where=text("office_id is null"),
        ),
    )

    id: str = _key()
    office_id: str | None = _parent("office.id", nullable=True)
    email: str = _text()
    role: str = _text()


class SignInLinkRow(Table, table=True):
    """A link that signs a member in, once."""

    __tablename__ = "sign_in_link"

    token_hash: str = _key()
    member_id: str = _parent("member.id")
    expires_at: datetime = _instant()


class SessionRow(Table, table=True):
    __tablename__ = "session"

    token_hash: str = _key()
    member_id: str = _parent("member.id")
    expires_at: datetime = _instant()
    used_at: datetime | None = _instant(nullable=True)


class ApiKeyRow(Table, table=True):
    __tablename__ = "api_key"
    __table_args__ = (CheckConstraint("scope in ('read', 'write')", name="scope"),)

    token_hash: str = _key()
    office_id: str = _parent("office.id")
    name: str = _text()
    scope: str = _text()
    created_at: datetime = _instant()
    last_used_on: date | None = None


class ConstellationRow(Table, table=True):
    __tablename__ = "constellation"

    id: str = _key()
    office_id: str = _parent("office.id")
    name: str = _text()
    instrument_id: str = _text()
    place: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})


class AssessmentRow(Table, table=True):
    __tablename__ = "assessment"
    __table_args__ = (
        UniqueConstraint("constellation_id", "wave"),
        CheckConstraint("state in ('draft', 'open', 'closed', 'released', 'erased')", name="state"),
        CheckConstraint("wave >= 1", name="wave"),
        CheckConstraint(
            "state = 'draft' or (closes_on is not null and retention_on is not null)", name="dates_when_open"
        ),
    )

    id: str = _key()
    constellation_id: str = _parent("constellation.id")
    wave: int
    instrument_version: int
    label_set: str = _text()
    title: str = _text()
    purpose: str = _text()
    legal_basis: str = _text()
    contact_name: str = _text()
    contact_email: str = _text()
    closes_on: date | None = None
    retention_on: date | None = None
    state: str = _text()
    params: dict[str, Any] = _json()
    promise: dict[str, Any] = _json()
    letter_message: str = _text()
    reminder_message: str = Field(sa_column=Column(Text, nullable=False, server_default=text("''")))
    reminder_days: list[int] = _json()
    reminded_on: date | None = None
    compared_with: str | None = _text(nullable=True)
    created_at: datetime = _instant()
    archived: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=false()))
    members_who_took_part: list[str] | None = Field(sa_column=Column(JSON, nullable=True))


class PartyRow(Table, table=True):
    __tablename__ = "party"
    __table_args__ = (CheckConstraint("voice in ('group', 'statement')", name="voice"),)

    assessment_id: str = _parent("assessment.id", primary_key=True)
    key: str = _key()
    place: int
    role: str = _text()
    name: str = _text()
    voice: str = _text()
    changed: bool = False
    invited_at_closing: int | None = None


class InvitationRow(Table, table=True):
    """A person who was invited. Shares no key, instant or order with what that person sent."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("state in ('invited', 'sent', 'removed', 'removed_sent')", name="state"),
        Index(None, "token_hash", unique=True),
        Index(None, "assessment_id", "party_key"),
        {"sqlite_with_rowid": False},
    )

    id: str = _key()
    assessment_id: str = _parent("assessment.id")
    party_key: str = _text()
    email: str = _text()
    name: str = _text()
    judges: list[str] = _json()
    token_hash: str = _text()
    state: str = _text()
    statement_confirmed: bool = False
    undeliverable: bool = False
    reached: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=false()))


class DraftRow(Table, table=True):
    """What somebody filled in and did not send yet; goes when sent, and at closing."""

    __tablename__ = "draft"

    invitation_id: str = _parent("invitation.id", primary_key=True)
    judged: list[str] = _json()
    chosen: bool
    ratings: dict[str, Any] = _json()
    comments: dict[str, Any] = _json()
    page: str = _text()
    sequence: int = 0


class SubmissionRow(Table, table=True):
    """Answers that were sent: one byte per rating. No instant, no order, no person."""

    __tablename__ = "submission"
    __table_args__ = (
        Index(None, "receipt_hash", unique=True),
        Index(None, "assessment_id", "party_key"),
        {"sqlite_with_rowid": False},
    )

    id: str = _key()
    assessment_id: str = _parent("assessment.id")
    party_key: str = _text()
    receipt_hash: str = _text()
    answers: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CommentRow(Table, table=True):
    """Somebody's own words. `author_hash` counts distinct authors; without the receipt code it leads nowhere."""

    __tablename__ = "comment"
    __table_args__ = (Index(None, "assessment_id"), Index(None, "author_hash"), {"sqlite_with_rowid": False})

    id: str = _key()
    assessment_id: str = _parent("assessment.id")
    party_key: str = _text()
    author_hash: str = _text()
    place: str = _text()
    words: str = _text()


class ReleasedCommentRow(Table, table=True):
    """Words that an office released by hand, as they may be read. `party_key`: null where only the whole may be named.

    `id`: that of the comment; both are erased together.
    """

    __tablename__ = "released_comment"
    __table_args__ = (Index(None, "assessment_id"), {"sqlite_with_rowid": False})

    id: str = _key()
    assessment_id: str = _parent("assessment.id")
    party_key: str | None = _text(nullable=True)
    question: str = _text()
    words: str = _text()


class SnapshotRow(Table, table=True):
    """The score document, in the bytes that its hash was taken over, and the private part for the next wave."""

    __tablename__ = "snapshot"

    assessment_id: str = _parent("assessment.id", primary_key=True)
    hash: str = _text()
    document: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    private: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ReaderLinkRow(Table, table=True):
    """Lets a party read the report from release until the retention date."""

    __tablename__ = "reader_link"

    id: str = _key()
    assessment_id: str = _parent("assessment.id")
    party_key: str = _text()
    token_hash: str = Field(sa_column=Column(Text, nullable=False, unique=True))


class OutboxRow(Table, table=True):
    """A letter that waits to be sent. What it says is made when it leaves; once sent, the row is gone.

    `reference`: the invitation, the reader link, the contact or the agreement that it is about.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint(
            "kind in ('invitation', 'reminder', 'report', 'sign_in', 'conversation', 'agreement')", name="kind"
        ),
        Index(None, "due_at"),
        {"sqlite_with_rowid": False},
    )

    id: str = _key()
    kind: str = _text()
    reference: str = _text()
    email: str = _text()
    attempts: int = 0
    due_at: datetime = _instant()


class PulseRow(Table, table=True):
    """When something that the service does by itself last came round."""

    __tablename__ = "pulse"

    name: str = _key()
    at: datetime = _instant()


class TraceRow(Table, table=True):
    """That something was deleted whose bytes may still lie in the files; goes when they are wiped."""

    __tablename__ = "trace"

    id: str = _key()


class AuditEventRow(Table, table=True):
    """What an office did, or the administrators (no office). Never what a respondent did."""

    __tablename__ = "audit_event"
    __table_args__ = (Index(None, "office_id", "at"),)

    id: str = _key()
    office_id: str | None = _parent("office.id", nullable=True)
    assessment_id: str | None = _text(nullable=True)
    actor: str = _text()
    action: str = _text()
    detail: dict[str, Any] = _json()
    at: datetime = _instant()


# The queries use the tables themselves (SQLAlchemy Core): a session and its objects cost several times the work itself.
office = _table(OfficeRow)
member = _table(MemberRow)
sign_in_link = _table(SignInLinkRow)
session = _table(SessionRow)
api_key = _table(ApiKeyRow)
constellation = _table(ConstellationRow)
assessment = _table(AssessmentRow)
party = _table(PartyRow)
invitation = _table(InvitationRow)
draft = _table(DraftRow)
submission = _table(SubmissionRow)
comment = _table(CommentRow)
released_comment = _table(ReleasedCommentRow)
snapshot = _table(SnapshotRow)
reader_link = _table(ReaderLinkRow)
outbox = _table(OutboxRow)
audit_event = _table(AuditEventRow)
pulse = _table(PulseRow)
trace = _table(TraceRow)

#: What a database has of itself: neither counts as content, nor goes along to another database.
ITS_OWN = (pulse, trace)
