"""Gaps: size, evidence, what is material, quadrants, order, and what chance alone would flag (scoring.md §5).

Five people without spread have class 10: V = 10² / 5 = 20. Two such groups: V = 40, se = 6.3246, df = 8, with
t(.975) = 2.306004 → 14.584, t(.95) = 1.859548 → 11.761 and t(.90) = 1.396815 → 8.834.
"""

from fractions import Fraction
from typing import Any

import pytest

from app.domain.constellation import Constellation
from app.domain.parameters import Parameters
from app.domain.snapshot import make
from tests.domain.build import (
    Case,
    Document,
    Respondent,
    driehoek,
    find,
    five,
    gap,
    hidden,
    points,
    sheets_of,
    summing,
    triangle,
)

Scores = list[int | None]


def perception(own: Scores, other: Scores, ambition: int | None = None) -> Document:
    """S[on] − O[og→on] on theme rol."""
    case = Case(points(), *triangle(og=[len(other)], on=len(own)))
    case.score("on", "rol", "self", own).score("og", "rol", "other", other, "on")
    params = Parameters(ambition={} if ambition is None else {"rol": Fraction(ambition)})
    return gap(case.document(params), "perception", theme="rol", about="on", source="og")


# --- size -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fifths", "size", "value"),
    [
        (0, "negligible", 0),
        (24, "negligible", 5),  # 4.8
        (25, "small", 5),
        (49, "small", 10),  # 9.8
        (50, "moderate", 10),
        (99, "moderate", 20),  # 19.8
        (100, "large", 20),
    ],
)
def test_the_size_is_cut_at_exactly_5_10_and_20_on_unrounded_values(fifths: int, size: str, value: int) -> None:
    up, down = perception(summing(200 + fifths), summing(200)), perception(summing(200), summing(200 + fifths))
    assert (up["size"], up["value"]) == (size, value)
    assert (down["size"], down["value"]) == (size, -value)


def test_rounded_parts_may_differ_by_one_from_the_rounded_difference() -> None:
    """77.4 − 47.6 = 29.8: 77 and 48 beside 30."""
    found = perception(summing(387), summing(238))
    assert (found["a"], found["b"], found["value"]) == (77, 48, 30)


@pytest.mark.parametrize(
    ("own", "other", "value"), [([50] * 5 + [51] * 5, [53] * 10, -2), ([53] * 10, [50] * 5 + [51] * 5, 3)]
)
def test_a_half_goes_up_on_both_sides_of_zero(own: Scores, other: Scores, value: int) -> None:
    found = perception(own, other)
    assert abs(found["exact"]["est"]) == 2.5
    assert found["value"] == value


# --- evidence ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fifths", "evidence"),
    [
        (75, "clear"),  # 15: the 95 % interval begins at 0.416
        (73, "clear"),  # 14.6: at 0.016
        (72, "indication"),  # 14.4: it holds 0, the 80 % interval doesn't
        (50, "indication"),  # 10 exactly
        (49, "undecided"),  # 9.8: not a matter of 10 points, and up to 21.56
        (42, "undecided"),  # 8.4: up to 20.16
        (41, "no_large_gap"),  # 8.2: up to 19.96
        (0, "no_large_gap"),
    ],
)
def test_evidence_is_the_first_that_holds(fifths: int, evidence: str) -> None:
    for one, other in ((250 + fifths, 250), (250, 250 + fifths)):
        found = perception(summing(one), summing(other))
        assert found["evidence"] == evidence
        assert found["material"] == (evidence in ("clear", "indication"))
        assert (found["rank"] == 1) == found["material"]


def test_clear_goes_before_no_large_gap() -> None:
    """Twenty people each, 12 points apart: the 90 % interval lies within ±20, and the 95 % interval excludes 0."""
    found = perception([62] * 20, [50] * 20)
    assert -20 < found["exact"]["ci90"][0] < found["exact"]["ci90"][1] < 20
    assert found["evidence"] == "clear"


