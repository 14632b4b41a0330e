"""Parties: who may be shown, in which words, pools, statements, targets (scoring.md §7.1–3, §7.7, §8)."""

from fractions import Fraction

import pytest

from app.domain.constellation import Party
from app.domain.disclosure import REASONS, first_reason
from app.domain.parameters import Parameters
from tests.domain.build import Case, Document, cell, find, five, gap, hidden, party, points, triangle


def shown(respondents: int, invited: int, params: Parameters | None = None) -> tuple[object, ...]:
    case = Case(points(), *triangle(on=invited)).score("on", "geheel", "whole", [50] * respondents)
    found = find(case.document(params), "parties", key="on")
    return (found.get("reason"), found["n"], found["response"])


# --- size and response ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("respondents", "invited", "wanted"),
    [
        (4, 4, ("party_small", None, None)),
        (5, 5, (None, "5–9", "80–100")),
        (5, 12, (None, "5–9", "40–59")),  # 41.7 %
        (6, 15, (None, "5–9", "40–59")),  # 40 % exactly
        (6, 16, ("response_low", None, None)),  # 37.5 %
        (4, 20, ("party_small", None, None)),  # both: the first of the list
        (6, 10, (None, "5–9", "60–79")),  # 60 % exactly
        (7, 12, (None, "5–9", "40–59")),  # 58.3 %
        (8, 10, (None, "5–9", "80–100")),  # 80 % exactly
        (7, 9, (None, "5–9", "60–79")),  # 77.8 %
        (9, 9, (None, "5–9", "80–100")),
        (10, 16, (None, "10", "65")),  # 62.5 % is halfway 60 and 65
        (10, 10, (None, "10", "100")),
        (12, 15, (None, "12", "80")),
        (10, 25, (None, "10", "40")),
        (11, 26, (None, "11", "40")),  # 42.3 %
    ],
)
def test_a_party_is_shown_by_bands_below_ten_and_by_number_from_ten(
    respondents: int, invited: int, wanted: tuple[object, ...]
) -> None:
    assert shown(respondents, invited) == wanted


def test_the_band_names_the_agreed_threshold() -> None:
    assert shown(4, 4, Parameters(k_party=4)) == (None, "4–9", "80–100")
    assert shown(6, 6, Parameters(k_party=7)) == ("party_small", None, None)
    assert shown(5, 10, Parameters(min_response=Fraction(3, 5))) == ("response_low", None, None)


def test_a_respondent_is_somebody_with_at_least_one_valid_block() -> None:
    """Five people, one of whom only says not to know: four respondents."""
    case = Case(points(5), *triangle(on=5)).give("on", "geheel", "whole", [[3]] * 4 + [["dont_know"]])
    assert find(case.document(), "parties", key="on")["reason"] == "party_small"
    case.give("on", "rol", "self", [[None]] * 4 + [[2]])
    assert hidden(find(case.document(), "parties", key="on")) is None


def test_a_party_that_is_too_small_shows_nothing_at_all() -> None:
    case = (
        Case(points(), *triangle(on=4))
        .score("on", "rol", "self", [60] * 4)
        .score("on", "band", "relation", [60] * 4, "og")
    )
    case.score("og", "rol", "other", five(40), "on").score("og", "band", "relation", five(40), "on")
    document = case.document()
    assert {c["reason"] for c in document["cells"] if c["from"] == "on"} == {"party_small"}
    assert hidden(gap(document, "perception", theme="rol", about="on", source="og")) == "party_small"
    assert cell(document, "rol", "other", "og", "on")["score"] == 40


def test_the_first_reason_in_the_list_counts_for_what_is_derived() -> None:
    assert first_reason(["audit", "cell_small", "party_small"]) == "party_small"
    assert [first_reason(REASONS[place:]) for place in range(len(REASONS))] == list(REASONS)
    case = Case(points(), *triangle(eig=2, on=20)).score("on", "band", "relation", [50] * 6, "eig")
    document = case.document()
    assert cell(document, "band", "relation", "on", "eig")["reason"] == "response_low"
    assert find(document, "relations", theme="band", between=["eig", "on"])["reason"] == "party_small"


def test_a_cell_needs_four_people_though_the_party_is_shown() -> None:
    case = Case(points(), *triangle(on=5)).score("on", "geheel", "whole", five(50))
    case.score("on", "rol", "self", [50, 50, 50, None, None]).score("on", "band", "relation", [50] * 4, "og")
    document = case.document()
    assert hidden(cell(document, "rol", "self", "on")) == "cell_small"
    assert hidden(cell(document, "band", "relation", "on", "og")) is None


