"""Owns the marks of a drawing: elements, colours, type. Attributes only: a strict CSP lets them pass.

Every element has a class of its own, with which the style sheet of a page can give it another colour.
"""

import html
import math
from collections.abc import Iterable

from app.export.charts.figures import Caption
from app.export.charts.text import text_width

INK = "#16262d"  # text
ACCENT = "#1f4e5f"  # the one accent colour: sides, marks, names of roles
MUTED = "#4f5f66"  # lesser text; 6.6 : 1 on white
LINE = "#6f858e"  # lesser lines; 3.9 : 1 on white
GRID = "#cbd5d9"  # decoration only
TINT = "#eef3f5"
PAPER = "#ffffff"

FONTS = (
    "'Source Sans 3', 'Source Sans Pro', 'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', "
    "sans-serif"
)

#: A drawing for small screens and one for paper and wide screens: the user units of the width.
NARROW, WIDE = 300, 680

Point = tuple[float, float]


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(
        c for c in text if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )


def element(name: str, *children: str, **attributes: str | float) -> str:
    """One element; `class_` and `stroke_width` become `class` and `stroke-width`, values are escaped."""
    parts = [name]
    for key, value in attributes.items():
        written = _clean(value) if isinstance(value, str) else f"{round(value, 1):g}"
        parts.append(f'{key.rstrip("_").replace("_", "-")}="{html.escape(written)}"')
    head = " ".join(parts)
    return f"<{head}>{''.join(children)}</{name}>" if children else f"<{head}/>"


def label(at: Point, text: str, size: float, **attributes: str | float) -> str:
    """One line of text; `at` is its baseline, at the side that `text_anchor` says (start)."""
    given: dict[str, str | float] = {"class_": "chart-text", "font_size": size, "fill": INK, **attributes}
    return element("text", html.escape(_clean(text)), x=at[0], y=at[1], **given)


def labels(at: Point, lines: Iterable[str], size: float, pitch: float, **attributes: str | float) -> str:
    """Lines beneath each other; `at` is the baseline of the first, `pitch` the distance of two baselines."""
    return "".join(label((at[0], at[1] + index * pitch), line, size, **attributes) for index, line in enumerate(lines))


def line(d: str, **attributes: str | float) -> str:
    """An open path in the weight and colour of a side."""
    given: dict[str, str | float] = {"class_": "chart-line", "stroke": ACCENT, "stroke_width": 1.5}
    return element("path", d=d, fill="none", **{**given, **attributes})


def circle(at: Point) -> str:
    """The filled mark of a self-image, or of the first side."""
    return element("circle", cx=at[0], cy=at[1], r=6, class_="chart-first", fill=ACCENT, stroke=ACCENT)


def diamond(at: Point) -> str:
    """The open mark of the other's view, or of the second side."""
    x, y = at
    d = f"M{x:.1f} {y - 7.5:.1f}L{x + 7.5:.1f} {y:.1f}L{x:.1f} {y + 7.5:.1f}L{x - 7.5:.1f} {y:.1f}Z"
    return element("path", d=d, class_="chart-second", fill=PAPER, stroke=INK, stroke_width=2)


def arrowhead(tip: Point, heading: Point, length: float = 9) -> str:
    """A filled head that ends at `tip` and points along `heading`."""
    norm = math.hypot(*heading) or 1.0
    dx, dy = heading[0] / norm, heading[1] / norm
    base = (tip[0] - dx * length, tip[1] - dy * length)
    half = length * 0.55
    corners = (tip, (base[0] - dy * half, base[1] + dx * half), (base[0] + dy * half, base[1] - dx * half))
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in corners)
    return element("polygon", points=points, class_="chart-arrow", fill=ACCENT)


def clamp(centre: float, text: str, size: float, between: Point) -> float:
    """The centre nearest to `centre` at which a middle-anchored text stays between two bounds."""
    half = text_width(text, size, bold=True) / 2
    return max(between[0] + half, min(between[1] - half, centre))


def drawing(caption: Caption, kind: str, size: tuple[float, float], body: str) -> str:
    """The whole picture: as wide as its place, with its title and description for who cannot see it."""
    ids = (f"{caption.ident}-title", f"{caption.ident}-desc")
    return element(
        "svg",
        element("title", html.escape(_clean(caption.title)), id=ids[0]),
        element("desc", html.escape(_clean(caption.desc)), id=ids[1]),
        body,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"chart chart-{kind} chart-{'narrow' if size[0] <= NARROW else 'wide'}",
        viewBox=f"0 0 {size[0]:g} {math.ceil(size[1])}",
        width="100%",
        role="img",
        aria_labelledby=" ".join(ids),
        font_family=FONTS,
    )
