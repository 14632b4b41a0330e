"""Signing in with the account of one's organisation: at a real provider, and at one that keeps to no rule."""

import base64
import hmac
import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwt
from starlette.testclient import TestClient

from app.delivery.identity_provider import AT_REST
from app.domain.problems import SignInRefused
from app.service import access
from app.service.identity import ATTEMPT_LASTS
from app.web.entry import ATTEMPT_COOKIE, SESSION_COOKIE
from app.web.pages.organisation import COMES_BACK
from tests.commands.running import free_port
from tests.people import ADMINISTRATOR, COMMISSIONER, House
from tests.web.conftest import HTTP, HTTPS, Make
from tests.web.provider import (
    CLIENT,
    KEY,
    RS256,
    SECRET_OF_CLIENT,
    Told,
    new_key,
    real_provider,
    telling,
    use,
)
from tests.web.test_logs import all_that_was_logged
from tests.web.visitor import Page, Visitor

OTHER_KEY = new_key("2")


@pytest.fixture
def told(app: FastAPI, house: House) -> Iterator[Told]:
    """A provider that the application uses, with a commissioner who is known there and here."""
    house.sign_in_link(COMMISSIONER)
    with telling(Told(house.clock, COMMISSIONER)) as told:
        use(app, house, told.issuer, HTTP)
        yield told


@dataclass
class Traveller:
    """A browser on its way to the provider and back."""

    visitor: Visitor

    @property
    def signed_in(self) -> bool:
        return self.visitor.open("/bureau").status == 200

    def leave(self) -> Page:
        return self.visitor.send(self.visitor.open("/inloggen").form("/organisatie"))

    def led_to(self) -> str:
        """Where the page leads to by itself, and by its link."""
        page = self.leave()
        assert page.status == 200, page.said()
        address = next(link for link in page.links if "code_challenge=" in link)
        assert f'content="0; url={address.replace("&", "&amp;")}"' in page.answer.text
        return address

    def recognised(self, **more: Any) -> str:
        """Where the provider sends back to."""
        return httpx.get(self.led_to(), **more).headers["location"].removeprefix(HTTP)

    def travel(self) -> Page:
        return self.visitor.open(self.recognised())


@pytest.fixture
def traveller(visitor: Visitor) -> Traveller:
    return Traveller(visitor)


# --- At a real provider -----------------------------------------------------------------------------------------------


@pytest.fixture
def real(app: FastAPI, house: House) -> Iterator[str]:
    house.sign_in_link(COMMISSIONER)
    house.clock.now = datetime.now(UTC)
    with real_provider(HTTP + COMES_BACK) as issuer:
        use(app, house, issuer, HTTP)
        yield issuer


def at_provider(address: str, login: str, *, agree: bool = True) -> str:
    """Sign in at the real provider, and agree; gives where it sends back to."""
    with httpx.Client(follow_redirects=True) as browser:
        asked = Page(browser.get(address))
        if not agree:
            (abort,) = [link for link in asked.links if link.endswith("/abort")]
            answer = browser.get(abort, follow_redirects=False)
        else:
            form = asked.forms[0]
            form = Page(browser.post(form.action, data={**form.filled_in(), "login": login, "password": "x"})).forms[0]
            answer = browser.post(form.action, data=form.filled_in(), follow_redirects=False)
        while not answer.headers["location"].startswith(HTTP):
            answer = browser.get(answer.headers["location"], follow_redirects=False)
        return answer.headers["location"].removeprefix(HTTP)


@pytest.mark.provider
def test_a_member_signs_in_at_a_real_provider(real: str, traveller: Traveller) -> None:
    page = traveller.visitor.open(at_provider(traveller.led_to(), COMMISSIONER.title()))
    assert page.path == "/bureau"
    assert page.status == 200
    assert traveller.signed_in


@pytest.mark.provider
def test_an_address_that_nobody_proved_opens_nothing_at_a_real_provider(
    real: str, house: House, traveller: Traveller
) -> None:
    with house.work() as work:
        access.make_sign_in_link(work, house.office, "los-bob@bureau.example")
    page = traveller.visitor.open(at_provider(traveller.led_to(), "los-bob@bureau.example"))
    assert page.status == 403
    assert SignInRefused.NO_ADDRESS.nl in page.said()
    assert not traveller.signed_in