def test_a_large_gap_between_divided_groups_is_undecided_and_not_no_gap() -> None:
    found = perception(five(70, 30), five(50, 30))
    assert (found["size"], found["evidence"], found["material"]) == ("large", "undecided", False)


def test_a_gap_is_hidden_with_the_first_reason_of_its_sides() -> None:
    case = Case(points(), *triangle(on=5)).score("on", "geheel", "whole", five(50)).score("on", "rol", "self", [50] * 3)
    found = gap(case.document(), "perception", theme="rol", about="on", source="og")
    assert (hidden(found), found["value"], found["rank"], found["material"]) == ("party_small", None, None, False)


# --- ambition ---------------------------------------------------------------------------------------------------------


def against(level: int, ambition: object) -> Document:
    case = Case(points(), *triangle()).score("og", "rol", "other", five(level), "on")
    return case.document(Parameters(ambition={"rol": Fraction(str(ambition))}))


def test_below_the_ambition_is_flagged_and_above_it_never() -> None:
    below = gap(against(40, 70), "ambition", of="view", source="og", about="on")
    above = gap(against(90, 70), "ambition", of="view", source="og", about="on")
    assert (below["value"], below["evidence"], below["material"], below["rank"]) == (-30, "clear", True, 1)
    assert (above["value"], above["evidence"], above["material"], above["rank"]) == (20, "clear", False, None)


def test_an_ambition_of_half_points_is_rounded_like_every_figure() -> None:
    assert gap(against(40, 62.5), "ambition", of="view", source="og", about="on")["b"] == 63


def test_without_an_ambition_there_is_no_ambition_gap() -> None:
    case = Case(points(), *triangle()).score("og", "rol", "other", five(40), "on")
    assert not [g for g in case.document()["gaps"] if g["type"] == "ambition"]


def test_the_ambition_is_held_against_views_relations_and_the_constellation() -> None:
    found = [g for g in against(40, 70)["gaps"] if g["type"] == "ambition"]
    assert [g["of"] for g in found if g["rank"] is None] == ["view"] * 5 + ["relation"] * 3 + ["constellation"]
    assert {g["theme"] for g in found} == {"rol"}


# --- quadrants --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "other", "quadrant"),
    [
        (80, 50, "over_below"),
        (95, 65, "over_above"),
        (50, 80, "under_above"),
        (20, 50, "under_below"),
        (70, 70, "agree_above"),
        (60, 60, "agree_above"),
        (59, 59, "agree_below"),
    ],
)
def test_the_quadrant_sets_the_direction_against_the_others_view_and_the_ambition(
    own: int, other: int, quadrant: str
) -> None:
    assert perception(five(own), five(other), ambition=60)["quadrant"] == quadrant


def test_there_is_no_quadrant_without_ambition_or_without_a_verdict() -> None:
    assert "quadrant" not in perception(five(80), five(50))
    undecided = perception(five(70, 30), five(50, 30), ambition=60)
    assert undecided["evidence"] == "undecided"
    assert "quadrant" not in undecided


# --- order ------------------------------------------------------------------------------------------------------------


def ranks(document: Document) -> list[tuple[Any, ...]]:
    return [
        (g["type"], g["theme"], g.get("about") or g.get("between"), g.get("from"))
        for g in document["gaps"]
        if g["rank"] is not None
    ]


def test_a_clear_gap_goes_before_an_indication_with_a_higher_lower_bound() -> None:
    """rol: 15 with class 10, L = 6.2, clear. beide: 29 with class 20, se 12.65, L = 11.3, an indication."""
    case = Case(points(), *triangle())
    case.score("on", "rol", "self", five(65)).score("og", "rol", "other", five(50), "on")
    case.score("on", "beide", "self", five(79, 20)).score("og", "beide", "other", five(50, 20), "on")
    document = case.document()
    found = [g for g in document["gaps"] if g["rank"]]
    assert [(g["theme"], g["evidence"], g["rank"]) for g in found] == [("rol", "clear", 1), ("beide", "indication", 2)]


