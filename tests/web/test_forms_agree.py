"""Page, PDF, workbook, CSV and JSON hold the same figures, to the digit and the reason."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest
from starlette.testclient import TestClient

from app.domain import words
from app.domain.assessment import Assessment
from app.domain.constellation import Party
from app.export.definitions import CODES, COLUMN_MEANINGS
from tests.export.paper import Paper
from tests.people import House
from tests.web.visitor import Visitor

#: An eigenaar who answers by name, a large, a small and a hidden opdrachtgever, and an opdrachtnemer.
PARTIES = (
    Party("eigenaar", "eigenaar", "Secretaris-generaal", "statement"),
    Party("wonen", "opdrachtgever", "Directie Wonen"),
    Party("natuur", "opdrachtgever", "Directie Natuur"),
    Party("arbeid", "opdrachtgever", "Directie Arbeid"),
    Party("dienst", "opdrachtnemer", "Dienst Registers"),
)
PEOPLE = {"eigenaar": 1, "wonen": 11, "natuur": 6, "arbeid": 3, "dienst": 7}
AMBITION = {"ambition": {"rolvastheid": 70, "rolhulp": 60}}

#: (points, lower bound, upper bound, reason) of a figure, wherever it stands.
Read = tuple[int | None, int | None, int | None, str | None]
#: (which table, row, column) to a figure.
Placed = dict[tuple[str, str, str], Read]

REASONS = {text.nl: key for texts in (words.SHORT_REASONS, words.REASONS) for key, text in texts.items()}
REASONS |= {text.en: key for texts in (words.SHORT_REASONS, words.REASONS) for key, text in texts.items()}


def scattered(seed: int) -> Any:
    """Answers that differ from person to person and from question to question."""
    count = iter(range(10_000_000))

    def answer(rating: Any) -> int:
        return 1 + (sum(map(ord, rating.key)) * 7 + seed + next(count) // 40 * 3) % 5

    return answer


@pytest.fixture
def made(house: House) -> Assessment:
    first = house.released(PEOPLE, PARTIES, answer=scattered(1), params=AMBITION)
    return house.released(PEOPLE, PARTIES, next_wave_of=first.constellation, answer=scattered(3), params=AMBITION)


# --- Flat forms -------------------------------------------------------------------------------------------------------

OVER_ALL = "Alle thema's samen"

KINDS = {
    "cells": "cell",
    "views": "view",
    "relations": "relation",
    "role_relations": "role_relation",
    "constellation": "constellation",
    "totals": "total",
    "gaps": "gap",
    "changes": "change",
    "divisions": "division",
    "strengths": "strength",
}
PLACE = ("kind", "type", "theme", "block", "from", "about", "between", "item")
FIGURE = ("score", "low", "high", "reason", "bound", "size", "evidence", "agreement", "a", "b")


def of_document(document: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Every figure of the score document with its place, in its own order."""
    found: list[tuple[Any, ...]] = []
    for name, kind in KINDS.items():
        for figure in document[name]:
            low, high = figure.get("ci95") or (None, None)
            between = "|".join(figure["between"]) if "between" in figure else None
            place = (figure.get("type", figure.get("of")), figure.get("theme"), figure.get("block"))
            value = figure.get("value") if kind in ("gap", "change") else figure.get("score")
            rest = tuple(figure.get(key) for key in FIGURE[3:])
            at = (figure.get("from"), figure.get("about"))
            found.append((kind, *place, *at, between, None, value, low, high, *rest))
            for item in figure.get("detail", {}).get("items", ()):
                empty = (None,) * 9
                found.append(("item", None, *place[1:], *at, None, item["item"], item["mean"], *empty))
    return found


def of_rows(rows: Iterable[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in (*PLACE, *FIGURE)) for row in rows]


def typed(value: str) -> Any:
    return None if value == "" else int(value) if re.fullmatch(r"-?\d+", value) else value


