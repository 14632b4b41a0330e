"""Owns the report on paper: a tagged PDF (PDF/UA-1) of the same figures, words and drawings as the page.

Texts that people wrote go to the typesetter as data, never as markup. The same snapshot gives the same bytes.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree

from babel.dates import format_date

from app.domain.comments import CommentsOfVoice
from app.domain.findings import Comparison, Finding, Hidden, Movement, Pair, PartyLine, Shown, Side, ThemeSection
from app.domain.report import FIRST_GAPS, FIRST_STRENGTHS, Report
from app.domain.text import Language, Text, signed
from app.export.charts import mark_alone, strip_scale
from app.export.drawings import (
    draw_comparison,
    draw_finding,
    draw_moved,
    draw_strip,
    draw_triangle,
    names_of_views,
)

Json = dict[str, Any]
_TEMPLATES = Path(__file__).parent / "paper"
#: So many parties stand side by side in one table; more go into a next one.
_PARTIES_PER_TABLE = 5
#: Stands for a character that the typeface has no shape for, such as a Chinese one in a name.
_NO_SHAPE = "■"


@dataclass(frozen=True)
class Cover:
    """What stands around a report. `made_at`: the moment of the snapshot, for the document's own date."""

    title: str
    constellation: str
    office: str
    wave: int
    closed_on: date
    made_at: datetime
    mark: str


def as_pdf(report: Report, cover: Cover, language: Language, comments: Sequence[CommentsOfVoice] = ()) -> bytes:
    """The whole report as PDF/UA-1 in one language, with the comments that were released."""
    printed = _Printed(report, language)
    data = around(cover, language) | printed.everything() | {"comments": [printed.voice(voice) for voice in comments]}
    return typeset("report.typ", data, cover.made_at)


def around(cover: Cover, language: Language) -> Json:
    """What every printed form begins with."""
    day = format_date(cover.closed_on, format="d MMMM y", locale=language)
    wave = Text("meting {n}", "wave {n}").fill(n=cover.wave).in_(language)
    closed = Text("gesloten op {day}", "closed on {day}").fill(day=day).in_(language)
    return {
        "language": language,
        "title": cover.title,
        "office": cover.office,
        "wave": cover.wave,
        "mark": cover.mark,
        "around": f"{cover.constellation} · {wave} · {closed} · {cover.office}",
        "footer": f"{cover.title} · {wave}",
    }


def typeset(template: str, data: Mapping[str, Any], made_at: datetime) -> bytes:
    """A template of this folder filled with data, as PDF/UA-1. The data are shown as they are, never run."""
    import typst  # noqa: PLC0415 - large, and only needed here

    words = json.dumps(data, ensure_ascii=False)
    compiler = typst.Compiler(
        _TEMPLATES / template,
        root=_TEMPLATES,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": _with_shapes(words)},
    )
    made = compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=made_at)
    return cast(bytes, made)


@cache
def _fonts() -> Any:
    import typst  # noqa: PLC0415
    from font_source_sans_pro import font_directory  # noqa: PLC0415

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_directory])


@cache
def _shapes() -> frozenset[int]:
    """The characters that the typeface has, in the weights that we use."""
    from font_source_sans_pro import font_files_ttf  # noqa: PLC0415
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    faces = (font_files_ttf[name] for name in ("SourceSansPro", "SourceSansProSemibold", "SourceSansProBold"))
    return frozenset.intersection(*(frozenset(TTFont(face, lazy=True).getBestCmap()) for face in faces))


def _with_shapes(words: str) -> str:
    """Every character that could not be drawn as a block; a PDF/UA may hold none without a shape."""
    shapes = _shapes()
    return "".join(c if ord(c) in shapes or c in "\n\r\t" else _NO_SHAPE for c in words)