def test_among_clear_gaps_the_lower_bound_decides_and_not_the_size() -> None:
    """rol: 45 with class 30, se 18.97, L = 18.5. beide: 30 with class 10, L = 21.2."""
    case = Case(points(), *triangle())
    case.score("on", "rol", "self", five(70, 25)).score("og", "rol", "other", five(25, 25), "on")
    case.score("on", "beide", "self", five(70)).score("og", "beide", "other", five(40), "on")
    found = [g for g in case.document()["gaps"] if g["rank"]]
    assert [(g["theme"], abs(g["value"]), g["evidence"]) for g in found] == [
        ("beide", 30, "clear"),
        ("rol", 45, "clear"),
    ]


def test_the_size_decides_among_gaps_that_are_equally_sure_whatever_their_sign() -> None:
    case = Case(points(), *triangle())
    case.score("on", "rol", "self", five(70)).score("og", "rol", "other", five(40), "on")
    case.score("on", "beide", "self", five(30)).score("og", "beide", "other", five(61), "on")
    found = [g for g in case.document()["gaps"] if g["rank"]]
    assert [(g["theme"], g["value"]) for g in found] == [("beide", -31), ("rol", 30)]


def test_ties_follow_type_theme_and_party() -> None:
    """The same gap of 30 everywhere: perception before asymmetry before outlook, rol before beide, eig before og."""
    case = Case(points(), *triangle())
    for theme in ("beide", "rol"):
        case.score("on", theme, "self", five(70))
        for source in ("og", "eig"):
            case.score(source, theme, "other", five(40), "on")
    case.score("eig", "band", "relation", five(70), "og").score("og", "band", "relation", five(40), "eig")
    case.score("og", "geheel", "whole", five(70)).score("on", "geheel", "whole", five(40))
    assert ranks(case.document()) == [
        ("perception", "rol", "on", "eig"),
        ("perception", "rol", "on", "og"),
        ("perception", "beide", "on", "eig"),
        ("perception", "beide", "on", "og"),
        ("asymmetry", "band", ["eig", "og"], None),
        ("outlook", "geheel", ["og", "on"], None),
    ]


def test_what_is_not_material_follows_in_the_order_of_types_themes_and_parties() -> None:
    document = Case(points(), *triangle()).document(Parameters(ambition={"band": Fraction(50)}))
    types = [g["type"] for g in document["gaps"]]
    assert types == sorted(types, key=["perception", "asymmetry", "outlook", "ambition"].index)
    perceived = [(g["theme"], g["about"], g["from"]) for g in document["gaps"] if g["type"] == "perception"]
    pairs = [("eig", "og"), ("eig", "on"), ("og", "eig"), ("og", "on"), ("on", "eig"), ("on", "og")]
    assert perceived == [(theme, *pair) for theme in ("rol", "beide") for pair in pairs]


def test_each_pair_is_compared_once_the_earlier_party_first() -> None:
    document = Case(points(), *triangle(og=[6, 6])).document()
    between = [g["between"] for g in document["gaps"] if g["type"] == "asymmetry" and g["theme"] == "band"]
    assert between == [["eig", "og1"], ["eig", "og2"], ["eig", "on"], ["og1", "on"], ["og2", "on"]]


def test_comparisons_count_published_gaps_and_ambitions_flag_on_one_side_only() -> None:
    """One perception gap (5 % and 20 %) and, on the same theme, one view against its ambition (2.5 % and 10 %)."""
    case = Case(points(), *triangle()).score("on", "rol", "self", five(50)).score("og", "rol", "other", five(50), "on")
    bare = case.document()
    assert (bare["comparisons"], bare["expected_chance_flags"]) == (1, {"clear": 0.05, "indication": 0.2})
    with_ambition = case.document(Parameters(ambition={"rol": Fraction(60)}))
    flags = with_ambition["expected_chance_flags"]
    assert with_ambition["comparisons"] == 2
    assert (flags["clear"], flags["indication"]) == (pytest.approx(0.075), pytest.approx(0.3))


