"""The API Design Rules that no linter sees: methods, forms, tags, and what happens to operations that will end."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount
from starlette.testclient import TestClient

from app.web.api import retired
from app.web.api.app import make_api
from app.web.api.retired import Retired
from app.web.api.rules import ApiRoute, best_form
from tests.people import House

BASE = "/api/v1/assessments"


def api_of(app: FastAPI) -> FastAPI:
    return next(r.app for r in app.routes if isinstance(r, Mount) and isinstance(r.app, FastAPI))


def test_every_route_of_the_api_keeps_to_the_rules(app: FastAPI) -> None:
    described = [c for c in iter_route_contexts(api_of(app).routes) if getattr(c, "include_in_schema", False)]
    assert len(described) > 15
    assert [c.path for c in described if not isinstance(c.original_route, ApiRoute)] == []


# --- Methods ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", BASE, "GET, HEAD, POST"),
        ("DELETE", f"{BASE}/x", "GET, HEAD, PATCH"),
        ("GET", f"{BASE}/x/status", "PUT"),
        ("PUT", f"{BASE}/x/invitations", "GET, HEAD, POST"),
        ("TRACE", "/api/v1/questionnaire/submission", "DELETE, POST"),
        ("POST", "/api/v1/openapi.json", "GET, HEAD"),
        ("PATCH", "/bureau/toegang", "GET, HEAD"),
    ],
)
def test_a_method_that_is_not_there_names_all_that_are(api: TestClient, method: str, path: str, allowed: str) -> None:
    answer = api.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


# --- Forms ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accept", ["application/xml", "text/html", "application/json;q=0", "text/*, image/png;q=0.5"])
def test_a_form_that_is_not_there_is_a_406_that_names_those_that_are(
    client: Callable[..., TestClient], house: House, accept: str
) -> None:
    answer = client(house.key("read")).get(BASE, headers={"accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "application/json" in answer.json()["detail"]


@pytest.mark.parametrize(
    "accept",
    ["", "*/*", "application/*", "application/json", "text/html, */*;q=0.1", "Application/JSON; charset=utf-8"],
)
def test_what_includes_json_gets_json(api: TestClient, accept: str) -> None:
    assert api.get(BASE, headers={"accept": accept}).headers["content-type"] == "application/json"


def test_the_form_that_is_liked_best_is_given(api: TestClient, house: House) -> None:
    rows = f"{BASE}/{house.released().id}/score-rows"
    for accept, given in (
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/csv;q=0.5, application/json;q=0.4", "text/csv; charset=utf-8"),
        ("text/csv;q=0.4, application/json", "application/json"),
        ("text/csv;q=0, */*", "application/json"),
        ("text/*", "text/csv; charset=utf-8"),
    ):
        assert api.get(rows, headers={"accept": accept}).headers["content-type"] == given, accept
    assert api.get(rows, headers={"accept": "application/pdf"}).status_code == 406


def test_the_most_exact_wish_decides() -> None:
    assert best_form("*/*;q=0.9, text/*;q=0.1, text/csv;q=0", ("text/csv",)) is None
    assert best_form("text/csv;q=onzin", ("text/csv",)) is None
    assert best_form("nonsense", ("text/csv",)) is None


@pytest.mark.parametrize(
    "given", [None, "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "json"]
)
def test_a_body_that_is_not_json_is_a_415_that_says_what_is_read(
    api: TestClient, house: House, given: str | None
) -> None:
    made = house.draft()
    headers = {"content-type": given} if given else {}
    answer = api.patch(f"{BASE}/{made.id}", content=b'{"title": "Anders"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert answer.headers["accept"] == "application/json"
    assert house.again(made) == made


@pytest.mark.parametrize("given", ["application/json", "application/json; charset=UTF-8", "Application/Json"])
def test_json_may_say_its_charset(api: TestClient, house: House, given: str) -> None:
    place = f"{BASE}/{house.draft().id}"
    answer = api.patch(place, content='{"title": "Één"}'.encode(), headers={"content-type": given})
    assert (answer.status_code, answer.json()["title"]) == (200, "Één")


# --- Tags -------------------------------------------------------------------------------------------------------------


def test_everything_that_is_read_has_a_tag_and_gives_304_to_whoever_has_it(api: TestClient, house: House) -> None:
    made = house.released()
    opened = house.opened(constellation="Open")
    paths = [BASE, f"{BASE}/{made.id}", f"{BASE}/{made.id}/invitations", f"{BASE}/{opened.id}/response"]
    paths += [f"{BASE}/{made.id}/{what}" for what in ("scores", "gaps", "score-rows")]
    paths += ["/api/v1/audit-events", "/api/v1/instruments", "/api/v1/instruments/driehoek/1"]
    for path in paths:
        first = api.get(path)
        again = api.get(path, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"]), path
        head = api.head(path)
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"]), path
        assert api.head(path, headers={"if-none-match": first.headers["etag"]}).status_code == 304, path


def test_a_tag_changes_with_what_it_stands_for(api: TestClient, house: House) -> None:
    made = house.draft()
    for path in (BASE, f"{BASE}/{made.id}"):
        before = api.get(path).headers["etag"]
        api.patch(f"{BASE}/{made.id}", json={"title": f"Anders dan {before}"})
        after = api.get(path, headers={"if-none-match": before})
        assert (after.status_code, after.headers["etag"] != before) == (200, True)


def test_both_languages_of_an_instrument_have_a_tag_of_their_own(anyone: TestClient) -> None:
    path = "/api/v1/instruments/driehoek/1"
    dutch = anyone.get(path, headers={"accept-language": "nl"}).headers["etag"]
    assert anyone.get(path, headers={"accept-language": "en", "if-none-match": dutch}).status_code == 200


def test_whoever_changes_what_another_changed_meanwhile_is_refused(api: TestClient, house: House) -> None:
    made = house.draft()
    place = f"{BASE}/{made.id}"
    mine = api.get(place).headers["etag"]
    others = api.patch(place, json={"title": "Van een ander"}, headers={"if-match": mine})
    assert others.status_code == 200
    late = api.patch(place, json={"title": "Van mij"}, headers={"if-match": mine})
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert house.again(made).title == "Van een ander"
    fresh = api.patch(place, json={"title": "Van mij"}, headers={"if-match": others.headers["etag"]})
    assert (fresh.status_code, house.again(made).title) == (200, "Van mij")
    assert fresh.headers["etag"] == api.get(place).headers["etag"]


def test_a_state_changes_only_from_what_was_last_read(api: TestClient, house: House) -> None:
    made = house.draft()
    place = f"{BASE}/{made.id}"
    mine = api.get(place).headers["etag"]
    api.patch(place, json={"purpose": "Een ander doel."})
    opening = api.put(f"{place}/status", json={"status": "open"}, headers={"if-match": mine})
    assert (opening.status_code, house.again(made).state) == (412, "draft")
    for fits in ("*", f'"other", {api.get(place).headers["etag"]}'):
        other = house.draft(constellation=fits[:1])
        tag = fits if fits == "*" else api.get(f"{BASE}/{other.id}").headers["etag"]
        answer = api.put(f"{BASE}/{other.id}/status", json={"status": "open"}, headers={"if-match": tag})
        assert (answer.status_code, answer.json()["status"]) == (200, "open")


def test_a_weak_tag_is_no_ground_for_a_change(api: TestClient, house: House) -> None:
    place = f"{BASE}/{house.draft().id}"
    weak = f"W/{api.get(place).headers['etag']}"
    assert api.patch(place, json={"title": "x"}, headers={"if-match": weak}).status_code == 412


# --- Retirement -------------------------------------------------------------------------------------------------------


def test_an_operation_that_will_end_says_so_in_its_answers_and_in_the_description(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    since, ends = date(2027, 1, 1), date(2027, 9, 1)
    going = Retired(since, ends, "https://rolvast.example/nieuw")
    monkeypatch.setitem(retired.RETIRED, ("GET", "/instruments"), going)
    client = TestClient(make_api(app.state.desk))
    answer = client.get("/instruments")
    assert answer.headers["deprecation"] == f"@{int(datetime(2027, 1, 1, tzinfo=UTC).timestamp())}"
    assert parsedate_to_datetime(answer.headers["sunset"]) == datetime(2027, 9, 1, tzinfo=UTC)
    assert answer.headers["link"] == '<https://rolvast.example/nieuw>; rel="deprecation"'
    assert "deprecation" not in client.get("/instruments/driehoek/1").headers
    paths = client.get("/openapi.json").json()["paths"]
    assert paths["/instruments"]["get"]["deprecated"] is True
    assert "deprecated" not in paths["/instruments/{identifier}/{version}"]["get"]


def test_whoever_uses_what_will_end_has_at_least_half_a_year() -> None:
    assert all(r.ends - r.since >= timedelta(days=182) for r in retired.RETIRED.values())
