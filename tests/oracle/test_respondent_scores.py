"""[O4] From answers to a person's block score, held against R's psych, sjmisc and scales."""

import numpy as np
import pytest

from app.domain.answers import BLANK, DONT_KNOW, NOT_APPLICABLE
from app.domain.estimate import BlockScores, score_block
from tests.oracle.vectors import expected, near, rows

WORDS = {"": BLANK, "DK": DONT_KNOW, "NVT": NOT_APPLICABLE}
EXPECTED = {row["resp"]: row for row in expected("04_respondent_scores")["rows"]}
PEOPLE = [row["resp"] for row in rows("04_items")]


def block() -> BlockScores:
    items = [[value for key, value in row.items() if key != "resp"] for row in rows("04_items")]
    codes = np.array([[WORDS[v] if v in WORDS else int(v) for v in row] for row in items], dtype=np.uint8)
    return score_block(codes, 5, [False, False, True, False, False])


@pytest.mark.parametrize("person", PEOPLE)
def test_a_persons_score_follows_the_half_rule(person: str) -> None:
    found, place = block(), PEOPLE.index(person)
    wanted = EXPECTED[person].get("pomp")
    assert found.present[place] == (wanted is not None)
    if wanted is not None:
        assert 100 * int(found.numerators[place]) / found.denominator == near(wanted)


@pytest.mark.parametrize("person", ["p04", "p06", "p11"])
def test_too_few_answers_give_no_score_where_another_rule_gives_one(person: str) -> None:
    assert EXPECTED[person]["psych_scoreItems_no_minimum"] is not None
    assert not block().present[PEOPLE.index(person)]


def test_the_dont_know_rate_counts_all_who_answered_any_of_it() -> None:
    shown = [row for row in EXPECTED.values() if row["answered"] + row["dk"] + row["nvt"] > 0]
    found = block()
    assert found.sighted == len(shown)
    assert found.dont_know == sum(row["dk"] for row in shown)
    assert found.asked == sum(row["applicable"] for row in shown)
