"""Owns where boxes and sides stand so that nothing overlaps. Knows neither roles nor parties."""

from collections.abc import Sequence

from app.export.charts.boxes import PITCH, SIZE, Box, box_height, draw_box
from app.export.charts.links import (
    NARROW_MEASURES,
    PILL_HEIGHT,
    WIDE_MEASURES,
    Link,
    Measures,
    ray,
    sag,
    straight,
)
from app.export.charts.svg import ACCENT, NARROW, Point, labels
from app.export.charts.text import wrap

_GAP = 14.0  # between two boxes of a column


def as_corners(boxes: Sequence[Box], links: Sequence[Link], width: float) -> tuple[str, float]:
    """Three boxes at the corners of a triangle that stands on its point; the drawing and its lower end."""
    measures = _measures(width)
    body, height, _ = _draw_top((boxes[0], boxes[1]), links, width)
    top = height + (112 if width <= NARROW else 136)
    last = box_height(boxes[2], measures.corner)
    left = (width - measures.corner) / 2
    start, target = (30.0, left + 28) if width <= NARROW else (measures.corner / 2, left + 60)
    for box, ends in (
        (boxes[0], ((start, height), (target, top))),
        (boxes[1], ((width - start, height), (width - target, top))),
    ):
        keys = (box.key, boxes[2].key)
        body += "".join(straight(link, ends, keys, measures.pill) for link in links if link.joins(*keys))
    return body + draw_box(boxes[2], (left, top), (measures.corner, last)), top + last


def as_fan(
    corners: tuple[Box, Box], title: str, column: Sequence[Box], links: Sequence[Link], width: float
) -> tuple[str, float]:
    """Two corners above a column of boxes; their sides fan out to the column's left and right border.

    The scores stand beside the boxes and every line stays outside of them, so that no two sides cross.
    """
    measures = _measures(width)
    body, height, y = _draw_top(corners, links, width)
    heading = wrap(title, measures.middle + measures.pill, SIZE, bold=True)
    y += 32
    body += labels((width / 2, y), heading, SIZE, PITCH, text_anchor="middle", font_weight="bold", fill=ACCENT)
    y += len(heading) * PITCH - 4
    rays: list[tuple[bool, str]] = []
    boxes = ""
    for index, box in enumerate(column):
        size = (measures.middle, max(box_height(box, measures.middle), PILL_HEIGHT))
        edge = measures.edge * (1 - index / len(column)) + 3
        for corner, way in zip(corners, (-1, 1), strict=True):
            start = edge if way < 0 else width - edge
            ends = ((start, height), (width / 2 + way * measures.middle / 2, y + size[1] / 2))
            keys = (corner.key, box.key)
            rays += [
                (link.is_said_by(corner.key), ray(link, way, ends, keys, measures))
                for link in links
                if link.joins(*keys)
            ]
        boxes += draw_box(box, ((width - measures.middle) / 2, y), size)
        y += size[1] + _GAP
    # In a narrow picture sides share a trunk: the solid ones lie over the dashed ones.
    rays.sort(key=lambda drawn: drawn[0])
    return body + "".join(drawn for _, drawn in rays) + boxes, y - _GAP


def as_pairs(boxes: Sequence[Box], links: Sequence[Link], width: float) -> tuple[str, float]:
    """Each side as a row of its own, box, score, box, for any number of boxes; without sides the boxes."""
    measures = _measures(width)
    named = {box.key: box for box in boxes}
    room = min(measures.corner, (width - measures.pill - 2 * (measures.outer + 2)) / 2)
    body, y = "", 0.0
    for link in links:
        pair = (named[link.a], named[link.b])
        height = max(PILL_HEIGHT, *(box_height(box, room) for box in pair))
        body += straight(
            link,
            ((room, y + height / 2), (width - room, y + height / 2)),
            (link.a, link.b),
            measures.pill,
        )
        body += draw_box(pair[0], (0, y), (room, height)) + draw_box(pair[1], (width - room, y), (room, height))
        y += height + _GAP
    for box in boxes if not links else ():
        height = box_height(box, measures.corner)
        body += draw_box(box, ((width - measures.corner) / 2, y), (measures.corner, height))
        y += height + _GAP
    return body, max(0.0, y - _GAP)


def _measures(width: float) -> Measures:
    return NARROW_MEASURES if width <= NARROW else WIDE_MEASURES


def _draw_top(boxes: tuple[Box, Box], links: Sequence[Link], width: float) -> tuple[str, float, float]:
    """Two corners and the side between them: drawing, height of the boxes, lower end of it all."""
    measures = _measures(width)
    size = (measures.corner, max(box_height(box, measures.corner) for box in boxes))
    left, right, height = size[0], width - size[0], size[1]
    body = draw_box(boxes[0], (0, 0), size) + draw_box(boxes[1], (right, 0), size)
    keys = (boxes[0].key, boxes[1].key)
    between = [link for link in links if link.joins(*keys)]
    if width > NARROW:
        ends: tuple[Point, Point] = ((left, height / 2), (right, height / 2))
        return body + "".join(straight(link, ends, keys, measures.pill) for link in between), height, height
    # No room between the boxes of a narrow picture: the side hangs beneath them.
    y = height + 12 + PILL_HEIGHT / 2
    ends = ((left - 34, height), (right + 34, height))
    body += "".join(sag(link, y, ends, keys, measures) for link in between)
    return body, height, y + PILL_HEIGHT / 2 if between else height
