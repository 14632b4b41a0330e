"""Figures for the operator: who gets them, what they say, and that they tell nothing of a send."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from app.delivery.mail import SmtpPostman
from app.service.health import power_of_ten
from app.service.housekeeping import one_round
from app.service.posting import Post, remind
from app.web.metrics import Metrics
from tests.delivery.post_office import free_port
from tests.people import NOW, House
from tests.web.conftest import HTTP, HTTPS, desks
from tests.web.visitor import Visitor

TOKEN = "only the monitoring knows this"
BASE = "http://rolvast.example"


def figures(client: TestClient) -> dict[str, float]:
    """Every figure, by name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.fixture(autouse=True)
def fresh(app: FastAPI) -> Iterator[None]:
    """Counts and settings of this test alone: the application itself is built once."""
    give(app, metrics=Metrics())
    yield
    give(app, metrics_token="", security_contact="")


def give(app: FastAPI, **changes: object) -> None:
    for part in desks(app):
        part.state.desk = replace(part.state.desk, **changes)


# --- Who may ----------------------------------------------------------------------------------------------------------


def test_without_a_token_only_this_machine_gets_an_answer(app: FastAPI, secure_app: FastAPI) -> None:
    assert TestClient(app, base_url=HTTP, client=("127.0.0.1", 5)).get("/metrics").status_code == 200
    assert TestClient(app, base_url=HTTP, client=("192.0.2.7", 5)).get("/metrics").status_code == 404
    here = TestClient(secure_app, base_url=HTTPS, client=("127.0.0.1", 5))
    assert here.get("/metrics").status_code == 404, "asked by the public name"


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
def test_a_proxy_on_this_machine_passes_nobody_through(anyone: TestClient, header: str) -> None:
    assert anyone.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_with_a_token_everybody_must_show_it(app: FastAPI) -> None:
    give(app, metrics_token=TOKEN)
    for caller in ("127.0.0.1", "192.0.2.7"):
        client = TestClient(app, base_url=HTTP, client=(caller, 5))
        assert client.get("/metrics").status_code == 404
        assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
        assert client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


# --- What they say ----------------------------------------------------------------------------------------------------


def test_requests_of_offices_are_counted_by_template(anyone: TestClient, member: Visitor, house: House) -> None:
    made = house.draft()
    for _ in range(3):
        member.open(f"/bureau/metingen/{made.id}/mensen")
    found = figures(anyone)
    assert found["rolvast_requests_total GET /bureau/metingen/{identifier}/mensen 200"] == 3
    assert found["rolvast_request_seconds_count GET /bureau/metingen/{identifier}/mensen"] == 3
    assert made.id not in anyone.get("/metrics").text


def test_nothing_that_a_respondent_does_changes_a_figure(anyone: TestClient, visitor: Visitor, house: House) -> None:
    """Whoever asks every second learns of no send, no opened link, no saved page and no withdrawal."""
    link = house.link(house.opened())
    seen = [figures(anyone)]
    visitor.send(visitor.open(f"/invullen/{link}").form(link))
    seen.append(figures(anyone))
    house.fill_in(link)
    check = visitor.open("/invullen/nakijken")
    assert visitor.send(check.form("/inzenden")).path == "/invullen/ontvangen"
    code = check.form("/inzenden").controls["receipt_code"].values[0]
    seen.append(figures(anyone))
    visitor.send(visitor.open(f"/invullen/{link}").form("/intrekken"), {"receipt_code": code})
    anyone.get("/api/v1/questionnaire", headers={"authorization": f"Bearer {link}"})
    visitor.client.get("/static/rolvast.css")
    seen.append(figures(anyone))
    assert seen == [seen[0]] * 4


def test_our_own_failures_are_counted_wherever_they_are(anyone: TestClient, house: House) -> None:
    link = house.link(house.opened())
    with house.workshop.database.transaction(write=True) as connection:
        connection.exec_driver_sql("ALTER TABLE draft RENAME TO elsewhere")
    assert anyone.get(f"/invullen/{link}").status_code == 500
    found = figures(anyone)
    assert found["rolvast_server_errors_total 500"] == 1
    assert not [name for name in found if "invullen" in name]


