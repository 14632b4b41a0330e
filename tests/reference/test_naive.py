"""The product and a second, naive implementation, written from the specification alone, say the same.

`ROLVAST_SEEDS=200` tries seeds 1 to 200 of each instrument instead of the few that run every time.
"""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from app.catalogue import read_instrument
from app.service.reference import score_files
from tests.domain.build import ROOT
from tests.reference.cases import make_case
from tests.reference.naive import naive_document

INSTRUMENTS = {
    ROOT / "assessments/driehoek/1/instrument.toml": 12,
    ROOT / "tests/reference/several.toml": 8,
}
MORE = int(os.environ.get("ROLVAST_SEEDS", "0"))
CASES = [(path, seed) for path, few in INSTRUMENTS.items() for seed in range(1, (MORE or few) + 1)]
#: What the naive one leaves out, or gives another name: the pool's title, the hash, detail within a cell.
LEFT_OUT = {"snapshot", "detail", "name", "module"}


def plain(document: object) -> Any:
    """As JSON would carry it, without what the naive implementation leaves out and without what is null."""

    def kept(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: kept(each) for key, each in value.items() if key not in LEFT_OUT and each is not None}
        return [kept(each) for each in value] if isinstance(value, list) else value

    return kept(json.loads(json.dumps(document, default=float)))


def differences(ours: Any, theirs: Any, place: str = "") -> list[str]:
    """Where two documents differ; unrounded figures may differ in the last digits."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        keys = dict.fromkeys([*ours, *theirs])
        return [d for key in keys for d in differences(ours.get(key), theirs.get(key), f"{place}.{key}")]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [d for number, pair in pairs for d in differences(*pair, f"{place}[{number}]")]
    if isinstance(ours, float) or isinstance(theirs, float):
        same = ours == pytest.approx(theirs, rel=1e-9, abs=1e-9)
    else:
        same = ours == theirs
    return [] if same else [f"{place}: {ours!r} is {theirs!r} to the naive implementation"]


@pytest.mark.parametrize(("path", "seed"), CASES, ids=[f"{path.parent.parent.name}-{seed}" for path, seed in CASES])
def test_two_implementations_of_the_specification_agree(path: Path, seed: int) -> None:
    responses, parameters = make_case(path, seed)
    ours = plain(score_files(read_instrument(path), responses, parameters, exact=True))
    theirs = plain(naive_document(path, responses, parameters, exact=True))
    assert differences(ours, theirs) == []


def test_the_cases_hold_what_they_are_there_for() -> None:
    """Published and hidden figures of every kind, pools, statements, bounds, strengths: else agreement is cheap."""
    documents = [
        score_files(read_instrument(path), *make_case(path, seed), exact=True)
        for path, few in INSTRUMENTS.items()
        for seed in range(1, few + 1)
    ]
    figures: list[dict[str, Any]] = [
        figure
        for document in documents
        for name in ("parties", "cells", "views", "relations", "role_relations", "constellation", "totals", "gaps")
        for figure in document[name]  # type: ignore[union-attr]
    ]
    reasons = {figure.get("reason") for figure in figures}
    assert {None, "party_small", "response_low", "target_small", "cell_small"} <= reasons
    evidence = {figure.get("evidence") for figure in figures}
    assert {"clear", "indication", "no_large_gap", "undecided", "stated"} <= evidence
    present = {key for figure in figures for key in figure}
    assert {"pooled", "attributed", "bound", "one_sided", "spread", "quadrant", "detail"} <= present
    assert any("little_sight" in figure.get("flags", []) for figure in figures)
    assert any(document["strengths"] for document in documents)


def test_the_comparison_finds_a_single_wrong_digit() -> None:
    path = ROOT / "tests/reference/several.toml"
    whole = plain(naive_document(path, *make_case(path, 1), exact=True))
    wrong = json.loads(json.dumps(whole))
    published = next(cell for cell in wrong["cells"] if "score" in cell)
    published["score"] += 1
    assert len(differences(whole, wrong)) == 1
