"""[O11] Which sets of published means give away a small group, held against sympy and a linear program."""

from fractions import Fraction
from typing import Any

import pytest

from app.domain.disclosure import leaking_sets
from tests.domain.attacker import Knowledge, exposed_groups
from tests.oracle.vectors import expected, given

CASES = {case["id"]: case for case in given("11_suppression_cases")}
VERDICTS = {case["id"]: case for case in expected("11_suppression_audit")["cases"]}


def means(case: dict[str, Any]) -> dict[str, dict[str, Fraction]]:
    return {name: {atom: Fraction(w) for atom, w in row.items()} for name, row in case["published"].items()}


def people(case: dict[str, Any]) -> dict[str, frozenset[object]]:
    """The vectors count atoms as so many different people each."""
    return {atom: frozenset((atom, number) for number in range(n)) for atom, n in case["atoms"].items()}


@pytest.mark.parametrize("name", CASES)
def test_the_audit_finds_exactly_the_smallest_leaking_sets(name: str) -> None:
    case, wanted = CASES[name], VERDICTS[name]
    found = leaking_sets(means(case), people(case), case["k"])
    assert bool(found) == wanted["leak"]
    sizes = {leak: len(frozenset().union(*(people(case)[atom] for atom in leak))) for leak in found}
    assert sizes == {frozenset(leak["set"]): leak["n"] for leak in wanted["minimal_leaking_sets"]}


@pytest.mark.parametrize("name", CASES)
def test_the_attacker_of_our_tests_comes_to_the_same_verdict(name: str) -> None:
    """The attacker that is let loose on score documents is a method of its own; here it proves its teeth."""
    case, wanted = CASES[name], VERDICTS[name]
    knowledge = Knowledge(
        rows=[
            {
                (atom, number): weight / case["atoms"][atom]
                for atom, weight in row.items()
                for number in range(case["atoms"][atom])
            }
            for row in means(case).values()
        ],
        person_of={(atom, number): (atom, number) for atom, n in case["atoms"].items() for number in range(n)},
    )
    found = exposed_groups(knowledge, case["k"])
    assert bool(found) == wanted["leak"]
    smallest = {
        frozenset((atom, number) for atom in leak["set"] for number in range(case["atoms"][atom]))
        for leak in wanted["minimal_leaking_sets"]
    }
    assert set(found) == smallest