def test_two_invited_people_cannot_be_judged_and_three_can() -> None:
    case = Case(points(), *triangle(eig=2, og=[3])).score("on", "rol", "other", five(50), "eig")
    case.score("on", "rol", "other", five(50), "og")
    document = case.document()
    assert hidden(cell(document, "rol", "other", "on", "eig")) == "target_small"
    assert hidden(cell(document, "rol", "other", "on", "og")) is None


# --- pools ------------------------------------------------------------------------------------------------------------


def with_hidden_siblings(*sizes: tuple[int, int]) -> Document:
    """One opdrachtgever that is shown, and siblings with so many respondents of so many invited people."""
    case = Case(points(), *triangle(og=[6, *(invited for _, invited in sizes)]))
    case.score("og1", "rol", "self", [70] * 6).score("og1", "geheel", "whole", [70] * 6)
    for number, (respondents, _) in enumerate(sizes, start=2):
        case.score(f"og{number}", "rol", "self", [10 * number] * respondents)
        case.score(f"og{number}", "geheel", "whole", [10 * number] * respondents)
        case.score(f"og{number}", "rol", "other", [10 * number] * respondents, "on")
    case.score("on", "rol", "self", five(60)).score("on", "geheel", "whole", five(60))
    return case.document()


def test_two_hidden_parties_of_one_role_form_a_pool_in_which_each_person_weighs_one() -> None:
    """Two people at 20 and three at 30: 130 / 5 = 26."""
    document = with_hidden_siblings((2, 2), (3, 3))
    pool = find(document, "parties", key="overige-opdrachtgever")
    assert (pool["pooled"], pool["n"], pool["response"]) == (["og2", "og3"], "5–9", "80–100")
    assert document["parties"][-1] == pool
    assert cell(document, "rol", "self", "overige-opdrachtgever")["score"] == 26
    assert cell(document, "rol", "other", "overige-opdrachtgever", "on")["score"] == 26
    assert find(document, "views", theme="rol", source="overige-opdrachtgever", about="on")["score"] == 26


@pytest.mark.parametrize(
    "sizes",
    [
        ((4, 4),),  # one hidden party alone would be itself
        ((2, 2), (2, 2)),  # four people
        ((3, 8), (3, 8)),  # 37.5 %
    ],
)
def test_no_pool_forms_below_its_own_thresholds(sizes: tuple[tuple[int, int], ...]) -> None:
    assert not [p for p in with_hidden_siblings(*sizes)["parties"] if "pooled" in p]


def test_a_party_hidden_for_its_response_is_pooled_as_well() -> None:
    document = with_hidden_siblings((6, 16), (3, 3))
    assert find(document, "parties", key="overige-opdrachtgever")["pooled"] == ["og2", "og3"]


def test_all_hidden_parties_of_the_role_are_pooled_together() -> None:
    document = with_hidden_siblings((5, 5), (2, 2), (3, 3), (1, 1))
    assert find(document, "parties", key="overige-opdrachtgever")["pooled"] == ["og3", "og4", "og5"]
    own = cell(document, "rol", "self", "overige-opdrachtgever")
    assert own["exact"]["est"] == pytest.approx((2 * 30 + 3 * 40 + 50) / 6)


def test_a_pool_stands_outside_perception_asymmetry_and_relations_and_counts_once_in_the_whole() -> None:
    """W: eigenaar has nothing shown, so no constellation; outlook against the pool stands."""
    document = with_hidden_siblings((2, 2), (3, 3))
    key = "overige-opdrachtgever"
    assert gap(document, "outlook", theme="geheel", between=["on", key])["value"] == 34
    others = [g for g in document["gaps"] if g["type"] != "outlook"]
    assert not [g for g in others if key in (g.get("about"), g.get("from"), *g.get("between", []))]
    assert not [r for r in document["relations"] if key in r["between"]]
    assert not [c for c in document["cells"] if c["about"] == key]


# --- statements -------------------------------------------------------------------------------------------------------


def stated(answers: list[int | None], **scores: list[int | None]) -> Document:
    """An owner who speaks by statement; others about it by keyword."""
    case = Case(points(), party("eig", "eigenaar", 1, "statement"), *triangle()[1:])
    for theme, block in (("rol", "self"), ("geheel", "whole")):
        case.score("eig", theme, block, answers)
    case.score("eig", "band", "relation", answers, "on").score("eig", "rol", "other", answers, "on")
    for source, given in scores.items():
        for theme, block in (("rol", "other"), ("band", "relation")):
            case.score(source, theme, block, given, "eig")
        case.score(source, "rol", "self", given).score(source, "geheel", "whole", given)
    return case.document()


