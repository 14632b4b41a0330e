"""Answers: what may be given, all faults at once, and the packed form that is kept."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.answers import (
    LONGEST_COMMENT,
    Answers,
    Value,
    pack,
    read_comments,
    read_ratings,
    read_value,
    require_something,
    unpack,
)
from app.domain.constellation import Constellation, Questionnaire
from app.domain.problems import InvalidInput
from tests.domain.build import points, several, triangle
from tests.domain.chance import Drawn, assessments

STEPS = 5


def questionnaire() -> Questionnaire:
    constellation = Constellation(points(STEPS), triangle())
    return constellation.questionnaire(constellation.party("on"), {"eig", "og"})


def faults(read: Callable[[dict[str, object]], object], raw: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as caught:
        read(raw)
    return [(fault.where, fault.message.en) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (1, 1),
        (5, 5),
        ("1", 1),
        ("5", 5),
        ("dont_know", "dont_know"),
        ("not_applicable", "not_applicable"),
        ("", None),
        (None, None),
    ],
)
def test_an_answer_is_a_step_a_reason_or_nothing(raw: object, value: Value | None) -> None:
    assert read_value(raw, STEPS) == value


@pytest.mark.parametrize(
    "raw",
    [
        0,
        6,
        -1,
        "0",
        "6",
        "01",
        "+1",
        "1.0",
        1.0,
        3.5,
        True,
        False,
        " 3",
        "3 ",
        "³",
        "٣",
        "Dont_know",
        "nan",
        "1000",
        [],
        {},
        "x" * 999,
    ],
)
def test_nothing_else_is_an_answer(raw: object) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_value(raw, STEPS)


def test_ratings_are_read_by_place_and_open_ones_are_absent() -> None:
    raw: dict[str, object] = {"rol-1": "4", "rol-1@og": 2, "band-1@eig": "dont_know", "geheel-1": "", "beide-o1": None}
    assert read_ratings(raw, questionnaire(), STEPS) == {"rol-1": 4, "rol-1@og": 2, "band-1@eig": "dont_know"}


def test_every_unusable_answer_and_every_unknown_place_is_named() -> None:
    raw: dict[str, object] = {"rol-1": 9, "rol-1@og": True, "rol-1@on": 3, "wat": 3, "geheel-1": 3, "band-1@og": "zes"}
    found = faults(lambda r: read_ratings(r, questionnaire(), STEPS), raw)
    assert [where for where, _ in found] == [
        f"ratings.{key}" for key in ("rol-1", "rol-1@og", "rol-1@on", "wat", "band-1@og")
    ]
    assert found[0][1] == "'9' is not an answer. Use 1 to 5, dont_know, not_applicable, or leave it empty."
    assert found[3][1] == "This question is not part of your questionnaire."


def test_a_place_as_long_as_a_book_does_not_fill_the_page() -> None:
    ((where, _),) = faults(lambda r: read_ratings(r, questionnaire(), STEPS), {"x" * 5000: 1})
    assert len(where) <= 80


def test_comments_are_trimmed_and_empty_ones_are_absent() -> None:
    raw: dict[str, object] = {"open-band@og": "  Ga zo door.\n", "open-geheel": " \x00 ", "open-band@eig": ""}
    assert read_comments(raw, questionnaire()) == {"open-band@og": "Ga zo door."}


def test_every_comment_that_cannot_be_kept_is_named() -> None:
    raw: dict[str, object] = {"open-geheel": "x" * (LONGEST_COMMENT + 1), "open-band@og": 7, "open-band@on": "mij"}
    found = faults(lambda r: read_comments(r, questionnaire()), raw)
    assert [where for where, _ in found] == ["comments.open-geheel", "comments.open-band@og", "comments.open-band@on"]
    assert "2001" in found[0][1]
    assert read_comments({"open-geheel": "x" * LONGEST_COMMENT}, questionnaire())


def test_an_empty_form_cannot_be_sent_and_one_answer_or_comment_can() -> None:
    with pytest.raises(InvalidInput, match="Nothing has been filled in yet"):
        require_something(Answers())
    require_something(Answers(ratings={"rol-1": "dont_know"}))
    require_something(Answers(comments={"open-geheel": "Goed."}))


@settings(max_examples=50)
@given(assessments(several()))
def test_packing_keeps_every_answer_and_who_was_judged(drawn: Drawn) -> None:
    for party in drawn.constellation.parties:
        sheet = drawn.constellation.sheet(party)
        for person in drawn.people[party.key]:
            packed = pack(sheet, person.ratings, person.judged)
            assert len(packed) == len(sheet)
            shown = {r.key: person.ratings.get(r.key) for r in sheet if r.about is None or r.about in person.judged}
            assert unpack(sheet, packed) == shown


def test_answers_about_a_party_that_is_not_judged_are_not_kept() -> None:
    constellation = Constellation(points(STEPS), triangle())
    sheet = constellation.sheet(constellation.party("on"))
    kept = unpack(sheet, pack(sheet, {"rol-1@og": 3, "rol-1@eig": 4}, {"eig"}))
    assert kept["rol-1@eig"] == 4
    assert "rol-1@og" not in kept


@given(st.integers(2, 250), st.data())
def test_every_step_of_the_largest_scale_survives_packing(steps: int, data: st.DataObject) -> None:
    constellation = Constellation(points(steps), triangle())
    sheet = constellation.sheet(constellation.party("on"))
    ratings: dict[str, Value] = {
        rating.key: data.draw(st.integers(1, steps) | st.sampled_from(["dont_know", "not_applicable"]))
        for rating in sheet[:3]
    }
    found = unpack(sheet, pack(sheet, ratings, {"eig", "og"}))
    assert {key: value for key, value in found.items() if value is not None} == ratings
