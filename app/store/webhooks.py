"""Owns the queries about webhooks and what is to be told to them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, exists, insert, select, update

from app.domain.assessment import Assessment
from app.domain.webhooks import Delivery, EventName, Webhook
from app.store.columns import is_due
from app.store.tables import webhook, webhook_delivery

_DELIVERY = select(webhook_delivery)


class Webhooks:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"

    def add(self, new: Webhook) -> None:
        self._connection.execute(
            insert(webhook).values(
                id=new.id,
                office_id=new.office,
                url=new.url,
                events=list(new.events),
                created_at=new.created_at,
                last_number=0,
            )
        )

    def of_office(self, office: str) -> list[Webhook]:
        """All webhooks of an office, the oldest first."""
        rows = self._connection.execute(
            select(webhook).where(webhook.c.office_id == office).order_by(webhook.c.created_at, webhook.c.id)
        )
        return [_webhook(row) for row in rows]

    def find(self, office: str, identifier: str) -> Webhook | None:
        row = self._connection.execute(
            select(webhook).where(webhook.c.office_id == office, webhook.c.id == identifier)
        ).one_or_none()
        return _webhook(row) if row else None

    def drop(self, identifier: str) -> None:
        """A webhook with all its deliveries."""
        self._connection.execute(delete(webhook).where(webhook.c.id == identifier))

    # --- What is to be told ---

    def add_delivery(self, told: str, identifier: str, event: EventName, assessment: Assessment, now: datetime) -> None:
        """Have a message wait for a webhook, behind all earlier ones; whoever adds another one meanwhile waits."""
        number = self._connection.scalar(
            update(webhook)
            .where(webhook.c.id == told)
            .values(last_number=webhook.c.last_number + 1)
            .returning(webhook.c.last_number)
        )
        if number is None:  # it was removed meanwhile
            return
        self._connection.execute(
            insert(webhook_delivery).values(
                id=identifier,
                webhook_id=told,
                number=number,
                event=event,
                assessment_id=assessment.id,
                constellation_id=assessment.constellation,
                wave=assessment.wave,
                at=now,
                state="waiting",
                attempts=0,
                outcome="",
                queued_at=now,
                due_at=now,
            )
        )

    def deliveries(self, told: str, before: int | None, most: int) -> list[Delivery]:
        """Messages to a webhook, the newest first. `before`: older than the one with this number."""
        query = _DELIVERY.where(webhook_delivery.c.webhook_id == told)
        if before is not None:
            query = query.where(webhook_delivery.c.number < before)
        rows = self._connection.execute(query.order_by(webhook_delivery.c.number.desc()).limit(most))
        return [Delivery(*row) for row in rows]

    def delivery(self, told: str, identifier: str) -> Delivery | None:
        row = self._connection.execute(
            _DELIVERY.where(webhook_delivery.c.webhook_id == told, webhook_delivery.c.id == identifier)
        ).one_or_none()
        return Delivery(*row) if row else None

    def queue_again(self, delivery: str, now: datetime) -> None:
        self._connection.execute(
            update(webhook_delivery)
            .where(webhook_delivery.c.id == delivery)
            .values(state="waiting", attempts=0, queued_at=now, due_at=now, delivered_at=None)
        )

    def any_due(self, now: datetime, longest: timedelta) -> bool:
        """Whether there may be something to send: a look without writing."""
        return self._connection.scalar(select(webhook_delivery.c.id).where(*_due(now, longest)).limit(1)) is not None

    def claim(self, now: datetime, lease: timedelta, longest: timedelta, most: int) -> list[tuple[Delivery, str]]:
        """Take the first message that waits for each webhook, where it is due, with the address to send it to.

        Nobody else gets them until the lease ends, even when we crash meanwhile; what waits behind one of them waits
        on. `longest`: that a message waits.
        """
        earlier = webhook_delivery.alias()
        behind = exists().where(
            earlier.c.webhook_id == webhook_delivery.c.webhook_id,
            earlier.c.state == "waiting",
            earlier.c.number < webhook_delivery.c.number,
        )
        query = (
            select(webhook_delivery, webhook.c.url)
            .join(webhook, webhook.c.id == webhook_delivery.c.webhook_id)
            .where(*_due(now, longest), ~behind)
            .order_by(webhook_delivery.c.due_at, webhook_delivery.c.id)
            .limit(most)
        )
        if not self._is_sqlite:
            query = query.with_for_update(skip_locked=True, of=webhook_delivery)
        found = [(Delivery(*row[:-1]), str(row[-1])) for row in self._connection.execute(query)]
        self._connection.execute(
            update(webhook_delivery)
            .where(webhook_delivery.c.id.in_([delivery.id for delivery, _ in found]))
            .values(due_at=now + lease, attempts=webhook_delivery.c.attempts + 1)
        )
        return found

    def delivered(self, delivery: str, outcome: str, now: datetime) -> None:
        self._settle(delivery, state="delivered", outcome=outcome, delivered_at=now)

    def put_off(self, delivery: str, outcome: str, until: datetime) -> None:
        self._settle(delivery, outcome=outcome, due_at=until)

    def failed(self, delivery: str, outcome: str) -> None:
        self._settle(delivery, state="failed", outcome=outcome)

    def _settle(self, delivery: str, **values: object) -> None:
        self._connection.execute(update(webhook_delivery).where(webhook_delivery.c.id == delivery).values(**values))

    def forget(self, before: datetime) -> None:
        """What came to its end before an instant."""
        self._connection.execute(
            delete(webhook_delivery).where(webhook_delivery.c.state != "waiting", webhook_delivery.c.queued_at < before)
        )

    def drop_about(self, assessments: Sequence[str]) -> None:
        self._connection.execute(delete(webhook_delivery).where(webhook_delivery.c.assessment_id.in_(assessments)))


def _due(now: datetime, longest: timedelta) -> tuple[Any, ...]:
    return (webhook_delivery.c.state == "waiting", is_due(webhook_delivery.c.due_at, now, longest))


def _webhook(row: Row[Any]) -> Webhook:
    return Webhook(row.id, row.office_id, row.url, tuple(row.events), row.created_at)