def sheets(content: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return {sheet.title: [tuple(cell.value for cell in row) for row in sheet.iter_rows()] for sheet in book}


def test_every_figure_is_the_same_in_json_rows_csv_and_workbook(
    api: TestClient, member: Visitor, house: House, made: Assessment
) -> None:
    expected = of_document(house.document(made))
    assert {row[0] for row in expected} >= {*KINDS.values()} - {"strength"}
    assert {row[PLACE.index("item") + 4] for row in expected} >= {"party_small", "not_asked", None}
    place = f"/api/v1/assessments/{made.id}/score-rows"
    assert of_rows(api.get(place).json()) == expected
    for text in (
        api.get(place, headers={"accept": "text/csv"}).text,
        member.client.get(f"/rapport/{made.id}/cijfers.csv").content.decode(),
    ):
        rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
        assert of_rows({name: typed(value) for name, value in row.items()} for row in rows) == expected
    for language, title in (("nl", "Cijfers"), ("en", "Figures")):
        book = sheets(member.client.get(f"/rapport/{made.id}/cijfers.xlsx?taal={language}").content)
        head, *rows = book[title]
        assert of_rows(dict(zip(map(str, head), row, strict=True)) for row in rows) == expected


def test_every_column_and_code_of_the_workbook_is_explained(member: Visitor, house: House, made: Assessment) -> None:
    for language, titles in (("nl", ("Cijfers", "Uitleg")), ("en", ("Figures", "Explanation"))):
        book = sheets(member.client.get(f"/rapport/{made.id}/cijfers.xlsx?taal={language}").content)
        figures, explained = (book[title] for title in titles)
        meanings = {(column, code or ""): meaning for column, code, meaning in explained[1:]}
        assert all(meanings.values())
        for place, column in enumerate(figures[0]):
            assert (column, "") in meanings
            if column not in CODES:
                continue
            used = {code for row in figures[1:] if row[place] for code in str(row[place]).split("|")}
            assert {code for code in used if (column, code) not in meanings} == set()
    assert set(CODES) <= set(COLUMN_MEANINGS)


def test_the_workbook_says_in_words_what_the_page_says(member: Visitor, house: House, made: Assessment) -> None:
    for language, titles in (("nl", ("In woorden", "Uitleg")), ("en", ("In words", "Explanation"))):
        page = member.open(f"/rapport/{made.id}?taal={language}").said()
        book = sheets(member.client.get(f"/rapport/{made.id}/cijfers.xlsx?taal={language}").content)
        (head, *rows), explained = (book[title] for title in titles)
        said = [dict(zip(map(str, head), row, strict=True)) for row in rows]
        assert [row["rank"] for row in said if row["kind"] == "gap"] == [1, 2, 3, 4, 5]
        assert {row["kind"] for row in said} <= {"gap", "strength"}
        for row in said:
            assert row["sentence"] in page
            questions = (row["questions"] or "").splitlines()
            assert bool(questions) == (row["kind"] == "gap")
            assert all(question.partition(": ")[2] in page for question in questions)
        assert {f"{titles[0]}: {column}" for column in map(str, head)} <= {line[0] for line in explained}


# --- Page and paper ---------------------------------------------------------------------------------------------------


class Tables(HTMLParser):
    """The tables of a page as rows of words; a cell over several rows or columns stands in each of them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[list[list[str]]] = []
        self._waiting: dict[int, tuple[int, list[str]]] = {}
        self._cell: list[str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "table":
            self.found.append([])
        elif tag == "tr":
            self._row: list[list[str]] = []
            self.found[-1].append(self._row)  # type: ignore[arg-type]
        elif tag in ("td", "th"):
            self._take_waiting()
            self._cell = []
            for _ in range(int(given.get("colspan", 1))):
                if int(given.get("rowspan", 1)) > 1:
                    self._waiting[len(self._row)] = (int(given["rowspan"]) - 1, self._cell)
                self._row.append(self._cell)
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def _take_waiting(self) -> None:
        while len(self._row) in self._waiting:
            left, cell = self._waiting.pop(len(self._row))
            if left > 1:
                self._waiting[len(self._row)] = (left - 1, cell)
            self._row.append(cell)

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data + " ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._cell = None

    @property
    def tables(self) -> list[list[list[str]]]:
        return [[[" ".join("".join(cell).split()) for cell in row] for row in table] for table in self.found]


def read(text: str) -> tuple[str, Read]:
    """(the words before the figure, the figure) of a cell."""
    for said in sorted(REASONS, key=len, reverse=True):
        if said in text:
            before = text.partition(said)[0]
            return re.sub(r"(niet getoond|not shown):", "", before).strip(), (None, None, None, REASONS[said])
    found = re.search(r"(?:[≥≤] )?([+−]?\d+)(?: \(?(?:([+−]?\d+) ?[–…] ?([+−]?\d+))\)?)?", text)
    assert found, text
    score, low, high = (None if each is None else int(each.replace("−", "-")) for each in found.groups())
    return text[: found.start()].strip(), (score, low, high, None)


def placed(tables: Iterable[list[list[str]]]) -> Placed:
    """Every figure in the tables of a report with its place; a table is known by its headings."""
    found: Placed = {}
    seen = {"theme": 0, "compared": 0}
    for head, *rows in tables:
        if head[0] in ("Waarover", "About"):
            seen["theme"] += 1
            found |= _of_theme(f"theme {seen['theme']}", rows)
        elif head[1] in ("Welk beeld", "Which view"):
            seen["compared"] += 1
            for title, view, *cells in rows:
                places = zip(head[2:], cells, strict=True)
                found |= {(f"compared {seen['compared']}", f"{title}: {view}", n): read(cell)[1] for n, cell in places}
        elif head[0] in ("Relatie", "Relation"):
            for title, *cells in rows:
                places = zip(head[1:], cells, strict=True)
                found |= {("relations", title, name): read(cell)[1] for name, cell in places}
        elif head[1] in ("Wat", "What"):
            for theme, what, then, now, moved, _ in rows:
                found["moved", theme, what] = read(moved)[1]
                found["then and now", theme, what] = (int(then), int(now), None, None)
    return found


def squeezed(found: Placed) -> Placed:
    """The same with places without spaces and hyphens: in print a word may break."""
    return {tuple(re.sub(r"[\s-]", "", part) for part in place): figure for place, figure in found.items()}  # type: ignore[misc]


def _of_theme(name: str, rows: list[list[str]]) -> Iterator[tuple[tuple[str, str, str], Read]]:  # type: ignore[misc]
    for title, *cells in rows:
        pairs = [cells[0], cells[1]] if len(cells) < 4 else [" ".join(cells[:2]), " ".join(cells[2:])]
        for cell in pairs:
            label, figure = read(cell)
            yield (name, title, label), figure


class Expected:
    """What the tables of the Dutch forms must hold, straight from the score document."""

    def __init__(self, document: dict[str, Any], titles: dict[str, str]) -> None:
        self.document = document
        self.titles = titles
        self.names = {party["key"]: party["name"] for party in document["parties"]}
        self.totals = [{**total, "theme": None} for total in document["totals"]]
        self.placed: Placed = dict([*self.themes(), *self.relations(), *self.levels(), *self.views(), *self.changes()])

    def total_of(self, kind: str) -> list[dict[str, Any]]:
        return [total for total in self.totals if total["of"] == kind]

    def themes(self) -> Iterator[tuple[tuple[str, str, str], Read]]:
        cells = {(c["theme"], c["block"], c["from"], c["about"]): c for c in self.document["cells"]}
        order = [figure["theme"] for figure in self.document["constellation"]]
        for gap in self.document["gaps"]:
            theme = gap["theme"]
            table = f"theme {order.index(theme) + 1}"
            if gap["type"] == "perception":
                about, party = gap["about"], gap["from"]
                row = f"Rol van {self.names[about]}"
                yield (table, row, "eigen beeld"), figure_of(cells[theme, "self", about, None])
                yield (table, row, f"beeld van {self.names[party]}"), figure_of(cells[theme, "other", party, about])
            elif gap["type"] in ("asymmetry", "outlook"):
                one, other = gap["between"]
                row = f"{self.names[one]} en {self.names[other]}"
                for here, there in ((one, other), (other, one)):
                    place = ("relation", here, there) if gap["type"] == "asymmetry" else ("whole", here, None)
                    yield (table, row, f"volgens {self.names[here]}"), figure_of(cells[theme, *place])

    def relations(self) -> Iterator[tuple[tuple[str, str, str], Read]]:
        for relation in self.document["relations"]:
            shown = figure_of(relation.get("one_sided") or relation)
            yield ("relations", self.pair(relation), self.titles[relation["theme"]]), shown
        for relation in self.total_of("relation"):
            ends = set(relation["between"])
            told = [v for v in self.total_of("view") if {v["from"], v["about"]} == ends and v["score"] is not None]
            shown = figure_of(told[0] if relation["score"] is None and len(told) == 1 else relation)
            yield ("relations", self.pair(relation), "Alle thema's"), shown
            yield ("relations", self.pair(relation), "Score"), shown

    def pair(self, figure: dict[str, Any]) -> str:
        return " – ".join(self.names[key] for key in figure["between"])

    def levels(self) -> Iterator[tuple[tuple[str, str, str], Read]]:
        (whole,) = self.total_of("constellation")
        yield ("relations", "De driehoek als geheel", "Score"), figure_of(whole)
        yield ("relations", "Hele driehoek", "Alle thema's"), figure_of(whole)
        related = {relation["theme"] for relation in self.document["relations"]}
        for level in self.document["constellation"]:
            if level["theme"] in related:
                yield ("relations", "Hele driehoek", self.titles[level["theme"]]), figure_of(level)

    def views(self) -> Iterator[tuple[tuple[str, str, str], Read]]:
        for view in [*self.document["views"], *self.total_of("view")]:
            for number, other in enumerate(("eigenaar", "dienst"), start=1):
                if not {view["from"], view["about"]} - {other} <= {"wonen", "natuur", "arbeid"}:
                    continue
                seen = view["from"] == other
                name = self.names[other]
                said = f"zo kijkt {name} naar de partij" if seen else f"zo kijkt de partij naar {name}"
                row = f"{self.titles.get(view['theme'], OVER_ALL)}: {said}"
                column = self.names[view["about"] if seen else view["from"]]
                yield (f"compared {number}", row, column), figure_of(view)

    def changes(self) -> Iterator[tuple[tuple[str, str, str], Read]]:
        for change in self.document["changes"]:
            if change["value"] is not None and change["of"] in ("relation", "constellation"):
                what = " en ".join(self.names[key] for key in change.get("between", ())) or "De driehoek als geheel"
                low, high = change["ci95"] or (None, None)
                theme = self.titles[change["theme"]]
                yield ("moved", theme, what), (change["value"], low, high, None)
                yield ("then and now", theme, what), (change["b"], change["a"], None, None)


def figure_of(figure: dict[str, Any]) -> Read:
    if figure["score"] is None:
        return None, None, None, figure.get("reason", "not_asked")
    low, high = figure.get("ci95") or (None, None)
    return figure["score"], low, high, None


def test_every_figure_on_the_page_and_on_paper_is_that_of_the_json(
    member: Visitor, house: House, made: Assessment
) -> None:
    with house.work(write=False) as work:
        titles = {theme.key: theme.title.nl for theme in work.instrument_of(made).themes}
    expected = Expected(house.document(made), titles).placed
    assert {reason for *_, reason in expected.values()} >= {"party_small", None}
    page = placed(Tables(member.open(f"/rapport/{made.id}").answer.text).tables)
    assert page == expected
    paper = Paper(member.client.get(f"/rapport/{made.id}/rapport.pdf").content)
    assert squeezed(placed(paper.tables())) == squeezed(expected)


def test_page_and_paper_agree_in_english_too(member: Visitor, made: Assessment) -> None:
    page = placed(Tables(member.open(f"/rapport/{made.id}?taal=en").answer.text).tables)
    paper = Paper(member.client.get(f"/rapport/{made.id}/rapport.pdf?taal=en").content)
    assert squeezed(page) == squeezed(placed(paper.tables()))
    assert len(page) > 100


def test_the_gaps_in_words_are_those_of_the_json(member: Visitor, house: House, made: Assessment) -> None:
    ranked = [gap for gap in house.document(made)["gaps"] if gap["rank"] is not None][:5]
    assert ranked
    page = " ".join(member.open(f"/rapport/{made.id}").said("p").split())
    paper = Paper(member.client.get(f"/rapport/{made.id}/rapport.pdf").content).words
    for gap in ranked:
        sentence = f"{words.SIZES[gap['size']].nl}, {words.EVIDENCE[gap['evidence']].nl}."
        distance = f"Verschil {abs(gap['value'])}"
        for form in (page, paper):
            assert re.search(rf"{distance}( \([^)]*\))? ?: {sentence}", form), (gap, sentence)
