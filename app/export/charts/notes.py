"""Owns the lines beneath a picture: why a figure is hidden, what an arrow means, how to read the numbers."""

from collections.abc import Iterable, Sequence

from app.export.charts.svg import LINE, MUTED, PAPER, Point, arrowhead, element, label, labels, line
from app.export.charts.text import wrap

_SIZE, _PITCH = 12.5, 17.0
_INDENT = 34.0
KEY_WIDTH, KEY_HEIGHT = 26.0, 19.0


def key_mark(centre: Point, letter: str) -> str:
    """The dashed mark that stands for a hidden figure; its letter leads to the reason beneath."""
    x, y = centre[0] - KEY_WIDTH / 2, centre[1] - KEY_HEIGHT / 2
    box = element(
        "rect",
        x=x,
        y=y,
        width=KEY_WIDTH,
        height=KEY_HEIGHT,
        rx=5,
        class_="chart-hidden",
        fill=PAPER,
        stroke=LINE,
        stroke_dasharray="3 2.5",
    )
    return box + label((centre[0], centre[1] + 4.5), letter, 13, text_anchor="middle", fill=MUTED)


class Notes:
    """Each distinct reason once, under a letter of its own."""

    def __init__(self, width: float, reasons: Iterable[str]) -> None:
        self._width = width
        self._letters = {reason: _letter(index) for index, reason in enumerate(dict.fromkeys(reasons))}

    def mark(self, reason: str) -> str:
        """The letter of a reason; nothing for no reason."""
        return self._letters.get(reason, "")

    def draw(self, top: float, arrow: str, plain: Sequence[str]) -> tuple[str, float]:
        """The lines from `top` down, and where they end."""
        parts: list[str] = []
        y = top + 14
        for reason, letter in self._letters.items():
            key = key_mark((KEY_WIDTH / 2 + 1, y + 9), letter)
            y = self._line(parts, y, key, reason)
        if arrow:
            d = f"M1 {y + 9:.1f}H{KEY_WIDTH - 6:.1f}"
            key = line(d) + arrowhead((KEY_WIDTH, y + 9), (1, 0))
            y = self._line(parts, y, key, arrow)
        for text in plain:
            y = self._line(parts, y, "", text)
        return ("".join(parts), y) if parts else ("", top + 2)

    def _line(self, parts: list[str], y: float, key: str, text: str) -> float:
        indent = _INDENT if key else 0.0
        lines = wrap(text, self._width - indent - 2, _SIZE)
        parts.append(key + labels((indent, y + 13.5), lines, _SIZE, _PITCH, fill=MUTED))
        return y + max(1, len(lines)) * _PITCH + 7


def _letter(index: int) -> str:
    return chr(ord("a") + index) if index < 26 else str(index - 25)
