"""Owns the report as a workbook: flat rows, the parties, and a sheet that says what each column means."""

import io
from collections.abc import Sequence

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.domain.report import Report
from app.domain.text import Language, Text
from app.export.rows import COLUMNS, as_dicts, score_rows

_SHEETS = {
    "figures": Text("Cijfers", "Figures"),
    "parties": Text("Partijen", "Parties"),
    "words": Text("Uitleg", "Explanation"),
}
_MEANINGS: dict[str, Text] = {
    "kind": Text("soort cijfer", "kind of figure"),
    "type": Text("soort verschil, of waarvan het totaal is", "kind of gap, or what the total is of"),
    "theme": Text("sleutel van het thema", "key of the theme"),
    "block": Text(
        "self: over de eigen rol; other: over de rol van een ander; relation: over de relatie; whole: over het geheel",
        "self: about the own role; other: about another's role; relation: about the relation; whole: about the whole",
    ),
    "from": Text("wie het zegt", "who says it"),
    "about": Text("over wie", "about whom"),
    "between": Text("tussen welke twee", "between which two"),
    "state": Text("published of suppressed (niet getoond)", "published or suppressed (not shown)"),
    "reason": Text("waarom een cijfer ontbreekt", "why a figure is missing"),
    "score": Text("punten van 0 tot 100; bij een verschil: a min b", "points from 0 to 100; of a gap: a minus b"),
    "low": Text("ondergrens van het 95%-interval", "lower bound of the 95% interval"),
    "high": Text("bovengrens van het 95%-interval", "upper bound of the 95% interval"),
    "bound": Text("at_least: minstens dit; at_most: hoogstens dit", "at_least: at least this; at_most: at most this"),
    "a": Text("eerste deel van een verschil", "first part of a gap"),
    "b": Text("tweede deel van een verschil", "second part of a gap"),
    "size": Text("grootte van het verschil", "size of the gap"),
    "evidence": Text("hoe zeker het verschil is", "how certain the gap is"),
    "material": Text("onderwerp voor het gesprek", "a topic for the conversation"),
    "rank": Text("volgorde van belang", "order of weight"),
    "agreement": Text("hoe eensgezind de partij is", "how united the party is"),
    "flags": Text(
        "attributed: standpunt op naam; little_sight: weinig zicht", "attributed: by name; little_sight: little sight"
    ),
    "included": Text("hoeveel delen meetellen", "how many parts are included"),
    "total": Text("hoeveel delen er zijn", "how many parts there are"),
}


def as_workbook(report: Report, language: Language) -> bytes:
    """The report as XLSX; every cell is a number or text, never a formula."""
    out = io.BytesIO()
    book = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True, "bottom": 1})
    rows = [tuple(row.values()) for row in as_dicts(score_rows(report.document))]
    figures = book.add_worksheet(_SHEETS["figures"].in_(language))
    _fill(figures, COLUMNS, rows, bold)
    figures.freeze_panes(1, 0)
    figures.autofilter(0, 0, len(rows), len(COLUMNS) - 1)
    figures.set_column(0, len(COLUMNS) - 1, 14)

    parties = [
        (p.key, p.role_key, p.name.in_(language), p.people, p.response, p.why.in_(language)) for p in report.parties
    ]
    headings = ("key", "role", "name", "n", "response", "reason")
    _fill(book.add_worksheet(_SHEETS["parties"].in_(language)), headings, parties, bold)

    meanings = [(name, _MEANINGS[name].in_(language)) for name in COLUMNS]
    explained = book.add_worksheet(_SHEETS["words"].in_(language))
    _fill(explained, ("column", "meaning"), meanings, bold)
    explained.set_column(1, 1, 90)
    book.close()
    return out.getvalue()


def _fill(sheet: Worksheet, headings: Sequence[str], rows: Sequence[Sequence[object]], bold: Format) -> None:
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
    for place, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, bool):
                sheet.write_boolean(place, column, value)
            elif isinstance(value, int):
                sheet.write_number(place, column, value)
            elif value:
                sheet.write_string(place, column, str(value))