@pytest.mark.provider
def test_who_turns_back_at_a_real_provider_is_told_what_else_is_possible(real: str, traveller: Traveller) -> None:
    page = traveller.visitor.open(at_provider(traveller.led_to(), "", agree=False))
    assert page.status == 403
    assert SignInRefused.CANCELLED.nl in page.said()
    assert f"{HTTP}/inloggen" in page.links


@pytest.mark.provider
def test_a_code_of_one_browser_is_worth_nothing_in_another_at_a_real_provider(
    real: str, traveller: Traveller, client: Make
) -> None:
    """The state is right, but the code belongs to another challenge (PKCE)."""
    stolen = dict(parse_qsl(urlsplit(at_provider(traveller.led_to(), COMMISSIONER)).query))["code"]
    thief = Traveller(Visitor(client()))
    own = dict(parse_qsl(urlsplit(thief.led_to()).query))["state"]
    page = thief.visitor.open(COMES_BACK, params={"code": stolen, "state": own, "iss": real})
    assert page.status == 403
    assert not thief.signed_in


@pytest.mark.provider
def test_a_code_that_does_not_say_whose_it_is_is_not_exchanged(real: str, traveller: Traveller) -> None:
    back = dict(parse_qsl(urlsplit(at_provider(traveller.led_to(), COMMISSIONER)).query))
    assert back.pop("iss") == real
    assert traveller.visitor.open(COMES_BACK, params=back).status == 403
    assert traveller.visitor.open(COMES_BACK, params={**back, "iss": "https://elders.example"}).status == 403
    assert not traveller.signed_in


# --- What is asked ----------------------------------------------------------------------------------------------------


def test_the_way_there_holds_everything_that_makes_the_way_back_safe(told: Told, traveller: Traveller) -> None:
    first, second = (dict(parse_qsl(urlsplit(traveller.led_to()).query)) for _ in range(2))
    assert first["response_type"] == "code"
    assert first["scope"] == "openid email"
    assert first["redirect_uri"] == HTTP + COMES_BACK
    assert first["code_challenge_method"] == "S256"
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name]) >= 43


def test_the_page_asks_in_the_language_of_the_reader(told: Told, client: Make) -> None:
    for language, words in (
        ("nl", "Log in met de account van uw organisatie"),
        ("en", "Sign in with your organisation"),
    ):
        traveller = Traveller(Visitor(client(accept_language=language)))
        assert words in traveller.visitor.open("/inloggen").said()
        assert traveller.leave().language == language
        assert f"ui_locales={language}" in traveller.led_to()


def test_without_a_provider_nothing_is_offered(visitor: Visitor) -> None:
    page = visitor.open("/inloggen")
    assert not page.has_form("/organisatie")
    form = page.form("/inloggen")
    assert visitor.client.post("/inloggen/organisatie", data=form.filled_in()).status_code == 404
    assert visitor.open(COMES_BACK).status == 404


def test_a_form_of_another_site_starts_nothing(told: Told, visitor: Visitor) -> None:
    assert visitor.client.post("/inloggen/organisatie", data={"form_token": "x"}).status_code == 403
    assert told.asked == []


# --- Who is let in ----------------------------------------------------------------------------------------------------


def test_a_member_is_let_in_with_a_fresh_session_and_the_attempt_is_over(
    told: Told, client: Make, house: House
) -> None:
    earlier = house.session()
    traveller = Traveller(Visitor(client(cookies={SESSION_COOKIE: earlier})))
    answer = traveller.visitor.client.get(traveller.recognised())
    assert answer.status_code == 303
    assert answer.headers["location"] == "/bureau"
    cookies = answer.headers.get_list("set-cookie")
    (session,) = [cookie for cookie in cookies if cookie.startswith(f"{SESSION_COOKIE}=")]
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert earlier not in session
    assert [cookie for cookie in cookies if cookie.startswith(f'{ATTEMPT_COOKIE}=""')]
    assert traveller.signed_in
    assert Visitor(client(cookies={SESSION_COOKIE: earlier})).open("/bureau").status == 401


