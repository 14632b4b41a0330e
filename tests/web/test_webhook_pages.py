"""Webhooks over JSON and on the page of an office: added, seen, sent again, removed."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.delivery.webhooks import Courier
from app.service.webhooks import send_due
from tests.delivery.post_office import free_port
from tests.delivery.receiver import Receiver, receiving
from tests.people import VIEWER, House
from tests.web.visitor import Visitor

BASE = "/api/v1/webhooks"
BODY = {"url": "https://systeem.example/geheim-pad?code=x", "events": ["assessment.released", "assessment.opened"]}
COURIER = Courier(may_reach_private=True, patience=3)


def test_a_webhook_is_made_seen_and_removed(api: TestClient) -> None:
    made = api.post(BASE, json=BODY)
    assert made.status_code == 201
    assert made.headers["location"] == f"{BASE}/{made.json()['id']}"
    assert made.json()["secret"].startswith("whsec_")
    seen = {name: value for name, value in made.json().items() if name != "secret"}
    assert api.get(made.headers["location"]).json() == seen
    assert api.get(BASE).json() == {"items": [seen], "next": None}
    assert seen["events"] == ["assessment.opened", "assessment.released"]
    assert api.delete(made.headers["location"]).status_code == 204
    assert api.get(made.headers["location"]).status_code == 404
    assert api.delete(made.headers["location"]).status_code == 404


def test_a_repeated_request_gets_the_secret_again_and_makes_one_webhook(api: TestClient, house: House) -> None:
    first, again = (api.post(BASE, json=BODY, headers={"idempotency-key": "a"}) for _ in range(2))
    assert first.json() == again.json()
    assert house.number_of("webhook") == 1
    kept = bytes(house.stored("SELECT answer FROM kept_answer")[0][0]).decode()
    assert first.json()["secret"] not in kept


def test_a_key_for_reading_sees_no_path(client: Callable[..., TestClient], api: TestClient, house: House) -> None:
    made = api.post(BASE, json=BODY).json()
    reading = client(house.key("read"))
    for path in (BASE, f"{BASE}/{made['id']}"):
        assert "geheim" not in reading.get(path).text
        assert "https://systeem.example/" in reading.get(path).text


@pytest.mark.parametrize(
    ("wrong", "places"),
    [
        ({"url": "http://systeem.example/", "events": ["assessment.opened"]}, {"url"}),
        ({"url": "https://10.0.0.1/", "events": ["assessment.opened"]}, {"url"}),
        ({"url": "https://x.example/", "events": ["opened"]}, {"events.0"}),
        ({"url": "https://x.example/", "events": []}, {"events"}),
        ({"url": "https://x.example/" + "x" * 2000}, {"url", "events"}),
        ({}, {"url", "events"}),
    ],
)
def test_what_is_wrong_is_named(api: TestClient, wrong: dict[str, object], places: set[str]) -> None:
    answer = api.post(BASE, json=wrong)
    assert answer.status_code == 400
    assert {fault["location"] for fault in answer.json()["errors"]} == places


def test_a_password_in_an_address_is_not_repeated(api: TestClient) -> None:
    answer = api.post(BASE, json={**BODY, "url": "https://naam:wachtwoord@systeem.example/"})
    assert answer.status_code == 400
    assert "wachtwoord@" not in answer.text


def test_messages_are_seen_in_pages_and_sent_again(api: TestClient, house: House) -> None:
    receiver = Receiver(500)
    with receiving(receiver) as port:
        webhook, _ = house.webhook(f"http://127.0.0.1:{port}/", private=True)
        made = house.released()
        send_due(house.workshop, COURIER, house.clock, "https://rolvast.example")
        place = f"{BASE}/{webhook}/deliveries"
        first = api.get(f"{place}?limit=2")
        second = api.get(first.links["next"]["url"])
        lines = first.json()["items"] + second.json()["items"]
        assert [line["event"] for line in lines] == ["assessment.released", "assessment.closed", "assessment.opened"]
        assert second.json()["next"] is None
        oldest = lines[-1]
        assert (oldest["status"], oldest["outcome"], oldest["attempts"]) == ("waiting", "http_500", 1)
        assert oldest["assessmentId"] == made.id
        assert oldest["nextAttemptAt"] > oldest["occurredAt"]
        receiver.status = 200
        again = api.post(f"{place}/{oldest['id']}/replays")
        assert (again.status_code, again.json()["status"], again.json()["attempts"]) == (202, "waiting", 0)
        assert send_due(house.workshop, COURIER, house.clock, "https://rolvast.example") == 3
    arrived = api.get(place).json()["items"]
    assert {line["status"] for line in arrived} == {"delivered"}
    assert {line["nextAttemptAt"] for line in arrived} == {None}
    assert api.post(f"{place}/verzonnen/replays").status_code == 404


# --- The page ---------------------------------------------------------------------------------------------------------


def test_a_commissioner_adds_an_address_sees_its_secret_once_and_removes_it(member: Visitor, house: House) -> None:
    page = member.open("/bureau/webhooks")
    assert "nog geen adres" in page.said()
    made = member.send(page.form("/bureau/webhooks"), {"url": "https://systeem.example/meldingen"})
    assert "whsec_" in made.said()
    again = member.open("/bureau/webhooks")
    assert "https://systeem.example/meldingen" in again.said()
    assert "whsec_" not in again.said()
    member.send(again.form("/bureau/webhooks/weg"))
    assert house.number_of("webhook") == 0


def test_a_wrong_address_is_told_and_kept_in_the_field(member: Visitor) -> None:
    page = member.open("/bureau/webhooks")
    wrong = member.send(page.form("/bureau/webhooks"), {"url": "http://systeem.example/"})
    assert wrong.status == 400
    assert "https://" in wrong.said()
    assert wrong.form("/bureau/webhooks").controls["url"].values == ["http://systeem.example/"]


def test_what_did_not_arrive_can_be_sent_again_from_the_page(sign_in: Callable[..., Visitor], house: House) -> None:
    port = free_port()
    house.webhook(f"http://127.0.0.1:{port}/", "opened", private=True)
    house.opened()
    house.clock.pass_by(days=3)
    send_due(house.workshop, COURIER, house.clock, "https://rolvast.example")
    member = sign_in()
    page = member.open("/bureau/webhooks")
    assert "niet aangekomen (geen verbinding mogelijk)" in page.said()
    member.send(page.form("/bureau/webhooks/opnieuw"))
    receiver = Receiver()
    with receiving(receiver, port):
        send_due(house.workshop, COURIER, house.clock, "https://rolvast.example")
    assert len(receiver.bodies) == 1
    assert "aangekomen (antwoord 204)" in member.open("/bureau/webhooks").said()


def test_a_viewer_sees_where_messages_go_without_the_path_and_without_buttons(
    sign_in: Callable[..., Visitor], house: House
) -> None:
    house.webhook("https://systeem.example/geheim-pad")
    page = sign_in(VIEWER).open("/bureau/webhooks")
    assert "systeem.example" in page.said()
    assert "geheim-pad" not in page.said()
    assert [form for form in page.forms if "webhooks" in form.action] == []


def test_what_lies_inside_needs_the_operator(api: TestClient, app: FastAPI) -> None:
    assert app.state.desk.webhooks_may_reach_private is False
    assert api.post(BASE, json={**BODY, "url": "http://127.0.0.1:9/"}).status_code == 400


def test_the_trail_says_who_added_and_removed_an_address(member: Visitor, house: House) -> None:
    webhook, _ = house.webhook()
    assert webhook
    page = member.open("/bureau/webhooks")
    member.send(page.form("/bureau/webhooks/weg"))
    trail = member.open("/bureau/logboek").said()
    assert "Adres voor berichten toegevoegd" in trail
    assert "Adres voor berichten weggehaald" in trail
