"""What every answer tells a browser, whatever it is: page, JSON, file, redirect, refusal or bug."""

import re

import httpx
import pytest
from starlette.testclient import TestClient

from tests.people import House
from tests.web.visitor import Visitor

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def is_protected(answer: httpx.Response) -> None:
    place = f"{answer.request.method} {answer.request.url} {answer.status_code}"
    for name, value in HEADERS.items():
        assert answer.headers.get(name) == value, f"{place}: {name}"
    policy = answer.headers.get("content-security-policy", "")
    assert policy.startswith("default-src 'none'"), place
    assert "unsafe" not in policy, place
    assert "frame-ancestors 'none'" in policy, place
    assert "max-age=" in answer.headers.get("strict-transport-security", ""), place
    if "/static/" not in str(answer.request.url):
        assert answer.headers.get("cache-control") == "no-store", place
    assert "server" not in answer.headers, place


def test_every_kind_of_answer_is_protected(anyone: TestClient, api: TestClient, member: Visitor, house: House) -> None:
    made = house.released()
    token = house.link(house.opened(constellation="Open"))
    paths = ["/", "/bureau", "/verzonnen", "/healthz", "/readyz", "/static/rolvast.css", "/static/verzonnen"]
    paths += [f"/invullen/{token}", f"/lezen/{house.readers(made)['wonen']}", "/invullen/vragen/1", "/inloggen/onzin"]
    paths += ["/api/v1/openapi.json", "/api/v1/docs", "/api/v1/instruments", "/api/v1/assessments", "/api/v1/verzonnen"]
    for path in paths:
        is_protected(anyone.get(path))
    for path in ("/bureau", f"/bureau/metingen/{made.id}", f"/rapport/{made.id}"):
        is_protected(member.client.get(path))
    for path in ("/api/v1/assessments", f"/api/v1/assessments/{made.id}/scores"):
        is_protected(api.get(path))
        is_protected(api.head(path))
        is_protected(api.delete(path))
    is_protected(api.post("/api/v1/assessments", json={}))
    is_protected(anyone.post(f"/invullen/{token}", data={}))
    is_protected(anyone.post("/uitloggen", data={}))
    is_protected(anyone.request("OPTIONS", "/"))


def broken(house: House) -> str:
    """A draft whose parameters no service would ever write."""
    made = house.draft()
    with house.workshop.database.transaction(write=True) as connection:
        connection.exec_driver_sql("UPDATE assessment SET params = '[1]'")
    return made.id


def test_the_page_of_a_bug_is_protected_too(member: Visitor, house: House) -> None:
    answer = member.client.get(f"/bureau/metingen/{broken(house)}")
    assert answer.status_code == 500
    is_protected(answer)


def test_the_problem_of_a_bug_is_protected_too(api: TestClient, house: House) -> None:
    answer = api.get(f"/api/v1/assessments/{broken(house)}")
    assert answer.status_code == 500
    is_protected(answer)
    assert answer.headers["api-version"] == "1.0.0"


def test_every_answer_of_the_api_names_its_version(anyone: TestClient, api: TestClient) -> None:
    tries = [
        anyone.get("/api/v1/assessments"),
        api.get("/api/v1/assessments"),
        api.post("/api/v1/assessments", json={}),
    ]
    tries += [anyone.get(f"/api/v1{path}") for path in ("/openapi.json", "/docs", "/verzonnen", "/instruments")]
    tries += [api.delete("/api/v1/assessments"), api.head("/api/v1/assessments")]
    assert [answer.headers.get("api-version") for answer in tries] == ["1.0.0"] * len(tries)


def test_pages_hold_no_style_and_no_script_of_their_own_and_ask_no_other_host(member: Visitor, house: House) -> None:
    made = house.released()
    token = house.link(house.opened(constellation="Open"))
    pages = [member.open(p) for p in ("/", "/bureau", f"/bureau/metingen/{made.id}", f"/rapport/{made.id}")]
    pages += [member.open("/api/v1/docs"), member.open(f"/invullen/{token}")]
    pages.append(member.send(pages[-1].form(token)))
    for page in pages:
        text = page.answer.text
        assert "<style" not in text
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), page.path
        assert not re.search(r"\sstyle=|\son[a-z]+=", text), page.path
        for address in re.findall(r'(?:src|href|action)="([^"]*)"', text):
            assert address.startswith(("/", "#", "?", "mailto:", "http://127.0.0.1:8000/")) or not re.match(
                r"<(img|script|link|form)", text[max(0, text.find(address) - 40) : text.find(address)]
            ), address


@pytest.mark.parametrize("name", ["rolvast.css", "icon.svg"])
def test_files_are_served_with_their_kind(anyone: TestClient, name: str) -> None:
    answer = anyone.get(f"/static/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(("text/css", "image/svg+xml"))


def test_files_outside_the_folder_are_not_served(anyone: TestClient) -> None:
    for path in ("/static/../app.py", "/static/%2e%2e/security.py", "/static//etc/passwd", "/static/%00"):
        assert anyone.get(path).status_code in (400, 404)
