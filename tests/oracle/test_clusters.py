"""[O7] One person who rates several parties, against R's survey; [O8] the triangle, against R's t.test and GTC."""

from fractions import Fraction
from typing import Any

import pytest

from app.domain.estimate import Cell
from tests.domain.build import Case, Document, find, gap, party, points
from tests.oracle.vectors import BARE, DF, estimator, expected, near, rows


def test_a_person_who_rates_several_parties_counts_once_in_the_uncertainty() -> None:
    wanted = expected("07_mean_of_og_means")["jackknife_JK1"]
    people = list(dict.fromkeys(row["person"] for row in rows("07_on_rates_og")))
    given = {(row["person"], row["og"]): float(row["score"]) for row in rows("07_on_rates_og")}
    cells = {og: Cell("t", "relation", "on", og) for og in sorted({og for _, og in given})}
    ours = estimator({"on": {cell: [given.get((person, og)) for person in people] for og, cell in cells.items()}})

    for og, cell in cells.items():
        assert float(ours.estimate({cell: Fraction(1)}).value) == near(wanted["og_means"][og])
    together = ours.estimate(dict.fromkeys(cells.values(), Fraction(1, 4)))
    assert float(together.value) == near(wanted["mean_of_means"])
    assert together.se == near(wanted["se"])
    assert together.df == pytest.approx(expected("07_mean_of_og_means")["df_persons_minus_1"], abs=DF)


def triangle() -> Document:
    """The whole way: answers on a scale of seventeen steps, six published cells, three relations, one triangle."""
    roles = {"eig": ("eigenaar", 5), "og": ("opdrachtgever", 8), "on": ("opdrachtnemer", 15)}
    case = Case(points(17), *(party(key, role, size) for key, (role, size) in roles.items()))
    for source in roles:
        for about in roles:
            scores = [row["score"] for row in rows("08_triangle") if (row["role"], row["about"]) == (source, about)]
            if scores:
                codes = [[int(float(score) / 6.25) + 1] for score in scores]
                case.give(source, "band", "relation", codes, about)
    return case.document(BARE)


DOCUMENT = triangle()
DIRECTED, GTC = expected("08_triangle"), expected("08_rollup_gtc")


@pytest.mark.parametrize("pair", ["eig_og", "eig_on", "og_on"])
def test_a_relation_is_the_mean_of_both_directions(pair: str) -> None:
    one, other = pair.split("_")
    wanted = DIRECTED["pairs"][pair]
    found = find(DOCUMENT, "relations", theme="band", between=[one, other])["exact"]
    cells = [find(DOCUMENT, "cells", theme="band", source=a, about=b) for a, b in ((one, other), (other, one))]
    assert [cell["exact"]["est"] for cell in cells] == near(wanted["directed"])
    assert found["est"] == near(wanted["pair"])
    assert found["df"] == pytest.approx(wanted["df"], abs=DF)
    assert found["ci95"] == near(wanted["ci95"])


@pytest.mark.parametrize("pair", ["eig_og", "eig_on", "og_on"])
def test_an_asymmetry_is_the_earlier_partys_view_minus_the_laters(pair: str) -> None:
    found = gap(DOCUMENT, "asymmetry", theme="band", between=pair.split("_"))["exact"]
    assert found["est"] == near(DIRECTED["pairs"][pair]["asymmetry"])
    assert found["ci95"] == near(DIRECTED["pairs"][pair]["asym_ci95"])


def test_the_triangle_weighs_each_direction_equally_and_knows_who_answered_twice() -> None:
    found = find(DOCUMENT, "constellation", theme="band")["exact"]
    wanted = GTC["triangle"]
    assert found["est"] == near(DIRECTED["triangle"])
    assert found["est"] == near(wanted["mean"])
    assert found["se"] == near(wanted["se"])
    assert found["df"] == pytest.approx(wanted["df"], abs=DF)
    assert found["ci95"] == near(wanted["ci95"])


def test_a_large_role_does_not_drown_a_small_one() -> None:
    pooled = DIRECTED["pooled_all_rows_for_contrast"]
    assert round(pooled, 1) == 65.2
    assert find(DOCUMENT, "constellation", theme="band")["score"] == 64
    assert find(DOCUMENT, "constellation", theme="band")["exact"]["est"] != near(pooled)


@pytest.mark.parametrize("role", ["eig", "og", "on"])
def test_a_partys_mean_over_two_others_is_clustered_by_person(role: str) -> None:
    others = [key for key in ("eig", "og", "on") if key != role]
    cells = {key: Cell("t", "relation", role, key) for key in others}
    given: dict[str, dict[str, float]] = {}
    for row in rows("08_triangle"):
        if row["role"] == role:
            given.setdefault(row["person"], {})[row["about"]] = float(row["score"])
    ours = estimator({role: {cells[key]: [person[key] for person in given.values()] for key in others}})
    found = ours.estimate(dict.fromkeys(cells.values(), Fraction(1, 2)))
    wanted = GTC["role_person_mean"][role]
    assert [float(found.value), found.se] == near([wanted["mean"], wanted["se"]])
    assert found.df == pytest.approx(wanted["df"], abs=DF)


def test_a_contrast_of_one_with_the_mean_of_three_is_welch_satterthwaite() -> None:
    wanted: dict[str, Any] = GTC["contrast_a_minus_mean_of_three"]
    cells = {name: Cell("t", "self", name, None) for name in wanted["order"]}
    values: dict[str, list[float | None]] = {name: [] for name in cells}
    for row in rows("05_two_samples"):
        name = f"{row['case'][:3]} {row['side']}"
        if name in values:
            values[name].append(float(row["value"]))
    first, *rest = cells.values()
    weights = {first: Fraction(1)} | dict.fromkeys(rest, Fraction(-1, 3))
    found = estimator({name: {cell: values[name]} for name, cell in cells.items()}).estimate(weights)
    assert [float(found.value), found.se] == near([wanted["est"], wanted["se"]])
    assert found.df == pytest.approx(wanted["df"], abs=DF)
