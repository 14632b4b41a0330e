"""The pages of an office: a new assessment step by step, and what each step refuses."""

import re
from collections.abc import Callable
from fractions import Fraction

import pytest

from app.domain.assessment import Assessment, Purpose
from app.service import commissioning
from tests.people import CLOSES, FAN, FIVE_EACH, RETAINED, TRIANGLE, VIEWER, House, address
from tests.web.visitor import Page, Visitor

PEOPLE = "\n".join(
    f"{address(party, n)},Medewerker {n},{party}" for party, count in FIVE_EACH.items() for n in range(1, count + 1)
)
DETAILS = {
    "constellation": "Driehoek Registers",
    "title": "Meting van de registers",
    "purpose": "Zien waar beelden verschillen.",
    "legal_basis": "Algemeen belang",
    "contact_name": "Team Driehoek",
    "contact_email": "team@bureau.example",
    "closes_on": CLOSES.isoformat(),
    "retention_on": RETAINED.isoformat(),
    "ambition-leren": "70",
}


def place(made: Assessment, page: str = "") -> str:
    return f"/bureau/metingen/{made.id}{'/' if page else ''}{page}"


def parties(page: Page, names: dict[str, str]) -> dict[str, list[str]]:
    """The rows of parties with these names, by role, in the order of the page."""
    rows = page.form("/partijen").controls
    count = len(rows["name"].values)
    roles, given = list(names), [*names.values()]
    return {
        "role": [*roles, *["opdrachtgever"] * (count - len(roles))],
        "name": [*given, *[""] * (count - len(given))],
        "key": [""] * count,
        "voice": ["group"] * count,
    }


def only(house: House) -> Assessment:
    with house.work(write=False) as work:
        return commissioning.overview(work, house.commissioner)[0][1]


def test_from_nothing_to_released(member: Visitor, house: House) -> None:
    start = member.open("/bureau/metingen/nieuw")
    page = member.send(start.form("/nieuw"), {"constellation": "Driehoek Registers", "instrument": "driehoek"})
    assert page.path.endswith("/partijen")
    names = {"eigenaar": "Eigenaarsadvies", "opdrachtgever": "Wonen", "opdrachtnemer": "Dienst"}
    hub = member.send(page.form("/partijen"), parties(page, names))
    assert hub.path == place(only(house))
    hub = member.send(member.open(f"{hub.path}/gegevens").form("/gegevens"), DETAILS)
    assert hub.path == place(only(house))
    list_ = member.open(f"{hub.path}/mensen")
    people = PEOPLE.replace(",eigenaar", ",eigenaarsadvies")
    assert member.send(list_.form("/mensen"), {"people": people}).status == 200
    opened = member.send(member.open(hub.path).form("/openen"))
    made = only(house)
    assert (opened.path, made.state) == (place(made), "open")
    assert {p.name: p.invited for p in made.parties} == {"Eigenaarsadvies": 5, "Wonen": 5, "Dienst": 5}
    assert made.params.ambition == {"leren": 70}
    house.everyone_sends(made)
    unsure = member.send(member.open(place(made)).form("/sluiten"))
    assert (unsure.status, only(house).state) == (400, "open"), "it cannot be undone, so one says that one is sure"
    closed = member.send(member.open(place(made)).form("/sluiten"), {"sure": "yes"})
    assert (closed.status, only(house).state) == (200, "closed")
    assert not [link for link in closed.links if "/rapport/" in link or "/lezen/" in link]
    released = member.send(closed.form("/vrijgeven"), {"sure": "yes"})
    assert only(house).state == "released"
    assert {link.rpartition("/")[2] for link in released.links if "/lezen/" in link} == set(
        house.readers(made).values()
    )
    again = member.send(released.form("/volgende"))
    assert (again.status, only(house).wave) == (200, 2)


