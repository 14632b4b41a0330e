"""[O5] Student's and Welch's intervals, held against R and scipy; [O6] Wilson's, against R and statsmodels."""

from fractions import Fraction
from typing import Any

import pytest

from app.domain.detail import wilson
from app.domain.estimate import Cell, Estimate, Estimator
from tests.oracle.vectors import DF, estimator, expected, near, rows

NAMES = list(dict.fromkeys(row["case"] for row in rows("05_two_samples")))
R, SCIPY = expected("05_two_samples_r"), expected("05_two_samples_py")["cases"]
A, B = Cell("t", "self", "a", None), Cell("t", "other", "b", "a")


def case(name: str) -> Estimator:
    values: dict[str, list[float | None]] = {"a": [], "b": []}
    for row in rows("05_two_samples"):
        if row["case"] == name:
            values[row["side"]].append(float(row["value"]))
    return estimator({"a": {A: values["a"]}, "b": {B: values["b"]}})


def one(name: str, cell: Cell) -> Estimate:
    return case(name).estimate({cell: Fraction(1)})


def same_intervals(found: Estimate, wanted: dict[str, Any]) -> None:
    compared = [level for level in (80, 90, 95) if f"ci{level}" in wanted]
    assert compared
    for level in compared:
        assert list(found.interval(level / 100)) == near(wanted[f"ci{level}"])


@pytest.mark.parametrize("side", ["a", "b"])
@pytest.mark.parametrize("name", NAMES)
def test_one_group_gives_students_interval(name: str, side: str) -> None:
    found = one(name, A if side == "a" else B)
    wanted = R[name][side]
    assert float(found.value) == near(wanted["mean"])
    assert found.se == near(wanted["sd"] / wanted["n"] ** 0.5)
    assert found.df == pytest.approx(wanted["n"] - 1, abs=DF)
    same_intervals(found, wanted)
    same_intervals(found, SCIPY[name]["one"][side])


@pytest.mark.parametrize("name", NAMES)
def test_a_gap_between_two_groups_gives_welchs_interval(name: str) -> None:
    found = case(name).estimate({A: Fraction(1), B: Fraction(-1)})
    wanted = R[name]["welch"]
    assert float(found.value) == near(R[name]["gap"])
    assert found.se == near(wanted["se"])
    assert found.df == pytest.approx(wanted["df"], abs=DF)
    assert found.df == pytest.approx(SCIPY[name]["welch"]["df"], abs=DF)
    same_intervals(found, wanted)
    same_intervals(found, SCIPY[name]["welch"])


@pytest.mark.parametrize("name", NAMES)
def test_a_mean_of_two_groups_has_the_uncertainty_of_both(name: str) -> None:
    found = case(name).estimate({A: Fraction(1, 2), B: Fraction(1, 2)})
    wanted = R[name]["pair_mean_via_welch_a_minus_b_negated"]
    assert float(found.value) == near(wanted["mean"])
    assert found.df == pytest.approx(wanted["df"], abs=DF)
    same_intervals(found, wanted)


@pytest.mark.parametrize("row", expected("06_proportions_py")["rows"], ids=lambda row: f"{row['x']} of {row['n']}")
def test_a_percentage_has_wilsons_interval(row: dict[str, Any]) -> None:
    found = wilson(row["x"], row["n"])
    from_r = next(r for r in expected("06_proportions_r")["rows"] if (r["x"], r["n"]) == (row["x"], row["n"]))
    assert list(found) == near(row["wilson"])
    assert list(found) == near([from_r["wilson_lo"], from_r["wilson_hi"]])
