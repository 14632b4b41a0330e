"""Owns the chart of a theme: per row two figures on one axis, told apart by shape and place."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.export.charts.figures import Caption, Figure
from app.export.charts.svg import (
    ACCENT,
    GRID,
    INK,
    LINE,
    MUTED,
    NARROW,
    PAPER,
    WIDE,
    Point,
    circle,
    clamp,
    diamond,
    drawing,
    element,
    label,
    labels,
    line,
)
from app.export.charts.text import text_width, wrap

_SIZE, _PITCH = 13.0, 16.5
_HEAD, _HEAD_PITCH = 14.0, 18.0
_ABOVE, _BETWEEN, _BELOW = 26.0, 24.0, 28.0  # room for a number, from track to track, room for a number
_SYMBOL = 24.0  # a mark before its name


@dataclass(frozen=True, slots=True)
class Mark:
    """One figure of a row and whose it is: 'beeld van DUO'. Without a name the legend's word holds."""

    figure: Figure
    name: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Two figures to compare: `first` is a filled circle, `second` an open diamond on the line beneath."""

    heading: str
    first: Mark
    second: Mark


@dataclass(frozen=True, slots=True)
class Legend:
    """What the circle, the diamond and the whisker mean, in the reader's language; nothing for what is not drawn."""

    first: str
    second: str
    interval: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The words at 0 and 100 (may be empty), and the ambition in points, if one was agreed."""

    low: str = ""
    high: str = ""
    ambition: int | None = None
    ambition_label: str = ""


@dataclass(frozen=True, slots=True)
class Dumbbell:
    """All that the chart of one theme shows. For paper, give a picture at most six rows: it cannot break."""

    rows: tuple[Row, ...]
    legend: Legend
    axis: Axis = Axis()


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things stand from left to right: the names, and the axis from `x0` (0 points) to `x1` (100)."""

    width: float
    names: float
    x0: float
    x1: float

    @property
    def is_narrow(self) -> bool:
        return self.width <= NARROW

    def x(self, points: float) -> float:
        return self.x0 + points / 100 * (self.x1 - self.x0)


_FRAMES = {
    True: _Frame(NARROW, NARROW - _SYMBOL, 14, NARROW - 14),
    False: _Frame(WIDE, 210 - _SYMBOL, 234, WIDE - 16),
}


def dumbbell(caption: Caption, chart: Dumbbell, *, narrow: bool = False) -> str:
    """The rows beneath each other on one axis, 680 units wide, or 300 with `narrow` for phones."""
    frame = _FRAMES[narrow]
    head, top = _legend(chart.legend, frame)
    axis, top = _scale_above(chart.axis, frame, top)
    rows, y = "", top
    tracks: list[tuple[float, float]] = []
    for row in chart.rows:
        part, track, y = _row(row, chart.legend, frame, y)
        rows += part
        tracks.append(track)
    scale = _numbers(frame, y + 16) if len(chart.rows) > 3 else ""
    return drawing(
        caption,
        "dumbbell",
        (frame.width, y + (24 if scale else 4)),
        head + axis + _grid(chart.axis, frame, tracks) + rows + scale,
    )


def _legend(legend: Legend, frame: _Frame) -> tuple[str, float]:
    """The three marks with their meaning, as many on a line as fit; and where the legend ends."""
    body, x, y = "", 0.0, 12.0
    for kind, text in (("first", legend.first), ("second", legend.second), ("interval", legend.interval)):
        if not text:
            continue
        lines = wrap(text, frame.width - _SYMBOL - 8, _SIZE)
        wide = _SYMBOL + 6 + max((text_width(each, _SIZE) for each in lines), default=0.0)
        if x > 0 and x + wide > frame.width:
            x, y = 0.0, y + 22
        body += _symbol(kind, (x + 9, y)) + labels((x + _SYMBOL + 3, y + 4.5), lines, _SIZE, _PITCH)
        x += wide + 18
        y += (len(lines) - 1) * _PITCH if len(lines) > 1 else 0
    return body, y + 14


def _symbol(kind: str, at: Point) -> str:
    if kind == "interval":
        return _whisker((at[0] - 9, at[0] + 9), at[1], INK)
    return circle(at) if kind == "first" else diamond(at)


def _scale_above(axis: Axis, frame: _Frame, top: float) -> tuple[str, float]:
    """The words at both ends, the ambition, and the numbers of the axis; and where the rows begin."""
    body, y = "", top
    if axis.ambition is not None:
        y += 18
        x = clamp(frame.x(axis.ambition), axis.ambition_label, 12.5, (frame.x0 - 12, frame.x1 + 12))
        body += label((x, y), axis.ambition_label, 12.5, text_anchor="middle", font_weight="bold")
        y += 3
    if axis.low or axis.high:
        half = (frame.x1 - frame.x0) / 2 - 6
        low, high = wrap(axis.low, half, 12), wrap(axis.high, half, 12)
        y += 15
        body += labels((frame.x0 - 6, y), low, 12, 15, fill=MUTED)
        body += labels((frame.x1 + 6, y), high, 12, 15, fill=MUTED, text_anchor="end")
        y += (max(len(low), len(high)) - 1) * 15
    y += 17
    return body + _numbers(frame, y), y + 8


def _numbers(frame: _Frame, y: float) -> str:
    return "".join(
        label((frame.x(points), y), str(points), 12, text_anchor="middle", fill=MUTED)
        for points in (0, 25, 50, 75, 100)
    )


