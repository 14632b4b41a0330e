"""Owns scoring.md §2–3: from answers to block scores, and the one estimator behind every figure.

Whole numbers and exact rationals up to the square root: with five people a fifth of all gaps fall exactly on a cut.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from app.domain.answers import BLANK, DONT_KNOW, NOT_APPLICABLE, NOT_SHOWN
from app.domain.instrument import Block
from app.domain.parameters import Parameters

Codes = npt.NDArray[np.uint8]
Whole = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

#: A group cell's mean is held within these points before any use (scoring.md §4).
CLAMP_LOW, CLAMP_HIGH = Fraction(5), Fraction(95)
#: Below this many contributors spread enters in classes and bounds are rounded outward (§3, §7.7).
FINE_FROM = 10


def half_up(value: Fraction) -> int:
    """⌊x + ½⌋, for negatives too (§2.6)."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def exact_sum(parts: Iterable[tuple[int, int]]) -> Fraction:
    """The exact sum of (numerator, denominator): what `sum` gives of fractions, without making each of them."""
    parts = list(parts)
    common = math.lcm(*(below for _, below in parts))
    return Fraction(sum(above * (common // below) for above, below in parts), common)


@dataclass(frozen=True, slots=True)
class Cell:
    """A base cell: what `party` says in a block of a theme (about party `about`; None for self and whole)."""

    theme: str
    block: Block
    party: str
    about: str | None


@dataclass(frozen=True)
class BlockScores:
    """Every person's score on one block, and what is needed to judge agreement and sight.

    A person's score in points is `100 · numerators[i] / denominator`, where `present[i]`; else it is missing.
    `tallies[j, v]`: how many contributors gave step v + 1 to item j, after reversal.
    `given`: items × people, the step that each contributor gave, after reversal; 0 where there is none. `sighted`:
    people who were shown the block and answered any of it; `asked`: Σ (J − not applicable) over them.
    """

    numerators: Whole
    present: Mask
    denominator: int
    sighted: int
    asked: int
    dont_know: int
    tallies: Whole
    given: Codes

    @property
    def all_complete(self) -> bool:
        """Every contributor answered every item."""
        return int(np.count_nonzero(self.given)) == self.contributors * len(self.given)

    @cached_property
    def contributors(self) -> int:
        return int(np.count_nonzero(self.present))

    @cached_property
    def total(self) -> int:
        return int(self.numerators.sum())

    @cached_property
    def mean(self) -> Fraction:
        """The unweighted mean of the contributors, in points, before any clamp."""
        return Fraction(100 * self.total, self.denominator * self.contributors)

    @cached_property
    def clamped_mean(self) -> Fraction:
        """The same, held within the points that a group's mean may take (§4)."""
        return min(max(self.mean, CLAMP_LOW), CLAMP_HIGH)

    @property
    def dont_know_rate(self) -> Fraction:
        return Fraction(self.dont_know, self.asked) if self.asked else Fraction(0)


def score_block(codes: Codes, steps: int, reversed_items: Sequence[bool]) -> BlockScores:
    """Respondent → block score (scoring.md §2), for `codes` of shape people × items in the packed form.

    The half rule decides who has a score: J items, `required = max(2, ceil(applicable / 2))`, 1 when J = 1.
    """
    items = codes.shape[1]
    # Row by row and in small numbers a processor does many people at once: a block has at most 250 steps and twelve
    # items, so that a step and a count of items fit in a byte each.
    by_item = np.ascontiguousarray(codes.T)
    answers = (by_item > BLANK) & (by_item <= steps)
    responded = ((by_item != BLANK) & (by_item != NOT_SHOWN)).any(axis=0)
    answered = answers.view(np.uint8).sum(axis=0, dtype=np.uint8)
    applicable = items - (by_item == NOT_APPLICABLE).view(np.uint8).sum(axis=0, dtype=np.uint8)
    required = np.uint8(1) if items == 1 else np.maximum(2, (applicable + 1) // 2)
    present = answered >= required

    given = by_item * (answers & present)
    for item in np.flatnonzero(reversed_items):
        given[item] = (steps + 1 - given[item]) * (given[item] > 0)

    common = math.lcm(*range(1, items + 1))
    # What one step weighs, by how many items were answered; nothing weighs anything for whoever answered none.
    weight = np.array([0, *(common // count for count in range(1, items + 1))])
    above_one = given.sum(axis=0, dtype=np.min_scalar_type(items * steps)) - answered * present
    return BlockScores(
        numerators=above_one * weight[answered],
        present=present,
        denominator=common * (steps - 1),
        sighted=int(np.count_nonzero(responded)),
        asked=int(applicable[responded].sum(dtype=np.int64)),
        dont_know=int(np.count_nonzero(by_item == DONT_KNOW)),
        tallies=np.array([[np.count_nonzero(row == step) for step in range(1, steps + 1)] for row in given]),
        given=given,
    )


class Source(Protocol):
    """Where a cell's mean comes from: a group of people, or a statement."""

    def contributors(self, cell: Cell) -> int: ...

    def mean(self, cell: Cell) -> Fraction: ...


@dataclass(frozen=True)
class StatementSource:
    """An attributed position: it has a mean, and no sampling variance (scoring.md §8)."""

    blocks: Mapping[Cell, BlockScores]

    def contributors(self, cell: Cell) -> int:
        return self.blocks[cell].contributors

    def mean(self, cell: Cell) -> Fraction:
        return self.blocks[cell].mean


def _whole(numbers: npt.NDArray[Any]) -> list[list[int]]:
    """The same numbers as Python's own, which know no bounds."""
    return [[int(number) for number in row] for row in numbers.tolist()]


class GroupSource:
    """The people of one party in all their cells, ready to leave any one of them out.

    For one person i, leaving i out moves the mean of cell c by (mean_c − b_ic) / (n_c − 1), and by nothing where i has
    no score. These moves sum to zero over the party, so V_u is a quadratic form in their products, which are kept once
    per pair of cells as whole numbers: no figure needs the people themselves again.
    """

    def __init__(self, blocks: Mapping[Cell, BlockScores]) -> None:
        self.blocks = blocks
        self._place = {cell: place for place, cell in enumerate(blocks)}
        # Floats are multiplied many times as fast as objects, and whole numbers below 2⁵³ are exact in them, in
        # whatever order they are added up. No score exceeds its denominator, so no sum of products exceeds `most`.
        most = max(block.denominator**2 * len(block.present) for block in blocks.values())
        kind = np.float64 if most < 2**53 else object
        mask = np.stack([block.present for block in blocks.values()], dtype=kind)
        scores = np.stack([block.numerators for block in blocks.values()], dtype=kind)
        # Per cell whoever has a score in it, a bit per person.
        self._who = [int.from_bytes(np.packbits(block.present).tobytes(), "big") for block in blocks.values()]
        self._n = [block.contributors for block in blocks.values()]
        self._total = [block.total for block in blocks.values()]
        self._shared = _whole(mask @ mask.T)
        self._within = _whole(scores @ mask.T)
        self._product = _whole(scores @ scores.T)

    def contributors(self, cell: Cell) -> int:
        return self.blocks[cell].contributors

    def mean(self, cell: Cell) -> Fraction:
        return self.blocks[cell].clamped_mean

    def persons(self, cells: Iterable[Cell]) -> int:
        """How many people have a score in at least one of the cells (n_u)."""
        who = 0
        for cell in cells:
            who |= self._who[self._place[cell]]
        return who.bit_count()

    def variance(self, weights: Mapping[Cell, Fraction], persons: int) -> Fraction:
        """V_u of §3 before floor and classes, for n_u `persons`: delete-one jackknife, in points²."""
        # (cell, weight as whole numbers, and with what stands below its move): one denominator, the rest is whole.
        moves = []
        for cell, weight in weights.items():
            c = self._place[cell]
            above, below = weight.as_integer_ratio()
            moves.append((c, above, below * self._n[c] * (self._n[c] - 1) * self.blocks[cell].denominator))
        common = math.lcm(*(below for _, _, below in moves))
        whole = [(c, above * (common // below)) for c, above, below in moves]
        squares = 0
        for position, (c, z) in enumerate(whole):
            squares += z * z * self._kernel(c, c)
            for d, y in whole[position + 1 :]:
                squares += 2 * z * y * self._kernel(c, d)
        return Fraction(100 * 100 * (persons - 1) * squares, persons * common**2)

    def _kernel(self, c: int, d: int) -> int:
        """Σ over people in both cells of (S_c − n_c·B_ic)(S_d − n_d·B_id)."""
        return (
            self._shared[c][d] * self._total[c] * self._total[d]
            - self._total[c] * self._n[d] * self._within[d][c]
            - self._total[d] * self._n[c] * self._within[c][d]
            + self._n[c] * self._n[d] * self._product[c][d]
        )


@dataclass(frozen=True, slots=True)
class Spread:
    """One party's share in the uncertainty of a figure: V_u after floor and classes, and its number of people."""

    party: str
    variance: Fraction
    persons: int


@dataclass(frozen=True)
class Estimate:
    """θ with its uncertainty. `fine`: every contributing group cell has at least ten contributors.

    `attributed`: no group contributed, so there is no sampling and no interval (§8).
    """

    value: Fraction
    spreads: tuple[Spread, ...]
    fine: bool

    @property
    def attributed(self) -> bool:
        return not self.spreads

    @cached_property
    def variance(self) -> Fraction:
        return exact_sum(spread.variance.as_integer_ratio() for spread in self.spreads)

    @cached_property
    def se(self) -> float:
        return math.sqrt(self.variance)

    @cached_property
    def df(self) -> float | None:
        """Welch–Satterthwaite; None when nothing varies."""
        varying = [(*s.variance.as_integer_ratio(), s.persons) for s in self.spreads if s.variance]
        if not varying:
            return None
        if len(varying) == 1:
            return float(varying[0][2] - 1)
        return float(self.variance**2 / exact_sum((v * v, below * below * (n - 1)) for v, below, n in varying))

    def margin(self, level: float) -> float:
        """Half the width of the two-sided interval at `level` (0.95, 0.90, 0.80), in points."""
        return 0.0 if self.df is None else t_quantile(self.df, (1 + level) / 2) * self.se

    def interval(self, level: float) -> tuple[float, float]:
        centre, margin = float(self.value), self.margin(level)
        return centre - margin, centre + margin

    def minus(self, other: "Estimate") -> "Estimate":
        """The difference of two independent figures, such as two waves (scoring.md §9)."""
        return Estimate(self.value - other.value, self.spreads + other.spreads, self.fine and other.fine)


@lru_cache(maxsize=65536)
def t_quantile(df: float, probability: float) -> float:
    """Student's t quantile."""
    from scipy.special import stdtrit  # noqa: PLC0415 - scipy costs 0.2 s, and only scoring needs it

    return float(stdtrit(df, probability))


class Estimator:
    """The one estimator (§3): θ = Σ w_c · mean_c with fixed weights over base cells."""

    def __init__(self, sources: Mapping[str, GroupSource | StatementSource], params: Parameters) -> None:
        self._sources = sources
        self._params = params
        self._known: dict[int, tuple[Mapping[Cell, Fraction], Estimate]] = {}

    def estimate(self, weights: Mapping[Cell, Fraction]) -> Estimate:
        """θ of these weights; asked again for the same weights, the same estimate."""
        # One figure stands in many places (a cell, its gaps, a strength): the weights themselves are the key, and
        # are kept so that no other weights can take their identity.
        if id(weights) not in self._known:
            self._known[id(weights)] = weights, self._compute(weights)
        return self._known[id(weights)][1]

    def _compute(self, weights: Mapping[Cell, Fraction]) -> Estimate:
        weighed = []
        per_party: dict[str, dict[Cell, Fraction]] = {}
        for cell, weight in weights.items():
            mean = self._sources[cell.party].mean(cell)
            (above, below), (high, low) = weight.as_integer_ratio(), mean.as_integer_ratio()
            weighed.append((above * high, below * low))
            per_party.setdefault(cell.party, {})[cell] = weight
        spreads = []
        fine = True
        for party, own in per_party.items():
            source = self._sources[party]
            if isinstance(source, GroupSource):
                smallest = min(source.contributors(cell) for cell in own)
                fine = fine and smallest >= FINE_FROM
                spreads.append(self._spread(party, source, own, in_classes=smallest < FINE_FROM))
        return Estimate(exact_sum(weighed), tuple(spreads), fine)

    def _spread(self, party: str, source: GroupSource, weights: Mapping[Cell, Fraction], *, in_classes: bool) -> Spread:
        persons = source.persons(weights)
        given = [weight.as_integer_ratio() for weight in weights.values()]
        # A contrast within one party weighs nothing in all; half its absolute weights measure it.
        scale = exact_sum(given) or exact_sum((abs(above), below) for above, below in given) / 2
        per_person = Fraction(scale.numerator**2, scale.denominator**2 * persons)
        variance = max(source.variance(weights, persons), self._params.s_min**2 * per_person)
        if in_classes and self._params.sd_step:
            variance = self._class_of_spread(variance, per_person) ** 2 * per_person
        return Spread(party, variance, persons)

    def _class_of_spread(self, variance: Fraction, per_person: Fraction) -> int:
        """The standard deviation of people, √(variance ÷ per person), rounded half up to a multiple of `sd_step`.

        At least one step; exact on ties.
        """
        step = self._params.sd_step
        above = 4 * variance.numerator * per_person.denominator
        halves = math.isqrt(above // (variance.denominator * per_person.numerator * step**2))
        return step * max(1, (halves + 1) // 2)