def test_letters_that_wait_are_told_in_powers_of_ten(anyone: TestClient, house: House) -> None:
    """Reminders wait for those who did not send: 14 and 15 must look alike."""
    house.opened()
    before = figures(anyone)
    assert before["rolvast_letters_waiting"] == 100
    assert [power_of_ten(n) for n in (0, 1, 2, 10, 11, 100, 101)] == [0, 10, 10, 10, 100, 100, 1000]


def test_reminders_are_in_no_figure(anyone: TestClient, house: House) -> None:
    """Whether one waits for a single person says whether that person has sent."""
    made = house.opened()
    bring = Post(
        house.workshop, SmtpPostman(f"smtp://127.0.0.1:{free_port()}", "rolvast@bureau.example"), house.clock, BASE
    )
    with house.work() as work:
        work.store.outbox.drop_all()
    before = figures(anyone)
    with house.work() as work:
        remind(work, house.commissioner, made.id)
    assert house.number_of("outbox") == 15
    bring.bring_due()
    house.clock.pass_by(minutes=1)
    told = [name for name in before if "letter" in name]
    assert len(told) == 3
    assert {name: figures(anyone)[name] for name in told} == {name: before[name] for name in told}


def test_a_mail_server_that_is_down_shows(anyone: TestClient, house: House) -> None:
    house.opened()
    assert figures(anyone)["rolvast_letters_failed"] == 0
    postman = SmtpPostman(f"smtp://127.0.0.1:{free_port()}", "rolvast@bureau.example")
    Post(house.workshop, postman, house.clock, BASE).bring_due()
    assert figures(anyone)["rolvast_letters_failed"] == 100
    house.clock.pass_by(hours=3)
    found = figures(anyone)
    assert found["rolvast_letter_overdue_seconds"] > 2 * 3600
    assert found["rolvast_letters_waiting"] == 100


def test_a_closing_that_should_have_been_shows_until_it_is_done(anyone: TestClient, house: House) -> None:
    made = house.answered()
    assert made.closes_on is not None
    assert figures(anyone)["rolvast_closings_overdue"] == 0
    house.clock.now = NOW + (made.closes_on - NOW.date()) + timedelta(days=1)
    found = figures(anyone)
    assert (found["rolvast_closings_overdue"], found["rolvast_assessments open"]) == (1, 1)
    one_round(house.workshop, house.clock)
    found = figures(anyone)
    assert (found["rolvast_closings_overdue"], found["rolvast_assessments closed"]) == (0, 1)


def test_the_workers_last_round_is_known_to_the_minute(anyone: TestClient, house: House) -> None:
    name = "rolvast_worker_last_round_timestamp_seconds"
    assert name not in figures(anyone), "it has not been yet"
    for _ in range(3):
        one_round(house.workshop, house.clock)
        assert abs(figures(anyone)[name] - house.clock.now.timestamp()) < 60
        house.clock.pass_by(seconds=50)


def test_the_workers_last_round_is_known_again_when_a_clock_that_was_ahead_goes_back(
    anyone: TestClient, house: House
) -> None:
    house.clock.pass_by(days=3)
    one_round(house.workshop, house.clock)
    house.clock.pass_by(days=-3)
    one_round(house.workshop, house.clock)
    assert figures(anyone)["rolvast_worker_last_round_timestamp_seconds"] == house.clock.now.timestamp()


def test_a_database_of_another_version_is_told_and_nothing_falls_over(anyone: TestClient, house: House) -> None:
    with house.workshop.database.transaction(write=True) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    found = figures(anyone)
    assert found["rolvast_ready"] == 0
    assert "rolvast_letters_waiting" not in found


# --- security.txt -----------------------------------------------------------------------------------------------------


def test_security_txt_names_the_contact_that_the_operator_chose(app: FastAPI, anyone: TestClient, house: House) -> None:
    assert anyone.get("/.well-known/security.txt").status_code == 404, "nobody was named"
    give(app, security_contact="mailto:beveiliging@ministerie.example")
    answer = anyone.get("/.well-known/security.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    lines = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert lines["Contact"] == "mailto:beveiliging@ministerie.example"
    assert lines["Expires"] == "2027-02-21T00:00:00Z"
    assert set(lines) == {"Contact", "Expires", "Preferred-Languages", "Canonical"}