def test_the_overview_lists_every_assessment(member: Visitor, house: House) -> None:
    one, other = house.draft(), house.opened(constellation="Andere driehoek")
    page = member.open("/bureau")
    assert page.status == 200
    for made in (one, other):
        assert f"http://127.0.0.1:8000{place(made)}" in page.links
    assert "Andere driehoek" in page.said()


def test_the_overview_shows_the_response_of_what_is_open(member: Visitor, house: House) -> None:
    house.draft()
    made = house.opened({"eigenaar": 20, "wonen": 20, "dienst": 20}, constellation="Andere driehoek")

    draft, nobody_yet = " in voorbereiding 14 december 2026 3 – ", " open 14 december 2026 3 nog niet te tonen "
    assert draft in (said := member.open("/bureau").said())
    assert nobody_yet in said
    for number in range(1, 11):
        house.send(house.link(made, "wonen", number))
    assert draft in (said := member.open("/bureau").said())
    assert " open 14 december 2026 3 Directie Wonen: 40–59 % overige partijen: niet te tonen " in said


def test_a_new_assessment_needs_a_name(member: Visitor, house: House) -> None:
    page = member.send(member.open("/bureau/metingen/nieuw").form("/nieuw"), {"constellation": " "})
    assert page.status == 400
    assert page.title.startswith("Fout")
    assert house.number_of("assessment") == 0


def test_parties_that_cannot_be_come_back_as_they_were_typed(member: Visitor, house: House) -> None:
    made = house.draft(people={}, parties=())
    page = member.open(place(made, "partijen"))
    typed = parties(page, {"eigenaar": "Een", "opdrachtgever": "Twee"})
    typed["role"][2], typed["name"][2], typed["key"][1] = "eigenaar", "Drie", "Fout Sleutel!"
    again = member.send(page.form("/partijen"), typed)
    assert again.status == 400
    rows = again.form("/partijen").controls
    assert rows["name"].values[:3] == ["Een", "Twee", "Drie"]
    assert rows["key"].values[1].lower() == "fout sleutel!"
    assert "Regel 2: De sleutel 'fout sleutel!' past niet." in again.said()
    where = re.search(r'id="parties-2-key"[^>]* aria-invalid="true" aria-describedby="([^"]+)"', again.answer.text)
    assert where is not None
    assert f'id="{where[1]}">De sleutel &#39;fout sleutel!&#39; past niet.' in again.answer.text
    assert again.answer.text.count("aria-invalid") == 1
    assert house.again(made).parties == ()


def test_parties_stay_as_they_are_when_saved_unchanged(member: Visitor, house: House) -> None:
    made = house.draft()
    assert member.send(member.open(place(made, "partijen")).form("/partijen")).status == 200
    assert house.again(made).parties == made.parties


def test_parties_of_one_role_get_keys_of_their_own(member: Visitor, house: House) -> None:
    made = house.draft(people={}, parties=())
    page = member.open(place(made, "partijen"))
    typed = parties(page, {"eigenaar": "Een"})
    names = ["Directie Wonen & Bouw", "Directie Wonen, Bouw", "Coördinatie", "4 × 4", "Één " * 30]
    typed["role"][1:6], typed["name"][1:6] = ["opdrachtgever"] * 5, names
    member.send(page.form("/partijen"), typed)
    assert [p.key for p in house.again(made).parties] == [
        "een",
        "directie-wonen-bouw",
        "directie-wonen-bouw-2",
        "coordinatie",
        "opdrachtgever",
        "een-een-een-een-een-een-een-een-een",
    ]


def test_how_many_people_was_typed_comes_back_with_a_fault(member: Visitor, house: House) -> None:
    made = house.draft(people={}, parties=())
    page = member.open(place(made, "partijen"))
    typed = parties(page, {"eigenaar": "Een"})
    typed["role"][1:3], typed["key"][1:3] = ["opdrachtgever"] * 2, ["", "Geen sleutel"]
    count = len(typed["role"])
    again = member.send(page.form("/partijen"), {**typed, "number": ["1", "9", "ongeveer 12", *[""] * (count - 3)]})
    assert again.status == 400
    assert again.form("/partijen").controls["number"].values[:2] == ["1", "ongeveer 12"]
    assert "geen spaties" in again.said("li"), "what is wrong with the key"
    assert "'ongeveer 12' is geen aantal mensen" in again.said("li")