def test_the_mailed_link_works_beside_it(told: Told, visitor: Visitor, house: House) -> None:
    told.answers["/.well-known/openid-configuration"] = (500, {}, b"")
    token = house.sign_in_link()
    assert visitor.send(visitor.open(f"/inloggen/{token}").form(token)).path == "/bureau"


def test_an_administrator_comes_to_the_administration(told: Told, traveller: Traveller, house: House) -> None:
    house.sign_in_link(ADMINISTRATOR)
    told.email = ADMINISTRATOR.upper()
    assert traveller.travel().path == "/beheer"


def test_who_belongs_to_several_offices_chooses_once(told: Told, traveller: Traveller, house: House) -> None:
    with house.work() as work:
        access.make_sign_in_link(work, house.other_office, COMMISSIONER)
    page = traveller.travel()
    assert page.heading == "Kies uw bureau"
    assert not traveller.signed_in
    (chosen,) = [form for form in page.forms if "Ander bureau" in _button(page, form.action)]
    assert traveller.visitor.send(chosen).path == "/bureau"
    assert house.stored("SELECT office_id FROM member JOIN session ON session.member_id = member.id") == [
        (house.other_office,)
    ]
    assert traveller.visitor.send(chosen).status in (403, 404), "a choice works once"


def _button(page: Page, action: str) -> str:
    after = page.answer.text.partition(f'action="{urlsplit(action).path}"')[2]
    found = re.search(r"<button[^>]*>(.*?)</button>", after)
    return found[1] if found else ""


def test_who_belongs_to_no_office_hears_nothing_about_who_does(told: Told, client: Make) -> None:
    said = set()
    for email in ("niemand@bureau.example", "alice@elders.example"):
        told.email = email
        traveller = Traveller(Visitor(client()))
        page = traveller.travel()
        assert page.status == 403
        assert not traveller.signed_in
        said.add(page.said())
    assert len(said) == 1
    assert SignInRefused.NO_MEMBER.nl in said.pop()


# --- A provider that keeps to no rule ---------------------------------------------------------------------------------


def _signed(key: Any, **header: str) -> Callable[[dict[str, Any]], str]:
    return lambda claims: jwt.encode({**RS256, **header}, claims, key, algorithms=[header.get("alg", "RS256")])


def _b64(given: bytes) -> str:
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode()


def _unsigned(claims: dict[str, Any]) -> str:
    return f"{_b64(json.dumps({'alg': 'none', 'kid': '1'}).encode())}.{_b64(json.dumps(claims).encode())}."


def _shared(secret: bytes) -> Callable[[dict[str, Any]], str]:
    """Signed with something that both sides know, by hand: no library would do this with a public key."""

    def sign(claims: dict[str, Any]) -> str:
        head, body = (_b64(json.dumps(part).encode()) for part in ({"alg": "HS256", "kid": "1"}, claims))
        return f"{head}.{body}.{_b64(hmac.digest(secret, f'{head}.{body}'.encode(), 'sha256'))}"

    return sign


def _tampered(claims: dict[str, Any]) -> str:
    good, other = (jwt.encode(RS256, {**claims, "email": email}, KEY) for email in ("x@y.example", COMMISSIONER))
    return ".".join([good.split(".")[0], other.split(".")[1], good.split(".")[2]])


NOW_AND = 1_795_426_217  # the clock of the tests, in seconds

