"""Base cells: spread in classes, intervals, the clamp, agreement and sight (scoring.md §2–4, §6, §7.6–7)."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.answers import BLANK, DONT_KNOW, NOT_SHOWN, Value
from app.domain.estimate import Cell, Estimator, GroupSource, half_up, score_block
from app.domain.parameters import Parameters
from app.domain.scoring import agreement
from tests.domain.build import Case, Document, cell, find, five, hidden, points, summing, triangle


def own(scores: list[int | None], invited: int | None = None) -> Document:
    """The published self-view of an opdrachtnemer with these scores."""
    case = Case(points(), *triangle(on=invited or len(scores))).score("on", "rol", "self", scores)
    return cell(case.document(), "rol", "self", "on")


# --- rounding and spread ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("1/2", 1),
        ("-1/2", 0),
        ("-3/2", -1),
        ("5/2", 3),
        ("-5/2", -2),
        ("-3/5", -1),
        ("0", 0),
        ("-2/5", 0),
        ("99/2", 50),
    ],
)
def test_halves_go_up_also_below_zero(value: str, rounded: int) -> None:
    assert half_up(Fraction(value)) == rounded


@given(st.fractions(min_value=-100, max_value=100))
def test_a_rounded_figure_is_never_more_than_a_half_away_and_a_half_only_below(value: Fraction) -> None:
    assert -Fraction(1, 2) < half_up(value) - value <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("deviation", "class_"),
    [(0, 10), (4, 10), (5, 10), (14, 10), (15, 20), (24, 20), (25, 30), (35, 40), (34, 30)],
)
def test_below_ten_people_the_spread_enters_in_classes_of_ten(deviation: int, class_: int) -> None:
    """A standard deviation of exactly 15 is a class of 20: with five people se = class / √5."""
    assert own(five(50, deviation))["exact"]["se"] == pytest.approx(class_ / 5**0.5, abs=1e-12)


def test_just_under_a_tie_stays_in_the_lower_class() -> None:
    """35, 35, 51, 64, 65 around 50: 872 / 4 = 218, √218 = 14.76."""
    assert own([35, 35, 51, 64, 65])["exact"]["se"] == pytest.approx(10 / 5**0.5)


def test_two_groups_in_the_same_class_look_the_same_to_the_outside() -> None:
    """With a class instead of the spread, other answers with the same mean give the same cell."""
    one, other = own(five(50, 16)), own(five(50, 24))
    shown = ("score", "ci95")
    assert [one[key] for key in shown] == [other[key] for key in shown]
    assert one["exact"] == other["exact"] | {"rwg": one["exact"]["rwg"], "ad": one["exact"]["ad"]}


def test_from_ten_people_the_spread_is_exact_and_never_below_five_points() -> None:
    """5 × 40 and 5 × 60: variance 1000 / 9, V = 100 / 9, t(9, .975) = 2.262157: 50 ± 7.5405."""
    exact = own([40] * 5 + [60] * 5)
    assert exact["exact"]["se"] == pytest.approx(10 / 3)
    assert exact["ci95"] == [42, 58]
    flat = own([50] * 10)
    assert flat["exact"]["se"] == pytest.approx(5 / 10**0.5)


def test_the_interval_of_nine_people_goes_outward_to_fives() -> None:
    """Nine people, class 10: V = 100 / 9, t(8, .975) = 2.306004: 50 ± 7.6867, shown as 40 to 60."""
    assert own([50] * 9)["exact"]["ci95"] == pytest.approx([42.3133, 57.6867], abs=1e-4)
    assert own([50] * 9)["ci95"] == [40, 60]


def test_the_finer_interval_needs_ten_people_in_every_cell() -> None:
    case = Case(points(), *triangle(on=12)).score("on", "beide", "other", [50] * 12, "og")
    case.score("on", "beide", "relation", [50] * 9, "og")
    view = find(case.document(), "views", theme="beide", source="on", about="og")
    assert all(bound % 5 == 0 for bound in view["ci95"])


def test_an_interval_of_a_level_stays_within_the_scale() -> None:
    assert own(five(50, 40))["ci95"] == [0, 100]


# --- leaving one person out -------------------------------------------------------------------------------------------


def estimator(params: Parameters, **blocks: list[int | None]) -> Estimator:
    """One party with a block per name, in points."""
    return Estimator(
        {
            "u": GroupSource(
                {
                    Cell("t", "other", "u", name): score_block(
                        np.array([[BLANK if s is None else s + 1] for s in scores], dtype=np.uint8), 101, [False]
                    )
                    for name, scores in blocks.items()
                }
            )
        },
        params,
    )


def test_a_contrast_within_one_party_is_a_paired_difference() -> None:
    """Σw = 0: the differences 10, 0, 20, 10, 10 have variance 50; V = 50 / 5 and df = 4."""
    bare = estimator(Parameters(s_min=0, sd_step=0), a=[60, 50, 70, 40, 30], b=[50, 50, 50, 30, 20])
    weights = {Cell("t", "other", "u", "a"): Fraction(1), Cell("t", "other", "u", "b"): Fraction(-1)}
    found = bare.estimate(weights)
    assert (found.value, found.variance, found.df) == (10, 10, 4)


def test_products_of_scores_that_no_float_holds_are_added_up_exactly() -> None:
    """4,000 people high on a scale of 101 steps and twelve items: the sum of their products lies beyond 2⁵³."""
    chance = np.random.default_rng(53)
    here, there = Cell("t", "self", "u", None), Cell("t", "whole", "u", None)
    blocks = {}
    for place in (here, there):
        codes = chance.integers(90, 102, (4000, 12), dtype=np.uint8)
        codes[:, :6][chance.random((4000, 6)) < 0.5] = BLANK  # six answers are enough: everybody has a score
        blocks[place] = score_block(codes, 101, [False] * 12)
    moves = [
        sum(block.mean - Fraction(100 * int(block.numerators[person]), block.denominator) for block in blocks.values())
        for person in range(4000)
    ]
    # Both cells have everybody, with a weight of one: leaving one out moves the sum by both moves, over n − 1.
    wanted = sum(move**2 for move in moves) / 3999 / 4000
    assert GroupSource(blocks).variance({here: Fraction(1), there: Fraction(1)}, 4000) == wanted


def test_a_contrast_within_one_party_has_a_floor_and_classes_too() -> None:
    """Half of Σ|w| measures it: equal differences still have a floor of 5² / 5, and a class of 10² / 5."""
    scores = {"a": five(60, 15), "b": five(50, 15)}
    weights = {Cell("t", "other", "u", "a"): Fraction(1), Cell("t", "other", "u", "b"): Fraction(-1)}
    assert estimator(Parameters(s_min=0, sd_step=0), **scores).estimate(weights).variance == 0
    assert estimator(Parameters(sd_step=0), **scores).estimate(weights).variance == 5
    assert estimator(Parameters(), **scores).estimate(weights).variance == 20


def test_without_any_variance_the_interval_is_a_point() -> None:
    flat = estimator(Parameters(s_min=0, sd_step=0), a=[50] * 5).estimate({Cell("t", "other", "u", "a"): Fraction(1)})
    assert flat.df is None
    assert flat.interval(0.95) == (50, 50)


@given(st.lists(st.tuples(*[st.none() | st.integers(0, 100)] * 2), min_size=6, max_size=12))
def test_the_variance_is_that_of_leaving_each_person_out_in_turn(people: list[tuple[int | None, int | None]]) -> None:
    """The formula of §3 by hand, against the product's quadratic form: one party, two overlapping cells."""
    blocks = [[row[place] for row in people] for place in (0, 1)]
    if any(sum(score is not None for score in block) < 2 for block in blocks):
        return
    bare = estimator(Parameters(s_min=0, sd_step=0), a=blocks[0], b=blocks[1])
    weights = (Fraction(1, 3), Fraction(2, 3))

    def theta(without: int | None) -> Fraction:
        kept = [[s for i, s in enumerate(block) if s is not None and i != without] for block in blocks]
        return sum((w * Fraction(sum(b), len(b)) for w, b in zip(weights, kept, strict=True)), Fraction(0))

    replicates = [theta(i) for i, row in enumerate(people) if row != (None, None)]
    n, centre = len(replicates), sum(replicates) / len(replicates)
    by_hand = Fraction(n - 1, n) * sum((r - centre) ** 2 for r in replicates)
    cells = (Cell("t", "other", "u", "a"), Cell("t", "other", "u", "b"))
    (spread,) = bare.estimate(dict(zip(cells, weights, strict=True))).spreads
    assert (spread.variance, spread.persons) == (by_hand, n)