def _grid(axis: Axis, frame: _Frame, tracks: Sequence[tuple[float, float]]) -> str:
    """Upright lines behind the marks of each row: every 25 points, and the ambition dashed."""
    body = ""
    for top, bottom in tracks:
        for points in (0, 25, 50, 75, 100):
            x = frame.x(points)
            body += element("line", x1=x, y1=top, x2=x, y2=bottom, class_="chart-grid", stroke=GRID)
        if axis.ambition is not None:
            x = frame.x(axis.ambition)
            dash: dict[str, str | float] = {"stroke": INK, "stroke_width": 1.5, "stroke_dasharray": "2 3"}
            body += element("line", x1=x, y1=top, x2=x, y2=bottom, class_="chart-ambition", **dash)
    return body


def _row(row: Row, legend: Legend, frame: _Frame, top: float) -> tuple[str, tuple[float, float], float]:
    """A row: drawing, upper and lower end of its tracks, and where the next row begins."""
    heading = wrap(row.heading, frame.width, _HEAD, bold=True)
    body = element("line", x1=0, y1=top, x2=frame.width, y2=top, class_="chart-rule", stroke=GRID)
    y = top + 6 + len(heading) * _HEAD_PITCH
    body += labels((0, top + 19), heading, _HEAD, _HEAD_PITCH, font_weight="bold")
    names = [
        wrap(mark.name or word, frame.names, _SIZE)
        for mark, word in ((row.first, legend.first), (row.second, legend.second))
    ]
    room = frame.x1 - frame.x0
    hidden = [wrap(mark.figure.reason, room, _SIZE) for mark in (row.first, row.second)]
    if frame.is_narrow:
        for kind, lines in zip(("first", "second"), names, strict=True):
            body += _symbol(kind, (9, y + 10)) + labels((_SYMBOL, y + 14.5), lines, _SIZE, _PITCH)
            y += len(lines) * _PITCH + 3
        names = [(), ()]
    # Texts of the first line grow upwards, those of the second downwards: the tracks stay together.
    more = [(max(1, len(name), len(lines)) - 1) * _PITCH for name, lines in zip(names, hidden, strict=True)]
    first = y + max(_ABOVE, more[0] + 14)
    second = first + _BETWEEN
    bottom = second + max(_BELOW, more[1] + 14)
    if not frame.is_narrow:
        raised = first - (len(names[0]) - 1) * _PITCH
        body += _symbol("first", (9, first)) + labels((_SYMBOL, raised + 4.5), names[0], _SIZE, _PITCH)
        body += _symbol("second", (9, second)) + labels((_SYMBOL, second + 4.5), names[1], _SIZE, _PITCH)
    body += _tracks(row, (first, second), hidden, frame)
    return body, (y + 4, bottom - 4), bottom + 4


def _tracks(row: Row, ys: Point, hidden: Sequence[tuple[str, ...]], frame: _Frame) -> str:
    """The two figures of a row with the line that connects them; the reason instead of a hidden one."""
    scores = (row.first.figure.score, row.second.figure.score)
    body = ""
    if scores[0] is not None and scores[1] is not None:
        d = f"M{frame.x(scores[0]):.1f} {ys[0]:.1f}L{frame.x(scores[1]):.1f} {ys[1]:.1f}"
        body += line(d, class_="chart-difference", stroke=LINE, stroke_width=4)
    for index, mark in enumerate((row.first, row.second)):
        if mark.figure.score is not None:
            body += _figure(mark.figure, ys[index], frame, first=index == 0)
        else:
            y = ys[0] - (len(hidden[0]) - 1) * _PITCH if index == 0 else ys[1]
            lines = hidden[index]
            wide = max(text_width(each, _SIZE) for each in lines)
            body += _ground((frame.x0 + 1, y - 8), (wide + 4, len(lines) * _PITCH))
            body += labels((frame.x0 + 3, y + 4.5), lines, _SIZE, _PITCH, fill=MUTED)
    return body


def _figure(figure: Figure, y: float, frame: _Frame, *, first: bool) -> str:
    """A mark with its whisker; the number stands above the first and beneath the second."""
    at = (frame.x(figure.score or 0), y)
    body = ""
    if figure.interval:
        low, high = figure.interval
        body += _whisker((frame.x(low), frame.x(high)), y, ACCENT if first else INK)
    body += circle(at) if first else diamond(at)
    x = clamp(at[0], figure.text, _HEAD, (frame.x0 - 14, frame.x1 + 14))
    baseline = y - 10 if first else y + 21
    wide = text_width(figure.text, _HEAD, bold=True)
    body += _ground((x - wide / 2, baseline - 11), (wide, 13))
    return body + label((x, baseline), figure.text, _HEAD, text_anchor="middle", font_weight="bold")


def _ground(at: Point, size: Point) -> str:
    """Bare paper that keeps a text apart from the lines behind it."""
    return element("rect", x=at[0], y=at[1], width=size[0], height=size[1], class_="chart-ground", fill=PAPER)


def _whisker(between: Point, y: float, colour: str) -> str:
    low, high = between
    d = f"M{low:.1f} {y:.1f}H{high:.1f}M{low:.1f} {y - 4:.1f}v8M{high:.1f} {y - 4:.1f}v8"
    return line(d, class_="chart-interval", stroke=colour)
