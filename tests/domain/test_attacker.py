"""The promise of four: from everything that a document publishes nobody learns about fewer than k_cell people."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings

from tests.domain.attacker import Knowledge, Row, exposed_groups
from tests.domain.build import Case, Document, find, points, triangle
from tests.domain.chance import Drawn, assessments
from tests.domain.published import Truth, cell_row, is_published, knowledge


def known_from(drawn: Drawn, document: Document) -> Knowledge:
    return knowledge(document, drawn.constellation, drawn.people)


@settings(max_examples=40)
@given(assessments())
def test_no_combination_of_published_figures_isolates_a_small_group(drawn: Drawn) -> None:
    known = known_from(drawn, drawn.document())
    assert exposed_groups(known, drawn.params.k_cell) == []


@pytest.mark.parametrize("size", [8, 10, 12])
@pytest.mark.parametrize("skipping", [0, 1, 3])
def test_item_means_and_distributions_isolate_nobody(size: int, skipping: int) -> None:
    """Full answers, or a few people who skip one item of three: then item means must stay away."""
    case = Case(points(5, 3), *triangle(eig=size, og=[size], on=size))
    answers = [[1 + n % 5, 1 + (2 * n) % 5, 1 + (3 * n) % 5] for n in range(size)]
    skipped = [[*row[:2], None] if n < skipping else row for n, row in enumerate(answers)]
    for source, about in (("eig", "on"), ("og", "on"), ("on", "og"), ("on", "eig")):
        case.give(source, "rol", "self", answers)
        case.give(source, "rol", "other", skipped, about)
        case.give(source, "band", "relation", skipped, about)
    document = case.document()
    assert exposed_groups(knowledge(document, case.constellation, case.people), 4) == []
    shown = [c for c in document["cells"] if "items" in c.get("detail", {})]
    assert len(shown) == (11 if skipping == 0 else 3)


# --- the attacker has teeth: each planted leak is found ---------------------------------------------------------------


def pooled_case() -> tuple[Case, Document]:
    """Three opdrachtgevers: one published, two that hide and together form a pool."""
    case = Case(points(), *triangle(og=[6, 4, 4]))
    for source, size in (("og1", 6), ("og2", 2), ("og3", 3), ("on", 6)):
        case.score(source, "rol", "self", range(40, 40 + size))
    for source, size in (("og1", 6), ("og2", 2), ("og3", 3)):
        case.score(source, "band", "relation", range(50, 50 + size), "on")
    for about in ("og1", "og2", "og3"):
        case.score("on", "band", "relation", range(60, 66), about)
    return case, case.document()


def attack(case: Case, document: Document, *planted: Row) -> list[frozenset[object]]:
    known = knowledge(document, case.constellation, case.people)
    people = {name: name[1] for row in planted for name in row if isinstance(name, tuple)}
    return exposed_groups(Knowledge([*known.rows, *planted], {**known.person_of, **people}), 4)


def test_the_pool_itself_gives_nothing_away() -> None:
    case, document = pooled_case()
    assert find(document, "parties", key="overige-opdrachtgever")["pooled"] == ["og2", "og3"]
    assert attack(case, document) == []


def test_a_mean_of_the_whole_role_beside_a_published_sibling_and_the_pool_is_found() -> None:
    """Everybody of og1 and og2 together, beside og1 itself, is og2: two people. And the pool less og2 is og3."""
    case, document = pooled_case()
    truth = Truth(case.constellation, case.people, document)
    both = [*truth.contributors(("rol", "self", "og1", None)), *truth.contributors(("rol", "self", "og2", None))]
    planted = {("answer", person, "rol-1", None): Fraction(1, len(both)) for person in both}
    assert attack(case, document, planted) == [
        frozenset(("og2", number) for number in range(2)),
        frozenset(("og3", number) for number in range(3)),
    ]


def test_a_hidden_cell_that_is_shown_after_all_is_found() -> None:
    case, document = pooled_case()
    find(document, "cells", theme="rol", block="self", source="og3")["state"] = "published"
    exposed = attack(case, document)
    assert frozenset(("og3", number) for number in range(3)) in exposed


def test_a_joint_mean_of_role_and_relation_over_other_people_is_found() -> None:
    """[O11 s13]: one person answered R and not O; a mean over persons of both gives that person's R away."""
    case = Case(points(), *triangle(on=12))
    case.score("on", "beide", "other", [*range(40, 51), None], "og")
    case.score("on", "beide", "relation", range(60, 72), "og")
    document = case.document()
    assert is_published(find(document, "views", theme="beide", source="on", about="og"))
    assert attack(case, document) == []
    joint: dict[object, Fraction] = {}
    for number in range(11):
        joint["answer", ("on", number), "beide-o1", "og"] = Fraction(1, 24)
        joint["answer", ("on", number), "beide-r1", "og"] = Fraction(1, 24)
    joint["answer", ("on", 11), "beide-r1", "og"] = Fraction(1, 12)
    assert attack(case, document, joint) == [frozenset({("on", 11)})]


