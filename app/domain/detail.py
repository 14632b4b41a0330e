"""Owns scoring.md §7.8: what more may be shown of one cell, from eight and from ten contributors."""

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from app.domain.disclosure import AuditGaveUp, leaking_sets
from app.domain.estimate import BlockScores, half_up
from app.domain.parameters import Parameters
from app.domain.scoring import Agreement, sd_of_scores

#: The standard normal quantile of a two-sided 95 % interval.
Z95 = 1.959963984540054


def wilson(favourable: float, n: int) -> tuple[float, float]:
    """The 95 % Wilson score interval of a proportion, as shares of 1."""
    share = favourable / n
    centre = share + Z95**2 / (2 * n)
    margin = Z95 * math.sqrt(share * (1 - share) / n + Z95**2 / (4 * n * n))
    scale = 1 + Z95**2 / n
    return max(0.0, (centre - margin) / scale), min(1.0, (centre + margin) / scale)


def _in_tens(share: Fraction) -> int:
    """A share in percent, to the nearest ten; 10 is at most 10, and 90 at least 90.

    One answer of 33 is 3 %, and shares of 4 % and 8 % exist only among 24 answers: finer figures would tell single
    answers, and how many people a party of less than ten has (decision 20).
    """
    return min(90, max(10, 10 * half_up(10 * share)))


def detail_of(
    items: Sequence[str], block: BlockScores, together: Agreement | None, params: Parameters
) -> dict[str, object]:
    """Item means or don't-know rate, distribution and spread of a published group cell; empty below the limits.

    Where every contributor answered every item, each don't know is one of the few without a score, and score, item
    means, AD and r* together give the answers back: then neither that rate nor those two are shown (decision 22).
    """
    n = block.contributors
    found: dict[str, object] = {}
    if n >= params.k_detail:
        if not block.all_complete:
            found["dont_know"] = _in_tens(block.dont_know_rate)
        elif len(items) > 1 and not _items_leak(items, block, params.k_cell):
            found["items"] = [_item(item, tally) for item, tally in zip(items, block.tallies.tolist(), strict=True)]
    if n >= params.k_distribution and together:
        bands = _bands(block)
        if all(people >= params.k_cell for _, people in bands):
            answers = sum(number for number, _ in bands)
            low, middle, high = (_in_tens(Fraction(number, answers)) for number, _ in bands)
            found["distribution"] = {"low": low, "middle": middle, "high": high}
            found["sd"] = sd_of_scores(block)
            if not block.all_complete:
                found["ad"] = half_up(100 * together.ad) / 100
                found["rwg"] = half_up(100 * together.rwg) / 100
    return found


def _items_leak(items: Sequence[str], block: BlockScores, k_cell: int) -> bool:
    """The rank audit over one cell's block mean and item means; a search that gives up counts as a leak (§7.5).

    A column is one item of all the people who answered the same items: their weights are equal in every mean.
    """
    n = block.contributors
    block_mean: dict[str, Fraction] = {}
    means: dict[str, dict[str, Fraction]] = {"block": block_mean}
    people: dict[str, frozenset[object]] = {}
    patterns: dict[bytes, list[int]] = {}
    for person, answered in enumerate(block.given.T > 0):
        patterns.setdefault(answered.tobytes(), []).append(person)
    for group, persons in enumerate(patterns.values()):
        given = [item for item, step in zip(items, block.given[:, persons[0]], strict=True) if step]
        for item in given:
            column = f"{item}|{group}"
            people[column] = frozenset(persons)
            block_mean[column] = Fraction(1, n * len(given))
            means.setdefault(item, {})[column] = Fraction(1, int(np.count_nonzero(block.given[items.index(item)])))
    try:
        return bool(leaking_sets(means, people, k_cell))
    except AuditGaveUp:
        return True


def _item(item: str, tally: Sequence[int]) -> dict[str, object]:
    """One item's mean (nearest 5) and percent favourable.

    A mean is held within 5 and 95, as that of a cell is: beside "at least 95", 100 would say that all gave all fives.
    """
    n, steps = sum(tally), len(tally)
    total = sum(step * count for step, count in enumerate(tally))
    favourable = sum(count for step, count in enumerate(tally) if 2 * step > steps - 1)
    mean = min(95, max(5, 5 * half_up(Fraction(20 * total, n * (steps - 1)))))
    shown = _in_tens(Fraction(favourable, n))
    # From the share as shown: from the count itself the interval would tell "none" from "hardly any".
    low, high = wilson(n * shown / 100, n)
    return {
        "item": item,
        "mean": mean,
        **({} if 5 < mean < 95 else {"bound": "at_most" if mean == 5 else "at_least"}),
        "favourable": shown,
        "favourable_ci95": [10 * math.floor(10 * low), 10 * math.ceil(10 * high)],
    }


def _bands(block: BlockScores) -> list[tuple[int, int]]:
    """(answers, people who gave any of them) below, at and above the middle of the scale (1–2, 3, 4–5 of five steps).

    A band of fewer than four people counts as an empty one: in tens it would still tell of one answer in ten.
    """
    steps, given = block.tallies.shape[1], block.given
    below, above = steps // 2, steps - steps // 2
    bands = ((given > 0) & (given <= below), (given > below) & (given <= above), given > above)
    return [(int(np.count_nonzero(band)), int(np.count_nonzero(band.any(axis=0)))) for band in bands]
