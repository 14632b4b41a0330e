"""Reads the vectors, and puts their values into our own forms without touching them."""

import csv
import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.domain.answers import BLANK
from app.domain.estimate import BlockScores, Cell, Estimator, GroupSource, score_block
from app.domain.parameters import Parameters

HERE = Path(__file__).parent
#: The vectors have no floor and no classes of spread.
BARE = Parameters(s_min=0, sd_step=0)
DF = 1e-4


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / "input" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def expected(name: str) -> Any:
    return json.loads((HERE / "expected" / f"{name}.json").read_text(encoding="utf-8"))


def given(name: str) -> Any:
    return json.loads((HERE / "input" / f"{name}.json").read_text(encoding="utf-8"))


def near(value: object) -> Any:
    return pytest.approx(value, abs=1e-6, rel=0)


def block_of(scores: Sequence[float | None]) -> BlockScores:
    """A block whose people have exactly these scores, by answers to one item on a scale fine enough to hold them.

    Seventeen steps for scores in sixteenths of the scale, 101 for whole points; None is a person without a score.
    """
    exact = [None if score is None else Fraction(score) for score in scores]
    parts = next(parts for parts in (16, 100) if all(x is None or (x * parts / 100).denominator == 1 for x in exact))
    codes = [[BLANK if x is None else int(x * parts / 100) + 1] for x in exact]
    return score_block(np.array(codes, dtype=np.uint8), parts + 1, [False])


def estimator(parties: Mapping[str, Mapping[Cell, Sequence[float | None]]]) -> Estimator:
    """Our estimator over the people of each party, without floor and classes; no mean may touch the clamp."""
    sources = {}
    for party, cells in parties.items():
        blocks = {cell: block_of(scores) for cell, scores in cells.items()}
        assert all(5 <= block.mean <= 95 for block in blocks.values()), "the clamp would hide what is compared"
        sources[party] = GroupSource(blocks)
    return Estimator(sources, BARE)
