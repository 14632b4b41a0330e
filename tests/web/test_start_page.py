"""The personal link: who asks and why; looking starts nothing."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.service import commissioning
from tests.people import FAN, FAN_PEOPLE, FIVE_EACH, SQUARE, TWENTY, House
from tests.web.visitor import Visitor

CONTACT = "mailto:team@bureau.example"


def stored(house: House) -> object:
    return [house.stored(f"SELECT * FROM {name}") for name in ("invitation", "draft", "submission", "session")]  # noqa: S608


def test_looking_consumes_nothing_and_sets_no_cookie(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    before = stored(house)
    for _ in range(3):
        page = visitor.open(f"/invullen/{token}")
        assert page.status == 200
    assert not visitor.client.cookies
    assert stored(house) == before


def test_it_says_who_asks_why_how_long_it_is_kept_and_whom_to_ask(visitor: Visitor, house: House) -> None:
    made = house.opened()
    page = visitor.open(f"/invullen/{house.link(made)}")
    for words in (made.title, made.office_name, made.about.purpose, made.about.legal_basis, "Directie Wonen"):
        assert words in page.said()
    assert "1 december 2028" in page.said()
    assert "14 december 2026" in page.said()
    assert CONTACT in page.links


def test_starting_leads_to_the_first_page_and_no_address_holds_the_token_again(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    start = visitor.open(f"/invullen/{token}")
    page = visitor.send(start.form())
    assert page.path == "/invullen/vragen/1"
    assert token not in page.answer.text
    assert not [link for link in page.links if token in link]


def test_a_statement_starts_only_when_it_is_confirmed(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened(TWENTY, SQUARE), "eigenaar")
    start = visitor.open(f"/invullen/{token}")
    assert start.form().controls["confirm"].values == []
    again = visitor.send(start.form())
    assert again.status == 400
    assert again.title.startswith("Fout")
    assert visitor.open("/invullen/vragen/1").status == 404, "no cookie may be given"
    page = visitor.send(again.form(), {"confirm": "yes"})
    assert (page.status, page.path) == (200, "/invullen/keuze")
    assert "confirm" not in visitor.open(f"/invullen/{token}").form().controls


def test_the_same_link_goes_on_where_one_stopped_on_another_device(
    visitor: Visitor, client: object, house: House
) -> None:
    token = house.link(house.opened())
    page = visitor.send(visitor.open(f"/invullen/{token}").form())
    answers = {name: c.options[3] for name, c in page.form().controls.items() if c.kind == "radio"}
    visitor.send(page.form(), {**answers, "go": "next"})
    other = Visitor(client())  # type: ignore[operator]
    there = other.send(other.open(f"/invullen/{token}").form())
    assert there.path == "/invullen/vragen/2"
    first = other.open("/invullen/vragen/1").form()
    assert {name: first.controls[name].values for name in answers} == {n: [v] for n, v in answers.items()}


@pytest.mark.parametrize("token", ["x" * 43, "onzin-onzin-onzin-onzin", "A" * 99])
def test_an_unknown_link_gets_a_friendly_page(visitor: Visitor, house: House, token: str) -> None:
    house.opened()
    page = visitor.open(f"/invullen/{token}")
    assert page.status == 404
    assert page.heading
    assert not visitor.client.cookies


@pytest.mark.parametrize("path", ["/invullen/kort", f"/invullen/{'x' * 101}", "/invullen/vragen/een"])
def test_a_link_that_was_cut_off_gets_a_page_too(visitor: Visitor, path: str) -> None:
    page = visitor.open(path)
    assert page.status in (400, 404)
    assert page.heading


def test_a_link_that_is_not_open_yet_says_so(visitor: Visitor, house: House) -> None:
    page = visitor.open(f"/invullen/{house.link(house.draft())}")
    assert page.status == 200
    assert not [form for form in page.forms if "invullen" in form.action]


def test_a_closed_link_names_the_contact_by_state_and_by_the_clock(visitor: Visitor, house: House) -> None:
    made = house.opened()
    token = house.link(made)
    house.clock.now = made.closes_at or house.clock.now
    house.clock.pass_by(seconds=1)
    for _ in range(2):
        page = visitor.open(f"/invullen/{token}")
        assert page.status == 200
        assert CONTACT in page.links
        assert not [form for form in page.forms if "invullen" in form.action]
        if house.again(made).state == "open":
            house.close(made)


def test_a_used_link_names_the_contact_and_offers_to_withdraw(visitor: Visitor, house: House) -> None:
    token = house.link(house.opened())
    house.send(token)
    page = visitor.open(f"/invullen/{token}")
    assert page.status == 200
    assert page.has_form("/intrekken")
    assert CONTACT in page.links


def test_a_page_that_was_open_at_closing_names_the_contact(visitor: Visitor, house: House) -> None:
    made = house.opened()
    page = visitor.send(visitor.open(f"/invullen/{house.link(made)}").form())
    house.close(made)
    for late in (visitor.send(page.form()), visitor.open("/invullen/vragen/2"), visitor.open("/invullen/nakijken")):
        assert late.status == 409
        assert CONTACT in late.links


def test_a_link_that_was_removed_is_unknown(visitor: Visitor, house: House, api: TestClient) -> None:
    made = house.opened()
    token = house.link(made)
    page = visitor.send(visitor.open(f"/invullen/{token}").form())
    place = f"/api/v1/assessments/{made.id}/invitations"
    person = next(p for p in api.get(place).json()["items"] if p["email"] == "wonen-1@ministerie.example")
    api.delete(f"{place}/{person['id']}")
    assert visitor.open(f"/invullen/{token}").status == 404
    assert visitor.send(page.form()).status == 404


def test_everyone_is_told_how_many_of_their_party_were_asked_and_when_that_changed(
    visitor: Visitor, house: House
) -> None:
    """A list padded with invented people would unmask the real ones; the people themselves can see it."""
    made = house.opened({"eigenaar": 5, "wonen": 7, "dienst": 5})
    start = f"/invullen/{house.link(made)}"
    assert "Voor Directie Wonen zijn 7 mensen uitgenodigd." in visitor.open(start).said()
    with house.work() as work:
        row = (1, ["erbij@ministerie.example", "", "wonen"])
        commissioning.add_people(work, house.commissioner, made.id, [row])
    said = visitor.open(start).said()
    assert "zijn 8 mensen uitgenodigd" in said
    assert "na het openen gewijzigd" in said


def test_whoever_begins_is_told_that_a_report_may_show_that_everybody_answered(visitor: Visitor, house: House) -> None:
    """Five of five, or twelve of twelve (scoring.md §7.7)."""
    link = house.link(house.opened())
    assert (
        "Antwoordt iedereen van uw partij, dan kan ook dat uit het rapport blijken."
        in visitor.open(f"/invullen/{link}").said()
    )


def test_people_of_a_party_that_stays_hidden_are_told_before_they_begin(visitor: Visitor, house: House) -> None:
    few = house.opened({**FIVE_EACH, "wonen": 2})
    told = visitor.open(f"/invullen/{house.link(few)}").said()
    assert "Voor Directie Wonen zijn 2 mensen uitgenodigd; een partij wordt pas getoond als minstens 5" in told
    assert "komt niets van wat u invult in het rapport" in told
    assert told.index("niets van wat u invult") < told.index("Begin")
    for enough in (house.link(few, "dienst"), house.link(few, "eigenaar")):
        assert "pas getoond" not in visitor.open(f"/invullen/{enough}").said()


def test_people_of_a_small_party_with_others_in_its_role_may_count_together(visitor: Visitor, house: House) -> None:
    """Hidden parties of one role may be shown as one (scoring.md §7.1); their comments are left out (§10)."""
    made = house.opened(FAN_PEOPLE, FAN)
    told = visitor.open(f"/invullen/{house.link(made, 'water')}?taal=en").said()
    assert "3 people were invited for Directie Water" in told
    assert "one mean of those parties together" in told
    assert "What you write in your own words does not come into the report." in told
    assert "nothing of what you fill in" not in told


def test_who_answers_by_name_is_not_told_that_they_are_few(visitor: Visitor, house: House) -> None:
    made = house.opened(TWENTY, SQUARE)
    assert "pas getoond" not in visitor.open(f"/invullen/{house.link(made, 'eigenaar')}").said()


def test_when_enough_people_were_added_the_word_that_they_are_few_is_gone(visitor: Visitor, house: House) -> None:
    made = house.opened({**FIVE_EACH, "wonen": 4})
    start = f"/invullen/{house.link(made)}"
    assert "pas getoond" in visitor.open(start).said()
    with house.work() as work:
        commissioning.add_people(work, house.commissioner, made.id, [(1, ["erbij@ministerie.example", "", "wonen"])])
    assert "pas getoond" not in visitor.open(start).said()


def test_for_whom_the_office_chose_whom_to_judge_it_says_what_that_may_show(
    visitor: Visitor, house: House, client: Callable[[], TestClient]
) -> None:
    made = house.draft({"eigenaar": 1}, FAN)
    with house.work() as work:
        lines = [["gekozen@dienst.example", "", "dienst", "wonen|natuur"], ["vrij@dienst.example", "", "dienst", ""]]
        commissioning.add_people(work, house.commissioner, made.id, list(enumerate(lines, start=1)))
    with house.work() as work:
        parties = [party.key for party in FAN]
        added = [[f"{key}-{n}@x.example", "", key, ""] for key in parties[1:] for n in range(5)]
        commissioning.add_people(work, house.commissioner, made.id, list(enumerate(added, start=1)))
    with house.work() as work:
        made = commissioning.open_assessment(work, house.commissioner, made.id)
    told = "uit het rapport blijken wie van hen antwoordde en wie niet"
    for email, chosen in (("gekozen@dienst.example", True), ("vrij@dienst.example", False)):
        token = house.links(made)[email]
        assert (told in visitor.open(f"/invullen/{token}").said()) is chosen
        asked = client().get("/api/v1/questionnaire", headers={"authorization": f"Bearer {token}"}).json()
        assert (told in " ".join(asked["confidentiality"])) is chosen
