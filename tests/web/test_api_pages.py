"""Collections that grow come in pages, and nothing is missed or told twice when something is added meanwhile."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from tests.people import House

BASE = "/api/v1/assessments"


def following(answer: Any) -> str:
    """The address of the next page, as the header gives it."""
    return str(answer.links["next"]["url"])


def walk(client: TestClient, path: str, limit: int) -> list[list[dict[str, Any]]]:
    """All pages, by following the links."""
    pages = []
    address = f"{path}?limit={limit}"
    while True:
        answer = client.get(address)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json()["items"])
        if answer.json()["next"] is None:
            assert "link" not in answer.headers
            return pages
        assert urlsplit(following(answer)).query.startswith("limit=") or "cursor=" in following(answer)
        assert answer.json()["next"] in following(answer)
        address = following(answer)


@pytest.mark.parametrize("number", [1, 4, 5, 6])
def test_all_assessments_come_once_the_newest_first(api: TestClient, house: House, number: int) -> None:
    made = []
    for count in range(number):
        made.append(house.draft({}, constellation=f"Driehoek {9 - count}").id)
        house.clock.pass_by(seconds=count % 2)  # some are made at the same instant
    pages = walk(api, BASE, 2)
    assert [len(page) for page in pages] == [2] * (number // 2) + ([1] if number % 2 else [])
    seen = [line["id"] for page in pages for line in page]
    assert sorted(seen) == sorted(made)
    assert seen[-1] == made[0] or number < 2 or set(seen[-2:]) >= {made[0]}


def test_what_is_added_meanwhile_moves_nothing(api: TestClient, house: House) -> None:
    made = []
    for count in range(4):
        made.append(house.draft({}, constellation=f"Driehoek {count}").id)
        house.clock.pass_by(seconds=1)
    first = api.get(f"{BASE}?limit=2")
    house.draft({}, constellation="Nieuw")
    second = api.get(following(first))
    assert [line["id"] for line in first.json()["items"] + second.json()["items"]] == made[::-1]
    assert second.json()["next"] is None


def test_people_come_in_pages_without_an_address_in_any_url(api: TestClient, house: House) -> None:
    made = house.draft()
    path = f"{BASE}/{made.id}/invitations"
    pages = walk(api, path, 4)
    assert [len(page) for page in pages] == [4, 4, 4, 3]
    assert len({line["email"] for page in pages for line in page}) == 15


def test_the_order_of_people_tells_nothing_of_who_has_sent(api: TestClient, house: House) -> None:
    made = house.opened()
    before = walk(api, f"{BASE}/{made.id}/invitations", 4)
    house.send(house.link(made, "wonen", 3))
    assert walk(api, f"{BASE}/{made.id}/invitations", 4) == before


def test_a_cursor_belongs_to_its_own_collection(api: TestClient, house: House) -> None:
    for count in range(3):
        house.draft({}, constellation=f"Driehoek {count}")
    cursor = api.get(f"{BASE}?limit=1").json()["next"]
    answer = api.get("/api/v1/audit-events", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["location"]) == (400, "cursor")


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "é", "e30=", "A" * 400, "%00", "=", "[]"])
def test_a_cursor_that_is_not_ours_is_a_fault(api: TestClient, cursor: str) -> None:
    answer = api.get(BASE, params={"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["location"]) == (400, "cursor")


@pytest.mark.parametrize("limit", ["0", "-1", "501", "veel", "1.5"])
def test_a_page_has_one_to_five_hundred_lines(api: TestClient, limit: str) -> None:
    answer = api.get(BASE, params={"limit": limit})
    assert (answer.status_code, answer.json()["errors"][0]["location"]) == (400, "limit")


# --- The audit trail --------------------------------------------------------------------------------------------------


def test_the_trail_tells_what_an_office_did_the_newest_first(api: TestClient, house: House) -> None:
    made = house.draft({})
    house.clock.pass_by(hours=1)
    api.patch(f"{BASE}/{made.id}", json={"title": "Anders"})
    events = [event for page in walk(api, "/api/v1/audit-events", 1) for event in page]
    about = [event for event in events if event["assessmentId"] == made.id]
    assert [(event["action"], event["actor"]) for event in about] == [
        ("revised", "write key"),
        ("created", "alice@bureau.example"),
    ]
    assert about[0]["occurredAt"] == "2026-11-23T10:30:17.123456Z"
    assert [event["detail"] for event in about] == [{"changed": ["title"], "by": "key"}, {"wave": 1}]


def test_a_change_that_changes_nothing_leaves_no_line(api: TestClient, house: House) -> None:
    made = house.draft()
    now = api.get(f"{BASE}/{made.id}").json()
    given = {name: now[name] for name in ("title", "purpose", "closesDate", "params", "labelSet")}
    assert api.patch(f"{BASE}/{made.id}", json=given).status_code == 200
    events = [event for page in walk(api, "/api/v1/audit-events", 9) for event in page]
    assert "revised" not in {event["action"] for event in events if event["assessmentId"] == made.id}


def test_the_trail_of_one_assessment_can_be_asked_for(api: TestClient, house: House) -> None:
    one, other = house.draft({}), house.draft({}, constellation="Andere")
    found = api.get("/api/v1/audit-events", params={"assessmentId": other.id, "limit": 1}).json()["items"]
    assert {event["assessmentId"] for event in found} == {other.id}
    assert one.id != other.id


def test_the_trail_tells_nothing_of_respondents_nor_of_figures(api: TestClient, house: House) -> None:
    made = house.opened()
    before = walk(api, "/api/v1/audit-events", 3)
    house.everyone_sends(made)
    assert walk(api, "/api/v1/audit-events", 3) == before
    house.close(made)
    told = str(walk(api, "/api/v1/audit-events", 3))
    assert "ministerie.example" not in told
    assert house.document(made)["snapshot"] not in told, "nobody has figures before release, nor a hash of them"


def test_the_trail_of_another_office_is_its_own(client: Callable[..., TestClient], house: House) -> None:
    made = house.draft()
    stranger = client(house.key("read", of_stranger=True))
    assert made.id not in stranger.get("/api/v1/audit-events").text
    assert stranger.get("/api/v1/audit-events", params={"assessmentId": made.id}).json()["items"] == []
