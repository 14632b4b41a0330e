"""Forms: only from our own pages, only by whoever they were drawn for, and never larger than a form can be."""

import html
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from tests.people import COMMISSIONER, House
from tests.web.visitor import Form, Visitor

#: What a browser says of a form that another site sent.
FOREIGN = (
    {"origin": "https://elders.example"},
    {"origin": "https://127.0.0.1:8000.elders.example"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1:8000"},
    {"sec-fetch-site": "cross-site", "origin": "null"},
)
OWN: tuple[dict[str, str], ...] = (
    {},
    {"origin": "http://127.0.0.1:8000"},
    {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8000"},
    {"sec-fetch-site": "same-origin", "origin": "null"},
)


def forms(member: Visitor, house: House) -> list[Form]:
    """One form of every page that a signed-in member can come by."""
    draft, opened, closed = house.draft(), house.opened(constellation="Open"), house.closed(constellation="Dicht")
    places = [
        ("/bureau/metingen/nieuw", "/nieuw"),
        (f"/bureau/metingen/{draft.id}/partijen", "/partijen"),
        (f"/bureau/metingen/{draft.id}/gegevens", "/gegevens"),
        (f"/bureau/metingen/{draft.id}/mensen", "/mensen"),
        (f"/bureau/metingen/{draft.id}", "/openen"),
        (f"/bureau/metingen/{opened.id}", "/verlengen"),
        (f"/bureau/metingen/{opened.id}", "/sluiten"),
        (f"/bureau/metingen/{closed.id}", "/vrijgeven"),
        ("/bureau", "/uitloggen"),
    ]
    return [member.open(path).form(ending) for path, ending in places]


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_form_that_another_site_sent_is_refused(member: Visitor, house: House, headers: dict[str, str]) -> None:
    before = house.stored("SELECT id, state FROM assessment ORDER BY id")
    form = member.open("/bureau/metingen/nieuw").form("/nieuw")
    assert member.send(form, {"constellation": "x"}, headers=headers).status == 403
    assert house.stored("SELECT id, state FROM assessment ORDER BY id") == before


@pytest.mark.parametrize("headers", OWN)
def test_a_form_of_our_own_is_taken(member: Visitor, house: House, headers: dict[str, str]) -> None:
    form = member.open("/bureau/metingen/nieuw").form("/nieuw")
    assert member.send(form, {"constellation": "x"}, headers=headers).status == 200
    assert house.number_of("assessment") == 1


def test_no_form_of_an_office_goes_without_its_token_or_from_elsewhere(member: Visitor, house: House) -> None:
    found = forms(member, house)
    before = house.stored("SELECT id, state FROM assessment ORDER BY id")
    for form in found:
        for typed in ({"form_token": None}, {"form_token": "0" * 64}, {"form_token": "é"}):
            assert member.send(form, typed).status == 403, form.action
        assert member.send(form, headers=FOREIGN[0]).status == 403, form.action
    assert house.stored("SELECT id, state FROM assessment ORDER BY id") == before
    assert member.open("/bureau").status == 200


def test_no_form_of_a_respondent_goes_without_its_token_or_from_elsewhere(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    house.fill_in(token)
    start = visitor.open(f"/invullen/{token}").form()
    page = visitor.send(start).form()
    check = visitor.open("/invullen/nakijken").form("/inzenden")
    for form in (start, page, check):
        # Within a questionnaire it may be a page of another one in the same browser: that is told apart.
        assert visitor.send(form, {"form_token": None}).status in (403, 409)
        assert visitor.send(form, headers=FOREIGN[0]).status == 403
    assert house.number_of("submission") == 0
    visitor.send(check)
    back = visitor.open(f"/invullen/{token}").form("/intrekken")
    code = check.controls["receipt_code"].values[0]
    assert visitor.send(back, {"form_token": None, "receipt_code": code}).status == 403
    assert house.number_of("submission") == 1


def test_no_form_of_signing_in_goes_without_its_token_or_from_elsewhere(visitor: Visitor, house: House) -> None:
    token = house.sign_in_link()
    form = visitor.open(f"/inloggen/{token}").form(token)
    assert visitor.send(form, {"form_token": None}).status == 403
    assert visitor.send(form, headers=FOREIGN[0]).status == 403
    assert visitor.send(form).status == 200


def test_the_token_of_one_session_does_not_fit_another(sign_in: Callable[..., Visitor], house: House) -> None:
    one, other = sign_in(COMMISSIONER), sign_in(COMMISSIONER)
    form = one.open("/bureau/metingen/nieuw").form("/nieuw")
    assert other.send(form, {"constellation": "x"}).status == 403
    assert house.number_of("assessment") == 0


def test_the_token_that_anyone_can_fetch_does_not_fit_a_session(
    member: Visitor, visitor: Visitor, house: House
) -> None:
    """Without a cookie the token is the same for all; whoever attacks a member can have that one."""
    theirs = visitor.open(f"/inloggen/{house.sign_in_link()}").forms[-1].controls["form_token"].values
    form = member.open("/bureau/metingen/nieuw").form("/nieuw")
    assert member.send(form, {"constellation": "x", "form_token": theirs}).status == 403
    assert house.number_of("assessment") == 0


# --- Size -------------------------------------------------------------------------------------------------------------


def test_a_form_that_is_too_large_is_refused_with_a_page(member: Visitor, house: House) -> None:
    form = member.open("/bureau/metingen/nieuw").form("/nieuw")
    page = member.send(form, {"constellation": "x" * (5 * 1024 * 1024)})
    assert page.status in (400, 413)
    assert page.heading
    assert house.number_of("assessment") == 0


def test_a_file_that_is_too_large_is_refused_with_a_page(member: Visitor, house: House) -> None:
    made = house.draft(people={})
    form = member.open(f"/bureau/metingen/{made.id}/mensen").form("/mensen")
    page = member.send(form, files={"file": ("mensen.csv", b"x" * (5 * 1024 * 1024), "text/csv")})
    assert page.status in (400, 413)
    assert page.heading


def test_a_form_with_too_many_fields_is_refused(member: Visitor, house: House) -> None:
    form = member.open("/bureau/metingen/nieuw").form("/nieuw")
    assert member.send(form, {f"f{n}": "x" for n in range(4000)}).status == 400
    assert house.number_of("assessment") == 0


def test_a_body_that_is_too_large_is_a_problem_that_says_so(api: TestClient, house: House) -> None:
    body = b'{"constellation": "' + b"x" * (5 * 1024 * 1024) + b'", "instrument": "driehoek"}'
    answer = api.post("/api/v1/assessments", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 413)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "MB" in answer.text, "how much there is room for"
    assert house.number_of("assessment") == 0


def test_a_body_that_comes_in_pieces_is_measured_too(api: TestClient) -> None:
    pieces = (b" " * 1024 * 1024 for _ in range(6))
    answer = api.post("/api/v1/assessments", content=pieces, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 413)


WORDS = "Zien waar onze beelden van elkaar verschillen,\nen daar <b>samen</b> over spreken."


def test_what_was_written_is_given_back_when_the_session_is_over(member: Visitor, house: House) -> None:
    made = house.draft()
    form = member.open(f"/bureau/metingen/{made.id}/gegevens").form("/gegevens")
    member.client.cookies.clear()
    page = member.send(form, {"purpose": WORDS})
    assert page.status in (401, 403)
    assert WORDS in html.unescape(page.answer.text)
    assert "<b>samen" not in page.answer.text
    assert form.controls["form_token"].values[0] not in page.answer.text
    assert "/inloggen" in [urlsplit(link).path for link in page.links]


def test_what_was_written_is_given_back_when_the_questionnaire_was_put_away(visitor: Visitor, house: House) -> None:
    visitor.send(visitor.open(f"/invullen/{house.link(house.opened())}").form())
    page = next(p for n in range(1, 12) if "oq-gesprek" in (p := visitor.open(f"/invullen/vragen/{n}")).form().controls)
    visitor.client.cookies.clear()
    assert WORDS in html.unescape(visitor.send(page.form(), {"oq-gesprek": WORDS, "go": "next"}).answer.text)
    elsewhere = visitor.client.post(
        "/invullen/vragen/1", data={"oq-gesprek": WORDS}, headers={"sec-fetch-site": "cross-site"}
    )
    assert "samen" not in elsewhere.text, "what another site sends is shown to nobody"
