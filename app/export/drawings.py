"""Owns which picture shows which figures: from a Report to the charts, in one language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from app.domain.findings import Finding, Pair, Shown, ThemeSection
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
    pair_strip,
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
    judged = _is_judged(report, section)
    names = names_of_views(report, section)
    title = Text("{theme}: twee beelden naast elkaar", "{theme}: two views side by side").fill(
        theme=section.theme.title
    )
    axis = _axis(report, language)
    if section.ambition is not None:
        words = Text("ambitie {points}", "ambition {points}").fill(points=section.ambition)
        axis = Axis(axis.low, axis.high, ambition=section.ambition, ambition_label=words.in_(language))
    pairs = _drawable(section.pairs)
    groups = [list(group) for _, group in groupby(pairs, key=lambda pair: pair.label)] if judged else [pairs]
    gallery = _Gallery(f"thema-{section.theme.key}", title, groups, _legend(names, language), axis)
    return gallery.draw(language, narrow=narrow)


def names_of_views(report: Report, section: ThemeSection) -> tuple[Text, Text]:
    """What the circle and the diamond of a theme stand for."""
    if _is_judged(report, section):
        return Text("eigen beeld", "self-image"), Text("beeld van de ander", "the other's view")
    return Text("eerstgenoemde", "first named"), Text("tweede", "second")


def _is_judged(report: Report, section: ThemeSection) -> bool:
    """Whether parties judge each other's roles on this theme; else they judge what they share."""
    return any(item.about_roles for item in report.instrument.items if item.theme == section.theme.key)


def draw_strip(pair: Pair, ambition: int | None, language: Language) -> str:
    """One pair in a row of a table."""
    return pair_strip(_figure(pair.one, language), _figure(pair.other, language), ambition=ambition)


def draw_comparison(report: Report, number: int, language: Language, *, narrow: bool) -> list[str]:
    """One comparison of the report: per party how the other sees it, and how it sees the other."""
    comparison = report.comparisons[number]
    names = (comparison.seen, comparison.seeing)
    title = Text(
        "Naast elkaar, met {other}, over alle thema's samen", "Side by side, with {other}, over all themes"
    ).fill(other=comparison.other)
    groups = [_drawable(comparison.pairs)]
    gallery = _Gallery(f"naast-elkaar-{number}", title, groups, _legend(names, language), _axis(report, language))
    return gallery.draw(language, narrow=narrow)


def draw_moved(report: Report, language: Language, *, narrow: bool) -> list[str]:
    """The constellation per theme, in the earlier wave and in this one."""
    names = (Text("vorige meting", "earlier wave"), Text("deze meting", "this wave"))
    title = Text("De driehoek als geheel, toen en nu", "The triangle as a whole, then and now")
    legend = _legend(names, language, interval=False)
    gallery = _Gallery("veranderd", title, [_drawable(report.moved)], legend, _axis(report, language))
    return gallery.draw(language, narrow=narrow)


def draw_finding(report: Report, finding: Finding, language: Language) -> str | None:
    """The two sides of one gap; nothing where one of them is the ambition, which is no view."""
    if finding.kind == "ambition":
        return None
    pair = Pair(finding.theme.title, finding.a_label, finding.a, finding.b_label, finding.b)
    caption = Caption(f"verschil-{finding.rank}", finding.headline.in_(language), _pictured([pair], language))
    names = (finding.a_label, finding.b_label)
    return dumbbell(caption, Dumbbell((_row(pair, language),), _legend(names, language), _axis(report, language)))


def _axis(report: Report, language: Language) -> Axis:
    labels = report.instrument.scale.labels
    return Axis(labels[0].in_(language), labels[-1].in_(language))


def _legend(names: tuple[Text, Text], language: Language, *, interval: bool = True) -> Legend:
    whisker = Text("95%-interval", "95% interval") if interval else Text("", "")
    return Legend(names[0].in_(language), names[1].in_(language), whisker.in_(language))


def _drawable(pairs: Iterable[Pair]) -> list[Pair]:
    """A pair that is wholly hidden needs no picture; the table says why."""
    return [pair for pair in pairs if pair.one.score is not None or pair.other.score is not None]


@dataclass(frozen=True)
class _Gallery:
    """The dumbbells of one chapter: a picture per group of pairs, or several where a group is too large for one."""

    ident: str
    title: Text
    groups: Sequence[Sequence[Pair]]
    legend: Legend
    axis: Axis

    def draw(self, language: Language, *, narrow: bool) -> list[str]:
        starts = [(group, at) for group in self.groups for at in range(0, len(group), PAIRS_PER_PICTURE)]
        drawn = []
        form = "-smal" if narrow else ""
        for number, (group, at) in enumerate(starts, start=1):
            pairs = group[at : at + PAIRS_PER_PICTURE]
            caption = Caption(f"{self.ident}{form}-{number}", self.title.in_(language), _pictured(pairs, language))
            rows = tuple(_row(pair, language) for pair in pairs)
            drawn.append(dumbbell(caption, Dumbbell(rows=rows, legend=self.legend, axis=self.axis), narrow=narrow))
        return drawn


def _row(pair: Pair, language: Language) -> Row:
    return Row(
        pair.label.in_(language),
        Mark(_figure(pair.one, language), pair.one_label.in_(language)),
        Mark(_figure(pair.other, language), pair.other_label.in_(language)),
    )


def _pictured(pairs: Iterable[Pair], language: Language) -> str:
    """The picture in one sentence per pair, for who hears it."""
    return " ".join(
        f"{pair.label.in_(language)}: {pair.one_label.in_(language)} {pair.one.number}, "
        f"{pair.other_label.in_(language)} {pair.other.number}."
        for pair in pairs
    )
