"""Owns webhooks: what is told to other systems is written with the change that causes it, and sent afterwards.

Messages are those of the Standard Webhooks specification: signed, at least once, in order for each webhook.
"""

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import cast

from app.delivery.webhooks import Courier, Message, Result
from app.domain.assessment import Actor, Assessment
from app.domain.problems import InvalidInput, NotFound, fault
from app.domain.webhooks import EVENTS, STATE_AFTER, Delivery, EventName, Webhook, faults_of_url, origin_of
from app.service.tokens import webhook_key
from app.service.work import Work, Workshop

log = logging.getLogger("rolvast")

MOST_WEBHOOKS = 20
#: A message that was claimed comes back after this when the worker died before it could say how it went.
LEASE = timedelta(minutes=2)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=15)
#: After this a message is marked as failed, for somebody to look at and to send again.
TRYING_ENDS = timedelta(days=3)
KEPT = timedelta(days=90)
BATCH = 16


def add_webhook(
    work: Work, actor: Actor, url: str, events: Collection[str], *, may_reach_private: bool = False
) -> tuple[Webhook, str]:
    """Have the office's changes told to an address; gives the webhook and its secret, which is shown this once."""
    actor.require_write()
    faults = faults_of_url(url, may_reach_private=may_reach_private)
    if not events or set(events) - set(EVENTS):
        faults.append(fault("events", "Kies waarvan u wilt horen.", "Choose what you want to hear of."))
    if len(work.store.webhooks.of_office(actor.office)) >= MOST_WEBHOOKS:
        faults.append(
            fault(
                "url",
                "Een bureau heeft hoogstens {n} adressen; haal er eerst een weg.",
                "An office has at most {n} addresses; remove one first.",
                n=MOST_WEBHOOKS,
            )
        )
    if faults:
        raise InvalidInput(faults)
    chosen = tuple(event for event in EVENTS if event in events)
    made = Webhook(work.chance(), actor.office, url, chosen, work.now)
    work.store.webhooks.add(made)
    work.record_of_office(actor, "webhook_added", what=origin_of(url))
    return made, secret_of(work, made.id)


def secret_of(work: Work, webhook: str) -> str:
    """What the receiver checks signatures with. It is derived: in the database stands nothing to steal."""
    return "whsec_" + base64.b64encode(webhook_key(work.secret, webhook)).decode()


def webhooks(work: Work, actor: Actor) -> list[Webhook]:
    return work.store.webhooks.of_office(actor.office)


def one_webhook(work: Work, actor: Actor, identifier: str) -> Webhook:
    """A webhook of the actor's office; somebody else's does not exist."""
    found = work.store.webhooks.find(actor.office, identifier)
    if found is None:
        raise NotFound
    return found


def remove_webhook(work: Work, actor: Actor, identifier: str) -> None:
    """Nothing more is told there, what waited included."""
    actor.require_write()
    gone = one_webhook(work, actor, identifier)
    work.store.webhooks.drop(gone.id)
    work.record_of_office(actor, "webhook_removed", what=origin_of(gone.url))


def deliveries(work: Work, actor: Actor, identifier: str, before: int | None, most: int) -> list[Delivery]:
    """What was told to a webhook or waits to be, the newest first."""
    return work.store.webhooks.deliveries(one_webhook(work, actor, identifier).id, before, most)


def send_again(work: Work, actor: Actor, identifier: str, delivery: str) -> Delivery:
    """Have a message sent once more, under the same id, before all that waits and is newer."""
    actor.require_write()
    told = one_webhook(work, actor, identifier)
    found = work.store.webhooks.delivery(told.id, delivery)
    if found is None:
        raise NotFound
    work.store.webhooks.queue_again(found.id, work.now)
    work.record_of_office(actor, "webhook_sent_again", what=origin_of(told.url))
    return cast(Delivery, work.store.webhooks.delivery(told.id, delivery))


def announce(work: Work, assessment: Assessment, event: EventName) -> None:
    """Have an event wait for every webhook of the office that wants it, in the same transaction."""
    # In the order of their ids, so that two changes at once never wait for each other.
    for told in sorted(work.store.webhooks.of_office(assessment.office), key=lambda found: found.id):
        if event in told.events:
            work.store.webhooks.add_delivery(told.id, work.chance(), event, assessment, work.now)


# --- Sending ----------------------------------------------------------------------------------------------------------


def send_due(
    workshop: Workshop,
    courier: Courier,
    clock: Callable[[], datetime],
    base_url: str,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Send every message that is due, until `stopping`; gives how many arrived.

    A message is claimed in one transaction and settled in another: when this process dies between the two, it is sent
    once more after the lease, under the same id.
    """
    arrived = 0
    while not stopping():
        with workshop.work(clock(), write=False) as work:
            if not work.store.webhooks.any_due(work.now, LONGEST_WAIT):
                return arrived
        with workshop.work(clock(), write=True) as work:
            claimed = work.store.webhooks.claim(work.now, LEASE, LONGEST_WAIT, BATCH)
            messages = [_message(work, delivery, url, base_url) for delivery, url in claimed]
        if not claimed:
            return arrived
        results = courier.deliver(messages)
        with workshop.work(clock(), write=True) as work:
            for (delivery, _), result in zip(claimed, results, strict=True):
                _settle(work, delivery, result)
                arrived += result.delivered
    return arrived


def _settle(work: Work, delivery: Delivery, result: Result) -> None:
    if result.delivered:
        work.store.webhooks.delivered(delivery.id, result.outcome, work.now)
        return
    log.warning("a message to webhook %s waits for another try: %s", delivery.webhook, result.outcome)
    if work.now - delivery.queued_at >= TRYING_ENDS:
        work.store.webhooks.failed(delivery.id, result.outcome)
        return
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(delivery.attempts, 10))
    work.store.webhooks.put_off(delivery.id, result.outcome, work.now + wait)


def _message(work: Work, delivery: Delivery, url: str, base_url: str) -> Message:
    """A message as it goes out now: ids, the state and links; never a figure."""
    body = json.dumps(payload(delivery, base_url), separators=(",", ":")).encode()
    sent_at = str(int(work.now.timestamp()))
    signed = f"{delivery.id}.{sent_at}.".encode() + body
    signature = hmac.new(webhook_key(work.secret, delivery.webhook), signed, hashlib.sha256).digest()
    headers = {
        "content-type": "application/json",
        "user-agent": "rolvast",
        "webhook-id": delivery.id,
        "webhook-timestamp": sent_at,
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }
    return Message(delivery.id, url, headers, body)


def payload(delivery: Delivery, base_url: str) -> dict[str, object]:
    """What a message says; the same at every try."""
    own = f"{base_url}/api/v1/assessments/{delivery.assessment}"
    links = {"assessment": own}
    if delivery.event == "released":
        links |= {"scores": f"{own}/scores", "scoreRows": f"{own}/score-rows"}
    return {
        "type": f"assessment.{delivery.event}",
        "timestamp": delivery.at.isoformat().replace("+00:00", "Z"),
        "data": {
            "assessmentId": delivery.assessment,
            "constellationId": delivery.constellation,
            "wave": delivery.wave,
            "status": STATE_AFTER[delivery.event],
            "links": links,
        },
    }


def forget_deliveries(workshop: Workshop, clock: Callable[[], datetime]) -> None:
    """What was told long ago need not be known any more."""
    with workshop.work(clock(), write=True) as work:
        work.store.webhooks.forget(work.now - KEPT)
