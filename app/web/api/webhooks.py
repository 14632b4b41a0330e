"""Webhooks over JSON: where an office wants to hear of changes, what was told, and telling it again."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field

from app.domain.assessment import Actor
from app.domain.webhooks import LONGEST_URL, Delivery, Webhook, origin_of
from app.service import webhooks
from app.service.work import Work
from app.web.api.pages import USUAL_LIMIT, CursorParameter, Limit, page, place_of
from app.web.api.repeating import IdempotencyKey, once
from app.web.api.rules import ApiRoute
from app.web.api.shapes import Shape
from app.web.entry import api_actor, desk_of, work_for

router = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=ApiRoute)

Event = Literal["assessment.opened", "assessment.closed", "assessment.released"]
_BEFORE = "assessment."


class WebhookIn(Shape):
    url: Annotated[str, Field(max_length=LONGEST_URL)]
    events: Annotated[list[Event], Field(min_length=1, max_length=3)]


class WebhookOut(Shape):
    """`url`: to a key that may only read, without its path."""

    id: str
    url: str
    events: list[Event]
    created_at: datetime


class WebhookMade(WebhookOut):
    """`secret`: with which the receiver checks signatures. It is told here only."""

    secret: str


class WebhookPage(Shape):
    """`next`: the cursor of the next page; null on the last."""

    items: list[WebhookOut]
    next: str | None


class DeliveryOut(Shape):
    """One message. `outcome` tells how the last try went, such as `http_204` or `timeout`; empty before the first."""

    id: str
    event: Event
    assessment_id: str
    occurred_at: datetime
    status: Literal["waiting", "delivered", "failed"]
    attempts: int
    outcome: str
    next_attempt_at: datetime | None
    delivered_at: datetime | None


class DeliveryPage(Shape):
    """`next`: the cursor of the next page; null on the last."""

    items: list[DeliveryOut]
    next: str | None


def _event(name: str) -> Event:
    return f"{_BEFORE}{name}"  # type: ignore[return-value]  # the names of EVENTS


def _out(found: Webhook, actor: Actor) -> WebhookOut:
    return WebhookOut(
        id=found.id,
        url=found.url if actor.may_write else origin_of(found.url),
        events=[_event(name) for name in found.events],
        created_at=found.created_at,
    )


def _delivery_out(delivery: Delivery) -> DeliveryOut:
    return DeliveryOut(
        id=delivery.id,
        event=_event(delivery.event),
        assessment_id=delivery.assessment,
        occurred_at=delivery.at,
        status=delivery.state,
        attempts=delivery.attempts,
        outcome=delivery.outcome,
        next_attempt_at=delivery.due_at if delivery.state == "waiting" else None,
        delivered_at=delivery.delivered_at,
    )


@router.get("", operation_id="listWebhooks")
def list_webhooks(
    request: Request, response: Response, cursor: CursorParameter = None, limit: Limit = USUAL_LIMIT
) -> WebhookPage:
    """Where this office wants to hear of changes."""
    with work_for(request) as work:
        actor = api_actor(request, work)
        after = place_of(request, cursor)
        found = [w for w in webhooks.webhooks(work, actor) if after is None or (w.created_at, w.id) > after]
    shown, following = page(request, response, found, limit, lambda webhook: (webhook.created_at, webhook.id))
    return WebhookPage(items=[_out(webhook, actor) for webhook in shown], next=following)


@router.post("", status_code=201, operation_id="createWebhook")
def create_webhook(
    request: Request, response: Response, given: WebhookIn, idempotency_key: IdempotencyKey = None
) -> WebhookMade:
    """Have changes told to an address. Messages are those of the Standard Webhooks specification."""
    private = desk_of(request).webhooks_may_reach_private
    events = {event.removeprefix(_BEFORE) for event in given.events}
    with work_for(request, write=True) as work:
        actor = api_actor(request, work)

        def add() -> WebhookOut:
            made, _ = webhooks.add_webhook(work, actor, given.url, events, may_reach_private=private)
            return _out(made, actor)

        # The secret is derived again for a repeated request, and so is never kept.
        made = once(work, actor, (request, idempotency_key, given), WebhookOut, add)
        secret = webhooks.secret_of(work, made.id)
    response.headers["location"] = f"{request.url.path}/{made.id}"
    return WebhookMade(**made.model_dump(), secret=secret)


def _one(request: Request, work: Work, webhook: str) -> WebhookOut:
    actor = api_actor(request, work)
    return _out(webhooks.one_webhook(work, actor, webhook), actor)


@router.get("/{webhook}", operation_id="readWebhook")
def read_webhook(request: Request, webhook: str) -> WebhookOut:
    with work_for(request) as work:
        return _one(request, work, webhook)


@router.delete("/{webhook}", status_code=204, operation_id="removeWebhook")
def remove_webhook(request: Request, webhook: str) -> None:
    """Nothing more is told there; what waited to be told is gone."""
    with work_for(request, write=True) as work:
        webhooks.remove_webhook(work, api_actor(request, work), webhook)


@router.get("/{webhook}/deliveries", operation_id="listDeliveries")
def list_deliveries(
    request: Request, response: Response, webhook: str, cursor: CursorParameter = None, limit: Limit = USUAL_LIMIT
) -> DeliveryPage:
    """What was told or waits to be, the newest first, in pages."""
    with work_for(request) as work:
        actor = api_actor(request, work)
        before = place_of(request, cursor)
        found = webhooks.deliveries(work, actor, webhook, before[0] if before else None, limit + 1)
    shown, following = page(request, response, found, limit, lambda delivery: (delivery.number,))
    return DeliveryPage(items=[_delivery_out(delivery) for delivery in shown], next=following)


@router.post("/{webhook}/deliveries/{delivery}/replays", status_code=202, operation_id="replayDelivery")
def replay_delivery(request: Request, webhook: str, delivery: str) -> DeliveryOut:
    """Have a message sent once more, under the same id, before everything that waits and is newer."""
    with work_for(request, write=True) as work:
        return _delivery_out(webhooks.send_again(work, api_actor(request, work), webhook, delivery))