def test_a_number_of_people_that_is_none_is_told(member: Visitor, house: House) -> None:
    made = house.draft(people={}, parties=())
    page = member.open(place(made, "partijen"))
    typed = parties(page, {"eigenaar": "Een", "opdrachtgever": "Twee"})
    again = member.send(page.form("/partijen"), {**typed, "number": ["12", "abc", *[""] * (len(typed["role"]) - 2)]})
    assert again.status == 400
    assert "'abc' is geen aantal mensen" in again.said("li")
    assert f"{again.url}#parties-2-number" in again.links
    assert house.again(made).parties == ()


def test_every_fault_in_the_details_is_told_and_everything_typed_comes_back(member: Visitor, house: House) -> None:
    made = house.draft()
    wrong = {**DETAILS, "closes_on": "morgen", "retention_on": "31-12-2027", "constellation": "", "ambition-leren": "x"}
    page = member.send(member.open(place(made, "gegevens")).form("/gegevens"), wrong)
    assert page.status == 400
    assert {name: page.form("/gegevens").controls[name].values for name in wrong} == {n: [v] for n, v in wrong.items()}
    assert page.said("li").count("morgen") == 1
    assert page.said("li").count("31-12-2027") == 1
    assert house.again(made) == made


def test_a_fault_stands_at_its_field_and_says_which_one(member: Visitor, house: House) -> None:
    made = house.draft()
    wrong = {**DETAILS, "title": "x" * 400, "ambition-leren": "veel", "reminder_message": "x" * 4000}
    page = member.send(member.open(place(made, "gegevens")).form("/gegevens"), wrong)
    for name, words in (
        ("title", "De titel heeft 400 tekens; er is plaats voor 150."),
        ("ambition-leren", "&#39;veel&#39; kan niet als ambitie: schrijf een getal van 0 tot en met 100, zoals 72,5."),
        ("reminder_message", "De tekst in de herinnering heeft 4000 tekens; er is plaats voor 3000."),
    ):
        assert f'id="e-{name}">{words}<' in page.answer.text
        assert re.search(rf'id="f-{name}"[^>]*aria-describedby="[^"]*e-{name}" aria-invalid="true"', page.answer.text)
    assert page.answer.text.count("aria-invalid") == 3


def test_faults_in_the_details_are_listed_in_the_order_of_the_form(member: Visitor, house: House) -> None:
    made = house.draft()
    form = member.open(place(made, "gegevens")).form("/gegevens")
    wrong = {
        "ambition-leren": "veel",
        "reminder_message": "x" * 4000,
        "retention_on": "later",
        "closes_on": "morgen",
        "contact_name": "x" * 400,
        "title": "x" * 400,
        "constellation": "",
    }
    page = member.send(form, {**DETAILS, **wrong})
    listed = [link.partition("#f-")[2] for link in page.links if "#f-" in link]
    assert listed == [name for name in form.controls if name in wrong]
    assert len(listed) == len(wrong)


def test_an_ambition_may_be_written_with_a_comma(member: Visitor, house: House) -> None:
    made = house.draft()
    form = member.open(place(made, "gegevens")).form("/gegevens")
    assert member.send(form, {**DETAILS, "ambition-leren": "72,5"}).status == 200
    assert house.again(made).params.ambition == {"leren": Fraction(145, 2)}


