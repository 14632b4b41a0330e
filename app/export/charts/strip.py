"""Owns the small bar in a table cell. The number stands beside it, so it is silent for a screen reader."""

from app.export.charts.figures import Figure
from app.export.charts.svg import ACCENT, INK, LINE, PAPER, element

_WIDTH, _HEIGHT, _MARGIN = 96, 16, 6


def interval_strip(figure: Figure, *, second: bool = False) -> str:
    """A track from 0 to 100 points with the interval and the mark; a hidden figure is a dashed, empty track.

    `second` draws the open diamond of the other's view instead of the filled circle of a self-image.
    """
    mid = _HEIGHT / 2

    def across(points: float) -> float:
        return _MARGIN + points / 100 * (_WIDTH - 2 * _MARGIN)

    dashes: dict[str, str | float] = {"stroke_dasharray": "3 3"} if figure.score is None else {}
    parts = [element("line", x1=across(0), y1=mid, x2=across(100), y2=mid, class_="chart-track", stroke=LINE, **dashes)]
    if figure.interval:
        low, high = map(across, figure.interval)
        parts.append(
            element("rect", x=low, y=mid - 3.5, width=high - low, height=7, class_="chart-interval", fill=LINE)
        )
    if figure.score is not None:
        x = across(figure.score)
        d = f"M{x:.1f} 3l5 5-5 5-5-5Z"
        parts.append(
            element("path", d=d, class_="chart-second", fill=PAPER, stroke=INK, stroke_width=1.5)
            if second
            else element("circle", cx=x, cy=mid, r=4, class_="chart-first", fill=ACCENT)
        )
    return element(
        "svg",
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        class_="chart-strip",
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        width=_WIDTH,
        height=_HEIGHT,
        aria_hidden="true",
        focusable="false",
    )
