"""Worked cases: answers with figures that were calculated by hand, beside each published instrument."""

import csv
import io
import json
import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from app.catalogue import read_instrument
from app.service.reference import score_files
from tests.domain.build import ROOT

FILES = sorted((ROOT / "assessments").glob("*/*/cases.toml"))
CASES = [(path, case) for path in FILES for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]]
#: Unrounded figures are compared to the last digit of the output; interval bounds in the cases have four decimals.
OUTPUT, TABLE = 1e-9, 0.01


def responses(case: dict[str, Any]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["person", "party", "item", "about", "value"])
    for answer in case["answer"]:
        for item, value in answer["values"].items():
            writer.writerow([answer["person"], answer["party"], item, answer.get("about", ""), value])
    return out.getvalue()


def parameters(case: dict[str, Any]) -> str:
    known = ("assessment", "wave", "params", "previous")
    return json.dumps({"parties": case["party"], **{key: case[key] for key in known if key in case}})


def without_exact(value: object) -> object:
    """What stands inside an object, such as the one side of a relation, as it would be published."""
    return {key: each for key, each in value.items() if key != "exact"} if isinstance(value, dict) else value


def test_there_are_cases() -> None:
    assert len(CASES) >= 10


@pytest.mark.parametrize(("path", "case"), CASES, ids=[case["name"] for _, case in CASES])
def test_a_worked_case_comes_out_as_calculated_by_hand(path: Path, case: dict[str, Any]) -> None:
    instrument = read_instrument(path.parent / "instrument.toml")
    document: dict[str, Any] = score_files(instrument, responses(case), parameters(case), exact=True)
    for expected in case["expect"]:
        place = f"{expected['list']} {expected['match']}"
        found = [
            figure
            for figure in document[expected["list"]]
            if all(figure.get(key) == value for key, value in expected["match"].items())
        ]
        assert len(found) == 1, f"{len(found)} × {place}"
        wanted = expected.get("values", {})
        assert {key: without_exact(found[0].get(key)) for key in wanted} == wanted, place
        for key, value in expected.get("exact", {}).items():
            if isinstance(value, str):
                assert found[0]["exact"][key] == pytest.approx(float(Fraction(value)), abs=OUTPUT), f"{place} {key}"
            else:
                assert found[0]["exact"][key] == pytest.approx(value, abs=TABLE), f"{place} {key}"
