"""The report and the guide on paper: for whom, in which language, readable by everyone, the same bytes each time."""

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import page
import pikepdf
import pytest
from starlette.testclient import TestClient

from app.domain.comments import CommentsOfVoice, CommentsOnQuestion
from app.domain.constellation import Party
from app.domain.dialogue import Agreement
from app.domain.text import Text
from app.service import learning, reporting
from app.web import printing
from tests.export.paper import Paper
from tests.people import CLOSES, FAN, FAN_PEOPLE, FIVE_EACH, SQUARE, TRIANGLE, TWENTY, House
from tests.web.visitor import Visitor

#: Everything that a typesetter or a browser might take for something else than a name.
ODD = '#"\\$*_[]<>@`{}~=+-/&;'
LONGEST = ("Directoraat-generaal voor Geneesmiddelenvergoedingssystemen " * 3)[:138]

Kind = tuple[dict[str, int], tuple[Party, ...]]
KINDS: dict[str, Kind] = {
    "one opdrachtgever": (FIVE_EACH, TRIANGLE),
    "two, and a statement": (TWENTY, SQUARE),
    "five, two of them hidden": (FAN_PEOPLE, FAN),
}


def varied(rating: Any) -> int:
    return 1 + sum(map(ord, rating.key)) % 5


def named(parties: tuple[Party, ...], name: Callable[[Party], str]) -> tuple[Party, ...]:
    return tuple(replace(party, name=name(party)) for party in parties)


def report_of(api: TestClient, identifier: str, language: str = "nl", **headers: str) -> Any:
    path = f"/api/v1/assessments/{identifier}/report.pdf"
    return api.get(path, headers={"accept-language": language, **headers})


def prints(visitor: Visitor, identifier: str) -> Iterator[tuple[str, bytes]]:
    for form in ("rapport", "gespreksleidraad"):
        for language in ("nl", "en"):
            answer = visitor.client.get(f"/rapport/{identifier}/{form}.pdf?taal={language}")
            assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
            yield language, answer.content


@pytest.mark.parametrize("kind", KINDS)
def test_everyone_can_read_what_is_printed(member: Visitor, house: House, kind: str) -> None:
    people, parties = KINDS[kind]
    first = house.released(people, parties, answer=2)
    made = house.released(people, parties, next_wave_of=first.constellation, answer=varied)
    for language, pdf in prints(member, made.id):
        found = page.validate_pdf_bytes(pdf, profile="ua1")
        assert found.is_compliant, [failure.message for failure in found.failures]
        assert_tagged(pdf, language)


