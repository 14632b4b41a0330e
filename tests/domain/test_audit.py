"""The audit of §7.5: it fails closed, on documents that could not be, and on sets of means that could."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.constellation import Constellation, Party
from app.domain.detail import detail_of
from app.domain.disclosure import (
    MOST_UNIONS,
    AuditGaveUp,
    Disclosure,
    Standing,
    disclose,
    leaking_sets,
    unsafe_cells,
)
from app.domain.estimate import Cell
from app.domain.parameters import Parameters
from app.domain.scoring import agreement, score
from app.domain.snapshot import make
from tests.domain.attacker import Knowledge, exposed_groups
from tests.domain.build import Case, find, five, points, sheets_of, triangle

SELF = Cell("rol", "self", "og1", None)


def case() -> Case:
    case = Case(points(), *triangle(og=[6, 3, 3]))
    for key, size in (("og1", 5), ("og2", 3), ("og3", 3), ("on", 5), ("eig", 5)):
        case.score(key, "rol", "self", [40] * size).score(key, "geheel", "whole", [50] * size)
    return case


def verdict(case: Case) -> Disclosure:
    return disclose(case.constellation, Parameters(), case.sheets())


def test_a_sound_disclosure_has_nothing_to_withdraw() -> None:
    sound = verdict(case())
    assert unsafe_cells(sound, [c for c, reason in sound.reasons.items() if reason is None], Parameters()) == []


def planted_pool() -> Disclosure:
    """A pool that holds the people of og1, who are also shown by themselves."""
    sound = verdict(case())
    joint = Standing(Party("samen", "opdrachtgever", "Samen", "group", 6), ("og1",), 5, None)
    extra = Cell("rol", "self", "samen", None)
    return replace(
        sound,
        standings=(*sound.standings, joint),
        blocks={**sound.blocks, extra: sound.blocks[SELF]},
        reasons={**sound.reasons, extra: None},
    )


def test_the_same_answers_in_two_shown_cells_are_withdrawn_from_both_with_reason_audit() -> None:
    planted = planted_pool()
    unsafe = unsafe_cells(planted, [], Parameters())
    assert set(unsafe) == {SELF, Cell("rol", "self", "samen", None)}
    figures = score(case().constellation, planted.without(unsafe)).cells
    assert (figures[SELF].weights, figures[SELF].reason) == (None, "audit")
    assert figures[Cell("rol", "self", "on", None)].weights is not None
    assert figures[Cell("rol", "self", "og2", None)].reason == "party_small"


def test_what_was_withdrawn_hides_all_that_was_built_on_it() -> None:
    whole = case()
    for source in ("og1", "eig"):
        whole.score(source, "beide", "other", five(50), "on").score(source, "beide", "relation", five(50), "on")
    sound = verdict(whole)
    scores = score(whole.constellation, sound.without([Cell("beide", "other", "og1", "on")]))
    hidden = {(view.party, view.about): f.reason for view, f in scores.views.items() if view.theme == "beide"}
    assert hidden["og1", "on"] == "audit"
    assert hidden["eig", "on"] is None


def test_a_shown_cell_of_too_few_people_is_withdrawn() -> None:
    whole = case()
    sound = verdict(whole)
    small = Cell("band", "relation", "og1", "on")
    planted = replace(sound, reasons={**sound.reasons, small: None})
    assert unsafe_cells(planted, [], Parameters()) == [small]


def test_a_hidden_cell_under_a_published_figure_is_withdrawn() -> None:
    sound = verdict(case())
    unknown = Cell("rol", "self", "wie", None)
    used = [SELF, Cell("rol", "self", "og2", None), unknown]
    assert unsafe_cells(sound, used, Parameters()) == [Cell("rol", "self", "og2", None), unknown]


def test_people_who_would_count_twice_in_a_pool_are_withdrawn_from_the_document() -> None:
    """The same party twice in a list, against all checks before: three people look like a pool of six."""
    twice = (
        Case(points(), *triangle(og=[3])).score("og", "rol", "self", [40, 50, 60]).score("on", "rol", "self", five(50))
    )
    eig, og, on = twice.constellation.parties
    doubled = Constellation(points(), (eig, og, og, on))
    document = make(doubled, Parameters(), sheets_of(doubled, twice.people)).document
    own = find(document, "cells", theme="rol", block="self", source="overige-opdrachtgever")
    assert (own["state"], own["score"], own["reason"]) == ("suppressed", None, "audit")
    assert document["audit"]["passed"] is False
    assert {"theme": "rol", "block": "self", "from": "overige-opdrachtgever", "about": None} in document["audit"][
        "withdrawn"
    ]
    assert find(document, "cells", theme="rol", block="self", source="on")["score"] == 50


# --- the search among any means ---------------------------------------------------------------------------------------


def people_of(**sizes: int) -> dict[str, frozenset[object]]:
    return {name: frozenset((name, number) for number in range(size)) for name, size in sizes.items()}


def test_a_single_mean_of_enough_people_gives_nothing_away() -> None:
    assert leaking_sets({"m": {"a": Fraction(1)}}, people_of(a=4), 4) == []
    assert leaking_sets({"m": {"a": Fraction(1)}}, people_of(a=3), 4) == [frozenset("a")]


def test_columns_that_no_figure_tells_apart_count_together() -> None:
    """Two and two people with equal weights are four people."""
    assert leaking_sets({"m": {"a": Fraction(1, 4), "b": Fraction(1, 4)}}, people_of(a=2, b=2), 4) == []


def test_the_same_people_under_two_answers_count_once() -> None:
    """Two answers of the same three people are three people, not six."""
    three = frozenset({1, 2, 3})
    means = {"one": {"x": Fraction(1, 3)}, "two": {"y": Fraction(1, 3)}}
    assert set(leaking_sets(means, {"x": three, "y": three}, 4)) == {frozenset("x"), frozenset("y")}


def test_a_statement_needs_no_protection() -> None:
    assert leaking_sets({"m": {"s": Fraction(1)}}, {"s": frozenset()}, 4) == []


def test_a_figure_of_a_statement_with_three_people_gives_the_three_away() -> None:
    means = {"m": {"s": Fraction(1, 2), "a": Fraction(1, 2)}}
    assert leaking_sets(means, {"s": frozenset(), **people_of(a=3)}, 4) == [frozenset({"s", "a"})]
    assert leaking_sets(means, {"s": frozenset(), **people_of(a=4)}, 4) == []


def test_a_search_that_grows_too_large_gives_up() -> None:
    """Forty people with a weight of their own in one mean: 40 + 780 + 9,880 unions of up to three."""
    means = {"m": {f"p{n}": Fraction(1, 100 + n) for n in range(40)}}
    with pytest.raises(AuditGaveUp):
        leaking_sets(means, people_of(**{f"p{n}": 1 for n in range(40)}), 4)
    assert 40 + 780 < MOST_UNIONS < 40 + 780 + 9880


def test_item_means_stay_away_when_fewer_people_than_the_cell_limit_gave_them() -> None:
    """The audit over one cell's means, asked about a limit above its size."""
    whole = Case(points(5, 3), *triangle(on=9)).give("on", "rol", "self", [[1 + n % 5, 2, 3] for n in range(9)])
    block = verdict(whole).blocks[Cell("rol", "self", "on", None)]
    items, together = ["rol-1", "rol-2", "rol-3"], agreement(block, 5)
    assert "items" in detail_of(items, block, together, Parameters(k_cell=9))
    assert "items" not in detail_of(items, block, together, Parameters(k_cell=10))


MEANS = st.lists(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 3).map(Fraction), min_size=1), min_size=1, max_size=5
)


@settings(max_examples=200)
@given(MEANS, st.lists(st.integers(1, 4), min_size=6, max_size=6), st.integers(2, 5))
def test_the_audit_and_an_attacker_of_another_make_agree_on_any_means(
    rows: list[dict[str, Fraction]], sizes: list[int], k: int
) -> None:
    people = people_of(**dict(zip("abcdef", sizes, strict=True)))
    spread_out = [{person: weight for name, weight in row.items() for person in people[name]} for row in rows]
    known = Knowledge(list(spread_out), {person: person for group in people.values() for person in group})
    found = leaking_sets({str(n): row for n, row in enumerate(rows)}, people, k)
    assert bool(found) == bool(exposed_groups(known, k))