def test_a_wrong_date_hides_no_other_fault(member: Visitor, house: House) -> None:
    made = house.draft()
    alone = member.send(member.open(place(made, "gegevens")).form("/gegevens"), {**DETAILS, "constellation": ""})
    wrong = {**DETAILS, "constellation": "", "closes_on": "morgen"}
    both = member.send(member.open(place(made, "gegevens")).form("/gegevens"), wrong)
    assert alone.said("li") in both.said("li")


def test_details_stay_as_they_are_when_saved_unchanged(member: Visitor, house: House) -> None:
    made = house.draft(params={"ambition": {"leren": 70, "rolhulp": 65}, "k_party": 6})
    assert member.send(member.open(place(made, "gegevens")).form("/gegevens")).status == 200
    assert house.again(made) == made


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a@b.example,A,verzonnen", [1]),
        ("a@b.example,A,wonen\na@b.example,A,dienst", [2]),
        ("a@b.example,A,wonen\na@b.example,Anders,wonen", [2]),
        ("a@b.example,A,wonen\nkapot", [2]),
        ("a@b.example;A;wonen\ngeen adres;B;wonen\nc@b.example;C;weg", [2, 3]),
        ("e-mail,naam,partij\n,,wonen\na@b.example,A,verzonnen", [2, 3]),
    ],
)
def test_every_line_that_is_wrong_is_named_and_the_list_comes_back(
    member: Visitor, house: House, text: str, lines: list[int]
) -> None:
    made = house.draft(people={})
    page = member.send(member.open(place(made, "mensen")).form("/mensen"), {"people": text})
    assert page.status == 400
    assert page.title.startswith("Fout")
    assert page.form("/mensen").controls["people"].values == [text]
    for line in lines:
        assert f"Regel {line}" in page.said("li")
    assert house.number_of("invitation") == 0


@pytest.mark.parametrize(
    "raw",
    [
        "e-mail;naam;partij\r\na@b.example;Ä;wonen\r\nb@b.example;B;dienst\r\n".encode("utf-8-sig"),
        "e-mail;naam;partij\r\na@b.example;Ä;wonen\r\nb@b.example;B;dienst\r\n".encode("cp1252"),
        "a@b.example\tÄ\twonen\nb@b.example\tB\tdienst\n".encode("utf-16"),
        b'"a@b.example","\xc3\x84","wonen"\n"b@b.example","B","dienst",\n',
    ],
    ids=["excel with a mark", "excel of old", "utf-16 with tabs", "quoted commas"],
)
def test_a_file_as_excel_and_others_write_it_is_read(member: Visitor, house: House, raw: bytes) -> None:
    made = house.draft(people={})
    form = member.open(place(made, "mensen")).form("/mensen")
    page = member.send(form, files={"file": ("mensen.csv", raw, "text/csv")})
    assert page.status == 200
    assert house.stored("SELECT email, name, party_key FROM invitation ORDER BY email") == [
        ("a@b.example", "Ä", "wonen"),
        ("b@b.example", "B", "dienst"),
    ]


@pytest.mark.parametrize(
    ("ending", "typed"),
    [
        ("/mensen", {"people": "nieuw@ministerie.example,N,wonen"}),
        ("/mensen/een", {"email": "nieuw@ministerie.example", "name": "N", "party": "wonen"}),
    ],
)
def test_adding_to_a_draft_that_was_opened_meanwhile_is_asked_once_more(
    member: Visitor, house: House, ending: str, typed: dict[str, str]
) -> None:
    made = house.draft()
    stale = member.open(place(made, "mensen")).form(ending)
    member.send(member.open(place(made)).form("/openen"))
    letters = house.number_of("outbox")
    asked = member.send(stale, typed)
    assert asked.status == 409
    assert "krijgt meteen een brief" in asked.said("li")
    assert house.number_of("outbox") == letters
    assert member.send(asked.form(ending)).status == 200
    assert house.number_of("outbox") == letters + 1


