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


def test_seven_contributors_show_no_detail_eight_show_items_and_ten_the_distribution() -> None:
    assert detail(mixed(7)) == {}
    assert set(detail(mixed(8))) == {"dont_know", "items"}
    assert set(detail(mixed(9))) == {"dont_know", "items"}
    assert set(detail(mixed(10))) == {"dont_know", "items", "distribution", "sd", "ad", "rwg"}


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

    Item 2: all 5 → 100; 100 % is shown as ≥ 90, and its interval is that of 90 %: from the count itself the interval
    would tell all from nearly all. Wilson for .9 of 8: (.9 + .2401 ± 1.96 · √(.01125 + .01501)) / 1.4802 = 55.6–98.5 %,
    outward to tens: 50–100.
    """
    one, two = detail([[value, 5] for value in (5, 5, 5, 4, 4, 4, 3, 1)])["items"]
    assert (one["mean"], one["favourable"]) == (70, 80)
    assert one["favourable_ci95"] == [40, 100]  # Wilson for .8 of 8: 45.5–95.0 %
    assert (two["mean"], two["favourable"], two["favourable_ci95"]) == (100, 90, [50, 100])


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
    assert [item["mean"] for item in found["items"]] == [100, 100]


def test_a_block_of_one_item_shows_no_item_means_of_its_own() -> None:
    assert set(detail([[1 + n % 5] for n in range(8)])) == {"dont_know"}


def test_an_empty_band_takes_the_distribution_away() -> None:
    """Ten people and nobody in the middle: an empty band says of each answer where it is not."""
    assert set(detail([[1 + 4 * (n % 2), 5] for n in range(10)])) == {"dont_know", "items"}


def test_the_distribution_is_in_three_bands_around_the_middle() -> None:
    """Twenty answers: 4 low, 6 in the middle, 10 high."""
    rows: Rows = [*[[1, 2]] * 2, *[[3, 3]] * 3, *[[4, 5]] * 5]
    found = detail(rows)
    assert found["distribution"] == {"low": 20, "middle": 30, "high": 50}


def test_a_share_tells_no_single_answer() -> None:
    """Eleven people with three answers each, one of which is low: 3 %, as would be two or three of 33 and no more."""
    high = [[3, 4, 5]] * 10
    assert detail([*high, [3, 4, 1]])["distribution"]["low"] == 10
    assert detail([*high[:8], *[[3, 4, 1]] * 3])["distribution"]["low"] == 10
    low = [[3, 2, 1]] * 10
    assert detail([*low, [3, 2, 5]])["distribution"]["high"] == 10


@pytest.mark.parametrize("people", [8, 9])
def test_how_many_people_a_small_party_has_does_not_follow_from_its_dont_knows(people: int) -> None:
    """One don't know of 24 answers is 4 %, and of 27 also; two are 8 % and 7 %."""
    rows: Rows = [[1 + n % 5, 3, 4] for n in range(people)]
    for unknown in (0, 1, 2):
        assert detail([*[["dont_know", *row[1:]] for row in rows[:unknown]], *rows[unknown:]])["dont_know"] == 10


def test_spread_and_agreement_are_rounded_once() -> None:
    """Block scores 0 (×5) and 100 (×5) and one of 50: variance 25000 / 10, SD 50. Items: variance 4, r* = −1."""
    rows: Rows = [*[[1, 1]] * 5, *[[5, 5]] * 5, [3, 3]]
    found = detail(rows)
    assert found["sd"] == 50
    assert found["rwg"] == -1
    assert found["ad"] == pytest.approx(1.82)  # 20 / 11


def test_the_dont_know_rate_counts_everybody_who_saw_the_block() -> None:
    """Eight contributors with two answers each, two people who know neither: 4 of 20."""
    rows: Rows = [*mixed(8), *[["dont_know", "dont_know"]] * 2]
    assert detail(rows)["dont_know"] == 20


def test_a_scale_without_a_middle_has_no_middle_band_and_so_no_distribution() -> None:
    case = Case(points(4), *triangle(on=10)).give("on", "rol", "self", [[1 + n % 4] for n in range(10)])
    assert set(cell(case.document(), "rol", "self", "on")["detail"]) == {"dont_know"}
