"""Every expected refusal says what is wrong, in both languages, under a code that programs may build on."""

import inspect

import pytest

from app.domain import problems
from app.domain.instrument import Item
from app.domain.problems import Fault, InvalidInput, Problem, collect, fault, plain
from app.domain.text import Text, signed

ALL = [found for _, found in inspect.getmembers(problems, inspect.isclass) if issubclass(found, Problem)]
KINDS = [found for found in ALL if found is not Problem]


def made(kind: type[Problem]) -> Problem:
    """A problem of this kind, with words of our own where it has none."""
    if kind is InvalidInput:
        return InvalidInput([plain("daar", "iets")])
    if kind is problems.NotAcceptable:
        return problems.NotAcceptable(["text/csv", "application/json"])
    try:
        return kind()  # type: ignore[call-arg]
    except TypeError:
        return kind(Text("Dit kan niet.", "This cannot be done."))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_problem_has_words_in_both_languages_and_tells_its_code(kind: type[Problem]) -> None:
    problem = made(kind)
    assert problem.message.nl != problem.message.en
    assert "{" not in problem.message.nl + problem.message.en
    assert problem.code == problem.code.lower()
    if kind is not InvalidInput:
        assert str(problem) == f"{problem.code}: {problem.message.en}"


def test_codes_are_unique() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS) > 10


def test_invalid_input_counts_and_tells_its_faults() -> None:
    one, two = plain("a", "is wrong"), fault("b", "{n} fout", "{n} wrong", n=2)
    assert InvalidInput([one]).message == Text("Er is één fout gevonden.", "One fault was found.")
    both = InvalidInput([one, two])
    assert both.message.nl == "Er zijn 2 fouten gevonden."
    assert str(both) == "a: is wrong; b: 2 wrong"
    assert two.message == Text("2 fout", "2 wrong")


def test_words_with_braces_survive_where_there_is_nothing_to_fill_in() -> None:
    assert fault("a", "{x}", "{y}") == Fault("a", Text("{x}", "{y}"))


def test_what_is_no_fault_is_left_out() -> None:
    one = plain("a", "b")
    assert collect(None, one, None) == [one]


@pytest.mark.parametrize(("value", "words"), [(12, "+12"), (-8, "−8"), (0, "0")])
def test_a_difference_is_written_with_its_sign(value: int, words: str) -> None:
    assert signed(value) == words


def test_an_item_has_no_words_for_a_block_that_it_is_not_asked_in() -> None:
    with pytest.raises(LookupError, match="x-1"):
        Item("x-1", "t", whole=True, text=Text("a", "b")).words("self")