def test_a_file_that_is_no_list_is_told_in_one_line(member: Visitor, house: House) -> None:
    made = house.draft(people={})
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200
    form = member.open(place(made, "mensen")).form("/mensen")
    page = member.send(form, files={"file": ("mensen.csv", picture, "text/csv")})
    assert page.status == 400
    assert "Er is één fout" in page.said()
    assert ".xlsx of .csv" in page.said("li")


def test_pasted_lines_with_a_mark_of_excel_are_read(member: Visitor, house: House) -> None:
    made = house.draft(people={})
    form = member.open(place(made, "mensen")).form("/mensen")
    assert member.send(form, {"people": "\ufeffe-mail;naam;partij\na@b.example;A;wonen"}).status == 200
    assert house.number_of("invitation") == 1


def test_a_name_is_shown_as_text(member: Visitor, house: House) -> None:
    made = house.draft(people={})
    form = member.open(place(made, "mensen")).form("/mensen")
    page = member.send(form, {"people": "a@b.example,<script>alert(1)</script>,wonen"})
    assert "<script>alert" not in page.answer.text
    assert "<script>alert(1)</script>" in page.said()


def test_somebody_can_be_taken_off_the_list(member: Visitor, house: House) -> None:
    made = house.draft()
    page = member.open(place(made, "mensen"))
    gone = member.send(next(form for form in page.forms if form.action.endswith("/weg")))
    assert gone.path == place(made, "mensen")
    assert house.number_of("invitation") == 14


def test_the_page_of_people_survives_a_party_that_is_gone(member: Visitor, house: House) -> None:
    made = house.draft(people={}, parties=FAN)
    form = member.open(place(made, "mensen")).form("/mensen")
    member.send(form, {"people": "a@b.example,A,dienst,wonen|natuur"})
    page = member.open(place(made, "partijen"))
    rows = page.form("/partijen").controls
    names = ["" if key == "natuur" else name for name, key in zip(rows["name"].values, rows["key"].values, strict=True)]
    keys = ["" if key == "natuur" else key for key in rows["key"].values]
    assert member.send(page.form("/partijen"), {"name": names, "key": keys}).status == 200
    assert member.open(place(made, "mensen")).status == 200


def test_the_preview_of_a_letter_says_what_is_not_filled_in_yet(member: Visitor, house: House) -> None:
    whole = member.open(place(house.draft(), "brieven"))
    assert "nog niet ingevuld" not in whole.said()
    assert not [link for link in whole.links if link.endswith("/gegevens")]
    made = house.draft(constellation="Nog leeg", about=Purpose(), closes_on=None)
    empty = member.open(place(made, "brieven"))
    for sentence in (
        "Waarom: [nog niet ingevuld]",
        "Vragen? [nog niet ingevuld], [nog niet ingevuld].",
        "tot en met [nog niet ingevuld].",
        "Why: [not filled in yet]",
    ):
        assert sentence in empty.said()
    assert [link for link in empty.links if link.endswith("/gegevens")] == [
        f"http://127.0.0.1:8000{place(made, 'gegevens')}"
    ]


def test_the_preview_shows_the_questions_of_each_party(member: Visitor, house: House) -> None:
    made = house.draft()
    for party in TRIANGLE:
        page = member.open(place(made, f"voorbeeld/{party.key}"))
        assert page.status == 200
        assert party.name in page.heading
    assert member.open(place(made, "voorbeeld/verzonnen")).status == 404


def test_what_keeps_it_from_opening_is_told_and_it_can_be_put_right_from_that_page(
    member: Visitor, house: House
) -> None:
    made = house.draft({**FIVE_EACH, "wonen": 3})
    refused = member.send(member.open(place(made)).form("/openen"))
    assert refused.status == 400
    assert refused.title.startswith("Fout")
    broken = [
        link for link in refused.links if "/bureau/" in link and "#" not in link and member.open(link).status != 200
    ]
    assert broken == []
    opened = member.send(refused.form("/openen"), {"confirmed": "wonen"})
    assert opened.status == 200
    assert house.again(made).state == "open"


