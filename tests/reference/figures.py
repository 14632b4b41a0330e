"""Figures of the second, naive implementation: weights over base cells, or a reason (§4)."""

from collections.abc import Sequence
from fractions import Fraction

from tests.reference.answers import Key
from tests.reference.arithmetic import first_reason


class Figure:
    """θ as weights over base cells, or why it is hidden."""

    def __init__(self, weights: dict[Key, Fraction] | None, reason: str | None = None) -> None:
        self.weights, self.reason = weights, reason

    @property
    def shown(self) -> bool:
        return self.weights is not None


def combined(parts: Sequence[tuple[Fraction, Figure]]) -> Figure:
    if not all(figure.shown for _, figure in parts):
        return Figure(None, first_reason(figure.reason for _, figure in parts))
    weights: dict[Key, Fraction] = {}
    for factor, figure in parts:
        for key, weight in (figure.weights or {}).items():
            weights[key] = weights.get(key, Fraction(0)) + factor * weight
    return Figure(weights)


def average(figures: Sequence[Figure]) -> Figure:
    return combined([(Fraction(1, len(figures)), figure) for figure in figures])


def average_of_shown(figures: Sequence[Figure]) -> Figure:
    return average([figure for figure in figures if figure.shown] or figures)
