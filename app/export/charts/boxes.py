"""Owns the box that stands for a role or a party. Knows nothing of what runs between boxes."""

from dataclasses import dataclass

from app.export.charts.svg import ACCENT, TINT, Point, element, labels
from app.export.charts.text import wrap

#: The size of the text in a box and the distance of two baselines.
SIZE, PITCH = 13.0, 16.5
_PAD = 9.0


@dataclass(frozen=True, slots=True)
class Box:
    """A corner or a party: the word of the role above the name; either may be empty."""

    key: str
    role: str
    name: str


def _lines(box: Box, width: float) -> tuple[tuple[str, ...], tuple[str, ...]]:
    room = width - 2 * _PAD
    return wrap(box.role, room, SIZE, bold=True), wrap(box.name, room, SIZE)


def box_height(box: Box, width: float) -> float:
    """How high a box must be for its text at this width."""
    role, name = _lines(box, width)
    return max(1, len(role) + len(name)) * PITCH + 2 * _PAD - 2


def draw_box(box: Box, at: Point, size: Point) -> str:
    """The box with its upper left corner at `at`."""
    (x, y), (width, height) = at, size
    role, name = _lines(box, width)
    # Corners stand side by side and begin at one height; a party of a column stands halfway.
    top = y + (_PAD - 1 if role else (height - len(name) * PITCH) / 2) + 12.5
    return (
        element(
            "rect",
            x=x + 0.5,
            y=y + 0.5,
            width=width - 1,
            height=height - 1,
            rx=6,
            class_="chart-box",
            fill=TINT,
            stroke=ACCENT,
        )
        + labels((x + _PAD, top), role, SIZE, PITCH, font_weight="bold", fill=ACCENT)
        + labels((x + _PAD, top + len(role) * PITCH), name, SIZE, PITCH)
    )
