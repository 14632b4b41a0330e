"""Each expected refusal has a code of its own and a place in the one table of statuses."""

import pytest

from app.domain.problems import KeyUsedBefore, Problem
from app.web.problems import STATUSES


def every_problem(above: type[Problem] = Problem) -> list[type[Problem]]:
    return [found for below in above.__subclasses__() for found in (below, *every_problem(below))]


def test_every_problem_stands_in_the_table_of_statuses() -> None:
    assert set(STATUSES) == set(every_problem())


def test_every_problem_has_a_code_of_its_own() -> None:
    codes = [problem.code for problem in every_problem()]
    assert len(codes) == len(set(codes))
    assert all(code.isascii() and code == code.lower() and " " not in code for code in codes)


@pytest.mark.parametrize("problem", STATUSES, ids=lambda problem: problem.__name__)
def test_every_status_is_a_refusal_with_a_title_in_both_languages(problem: type[Problem]) -> None:
    status, title = STATUSES[problem]
    assert 400 <= status < 600
    assert status != 422 or problem is KeyUsedBefore, "invalid input is a 400"
    assert title.nl
    assert title.en
    assert title.nl != title.en