FORGED: dict[str, dict[str, Any]] = {
    "another nonce": {"claims": {"nonce": "van een ander"}},
    "no nonce": {"claims": {"nonce": None}},
    "another issuer": {"claims": {"iss": "https://elders.example"}},
    "no issuer": {"claims": {"iss": None}},
    "another audience": {"claims": {"aud": "een andere dienst"}},
    "no audience": {"claims": {"aud": None}},
    "several audiences and no party": {"claims": {"aud": [CLIENT, "een andere dienst"]}},
    "another party": {"claims": {"azp": "een andere dienst"}},
    "over": {"claims": {"exp": NOW_AND - 120}},
    "no end": {"claims": {"exp": None}},
    "an end that is no moment": {"claims": {"exp": "morgen"}},
    "from the future": {"claims": {"iat": NOW_AND + 600, "exp": NOW_AND + 900}},
    "no subject": {"claims": {"sub": None}},
    "the public key as a shared secret": {"sign": _shared(KEY.as_pem(private=False))},
    "our secret as a shared secret": {"sign": _shared(SECRET_OF_CLIENT.encode())},
    "no signature": {"sign": _unsigned},
    "a signature of something else": {"sign": _tampered},
    "an unknown key": {"sign": _signed(OTHER_KEY, kid="2")},
    "another key under a known name": {"sign": _signed(OTHER_KEY)},
    "an algorithm that the provider does not use": {"sign": _signed(KEY, alg="RS512")},
    "rubbish": {"sign": lambda _: "rommel"},
    "rubbish with dots": {"sign": lambda _: "a.b.c"},
    "no claims": {"sign": lambda _: jwt.encode(RS256, {}, KEY)},
}


@pytest.mark.parametrize("lie", FORGED.values(), ids=list(FORGED))
def test_a_token_that_is_not_as_it_must_be_opens_nothing(
    lie: dict[str, Any], told: Told, traveller: Traveller, house: House
) -> None:
    assert int(house.clock.now.timestamp()) == NOW_AND
    for name, value in lie.items():
        setattr(told, name, value)
    page = traveller.travel()
    assert page.status == 403
    assert SignInRefused.NOT_BELIEVED.nl in page.said()
    assert told.tokens, "the token was given, and refused"
    assert not traveller.signed_in
    assert house.number_of("session") == 0


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": "false"},
        {"email_verified": None},
        {"email_verified": 1},
        {"email": None},
        {"email": ["alice@bureau.example"]},
        {"email": "alice@bureau.example\n"},
        # The Kelvin sign, of which the small letter is a k.
        {"email": "\u212aarel@bureau.example"},
    ],
    ids=str,
)
def test_an_address_that_the_provider_does_not_vouch_for_opens_nothing(
    claims: dict[str, Any], told: Told, traveller: Traveller, house: House
) -> None:
    with house.work() as work:
        access.make_sign_in_link(work, house.office, "karel@bureau.example")
    told.claims = claims
    page = traveller.travel()
    assert page.status == 403
    assert SignInRefused.NO_ADDRESS.nl in page.said()
    assert not traveller.signed_in


def test_the_operator_may_vouch_for_a_provider_that_says_nothing_and_for_no_other(
    told: Told, traveller: Traveller, app: FastAPI, house: House
) -> None:
    use(app, house, told.issuer, HTTP, addresses_are_verified=True)
    told.claims = {"email_verified": False}
    assert traveller.travel().status == 403
    told.claims = {"email_verified": None}
    assert traveller.travel().path == "/bureau"


def test_claims_apart_from_the_token_count_when_they_are_of_the_same_person(told: Told, traveller: Traveller) -> None:
    told.more = {"userinfo_endpoint": f"{told.issuer}/people"}
    told.claims = {"email": None, "email_verified": None}
    told.people = {"sub": "bob", "email": COMMISSIONER, "email_verified": True}
    assert traveller.travel().status == 403
    told.people["sub"] = "alice"
    assert traveller.travel().path == "/bureau"


def test_a_new_key_of_the_provider_is_fetched_when_it_is_met(told: Told, traveller: Traveller, house: House) -> None:
    assert traveller.travel().path == "/bureau"
    told.keys, told.sign = [OTHER_KEY.as_dict(private=False)], _signed(OTHER_KEY, kid="2")
    house.clock.now += AT_REST
    assert traveller.travel().path == "/bureau"
    assert told.asked.count("/keys") == 2


def test_unknown_keys_do_not_make_us_ask_over_and_over(told: Told, client: Make) -> None:
    told.sign = _signed(OTHER_KEY, kid="2")
    for _ in range(4):
        assert Traveller(Visitor(client())).travel().status == 403
    assert told.asked.count("/keys") == 1


