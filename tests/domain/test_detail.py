"""What more may be shown of one cell from eight and from ten contributors (scoring.md §7.8)."""

import numpy as np
import pytest

from app.domain.answers import Value
from app.domain.detail import detail_of
from app.domain.estimate import score_block
from app.domain.parameters import Parameters
from app.domain.scoring import agreement
from tests.domain.build import Case, Document, cell, points, triangle

Rows = list[list[Value | None]]


def detail(rows: Rows, params: Parameters | None = None) -> Document:
    case = Case(points(5, len(rows[0])), *triangle(on=len(rows))).give("on", "rol", "self", rows)
    found: Document = cell(case.document(params), "rol", "self", "on").get("detail", {})
    return found


def mixed(people: int) -> Rows:
    return [[1 + n % 5, 1 + (n + 2) % 5] for n in range(people)]


def three(people: int, skipped: Value | None = None) -> Rows:
    """Answers to three items, low, in the middle and high for everybody; the first person left one open."""
    return [[1 + n % 2, 3, skipped if n == 0 else 4 + n % 2] for n in range(people)]


def test_seven_contributors_show_no_detail_eight_show_items_and_ten_the_distribution() -> None:
    assert detail(mixed(7)) == {}
    assert set(detail(mixed(8))) == {"items"}
    assert set(detail(mixed(9))) == {"items"}
    assert set(detail(mixed(10))) == {"items", "distribution", "sd"}


def test_where_somebody_left_an_item_open_the_rate_and_from_ten_the_agreement_stand_in_place_of_items() -> None:
    assert detail(three(7)) == {}
    assert set(detail(three(8))) == {"dont_know"}
    assert set(detail(three(9))) == {"dont_know"}
    assert set(detail(three(10))) == {"dont_know", "distribution", "sd", "ad", "rwg"}


def test_agreement_in_numbers_never_stands_beside_item_means() -> None:
    """Score, item means, AD and r* in hundredths: of ten people with three items each nearly every answer follows."""
    complete: Rows = [[1 + n % 2, 3, 4 + n % 2] for n in range(12)]
    assert set(detail(complete)) == {"items", "distribution", "sd"}


def test_the_limits_are_parameters_that_can_only_go_up() -> None:
    assert detail(mixed(9), Parameters(k_detail=10)) == {}
    assert "distribution" not in detail(mixed(11), Parameters(k_distribution=12))


def test_limits_count_contributors_of_the_cell_and_not_people_of_the_party() -> None:
    rows: Rows = [*mixed(7), *[[None, None]] * 5]
    assert detail(rows) == {}


def test_one_skipped_item_takes_all_item_means_away() -> None:
    """[O11 s12]. With three items two answers are enough for a score, so the person still contributes."""
    full: Rows = [[1 + n % 5, 3, 4] for n in range(9)]
    assert "items" in detail(full)
    skipped: Rows = [*full[:8], [3, 3, None]]
    assert set(detail(skipped)) == {"dont_know"}
    unknown: Rows = [*full[:8], [3, 3, "dont_know"]]
    assert set(detail(unknown)) == {"dont_know"}


def test_a_person_without_a_score_does_not_stand_in_the_way_of_item_means() -> None:
    rows: Rows = [*[[1 + n % 5, 3, 4] for n in range(8)], [None, None, 3]]
    assert [item["item"] for item in detail(rows)["items"]] == ["rol-1", "rol-2", "rol-3"]


def test_item_means_are_to_the_nearest_five_and_favourable_to_the_nearest_ten() -> None:
    """Item 1: 5, 5, 5, 4, 4, 4, 3, 1 → mean 31/8, 71.875 → 70; six of eight favourable = 75 % → 80.

    Item 2: all 5 → 100, shown as ≥ 95; 100 % is shown as ≥ 90, and its interval is that of 90 %: from the count itself
    the interval would tell all from nearly all. Wilson for .9 of 8: (.9 + .2401 ± 1.96 · √(.01125 + .01501)) / 1.4802 =
    55.6–98.5 %, outward to tens: 50–100.
    """
    one, two = detail([[value, 5] for value in (5, 5, 5, 4, 4, 4, 3, 1)])["items"]
    assert (one["mean"], one["favourable"]) == (70, 80)
    assert one["favourable_ci95"] == [40, 100]  # Wilson for .8 of 8: 45.5–95.0 %
    assert (two["mean"], two["favourable"], two["favourable_ci95"]) == (95, 90, [50, 100])


@pytest.mark.parametrize(("value", "other", "shown"), [(5, 4, (95, "at_least")), (1, 2, (5, "at_most"))])
def test_an_item_mean_does_not_tell_everybody_from_nearly_everybody(
    value: Value, other: Value, shown: tuple[int, str]
) -> None:
    """Of eight people all, or all but one who is one step off (31/32 of the way, or 1/32)."""
    for odd in (value, other):
        one, _ = detail([*[[value, 3]] * 7, [odd, 3]])["items"]
        assert (one["mean"], one.get("bound")) == shown


def test_nobody_favourable_is_shown_as_at_most_ten() -> None:
    one, _ = detail([[2, 5]] * 8)["items"]
    assert (one["mean"], one["favourable"], one["favourable_ci95"]) == (
        25,
        10,
        [0, 50],
    )  # Wilson for .1 of 8: 1.5–44.4 %


