"""Owns the tables for programs that talk with us: answers kept for repeated requests, webhooks, their deliveries."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from app.store.columns import Table, instant, json, key, parent, table, text


class KeptAnswerRow(Table, table=True):
    """The answer to a request that came with an Idempotency-Key, for a day. `answer`: empty while it is being made."""

    __tablename__ = "kept_answer"
    __table_args__ = (Index(None, "kept_at"),)

    office_id: str = parent("office.id", primary_key=True)
    owner: str = key()
    key: str = key()
    fingerprint: str = text()
    answer: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    kept_at: datetime = instant()


class WebhookRow(Table, table=True):
    """Where an office wants to hear of changes. Its secret is derived from the service's key and stands nowhere.

    `last_number`: of the newest delivery; deliveries are sent in the order of their numbers.
    """

    __tablename__ = "webhook"
    __table_args__ = (Index(None, "office_id"),)

    id: str = key()
    office_id: str = parent("office.id")
    url: str = text()
    events: list[str] = json()
    created_at: datetime = instant()
    last_number: int


class WebhookDeliveryRow(Table, table=True):
    """One message to one webhook. Ids and a state only: what a message links to is read with a key.

    `queued_at`: when it was last made to wait; trying ends some days after. `due_at`: when it may be tried.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "number"),
        CheckConstraint("state in ('waiting', 'delivered', 'failed')", name="state"),
        CheckConstraint("event in ('opened', 'closed', 'released')", name="event"),
        Index(None, "state", "due_at"),
        Index(None, "assessment_id"),
    )

    id: str = key()
    webhook_id: str = parent("webhook.id")
    number: int
    event: str = text()
    assessment_id: str = text()
    constellation_id: str = text()
    wave: int
    at: datetime = instant()
    state: str = text()
    attempts: int
    outcome: str = text()
    queued_at: datetime = instant()
    due_at: datetime = instant()
    delivered_at: datetime | None = instant(nullable=True)


kept_answer = table(KeptAnswerRow)
webhook = table(WebhookRow)
webhook_delivery = table(WebhookDeliveryRow)
