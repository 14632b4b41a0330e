"""The respondent's API: bearer is the token of the personal link."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from tests.people import FAN, FAN_PEOPLE, SQUARE, TWENTY, House
from tests.web.visitor import Visitor

Q = "/api/v1/questionnaire"


@pytest.fixture
def respondent(client: Callable[..., TestClient], house: House) -> TestClient:
    return client(house.link(house.opened()))


def locations(answer: object) -> set[str]:
    assert answer.status_code == 400, answer.text  # type: ignore[attr-defined]
    return {fault["location"] for fault in answer.json()["errors"]}  # type: ignore[attr-defined]


def test_from_first_look_to_sent_and_back(respondent: TestClient, house: House) -> None:
    asked = respondent.get(Q).json()
    keys = [rating["key"] for page in asked["pages"] for s in page["statements"] for rating in s["ratings"]]
    assert asked["sent"] is False
    saved = respondent.put(f"{Q}/answers", json={"ratings": dict.fromkeys(keys, 4), "comments": {"oq-gesprek": "Ja."}})
    assert saved.json()["ratings"] == dict.fromkeys(keys, 4)
    assert saved.json()["written"] == {"oq-gesprek": "Ja."}
    code = asked["receiptCode"]
    sent = respondent.post(f"{Q}/submission", json={"receiptCode": code})
    assert (sent.status_code, sent.json()) == (201, {"receiptCode": code})
    assert respondent.get(Q).json()["sent"] is True
    assert respondent.get(Q).json()["ratings"] == {}
    gone = respondent.delete(f"{Q}/submission", headers={"receipt-code": code})
    assert (gone.status_code, gone.content) == (204, b"")
    assert respondent.get(Q).json()["sent"] is False
    assert house.number_of("submission") == 0


def test_looking_gives_a_fresh_code_and_changes_nothing(respondent: TestClient, house: House) -> None:
    assert respondent.get(Q).json()["receiptCode"] != respondent.get(Q).json()["receiptCode"]
    assert house.number_of("draft") == 0


def test_it_speaks_the_language_that_is_asked_for(respondent: TestClient) -> None:
    dutch, english = (respondent.get(Q, headers={"accept-language": tag}).json() for tag in ("nl", "en-GB, nl;q=0.5"))
    assert dutch["pages"][0]["title"] != english["pages"][0]["title"]
    assert dutch["pages"][0]["statements"][0]["item"] == english["pages"][0]["statements"][0]["item"]


def test_it_promises_what_the_start_page_promises(
    client: Callable[..., TestClient], visitor: Visitor, house: House
) -> None:
    """Whoever answers through a program is told the same before beginning, in the language asked for."""
    made = house.opened(TWENTY, SQUARE)
    for party, words in (("wonen", "Your answers are confidential."), ("eigenaar", "you answer by name")):
        token = house.link(made, party)
        told = client(token, accept_language="en").get(Q).json()
        assert {name: told[name] for name in ("purpose", "legalBasis", "contactName", "contactEmail")} == {
            "purpose": made.about.purpose,
            "legalBasis": made.about.legal_basis,
            "contactName": "Team Driehoek",
            "contactEmail": "team@bureau.example",
        }
        assert told["retentionDate"] == "2028-12-01"
        assert words in " ".join(told["confidentiality"])
        page = visitor.open(f"/invullen/{token}?taal=en").said()
        assert [sentence for sentence in told["confidentiality"] if sentence not in page] == []
        assert client(token).get(Q).json()["confidentiality"] != told["confidentiality"]


def test_a_lost_reply_costs_nothing(respondent: TestClient, house: House) -> None:
    code = respondent.get(Q).json()["receiptCode"]
    respondent.put(f"{Q}/answers", json={"ratings": {"lr-wad": 4}})
    answers = [respondent.post(f"{Q}/submission", json={"receiptCode": code}) for _ in range(3)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert house.number_of("submission") == 1


def test_a_second_sending_is_refused(respondent: TestClient) -> None:
    respondent.put(f"{Q}/answers", json={"ratings": {"lr-wad": 4}})
    respondent.post(f"{Q}/submission", json={"receiptCode": respondent.get(Q).json()["receiptCode"]})
    again = respondent.post(f"{Q}/submission", json={"receiptCode": respondent.get(Q).json()["receiptCode"]})
    assert (again.status_code, again.json()["code"]) == (409, "already_submitted")
    more = respondent.put(f"{Q}/answers", json={"ratings": {"lr-wad": 4}})
    assert (more.status_code, more.json()["code"]) == (409, "already_submitted")


def test_an_empty_form_and_a_wrong_code_are_faults(respondent: TestClient) -> None:
    assert locations(respondent.post(f"{Q}/submission", json={"receiptCode": "kort"})) == {"receiptCode"}
    code = respondent.get(Q).json()["receiptCode"]
    assert locations(respondent.post(f"{Q}/submission", json={"receiptCode": code})) == {"ratings"}
    assert locations(respondent.post(f"{Q}/submission", json={})) == {"receiptCode"}


def test_every_answer_outside_the_scale_and_every_unknown_place_is_named(respondent: TestClient) -> None:
    wrong = {"ratings": {"lr-wad": 6, "lr-fim": 0, "lr-sok": -1, "weg": 3}, "comments": {"weg": "x"}}
    assert locations(respondent.put(f"{Q}/answers", json=wrong)) == {
        "ratings.lr-wad",
        "ratings.lr-fim",
        "ratings.lr-sok",
        "ratings.weg",
        "comments.weg",
    }
    assert respondent.get(Q).json()["ratings"] == {}


@pytest.mark.parametrize("value", ["ja", 2.5, [3], {"a": 1}])
def test_an_answer_of_the_wrong_kind_is_a_fault(respondent: TestClient, value: object) -> None:
    answer = respondent.put(f"{Q}/answers", json={"ratings": {"lr-wad": value}})
    assert any(location.startswith("ratings.lr-wad") for location in locations(answer))


def test_yes_is_not_taken_for_the_first_step_of_the_scale(respondent: TestClient) -> None:
    assert locations(respondent.put(f"{Q}/answers", json={"ratings": {"lr-wad": True}}))


def test_a_statement_is_confirmed_first(client: Callable[..., TestClient], house: House) -> None:
    respondent = client(house.link(house.opened(TWENTY, SQUARE), "eigenaar"))
    assert respondent.get(Q).json()["statement"] is True
    refused = respondent.put(f"{Q}/answers", json={"ratings": {"lr-wad": 4}})
    assert (refused.status_code, refused.json()["code"]) == (403, "statement_not_confirmed")
    for wrong in ({}, {"holdersAgree": False}, {"holdersAgree": "true"}):
        assert respondent.put(f"{Q}/confirmation", json=wrong).status_code == 400
    assert respondent.put(f"{Q}/confirmation", json={"holdersAgree": True}).json()["statementConfirmed"] is True
    assert respondent.put(f"{Q}/answers", json={"ratings": {"lr-wad": 4}}).status_code == 200


def test_choosing_and_answering_go_together(client: Callable[..., TestClient], house: House) -> None:
    respondent = client(house.link(house.opened(FAN_PEOPLE, FAN), "dienst"))
    asked = respondent.get(Q).json()
    assert asked["mustChoose"] is True
    assert len(asked["choices"]["opdrachtgever"]) == 5
    too_many = respondent.put(f"{Q}/answers", json={"judged": ["wonen", "natuur", "arbeid", "water"]})
    assert locations(too_many) == {"judged"}
    chosen = respondent.put(f"{Q}/answers", json={"judged": ["wonen", "natuur"]}).json()
    assert chosen["mustChoose"] is False
    assert chosen["judged"] == ["eigenaar", "natuur", "wonen"]
    wrong = respondent.put(f"{Q}/answers", json={"judged": ["water"], "ratings": {"rv-hoe@wonen": 3}})
    assert locations(wrong) == {"ratings.rv-hoe@wonen"}
    assert respondent.get(Q).json()["judged"] == ["eigenaar", "natuur", "wonen"], "half of it was saved"


def test_whoever_must_choose_chooses_before_sending(client: Callable[..., TestClient], house: House) -> None:
    """Otherwise all views of the parties to choose from would be missing, and nobody would know why."""
    respondent = client(house.link(house.opened(FAN_PEOPLE, FAN), "dienst"))
    saved = respondent.put(f"{Q}/answers", json={"ratings": {"lr-wad": 4}}).json()
    assert saved["mustChoose"] is True
    refused = respondent.post(f"{Q}/submission", json={"receiptCode": saved["receiptCode"]})
    assert locations(refused) == {"judged"}
    assert "lege lijst" in refused.json()["errors"][0]["detail"]
    assert house.number_of("submission") == 0
    assert respondent.put(f"{Q}/answers", json={"judged": []}).json()["mustChoose"] is False
    sent = respondent.post(f"{Q}/submission", json={"receiptCode": saved["receiptCode"]})
    assert sent.status_code == 201


def test_after_closing_nothing_goes_in_or_out(client: Callable[..., TestClient], house: House) -> None:
    made = house.opened()
    sent, unsent = house.link(made, "wonen", 1), house.link(made, "wonen", 2)
    code = house.send(sent)
    house.fill_in(unsent)
    house.close(made)
    tries = (
        client(unsent).put(f"{Q}/answers", json={"ratings": {"lr-wad": 4}}),
        client(unsent).post(f"{Q}/submission", json={"receiptCode": code}),
        client(sent).delete(f"{Q}/submission", headers={"receipt-code": code}),
    )
    assert {(answer.status_code, answer.json()["code"]) for answer in tries} == {(409, "assessment_closed")}


@pytest.mark.parametrize("bearer", [None, "onzin", "x" * 43])
def test_without_a_link_that_works_there_is_nothing(client: Callable[..., TestClient], bearer: str | None) -> None:
    nobody = client(bearer)
    tries = (
        nobody.get(Q),
        nobody.put(f"{Q}/answers", json={}),
        nobody.put(f"{Q}/confirmation", json={"holdersAgree": True}),
        nobody.post(f"{Q}/submission", json={"receiptCode": "x"}),
        nobody.delete(f"{Q}/submission", headers={"receipt-code": "x"}),
    )
    assert {(answer.status_code, answer.json()["code"]) for answer in tries} == {(401, "not_signed_in")}


def test_a_key_of_the_office_is_no_link(api: TestClient, house: House) -> None:
    house.opened()
    assert api.get(Q).status_code == 401


def test_a_wrong_code_withdraws_nothing(respondent: TestClient, house: House) -> None:
    respondent.put(f"{Q}/answers", json={"ratings": {"lr-wad": 4}})
    respondent.post(f"{Q}/submission", json={"receiptCode": respondent.get(Q).json()["receiptCode"]})
    wrong = respondent.delete(f"{Q}/submission", headers={"receipt-code": respondent.get(Q).json()["receiptCode"]})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "wrong_receipt")
    assert locations(respondent.delete(f"{Q}/submission")) == {"receipt-code"}
    assert house.number_of("submission") == 1