def test_a_reversed_item_is_shown_turned_the_right_way() -> None:
    codes = np.array([[5, 1]] * 8, dtype=np.uint8)
    block = score_block(codes, 5, [False, True])
    found = detail_of(["a", "b"], block, agreement(block, 5), Parameters())
    assert [item["mean"] for item in found["items"]] == [95, 95]


def test_a_block_of_one_item_shows_no_item_means_of_its_own() -> None:
    assert detail([[1 + n % 5] for n in range(9)]) == {}


def test_an_empty_band_takes_the_distribution_away() -> None:
    """Ten people and nobody in the middle: an empty band says of each answer where it is not."""
    assert set(detail([[1 + 4 * (n % 2), 5] for n in range(10)])) == {"items"}


@pytest.mark.parametrize(("low", "shown"), [(1, False), (3, False), (4, True)])
def test_a_band_of_fewer_than_four_people_takes_the_distribution_away(low: int, shown: bool) -> None:
    """Of twelve people some answer low, each to two items of three; all others in the middle and high."""
    found = detail([*[[1, 2, 4]] * low, *[[3, 3, 4]] * (12 - low)])
    assert ("distribution" in found, "sd" in found) == (shown, shown)


def long_scale(*given: int) -> Document:
    """The detail of a block of one item on 149 steps, with 75 in the middle."""
    block = score_block(np.array([[step] for step in given], dtype=np.uint8), 149, [False])
    found: Document = detail_of(["a"], block, agreement(block, 149), Parameters())
    return found


def test_bands_hold_on_a_scale_that_is_longer_than_half_a_byte() -> None:
    spread = long_scale(*[140] * 10, *[76] * 2, *[75] * 4, *[74] * 2, *[1] * 2)
    assert spread["distribution"] == {"low": 20, "middle": 20, "high": 60}
    assert long_scale(*[140] * 8, *[75] * 4, 10) == {}


def test_an_even_scale_has_no_middle_and_therefore_an_empty_band() -> None:
    block = score_block(np.array([[1 + n % 4] for n in range(20)], dtype=np.uint8), 4, [False])
    assert detail_of(["a"], block, agreement(block, 4), Parameters()) == {}


def test_the_distribution_is_in_three_bands_around_the_middle() -> None:
    """Forty answers: 8 low, 12 in the middle, 20 high."""
    rows: Rows = [*[[1, 2]] * 4, *[[3, 3]] * 6, *[[4, 5]] * 10]
    found = detail(rows)
    assert found["distribution"] == {"low": 20, "middle": 30, "high": 50}


def test_a_share_does_not_tell_how_many_answers_there_are() -> None:
    """Forty people with three answers each: four low answers are 3 %, and ten 8 %."""
    for low in (4, 10):
        assert detail([*[[1, 3, 5]] * low, *[[3, 3, 5]] * (40 - low)])["distribution"]["low"] == 10
        assert detail([*[[5, 3, 1]] * low, *[[3, 3, 1]] * (40 - low)])["distribution"]["high"] == 10


@pytest.mark.parametrize("people", [8, 9])
def test_how_many_people_a_small_party_has_does_not_follow_from_its_dont_knows(people: int) -> None:
    """One don't know of 24 answers is 4 %, and of 27 also; two are 8 % and 7 %."""
    rows: Rows = [[1 + n % 5, 3, 4] for n in range(people)]
    for unknown in (1, 2):
        assert detail([*[["dont_know", *row[1:]] for row in rows[:unknown]], *rows[unknown:]])["dont_know"] == 10


def test_spread_and_agreement_are_rounded_once() -> None:
    """Block scores 0 (×4), 100 (×4) and 50 (×4): variance 20000 / 11, SD 42.6.

    Items 1 and 2: squares 32 / 11 = 2.909, deviations 16 / 12. Item 3, of eleven people: its answers are 1 (×3), 5 (×4)
    and 3 (×4), mean 35 / 11; squares Σ x² − (Σ x)² / n = 139 − 1225 / 11 = 27.64, variance 2.764; deviations
    (3 · 24/11 + 4 · 20/11 + 4 · 2/11) / 11 = 160 / 121. r* = 1 − (2.909 · 2 + 2.764) / 3 / 2 = −0.43;
    AD = (4/3 · 2 + 160/121) / 3 = 1.33.
    """
    rows: Rows = [[1, 1, None], *[[1, 1, 1]] * 3, *[[5, 5, 5]] * 4, *[[3, 3, 3]] * 4]
    found = detail(rows)
    assert found["sd"] == 43
    assert (found["rwg"], found["ad"]) == (pytest.approx(-0.43), pytest.approx(1.33))


def test_the_dont_know_rate_counts_everybody_who_saw_the_block() -> None:
    """Eight contributors, one of whom did not know one of three; two people who know none: 7 of 30."""
    rows: Rows = [*three(8, "dont_know"), *[["dont_know"] * 3] * 2]
    assert detail(rows)["dont_know"] == 20


def test_dont_knows_of_one_or_two_people_are_told_as_a_rate_only_where_they_may_be_anybodys() -> None:
    """Eight people answered everything: every don't know is of one of the two others, who know each other."""
    rows: Rows = [[1 + n % 5, 3, 4] for n in range(8)]
    assert set(detail([*rows, *[["dont_know"] * 3] * 2])) == {"items"}


def test_a_scale_without_a_middle_has_no_middle_band_and_so_no_distribution() -> None:
    case = Case(points(4), *triangle(on=10)).give("on", "rol", "self", [[1 + n % 4] for n in range(10)])
    assert "detail" not in cell(case.document(), "rol", "self", "on")
