"""Owns the side between two boxes: its line, its score, and who said it. Is told where the boxes stand."""

from dataclasses import dataclass

from app.export.charts.figures import Figure
from app.export.charts.notes import KEY_HEIGHT, KEY_WIDTH, key_mark
from app.export.charts.svg import ACCENT, LINE, MUTED, PAPER, Point, arrowhead, element, label, line

PILL_HEIGHT = 44.0
_TRUNK = 12.0  # below this width a bow, above it a slanting line


@dataclass(frozen=True, slots=True)
class Link:
    """A side; `mark` is the letter of the reason if its figure is hidden."""

    a: str
    b: str
    figure: Figure
    said_by: str | None
    mark: str

    def joins(self, one: str, other: str) -> bool:
        """Whether this side runs between the two, in any order."""
        return {self.a, self.b} == {one, other}

    def is_said_by(self, end: str) -> bool:
        """Whether the figure may be shown and has this end's part in it."""
        return self.figure.score is not None and self.said_by in (None, end)


@dataclass(frozen=True, slots=True)
class _Leg:
    """Half a side: from the score to the end with this key; `tip` and `heading` of an arrow to it."""

    key: str
    d: str
    tip: Point
    heading: Point


@dataclass(frozen=True, slots=True)
class Measures:
    """The widths of a layout in user units: boxes in corners and column, and the score.

    `inner` and `outer` are the straight bits at either hand of a score, with room for an arrow; sides begin at
    most `edge` from the outer edge of a corner.
    """

    corner: float
    middle: float
    pill: float
    inner: float
    outer: float
    edge: float


NARROW_MEASURES = Measures(corner=140, middle=128, pill=54, inner=10, outer=10, edge=0)
WIDE_MEASURES = Measures(corner=220, middle=240, pill=64, inner=16, outer=14, edge=100)


def _pill_size(link: Link, pill: float) -> tuple[float, float]:
    return (KEY_WIDTH, KEY_HEIGHT) if link.figure.score is None else (pill, PILL_HEIGHT)


def _draw_pill(link: Link, centre: Point, pill: float) -> str:
    """The score large, its interval small; a hidden figure has its letter instead."""
    if link.figure.score is None:
        return key_mark(centre, link.mark)
    x, y = centre
    interval = link.figure.interval_text
    big = 20 if len(link.figure.text) < 4 else 17
    return (
        element(
            "rect",
            x=x - pill / 2,
            y=y - PILL_HEIGHT / 2,
            width=pill,
            height=PILL_HEIGHT,
            rx=9,
            class_="chart-pill",
            fill=PAPER,
            stroke=ACCENT,
            stroke_width=1.2,
        )
        + label((x, y + (1 if interval else 7)), link.figure.text, big, text_anchor="middle", font_weight="bold")
        + (label((x, y + 16), interval, 12, text_anchor="middle", fill=MUTED) if interval else "")
    )


def _draw_link(link: Link, centre: Point, legs: tuple[_Leg, _Leg], pill: float) -> str:
    """A side with its score; dashed where nothing may be shown. An arrow leads away from who said it."""
    parts = []
    for leg in legs:
        if link.is_said_by(leg.key):
            parts.append(line(leg.d))
            continue
        parts.append(line(leg.d, stroke_dasharray="4 4", stroke=LINE))
        if link.figure.score is not None:
            parts.append(arrowhead(leg.tip, leg.heading))
    return "".join(parts) + _draw_pill(link, centre, pill)


def straight(link: Link, ends: tuple[Point, Point], keys: tuple[str, str], pill: float) -> str:
    """A side along a straight line, its score in the middle."""
    start, end = ends
    centre = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    half_width, half_height = (extent / 2 for extent in _pill_size(link, pill))
    legs = []
    for key, (x, y) in zip(keys, ends, strict=True):
        dx, dy = x - centre[0], y - centre[1]
        # Where the line leaves the score: the nearer of its two borders.
        share = min(half_width / abs(dx) if dx else 9.9, half_height / abs(dy) if dy else 9.9)
        edge = (centre[0] + dx * share, centre[1] + dy * share)
        length = (dx * dx + dy * dy) ** 0.5 or 1.0
        tip = (edge[0] + dx / length * 11, edge[1] + dy / length * 11)
        legs.append(_Leg(key, f"M{edge[0]:.1f} {edge[1]:.1f}L{x:.1f} {y:.1f}", tip, (dx, dy)))
    return _draw_link(link, centre, (legs[0], legs[1]), pill)


def sag(link: Link, y: float, ends: tuple[Point, Point], keys: tuple[str, str], measures: Measures) -> str:
    """A side between two boxes that stand close together: it hangs beneath them, its score at height `y`."""
    centre = ((ends[0][0] + ends[1][0]) / 2, y)
    half = _pill_size(link, measures.pill)[0] / 2
    legs = []
    for key, (x, top), way in zip(keys, ends, (-1, 1), strict=True):
        edge = centre[0] + way * half
        stub = edge + way * measures.outer
        d = f"M{edge:.1f} {y:.1f}H{stub:.1f}Q{x:.1f} {y:.1f} {x:.1f} {top:.1f}"
        legs.append(_Leg(key, d, (stub, y), (way, 0)))
    return _draw_link(link, centre, (legs[0], legs[1]), measures.pill)


def ray(link: Link, way: int, ends: tuple[Point, Point], keys: tuple[str, str], measures: Measures) -> str:
    """A side from a corner above to the border of a box: straight past its score, then up.

    `ends`: on the corner and on the box; `way` is −1 if the corner is at the left of the box, else 1.
    """
    corner, border = ends
    y = border[1]
    middle = border[0] + way * (measures.inner + measures.pill / 2)
    half = _pill_size(link, measures.pill)[0] / 2
    near, far = middle - way * half, middle + way * half
    bend = middle + way * (measures.pill / 2 + measures.outer)
    if abs(bend - corner[0]) < _TRUNK:
        # Too little room to fan out: a trunk that all sides of this corner share.
        up = f"Q{corner[0]:.1f} {y:.1f} {corner[0]:.1f} {y - _TRUNK:.1f}V{corner[1]:.1f}"
    else:
        up = f"L{corner[0]:.1f} {corner[1]:.1f}"
    legs = (
        _Leg(keys[0], f"M{far:.1f} {y:.1f}H{bend:.1f}{up}", (far + way * 10, y), (way, 0)),
        _Leg(keys[1], f"M{near:.1f} {y:.1f}H{border[0]:.1f}", (border[0] + way, y), (-way, 0)),
    )
    return _draw_link(link, (middle, y), legs, measures.pill)