def test_a_statement_is_attributed_and_has_no_number_of_people_no_interval_and_no_division() -> None:
    document = stated([100], on=five(40))
    standing = find(document, "parties", key="eig")
    assert (standing["state"], standing["attributed"], standing["n"], standing["response"]) == (
        "published",
        True,
        None,
        None,
    )
    own = cell(document, "rol", "self", "eig")
    assert (own["score"], own["ci95"], own["agreement"], own["flags"]) == (100, None, None, ["attributed"])
    assert "bound" not in own
    assert "detail" not in own
    division = find(document, "divisions", theme="rol", block="self", source="eig")
    assert (division["reason"], division["evidence"]) == ("not_asked", None)


def test_a_group_may_be_shown_about_one_person_who_speaks_by_statement_but_keeps_its_own_thresholds() -> None:
    document = stated([80], on=five(40), og=[40] * 4)
    assert cell(document, "rol", "other", "on", "eig")["score"] == 40
    assert hidden(cell(document, "rol", "other", "og", "eig")) == "party_small"


def test_a_contrast_with_a_statement_has_the_uncertainty_of_the_group_alone() -> None:
    """80 − 40; V = 10² / 5 = 20, df 4: 40 ± 2.776445 · 4.4721 = 27.5834 … 52.4166."""
    found = gap(stated([80], on=five(40)), "perception", theme="rol", about="eig", source="on")
    assert (found["value"], found["evidence"], found["material"]) == (40, "clear", True)
    assert found["exact"]["df"] == 4
    assert found["exact"]["ci95"] == pytest.approx([27.5834, 52.4166], abs=1e-4)


def test_two_statements_differ_in_size_only() -> None:
    parties = (party("eig", "eigenaar", 1, "statement"), party("on", "opdrachtnemer", 1, "statement"))
    case = Case(points(), *parties).score("eig", "rol", "self", [90]).score("on", "rol", "other", [40], "eig")
    document = case.document(Parameters(ambition={"rol": Fraction(60)}))
    found = gap(document, "perception", theme="rol", about="eig", source="on")
    assert (found["value"], found["size"], found["evidence"], found["ci95"]) == (50, "large", "stated", None)
    assert (found["material"], found["rank"], found.get("quadrant")) == (False, None, None)
    assert document["comparisons"] == 0
    assert document["strengths"] == []


def test_a_statement_that_nobody_confirmed_stays_hidden_and_so_does_what_others_say_about_it() -> None:
    document = stated([None], on=five(40))
    standing = find(document, "parties", key="eig")
    assert (standing["reason"], standing["n"], standing["attributed"]) == ("party_small", None, True)
    assert cell(document, "rol", "self", "eig")["reason"] == "party_small"
    for theme, block in (("rol", "other"), ("band", "relation")):
        assert hidden(cell(document, theme, block, "on", "eig")) == "target_small"
    assert hidden(find(document, "views", theme="rol", source="on", about="eig")) == "target_small"


def test_a_statement_is_never_pooled() -> None:
    case = Case(
        points(),
        party("og1", "opdrachtgever", 3),
        party("og2", "opdrachtgever", 1, "statement"),
        party("og3", "opdrachtgever", 3),
        party("on", "opdrachtnemer", 5),
    )
    case.score("og1", "rol", "self", [10] * 3).score("og3", "rol", "self", [20] * 3)
    assert find(case.document(), "parties", key="overige-opdrachtgever")["pooled"] == ["og1", "og3"]


def test_a_context_role_answers_about_the_whole_and_counts_in_no_constellation() -> None:
    case = Case(points(), *triangle(), Party("tz", "toezicht", "Toezicht", "group", 5))
    for key, level in (("eig", 60), ("og", 60), ("on", 60), ("tz", 10)):
        case.score(key, "geheel", "whole", five(level))
    document = case.document()
    assert cell(document, "geheel", "whole", "tz")["score"] == 10
    assert find(document, "constellation", theme="geheel")["score"] == 60
    assert not [c for c in document["cells"] if "tz" in (c["from"], c["about"]) and c["block"] != "whole"]
    assert not [g for g in document["gaps"] if "tz" in g.get("between", [])]
