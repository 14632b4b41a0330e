"""A page that answers a form has a link to the other language, as every page has, and it leads somewhere."""

from collections.abc import Callable

from fastapi import FastAPI
from starlette.testclient import TestClient

from app.web.entry import SESSION_COOKIE
from tests.contract.test_routes import TABLE, WHO_WRITES, routes, set_scene
from tests.people import COMMISSIONER, House
from tests.web.visitor import Page, Visitor

#: Every form is sent empty, and as one that is not of our own page.
EMPTY, UNTRUSTED = "empty", "untrusted"


def other_language(page: Page) -> str | None:
    """Where the link to the other language leads; pages with questions have a button instead."""
    return next((link for link in page.links if "?taal=" in link), None)


def test_the_language_link_of_every_page_after_a_form_works(
    app: FastAPI, house: House, client: Callable[..., TestClient]
) -> None:
    sent = sorted(path for method, path in routes(app) if method == "POST" and not path.startswith("/api/"))
    seen, dead = set(), []
    for state in ("draft", "open", "closed", "released"):
        here = set_scene(house, client, state)
        for path in (path for path in sent if TABLE["POST", path].state == state):
            for how in (UNTRUSTED, EMPTY):
                visitor = Visitor(here.caller((TABLE["POST", path].who or WHO_WRITES)[0]))
                drawn = visitor.open("/inloggen").form("/inloggen").controls["form_token"].values
                answer = visitor.client.post(here.path(path), data={"form_token": drawn if how == EMPTY else "x"})
                page = Page(answer)
                link = other_language(page)
                if link is None:
                    continue
                seen.add((how, path))
                turned = visitor.open(link)
                if turned.status != 200 or (turned.url == link and turned.language == page.language):
                    dead.append((how, path, link, turned.status))
    assert not dead
    assert {path for how, path in seen if how == UNTRUSTED} == set(sent)
    refused = ("/toegang/sleutels", "/toegang/leden", "/invullen/inzenden", "/intrekken", "/mensen/een", "/gegevens")
    assert not [end for end in refused if not any(path.endswith(end) for how, path in seen if how == EMPTY)]


def test_a_page_that_shows_something_once_has_no_link_that_loses_it(
    house: House, client: Callable[..., TestClient]
) -> None:
    member = Visitor(client(cookies={SESSION_COOKIE: house.session(COMMISSIONER)}))
    for place, typed in (("toegang", {"name": "dashboard"}), ("webhooks", {"url": "https://systeem.example/x"})):
        page = member.open(f"/bureau/{place}")
        assert other_language(page)
        form = page.form("/sleutels" if place == "toegang" else "/webhooks")
        made = member.send(form, {**typed, **({"events": "opened"} if place == "webhooks" else {})})
        assert "maar één keer" in made.said()
        assert other_language(made) is None
