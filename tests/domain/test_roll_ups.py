"""Views, relations, role pairs, the constellation and totals (scoring.md §4)."""

from dataclasses import replace

import pytest

from tests.domain.build import Case, Document, cell, find, five, hidden, points, triangle

BLOCKS = (("rol", "other"), ("band", "relation"), ("beide", "other"), ("beide", "relation"))


def both_ways(case: Case, one: str, other: str, there: int, back: int, theme: str = "band") -> Case:
    case.score(one, theme, "relation", five(there), other)
    return case.score(other, theme, "relation", five(back), one)


def test_a_view_is_half_role_and_half_relation_or_the_one_that_the_theme_has() -> None:
    case = Case(points(), *triangle())
    for (theme, block), score in zip(BLOCKS, (20, 40, 60, 90), strict=True):
        case.score("on", theme, block, five(score), "og")
    document = case.document()
    views = {v["theme"]: v.get("score") for v in document["views"] if (v["from"], v["about"]) == ("on", "og")}
    assert views == {"rol": 20, "band": 40, "beide": 75}


def test_one_hidden_block_hides_the_view_and_the_other_is_no_stand_in() -> None:
    case = Case(points(), *triangle()).score("on", "beide", "other", five(60), "og")
    case.score("on", "beide", "relation", [60] * 3, "og")
    document = case.document()
    assert cell(document, "beide", "other", "on", "og")["score"] == 60
    assert hidden(find(document, "views", theme="beide", source="on", about="og")) == "cell_small"


def test_a_relation_needs_both_directions_and_shows_the_one_that_there_is() -> None:
    case = Case(points(), *triangle()).score("og", "band", "relation", five(40), "on")
    case.score("on", "geheel", "whole", five(50))
    found = find(case.document(), "relations", theme="band", between=["og", "on"])
    assert (found["state"], found["reason"], found["score"]) == ("suppressed", "cell_small", None)
    side = found["one_sided"]
    assert (side["from"], side["about"], side["score"], side["ci95"]) == ("og", "on", 40, [25, 55])


def test_a_relation_weighs_both_directions_alike_whatever_the_numbers_of_people() -> None:
    case = Case(points(), *triangle(og=[12])).score("og", "band", "relation", [30] * 12, "on")
    case.score("on", "band", "relation", five(70), "og")
    assert find(case.document(), "relations", theme="band", between=["og", "on"])["score"] == 50


def test_a_theme_that_asks_about_one_role_only_has_views_and_no_relations() -> None:
    """Others judge the owner, and the owner nobody: there is no second direction to wait for."""
    whole = points()
    items = tuple(replace(i, about_roles=("eigenaar",)) if i.id == "rol-1" else i for i in whole.items)
    case = Case(replace(whole, items=items), *triangle()).score("on", "rol", "other", five(40), "eig")
    document = case.document()
    assert {(v["from"], v["about"]) for v in document["views"] if v["theme"] == "rol"} == {("og", "eig"), ("on", "eig")}
    assert find(document, "views", theme="rol", source="on", about="eig")["score"] == 40
    for name in ("relations", "role_relations", "constellation"):
        assert not [figure for figure in document[name] if figure["theme"] == "rol"]


def four_commissioners(*levels: int | None) -> Document:
    """Relations og1–on … og4–on at these levels; None stays hidden."""
    case = Case(points(), *triangle(og=[6] * len(levels)))
    for number, level in enumerate(levels, start=1):
        if level is not None:
            both_ways(case, f"og{number}", "on", level, level)
    return case.document()


def test_a_role_pair_is_the_mean_over_its_published_relations_and_says_how_many() -> None:
    found = find(
        four_commissioners(40, 50, 60, None), "role_relations", between=["opdrachtgever", "opdrachtnemer"], theme="band"
    )
    assert (found["score"], found["coverage"]) == (50, {"included": 3, "total": 4})
    assert found["spread"] == {"min": 40, "max": 60, "sd": 10}


def test_two_published_parties_in_a_role_show_no_spread() -> None:
    found = find(four_commissioners(40, 60), "role_relations", between=["opdrachtgever", "opdrachtnemer"], theme="band")
    assert (found["score"], found["coverage"]) == (50, {"included": 2, "total": 2})
    assert "spread" not in found


def test_the_spread_between_relations_is_rounded_half_up() -> None:
    """40, 43, 44: mean 127/3, variance 13/3, SD 2.08; 40, 40, 70: variance 300, SD 17.32."""
    pair = {"between": ["opdrachtgever", "opdrachtnemer"], "theme": "band"}
    assert find(four_commissioners(40, 43, 44), "role_relations", **pair)["spread"]["sd"] == 2
    assert find(four_commissioners(40, 40, 70), "role_relations", **pair)["spread"] == {"min": 40, "max": 70, "sd": 17}


