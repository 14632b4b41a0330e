"""What a commissioner is told about confidentiality while parties and people are entered, and people one by one."""

import pytest

from app.domain.advice import advise
from app.domain.constellation import Party
from app.domain.parameters import Parameters
from app.domain.people import Person
from app.service import commissioning
from tests.people import FAN, FIVE_EACH, VIEWER, House, address
from tests.web.visitor import Visitor

GROUP = Party("wonen", "opdrachtgever", "Directie Wonen")
STATEMENT = Party("eigenaar", "eigenaar", "Eigenaar", "statement")


@pytest.mark.parametrize(
    ("party", "people", "weight"),
    [
        (GROUP, 0, "refused"),
        (GROUP, 1, "refused"),
        (GROUP, 2, "confirm"),
        (GROUP, 4, "confirm"),
        (GROUP, 5, "narrow"),  # all five must answer
        (GROUP, 8, "narrow"),  # five of eight
        (GROUP, 9, "fine"),  # five of nine
        (GROUP, 100, "fine"),  # forty of a hundred
        (STATEMENT, 0, "refused"),
        (STATEMENT, 1, "fine"),
        (STATEMENT, 2, "refused"),
    ],
)
def test_advice_weighs_what_the_number_of_people_means(party: Party, people: int, weight: str) -> None:
    assert advise(party, people, Parameters()).weight == weight


@pytest.mark.parametrize(("people", "needed"), [(9, 5), (12, 5), (13, 6), (100, 40)])
def test_advice_tells_how_many_must_answer(people: int, needed: int) -> None:
    assert f"Antwoorden er minstens {needed}," in advise(GROUP, people, Parameters()).message.nl


def test_who_invites_just_enough_hears_that_a_score_tells_that_all_have_answered() -> None:
    assert "alle 5 mensen moeten antwoorden" in advise(GROUP, 5, Parameters()).message.nl
    assert "dan weet iedereen dat allen antwoordden" in advise(GROUP, 5, Parameters()).message.nl
    assert "dan weet iedereen" not in advise(GROUP, 6, Parameters()).message.nl


def place(made: object, page: str) -> str:
    return f"/bureau/metingen/{made.id}/{page}"  # type: ignore[attr-defined]


def test_the_people_page_advises_on_who_is_on_the_list(member: Visitor, house: House) -> None:
    made = house.draft({"eigenaar": 2, "wonen": 1, "dienst": 12})
    said = member.open(place(made, "mensen")).said("li")
    assert "met 2 mensen kan deze partij niet vertrouwelijk antwoorden" in said
    assert "één persoon kan niet vertrouwelijk antwoorden" in said
    assert "12 mensen. Antwoorden er minstens 5," in said


@pytest.mark.parametrize(
    ("assigned", "free", "told"),
    [
        (4, 0, True),  # all four must send
        (7, 0, True),
        (4, 3, True),  # those who choose may judge anybody
        (8, 0, False),
        (4, 4, False),
        (3, 0, False),  # never shown
        (12, 0, False),  # everybody
    ],
)
def test_who_chooses_few_judges_of_a_party_hears_what_that_may_show(
    member: Visitor, house: House, assigned: int, free: int, told: bool
) -> None:
    made = house.draft({}, FAN)
    judges = ["wonen"] * assigned + [""] * free + ["natuur|arbeid"] * (12 - assigned - free)
    with house.work() as work:
        lines = [[address("dienst", n), "", "dienst", keys] for n, keys in enumerate(judges, start=1)]
        commissioning.add_people(work, house.commissioner, made.id, list(enumerate(lines, start=1)))
    said = member.open(place(made, "mensen")).said("li")
    assert (f"alleen de {assigned + free} mensen die u aanwees. Of een cijfer over Directie Wonen" in said) is told


