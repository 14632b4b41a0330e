"""The API of an office: the whole life of an assessment, in camelCase."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.people import CLOSES, FIVE_EACH, RETAINED, SQUARE, TRIANGLE, TWENTY, House, address

BASE = "/api/v1/assessments"
PARTIES = [{"key": p.key, "role": p.role, "name": p.name, "voice": p.voice} for p in TRIANGLE]
WHOLE = {
    "constellation": "Driehoek Registers",
    "instrument": "driehoek",
    "title": "Meting",
    "labelSet": "regeling2024",
    "purpose": "Zien waar beelden verschillen.",
    "legalBasis": "Algemeen belang",
    "contactName": "Team Driehoek",
    "contactEmail": "team@bureau.example",
    "closesDate": CLOSES.isoformat(),
    "retentionDate": RETAINED.isoformat(),
    "parties": PARTIES,
    "params": {"kParty": 6, "minResponse": 0.5, "ambition": {"leren": 70}},
}


def people(counts: dict[str, int]) -> dict[str, Any]:
    return {
        "people": [
            {"email": address(party, n), "name": f"Medewerker {n}", "party": party}
            for party, count in counts.items()
            for n in range(1, count + 1)
        ]
    }


def faults(answer: Any) -> set[str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.status_code == 400, answer.text
    return {fault["location"] for fault in answer.json()["errors"]}


def camel(value: object) -> bool:
    """Whether every key of a wire document is camelCase."""
    if isinstance(value, dict):
        return all("_" not in key and camel(inner) for key, inner in value.items())
    return all(camel(inner) for inner in value) if isinstance(value, list) else True


def test_from_draft_to_released(api: TestClient, house: House) -> None:
    made = api.post(BASE, json={**WHOLE, "params": {}})
    assert made.status_code == 201
    address_ = made.headers["location"]
    assert address_ == f"{BASE}/{made.json()['id']}"
    assert api.post(f"{address_}/invitations", json=people(FIVE_EACH)).json() == {"added": 15, "notices": []}
    assert api.put(f"{address_}/status", json={"status": "open"}).json()["status"] == "open"
    with house.work(write=False) as work:
        opened = work.own(house.commissioner, made.json()["id"])
    house.everyone_sends(opened)
    bands = {line["party"]: line["band"] for line in api.get(f"{address_}/response").json()}
    assert set(bands.values()) == {"too_small_to_tell"}, "all five of five would tell who sent"
    assert api.put(f"{address_}/status", json={"status": "closed"}).json()["status"] == "closed"
    assert api.put(f"{address_}/status", json={"status": "released"}).json()["status"] == "released"
    assert api.get(f"{address_}/scores").status_code == 200


def test_what_is_given_comes_back_in_camel_case(api: TestClient) -> None:
    made = api.post(BASE, json=WHOLE).json()
    assert camel(made)
    for name in ("constellation", "title", "labelSet", "purpose", "legalBasis", "contactName", "contactEmail"):
        assert made[name] == WHOLE[name]
    assert (made["closesDate"], made["retentionDate"]) == (WHOLE["closesDate"], WHOLE["retentionDate"])
    assert (made["status"], made["wave"], made["instrument"]) == ("draft", 1, {"id": "driehoek", "version": 1})
    assert made["parties"] == [{**party, "invited": 0} for party in PARTIES]
    assert (made["params"]["kParty"], made["params"]["minResponse"]) == (6, 0.5)
    assert made["params"]["ambition"] == {"leren": 70}
    assert api.get(f"{BASE}/{made['id']}").json() == made
    assert api.get(BASE).json() == {"items": [made], "next": None}


def test_a_name_and_an_instrument_are_enough(api: TestClient) -> None:
    assert api.post(BASE, json={"constellation": "Driehoek", "instrument": "driehoek"}).status_code == 201


def test_every_fault_of_a_draft_is_named(api: TestClient) -> None:
    wrong = {**WHOLE, "labelSet": "x", "params": {"kParty": 1}, "parties": [*PARTIES, {**PARTIES[0], "key": "Fout!"}]}
    assert faults(api.post(BASE, json=wrong)) >= {"labelSet", "parties", "parties.3.key"}


def test_a_fault_in_a_parameter_is_named_as_it_was_given(api: TestClient) -> None:
    assert faults(api.post(BASE, json={**WHOLE, "params": {"kParty": 1}})) == {"params.kParty"}


def test_input_of_the_wrong_shape_is_a_400_that_names_every_place(api: TestClient) -> None:
    wrong = {"instrument": 7, "closesDate": "morgen", "verzonnen": 1, "parties": [{"key": 1}]}
    found = faults(api.post(BASE, json=wrong))
    assert {"constellation", "instrument", "closesDate", "verzonnen"} <= found
    assert any(place.startswith("parties.0") for place in found)


def test_what_a_plan_lacks_is_named_beside_what_has_the_wrong_shape(api: TestClient) -> None:
    wrong = {"constellation": "", "instrument": "nope", "closesDate": "morgen", "parties": [{"key": "A b"}]}
    assert faults(api.post(BASE, json=wrong)) == {
        "constellation",
        "instrument",
        "closesDate",
        "parties.0.role",
        "parties.0.name",
    }
    wrong = {"instrument": "driehoek", "retentionDate": 7, "params": {"kParty": 1}}
    assert faults(api.post(BASE, json=wrong)) == {"constellation", "retentionDate", "params.kParty"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"tekst"', b"\xff\xfe"])
def test_a_body_that_is_no_json_object_is_a_400(api: TestClient, body: bytes) -> None:
    answer = api.post(BASE, content=body, headers={"content-type": "application/json"})
    assert faults(answer)


@pytest.mark.parametrize("day", [0, 1764547200, "1764547200", "2026-12-14T00:00:00"])
def test_a_day_is_written_as_a_day(api: TestClient, day: object) -> None:
    assert faults(api.post(BASE, json={**WHOLE, "closesDate": day})) == {"closesDate"}


@pytest.mark.parametrize("name", ["Driehoek\x00", "Driehoek \ud800"])
def test_characters_that_no_text_can_hold_are_no_bug(api: TestClient, name: str) -> None:
    body = json.dumps({"constellation": name, "instrument": "driehoek"}).encode()
    answer = api.post(BASE, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (201, 400)


def test_an_address_with_a_null_in_it_is_not_found(api: TestClient) -> None:
    assert api.get(f"{BASE}/%00").status_code == 404


def test_a_part_can_be_changed_in_a_draft(api: TestClient) -> None:
    made = api.post(BASE, json=WHOLE).json()
    changed = api.patch(f"{BASE}/{made['id']}", json={"title": "Anders", "closesDate": None}).json()
    assert changed == {**made, "title": "Anders", "closesDate": None}
    assert faults(api.patch(f"{BASE}/{made['id']}", json={"status": "open"})) == {"status"}


def test_only_more_time_can_be_given_while_open(api: TestClient, house: House) -> None:
    made = house.opened()
    later = api.patch(f"{BASE}/{made.id}", json={"closesDate": "2026-12-20"})
    assert (later.status_code, later.json()["closesDate"]) == (200, "2026-12-20")
    assert faults(api.patch(f"{BASE}/{made.id}", json={"closesDate": "2026-12-19"})) == {"closesDate"}
    refused = api.patch(f"{BASE}/{made.id}", json={"title": "Anders"})
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_state")


def test_all_that_keeps_it_from_opening_is_named(api: TestClient, house: House) -> None:
    made = house.draft({"wonen": 1, "dienst": 3}, closes_on=None)
    answer = api.put(f"{BASE}/{made.id}/status", json={"status": "open"})
    assert faults(answer) == {
        "closesDate",
        "parties.eigenaar",
        "parties.wonen",
        "parties.dienst",
    }


def test_a_small_party_opens_when_it_is_confirmed(api: TestClient, house: House) -> None:
    made = house.draft({**FIVE_EACH, "wonen": 3})
    place = f"{BASE}/{made.id}/status"
    assert faults(api.put(place, json={"status": "open"})) == {"parties.wonen"}
    assert api.put(place, json={"status": "open", "confirmedHidden": ["wonen"]}).json()["status"] == "open"


@pytest.mark.parametrize("status", ["draft", "erased", "", None])
def test_a_state_that_cannot_be_asked_for_is_a_fault(api: TestClient, house: House, status: object) -> None:
    assert faults(api.put(f"{BASE}/{house.draft().id}/status", json={"status": status})) == {"status"}


def test_states_follow_each_other(api: TestClient, house: House) -> None:
    made = house.draft()
    for status in ("closed", "released"):
        answer = api.put(f"{BASE}/{made.id}/status", json={"status": status})
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")


def test_the_list_of_people_tells_neither_who_has_sent_nor_anyones_link(api: TestClient, house: House) -> None:
    made = house.opened()
    before = api.get(f"{BASE}/{made.id}/invitations")
    house.send(house.link(made))
    after = api.get(f"{BASE}/{made.id}/invitations")
    assert before.json() == after.json()
    assert len(after.json()["items"]) == 15
    assert set(after.json()["items"][0]) == {"id", "email", "name", "party", "judges"}
    assert not [token for token in house.links(made).values() if token in after.text]


def test_every_fault_of_a_list_of_people_is_named(api: TestClient, house: House) -> None:
    made = house.draft(people={})
    given = people({"wonen": 2})
    given["people"] += [{"email": "geen adres", "party": "wonen"}, {"email": "a@b.example", "party": "weg"}]
    assert faults(api.post(f"{BASE}/{made.id}/invitations", json=given)) == {"people.2", "people.3"}
    assert house.number_of("invitation") == 0


def test_a_fault_in_a_list_of_people_speaks_of_no_line(api: TestClient, house: House) -> None:
    """JSON has no lines; the location says which of the list it is, and the first of a list is 0."""
    made = house.draft(people={})
    given = people({"wonen": 1})
    given["people"].append({**given["people"][0], "party": "weg"})
    answer = api.post(f"{BASE}/{made.id}/invitations", json=given)
    (found,) = answer.json()["errors"]
    assert found["location"] == "people.1"
    assert found["detail"].startswith("Party 'weg' does not exist.")
    given = people({"wonen": 1})
    given["people"] *= 2
    (notice,) = api.post(f"{BASE}/{made.id}/invitations", json=given).json()["notices"]
    assert notice == "wonen-1@ministerie.example was already there; once is enough."


def test_somebody_is_removed_with_the_same_reply_whether_or_not_they_sent(api: TestClient, house: House) -> None:
    made = house.opened()
    house.send(house.link(made, "wonen", 1))
    replies = []
    for line in api.get(f"{BASE}/{made.id}/invitations").json()["items"]:
        if line["party"] == "wonen":
            place = f"{BASE}/{made.id}/invitations/{line['id']}"
            answers = [api.delete(place), api.delete(place)]
            replies.append([(answer.status_code, answer.content) for answer in answers])
    assert len(replies) == 5
    assert all(reply == replies[0] for reply in replies)
    assert replies[0][0] == (204, b"")


def test_response_is_a_band_and_never_a_count(api: TestClient, house: House) -> None:
    made = house.opened({"eigenaar": 20, "wonen": 20, "dienst": 20})
    for number in range(1, 11):
        house.send(house.link(made, "wonen", number))
    lines = api.get(f"{BASE}/{made.id}/response").json()
    assert lines[1] == {"party": "wonen", "invited": 20, "band": "40–59"}
    assert {line["band"] for line in (lines[0], lines[2])} == {"too_few_to_tell"}


def test_a_statement_shows_no_response(api: TestClient, house: House) -> None:
    made = house.answered(TWENTY, SQUARE)
    assert api.get(f"{BASE}/{made.id}/response").json()[0]["band"] is None


def test_a_next_wave_is_made_of_its_constellation(api: TestClient, house: House) -> None:
    made = house.released()
    again = api.post(BASE, json={**WHOLE, "nextWaveOf": made.constellation})
    assert (again.status_code, again.json()["wave"]) == (201, 2)
    assert again.json()["constellationId"] == made.constellation
    assert api.post(BASE, json={**WHOLE, "nextWaveOf": "verzonnen"}).status_code == 404


def test_instruments_need_no_key(anyone: TestClient) -> None:
    assert {key: anyone.get("/api/v1/instruments").json()[0][key] for key in ("id", "version")} == {
        "id": "driehoek",
        "version": 1,
    }
    whole = anyone.get("/api/v1/instruments/driehoek/1", headers={"accept-language": "en"}).json()
    assert camel(whole)
    assert len(whole["themes"]) == 8
    assert whole["scale"][0] != anyone.get("/api/v1/instruments/driehoek/1").json()["scale"][0]
    for wrong in ("driehoek/2", "vierhoek/1"):
        assert anyone.get(f"/api/v1/instruments/{wrong}").status_code == 404
    for wrong in ("driehoek/nul", "driehoek/0"):
        assert anyone.get(f"/api/v1/instruments/{wrong}").status_code == 400


def test_every_get_answers_head_without_a_body(
    client: Callable[..., TestClient], house: House, api: TestClient
) -> None:
    made = house.released()
    opened = house.opened(constellation="Open")
    for path in ("", f"/{made.id}", f"/{made.id}/invitations", f"/{opened.id}/response", f"/{made.id}/scores"):
        answer = api.head(BASE + path)
        assert (answer.status_code, answer.content) == (200, b"")