def test_a_role_pair_without_published_relation_is_hidden_with_a_reason_and_its_coverage() -> None:
    found = find(
        four_commissioners(None, None), "role_relations", between=["opdrachtgever", "opdrachtnemer"], theme="band"
    )
    assert (hidden(found), found["score"], found["coverage"]) == ("party_small", None, {"included": 0, "total": 2})


def test_the_constellation_needs_every_role_pair_and_weighs_each_the_same() -> None:
    case = Case(points(), *triangle(og=[6, 6]))
    both_ways(case, "og1", "on", 40, 40)
    both_ways(case, "og2", "on", 60, 60)
    both_ways(case, "eig", "on", 80, 80)
    assert hidden(find(case.document(), "constellation", theme="band")) == "cell_small"
    both_ways(case, "eig", "og1", 20, 20)
    found = find(case.document(), "constellation", theme="band")
    assert (found["score"], found["coverage"]) == (50, {"included": 4, "total": 5})  # (50 + 80 + 20) / 3


def whole(og2: int, **levels: int) -> Document:
    case = Case(points(), *triangle(og=[6, 6]))
    for key, level in levels.items():
        case.score(key, "geheel", "whole", five(level))
        case.score(key, "extra", "whole", five(level))
    case.score("og2", "geheel", "whole", [80] * og2)
    return case.document()


def test_the_whole_is_the_mean_over_roles_of_the_mean_over_parties() -> None:
    found = find(whole(5, eig=60, og1=40, on=90), "constellation", theme="geheel")
    assert (found["score"], found["coverage"]) == (70, {"included": 4, "total": 4})  # (60 + (40 + 80)/2 + 90) / 3


def test_the_whole_takes_the_published_parties_of_a_role() -> None:
    found = find(whole(3, eig=60, og1=40, on=90), "constellation", theme="geheel")
    assert (found["exact"]["est"], found["coverage"]) == (pytest.approx(190 / 3), {"included": 3, "total": 4})


def test_a_role_that_was_asked_and_has_nobody_shown_hides_the_whole() -> None:
    found = find(whole(5, og1=40, on=90), "constellation", theme="geheel")
    assert (hidden(found), found["coverage"]) == ("party_small", {"included": 3, "total": 4})


def test_a_pool_counts_as_one_party_of_its_role_in_the_whole_and_not_in_its_coverage() -> None:
    """Opdrachtgevers: og1 at 90, the pool of 2 × 10 and 3 × 20 = 16: 53. With 53 and 53 that is 53."""
    case = Case(points(), *triangle(og=[6, 2, 3]))
    for key, scores in (("og1", [90] * 5), ("og2", [10] * 2), ("og3", [20] * 3), ("eig", [53] * 5), ("on", [53] * 5)):
        case.score(key, "geheel", "whole", scores)
    found = find(case.document(), "constellation", theme="geheel")
    assert (found["exact"]["est"], found["coverage"]) == (pytest.approx(53), {"included": 3, "total": 5})


def test_a_module_is_asked_with_two_commissioners_only_and_counts_in_no_total() -> None:
    document = whole(5, eig=60, og1=40, on=90)
    assert find(document, "constellation", theme="extra")["module"] == "meer"
    total = find(document, "totals", of="constellation")
    assert total["coverage"]["total"] == 4  # rol, band, beide and geheel; not extra
    one = Case(points(), *triangle()).document()
    assert not [c for c in one["cells"] if c["theme"] == "extra"]


# --- totals -----------------------------------------------------------------------------------------------------------


def total_of_view(*themes: str) -> Document:
    """The total of how `on` sees `og`, with these of the three themes published."""
    case = Case(points(), *triangle()).score("on", "geheel", "whole", five(50))
    for (theme, block), score in zip(BLOCKS, (20, 40, 90, 90), strict=True):
        if theme in themes:
            case.score("on", theme, block, five(score), "og")
    return find(case.document(), "totals", of="view", source="on", about="og")


def test_a_total_is_the_mean_over_the_themes_that_there_are() -> None:
    found = total_of_view("rol", "band", "beide")
    assert (found["score"], found["coverage"]) == (50, {"included": 3, "total": 3})


def test_two_of_three_themes_are_enough_for_a_total_and_one_is_not() -> None:
    two, one = total_of_view("rol", "band"), total_of_view("rol")
    assert (two["score"], two["coverage"]) == (30, {"included": 2, "total": 3})
    assert (hidden(one), one["score"], one["coverage"]) == ("cell_small", None, {"included": 1, "total": 3})
    assert two["ci95"] is not None


def test_there_is_a_total_of_every_view_relation_role_pair_and_the_constellation_and_none_of_a_self_image() -> None:
    totals = Case(points(), *triangle()).document()["totals"]
    assert [t["of"] for t in totals] == ["view"] * 6 + ["relation"] * 3 + ["role_relation"] * 3 + ["constellation"]