def test_what_is_still_to_do_leads_to_where_it_is_done(member: Visitor, house: House) -> None:
    made = house.draft({**FIVE_EACH, "wonen": 1}, about=Purpose(), closes_on=None, retention_on=None)
    empty = house.draft({}, (), constellation="Nog leeg")
    for draft, number in ((made, 7), (empty, 3)):
        before = member.open(place(draft))
        for page in (before, member.send(before.form("/openen"))):
            whole = page.answer.text
            list_ = whole[whole.index("<ul>") : whole.index("</ul>")]
            places = re.findall(r'<li><a [^>]*href="([^"]+)"', list_)
            assert len(places) == list_.count("<li>") == number
            for found in places:
                where, _, field = found.partition("#")
                there = member.open(where)
                assert there.status == 200
                assert not field or f'id="{field}"' in there.answer.text, found


def test_a_group_of_one_cannot_be_confirmed_away(member: Visitor, house: House) -> None:
    made = house.draft({**FIVE_EACH, "wonen": 1})
    before = member.open(place(made))
    refused = member.send(before.form("/openen"), {"confirmed": "wonen"})
    assert refused.status == 400
    assert house.again(made).state == "draft"
    why = ": één persoon kan niet vertrouwelijk antwoorden"
    assert (before.said().count(why), refused.said().count(why)) == (1, 1), "said, and said once"


def test_respondents_get_more_time_and_a_wrong_date_can_be_put_right(member: Visitor, house: House) -> None:
    made = house.opened()
    refused = member.send(member.open(place(made)).form("/verlengen"), {"closes_on": "2026-12-01"})
    assert refused.status == 400
    assert refused.form("/verlengen").controls["closes_on"].values == ["2026-12-01"], "as it was typed"
    assert member.send(refused.form("/verlengen"), {"closes_on": "2026-12-20"}).status == 200
    assert house.again(made).closes_on == CLOSES.replace(day=20)
    assert member.send(member.open(place(made)).form("/verlengen"), {"closes_on": "straks"}).status == 400


def test_while_open_the_office_sees_bands_and_never_who(member: Visitor, house: House) -> None:
    made = house.opened({"eigenaar": 20, "wonen": 20, "dienst": 20})
    silent = member.open(place(made)).said()
    for number in range(1, 5):
        house.send(house.link(made, "wonen", number))
    assert member.open(place(made)).said() == silent, "four is below the threshold"
    before = member.open(place(made, "mensen")).said()
    for number in range(5, 9):
        house.send(house.link(made, "wonen", number))
    assert "40–59" in member.open(place(made)).said()
    assert member.open(place(made, "mensen")).said() == before


def test_the_pages_of_an_office_hold_nobodys_link(member: Visitor, house: House) -> None:
    made = house.opened()
    links = house.links(made).values()
    for page in ("", "mensen", "gegevens", "partijen", "voorbeeld/wonen"):
        text = member.open(place(made, page)).answer.text
        assert not [token for token in links if token in text]


def test_days_in_the_trail_are_days_in_the_netherlands(sign_in: Callable[..., Visitor], house: House) -> None:
    house.clock.now = house.clock.now.replace(hour=23, minute=30)
    page = sign_in().open(place(house.draft()))
    assert "24 november 2026" in page.said("td")


def test_a_viewer_sees_everything_and_changes_nothing(sign_in: Callable[..., Visitor], house: House) -> None:
    viewer, made = sign_in(VIEWER), house.draft()
    assert viewer.open("/bureau").status == 200
    page = viewer.open(place(made))
    assert page.status == 200
    refused = viewer.send(viewer.open(place(made, "gegevens")).form("/gegevens"), {"title": "Anders"})
    assert refused.status == 403
    assert house.again(made) == made


