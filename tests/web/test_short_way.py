"""What is asked all the time goes past FastAPI; whoever asks must not be able to tell."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import Mount
from starlette.testclient import TestClient

from app.web.entry import LANGUAGE_COOKIE, RESPONDENT_COOKIE
from app.web.routes import Route
from app.web.short_way import Directory, ShortWay
from tests.people import FAN, FAN_PEOPLE, SQUARE, TWENTY, House

Q = "/api/v1/questionnaire"
JSON = {"content-type": "application/json"}
#: What is fresh in every answer.
FRESH = re.compile(
    r'(?<="receiptCode":")[^"]+|(?<=name="opened" value=")[^"]+|(?<=name="form_token" value=")[^"]+'
    r"|[0-9A-Z]{4}(-[0-9A-Z]{4})+(-[0-9A-Z]+)?"
)

QUESTIONS: list[dict[str, Any]] = [
    {"method": "GET", "url": Q},
    {"method": "HEAD", "url": Q},
    {"method": "GET", "url": Q, "headers": {"accept": "text/html"}},
    {"method": "GET", "url": f"{Q}/"},
    {"method": "PATCH", "url": f"{Q}/answers", "json": {}},
    {"method": "GET", "url": Q, "headers": {"authorization": "Bearer nobody"}},
    {"method": "PUT", "url": f"{Q}/answers", "json": {"ratings": {"lr-wad": 4}}},
    {"method": "PUT", "url": f"{Q}/answers", "json": {"ratings": {"lr-wad": 9, "x": "y"}, "comments": {"oq": 3}}},
    {"method": "PUT", "url": f"{Q}/answers", "json": {"ratings": {"lr-wad": 4.0}}},
    {"method": "PUT", "url": f"{Q}/answers", "json": {"ratings": {"lr-wad": True}}},
    {"method": "PUT", "url": f"{Q}/answers", "json": {"ratings": [], "unknown": 1}},
    {"method": "PUT", "url": f"{Q}/answers", "json": {"judged": ["wonen", "wonen"]}},
    {"method": "PUT", "url": f"{Q}/answers", "json": []},
    {"method": "PUT", "url": f"{Q}/answers", "json": None},
    {"method": "PUT", "url": f"{Q}/answers", "content": b"", "headers": JSON},
    {"method": "PUT", "url": f"{Q}/answers", "content": b"{", "headers": JSON},
    {"method": "PUT", "url": f"{Q}/answers", "content": b'{"ratings": {"lr-wad": NaN}}', "headers": JSON},
    {"method": "PUT", "url": f"{Q}/answers", "content": b'{"ratings": {"lr-wad": 1e999}}', "headers": JSON},
    {"method": "PUT", "url": f"{Q}/answers", "content": b'{"ratings": {}, "ratings": {"lr-wad": 2}}', "headers": JSON},
    {"method": "PUT", "url": f"{Q}/answers", "content": b'\xef\xbb\xbf{"ratings": {}}', "headers": JSON},
    {"method": "PUT", "url": f"{Q}/answers", "content": b'{"comments": {"oq-gesprek": "\xff"}}', "headers": JSON},
    {"method": "PUT", "url": f"{Q}/answers", "content": b'{"comments": {"oq-gesprek": "\\ud800"}}', "headers": JSON},
    {"method": "PUT", "url": f"{Q}/answers", "content": '{"ratings": {}}'.encode("utf-16"), "headers": JSON},
    {"method": "PUT", "url": f"{Q}/answers", "content": b"[" * 5000, "headers": JSON},
    {"method": "PUT", "url": f"{Q}/answers", "content": b"{}", "headers": {"content-type": "text/plain"}},
    {"method": "PUT", "url": f"{Q}/answers", "content": b"{}", "headers": {"content-type": "application/json; a=b"}},
    {"method": "PUT", "url": f"{Q}/confirmation", "json": {"confirmed": True}},
    {"method": "PUT", "url": f"{Q}/confirmation", "json": {"confirmed": False}},
    {"method": "POST", "url": f"{Q}/submission", "json": {}},
    {"method": "POST", "url": f"{Q}/submission", "json": {"receiptCode": "no code"}},
    {"method": "POST", "url": f"{Q}/submission", "json": {"receiptCode": None, "more": 1}},
    {"method": "POST", "url": f"{Q}/submission", "json": {"receipt_code": "no code"}},
    {"method": "GET", "url": "/invullen/keuze"},
    {"method": "GET", "url": "/invullen/keuze%0A"},
    {"method": "GET", "url": f"{Q}%0A"},
    {"method": "GET", "url": "/invullen/vragen/1"},
    {"method": "GET", "url": "/invullen/vragen/1?taal=en"},
    {"method": "HEAD", "url": "/invullen/vragen/1"},
    {"method": "GET", "url": "/invullen/vragen/99"},
    {"method": "GET", "url": "/invullen/vragen/%00"},
    {"method": "GET", "url": "/invullen/vragen/x/y"},
    {"method": "GET", "url": "/invullen/nakijken"},
    {"method": "GET", "url": "/invullen/bewaard"},
    {"method": "GET", "url": "/invullen/ontvangen"},
    {"method": "GET", "url": "/invullen/nobody"},
    {"method": "GET", "url": "/invullen/"},
    {"method": "PUT", "url": "/invullen/keuze"},
]
FIGURES: list[dict[str, Any]] = [
    {"method": method, "url": f"{what}{more}", "headers": headers}
    for what in ("scores", "gaps", "score-rows")
    for method, more, headers in (
        ("GET", "", {}),
        ("HEAD", "", {}),
        ("GET", "?unknown=1", {}),
        ("GET", "/", {}),
        ("POST", "", {}),
        ("GET", "", {"accept": "text/csv"}),
        ("GET", "", {"accept": "image/png"}),
        ("GET", "", {"if-none-match": "*"}),
        ("GET", "", {"authorization": "Bearer nobody"}),
        ("GET", "", {"authorization": ""}),
        ("GET", "", {"x-request-id": "my-own-request"}),
    )
]


def told(client: TestClient, question: dict[str, Any]) -> tuple[int, dict[str, str], str]:
    """(status, headers, body) without what is fresh in every answer."""
    answer = client.request(**question)
    client.cookies.pop(LANGUAGE_COOKIE, None)
    fresh = question["method"] == "HEAD" or FRESH.search(answer.text) is not None
    left_out = {"x-request-id"} if question.get("headers", {}).get("x-request-id") is None else set()
    left_out |= {"etag", "content-length"} if fresh else set()
    headers = {name: value for name, value in answer.headers.items() if name not in left_out}
    return answer.status_code, headers, FRESH.sub("…", answer.text)


def require_alike(monkeypatch: pytest.MonkeyPatch, asking: TestClient, questions: list[dict[str, Any]]) -> None:
    for question in questions:
        short = told(asking, question)
        with monkeypatch.context() as without:
            without.setattr(ShortWay, "_find", lambda *_: None)
            assert short == told(asking, question), question


def test_a_respondent_is_answered_alike_on_both_ways(
    client: Callable[..., TestClient], house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = house.link(house.opened(FAN_PEOPLE, FAN), "dienst")
    require_alike(monkeypatch, client(token, cookies={RESPONDENT_COOKIE: token}), QUESTIONS)


@pytest.mark.parametrize("state", ["opened", "released"])
def test_a_dashboard_is_answered_alike_on_both_ways(
    client: Callable[..., TestClient], house: House, monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    made = getattr(house, state)(TWENTY, SQUARE)
    places = [{**q, "url": f"/api/v1/assessments/{made.id}/{q['url']}"} for q in FIGURES]
    places.append({"method": "GET", "url": "/api/v1/assessments/unknown/scores"})
    require_alike(monkeypatch, client(house.key("read")), places)


def test_the_short_way_is_there_for_what_is_asked_all_the_time(app: FastAPI) -> None:
    api = next(r.app for r in app.routes if isinstance(r, Mount) and isinstance(r.app, FastAPI))
    short = {
        (method, route.path)
        for part in (app, api)
        for route in part.routes
        if isinstance(route, Route) and route.short_way
        for method in route.methods
    }
    assert short >= {
        ("GET", "/assessments/{identifier}/scores"),
        ("GET", "/assessments/{identifier}/score-rows"),
        ("GET", "/questionnaire"),
        ("PUT", "/questionnaire/answers"),
        ("POST", "/questionnaire/submission"),
        ("GET", "/invullen/vragen/{number}"),
    }


def test_the_directory_finds_what_the_router_would_find(app: FastAPI) -> None:
    """For an address of each route, and for addresses of none: the first route that fits, in the router's order."""
    directory = Directory(app.routes)
    paths = [re.sub(r"{[^}]*}", word, route.path) for route in app.routes for word in ("x", "keuze", "vragen", "")]
    for path in {*paths, "/", "", "/nothing", "/invullen", "/bureau/x/y/z/w"}:
        for method in ("GET", "POST", "DELETE"):
            scope = {"type": "http", "path": path, "method": method, "root_path": "", "headers": []}
            first = next((r for r in app.routes if not isinstance(r, Mount) and r.matches(scope)[0].value == 2), None)
            found = directory.find(scope)
            assert (found or {}).get("route") is (first if isinstance(first, Route) else None), (method, path)


def test_one_page_is_drawn_for_all_and_holds_nothing_of_anybody_else(
    client: Callable[..., TestClient], house: House
) -> None:
    made = house.opened()
    first, second = (house.link(made, "wonen", n) for n in (1, 2))
    pages = {}
    for token, answer in ((first, 2), (second, 5)):
        asking = client(token, cookies={RESPONDENT_COOKIE: token})
        keys = [r["key"] for s in asking.get(Q).json()["pages"][0]["statements"] for r in s["ratings"]]
        asking.put(f"{Q}/answers", json={"ratings": dict.fromkeys(keys, answer)})
        for _ in range(2):
            pages[token] = asking.get("/invullen/vragen/1").text
        assert re.findall(r'value="([^"]*)" checked', pages[token]) == [str(answer)] * len(keys)
    own = {
        token: set(re.findall(r'name="(?:invitation|form_token|opened)" value="([^"]+)"', pages[token]))
        for token in pages
    }
    assert all(len(values) == 3 for values in own.values())
    assert not own[first] & own[second]
    assert not any(value in pages[second] for value in own[first])
