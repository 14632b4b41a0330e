"""The report: for every party and the office alike, from release on, with the figures of the JSON."""

import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.service import reporting
from tests.people import FAN, FAN_PEOPLE, RETAINED, SQUARE, STRANGER, TWENTY, VIEWER, House
from tests.web.visitor import Page, Visitor


def report(visitor: Visitor, identifier: str) -> Page:
    return visitor.open(f"/rapport/{identifier}")


def varied(rating: object) -> int:
    key = rating.key  # type: ignore[attr-defined]
    return 1 + sum(map(ord, key)) % 5


def test_a_reader_link_leads_to_the_report_and_leaves_the_address(visitor: Visitor, house: House) -> None:
    made = house.released()
    token = house.readers(made)["wonen"]
    page = visitor.open(f"/lezen/{token}")
    assert (page.status, page.path) == (200, f"/rapport/{made.id}")
    assert token not in page.answer.text
    assert report(visitor, made.id).status == 200, "and it can be loaded again"


def test_the_contents_lead_to_every_chapter(member: Visitor, house: House) -> None:
    """Below the first page, where the contents stand, in a first wave and in a second one with several parties."""
    first = house.released(FAN_PEOPLE, FAN, answer=varied)
    again = house.released(FAN_PEOPLE, FAN, answer=varied, next_wave_of=first.constellation)
    for made in (first, again):
        whole = report(member, made.id).answer.text
        below = whole[whole.index('id="verder"') :]
        chapters = re.findall(r'<h2 id="([^"]+)"', below)
        assert re.findall(r'<li><a [^>]*href="#([^"]+)"', below) == chapters
        assert len(chapters) > 12


def test_an_extreme_view_is_shown_as_a_bound_wherever_it_stands(member: Visitor, house: House) -> None:
    """A 95 or a 5 by itself would say that it is exactly that (scoring.md §7.6). An ambition of 62.5 is rounded up."""
    high = house.released(answer=5)
    low = house.released(answer=1, constellation="Lager", params={"ambition": {"rolvastheid": 62.5}})
    with house.work(write=False) as work:
        praises = reporting.report_for_member(work, house.commissioner, high.id).report.strengths
        lower = reporting.report_for_member(work, house.commissioner, low.id).report
    gaps = lower.gaps
    assert [section.ambition for section in lower.sections if section.theme.key == "rolvastheid"] == [63]
    assert {praise.figure.number for praise in praises if praise.theme.key == "rolvastheid"} == {"≥ 95"}
    assert {gap.kind for gap in gaps} == {"ambition"}
    assert "≤ 5" in {gap.a.number for gap in gaps}
    assert {gap.b.number for gap in gaps} == {"63"}
    assert set(re.findall(r"[Aa]mbitie:? ([0-9,]+)", report(member, low.id).said())) == {"63"}


@pytest.mark.parametrize(
    ("constellation", "known_as"),
    [("Dienst Registers", "dienst-registers-"), ("Coördinatie & bouw (Oost)", "coordinatie-bouw-oost-"), ("Ωμέγα", "")],
)
def test_a_download_is_called_after_its_constellation(
    member: Visitor, house: House, constellation: str, known_as: str
) -> None:
    place = f"/rapport/{house.released(constellation=constellation).id}"
    names = {
        "cijfers.csv": f"rolvast-{known_as}meting-1.csv",
        "cijfers.xlsx": f"rolvast-{known_as}meting-1.xlsx",
        "rapport.pdf": f"rolvast-{known_as}meting-1.pdf",
        "gespreksleidraad.pdf": f"rolvast-{known_as}gespreksleidraad-1.pdf",
    }
    for address, name in names.items():
        answer = member.client.get(f"{place}/{address}")
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'


def test_every_party_and_the_office_read_the_same(
    client: Callable[..., TestClient], sign_in: Callable[..., Visitor], house: House
) -> None:
    made = house.released(TWENTY, SQUARE, answer=varied)
    pages = [report(sign_in(), made.id), report(sign_in(VIEWER), made.id)]
    pages += [Visitor(client()).open(f"/lezen/{token}") for token in house.readers(made).values()]
    bodies = {re.search(r"<main.*</main>", page.answer.text, re.DOTALL).group() for page in pages}  # type: ignore[union-attr]
    assert len(bodies) == 1