# --- extremes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "score", "bound"),
    [
        (25, 5, None),
        (24, 5, "at_most"),
        (0, 5, "at_most"),
        (475, 95, None),
        (476, 95, "at_least"),
        (500, 95, "at_least"),
    ],
)
def test_a_mean_beyond_5_or_95_is_shown_as_a_bound(total: int, score: int, bound: str | None) -> None:
    found = own(summing(total))
    assert (found["score"], found.get("bound")) == (score, bound)


@pytest.mark.parametrize(("relation", "score", "bound"), [(100, 95, "at_least"), (96, 95, "at_least"), (95, 95, None)])
def test_a_figure_of_cells_that_are_all_held_at_one_end_is_a_bound_too(
    relation: int, score: int, bound: str | None
) -> None:
    case = Case(points(), *triangle()).score("on", "beide", "other", [100] * 5, "og")
    case.score("on", "beide", "relation", [relation] * 5, "og")
    view = find(case.document(), "views", theme="beide", **{"from": "on", "about": "og"})
    assert (view["score"], view.get("bound")) == (score, bound)


def test_cells_held_at_two_ends_make_no_bound() -> None:
    case = Case(points(), *triangle()).score("on", "beide", "other", [100] * 5, "og")
    case.score("on", "beide", "relation", [0] * 5, "og")
    view = find(case.document(), "views", theme="beide", **{"from": "on", "about": "og"})
    assert (view["score"], "bound" in view) == (50, False)


