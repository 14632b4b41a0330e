"""Signing in: by a link that works once, that looking does not spend, and that is over soon."""

from collections.abc import Callable
from datetime import timedelta

from starlette.testclient import TestClient

from app.service.access import SESSION_LASTS, SIGN_IN_LINK_LASTS
from app.service.housekeeping import note_used_sessions
from app.web.entry import SESSION_COOKIE
from tests.people import COMMISSIONER, House
from tests.service.storm import at_once
from tests.web.visitor import Visitor


def test_looking_at_the_link_spends_nothing_and_the_button_signs_in(visitor: Visitor, house: House) -> None:
    token = house.sign_in_link()
    for _ in range(3):
        page = visitor.open(f"/inloggen/{token}")
        assert page.status == 200
        assert COMMISSIONER in page.said()
        assert not visitor.client.cookies
    assert visitor.send(page.form(token)).path == "/bureau"
    assert visitor.open("/bureau").status == 200


def test_a_link_works_once(client: Callable[..., TestClient], house: House) -> None:
    token = house.sign_in_link()
    one, other = Visitor(client()), Visitor(client())
    forms = [visitor.open(f"/inloggen/{token}").form(token) for visitor in (one, other)]
    assert one.send(forms[0]).status == 200
    assert other.send(forms[1]).status == 404
    assert other.open(f"/inloggen/{token}").status == 404
    assert other.open("/bureau").status == 401


def test_of_many_at_once_one_is_signed_in(client: Callable[..., TestClient], house: House) -> None:
    token = house.sign_in_link()
    form = Visitor(client()).open(f"/inloggen/{token}").form(token)
    found = at_once([lambda: client().post(form.action, data=form.filled_in()).status_code] * 8)
    assert sorted(map(str, found)) == ["303"] + ["404"] * 7
    assert house.number_of("session") == 1


def test_a_link_is_over_after_a_quarter_of_an_hour(visitor: Visitor, house: House) -> None:
    token = house.sign_in_link()
    form = visitor.open(f"/inloggen/{token}").form(token)
    house.clock.now += SIGN_IN_LINK_LASTS
    assert visitor.open(f"/inloggen/{token}").status == 404
    assert visitor.send(form).status == 404
    assert house.number_of("session") == 0


def test_a_session_ends_by_itself_however_busy(member: Visitor, house: House) -> None:
    start = house.clock.now
    while house.clock.now + timedelta(minutes=50) < start + SESSION_LASTS:
        house.clock.pass_by(minutes=50)
        assert member.open("/bureau").status == 200
        note_used_sessions(house.workshop, house.clock)
    house.clock.now = start + SESSION_LASTS
    assert member.open("/bureau").status == 401


def test_a_session_that_nobody_uses_ends_after_an_hour(member: Visitor, house: House) -> None:
    house.clock.pass_by(minutes=59)
    assert member.open("/bureau").status == 200
    note_used_sessions(house.workshop, house.clock)
    house.clock.pass_by(minutes=59)
    assert member.open("/bureau").status == 200
    house.clock.pass_by(minutes=1)
    assert member.open("/bureau").status == 401
    house.session()
    assert house.number_of("session") == 1, "at the next signing in it is thrown away"


def test_the_last_use_is_noted_once_a_minute_and_never_while_reading(member: Visitor, house: House) -> None:
    before = house.stored("SELECT used_at FROM session")
    for _ in range(3):
        assert member.open("/bureau").status == 200
    assert house.workshop.sessions_used == {}
    house.clock.pass_by(minutes=1)
    for _ in range(3):
        assert member.open("/bureau").status == 200
    assert house.stored("SELECT used_at FROM session") == before
    assert len(house.workshop.sessions_used) == 1
    note_used_sessions(house.workshop, house.clock)
    assert house.stored("SELECT used_at FROM session") != before


def test_a_session_that_somebody_else_planted_is_worth_nothing_after_signing_in(
    client: Callable[..., TestClient], house: House
) -> None:
    planted, token = "bedacht-door-een-ander", house.sign_in_link()
    browser = client(cookie=f"{SESSION_COOKIE}={planted}")
    form = Visitor(browser).open(f"/inloggen/{token}").form(token)
    signed_in = browser.post(form.action, data=form.filled_in())
    assert signed_in.status_code == 303
    assert planted not in signed_in.headers["set-cookie"]
    assert Visitor(client(cookies={SESSION_COOKIE: planted})).open("/bureau").status == 401


def test_signing_in_anew_ends_the_session_that_the_browser_had(
    visitor: Visitor, client: Callable[..., TestClient], house: House
) -> None:
    found = []
    for token in (house.sign_in_link(), house.sign_in_link()):
        visitor.send(visitor.open(f"/inloggen/{token}").form(token))
        found.append(visitor.client.cookies[SESSION_COOKIE])
    assert visitor.open("/bureau").status == 200
    assert Visitor(client(cookies={SESSION_COOKIE: found[0]})).open("/bureau").status == 401
    assert house.number_of("session") == 1


def test_signing_out_ends_the_session_everywhere(
    member: Visitor, client: Callable[..., TestClient], house: House
) -> None:
    session = member.client.cookies[SESSION_COOKIE]
    form = member.open("/bureau").form("/uitloggen")
    answer = member.client.post(form.action, data=form.filled_in())
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert f'{SESSION_COOKIE}=""' in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert Visitor(client(cookies={SESSION_COOKIE: session})).open("/bureau").status == 401


def test_each_signing_in_is_a_session_of_its_own(house: House) -> None:
    assert house.session() != house.session()


def test_links_and_sessions_are_stored_as_hashes_only(house: House) -> None:
    tokens = [house.sign_in_link(), house.session()]
    stored = str([house.stored("SELECT * FROM sign_in_link"), house.stored("SELECT * FROM session")])
    assert not [token for token in tokens if token in stored]


def test_an_unknown_link_and_an_unknown_session_open_nothing(client: Callable[..., TestClient]) -> None:
    assert Visitor(client()).open("/inloggen/onzin").status == 404
    assert Visitor(client(cookies={SESSION_COOKIE: "onzin"})).open("/bureau").status == 401
