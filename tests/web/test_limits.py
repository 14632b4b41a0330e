"""Limits: each link, key and account has room of its own; a whole ministry behind one address is never in the way."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.domain.problems import TooManyRequests
from app.web.entry import READER_COOKIE, SESSION_COOKIE
from app.web.limits import (
    ACCOUNT,
    KEY_WRITES,
    LINK,
    MOST_HOLDERS,
    SIGN_IN_LETTERS,
    UNKNOWN,
    UPLOADS,
    WITHDRAWALS,
    Limit,
    Limits,
)
from tests.people import COMMISSIONER, VIEWER, House
from tests.web.conftest import desks
from tests.web.visitor import Page, Visitor

Make = Callable[..., TestClient]
Q = "/api/v1/questionnaire"


# --- How a limit counts -----------------------------------------------------------------------------------------------


def test_room_is_used_up_and_comes_back_evenly() -> None:
    limits, limit = Limits(), Limit("test", 4, 60)
    for _ in range(4):
        limits.spend(limit, "a", 1000)
    with pytest.raises(TooManyRequests) as refused:
        limits.spend(limit, "a", 1000)
    assert refused.value.wait == 15
    with pytest.raises(TooManyRequests):
        limits.spend(limit, "a", 1014)
    limits.spend(limit, "a", 1015)
    with pytest.raises(TooManyRequests):
        limits.spend(limit, "a", 1015)


def test_nobody_takes_from_the_room_of_another_and_one_limit_takes_nothing_from_another() -> None:
    limits, limit, other = Limits(), Limit("one", 1, 60), Limit("other", 1, 60)
    limits.spend(limit, "a", 0)
    limits.spend(limit, "b", 0)
    limits.spend(other, "a", 0)
    with pytest.raises(TooManyRequests):
        limits.spend(limit, "b", 0)


def test_a_holder_who_waited_long_has_all_room_again_and_no_more() -> None:
    limits, limit = Limits(), Limit("test", 3, 60)
    for now in (0, 100_000):
        for _ in range(3):
            limits.spend(limit, "a", now)
        with pytest.raises(TooManyRequests):
            limits.spend(limit, "a", now)


def test_of_many_threads_at_once_exactly_so_many_come_through() -> None:
    limits, limit = Limits(), Limit("test", 100, 1e9)

    def one(_: int) -> bool:
        try:
            limits.spend(limit, "a", 0)
        except TooManyRequests:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(one, range(2000))) == 100


def test_made_up_holders_fill_no_memory_and_whoever_just_came_is_still_braked() -> None:
    limits, limit = Limits(), Limit("test", 2, 60)
    for number in range(MOST_HOLDERS):
        limits.spend(limit, f"made up {number}", 0)
    for _ in range(2):
        limits.spend(limit, "a", 0)
    assert len(limits._full_at) <= MOST_HOLDERS
    with pytest.raises(TooManyRequests):
        limits.spend(limit, "a", 0)
    limits.spend(limit, "z", 1e6)


def test_with_room_for_everybody_nobody_is_forgotten_too_early() -> None:
    limits, limit = Limits(), Limit("test", 1, 60)
    for number in range(MOST_HOLDERS):
        limits.spend(limit, f"link {number}", 0)
    for number in (0, 1000, 64_000, MOST_HOLDERS - 1):
        with pytest.raises(TooManyRequests):
            limits.spend(limit, f"link {number}", 0)


def test_whoever_has_all_their_room_again_is_forgotten() -> None:
    """A campaign of a day: what is remembered grows with who is there at once, not with who ever was."""
    limits, limit = Limits(), Limit("test", 300, 60)
    for number in range(30_000):
        limits.spend(limit, f"link {number}", number / 10)
    assert len(limits._full_at) <= 1000


def test_what_is_remembered_tells_no_token(app: FastAPI, anyone: TestClient, house: House) -> None:
    token = house.link(house.opened())
    anyone.get(f"/invullen/{token}")
    remembered = repr(vars(app.state.desk.limits))
    assert token not in remembered


# --- A ministry behind one address ------------------------------------------------------------------------------------


def test_two_hundred_respondents_behind_one_address_fill_in_without_hindrance(client: Make, house: House) -> None:
    made = house.opened({"eigenaar": 60, "wonen": 70, "dienst": 70})
    tokens = list(house.links(made).values())
    assert len(tokens) == 200

    def fill_in(token: str) -> list[int]:
        program = client(token)  # every client of this suite calls from the same address
        asked = program.get(Q)
        statements = [statement for page in asked.json()["pages"] for statement in page["statements"]]
        keys = [row["key"] for statement in statements for row in statement["ratings"]]
        found = [asked.status_code]
        for start in range(0, len(keys), 12):  # page by page
            part = dict.fromkeys(keys[start : start + 12], 4)
            found.append(program.put(f"{Q}/answers", json={"ratings": part}).status_code)
        code = asked.json()["receiptCode"]
        found.append(program.post(f"{Q}/submission", json={"receiptCode": code}).status_code)
        return found

    with ThreadPoolExecutor(8) as pool:
        found = [status for statuses in pool.map(fill_in, tokens) for status in statuses]
    assert set(found) == {200, 201}
    assert house.number_of("submission") == 200


def test_what_a_caller_says_of_the_address_changes_no_limit(client: Make, house: House) -> None:
    token = house.link(house.opened())
    answers = [client(token, x_forwarded_for=f"198.51.100.{n % 250}").get(Q).status_code for n in range(LINK.most + 1)]
    assert answers[-1] == 429
    assert set(answers[:-1]) == {200}


# --- Links ------------------------------------------------------------------------------------------------------------


def test_one_link_that_comes_too_often_waits_and_another_does_not(client: Make, house: House) -> None:
    made = house.opened()
    mad, calm = (client(house.link(made, number=n), accept_language="en") for n in (1, 2))
    for _ in range(LINK.most):
        assert mad.get(Q).status_code == 200
    refused = mad.get(Q)
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert calm.get(Q).status_code == 200
    house.clock.pass_by(seconds=int(refused.headers["retry-after"]))
    assert mad.get(Q).status_code == 200


def test_pages_and_programs_of_one_link_share_its_room(client: Make, house: House) -> None:
    token = house.link(house.opened())
    program, visitor = client(token), Visitor(client())
    visitor.send(visitor.open(f"/invullen/{token}").form())
    while program.get(Q).status_code == 200:
        pass
    page = visitor.open("/invullen/vragen/1")
    assert (page.status, page.heading) == (429, "Even wachten")
    assert "een minuut" in page.said()
    assert "strict-transport-security" in page.answer.headers


def test_a_person_who_types_fast_is_never_braked(client: Make, house: House) -> None:
    """Two savings in every second, for five minutes on end."""
    token = house.link(house.opened())
    visitor = Visitor(client())
    form = visitor.send(visitor.open(f"/invullen/{token}").form()).form()
    fields = {**form.filled_in(), "go": ["autosave"]}
    for sequence in range(600):
        house.clock.pass_by(seconds=0.5)
        answer = visitor.client.post(form.action, data={**fields, "sequence": [str(sequence)]})
        assert answer.status_code == 204, sequence


def test_receipt_codes_are_not_tried_one_after_the_other(client: Make, house: House) -> None:
    made = house.opened()
    token, other = house.link(made), house.link(made, number=2)
    code = house.send(token)
    other_code = house.send(other)
    wrong = "0" * 26
    tried = [client(token).delete(f"{Q}/submission", headers={"receipt-code": wrong}) for _ in range(WITHDRAWALS.most)]
    assert {answer.status_code for answer in tried} == {409}
    refused = client(token).delete(f"{Q}/submission", headers={"receipt-code": code})
    assert refused.status_code == 429
    assert client(other).delete(f"{Q}/submission", headers={"receipt-code": other_code}).status_code == 204
    house.clock.pass_by(seconds=int(refused.headers["retry-after"]))
    assert client(token).delete(f"{Q}/submission", headers={"receipt-code": code}).status_code == 204


def test_the_page_counts_the_same_receipt_codes(client: Make, house: House) -> None:
    token = house.link(house.opened())
    house.send(token)
    visitor = Visitor(client())
    form = visitor.open(f"/invullen/{token}").form("/intrekken")
    for _ in range(WITHDRAWALS.most):
        assert visitor.send(form, {"receipt_code": "0" * 26}).status == 409
    assert visitor.send(form, {"receipt_code": "0" * 26}).status == 429
    assert client(token).delete(f"{Q}/submission", headers={"receipt-code": "0" * 26}).status_code == 429


# --- Links and keys that nobody has -----------------------------------------------------------------------------------


def test_guessing_is_braked_and_keeps_nobody_with_a_good_link_out(client: Make, house: House) -> None:
    made = house.released()
    opened = house.opened(constellation="Open")
    token, reader, link = house.link(opened), house.readers(made)["wonen"], house.sign_in_link()
    key, session = house.key("read"), house.session()
    guesses = [
        lambda n: client().get(f"/invullen/onzin-{n}"),
        lambda n: client().get(f"/lezen/onzin-{n}"),
        lambda n: client().get(f"/inloggen/onzin-{n}"),
        lambda n: client(f"rolvast_{n}").get("/api/v1/assessments"),
        lambda n: client(f"onzin-{n}").get(Q),
    ]
    found = [guesses[n % 5](n).status_code for n in range(UNKNOWN.most + 10)]
    assert set(found[: UNKNOWN.most]) == {404, 401}
    assert set(found[UNKNOWN.most :]) == {429}
    assert client().get(f"/invullen/{token}").status_code == 200
    assert client(token).get(Q).status_code == 200
    assert client().get(f"/lezen/{reader}").status_code == 303
    assert client().get(f"/inloggen/{link}").status_code == 200
    assert client(key).get(f"/api/v1/assessments/{made.id}/scores").status_code == 200
    assert client(cookies={SESSION_COOKIE: session}).get("/bureau").status_code == 200
    assert client().get("/bureau").status_code == 401


# --- Signing in -------------------------------------------------------------------------------------------------------


def _ask(client: TestClient, address: str) -> Page:
    visitor = Visitor(client)
    return visitor.send(visitor.open("/inloggen").form(), {"email": address})


@pytest.mark.parametrize("address", [COMMISSIONER, "niemand@elders.example"])
def test_asking_for_links_floods_no_mailbox_whether_known_or_not(client: Make, house: House, address: str) -> None:
    house.sign_in_link()
    told = [_ask(client(), address) for _ in range(SIGN_IN_LETTERS.most)]
    assert [page.status for page in told] == [200] * SIGN_IN_LETTERS.most
    refused = _ask(client(), f" {address.upper()} ")
    assert refused.status == 429
    assert refused.answer.headers["retry-after"] == "600"
    assert _ask(client(), VIEWER).status == 200
    house.clock.pass_by(minutes=10)
    assert _ask(client(), address).status == 200


def test_the_answer_is_the_same_for_a_member_and_a_stranger(client: Make, house: House) -> None:
    house.sign_in_link()
    known, unknown = _ask(client(), COMMISSIONER), _ask(client(), "niemand@elders.example")
    assert known.answer.text == unknown.answer.text
    assert known.status == unknown.status == 200
    headers = [dict(page.answer.headers) for page in (known, unknown)]
    assert [found.pop("x-request-id") for found in headers]  # another one for every request
    assert headers[0] == headers[1]


def test_asking_for_made_up_addresses_leaves_nothing_behind(client: Make, house: House) -> None:
    house.sign_in_link()
    for number in range(20):
        assert _ask(client(), f"verzonnen-{number}@elders.example").status == 200
    assert house.number_of("outbox") == 0
    _ask(client(), COMMISSIONER)
    assert house.stored("SELECT kind, email FROM outbox") == [("sign_in", COMMISSIONER)]


# --- Accounts and keys ------------------------------------------------------------------------------------------------


def test_respondents_are_reminded_by_hand_once_a_day(
    member: Visitor, sign_in: Callable[..., Visitor], house: House
) -> None:
    made, other = house.opened(), house.opened(constellation="Andere")
    form = member.open(f"/bureau/metingen/{made.id}").form("/herinneren")
    assert member.send(form).status == 200
    letters = house.number_of("outbox")
    refused = member.send(form)
    assert refused.status == 409
    assert "Vandaag ging er al een herinnering uit." in refused.said()
    assert house.number_of("outbox") == letters
    assert member.send(member.open(f"/bureau/metingen/{other.id}").form("/herinneren")).status == 200
    house.clock.pass_by(days=1)
    tomorrow = sign_in()
    assert tomorrow.send(tomorrow.open(f"/bureau/metingen/{made.id}").form("/herinneren")).status == 200


def test_lists_are_uploaded_only_so_often(member: Visitor, house: House) -> None:
    made = house.draft(people={})
    form = member.open(f"/bureau/metingen/{made.id}/mensen").form("/mensen")
    for number in range(UPLOADS.most):
        assert member.send(form, {"people": f"p{number}@ministerie.example,P,wonen"}).status == 200
    assert member.send(form, {"people": "nog@ministerie.example,P,wonen"}).status == 429
    assert member.open(f"/bureau/metingen/{made.id}/mensen").status == 200


def test_links_of_readers_that_are_made_up_give_a_member_no_more_room(client: Make, house: House) -> None:
    made = house.released()
    cookies = {SESSION_COOKIE: house.session()}
    told = [
        client(cookies={**cookies, READER_COOKIE: f"made-up-{number}"})
        .get(f"/rapport/{made.id}/cijfers.csv")
        .status_code
        for number in range(ACCOUNT.most + 5)
    ]
    assert told == [200] * ACCOUNT.most + [429] * 5


def test_a_key_that_writes_without_end_waits_and_may_still_read(client: Make, house: House) -> None:
    made, api = house.draft(), client(house.key("write"))
    for _ in range(KEY_WRITES.most):
        assert api.patch(f"/api/v1/assessments/{made.id}", json={"title": "x"}).status_code == 200
    assert api.patch(f"/api/v1/assessments/{made.id}", json={"title": "x"}).status_code == 429
    assert api.get(f"/api/v1/assessments/{made.id}").status_code == 200
    assert client(house.key("read")).get(f"/api/v1/assessments/{made.id}").status_code == 200


def test_a_key_that_reads_without_end_waits(client: Make, house: House, app: FastAPI) -> None:
    for part in desks(app):
        part.state.desk = replace(part.state.desk, limits=Limits(key_per_minute=40))
    api, other = client(house.key("read")), client(house.key("write"))
    found = [api.get("/api/v1/assessments").status_code for _ in range(41)]
    assert found == [200] * 40 + [429]
    assert other.get("/api/v1/assessments").status_code == 200


def test_a_refusal_is_logged_without_a_token(client: Make, house: House, caplog: pytest.LogCaptureFixture) -> None:
    token = house.link(house.opened())
    with caplog.at_level("DEBUG", logger="rolvast"):
        for _ in range(LINK.most + 1):
            client(token).get(Q)
    assert not re.search(token, caplog.text)