def test_what_is_built_on_a_clamped_cell_uses_the_clamped_mean() -> None:
    case = Case(points(), *triangle()).score("on", "beide", "other", [100] * 5, "og")
    case.score("on", "beide", "relation", [51] * 5, "og")
    assert find(case.document(), "views", theme="beide", source="on", about="og")["score"] == 73


# --- agreement --------------------------------------------------------------------------------------------------------


def agreed(rows: list[list[Value | None]]) -> tuple[Document, Document]:
    case = Case(points(5, len(rows[0])), *triangle(on=len(rows))).give("on", "rol", "self", rows)
    document = case.document()
    return cell(document, "rol", "self", "on"), find(document, "divisions", theme="rol", block="self", source="on")


def test_the_same_answers_are_united_and_no_division() -> None:
    shown, division = agreed([[4]] * 5)
    assert (shown["agreement"], division["agreement"], division["evidence"]) == ("united", "united", None)


@pytest.mark.parametrize(
    ("values", "class_", "division"),
    [
        ([4, 4, 4, 4, 5], "united", None),  # variance 1/5: r* = .90
        ([3, 4, 3, 4, 5], "mixed", None),  # mean 3.8, variance .70: r* = .65
        ([2, 4, 3, 4, 4], "mixed", None),  # mean 3.4, variance .80: r* = .60
        ([2, 4, 2, 4, 3], "mixed", None),  # variance 1: r* = .50 exactly, which is not divided; AD = .8
        ([2, 4, 2, 4, 2, 4], "divided", "clear"),  # variance 1.2: r* = .40; AD = 1, over 5/6
        ([1, 4, 4, 4, 4, 4], "divided", "indication"),  # variance 1.5: r* = .25; AD = 5/6 exactly, not over it
        ([2, 4, 2, 4, 2, 4, 2, 4, 3], "mixed", "indication"),  # variance 1: r* = .50; AD = 8/9
        ([5, 5, 1, 1, 3], "divided", "clear"),  # variance 4: r* = −1; AD = 8/5
    ],
)
def test_the_class_follows_the_variance_and_a_division_the_deviation_too(
    values: list[int], class_: str, division: str | None
) -> None:
    shown, found = agreed([[value] for value in values])
    assert (shown["agreement"], found["agreement"], found["evidence"]) == (class_, class_, division)


