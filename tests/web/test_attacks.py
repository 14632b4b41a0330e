"""Classic attacks, one each: where a letter leads, what a page echoes, and what a host header can do."""

import re

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.service import letters
from tests.people import House
from tests.web.conftest import HTTP, Make
from tests.web.visitor import Visitor

EVIL = "elders.example"
SCRIPT = '"><script>alert(1)</script><img src=x onerror=y>{{7*7}}{title}{0}%s'


def test_links_lead_to_our_own_address_whatever_the_host_header_says(client: Make, house: House) -> None:
    made = house.released()
    for headers in (
        {"host": EVIL},
        {"x-forwarded-host": EVIL, "x-forwarded-proto": "https"},
        {"forwarded": f"host={EVIL}"},
    ):
        for path in (
            "/",
            "/inloggen",
            f"/invullen/{house.link(made)}",
            "/api/v1/openapi.json",
            f"/lezen/{house.readers(made)['wonen']}",
        ):
            answer = client().get(path, headers=headers)
            assert EVIL not in answer.text + str(answer.headers), (path, headers)
    with house.work(write=False) as work:
        letter = letters.example(work.own(house.commissioner, made.id), "invitation", HTTP)
    assert EVIL not in letter.text


@pytest.mark.parametrize("name", ["next", "url", "return", "returnTo", "redirect", "taal", "terug", "go", "page"])
def test_no_parameter_leads_to_another_site(client: Make, house: House, name: str) -> None:
    made = house.released()
    for value in (f"https://{EVIL}", f"//{EVIL}", f"/\\{EVIL}", f"javascript:alert('{EVIL}')"):
        for path in ("/", "/inloggen", f"/lezen/{house.readers(made)['wonen']}", f"/invullen/{house.link(made)}"):
            answer = client().get(path, params={name: value})
            assert EVIL not in answer.headers.get("location", ""), path
            links = re.findall(r'(?:href|action|src|content)="([^"]*)"', answer.text)
            assert not [link for link in links if link.startswith((value, "//", "javascript:"))], path
    for path in (f"//{EVIL}", f"//{EVIL}/..", f"/\\{EVIL}"):
        assert client().get(path).headers.get("location") is None


def test_a_form_never_leads_to_another_site(client: Make, house: House) -> None:
    token = house.link(house.opened())
    visitor = Visitor(client())
    form = visitor.send(visitor.open(f"/invullen/{token}").form()).form()
    for go in (f"https://{EVIL}", f"//{EVIL}", "taal-//x", "taal-en@x"):
        answer = visitor.client.post(form.action, data={**form.filled_in(), "go": [go], "seen": ["1"]})
        assert answer.headers.get("location", "/").startswith("/invullen/")


def test_what_people_type_is_text_everywhere_and_never_a_template(member: Visitor, client: Make, house: House) -> None:
    """Title, purpose, contact, party, name of the constellation and a comment: on every page that shows them."""
    draft = house.draft(constellation=SCRIPT, title=SCRIPT)
    form = member.open(f"/bureau/metingen/{draft.id}/gegevens").form("/gegevens")
    typed = dict.fromkeys(("title", "purpose", "legal_basis", "contact_name", "message", "constellation"), SCRIPT)
    assert member.send(form, typed).status == 200
    rows = member.open(f"/bureau/metingen/{draft.id}/partijen").form("/partijen")
    assert member.send(rows, {"name": [SCRIPT] * len(rows.controls["name"].values)}).status in (200, 400)
    paths = [
        "/bureau",
        *(f"/bureau/metingen/{draft.id}{page}" for page in ("", "/gegevens", "/partijen", "/mensen", "/brieven")),
    ]
    for path in [*paths, f"/bureau/metingen/{draft.id}/voorbeeld/wonen"]:
        text = member.open(path).answer.text
        assert "<script>alert" not in text, path
        assert "onerror=y>" not in text.replace("onerror=y&gt;", ""), path
        assert "49" not in re.findall(r"onerror=y&gt;(.{0,8})", text), path


def test_letters_say_what_was_typed_and_fill_in_nothing_of_it(house: House) -> None:
    made = house.opened(title=SCRIPT.replace("\n", " "))
    with house.work(write=False) as work:
        letter = letters.example(work.own(house.commissioner, made.id), "invitation", HTTP)
    assert "<script>" not in letter.html
    assert "{{7*7}}{title}{0}%s" in letter.text
    assert "\n" not in letter.subject


def test_every_unsafe_route_of_a_page_refuses_what_another_site_sends(
    member: Visitor, app: FastAPI, house: House
) -> None:
    """Walked by the routes themselves: a new one cannot be forgotten."""
    made = house.opened()
    before = house.stored("SELECT id, state FROM assessment")
    tried = 0
    for route in iter_route_contexts(app.routes):
        if "POST" not in (route.methods or ()) or not route.path:
            continue
        path = re.sub(r"\{identifier\}", made.id, route.path)
        path = re.sub(r"\{[^}]+\}", "x", path)
        answer = member.client.post(path, data={"sure": "yes"}, headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code in (403, 404), path
        tried += 1
    assert tried > 15
    assert house.stored("SELECT id, state FROM assessment") == before


def test_a_key_in_a_cookie_and_a_session_as_bearer_open_nothing(client: Make, house: House) -> None:
    """So that a browser can never be made to send a key, nor a program's key sign anybody in."""
    key, session = house.key("write"), house.session()
    assert client(cookies={"rolvast_bureau": key}).get("/bureau").status_code == 401
    assert client(session).get("/api/v1/assessments").status_code == 401
    given = {"constellation": "x", "instrument": "driehoek"}
    written = client(cookies={"rolvast_bureau": session}).post("/api/v1/assessments", json=given)
    assert written.status_code == 401, "a session reads the API and changes nothing"
