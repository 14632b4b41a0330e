"""Every text in the code has its Dutch and its English, filled with the same values."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.catalogue import Catalogue
from app.settings import HERE

MODULES = sorted(path for path in HERE.rglob("*.py"))
#: What makes a text, and which of its arguments are the Dutch and the English.
MAKERS = {"Text": (0, 1), "fault": (1, 2)}


def pairs(path: Path) -> Iterator[tuple[str, str, str]]:
    """(place, Dutch, English) of every text that stands in a module in so many words."""
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in MAKERS):
            continue
        first, second = MAKERS[call.func.id]
        if len(call.args) <= second or any(isinstance(arg, ast.Starred) for arg in call.args):
            continue
        given = (call.args[first], call.args[second])
        if all(isinstance(arg, ast.Constant) and isinstance(arg.value, str) for arg in given):
            dutch, english = (str(arg.value) for arg in given if isinstance(arg, ast.Constant))
            yield f"{path.relative_to(HERE.parent)}:{call.lineno}", dutch, english


def placeholders(words: str) -> set[str]:
    return set(re.findall(r"{(\w*)}", words))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HERE)))
def test_every_text_in_the_code_has_both_languages(path: Path) -> None:
    for place, dutch, english in pairs(path):
        assert bool(dutch.strip()) == bool(english.strip()), place
        assert placeholders(dutch) == placeholders(english), place
        assert dutch != english or len(dutch.split()) < 4, f"{place}: the same in both languages: {dutch[:60]!r}"


def test_there_are_texts_to_look_at() -> None:
    assert sum(len(list(pairs(path))) for path in MODULES) > 300


def test_no_text_of_a_published_questionnaire_is_the_same_in_both_languages(catalogue: Catalogue) -> None:
    for instrument in catalogue.all():
        for item in instrument.items:
            for text in (item.own, item.other, item.text):
                if text is not None:
                    assert text.nl != text.en, item.id
