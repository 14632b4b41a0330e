"""Imports point down only, as import-linter holds them; and it does see a violation."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

if importlib.util.find_spec("importlinter") is None:
    pytest.skip("needs import-linter: pip install import-linter", allow_module_level=True)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    words = (
        "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command(['--no-cache']))"
    )
    return subprocess.run([sys.executable, "-c", words], cwd=folder, capture_output=True, text=True, check=False)


def test_imports_point_down_only() -> None:
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("domain/text.py", "import os"),
        ("domain/text.py", "from app.service import tokens"),
        ("service/tokens.py", "import sqlalchemy"),
        ("service/tokens.py", "import fastapi"),
        ("web/entry.py", "from app.store import tables"),
        ("web/entry.py", "from app.catalogue import Catalogue"),
        ("store/store.py", "from app.service import tokens"),
    ],
)
def test_a_planted_violation_is_seen(tmp_path: Path, module: str, line: str) -> None:
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = tmp_path / "app" / module
    planted.write_text(f"{planted.read_text(encoding='utf-8')}\n{line}  # planted\n", encoding="utf-8")
    assert lint(tmp_path).returncode != 0


def test_a_module_that_no_layer_names_is_seen(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "app" / "helpers.py").write_text('"""Nowhere."""\n', encoding="utf-8")
    assert lint(tmp_path).returncode != 0
