"""Documents name files that exist."""

import re
from pathlib import Path

import pytest

from app.cli import _parser

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
#: Beginnings of paths of this project; a name that begins otherwise is something else.
OURS = ("app/", "tests/", "docs/", "assessments/", "migrations/", "benchmarks/", ".ci/")
#: What a running service makes, and what a reader fills in.
MADE = re.compile(r"[<>{}*…]|^var/")


def paths_in(text: str) -> set[str]:
    code = re.findall(r"`([^`\n]+)`", text)
    links = re.findall(r"\]\(([^)#\s]+)", text)
    return {word for word in (w for c in code for w in c.split()) if word.startswith(OURS)} | {
        link for link in links if "://" not in link and not link.startswith("mailto:")
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_in_a_document_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    missing = [
        path
        for path in sorted(paths_in(text))
        if not MADE.search(path) and not (ROOT / path.rstrip(".,:")).exists() and not (document.parent / path).exists()
    ]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_in_a_document_exists(document: Path) -> None:
    actions = [action for action in _parser()._actions if action.dest != "help" and action.choices]
    known = {name for action in actions for name in action.choices or ()}
    text = document.read_text(encoding="utf-8")
    code = "\n".join([*re.findall(r"(?s)```\w*\n(.*?)```", text), *re.findall(r"`([^`\n]+)`", text)])
    named = set(re.findall(r"(?m)(?:^|\$ |run\.py )rolvast ([a-z][a-z-]+)", code))
    assert named - known == set()
