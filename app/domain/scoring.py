"""Owns scoring.md §4 and §6: cells, views, relations and roll-ups, from published cells only; agreement in a cell."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from app.domain.constellation import Constellation
from app.domain.disclosure import Disclosure, Reason, first_reason
from app.domain.estimate import BlockScores, Cell, exact_sum
from app.domain.instrument import Block, Theme


@dataclass(frozen=True, slots=True)
class Figure:
    """θ as fixed weights over published base cells, or the reason why there is none."""

    weights: Mapping[Cell, Fraction] | None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class RolledUp:
    """A figure over many: `included` of `total` parts are published."""

    figure: Figure
    included: int
    total: int


@dataclass(frozen=True, slots=True)
class View:
    """D[u→t]: how `party` sees `about` on a theme; theme None for its total."""

    theme: str | None
    party: str
    about: str


@dataclass(frozen=True, slots=True)
class Relation:
    """P{u,t}: one relation seen from both sides; the earlier party in assessment order first."""

    theme: str | None
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class RoleRelation:
    """P{r,s}: all published relations between two roles."""

    theme: str | None
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Whole:
    """The constellation on a theme."""

    theme: str | None


@dataclass(frozen=True)
class Scores:
    """Every figure of one assessment, hidden ones with their reason."""

    cells: Mapping[Cell, Figure]
    views: Mapping[View, Figure]
    relations: Mapping[Relation, Figure]
    role_relations: Mapping[RoleRelation, RolledUp]
    constellation: Mapping[Whole, RolledUp]
    totals: Mapping[View | Relation | RoleRelation | Whole, RolledUp]


def combine(parts: Sequence[tuple[Fraction, Figure]]) -> Figure:
    """Σ factor · figure; hidden, with the first reason of its components, as soon as one part is."""
    reasons = [figure.reason for _, figure in parts if figure.reason is not None]
    if reasons:
        return Figure(None, first_reason(reasons))
    weights: dict[Cell, Fraction] = {}
    for factor, figure in parts:
        for cell, weight in (figure.weights or {}).items():
            share = factor * weight
            weights[cell] = weights[cell] + share if cell in weights else share
    return Figure({cell: weight for cell, weight in weights.items() if weight})


def mean_of(figures: Sequence[Figure]) -> Figure:
    return combine([(Fraction(1, len(figures)), figure) for figure in figures])


def mean_of_published(figures: Sequence[Figure]) -> Figure:
    """The mean over those that are published; hidden only when none is."""
    published = [figure for figure in figures if figure.weights is not None]
    return mean_of(published or figures)


def score(constellation: Constellation, disclosure: Disclosure) -> Scores:
    """All figures of §4 for one assessment."""
    cells = {
        cell: Figure({cell: Fraction(1)}) if reason is None else Figure(None, reason)
        for cell, reason in sorted(
            disclosure.reasons.items(), key=lambda pair: _place(constellation, disclosure, pair[0])
        )
    }
    views = dict(_views(constellation, disclosure, cells))
    relations = dict(_relations(constellation, views))
    role_relations = dict(_role_relations(constellation, relations))
    whole = dict(_constellation(constellation, disclosure, cells, relations, role_relations))
    totals: dict[View | Relation | RoleRelation | Whole, RolledUp] = {}
    counted = [theme for theme in constellation.themes if theme.in_totals and not theme.module]
    for view in dict.fromkeys(View(None, v.party, v.about) for v in views):
        totals[view] = _total([views.get(View(t.key, view.party, view.about)) for t in counted])
    for relation in dict.fromkeys(Relation(None, r.one, r.other) for r in relations):
        totals[relation] = _total([relations.get(Relation(t.key, relation.one, relation.other)) for t in counted])
    for pair in dict.fromkeys(RoleRelation(None, r.one, r.other) for r in role_relations):
        rolled = [role_relations.get(RoleRelation(t.key, pair.one, pair.other)) for t in counted]
        totals[pair] = _total([part.figure if part else None for part in rolled])
    totals[Whole(None)] = _total([whole[Whole(t.key)].figure if Whole(t.key) in whole else None for t in counted])
    return Scores(cells, views, relations, role_relations, whole, totals)


_BLOCK_ORDER: dict[Block, int] = {"self": 0, "other": 1, "relation": 2, "whole": 3}


def _place(constellation: Constellation, disclosure: Disclosure, cell: Cell) -> tuple[int, int, int, int]:
    """Order of cells: theme, block, party, judged party; pools after all parties."""
    parties = [standing.party.key for standing in disclosure.standings]
    themes = [theme.key for theme in constellation.themes]
    return (
        themes.index(cell.theme),
        _BLOCK_ORDER[cell.block],
        parties.index(cell.party),
        -1 if cell.about is None else parties.index(cell.about),
    )


def _views(
    constellation: Constellation, disclosure: Disclosure, cells: Mapping[Cell, Figure]
) -> Iterator[tuple[View, Figure]]:
    """D = ½·O + ½·R, or the one block that exists. One block hidden: D hidden."""
    for theme in constellation.themes:
        for standing in disclosure.standings:
            for about in constellation.faced_by(standing.party):
                parts = [
                    cells[cell]
                    for block in ("other", "relation")
                    if (
                        cell := Cell(
                            theme.key,
                            "other" if block == "other" else "relation",
                            standing.party.key,
                            about.key,
                        )
                    )
                    in cells
                ]
                if parts:
                    yield View(theme.key, standing.party.key, about.key), mean_of(parts)


def _relations(constellation: Constellation, views: Mapping[View, Figure]) -> Iterator[tuple[Relation, Figure]]:
    """P = ½·D[u→t] + ½·D[t→u]; never from one direction, never with a pool."""
    for theme in constellation.themes:
        for one, other in pairs_of_parties(constellation):
            there, back = views.get(View(theme.key, one, other)), views.get(View(theme.key, other, one))
            if there and back:
                yield Relation(theme.key, one, other), mean_of([there, back])


def pairs_of_parties(constellation: Constellation) -> Iterator[tuple[str, str]]:
    """Every unordered pair of parties whose roles form an instrument pair, earlier party first; no pools."""
    for place, one in enumerate(constellation.parties):
        for other in constellation.parties[place + 1 :]:
            if constellation.instrument.related(one.role, other.role):
                yield one.key, other.key


def _role_relations(
    constellation: Constellation, relations: Mapping[Relation, Figure]
) -> Iterator[tuple[RoleRelation, RolledUp]]:
    roles = {party.key: party.role for party in constellation.parties}
    for theme in constellation.themes:
        for pair in constellation.instrument.relations:
            parts = [
                figure
                for relation, figure in relations.items()
                if relation.theme == theme.key and {roles[relation.one], roles[relation.other]} == set(pair)
            ]
            if parts:
                yield RoleRelation(theme.key, *pair), _rolled_up(mean_of_published(parts), parts)


def _rolled_up(figure: Figure, parts: Sequence[Figure]) -> RolledUp:
    return RolledUp(figure, sum(part.weights is not None for part in parts), len(parts))


def _constellation(
    constellation: Constellation,
    disclosure: Disclosure,
    cells: Mapping[Cell, Figure],
    relations: Mapping[Relation, Figure],
    role_relations: Mapping[RoleRelation, RolledUp],
) -> Iterator[tuple[Whole, RolledUp]]:
    for theme in constellation.themes:
        if constellation.instrument.is_whole(theme.key):
            yield Whole(theme.key), _whole_theme(constellation, disclosure, cells, theme)
            continue
        pairs = [rolled for key, rolled in role_relations.items() if key.theme == theme.key]
        if pairs:
            parts = [figure for relation, figure in relations.items() if relation.theme == theme.key]
            yield Whole(theme.key), _rolled_up(mean_of([pair.figure for pair in pairs]), parts)


def _whole_theme(
    constellation: Constellation, disclosure: Disclosure, cells: Mapping[Cell, Figure], theme: Theme
) -> RolledUp:
    """Mean over roles of the mean over the role's published parties; every role that was asked must have one."""
    per_role: list[Figure] = []
    parts: list[Figure] = []
    for role in constellation.instrument.roles:
        if role.context:
            continue
        asked = [
            (standing, cells[cell])
            for standing in disclosure.standings
            if standing.party.role == role.key and (cell := Cell(theme.key, "whole", standing.party.key, None)) in cells
        ]
        if asked:
            per_role.append(mean_of_published([figure for _, figure in asked]))
            parts += [figure for standing, figure in asked if not standing.pooled]
    return _rolled_up(mean_of(per_role), parts)