def test_an_item_with_fewer_than_two_answers_is_left_out_of_agreement() -> None:
    """Items 1 and 2 are unanimous; the third has one answer only."""
    shown, _ = agreed([[4, 4, 5], *[[4, 4, None]] * 4])
    assert (shown["exact"]["rwg"], shown["exact"]["ad"]) == (1, 0)


def test_without_two_answers_to_anything_there_is_no_agreement() -> None:
    """Two people who answer different items of four: no item has two answers."""
    codes = np.array([[1, 2, BLANK, BLANK], [BLANK, BLANK, 3, 4]], dtype=np.uint8)
    assert agreement(score_block(codes, 5, [False] * 4), 5) is None


def test_numbers_of_agreement_are_shown_from_ten_people_only() -> None:
    rows: list[list[Value | None]] = [[1, 3, None], *[[2, 3, 5]] * 8]
    nine, _ = agreed(rows)
    ten, _ = agreed([*rows, [2, 3, 4]])
    assert "rwg" not in nine["detail"]
    assert {"rwg", "ad", "sd"} < set(ten["detail"])


# --- sight ------------------------------------------------------------------------------------------------------------


def sight(values: list[Value | None]) -> Document:
    """What `og` says about the owner's role, among people who all answered about the whole."""
    case = Case(points(5), *triangle(og=[len(values)])).give("og", "geheel", "whole", [[3]] * len(values))
    case.give("og", "rol", "other", [[value] for value in values], "eig")
    return cell(case.document(), "rol", "other", "og", "eig")


def test_a_role_that_nobody_can_judge_is_a_finding_though_the_cell_is_hidden() -> None:
    found = sight(["dont_know"] * 5)
    assert (hidden(found), found["flags"]) == ("cell_small", ["little_sight"])


@pytest.mark.parametrize(("unknown", "flags"), [(3, ["little_sight"]), (2, [])])
def test_thirty_percent_not_knowing_is_little_sight(unknown: int, flags: list[str]) -> None:
    found = sight([*["dont_know"] * unknown, *[3] * (10 - unknown)])
    assert hidden(found) is None
    assert found["flags"] == flags


def test_four_people_who_do_not_know_are_too_few_to_say_so() -> None:
    assert sight(["dont_know"] * 4 + [None])["flags"] == []


@pytest.mark.parametrize(("one", "two"), [(1, 3), (2, 1)])
def test_a_pool_with_little_sight_does_not_stand_beside_what_its_parties_see(one: int, two: int) -> None:
    """og1: five of thirteen answered; og2: three of four. So many of each do not know; over 30 % of the pool's eight.

    og1 with a flag or without one, beside the pool's, would tell of the three of og2.
    """
    case = Case(points(5), *triangle(og=[13, 4]))
    for party, unknown, people in (("og1", one, 5), ("og2", two, 3)):
        case.give(party, "geheel", "whole", [[3]] * people)
        case.give(party, "rol", "other", [*[["dont_know"]] * unknown, *[[3]] * (people - unknown)], "eig")
    document = case.document()
    flags = {
        key: cell(document, "rol", "other", key, "eig")["flags"] for key in ("og1", "og2", "overige-opdrachtgever")
    }
    assert flags == {"og1": [], "og2": [], "overige-opdrachtgever": ["little_sight"]}


def test_not_applicable_shrinks_what_could_be_known() -> None:
    """Six people: two don't know, four say not applicable: two of two."""
    assert sight(["dont_know"] * 2 + ["not_applicable"] * 4)["flags"] == ["little_sight"]


def test_one_in_four_not_knowing_is_one_in_four_of_any_number() -> None:
    block = score_block(np.array([[3, 3, 3, DONT_KNOW]] * 100, dtype=np.uint8), 5, [False] * 4)
    assert (block.asked, block.dont_know_rate) == (400, Fraction(1, 4))


def test_who_left_everything_open_or_was_not_shown_the_block_saw_nothing() -> None:
    codes = np.array([[BLANK, BLANK], [NOT_SHOWN, NOT_SHOWN], [3, BLANK]], dtype=np.uint8)
    block = score_block(codes, 5, [False, False])
    assert (block.sighted, block.asked, block.contributors) == (1, 2, 0)
    assert block.dont_know_rate == 0