def test_advice_while_typing_counts_list_and_text_together_and_keeps_nothing(member: Visitor, house: House) -> None:
    made = house.draft({"eigenaar": 2})
    typed = "\n".join(
        [
            f"{address('eigenaar', 1)},Medewerker 1,eigenaar",  # who is on the list already
            "derde@ministerie.example,Derde,eigenaar",
            "half getypt, wonen",
            "een@ministerie.example;Een;wonen",
        ]
    )
    form = member.open(place(made, "mensen")).form("/mensen")
    token = form.controls["form_token"].values[0]
    answer = member.client.post(place(made, "mensen/advies"), data={"people": typed, "form_token": token})
    assert answer.status_code == 200
    assert "met 3 mensen" in answer.text
    assert "<html" not in answer.text
    with house.work(write=False) as work:
        assert len(commissioning.people(work, house.commissioner, made.id)) == 2


def test_advice_on_parties_knows_the_numbers_that_are_typed(member: Visitor, house: House) -> None:
    made = house.draft({})
    token = member.open(place(made, "partijen")).form("/partijen").controls["form_token"].values[0]
    data = {
        "form_token": token,
        "role": ["eigenaar", "opdrachtgever", "opdrachtnemer"],
        "name": ["Eigenaarsadvies", "Directie <Wonen>", ""],
        "key": ["", "", ""],
        "voice": ["statement", "group", "group"],
        "number": ["1", "2", "7"],
    }
    answer = member.client.post(place(made, "partijen/advies"), data=data)
    assert "Eigenaarsadvies antwoordt op naam" in answer.text
    assert "Directie &lt;Wonen&gt;: met 2 mensen kan deze partij niet vertrouwelijk antwoorden" in answer.text
    assert answer.text.count("<li") == 2


def test_one_person_is_added_with_whom_that_person_judges(member: Visitor, house: House) -> None:
    made = house.draft()
    form = member.open(place(made, "mensen")).form("/mensen/een")
    page = member.send(
        form, {"email": "Nieuw@Ministerie.example", "name": "Secretaris", "party": "dienst", "judges": ["wonen"]}
    )
    assert "Eén persoon toegevoegd." in page.said()
    with house.work(write=False) as work:
        people = [person for _, person in commissioning.people(work, house.commissioner, made.id)]
    assert Person("nieuw@ministerie.example", "Secretaris", "dienst", frozenset({"wonen"})) in people


def test_a_wrong_address_of_one_person_comes_back_with_what_was_typed(member: Visitor, house: House) -> None:
    made = house.draft()
    page = member.send(
        member.open(place(made, "mensen")).form("/mensen/een"),
        {"email": "geen adres", "name": "Secretaris", "party": "dienst"},
    )
    assert page.status == 400
    assert "'geen adres' is geen e-mailadres" in page.said()
    assert page.form("/mensen/een").controls["name"].values == ["Secretaris"]
    assert page.form("/mensen/een").controls["party"].values == ["dienst"]


def test_an_invitation_is_sent_again_alike_to_who_sent_and_who_did_not(member: Visitor, house: House) -> None:
    made = house.opened(FIVE_EACH)
    house.send(house.link(made, "wonen", 1))
    pages = []
    for number in (1, 2):
        with house.work(write=False) as work:
            people = commissioning.people(work, house.commissioner, made.id)
        invitation = next(i for i, person in people if person.email == address("wonen", number))
        page = member.send(member.open(place(made, "mensen")).form(f"/{invitation}/opnieuw"))
        pages.append(page.said())
    assert pages[0] == pages[1]
    assert "De uitnodiging wordt opnieuw gestuurd." in pages[0]
    waiting = house.stored("SELECT kind, email FROM outbox ORDER BY email")
    for number in (1, 2):
        assert waiting.count(("invitation", address("wonen", number))) == 2


def test_a_viewer_finds_no_way_to_change_the_list(sign_in: object, house: House) -> None:
    made = house.opened()
    page = sign_in(VIEWER).open(place(made, "mensen"))  # type: ignore[operator]
    assert [form for form in page.forms if not form.action.endswith("/uitloggen")] == []
