"""[O1] Agreement within a group, held against the R package multilevel."""

import numpy as np
import pytest

from app.domain.estimate import score_block
from app.domain.scoring import Agreement, agreement
from tests.oracle.vectors import expected, near, rows

CASES = [
    (name, steps, group)
    for name, steps in (("01_agreement_5pt", 5), ("01_agreement_7pt", 7))
    for group in dict.fromkeys(row["grp"] for row in rows(name))
]


def ours(name: str, steps: int, group: str, items: int | None = None) -> Agreement:
    people = [[int(value) for key, value in row.items() if key != "grp"] for row in rows(name) if row["grp"] == group]
    codes = np.array(people, dtype=np.uint8)[:, :items]
    found = agreement(score_block(codes, steps, [False] * codes.shape[1]), steps)
    assert found is not None
    return found


def theirs(name: str, table: str, column: str, group: str) -> float:
    return next(row[column] for row in expected(name)[table] if row["grpid"] == group)


@pytest.mark.parametrize(("name", "steps", "group"), CASES)
def test_agreement_is_the_lindell_form_and_may_be_negative(name: str, steps: int, group: str) -> None:
    assert float(ours(name, steps, group).rwg) == near(theirs(name, "rwg_j_lindell", "rwg.lindell", group))


@pytest.mark.parametrize(("name", "steps", "group"), CASES)
def test_average_deviation_is_around_the_mean(name: str, steps: int, group: str) -> None:
    assert float(ours(name, steps, group).ad) == near(theirs(name, "ad_mean_j", "AD.M", group))


@pytest.mark.parametrize("group", [group for name, _, group in CASES if name.endswith("5pt")])
def test_one_item_agrees_with_the_one_item_figures(group: str) -> None:
    one = ours("01_agreement_5pt", 5, group, items=1)
    assert max(0.0, float(one.rwg)) == near(theirs("01_agreement_5pt", "rwg_i1", "rwg", group))
    assert float(one.ad) == near(theirs("01_agreement_5pt", "ad_mean_i1", "AD.M", group))


def test_the_form_that_is_not_used_would_call_a_polarised_group_something_else() -> None:
    polarised = ours("01_agreement_5pt", 5, "g05_polarised")
    assert theirs("01_agreement_5pt", "rwg_j", "rwg.j", "g05_polarised") == 0
    assert polarised.rwg < 0
    assert polarised.as_class == "divided"
    assert polarised.division == "clear"
