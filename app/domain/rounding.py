"""Owns the precision of a published interval (scoring.md §7.7)."""

import math
from fractions import Fraction

from app.domain.estimate import Estimate, half_up


def published_bounds(estimate: Estimate, *, level: bool) -> list[int] | None:
    """The 95 % interval as published: outward to multiples of 5, or whole points from ten contributors (§7.7).

    None for an attributed figure. `level`: a score, held within 0–100; else a difference.
    """
    if estimate.attributed:
        return None
    low, high = estimate.interval(0.95)
    if level:
        low, high = max(0.0, low), min(100.0, high)
    if estimate.fine:
        return [half_up(Fraction(low)), half_up(Fraction(high))]
    return [5 * math.floor(low / 5), 5 * math.ceil(high / 5)]