def _total(themes: Sequence[Figure | None]) -> RolledUp:
    """The mean over the themes that there are, only if at least two thirds of them are published."""
    applicable = [figure for figure in themes if figure is not None]
    published = [figure for figure in applicable if figure.weights is not None]
    enough = bool(applicable) and 3 * len(published) >= 2 * len(applicable)
    if enough:
        figure = mean_of(published)
    else:
        figure = Figure(None, first_reason([f.reason for f in applicable if f.reason is not None] or ["not_asked"]))
    return RolledUp(figure, len(published), len(applicable))


# --- Agreement within a cell (§6) -------------------------------------------------------------------------------------

Class = Literal["united", "mixed", "divided"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the people behind one cell give the same answers. `rwg` is r*wg(j); `ad` is AD_M(J), in steps."""

    rwg: Fraction
    ad: Fraction
    steps: int

    @property
    def as_class(self) -> Class:
        if self.rwg >= Fraction(7, 10):
            return "united"
        return "mixed" if self.rwg >= Fraction(1, 2) else "divided"

    @property
    def division(self) -> Literal["clear", "indication"] | None:
        """A division needs low r*; with more than the practical limit A/6 of deviation it is clear."""
        signs = [self.rwg < Fraction(1, 2), self.ad > Fraction(self.steps, 6)]
        return "clear" if all(signs) else "indication" if any(signs) else None


def agreement(block: BlockScores, steps: int) -> Agreement | None:
    """r*wg(j) against the uniform null and AD_M(J), over items with at least two answers; None when there are none."""
    variances: list[tuple[int, int]] = []
    deviations: list[tuple[int, int]] = []
    for tally in block.tallies.tolist():
        n = sum(tally)
        if n < 2:
            continue
        steps_given = sum(step * count for step, count in enumerate(tally, start=1))
        squares = sum(step * step * count for step, count in enumerate(tally, start=1))
        variances.append((n * squares - steps_given * steps_given, n * (n - 1)))
        away = sum(count * abs(n * step - steps_given) for step, count in enumerate(tally, start=1))
        deviations.append((away, n * n))
    if not variances:
        return None
    uniform = Fraction(steps * steps - 1, 12)
    return Agreement(
        rwg=1 - exact_sum(variances) / (len(variances) * uniform),
        ad=exact_sum(deviations) / len(deviations),
        steps=steps,
    )


def rounded_sd(values: Sequence[Fraction]) -> int:
    """The standard deviation (n − 1), rounded half up, exact on ties."""
    n, total = len(values), sum(values, Fraction(0))
    variance = (sum((v * v for v in values), Fraction(0)) - total * total / n) / (n - 1)
    return (math.isqrt(math.floor(4 * variance)) + 1) // 2


def sd_of_scores(block: BlockScores) -> int:
    """The standard deviation of a cell's block scores, in points, rounded half up."""
    # Twelve items of 250 steps, the most that there are, fit for 190,000 people; all else for more.
    numerators = block.numerators[block.present]
    n, total, squares = len(numerators), block.total, int(np.dot(numerators, numerators))
    variance = Fraction(10000 * (n * squares - total * total), n * (n - 1) * block.denominator**2)
    return (math.isqrt(math.floor(4 * variance)) + 1) // 2
