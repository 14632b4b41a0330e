"""Owns which picture shows which figures: from a Report to the charts, in one language."""

from collections.abc import Iterator
from itertools import groupby
from typing import Literal

from app.domain.findings import Pair, Shown, ThemeSection
from app.domain.report import Report
from app.domain.text import Language, Text
from app.export.charts import (
    Axis,
    Caption,
    Dumbbell,
    Figure,
    Group,
    Legend,
    Mark,
    Node,
    Row,
    Side,
    Triangle,
    dumbbell,
    triangle,
)

#: A picture cannot break over pages, so a theme with many pairs becomes several pictures.
PAIRS_PER_PICTURE = 5

_HIDDEN = Text("niet getoond: {why}", "not shown: {why}")
_TRIANGLE = Text(
    "De relaties tussen de partijen, over alle thema's samen", "The relations between the parties, over all themes"
)
_TRIANGLE_WORDS = Text(
    "Per relatie de score van 0 tot 100, met het interval. De tabel eronder toont dezelfde getallen.",
    "Per relation the score from 0 to 100, with the interval. The table below shows the same numbers.",
)


def _figure(found: Shown, language: Language) -> Figure:
    if found.score is None:
        return Figure.hidden(_HIDDEN.fill(why=found.why_short).in_(language))
    bound: Literal["at_most", "at_least"] | None = None
    if found.bound is not None:
        bound = "at_most" if found.bound == "at_most" else "at_least"
    return Figure(found.score, found.low, found.high, bound)


def draw_triangle(report: Report, language: Language, *, narrow: bool) -> str:
    """The constellation with each relation's total; pools have no relations and stand apart."""
    groups = []
    for role in report.instrument.roles:
        holders = [p for p in report.parties if p.role_key == role.key and not p.pooled]
        if holders:
            label = report.role(role.key).in_(language)
            nodes = tuple(Node(p.key, p.name.in_(language)) for p in holders)
            groups.append(Group(role.key, label, nodes, summary=f"{len(nodes)} × {label.lower()}"))
    sides = []
    for one, other in report.pairs_of_parties:
        side = report.side(None, one, other)
        sides.append(Side(one, other, _figure(side.figure, language), said_by=side.said_by))
    present = {group.key for group in groups}
    group_sides = tuple(
        Side(one, other, _figure(report.role_side(None, one, other), language))
        for one, other in report.instrument.relations
        if {one, other} <= present
    )
    drawing = Triangle(
        groups=_many_last(tuple(groups)),
        sides=tuple(sides),
        group_sides=group_sides,
        one_sided=Text(
            "Pijl: alleen het beeld van de partij waar de pijl begint.",
            "Arrow: only the view of the party where the arrow begins.",
        ).in_(language),
        notes=(
            Text(
                "Groot: score van 0 tot 100. Klein: 95%-interval.", "Large: score from 0 to 100. Small: 95% interval."
            ).in_(language),
        ),
    )
    ident = "driehoek-smal" if narrow else "driehoek"
    caption = Caption(ident, _TRIANGLE.in_(language), _TRIANGLE_WORDS.in_(language))
    return triangle(caption, drawing, narrow=narrow)


def _many_last(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    """The role with most parties is drawn as the fan, below the other two."""
    return tuple(sorted(groups, key=lambda group: len(group.nodes)))


def draw_theme(report: Report, section: ThemeSection, language: Language, *, narrow: bool) -> list[str]:
    """The pairs of one theme as dumbbells: two views of the same thing, with what lies between them."""
    judged = any(item.about_roles for item in report.instrument.items if item.theme == section.theme.key)
    if judged:
        names = (Text("eigen beeld", "self-image"), Text("beeld van de ander", "the other's view"))
    else:
        names = (Text("eerstgenoemde", "first named"), Text("tweede", "second"))
    legend = Legend(names[0].in_(language), names[1].in_(language), Text("95%-interval", "95% interval").in_(language))
    labels = report.instrument.scale.labels
    axis = Axis(labels[0].in_(language), labels[-1].in_(language))
    if section.ambition is not None:
        words = Text("ambitie {points}", "ambition {points}").fill(points=section.ambition)
        axis = Axis(axis.low, axis.high, ambition=section.ambition, ambition_label=words.in_(language))
    pictures = []
    for number, pairs in enumerate(_by_picture(section, judged=judged), start=1):
        ident = f"thema-{section.theme.key}-{number}"
        title = Text("{theme}: twee beelden naast elkaar", "{theme}: two views side by side").fill(
            theme=section.theme.title
        )
        caption = Caption(ident, title.in_(language), _pictured(pairs, language))
        rows = tuple(_row(pair, language) for pair in pairs)
        pictures.append(dumbbell(caption, Dumbbell(rows=rows, legend=legend, axis=axis), narrow=narrow))
    return pictures


def _by_picture(section: ThemeSection, *, judged: bool) -> Iterator[tuple[Pair, ...]]:
    """The pairs of one picture: all views on one party, or a handful of relations; a pair wholly hidden needs none."""
    pairs = [pair for pair in section.pairs if pair.one.score is not None or pair.other.score is not None]
    groups = [list(group) for _, group in groupby(pairs, key=lambda pair: pair.label)] if judged else [pairs]
    for group in groups:
        for start in range(0, len(group), PAIRS_PER_PICTURE):
            yield tuple(group[start : start + PAIRS_PER_PICTURE])


def _row(pair: Pair, language: Language) -> Row:
    return Row(
        pair.label.in_(language),
        Mark(_figure(pair.one, language), pair.one_label.in_(language)),
        Mark(_figure(pair.other, language), pair.other_label.in_(language)),
    )


def _pictured(pairs: tuple[Pair, ...], language: Language) -> str:
    """The picture in one sentence per pair, for who hears it."""
    return " ".join(
        f"{pair.label.in_(language)}: {pair.one_label.in_(language)} {pair.one.number}, "
        f"{pair.other_label.in_(language)} {pair.other.number}."
        for pair in pairs
    )
