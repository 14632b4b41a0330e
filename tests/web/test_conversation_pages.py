"""The conversation in a browser without JavaScript: the office plans and records, every party reads and tells."""

from collections.abc import Callable

import pytest
from icalendar import Calendar

from app.domain.assessment import Assessment
from tests.people import VIEWER, House
from tests.service.test_conversation import FIRST, TALK, agree, plan, seen_by_office
from tests.service.test_practices import SHARED, practices, released_with_a_gap
from tests.web.visitor import Page, Visitor

PLANNED = {"day": "2027-01-20", "time": "14:00", "minutes": "90", "place": TALK.place, "agenda": TALK.agenda}
AGREED = {"what": FIRST.what, "party": "wonen", "due": "2027-04-01", "theme": "uitvoerbaarheid", "contact": ""}
NOTHING = dict.fromkeys(("id", "what", "due", "theme", "contact"), "") | {"party": "eigenaar"}


@pytest.fixture
def made(house: House) -> Assessment:
    return house.released()


def office(visitor: Visitor, made: Assessment) -> Page:
    return visitor.open(f"/bureau/metingen/{made.id}/gesprek")


def party(visitor: Visitor, house: House, made: Assessment, key: str) -> Page:
    visitor.open(f"/lezen/{house.readers(made)[key]}")
    return visitor.open(f"/rapport/{made.id}/gesprek")


def columns(*rows: dict[str, str]) -> dict[str, list[str]]:
    return {name: [row.get(name, "") for row in rows] for name in NOTHING}


def test_the_office_plans_and_every_party_reads_it(
    house: House, member: Visitor, visitor: Visitor, made: Assessment
) -> None:
    page = office(member, made)
    assert "Er is nog geen gesprek gepland." in page.said()
    page = member.send(page.form("/gesprek"), {**PLANNED, "contacts-dienst": "bo@dienst.example, kim@dienst.example"})
    assert page.status == 200
    planned = seen_by_office(house, made)
    assert planned.meeting == TALK
    assert [contact.email for contact in planned.contacts] == ["bo@dienst.example", "kim@dienst.example"]
    read = party(visitor, house, made, "wonen")
    for words in ("woensdag 20 januari 2027 om 14:00", TALK.place, TALK.agenda):
        assert words in page.said()
        assert words in read.said()
    assert "@dienst.example" not in read.answer.text


def test_what_was_saved_is_told_with_how_many_letters_leave(house: House, member: Visitor, made: Assessment) -> None:
    def sent(ending: str, typed: dict[str, str | list[str]]) -> str:
        return member.send(office(member, made).form(ending), typed).said()

    two = {**PLANNED, "contacts-dienst": "bo@dienst.example, kim@dienst.example"}
    assert "Het plan is bewaard. Er gaan nu 2 brieven uit." in sent("/gesprek", two)
    assert "Het plan is bewaard. Er gaat geen brief uit." in sent("/gesprek", two), "nothing changed"
    one_more = {**two, "contacts-wonen": "an@wonen.example"}
    assert "Het plan is bewaard. Er gaat nu één brief uit." in sent("/gesprek", one_more)
    assert "Het plan is bewaard. Er gaan nu 3 brieven uit." in sent("/gesprek", {**one_more, "minutes": "60"})
    assert "De afspraken zijn bewaard." in sent("/gesprek/afspraken", columns(AGREED, NOTHING, NOTHING))
    assert "Wat u vertelde, is bewaard." in sent(seen_by_office(house, made).agreements[0].id, {"kept": "kept"})
    assert "De terugblik is bewaard." in sent("/terugblik", {"reflection": "Het liep stroef."})
    assert "bewaard" not in office(member, made).said("p")


def test_a_plan_that_is_not_right_comes_back_as_it_was_typed(house: House, member: Visitor, made: Assessment) -> None:
    typed = {**PLANNED, "day": "volgende week", "minutes": "lang", "contacts-wonen": "geen adres"}
    page = member.send(office(member, made).form("/gesprek"), typed)
    assert (page.status, page.title[:5]) == (400, "Fout:")
    for words in ("moment dat nog komt", "15 tot 480 minuten", "'geen' is geen e-mailadres"):
        assert words in page.said()
    form = page.form("/gesprek")
    assert {name: form.controls[name].values for name in typed} == {name: [value] for name, value in typed.items()}
    assert seen_by_office(house, made).meeting is None


def test_a_day_without_an_hour_asks_for_the_hour(house: House, member: Visitor, made: Assessment) -> None:
    page = member.send(office(member, made).form("/gesprek"), {**PLANNED, "time": ""})
    assert "Vul in hoe laat het gesprek begint." in page.said("li")
    assert "moment dat nog komt" not in page.said()
    assert f"{page.url}#f-time" in page.links
    assert seen_by_office(house, made).meeting is None


