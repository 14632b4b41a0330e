"""Owns the report as a workbook: what it says in words, flat rows, parties, themes, and what columns and codes mean."""

import io
from collections.abc import Iterable, Iterator, Sequence

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.domain.report import Report
from app.domain.text import Language, Text
from app.export.definitions import CODES, COLUMN_MEANINGS, PARTY_COLUMNS, SENTENCE_COLUMNS
from app.export.rows import COLUMNS, as_dicts, score_rows

_SHEETS = {
    "sentences": Text("In woorden", "In words"),
    "figures": Text("Cijfers", "Figures"),
    "parties": Text("Partijen", "Parties"),
    "themes": Text("Thema's en stellingen", "Themes and statements"),
    "words": Text("Uitleg", "Explanation"),
}
#: Every cell is a number or text: nothing that people wrote becomes a formula or a link.
_PLAIN = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def as_workbook(report: Report, language: Language) -> bytes:
    """The report as XLSX, with its words in one language; columns and codes are those of the API."""
    out = io.BytesIO()
    book = Workbook(out, _PLAIN)
    bold = book.add_format({"bold": True, "bottom": 1})
    sentences = book.add_worksheet(_SHEETS["sentences"].in_(language))
    _fill(sentences, tuple(SENTENCE_COLUMNS), _sentences(report, language), bold)
    sentences.set_column(3, 5, 70, book.add_format({"text_wrap": True, "valign": "top"}))

    rows = [tuple(row.values()) for row in as_dicts(score_rows(report.document))]
    figures = book.add_worksheet(_SHEETS["figures"].in_(language))
    _fill(figures, COLUMNS, rows, bold)
    figures.autofilter(0, 0, len(rows), len(COLUMNS) - 1)
    figures.set_column(0, len(COLUMNS) - 1, 14)

    parties = book.add_worksheet(_SHEETS["parties"].in_(language))
    _fill(parties, tuple(PARTY_COLUMNS), _parties(report, language), bold)
    parties.set_column(2, 3, 36)

    themes = book.add_worksheet(_SHEETS["themes"].in_(language))
    _fill(themes, ("theme", "item", "meaning"), _themes(report, language), bold)
    themes.set_column(0, 1, 22)
    themes.set_column(2, 2, 90)

    explained = book.add_worksheet(_SHEETS["words"].in_(language))
    _fill(explained, ("column", "code", "meaning"), _meanings(language), bold)
    explained.set_column(0, 1, 18)
    explained.set_column(2, 2, 90)
    book.close()
    return out.getvalue()


def _sentences(report: Report, language: Language) -> Iterator[tuple[object, ...]]:
    """The gaps of the report in order, with what to talk about, then its strengths."""
    for gap in report.gaps:
        questions = [f"{role.in_(language)}: {question.in_(language)}" for role, question in gap.questions]
        said = gap.headline.in_(language), gap.in_short.in_(language)
        yield "gap", gap.rank, gap.theme.key, *said, "\n".join(questions)
    for strength in report.strengths:
        yield "strength", None, strength.theme.key, strength.headline.in_(language), "", ""


def _parties(report: Report, language: Language) -> Iterator[tuple[object, ...]]:
    for p in report.parties:
        names = (p.key, p.role_key, p.role.in_(language), p.name.in_(language))
        yield *names, p.people, p.response, p.reason, p.attributed, p.changed


def _themes(report: Report, language: Language) -> Iterator[tuple[str, str, str]]:
    for section in report.sections:
        theme = section.theme
        yield theme.key, "", theme.title.in_(language)
        for item in report.instrument.items:
            words = item.own or item.text
            if item.theme == theme.key and words:
                yield theme.key, item.id, words.in_(language)


def _meanings(language: Language) -> Iterator[tuple[str, str, str]]:
    """Every column, each followed by its codes; then the columns of the other sheets."""
    for column in COLUMNS:
        yield column, "", COLUMN_MEANINGS[column].in_(language)
        for code, meaning in CODES.get(column, {}).items():
            yield column, code, meaning.in_(language)
    for sheet, columns in ((_SHEETS["parties"], PARTY_COLUMNS), (_SHEETS["sentences"], SENTENCE_COLUMNS)):
        for column, meaning in columns.items():
            yield f"{sheet.in_(language)}: {column}", "", meaning.in_(language)


def _fill(sheet: Worksheet, headings: Sequence[str], rows: Iterable[Sequence[object]], bold: Format) -> None:
    """Headings that stay in sight, and the rows beneath; a blank stays an empty cell."""
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
    for place, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, bool):
                sheet.write_boolean(place, column, value)
            elif isinstance(value, int | float):
                sheet.write_number(place, column, value)
            elif value:
                sheet.write_string(place, column, str(value))
