"""The sums of a second, naive implementation, written from the specification alone: slow, short, exact.

Fractions everywhere, except for square roots and quantiles of t. Marks of the form §n are paragraphs of the
specification of scoring.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from scipy import stats

Answer = int | str | None
REASONS = ["not_asked", "version", "party_small", "response_low", "target_small", "cell_small", "audit"]


def half_up(x: Fraction | float) -> int:
    """⌊x + ½⌋, for negatives too (§2.6)."""
    return math.floor(x + Fraction(1, 2)) if isinstance(x, Fraction | int) else math.floor(x + 0.5)


def half_up_sqrt(v: Fraction) -> int:
    """⌊√v + ½⌋ without a root: the largest k with (k − ½)² ≤ v."""
    k = 0
    while Fraction(2 * k + 1, 2) ** 2 <= v:
        k += 1
    return k


def mean(values: Iterable[Fraction]) -> Fraction:
    values = list(values)
    return sum(values, Fraction(0)) / len(values)


def first_reason(reasons: Iterable[str | None]) -> str | None:
    """The first in the list of §7.7."""
    return min((reason for reason in reasons if reason), key=REASONS.index, default=None)


def block_score(answers: Sequence[Answer], steps: int) -> Fraction | None:
    """§2 for one person and one block: codes are already turned the right way; None when there is no score."""
    applicable = len(answers) - answers.count("not_applicable")
    required = 1 if len(answers) == 1 else max(2, math.ceil(Fraction(applicable, 2)))
    given = [Fraction(answer) for answer in answers if isinstance(answer, int)]
    if len(given) < required:
        return None
    return 100 * (mean(given) - 1) / (steps - 1)


def agreement(rows: Sequence[Sequence[Answer]], steps: int) -> tuple[Fraction, Fraction] | None:
    """§6: (r*wg(j), AD) over the contributors' answers; None where no item has two of them."""
    variances, deviations = [], []
    for column in zip(*rows, strict=True):
        x = [Fraction(answer) for answer in column if isinstance(answer, int)]
        if len(x) > 1:
            middle = mean(x)
            variances.append(sum(((v - middle) ** 2 for v in x), Fraction(0)) / (len(x) - 1))
            deviations.append(mean(abs(v - middle) for v in x))
    if not variances:
        return None
    return 1 - mean(variances) / Fraction(steps * steps - 1, 12), mean(deviations)


@dataclass
class BaseCell:
    """Who contributes what to one base cell."""

    party: str
    statement: bool
    scores: dict[str, Fraction]

    def mean(self, without: str | None = None) -> Fraction:
        return mean(score for person, score in self.scores.items() if person != without)

    def used(self) -> Fraction:
        """§4: a group's mean is held within 5 and 95 before any use."""
        return self.mean() if self.statement else min(Fraction(95), max(Fraction(5), self.mean()))


@dataclass
class Estimate:
    """θ; `group`: any group contributed; `fine`: each group cell has ten contributors or more."""

    est: Fraction
    group: bool
    variance: Fraction
    df: Fraction | None
    fine: bool

    @property
    def se(self) -> float:
        return math.sqrt(self.variance)

    def quantile(self, percent: int) -> float:
        assert self.df is not None
        return float(stats.t.ppf((100 + percent) / 200, float(self.df)))

    def interval(self, percent: int) -> tuple[float, float]:
        if self.variance == 0:
            return float(self.est), float(self.est)
        margin = self.quantile(percent) * self.se
        return float(self.est) - margin, float(self.est) + margin


def estimate(
    weights: Mapping[Any, Fraction],
    cells: Mapping[Any, BaseCell],
    s_min: int,
    sd_step: int,
    less: Fraction = Fraction(0),
) -> Estimate:
    """§3: θ = Σ w · mean − `less`, by leaving out every person of every group in turn."""
    value = sum((w * cells[key].used() for key, w in weights.items()), Fraction(0)) - less
    parties = dict.fromkeys(cells[key].party for key in weights if not cells[key].statement)
    terms, fine = [], True
    for party in parties:
        mine = [key for key in weights if cells[key].party == party]
        people = dict.fromkeys(person for key in mine for person in cells[key].scores)
        n = len(people)
        replicates = [sum((weights[key] * cells[key].mean(person) for key in mine), Fraction(0)) for person in people]
        centre = mean(replicates)
        v = Fraction(n - 1, n) * sum((r - centre) ** 2 for r in replicates)
        size = sum(weights[key] for key in mine) or sum(abs(weights[key]) for key in mine) / 2
        v = max(v, s_min**2 * size**2 / n)
        if any(len(cells[key].scores) < 10 for key in mine):
            fine = False
            if sd_step:
                v = (max(1, half_up_sqrt(n * v / size**2 / sd_step**2)) * sd_step) ** 2 * size**2 / n
        terms.append((v, n))
    variance = sum((v for v, _ in terms), Fraction(0))
    below = sum((v * v / (n - 1) for v, n in terms if v), Fraction(0))
    return Estimate(value, bool(parties), variance, variance**2 / below if below else None, fine)


def level_bounds(e: Estimate, *, level: bool = True) -> list[int] | None:
    """§7.7: the 95 % interval as shown; a level stays within the scale, a difference doesn't."""
    if not e.group:
        return None
    low, high = e.interval(95)
    if level:
        low, high = max(low, 0), min(high, 100)
    if e.fine:
        return [half_up(low), half_up(high)]
    return [math.floor(low / 5) * 5, math.ceil(high / 5) * 5]