def test_steps_that_do_not_fit_the_state_are_refused_with_a_page(member: Visitor, house: House) -> None:
    made = house.draft()
    page = member.open(place(made, "partijen"))
    close = member.open(place(made)).form("/openen")
    member.send(close)
    for form in (page.form("/partijen"), close):
        answer = member.send(form)
        assert answer.status == 409
        assert answer.heading


def test_own_words_stand_in_the_letter_that_they_were_written_for(member: Visitor, house: House) -> None:
    made = house.draft()
    words = {"message": "Fijn dat u meedoet.", "reminder_message": "Wij rekenen op u."}
    member.send(member.open(place(made, "gegevens")).form("/gegevens"), {**DETAILS, **words})
    invitation, reminder = member.open(place(made, "brieven")).answer.text.split("</section>")[:2]
    assert "tot en met 14 december 2026" in invitation
    assert "up to and including 14 December 2026" in reminder
    assert "Fijn dat u meedoet." in invitation
    assert "Wij rekenen op u." not in invitation
    assert "Wij rekenen op u." in reminder
    assert "Fijn dat u meedoet." not in reminder


def test_an_archived_assessment_leaves_the_overview_and_comes_back(member: Visitor, house: House) -> None:
    made = house.released()
    hub = member.send(member.open(place(made)).form("/archief"))
    assert hub.form("/archief").controls["archived"].values == ["no"]
    assert "<summary>Archief (1)</summary>" in member.open("/bureau").answer.text
    member.send(hub.form("/archief"))
    assert "Archief" not in member.open("/bureau").said()


def test_erasing_by_hand_wants_to_be_sure_and_leaves_only_the_trail(member: Visitor, house: House) -> None:
    made = house.released()
    refused = member.send(member.open(place(made)).form("/wissen"), {"sure": None})
    assert refused.status == 400
    assert house.again(made).state == "released"
    page = member.send(refused.form("/wissen"), {"sure": "yes"})
    assert "Gewist" in page.said("td")
    assert house.again(made).state == "erased"
    page = member.open(f"/rapport/{made.id}")
    assert (page.status, page.heading) == (410, "Gewist")
    assert "nog niet" not in page.said()


def test_a_draft_that_is_thrown_away_leaves_its_name_in_the_trail(member: Visitor, house: House) -> None:
    made = house.draft(title="Een concept te veel")
    member.send(member.open(place(made)).form("/weggooien"))
    page = member.open("/bureau/logboek")
    assert "Concept weggegooid" in page.said("td")
    assert "Een concept te veel" in page.said("td")


def test_comments_are_declared_read_and_released_on_one_page(member: Visitor, house: House) -> None:
    made = house.opened({"eigenaar": 5, "wonen": 5, "dienst": 10})
    for email, token in house.links(made).items():
        house.send(token, comments={"oq-gesprek": f"Van {email} <b>"} if email.startswith("dienst") else None)
    house.release(house.close(made))
    page = member.open(place(made, "toelichtingen"))
    refused = member.send(page.form("/inzien"), {"sure": None})
    assert refused.status == 400
    page = member.send(refused.form("/inzien"), {"sure": "yes"})
    form = page.form("/toelichtingen")
    ids = form.controls["release"].options
    assert len(ids) == 10
    faulty = member.send(form, {"release": ids[:2], f"words-{ids[0]}": "", f"words-{ids[1]}": "Dit <i> blijft."})
    assert faulty.status == 400
    assert faulty.form("/toelichtingen").controls[f"words-{ids[1]}"].values == ["Dit <i> blijft."]
    assert faulty.form("/toelichtingen").controls["release"].values == ids[:2]
    member.send(faulty.form("/toelichtingen"), {f"words-{ids[0]}": "Eerst dit gesprek."})
    report = member.open(f"/rapport/{made.id}")
    assert "Eerst dit gesprek." in report.said("li")
    assert "Dit &lt;i&gt; blijft." in report.answer.text
    assert "ministerie.example" not in report.said()
