"""Messages to other systems, to a real listener: signed, in order, at least once, and never with a figure."""

import base64
import hashlib
import hmac
import json
import logging
import threading
from datetime import timedelta
from typing import Any

import pytest

from app.delivery.webhooks import Courier
from app.domain.problems import InvalidInput, NotFound
from app.domain.webhooks import Delivery
from app.service import commissioning, housekeeping, webhooks
from app.service.webhooks import send_due
from tests.delivery.post_office import free_port
from tests.delivery.receiver import Receiver, receiving
from tests.people import House

BASE = "https://rolvast.example"
COURIER = Courier(may_reach_private=True, patience=3)


def send(house: House, courier: Courier = COURIER) -> int:
    return send_due(house.workshop, courier, house.clock, BASE)


def told(receiver: Receiver) -> list[dict[str, Any]]:
    return [json.loads(body) for body in receiver.bodies]


def types(receiver: Receiver) -> list[str]:
    return [message["type"] for message in told(receiver)]


def deliveries(house: House, webhook: str) -> list[Delivery]:
    """The oldest first."""
    with house.work(write=False) as work:
        return webhooks.deliveries(work, house.commissioner, webhook, None, 100)[::-1]


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """The check as the Standard Webhooks specification describes it to receivers."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return hmac.compare_digest(headers["webhook-signature"], expected)


# --- What is told -----------------------------------------------------------------------------------------------------


def test_the_life_of_an_assessment_is_told_in_order_and_signed(house: House) -> None:
    receiver = Receiver()
    with receiving(receiver) as port:
        webhook, secret = house.webhook(f"http://127.0.0.1:{port}/meldingen?voor=ons", private=True)
        made = house.released()
        assert send(house) == 3
    assert types(receiver) == ["assessment.opened", "assessment.closed", "assessment.released"]
    assert set(receiver.paths) == {"/meldingen?voor=ons"}
    for headers, body in zip(receiver.headers, receiver.bodies, strict=True):
        assert headers["content-type"] == "application/json"
        assert is_signed(secret, headers, body)
        assert not is_signed(secret, {**headers, "webhook-timestamp": "0"}, body)
        assert not is_signed(secret, headers, body + b" ")
        assert int(headers["webhook-timestamp"]) == int(house.clock.now.timestamp())
    assert len({headers["webhook-id"] for headers in receiver.headers}) == 3
    assert [line.state for line in deliveries(house, webhook)] == ["delivered"] * 3
    last = told(receiver)[-1]
    own = f"{BASE}/api/v1/assessments/{made.id}"
    assert last == {
        "type": "assessment.released",
        "timestamp": "2026-11-23T09:30:17.123456Z",
        "data": {
            "assessmentId": made.id,
            "constellationId": made.constellation,
            "wave": 1,
            "status": "released",
            "links": {"assessment": own, "scores": f"{own}/scores", "scoreRows": f"{own}/score-rows"},
        },
    }


def test_a_message_holds_no_figure_no_name_and_no_address_of_anyone(house: House) -> None:
    receiver = Receiver()
    with receiving(receiver) as port:
        house.webhook(f"http://127.0.0.1:{port}/", private=True)
        made = house.released()
        send(house)
    everything = b"".join(receiver.bodies).decode()
    secret = ("ministerie.example", "bureau.example", made.title, "Directie", house.document(made)["snapshot"])
    assert [word for word in secret if word in everything] == []
    numbers = {value for message in told(receiver) for value in message["data"].values() if isinstance(value, int)}
    assert numbers == {made.wave}


def test_only_what_was_chosen_is_told(house: House) -> None:
    receiver = Receiver()
    with receiving(receiver) as port:
        house.webhook(f"http://127.0.0.1:{port}/", "closed", private=True)
        house.released()
        send(house)
    assert types(receiver) == ["assessment.closed"]


def test_another_office_hears_nothing(house: House) -> None:
    with house.work() as work:
        webhooks.add_webhook(work, house.stranger, "https://systeem.example/", ["opened"])
    house.opened()
    assert house.number_of("webhook_delivery") == 0


def test_what_did_not_happen_is_not_told(house: House) -> None:
    house.webhook()
    made = house.draft({"wonen": 1})
    with pytest.raises(InvalidInput), house.work() as work:
        commissioning.open_assessment(work, house.commissioner, made.id)
    whole = house.draft(constellation="Heel")

    def open_and_fail() -> None:
        with house.work() as work:
            commissioning.open_assessment(work, house.commissioner, whole.id)
            raise RuntimeError("the power goes out before it is committed")

    with pytest.raises(RuntimeError):
        open_and_fail()
    assert house.number_of("webhook_delivery") == 0


def test_the_last_day_is_told_when_it_is_over(house: House) -> None:
    receiver = Receiver()
    with receiving(receiver) as port:
        house.webhook(f"http://127.0.0.1:{port}/", "closed", private=True)
        house.answered()
        house.clock.pass_by(days=30)
        housekeeping.close_due(house.workshop, house.clock)
        send(house)
    assert types(receiver) == ["assessment.closed"]


# --- When the other side is not well ----------------------------------------------------------------------------------


def test_a_receiver_that_was_down_gets_every_event_in_order_once_it_is_back(house: House) -> None:
    port = free_port()
    webhook, _ = house.webhook(f"http://127.0.0.1:{port}/", private=True)
    made = house.answered()
    assert send(house) == 0
    house.close(made)
    house.clock.pass_by(seconds=60)
    assert send(house) == 0
    house.release(made)
    assert [(line.state, line.outcome) for line in deliveries(house, webhook)] == [
        ("waiting", "no_connection"),
        ("waiting", ""),
        ("waiting", ""),
    ]
    receiver = Receiver()
    with receiving(receiver, port):
        house.clock.pass_by(minutes=15)
        assert send(house) == 3
        assert send(house) == 0
    assert types(receiver) == ["assessment.opened", "assessment.closed", "assessment.released"]


def test_a_later_event_waits_for_an_earlier_one(house: House) -> None:
    receiver = Receiver(status=500)
    with receiving(receiver) as port:
        house.webhook(f"http://127.0.0.1:{port}/", private=True)
        house.closed()
        for _ in range(4):
            send(house)
            house.clock.pass_by(minutes=15)
        assert types(receiver) == ["assessment.opened"] * 4
        assert len({headers["webhook-id"] for headers in receiver.headers}) == 1
        receiver.status = 200
        assert send(house) == 2
    assert types(receiver)[4:] == ["assessment.opened", "assessment.closed"]


def test_one_receiver_that_is_down_holds_up_no_other(house: House) -> None:
    receiver = Receiver()
    with receiving(receiver) as port:
        house.webhook(f"http://127.0.0.1:{free_port()}/", private=True)
        house.webhook(f"http://127.0.0.1:{port}/", private=True)
        house.closed()
        assert send(house) == 2
    assert types(receiver) == ["assessment.opened", "assessment.closed"]


def test_it_waits_longer_after_every_try_and_never_over_a_quarter_of_an_hour(house: House) -> None:
    webhook, _ = house.webhook(f"http://127.0.0.1:{free_port()}/", "opened", private=True)
    house.opened()
    waits = []
    for _ in range(10):
        send(house)
        (line,) = deliveries(house, webhook)
        waits.append(line.due_at - house.clock.now)
        house.clock.now = line.due_at
    assert waits[0] <= timedelta(seconds=30)
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(minutes=15)


def test_after_three_days_it_is_marked_as_failed_and_the_next_one_goes_on(house: House) -> None:
    receiver = Receiver(status=503)
    with receiving(receiver) as port:
        webhook, _ = house.webhook(f"http://127.0.0.1:{port}/", private=True)
        made = house.answered()
        send(house)
        house.clock.pass_by(days=3)
        house.close(made)
        send(house)
        assert [line.state for line in deliveries(house, webhook)] == ["failed", "waiting"]
        assert deliveries(house, webhook)[0].outcome == "http_503"
        receiver.status = 200
        house.clock.pass_by(minutes=15)
        assert send(house) == 1
    assert types(receiver)[-1] == "assessment.closed"


@pytest.mark.parametrize(
    ("receiver", "outcome"),
    [
        (Receiver(status=500), "http_500"),
        (Receiver(status=404), "http_404"),
        (Receiver(drip=0.05), "timeout"),
        (Receiver(drip=30), "timeout"),
    ],
    ids=["500", "404", "drips", "silent"],
)
def test_an_answer_that_is_none_is_told_as_such(house: House, receiver: Receiver, outcome: str) -> None:
    with receiving(receiver) as port:
        webhook, _ = house.webhook(f"http://127.0.0.1:{port}/", "opened", private=True)
        house.opened()
        assert send(house, Courier(may_reach_private=True, patience=1)) == 0
    assert [line.outcome for line in deliveries(house, webhook)] == [outcome]


def test_a_redirect_is_not_followed(house: House) -> None:
    elsewhere = Receiver()
    with receiving(elsewhere) as other, receiving(Receiver(302, f"http://127.0.0.1:{other}/")) as port:
        webhook, _ = house.webhook(f"http://127.0.0.1:{port}/", "opened", private=True)
        house.opened()
        assert send(house) == 0
    assert [line.outcome for line in deliveries(house, webhook)] == ["http_302"]
    assert elsewhere.paths == []


def test_of_an_answer_without_end_nothing_is_read(house: House) -> None:
    with receiving(Receiver(200, endless=True)) as port:
        house.webhook(f"http://127.0.0.1:{port}/", "opened", private=True)
        house.opened()
        assert send(house) == 1


def test_a_worker_that_died_while_sending_has_it_sent_again_under_the_same_id(house: House) -> None:
    receiver = Receiver()
    with receiving(receiver) as port:
        house.webhook(f"http://127.0.0.1:{port}/", private=True)
        house.closed()
        with house.work() as work:  # claimed, and then nothing more was heard
            work.store.webhooks.claim(work.now, webhooks.LEASE, webhooks.LONGEST_WAIT, 10)
        assert send(house) == 0, "another worker does not take it at once, nor what waits behind it"
        house.clock.pass_by(minutes=2)
        assert send(house) == 2
    assert types(receiver) == ["assessment.opened", "assessment.closed"]


def test_messages_do_not_lie_still_for_a_clock_that_was_ahead(house: House) -> None:
    receiver = Receiver()
    with receiving(receiver) as port:
        house.webhook(f"http://127.0.0.1:{port}/", "opened", private=True)
        house.clock.pass_by(days=1)
        house.opened()
        house.clock.pass_by(days=-1)
        assert send(house) == 1


def test_several_workers_send_everything_once_and_in_order(house: House) -> None:
    receivers = [Receiver(), Receiver(), Receiver()]
    with receiving(receivers[0]) as a, receiving(receivers[1]) as b, receiving(receivers[2]) as c:
        for port in (a, b, c):
            house.webhook(f"http://127.0.0.1:{port}/", private=True)
        for name in ("Een", "Twee"):
            house.closed(constellation=name)
        threads = [threading.Thread(target=send, args=(house,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        send(house)
    for receiver in receivers:
        assert types(receiver) == ["assessment.opened", "assessment.closed"] * 2


# --- Sending again, and leaving off -----------------------------------------------------------------------------------


def test_a_message_can_be_sent_again_under_the_same_id(house: House) -> None:
    receiver = Receiver()
    with receiving(receiver) as port:
        webhook, secret = house.webhook(f"http://127.0.0.1:{port}/", private=True)
        house.closed()
        send(house)
        first = deliveries(house, webhook)[0]
        house.clock.pass_by(days=5)
        with house.work() as work:
            webhooks.send_again(work, house.commissioner, webhook, first.id)
        assert send(house) == 1
    assert types(receiver) == ["assessment.opened", "assessment.closed", "assessment.opened"]
    assert receiver.bodies[0] == receiver.bodies[2]
    assert receiver.headers[0]["webhook-id"] == receiver.headers[2]["webhook-id"]
    assert is_signed(secret, receiver.headers[2], receiver.bodies[2])


def test_what_failed_is_tried_for_days_again_when_it_is_sent_again(house: House) -> None:
    receiver = Receiver(status=500)
    with receiving(receiver) as port:
        webhook, _ = house.webhook(f"http://127.0.0.1:{port}/", "opened", private=True)
        house.opened()
        house.clock.pass_by(days=3)
        send(house)
        (failed,) = deliveries(house, webhook)
        assert failed.state == "failed"
        with house.work() as work:
            webhooks.send_again(work, house.commissioner, webhook, failed.id)
        send(house)
        assert deliveries(house, webhook)[0].state == "waiting"
        receiver.status = 200
        house.clock.pass_by(minutes=15)
        assert send(house) == 1


def test_a_webhook_that_was_removed_hears_nothing_more(house: House) -> None:
    receiver = Receiver()
    with receiving(receiver) as port:
        webhook, _ = house.webhook(f"http://127.0.0.1:{port}/", private=True)
        house.opened()
        with house.work() as work:
            webhooks.remove_webhook(work, house.commissioner, webhook)
        assert send(house) == 0
    assert receiver.bodies == []
    assert house.number_of("webhook_delivery") == 0


def test_another_office_can_do_nothing_with_it(house: House) -> None:
    webhook, _ = house.webhook()
    house.opened()
    (line,) = deliveries(house, webhook)
    steps: list[Any] = [
        lambda work: webhooks.one_webhook(work, house.stranger, webhook),
        lambda work: webhooks.deliveries(work, house.stranger, webhook, None, 10),
        lambda work: webhooks.remove_webhook(work, house.stranger, webhook),
        lambda work: webhooks.send_again(work, house.stranger, webhook, line.id),
    ]
    for step in steps:
        with pytest.raises(NotFound), house.work() as work:
            step(work)
    assert deliveries(house, webhook) == [line]


def test_erasing_an_assessment_forgets_what_was_told_of_it(house: House) -> None:
    house.webhook()
    house.released()
    other = house.opened(constellation="Andere", retention_on=house.clock.now.date() + timedelta(days=2000))
    house.clock.pass_by(days=800)
    housekeeping.erase_expired(house.workshop, house.clock)
    assert house.stored("SELECT DISTINCT assessment_id FROM webhook_delivery") == [(other.id,)]


def test_what_was_told_long_ago_is_forgotten_and_what_waits_is_not(house: House) -> None:
    receiver = Receiver()
    with receiving(receiver) as port:
        webhook, _ = house.webhook(f"http://127.0.0.1:{port}/", private=True)
        house.opened()
        send(house)
    house.webhook(f"http://127.0.0.1:{free_port()}/", private=True)
    house.opened(constellation="Andere")
    house.clock.pass_by(days=91)
    webhooks.forget_deliveries(house.workshop, house.clock)
    assert [line.state for line in deliveries(house, webhook)] == ["waiting"]


# --- What is kept, and what is logged ---------------------------------------------------------------------------------


def test_the_secret_stands_in_no_table(house: House) -> None:
    _, secret = house.webhook()
    stored = str([house.stored(f"SELECT * FROM {table}") for table in ("webhook", "audit_event")])  # noqa: S608
    assert secret.removeprefix("whsec_") not in stored
    assert base64.b64decode(secret.removeprefix("whsec_")).hex() not in stored


def test_every_webhook_has_a_secret_of_its_own(house: House) -> None:
    assert len({house.webhook()[1] for _ in range(3)}) == 3


def test_the_log_and_the_trail_hold_nothing_of_the_address_but_its_host(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        house.webhook(f"http://127.0.0.1:{free_port()}/geheim-pad?code=geheime-code", private=True)
        house.opened()
        send(house)
    assert "waits for another try" in caplog.text
    trail = str(house.stored("SELECT * FROM audit_event"))
    for text in (caplog.text, trail):
        assert "geheim" not in text
    assert "http://127.0.0.1" in trail