def test_a_second_snapshot_with_one_late_answer_is_found() -> None:
    case = Case(points(), *triangle(og=[9])).score("og", "rol", "self", range(30, 37))
    document = case.document()
    late = dict.fromkeys([("answer", ("og", n), "rol-1", None) for n in range(8)], Fraction(1, 8))
    assert attack(case, document, late) == [frozenset({("og", 7)})]


def test_item_means_over_those_who_answered_are_found_where_one_person_skipped_an_item() -> None:
    """[O11 s12], in a document: item means beside a block mean in which one person's third item is missing."""
    case = Case(points(5, 3), *triangle(on=9))
    answers = [[1 + n % 5, 2, 3] for n in range(9)]
    case.give("on", "rol", "self", [*answers[:8], [5, 5, None]])
    document = case.document()
    cell = find(document, "cells", theme="rol", block="self", source="on")
    assert "items" not in cell["detail"]
    assert attack(case, document) == []
    cell["detail"]["items"] = [{"item": f"rol-{n}"} for n in (1, 2, 3)]
    assert attack(case, document) == [frozenset({("on", 8)})]


@settings(max_examples=15)
@given(assessments(statements=False))
def test_lowering_the_threshold_of_a_finished_document_is_found(drawn: Drawn) -> None:
    """Whatever the assessment: showing one more cell, of too few people, is always seen by the attacker."""
    document = drawn.document()
    truth = Truth(drawn.constellation, drawn.people, document)
    sizes: Counter[tuple[str, str, str, str | None]] = Counter()
    for cell in document["cells"]:
        key = (cell["theme"], cell["block"], cell["from"], cell["about"])
        if cell.get("reason") == "cell_small":
            sizes[key] = len(truth.contributors(key))
    few = [key for key, size in sizes.items() if 0 < size < drawn.params.k_cell]
    assume(few)
    known = known_from(drawn, document)
    planted = cell_row(truth, few[0])
    people = {name: name[1] for name in planted if isinstance(name, tuple)}
    exposed = exposed_groups(Knowledge([*known.rows, planted], {**known.person_of, **people}), drawn.params.k_cell)
    assert frozenset(people.values()) in exposed or any(group < frozenset(people.values()) for group in exposed)


def test_answers_of_a_statement_are_known_and_protect_nobody() -> None:
    """A combination of a statement with three people is a leak about three people; with four it is not."""
    three = dict.fromkeys([("answer", ("og", n), "rol-1", None) for n in range(3)], Fraction(1, 4))
    with_statement = {**three, ("answer", ("eig", 0), "rol-1", None): Fraction(1, 4)}
    people = {name: name[1] for name in three}
    assert exposed_groups(Knowledge([with_statement], people), 4) == [frozenset({("og", n) for n in range(3)})]
    assert exposed_groups(Knowledge([with_statement], people), 3) == []