class _Printed:
    """A report as the plain values that the template lays out, in one language."""

    def __init__(self, report: Report, language: Language) -> None:
        self._report = report
        self._language = language

    def everything(self) -> Json:
        report = self._report
        return {
            "strengths": [
                {"theme": self._say(p.theme.title), "headline": self._say(p.headline), "figure": self._figure(p.figure)}
                for p in report.strengths[:FIRST_STRENGTHS]
            ],
            "first_gaps": [self._gap(gap) for gap in report.gaps[:FIRST_GAPS]],
            "questions": [_question(self._say(words), self._say(role).lower()) for role, words in report.questions],
            "parties": [self._party(party) for party in report.parties],
            "triangle": _picture(draw_triangle(report, self._language, narrow=False)),
            "sides": [self._side(report.side(None, *pair)) for pair in report.pairs_of_parties] + [self._total()],
            "grid": self._grid(),
            "wholes": [
                {"title": self._say(s.theme.title), "figure": self._figure(s.level)} for s in report.sections if s.whole
            ],
            "marks": {"first": mark_alone(), "second": mark_alone(second=True)},
            "scale": strip_scale(),
            "sections": [self._section(section) for section in report.sections],
            "comparisons": [self._comparison(n, found) for n, found in enumerate(report.comparisons)],
            "gaps": [self._gap(gap) for gap in report.gaps],
            "more_gaps": report.material - len(report.gaps),
            "divisions": [
                {
                    "theme": self._say(d.theme.title),
                    "party": self._say(d.party),
                    "about": self._say(d.about),
                    "sure": self._say(d.sure),
                }
                for d in report.divisions
            ],
            "moved": [_picture(svg) for svg in draw_moved(report, self._language, narrow=False)],
            "movements": [self._movement(movement) for movement in report.movements],
            "unmoved": [self._hidden(hidden) for hidden in report.unmoved],
            "hidden": [self._hidden(hidden) for hidden in report.hidden],
            "method": [self._say(paragraph) for paragraph in report.method],
            "sources": [
                f"{self._say(s.theme.title)}: {'; '.join(self._say(source) for source in s.sources)}."
                for s in report.sections
            ],
            "questionnaire": report.instrument.name,
            "least_authors": report.document["params"]["k_distribution"],
        }

    def voice(self, voice: CommentsOfVoice) -> Json:
        """Words of respondents that were released, in a party's name or that of the whole."""
        whole = Text("De driehoek", "The triangle")
        return {
            "name": self._say(self._report.name(voice.party) if voice.party else whole),
            "questions": [
                {"question": self._say(asked.question), "words": list(asked.words)} for asked in voice.questions
            ],
        }

    def _say(self, text: Text | None) -> str:
        return text.in_(self._language) if text else ""

    def _figure(self, figure: Shown) -> Json:
        by_name = Text("op naam", "by name") if figure.attributed else None
        return {
            "number": None if figure.score is None else figure.number,
            "interval": figure.interval,
            "note": self._say(by_name or figure.united),
            "why": self._say(figure.why),
            "why_short": self._say(figure.why_short),
        }

    def _party(self, party: PartyLine) -> Json:
        by_name = self._say(Text("standpunt op naam", "attributed statement"))
        return {
            "name": self._say(party.name),
            "role": self._say(party.role),
            "pooled": ", ".join(self._say(name) for name in party.pooled),
            "people": party.people or "",
            "response": by_name if party.attributed else f"{party.response} %",
            "why": self._say(party.why),
            "changed": party.changed,
        }

    def _side(self, side: Side) -> Json:
        report = self._report
        return {
            "title": f"{self._say(report.name(side.one))} – {self._say(report.name(side.other))}",
            "figure": self._figure(side.figure),
            "said_by": self._say(report.name(side.said_by)) if side.said_by else "",
        }

    def _total(self) -> Json:
        title = Text("De driehoek als geheel", "The triangle as a whole")
        return {"title": self._say(title), "figure": self._figure(self._report.total), "said_by": ""}

    def _grid(self) -> Json:
        report = self._report
        related = [section for section in report.sections if not section.whole]
        keys = [*(section.theme.key for section in related), None]
        levels = [*(section.level for section in related), report.total]
        rows: list[Json] = [
            {
                "title": f"{self._say(report.name(one))} – {self._say(report.name(other))}",
                "cells": [self._side(report.side(key, one, other)) for key in keys],
            }
            for one, other in report.pairs_of_parties
        ]
        whole = [{"figure": self._figure(level), "said_by": ""} for level in levels]
        rows.append({"title": self._say(Text("Hele driehoek", "Whole triangle")), "cells": whole})
        return {"themes": [self._say(section.theme.title) for section in related], "rows": rows}

    def _section(self, section: ThemeSection) -> Json:
        first, second = names_of_views(self._report, section)
        ambition = Text("Ambitie: {points}.", "Ambition: {points}.").fill(points=section.ambition or 0)
        return {
            "title": self._say(section.theme.title),
            "extra": bool(section.theme.module),
            "definition": f"{self._say(section.theme.definition)} {self._say(section.theme.why)}",
            "ambition": "" if section.ambition is None else self._say(ambition),
            "first": self._say(first),
            "second": self._say(second),
            "groups": [
                self._group(section, list(pairs)) for _, pairs in groupby(section.pairs, lambda pair: pair.label)
            ],
        }

    def _group(self, section: ThemeSection, pairs: Sequence[Pair]) -> Json:
        """The pairs about one thing. `shared`: they have the first figure in common."""
        return {
            "label": self._say(pairs[0].label),
            "shared": len({(pair.one_label, pair.one) for pair in pairs}) == 1,
            "pairs": [
                {
                    "one_label": self._say(pair.one_label),
                    "one": self._figure(pair.one),
                    "other_label": self._say(pair.other_label),
                    "other": self._figure(pair.other),
                    "strip": draw_strip(pair, section.ambition, self._language),
                }
                for pair in pairs
            ],
        }

    def _comparison(self, number: int, comparison: Comparison) -> Json:
        starts = range(0, len(comparison.parties), _PARTIES_PER_TABLE)
        return {
            "title": self._say(comparison.title),
            "seen": self._say(comparison.seen),
            "seeing": self._say(comparison.seeing),
            "pictures": [_picture(svg) for svg in draw_comparison(self._report, number, self._language, narrow=False)],
            "parts": [self._part(comparison, slice(start, start + _PARTIES_PER_TABLE)) for start in starts],
        }

    def _part(self, comparison: Comparison, which: slice) -> Json:
        return {
            "parties": [self._say(name) for name in comparison.parties[which]],
            "rows": [
                {
                    "title": self._say(row.title),
                    "seen": [self._figure(figure) for figure in row.seen[which]],
                    "seeing": [self._figure(figure) for figure in row.seeing[which]],
                }
                for row in comparison.rows
            ],
        }

    def _gap(self, gap: Finding) -> Json:
        drawing = draw_finding(self._report, gap, self._language)
        said = f"{self._say(gap.size)}, {self._say(gap.evidence)}."
        return {
            "rank": gap.rank,
            "theme": self._say(gap.theme.title),
            "headline": self._say(gap.headline),
            "in_short": self._say(gap.in_short),
            "picture": _picture(drawing) if drawing else None,
            "a_label": _sentence(self._say(gap.a_label)),
            "a": self._figure(gap.a),
            "b_label": _sentence(self._say(gap.b_label)),
            "b": self._figure(gap.b),
            "distance": str(gap.distance),
            "interval": gap.interval,
            "said": f"{said} {self._say(gap.quadrant)}".strip(),
            "questions": [_question(self._say(words), self._say(role)) for role, words in gap.questions],
        }

    def _movement(self, movement: Movement) -> Json:
        return {
            "theme": self._say(movement.theme.title),
            "what": self._say(movement.what),
            "before": str(movement.before),
            "now": str(movement.now),
            "value": signed(movement.value),
            "interval": movement.interval,
            "evidence": self._say(movement.evidence),
        }

    def _hidden(self, hidden: Hidden) -> str:
        return f"{self._say(hidden.what)}: {self._say(hidden.why)}."


def _question(words: str, whose: str) -> Json:
    return {"words": words, "whose": whose}


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _picture(svg: str) -> Json:
    """A drawing with its own title and description as the words for who cannot see it."""
    drawing = ElementTree.fromstring(svg)  # noqa: S314 - our own drawing
    said: Iterable[str | None] = (drawing.findtext(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc"))
    return {"svg": svg, "alt": ". ".join(part.rstrip(".") for part in said if part) + "."}