@pytest.mark.parametrize(("people", "parties"), [(TWENTY, SQUARE), (FAN_PEOPLE, FAN)])
def test_the_figures_on_the_page_are_those_of_the_json(
    member: Visitor, api: TestClient, house: House, people: dict, parties: tuple
) -> None:
    made = house.released(people, parties, answer=varied)
    scores = api.get(f"/api/v1/assessments/{made.id}/scores").json()
    page = report(member, made.id)
    text = page.said()
    for gap in [gap for gap in scores["gaps"] if gap["rank"] and gap["rank"] <= 3]:
        assert f"{abs(gap['value'])}" in text
        for side in (gap["a"], gap["b"]):
            assert f"{side}" in text or "≤ 5" in text or "≥ 95" in text
    cells = page.said("td")
    for relation in scores["relations"]:
        if relation["score"] is not None and 5 <= relation["score"] <= 95:
            assert re.search(rf"\b{relation['score']}\b", cells), relation
    whole = next(total for total in scores["totals"] if total["of"] == "constellation")
    assert re.search(rf"\b{whole['score']}\b", text)
    assert scores["snapshot"] in text


def test_a_hidden_party_is_named_with_its_reason_and_no_count(member: Visitor, house: House) -> None:
    made = house.opened({"eigenaar": 5, "wonen": 3, "dienst": 5})
    house.everyone_sends(made)
    house.release(house.close(made))
    page = report(member, made.id)
    assert page.status == 200
    hidden = [view for view in house.document(made)["views"] if view["score"] is None]
    assert hidden
    assert "niet getoond" in page.said()


def test_before_release_nobody_reads_it(
    member: Visitor, sign_in: Callable[..., Visitor], client: Callable[..., TestClient], house: House
) -> None:
    stages = (house.draft(), house.answered(constellation="Open"), house.closed(constellation="Gesloten"))
    other = house.released(constellation="Ander")
    reader = Visitor(client())
    reader.open(f"/lezen/{house.readers(other)['wonen']}")
    for made in stages:
        assert report(member, made.id).status == 409
        assert report(sign_in(VIEWER), made.id).status == 409
        assert report(reader, made.id).status == 404
        assert report(Visitor(client()), made.id).status == 401


def test_a_reader_sees_no_other_report_and_no_page_of_the_office(visitor: Visitor, house: House) -> None:
    made, other = house.released(), house.released(constellation="Ander")
    visitor.open(f"/lezen/{house.readers(made)['wonen']}")
    assert report(visitor, other.id).status == 404
    assert visitor.open("/bureau").status == 401
    assert visitor.open(f"/api/v1/assessments/{made.id}/scores").status == 401


def test_another_office_reads_nothing(sign_in: Callable[..., Visitor], house: House) -> None:
    assert report(sign_in(STRANGER), house.released().id).status == 404


def test_a_member_who_is_a_reader_elsewhere_reads_both(member: Visitor, house: House) -> None:
    made, other = house.released(), house.released(constellation="Ander")
    member.open(f"/lezen/{house.readers(other)['wonen']}")
    assert report(member, made.id).status == 200
    assert report(member, other.id).status == 200


@pytest.mark.parametrize("token", ["onzin", "x" * 43])
def test_an_unknown_reader_link_opens_nothing(visitor: Visitor, house: House, token: str) -> None:
    house.released()
    assert visitor.open(f"/lezen/{token}").status == 404
    assert not visitor.client.cookies


def test_after_the_retention_date_a_reader_link_is_over(visitor: Visitor, house: House) -> None:
    made = house.released()
    visitor.open(f"/lezen/{house.readers(made)['wonen']}")
    token = house.readers(made)["dienst"]
    house.clock.now = house.clock.now.fromisoformat(f"{RETAINED}T23:30:00+00:00")
    assert visitor.open(f"/lezen/{token}").status == 404
    assert report(visitor, made.id).status == 404


def test_it_reads_in_english_too(member: Visitor, house: House) -> None:
    made = house.released(TWENTY, SQUARE, answer=varied)
    dutch, english = report(member, made.id), member.open(f"/rapport/{made.id}?taal=en")
    assert (dutch.language, english.language) == ("nl", "en")
    assert dutch.title != english.title


