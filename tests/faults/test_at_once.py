"""Many at the same instant, on one process and on two that share a database (PostgreSQL: with `--workers 2`)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest

from app.service.tokens import receipt_code
from tests.faults.sending import accepted, arrived, ready_to_send, require_counted, send_all
from tests.faults.service import Process, Service
from tests.people import House

SOME = {"eigenaar": 40, "wonen": 140, "dienst": 120}


def started(service: Service, kind: str, processes: int) -> list[Process]:
    if kind == "postgresql":
        return [service.serve(workers=processes)]
    return [service.serve() for _ in range(processes)]


@pytest.mark.parametrize("processes", [1, 2])
def test_of_64_sends_of_one_invitation_one_is_accepted_and_63_are_told(
    service: Service, house: House, kind: str, processes: int
) -> None:
    _, senders = ready_to_send(house, {"eigenaar": 5, "wonen": 5, "dienst": 5})
    urls = [web.base_url for web in started(service, kind, processes)]
    windows = [replace(senders[0], code=receipt_code(f"window {number}")) for number in range(64)]
    answers = send_all(urls, windows, 64)
    taken = accepted(windows, answers)
    assert len(taken) == 1
    others = [answer for answer in answers if answer is not None and answer.status_code != 201]
    assert len(others) == 63
    assert {answer.status_code for answer in others} == {409}
    assert {answer.json()["title"] for answer in others} == {"Al verstuurd"}
    assert all("Deze vragenlijst is al verstuurd." in answer.json()["detail"] for answer in others)
    assert arrived(house, [taken[0], *senders[1:]]) == taken


@pytest.mark.parametrize("processes", [1, 2])
def test_closing_twice_in_a_storm_of_sends_has_every_acknowledged_one_and_no_other(
    service: Service, house: House, kind: str, processes: int
) -> None:
    made, senders = ready_to_send(house, SOME)
    key = house.key()
    house.workshop.database.close()
    webs = started(service, kind, processes)
    closings: list[httpx.Response] = []

    def close_twice() -> None:
        with ThreadPoolExecutor(2) as pool:
            closings.extend(pool.map(lambda web: web.move(made.id, key, "closed"), (webs[0], webs[-1])))

    answers = send_all([web.base_url for web in webs], senders, 32, after=120, then=close_twice)
    assert sorted(answer.status_code for answer in closings) == [200, 409]
    sent = accepted(senders, answers)
    assert 120 <= len(sent) < len(senders), "it was to close in the middle"
    refused = [answer for answer in answers if answer is not None and answer.status_code != 201]
    assert len(sent) + len(refused) == len(senders)
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(409, "assessment_closed")}
    assert {answer.json()["title"] for answer in refused} == {"Deze vragenlijst is niet open"}
    require_counted(house, made, sent)