def assert_tagged(pdf: bytes, language: str) -> None:
    """What the checker demands, and some things that it cannot know: the language, the title, a name for a figure."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        root = document.Root
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang).startswith(language)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        assert "/Outlines" in root
        with document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"]
        for font in fonts_of(document):
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/ToUnicode" in font
            assert {"/FontFile2", "/FontFile3"} & set(descriptor.keys()), "a font is not embedded"
        elements = list(structure(root.StructTreeRoot))
    kinds = [str(element.S) for element in elements]
    assert all(str(e.get("/Alt", "")).strip() for e in elements if e.S == "/Figure"), "a figure has no words"
    levels = [int(kind[2:]) for kind in kinds if kind.startswith("/H") and kind[2:].isdigit()]
    assert levels[0] == 1
    assert all(then - now <= 1 for now, then in pairwise(levels)), "a heading level is skipped"
    heads = [element for element in elements if element.S == "/TH"]
    assert heads
    assert all(attribute(head, "/Scope") == "/Column" for head in heads)


def fonts_of(document: pikepdf.Pdf) -> Iterator[Any]:
    for found in document.objects:
        if isinstance(found, pikepdf.Dictionary) and found.get("/Type") == "/Font" and found.Subtype == "/Type0":
            yield found


def structure(node: Any) -> Iterator[Any]:
    below = node.get("/K")
    for child in below if isinstance(below, pikepdf.Array) else [below]:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            yield child
            yield from structure(child)


def attribute(element: Any, name: str) -> str:
    given = element.get("/A")
    owners = given if isinstance(given, pikepdf.Array) else [given]
    return next((str(owner[name]) for owner in owners if owner is not None and name in owner), "")


@pytest.mark.parametrize("kind", KINDS)
def test_the_guide_is_two_pages_whatever_the_names(member: Visitor, house: House, kind: str) -> None:
    people, parties = KINDS[kind]
    for number, name in enumerate(("kort", LONGEST)):
        long = named(parties, lambda party, name=name: f"{name} {party.key}")  # type: ignore[misc]
        more = {"constellation": f"Driehoek {number}", "title": f"{name} {number}"}
        made = house.released(people, long, answer=varied, **more)
        pdfs = list(prints(member, made.id))[2:]
        assert [Paper(pdf).pages for _, pdf in pdfs] == [2, 2]


def test_names_are_printed_as_typed(member: Visitor, house: House) -> None:
    parties = named(SQUARE, lambda party: f"{ODD}{party.key}")
    made = house.released(TWENTY, parties, answer=varied, title=f"#import {ODD}")
    for _, pdf in prints(member, made.id):
        words = Paper(pdf).words.replace(" ", "")
        assert f"{ODD}dienst".replace(" ", "") in words
        assert f"#import{ODD}" in words


def test_a_name_that_the_typeface_cannot_draw_is_printed_as_blocks(member: Visitor, house: House) -> None:
    parties = named(TRIANGLE, lambda party: f"名 😀 {party.key}\u200d")
    made = house.released(FIVE_EACH, parties, answer=varied)
    for _, pdf in prints(member, made.id):
        assert "■ ■ dienst" in Paper(pdf).words
        assert page.is_pdf_compliant_bytes(pdf, profile="ua1")


def test_a_hidden_party_is_printed_with_its_reason(api: TestClient, house: House) -> None:
    made = house.opened({"eigenaar": 5, "wonen": 3, "dienst": 5})
    house.everyone_sends(made)
    house.release(house.close(made))
    assert "niet getoond: te weinig mensen van deze partij antwoordden" in Paper(report_of(api, made.id).content).words


def test_before_release_nothing_is_printed(api: TestClient, member: Visitor, house: House) -> None:
    for made in (house.draft(), house.answered(constellation="Open"), house.closed(constellation="Gesloten")):
        answer = report_of(api, made.id)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_released")
        for form in ("rapport", "gespreksleidraad"):
            assert member.open(f"/rapport/{made.id}/{form}.pdf").status == 409


def test_every_party_and_the_office_get_the_same_bytes(member: Visitor, visitor: Visitor, house: House) -> None:
    made = house.released(TWENTY, SQUARE, answer=varied)
    visitor.open(f"/lezen/{house.readers(made)['natuur']}")
    assert list(prints(visitor, made.id)) == list(prints(member, made.id))


def test_a_program_keeps_the_report_until_it_changes(api: TestClient, house: House) -> None:
    made, other = house.released(answer=varied), house.released(constellation="Andere", answer=varied)
    dutch, english = report_of(api, made.id), report_of(api, made.id, "en")
    assert dutch.content != english.content
    tags = {answer.headers["etag"] for answer in (dutch, english, report_of(api, other.id))}
    assert len(tags) == 3
    assert report_of(api, made.id, accept="application/json").status_code == 406
    again = report_of(api, made.id, "nl", **{"if-none-match": dutch.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert report_of(api, made.id, "en", **{"if-none-match": dutch.headers["etag"]}).status_code == 200


def test_the_same_snapshot_is_printed_in_the_same_bytes(house: House) -> None:
    made = house.released(TWENTY, SQUARE, answer=varied)
    printed = []
    for _ in range(2):
        with house.work(write=False) as work:
            found = reporting.report_for_member(work, house.commissioner, made.id)
        printing._kept.clear()
        printed.append((printing.report_as_pdf(found, "nl"), printing.guide_as_pdf(found, (), "en")))
        house.clock.pass_by(days=3)
    assert printed[0] == printed[1]


def test_prints_that_are_kept_are_few(house: House) -> None:
    made = house.released()
    with house.work(write=False) as work:
        found = reporting.report_for_member(work, house.commissioner, made.id)
    for number in range(printing.MOST_KEPT + 2):
        printing.guide_as_pdf(replace(found, constellation=f"Driehoek {number}"), (), "nl")
    assert len(printing._kept) == printing.MOST_KEPT


def test_the_guide_tells_what_was_agreed_after_the_earlier_wave(member: Visitor, house: House) -> None:
    first = house.released(answer=2)
    agreed = [
        Agreement(str(n), f"Wij bellen eerst, ook bij {ODD} {n} {'en nog wat ' * 20}", "wonen", CLOSES)
        for n in range(3)
    ]
    with house.work() as work:
        kept = learning.record_agreements(work, house.commissioner, first.id, agreed)
        learning.tell(work, house.commissioner, first.id, kept.agreements[0].id, "kept")
    made = house.released(next_wave_of=first.constellation, answer=varied)
    path = f"/rapport/{made.id}/gespreksleidraad.pdf"
    paper = Paper(member.client.get(path).content)
    assert paper.pages == 2
    head, *rows = next(table for table in paper.tables() if table[0][-1] == "Nagekomen")
    assert len(head) == 4
    assert [(row[1], row[3]) for row in rows] == [
        ("Directie Wonen", "nagekomen"),
        ("Directie Wonen", "nog niet verteld"),
        ("Directie Wonen", "nog niet verteld"),
    ]
    assert rows[0][0].replace(" ", "").startswith(f"Wijbelleneerst,ookbij{ODD}0")
    assert "Er zijn geen eerdere afspraken" not in paper.words
    assert "Er zijn geen eerdere afspraken" in Paper(member.client.get(path.replace(made.id, first.id)).content).words


def test_released_words_are_printed_and_make_it_another_print(house: House) -> None:
    made = house.released()
    with house.work(write=False) as work:
        found = reporting.report_for_member(work, house.commissioner, made.id)
    asked = Text("Wat werkt goed?", "What works well?")
    said = replace(found, comments=(CommentsOfVoice(None, (CommentsOnQuestion(asked, (f"Bel elkaar {ODD}",)),)),))
    assert printing.report_mark(found, "nl") != printing.report_mark(said, "nl")
    words = Paper(printing.report_as_pdf(said, "nl")).words
    assert "In eigen woorden" in words
    assert f"Bel elkaar {ODD}" in words
    assert "In eigen woorden" not in Paper(printing.report_as_pdf(found, "nl")).words
