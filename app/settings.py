"""Owns the settings: from the environment to one frozen value, or a refusal that names the variable."""

from pathlib import Path

HERE = Path(__file__).parent


def _beside(name: str) -> Path:
    """A folder of the project: beside `app/` in a checkout, inside it in an installed wheel."""
    inside = HERE / name
    return inside if inside.is_dir() else HERE.parent / name


def assessments_path() -> Path:
    return _beside("assessments")


def migrations_path() -> Path:
    return _beside("migrations")