DOCUMENT = "/.well-known/openid-configuration"
UNUSABLE: dict[str, dict[str, Any]] = {
    "an error": {"answers": {DOCUMENT: (500, {}, b"")}},
    "a redirect": {"answers": {DOCUMENT: (302, {"location": "/elders"}, b"")}},
    "a page": {"answers": {DOCUMENT: (200, {}, b"<html>")}},
    "a list": {"answers": {DOCUMENT: (200, {}, b"[]")}},
    "depths": {"answers": {DOCUMENT: (200, {}, b'{"a":' * 100_000)}},
    "far too much": {"answers": {DOCUMENT: (200, {}, b" " * 1_000_000)}},
    "a document of another issuer": {"more": {"issuer": "https://elders.example"}},
    "an address that is not https": {"more": {"token_endpoint": "http://192.0.2.1/token"}},
    "an address of another kind": {"more": {"authorization_endpoint": "javascript:alert(1)"}},
    "no address": {"more": {"jwks_uri": None}},
    "no fit algorithm": {"more": {"id_token_signing_alg_values_supported": ["HS256", "none"]}},
    "no fit key": {"keys": [{"kty": "oct", "k": "eA", "kid": "1"}, {"kty": "RSA"}, "x"]},
    "keys elsewhere": {"answers": {"/keys": (302, {"location": "/elders"}, b"")}},
    "nothing in time": {"slow": 30},
}


@pytest.mark.parametrize("state", UNUSABLE.values(), ids=list(UNUSABLE))
def test_a_provider_that_cannot_be_used_is_told_of_and_asked_again_later(
    state: dict[str, Any], told: Told, traveller: Traveller, app: FastAPI, house: House
) -> None:
    use(app, house, told.issuer, HTTP, patience=3)
    before = {name: getattr(told, name) for name in state}
    for name, value in state.items():
        setattr(told, name, value)
    page = traveller.leave()
    assert page.status == 503
    assert "link per mail" in page.said()
    assert f"{HTTP}/inloggen" in page.links
    asked = len(told.asked)
    assert traveller.leave().status == 503
    assert len(told.asked) == asked, "a provider in trouble is left in peace"
    assert "/elders" not in told.asked
    for name, value in before.items():
        setattr(told, name, value)
    house.clock.now += AT_REST
    assert traveller.travel().path == "/bureau"


def test_a_provider_that_is_down_is_told_of_in_both_languages(app: FastAPI, house: House, client: Make) -> None:
    use(app, house, f"http://127.0.0.1:{free_port()}", HTTP)
    dutch, english = (Traveller(Visitor(client(accept_language=one))).leave() for one in ("nl", "en"))
    assert (dutch.status, english.status) == (503, 503)
    assert dutch.heading == "De inlogdienst is niet bereikbaar"
    assert english.heading == "The sign-in service is out of reach"


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ((500, {}, b""), 503),
        ((302, {"location": "/elders"}, b""), 503),
        ((401, {}, json.dumps({"error": "invalid_client"}).encode()), 503),
        ((400, {}, json.dumps({"error": "invalid_grant"}).encode()), 403),
        ((200, {}, b"{}"), 403),
        ((200, {}, b"<html>"), 503),
        ((200, {}, json.dumps({"id_token": 3, "access_token": "x"}).encode()), 403),
    ],
)
def test_whatever_is_answered_to_a_code_becomes_a_page(
    answer: tuple[int, dict[str, str], bytes], status: int, told: Told, traveller: Traveller
) -> None:
    told.answers["/token"] = answer
    assert traveller.travel().status == status
    assert not traveller.signed_in


# --- The way back -----------------------------------------------------------------------------------------------------


def test_only_the_browser_that_left_comes_back(told: Told, traveller: Traveller, client: Make) -> None:
    back = traveller.recognised()
    for other in (Traveller(Visitor(client())), Traveller(Visitor(client()))):
        page = other.visitor.open(back)
        assert page.status == 403
        assert SignInRefused.OVER.nl in page.said()
        other.leave()
        assert other.visitor.open(back).status == 403, "nor with an attempt of its own"
    assert "/token" not in told.asked
    assert traveller.visitor.open(back).path == "/bureau"


