"""Cookies: out of reach of scripts and other sites, and over https held to this host."""

from http.cookies import Morsel, SimpleCookie

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from tests.people import House
from tests.web.conftest import HTTPS
from tests.web.visitor import Page


def given(answer: httpx.Response) -> dict[str, Morsel]:
    return {
        name: morsel
        for line in answer.headers.get_list("set-cookie")
        for name, morsel in SimpleCookie(line).items()
        if morsel.value
    }


def every_cookie(client: TestClient, house: House) -> dict[str, Morsel]:
    """All that hold something secret: of the office, a respondent, a receipt and a reader."""
    token = house.sign_in_link()
    found = {}
    made = house.released(constellation="Vrijgegeven")
    link = house.link(house.opened())
    house.fill_in(link)
    for path in (f"/inloggen/{token}", f"/invullen/{link}"):
        page = Page(client.get(path))
        found |= given(client.post(path, data=page.form(path).filled_in()))
    page = Page(client.get("/invullen/nakijken"))
    found |= given(client.post("/invullen/inzenden", data=page.form("/inzenden").filled_in()))
    found |= given(client.get(f"/lezen/{house.readers(made)['wonen']}"))
    return found


def test_every_secret_cookie_is_out_of_reach_of_scripts_and_other_sites(anyone: TestClient, house: House) -> None:
    found = every_cookie(anyone, house)
    assert len(found) == 4
    for name, morsel in found.items():
        assert morsel["httponly"], name
        assert morsel["samesite"].lower() in ("lax", "strict"), name
        assert morsel["path"] == "/", name
        assert int(morsel["max-age"]) > 0, name
        assert not morsel["domain"], name


def test_over_https_the_browser_holds_them_to_this_host(secure_app: FastAPI, house: House) -> None:
    client = TestClient(secure_app, base_url=HTTPS, follow_redirects=False)
    found = every_cookie(client, house)
    assert len(found) == 4
    for name, morsel in found.items():
        assert name.startswith("__Host-"), name
        assert morsel["secure"], name
        assert morsel["path"] == "/", name
        assert not morsel["domain"], name


def test_over_https_they_can_be_dropped_again(secure_app: FastAPI, house: House) -> None:
    client = TestClient(secure_app, base_url=HTTPS, follow_redirects=False)
    every_cookie(client, house)
    page = Page(client.get("/bureau"))
    assert page.status == 200
    client.post("/uitloggen", data=page.form("/uitloggen").filled_in())
    assert client.get("/bureau").status_code == 401


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_language_is_kept_and_nothing_else_is(anyone: TestClient, language: str) -> None:
    found = given(anyone.get("/", params={"taal": language}))
    assert {name: morsel.value for name, morsel in found.items()} == {"taal": language}
    assert given(anyone.get("/", params={"taal": "fr"})) == {}


def test_looking_at_pages_sets_no_cookie(anyone: TestClient, house: House) -> None:
    made = house.opened()
    for path in ("/", "/bureau", f"/invullen/{house.link(made)}", "/invullen/vragen/1", "/api/v1/docs"):
        assert given(anyone.get(path)) == {}
