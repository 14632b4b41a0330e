"""Owns the small drawing in a row of a table: two figures on one axis. The numbers stand beside it in words."""

from app.export.charts.figures import Figure
from app.export.charts.svg import (
    ACCENT,
    FONTS,
    GRID,
    INK,
    LINE,
    MUTED,
    Point,
    circle,
    diamond,
    element,
    label,
    line,
)

_WIDTH, _MARGIN = 208, 12
_HEIGHT, _FIRST, _SECOND = 36, 10, 26
_SCALE_HEIGHT = 16


def pair_strip(first: Figure, second: Figure, *, ambition: int | None = None) -> str:
    """A filled circle above an open diamond, each with its interval, and a line from one to the other.

    A hidden figure leaves its place empty: the row says why. `ambition` in points is a dashed upright line.
    """
    parts = [_upright(points, stroke=GRID) for points in (0, 25, 50, 75, 100)]
    if ambition is not None:
        parts.append(_upright(ambition, class_="chart-ambition", stroke=INK, stroke_width=1.5, stroke_dasharray="2 3"))
    if first.score is not None and second.score is not None:
        d = f"M{_across(first.score):.1f} {_FIRST}L{_across(second.score):.1f} {_SECOND}"
        parts.append(line(d, class_="chart-difference", stroke=LINE, stroke_width=4))
    for figure, y, colour, mark in ((first, _FIRST, ACCENT, circle), (second, _SECOND, INK, diamond)):
        if figure.interval:
            low, high = map(_across, figure.interval)
            whisker = f"M{low:.1f} {y}H{high:.1f}M{low:.1f} {y - 4}v8M{high:.1f} {y - 4}v8"
            parts.append(line(whisker, class_="chart-interval", stroke=colour))
        if figure.score is not None:
            parts.append(mark((_across(figure.score), y)))
    return _drawing(_HEIGHT, *parts)


def mark_alone(*, second: bool = False) -> str:
    """The circle or the diamond by itself, beside its name."""
    return element(
        "svg",
        (diamond if second else circle)((9, 9)),
        xmlns="http://www.w3.org/2000/svg",
        viewBox="0 0 18 18",
        width=18,
        height=18,
        aria_hidden="true",
    )


def strip_scale() -> str:
    """The numbers above a column of strips."""
    numbers = (
        label((_across(points), 12), str(points), 12, text_anchor="middle", fill=MUTED)
        for points in (0, 25, 50, 75, 100)
    )
    return _drawing(_SCALE_HEIGHT, *numbers)


def _across(points: float) -> float:
    return _MARGIN + points / 100 * (_WIDTH - 2 * _MARGIN)


def _upright(points: float, **attributes: str | float) -> str:
    given: dict[str, str | float] = {"class_": "chart-grid", **attributes}
    between: Point = (0, _HEIGHT)
    return element("line", x1=_across(points), y1=between[0], x2=_across(points), y2=between[1], **given)


def _drawing(height: int, *parts: str) -> str:
    """Silent for who cannot see it: the row says the same."""
    return element(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        class_="chart-strip",
        viewBox=f"0 0 {_WIDTH} {height}",
        width=_WIDTH,
        height=height,
        font_family=FONTS,
        aria_hidden="true",
    )