def test_an_attempt_is_over_in_time(told: Told, traveller: Traveller, house: House) -> None:
    back = traveller.recognised()
    house.clock.now += ATTEMPT_LASTS
    assert traveller.visitor.open(back).status == 403
    assert "/token" not in told.asked


def test_a_changed_cookie_or_state_is_no_attempt(told: Told, traveller: Traveller, house: House) -> None:
    back = traveller.recognised()
    held = traveller.visitor.client.cookies[ATTEMPT_COOKIE]
    later = str(int(held.split(".")[0]) + 60) + held[held.index(".") :]
    for changed in (later, "x", "", "é.x", f"{held}x"):
        client = traveller.visitor.client
        client.cookies.delete(ATTEMPT_COOKIE)
        answer = client.get(back, headers={"cookie": f"{ATTEMPT_COOKIE}={changed}".encode()})
        client.cookies.set(ATTEMPT_COOKIE, held)
        assert answer.status_code == 403
    assert "/token" not in told.asked


def test_an_error_of_the_provider_is_told_without_its_words(told: Told, traveller: Traveller) -> None:
    state = dict(parse_qsl(urlsplit(traveller.led_to()).query))["state"]
    for error in ("access_denied", "temporarily_unavailable", "<script>"):
        page = traveller.visitor.open(
            COMES_BACK, params={"error": error, "error_description": "<b>Bel 0900</b>", "state": state}
        )
        assert page.status == 403
        assert SignInRefused.CANCELLED.nl in page.said()
        assert "0900" not in page.answer.text


def test_an_attempt_cannot_be_used_to_guess_codes(told: Told, traveller: Traveller) -> None:
    state = dict(parse_qsl(urlsplit(traveller.led_to()).query))["state"]
    found = [traveller.visitor.open(COMES_BACK, params={"code": f"{n}", "state": state}).status for n in range(6)]
    assert found == [403, 403, 403, 429, 429, 429]
    assert told.asked.count("/token") == 3


def test_many_people_may_leave_and_come_back_in_the_same_minute(told: Told, client: Make) -> None:
    for _ in range(40):
        assert Traveller(Visitor(client())).travel().path == "/bureau"


def test_over_https_the_browser_itself_guards_the_attempt(told: Told, secure_app: FastAPI, house: House) -> None:
    use(secure_app, house, told.issuer, HTTPS)
    browser = TestClient(secure_app, base_url=HTTPS, follow_redirects=False)
    form = Page(browser.get("/inloggen")).form("/organisatie")
    answer = browser.post(form.action, data=form.filled_in())
    (held,) = [one for one in answer.headers.get_list("set-cookie") if ATTEMPT_COOKIE in one]
    assert held.startswith(f"__Host-{ATTEMPT_COOKIE}=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax", "Max-Age=600"} <= set(held.split("; "))


def test_nothing_of_the_way_there_and_back_is_in_the_log(
    told: Told, traveller: Traveller, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    secrets: list[str] = [SECRET_OF_CLIENT, "toegang", "alice", "bureau.example"]
    with caplog.at_level(logging.DEBUG):
        for claims in ({}, {"nonce": "van een ander"}, {"email_verified": False}):
            told.claims = claims
            back = traveller.recognised()
            secrets += [value for _, value in parse_qsl(urlsplit(back).query)]
            secrets.append(traveller.visitor.client.cookies[ATTEMPT_COOKIE])
            traveller.visitor.open(back)
        secrets += told.tokens
        told.answers["/token"] = (400, {}, json.dumps({"error": "alice@bureau.example"}).encode())
        traveller.travel()
    logged = all_that_was_logged(caplog)
    assert "an answer of the identity provider was not believed: invalid_claim nonce" in logged
    assert f"GET {COMES_BACK} 303" in logged
    assert not [secret for secret in secrets if secret in logged]
