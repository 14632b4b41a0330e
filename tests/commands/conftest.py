"""A command within this process, for what needs no process of its own."""

from pathlib import Path

import pytest

from app.cli import main
from tests.people import SECRET, House


def run(arguments: list[str], monkeypatch: pytest.MonkeyPatch, house: House, tmp_path: Path) -> int:
    """A command within this process, on the house's own database."""
    url = house.workshop.database.url.render_as_string(hide_password=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ROLVAST_DATABASE_URL", url)
    monkeypatch.setenv("ROLVAST_SECRET_KEY", SECRET.decode())
    monkeypatch.setenv("ROLVAST_BASE_URL", "https://rolvast.example")
    return main(arguments)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """Runs a command on the house; gives (exit code, stdout, lines of stderr)."""

    def make(*arguments: str) -> tuple[int, str, list[str]]:
        code = run(list(arguments), monkeypatch, house, tmp_path)
        told = capsys.readouterr()
        return code, told.out, told.err.splitlines()

    return make
