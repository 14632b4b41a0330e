"""Every text on a page exists in Dutch and in English, or it doesn't exist."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from app.web.rendering import HERE

FOLDER = HERE / "templates"
TEMPLATES = sorted(FOLDER.rglob("*.html"))
#: Words that are the same in both languages, or that stand in their own language on purpose.
SAME = {"rolvast", "api", "openapi.json", "json", "csv", "xlsx"}
#: Attributes that people read or hear.
SPOKEN = r'(?:alt|title|placeholder|aria-label|aria-description)="([^"]*)"'


def parsed(path: Path) -> nodes.Template:
    return Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return str(path.relative_to(FOLDER))


def calls(path: Path, name: str) -> Iterator[nodes.Call]:
    for call in parsed(path).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == name:
            yield call


def placeholders(words: str) -> set[str]:
    return set(re.findall(r"{(\w*)}", words))


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_text_has_its_dutch_and_its_english(path: Path) -> None:
    for call in calls(path, "t"):
        place = f"{name_of(path)}:{call.lineno}"
        given = [arg.value if isinstance(arg, nodes.Const) else None for arg in call.args]
        assert len(given) == 2, f"{place}: t() takes the Dutch and the English words"
        dutch, english = given
        assert isinstance(dutch, str), place
        assert isinstance(english, str), place
        assert dutch.strip(), place
        assert english.strip(), place


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_both_languages_are_filled_with_the_same_values(path: Path) -> None:
    for call in calls(path, "t"):
        dutch, english = (str(arg.value) for arg in call.args if isinstance(arg, nodes.Const))
        given = {keyword.key for keyword in call.kwargs}
        place = f"{name_of(path)}:{call.lineno}: {dutch[:40]}"
        assert placeholders(dutch) == placeholders(english) == given, place


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_text_stands_outside_t_and_say(path: Path) -> None:
    whole = "".join(
        part.data if isinstance(part, nodes.TemplateData) else "·"
        for output in parsed(path).find_all(nodes.Output)
        for part in output.nodes
    )
    spoken = " ".join(re.findall(SPOKEN, whole))
    seen = re.sub(r"<!--.*?-->|<[^>]*>?", " ", whole, flags=re.DOTALL)
    # What an expression cut in two leaves of a tag: everything up to the end of that tag.
    seen = re.sub(r"(?:^|·)[^<>]*(?:=\"|\")[^<>]*>", " ", seen)
    words = [word.strip("·.,:;()!?…–-").lower() for word in f"{seen} {spoken}".replace("&nbsp;", " ").split()]
    bare = [
        word
        for word in words
        if re.search(r"[a-zà-ÿ]{2}", word) and word not in SAME and "=" not in word and "/" not in word
    ]
    assert bare == [], f"{name_of(path)}: {bare[:8]}"