# --- strengths --------------------------------------------------------------------------------------------------------


def strengths(document: Document) -> list[tuple[Any, ...]]:
    return [(s["rank"], s["type"], s["theme"], s["score"]) for s in document["strengths"]]


def test_agreement_on_a_good_level_is_a_strength_shown_by_the_others_view() -> None:
    case = Case(points(), *triangle()).score("on", "rol", "self", five(70)).score("og", "rol", "other", five(66), "on")
    (found,) = case.document()["strengths"]
    assert (found["type"], found["about"], found["from"], found["score"]) == ("perception", "on", "og", 66)


def test_both_sides_must_reach_the_ambition_or_62_and_a_half_without_one() -> None:
    def of(own: int, other: int, **ambition: int) -> list[tuple[Any, ...]]:
        case = Case(points(), *triangle()).score("on", "rol", "self", five(own))
        case.score("og", "rol", "other", five(other), "on")
        return strengths(case.document(Parameters(ambition={k: Fraction(v) for k, v in ambition.items()})))

    assert of(63, 63) == [(1, "perception", "rol", 63)]
    assert of(62, 66) == []
    assert of(66, 62) == []
    assert of(60, 60, rol=60) == [(1, "perception", "rol", 60)]
    assert of(66, 66, rol=70) == []


def test_a_view_is_a_strength_when_its_80_percent_interval_lies_wholly_above() -> None:
    """Class 10, five people: t(4, .90) = 1.533206, half width 6.857: 69.4 begins at 62.54 and 69.2 at 62.34."""

    def of(fifths: int) -> list[tuple[Any, ...]]:
        case = Case(points(), *triangle()).score("og", "band", "relation", summing(fifths), "on")
        return strengths(case.document())

    assert of(347) == [(1, "view", "band", 69)]
    assert of(346) == []


def test_a_view_that_only_just_reaches_the_ambition_is_not_wholly_above_it() -> None:
    """Without floor and classes five equal answers have an interval of one point: the ambition itself."""
    case = Case(points(), *triangle()).score("og", "band", "relation", five(70), "on")
    for ambition, number in ((69, 1), (70, 0)):
        bare = Parameters(s_min=0, sd_step=0, ambition={"band": Fraction(ambition)})
        assert len(case.document(bare)["strengths"]) == number


def test_strengths_are_three_at_most_one_per_theme_and_in_order() -> None:
    """Everybody gives all fives: every theme has strengths with the same bound, so theme order decides."""
    constellation = Constellation(driehoek(), triangle())
    people = {
        party.key: [
            Respondent(
                {rating.key: 5 for rating in constellation.sheet(party)},
                {other.key for other in constellation.faced_by(party)},
            )
            for _ in range(5)
        ]
        for party in constellation.parties
    }
    document = make(constellation, Parameters(), sheets_of(constellation, people)).document
    themes = [theme.key for theme in driehoek().themes][:3]
    assert [(s["rank"], s["theme"], s["score"]) for s in document["strengths"]] == [
        (rank, theme, 95) for rank, theme in enumerate(themes, start=1)
    ]


def test_the_strength_with_the_highest_lower_bound_goes_first_and_stands_for_its_theme() -> None:
    case = Case(points(), *triangle()).score("og", "band", "relation", five(80), "on")
    case.score("eig", "band", "relation", five(85), "on").score("on", "rol", "other", five(90), "eig")
    document = case.document()
    assert strengths(document) == [(1, "view", "rol", 90), (2, "view", "band", 85)]
    assert find(document, "strengths", theme="band")["from"] == "eig"
