"""Owns the pictures of a report: numbers and ready-made labels in, SVG text out, for page and PDF alike.

Knows no language, no role and no style sheet; what may not be shown never reaches it.
"""

from app.export.charts.dumbbell import Axis, Dumbbell, Legend, Mark, Row, dumbbell
from app.export.charts.figures import Caption, Figure
from app.export.charts.strip import mark_alone, pair_strip, strip_scale
from app.export.charts.triangle import Group, Node, Side, Triangle, triangle

__all__ = [
    "Axis",
    "Caption",
    "Dumbbell",
    "Figure",
    "Group",
    "Legend",
    "Mark",
    "Node",
    "Row",
    "Side",
    "Triangle",
    "dumbbell",
    "mark_alone",
    "pair_strip",
    "strip_scale",
    "triangle",
]
