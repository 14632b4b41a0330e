"""Owns scoring.md §5: gaps with their size and evidence, their order, and the strengths."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from app.domain.constellation import Constellation
from app.domain.disclosure import Disclosure, Reason, first_reason
from app.domain.estimate import Cell, Estimate, Estimator
from app.domain.parameters import CUTS, Parameters
from app.domain.scoring import Figure, Relation, Scores, View, Whole, combine, pairs_of_parties

GapType = Literal["perception", "asymmetry", "outlook", "ambition", "change"]
Size = Literal["negligible", "small", "moderate", "large"]
Evidence = Literal["clear", "indication", "no_large_gap", "undecided", "stated"]

TYPE_ORDER: tuple[GapType, ...] = ("perception", "asymmetry", "outlook", "ambition", "change")
_KIND_ORDER = (None, "view", "relation", "constellation")
#: Without an ambition of its own, a theme is strong where both sides are at this level or above.
STRONG_FROM = Fraction(125, 2)
MOST_STRENGTHS = 3


@dataclass(frozen=True)
class Gap:
    """A difference between two figures, both kept beside it; `difference` None with a reason when hidden.

    `identity`: whom it is about, in the words of the score document. `parties`: the same as keys, for ordering: the
    judged party before the one that judges.
    `target`: the ambition that the quadrant is drawn against, or None.
    """

    type: GapType
    theme: str
    identity: Mapping[str, object]
    parties: tuple[str, ...]
    a: Estimate | None
    b: Estimate | Fraction | None
    difference: Estimate | None
    reason: Reason | None = None
    target: Fraction | None = None

    @property
    def value(self) -> Fraction:
        return self.difference.value if self.difference else Fraction(0)

    @property
    def size(self) -> Size:
        small, moderate, large = CUTS
        points = abs(self.value)
        return (
            "negligible"
            if points < small
            else "small"
            if points < moderate
            else "moderate"
            if points < large
            else "large"
        )

    @property
    def evidence(self) -> Evidence:
        """In this order, on unrounded values; a difference between two statements is `stated`."""
        if self.difference is None or self.difference.attributed:
            return "stated"
        _, moderate, large = CUTS
        if abs(self.value) >= moderate:
            for level, evidence in ((0.95, "clear"), (0.80, "indication")):
                low, high = self.difference.interval(level)
                if low > 0 or high < 0:
                    return "clear" if evidence == "clear" else "indication"
        low, high = self.difference.interval(0.90)
        return "no_large_gap" if -large < low and high < large else "undecided"

    @property
    def material(self) -> bool:
        """A topic for conversation. Being above the ambition never is."""
        if self.difference is None or (self.type == "ambition" and self.value >= 0):
            return False
        return self.evidence in ("clear", "indication")

    @property
    def quadrant(self) -> str | None:
        """(over, under or in agreement) × (the other's view above or below the ambition); perception gaps only."""
        if self.type != "perception" or self.target is None or self.evidence in ("undecided", "stated"):
            return None
        if not isinstance(self.b, Estimate):
            return None
        agreeing = self.evidence == "no_large_gap"
        direction = "agree" if agreeing else "over" if self.value > 0 else "under"
        return f"{direction}_{'above' if self.b.value >= self.target else 'below'}"

    @property
    def least(self) -> float:
        """L: the lower bound of the 80 % interval of |g|, at least 0."""
        if self.difference is None:
            return 0.0
        return max(0.0, round(float(abs(self.value)) - self.difference.margin(0.80), 9))


def find_gaps(
    constellation: Constellation,
    disclosure: Disclosure,
    scores: Scores,
    estimator: Estimator,
    params: Parameters,
) -> list[Gap]:
    """Every comparison that the instrument allows, hidden ones with their reason: by type, theme, parties."""
    measure = Comparer(estimator)
    return [
        *_perception(constellation, scores, measure, params),
        *_asymmetry(constellation, scores, measure),
        *_outlook(constellation, disclosure, scores, measure),
        *_ambition(constellation, scores, measure, params),
    ]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is compared: the kind, the theme, and between whom. `target`: the theme's ambition, if any."""

    type: GapType
    theme: str
    identity: Mapping[str, object]
    parties: tuple[str, ...]
    target: Fraction | None = None


@dataclass(frozen=True)
class Comparer:
    """Turns two figures into a gap with both components beside it."""

    estimator: Estimator

    def between(self, asked: Comparison, one: Figure, other: Figure) -> Gap:
        """one − other, with both beside it."""
        difference = combine([(Fraction(1), one), (Fraction(-1), other)])
        place = (asked.type, asked.theme, asked.identity, asked.parties)
        if difference.weights is None or one.weights is None or other.weights is None:
            return Gap(*place, None, None, None, difference.reason)
        return Gap(
            *place,
            self.estimator.estimate(one.weights),
            self.estimator.estimate(other.weights),
            self.estimator.estimate(difference.weights),
            target=asked.target,
        )

    def against(
        self,
        theme: str,
        figure: Figure,
        ambition: Fraction,
        identity: Mapping[str, object],
        parties: tuple[str, ...],
    ) -> Gap:
        if figure.weights is None:
            return Gap("ambition", theme, identity, parties, None, None, None, figure.reason)
        level = self.estimator.estimate(figure.weights)
        difference = Estimate(level.value - ambition, level.spreads, level.fine)
        return Gap("ambition", theme, identity, parties, level, ambition, difference)


def _perception(constellation: Constellation, scores: Scores, measure: Comparer, params: Parameters) -> Iterator[Gap]:
    """S[t] − O[u→t]: + means that the self-image is more favourable than the other's view."""
    for theme in constellation.themes:
        for about in constellation.parties:
            own = scores.cells.get(Cell(theme.key, "self", about.key, None))
            for party in constellation.faced_by(about):
                other = scores.cells.get(Cell(theme.key, "other", party.key, about.key))
                if own and other:
                    target = params.ambition.get(theme.key)
                    identity = {"about": about.key, "from": party.key}
                    asked = Comparison("perception", theme.key, identity, (about.key, party.key), target)
                    yield measure.between(asked, own, other)


def _asymmetry(constellation: Constellation, scores: Scores, measure: Comparer) -> Iterator[Gap]:
    """R[u→t] − R[t→u]: one relation, two experiences."""
    for theme in constellation.themes:
        for one, other in pairs_of_parties(constellation):
            there = scores.cells.get(Cell(theme.key, "relation", one, other))
            back = scores.cells.get(Cell(theme.key, "relation", other, one))
            if there and back:
                asked = Comparison("asymmetry", theme.key, {"between": [one, other]}, (one, other))
                yield measure.between(asked, there, back)


def _outlook(constellation: Constellation, disclosure: Disclosure, scores: Scores, measure: Comparer) -> Iterator[Gap]:
    """W[u] − W[t]: one triangle, two pictures; a pool counts as one party here."""
    standings = disclosure.standings
    for theme in constellation.themes:
        for place, one in enumerate(standings):
            for other in standings[place + 1 :]:
                if constellation.instrument.related(one.party.role, other.party.role):
                    keys = (one.party.key, other.party.key)
                    own = scores.cells.get(Cell(theme.key, "whole", keys[0], None))
                    theirs = scores.cells.get(Cell(theme.key, "whole", keys[1], None))
                    if own and theirs:
                        asked = Comparison("outlook", theme.key, {"between": list(keys)}, keys)
                        yield measure.between(asked, own, theirs)


def _ambition(constellation: Constellation, scores: Scores, measure: Comparer, params: Parameters) -> Iterator[Gap]:
    """D, P and the constellation, each against the ambition that the triangle agreed."""
    for theme in constellation.themes:
        ambition = params.ambition.get(theme.key)
        if ambition is None:
            continue
        for about in constellation.parties:
            for view, figure in scores.views.items():
                if view.theme == theme.key and view.about == about.key:
                    identity: dict[str, object] = {"of": "view", "from": view.party, "about": view.about}
                    yield measure.against(theme.key, figure, ambition, identity, (view.about, view.party))
        for relation, figure in scores.relations.items():
            if relation.theme == theme.key:
                keys = (relation.one, relation.other)
                yield measure.against(theme.key, figure, ambition, {"of": "relation", "between": list(keys)}, keys)
        whole = scores.constellation.get(Whole(theme.key))
        if whole:
            yield measure.against(theme.key, whole.figure, ambition, {"of": "constellation"}, ())


@dataclass(frozen=True)
class Order:
    """The order of themes and parties in one assessment, for ties."""

    themes: Sequence[str]
    parties: Sequence[str]

    def theme(self, key: str) -> int:
        return self.themes.index(key)

    def of_parties(self, keys: Sequence[str]) -> tuple[int, ...]:
        return tuple(self.parties.index(key) for key in keys)


def ranked(gaps: Sequence[Gap], order: Order) -> list[Gap]:
    """Material gaps, the ones to talk about first in front."""
    return sorted(
        (gap for gap in gaps if gap.material),
        key=lambda gap: (
            gap.evidence != "clear",
            -gap.least,
            -abs(gap.value),
            TYPE_ORDER.index(gap.type),
            order.theme(gap.theme),
            _KIND_ORDER.index(gap.identity.get("of")),
            order.of_parties(gap.parties),
        ),
    )


@dataclass(frozen=True)
class Strength:
    """What goes well, by shared view. `level`: the other's view, D or P; `low`: its lower 80 % bound, in points."""

    type: Literal["perception", "view", "relation"]
    theme: str
    identity: Mapping[str, object]
    parties: tuple[str, ...]
    level: Estimate
    low: float


def find_strengths(
    gaps: Sequence[Gap], scores: Scores, estimator: Estimator, params: Parameters, order: Order
) -> list[Strength]:
    """At most one per theme and three in all, by the lower 80 % bound, then theme and party."""
    candidates = [*_shared_strengths(gaps, params), *_high_strengths(scores, estimator, params)]
    candidates.sort(key=lambda s: (-s.low, order.theme(s.theme), order.of_parties(s.parties)))
    first_per_theme: dict[str, Strength] = {}
    for candidate in candidates:
        first_per_theme.setdefault(candidate.theme, candidate)
    return list(first_per_theme.values())[:MOST_STRENGTHS]


def _shared_strengths(gaps: Sequence[Gap], params: Parameters) -> Iterator[Strength]:
    for gap in gaps:
        if gap.type != "perception" or gap.difference is None or gap.evidence != "no_large_gap":
            continue
        level = params.ambition.get(gap.theme, STRONG_FROM)
        if gap.a and isinstance(gap.b, Estimate) and gap.a.value >= level and gap.b.value >= level:
            low = round(gap.b.interval(0.80)[0], 9)
            yield Strength("perception", gap.theme, gap.identity, gap.parties, gap.b, low)


def _high_strengths(scores: Scores, estimator: Estimator, params: Parameters) -> Iterator[Strength]:
    figures: list[tuple[View | Relation, Figure]] = [*scores.views.items(), *scores.relations.items()]
    for key, figure in figures:
        if figure.weights is None or key.theme is None:
            continue
        estimate = estimator.estimate(figure.weights)
        low = round(estimate.interval(0.80)[0], 9)
        if estimate.attributed or low <= params.ambition.get(key.theme, STRONG_FROM):
            continue
        if isinstance(key, View):
            identity: dict[str, object] = {"from": key.party, "about": key.about}
            yield Strength("view", key.theme, identity, (key.about, key.party), estimate, low)
        else:
            keys = (key.one, key.other)
            yield Strength("relation", key.theme, {"between": list(keys)}, keys, estimate, low)


def expected_chance_flags(gaps: Sequence[Gap]) -> tuple[int, Fraction, Fraction]:
    """(comparisons, clear, indication): published gaps with an interval, and the flags that chance alone would give.

    5 % and 20 % of comparisons (the 20 % includes the 5 %); half of that where only one side is ever flagged.
    """
    with_interval = [gap for gap in gaps if gap.difference is not None and not gap.difference.attributed]
    one_sided = sum(gap.type == "ambition" for gap in with_interval)
    counted = len(with_interval) - one_sided + Fraction(one_sided, 2)
    return len(with_interval), counted / 20, counted / 5


def hidden_change(now: Figure, before: Reason | None) -> Reason:
    """Why a change is not shown: the first reason of either wave; `version` when only the kept figure is missing."""
    return first_reason([reason for reason in (now.reason, before) if reason is not None] or ["version"])