def test_names_of_parties_are_shown_as_text_in_pictures_too(member: Visitor, house: House) -> None:
    parties = [type(p)(p.key, p.role, f"<b>{p.key}</b> & co", p.voice) for p in SQUARE]
    page = report(member, house.released(TWENTY, parties, answer=varied).id)
    assert page.status == 200
    assert "<b>dienst</b>" not in page.answer.text
    assert "&lt;b&gt;dienst&lt;/b&gt; &amp; co" in page.answer.text


def test_a_second_wave_shows_what_changed(member: Visitor, house: House) -> None:
    first = house.released(answer=2)
    second = house.released(next_wave_of=first.constellation, answer=5)
    moved = [c for c in house.document(second)["changes"] if c["value"] is not None]
    assert moved
    assert f"+{moved[0]['value']}" in report(member, second.id).said("td")


def test_nobody_answered_and_the_report_still_says_why(member: Visitor, house: House) -> None:
    made = house.release(house.close(house.opened()))
    page = report(member, made.id)
    assert page.status == 200
    assert "niet getoond" in page.said()


def test_where_nothing_can_be_compared_the_report_says_of_each_figure_why(
    house: House, sign_in: Callable[..., Visitor]
) -> None:
    few = {"eigenaar": 5, "wonen": 3, "dienst": 3}
    first = house.released(few)
    house.clock.pass_by(days=1)
    second = house.released(few, next_wave_of=first.constellation)
    page = report(sign_in(), second.id)
    assert "De relaties en de driehoek als geheel zijn niet te vergelijken" in page.said("p")
    told = re.findall(r"Directie Wonen en Dienst Registers, bij alle thema's: ([^.]*)\.", page.said("li"))
    assert told == ["te weinig mensen van deze partij antwoordden"]


def test_where_other_parties_are_behind_a_figure_the_report_says_so(
    house: House, sign_in: Callable[..., Visitor]
) -> None:
    """The same questions, but of one party too few answered then."""
    first = house.released({**TWENTY, "natuur": 3}, SQUARE)
    house.clock.pass_by(days=1)
    second = house.released(TWENTY, SQUARE, next_wave_of=first.constellation)
    page = report(sign_in(), second.id)
    told = re.findall(r"De driehoek als geheel, bij alle thema's: ([^.]*)\.", page.said("li"))
    assert told == ["de vorige keer waren de partijen of de vragen anders"]


def test_a_theme_that_counts_in_no_total_is_told_apart_wherever_it_stands(
    house: House, sign_in: Callable[..., Visitor]
) -> None:
    said = report(sign_in(), house.released(TWENTY, SQUARE).id).said("p")
    counted, extra = re.findall(r"Over de driehoek als geheel gevraagd: ([^;]*); ([^.]*)\.", said)[0]
    assert "aanvullend" not in counted
    assert extra.startswith("Afstemming tussen opdrachtgevers")
    assert extra.endswith("(aanvullend)")


def test_a_party_on_name_that_left_something_open_is_no_party_of_too_few(
    house: House, sign_in: Callable[..., Visitor]
) -> None:
    made = house.released(TWENTY, SQUARE, answer=lambda rating: "dont_know" if rating.about == "dienst" else 4)
    said = report(sign_in(), made.id).said("li")
    for who, why in (
        ("Plaatsvervangend secretaris-generaal", "hierover gaf deze partij geen antwoord"),
        ("Directie Wonen", "hierover gaven te weinig mensen antwoord"),
    ):
        assert re.findall(rf"{who} over Dienst Registers, bij [^:]*: ([^.]*)\.", said) == [why]


@pytest.mark.parametrize("waves", [1, 2])
def test_every_part_is_reached_from_the_first_page(house: House, sign_in: Callable[..., Visitor], waves: int) -> None:
    made = house.released(TWENTY, SQUARE, answer=varied)
    if waves == 2:
        house.clock.pass_by(days=1)
        made = house.released(TWENTY, SQUARE, answer=varied, next_wave_of=made.constellation)
    page = report(sign_in(), made.id)
    parts = [link.partition("#")[2] for link in page.links if f"/rapport/{made.id}#" in link]
    assert len(parts) > 10
    assert [part for part in parts if f'id="{part}"' not in page.answer.text] == []
    assert ("veranderd" in parts) == (waves == 2)