def test_the_agenda_begins_with_the_questions_of_the_report(house: House, member: Visitor) -> None:
    made = released_with_a_gap(house)
    agenda = office(member, made).form("/gesprek").controls["agenda"].values[0]
    report = member.open(f"/rapport/{made.id}").said()
    assert agenda.startswith("1. ")
    for line in agenda.splitlines():
        assert line[3:] in report


def test_every_party_downloads_the_same_file_for_a_calendar(
    house: House, member: Visitor, visitor: Visitor, made: Assessment
) -> None:
    party(visitor, house, made, "wonen")
    assert visitor.open(f"/rapport/{made.id}/gesprek.ics").status == 404
    plan(house, made)
    answers = [who.open(f"/rapport/{made.id}/gesprek.ics").answer for who in (visitor, member)]
    assert answers[0].content == answers[1].content
    assert answers[0].headers["content-type"] == "text/calendar; method=PUBLISH; charset=utf-8"
    assert answers[0].headers["content-disposition"] == 'attachment; filename="gesprek.ics"'
    (event,) = Calendar.from_ical(answers[0].content).events
    assert str(event["location"]) == TALK.place


def test_agreements_are_recorded_and_a_party_tells_of_its_own(
    house: House, member: Visitor, visitor: Visitor, made: Assessment
) -> None:
    form = office(member, made).form("/gesprek/afspraken")
    other = {**AGREED, "what": "Wij leggen uit.", "party": "dienst"}
    page = member.send(form, columns(AGREED, other, NOTHING))
    assert page.status == 200
    first, second = seen_by_office(house, made).agreements
    assert (first.what, first.party, first.theme) == (FIRST.what, "wonen", "uitvoerbaarheid")
    read = party(visitor, house, made, "wonen")
    assert "Wij leggen uit." in read.said()
    assert not read.has_form(second.id)
    read = visitor.send(read.form(first.id), {"kept": "kept"})
    assert "nagekomen" in read.said("li")
    assert [a.kept for a in seen_by_office(house, made).agreements] == ["kept", "unknown"]
    drawn = read.form(first.id)
    drawn.action = drawn.action.replace(first.id, second.id)
    assert visitor.send(drawn, {"kept": "kept"}).status == 403
    assert [a.kept for a in seen_by_office(house, made).agreements] == ["kept", "unknown"]


def test_an_agreement_without_a_day_comes_back_as_it_was_typed(house: House, member: Visitor, made: Assessment) -> None:
    form = office(member, made).form("/gesprek/afspraken")
    page = member.send(form, columns({**AGREED, "due": ""}, NOTHING, NOTHING))
    assert (page.status, page.title[:5]) == (400, "Fout:")
    assert "Afspraak 1: kies een dag van vandaag tot en met 1 december 2028" in page.said()
    assert page.form("/gesprek/afspraken").controls["what"].values[0] == FIRST.what
    assert seen_by_office(house, made).agreements == ()


def test_who_may_only_look_reads_it_all_and_gets_no_form(
    house: House, sign_in: Callable[..., Visitor], made: Assessment
) -> None:
    plan(house, made)
    agree(house, made, FIRST)
    page = office(sign_in(VIEWER), made)
    assert FIRST.what in page.said()
    assert [form.action for form in page.forms if "gesprek" in form.action] == []


def test_only_the_office_reads_its_own_note(house: House, member: Visitor, visitor: Visitor, made: Assessment) -> None:
    page = member.send(office(member, made).form("/terugblik"), {"reflection": "Het liep stroef."})
    assert page.form("/terugblik").controls["reflection"].values == ["Het liep stroef."]
    assert "stroef" not in party(visitor, house, made, "wonen").answer.text
    assert "stroef" not in member.open(f"/rapport/{made.id}/gesprek").answer.text


def test_what_others_share_stands_in_a_report_with_a_gap_and_is_marked_as_theirs(
    house: House, member: Visitor, visitor: Visitor
) -> None:
    made = released_with_a_gap(house)
    with house.work() as work:
        practices.record(work, house.stranger, SHARED)
    visitor.open(f"/lezen/{house.readers(made)['wonen']}")
    for page in (visitor.open(f"/rapport/{made.id}"), member.open(f"/rapport/{made.id}"), office(member, made)):
        assert SHARED.title in page.said()
        assert "Voorbeelden van andere bureaus" in page.said()
        assert "Ander bureau" in page.said()
