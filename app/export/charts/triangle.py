"""Owns the picture of a constellation: who stands where, and which of the layouts fits. Names no role."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.export.charts.boxes import Box
from app.export.charts.figures import Caption, Figure
from app.export.charts.layouts import as_corners, as_fan, as_pairs
from app.export.charts.links import Link
from app.export.charts.notes import Notes
from app.export.charts.svg import NARROW, WIDE, drawing

#: More parties than this in one role, or several parties in two roles: the picture shows roles only.
FAN_LIMIT = 12


@dataclass(frozen=True, slots=True)
class Node:
    """A party: `key` is what sides refer to, `name` is printed."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """A role with its parties. `label` is the role's word (in the plural with several nodes).

    `summary` stands in the corner when the picture shows roles only: '12 gemeenten'.
    """

    key: str
    label: str
    nodes: tuple[Node, ...] = ()
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """The figure between two nodes (or two groups), by their keys, in any order.

    `said_by` is the key of the one end that the figure comes from, when only one end may be shown.
    """

    a: str
    b: str
    figure: Figure
    said_by: str | None = None

    def __post_init__(self) -> None:
        if self.a == self.b or self.said_by not in (None, self.a, self.b):
            raise ValueError(f"a side has two ends, one of which may have said it: {self}")


@dataclass(frozen=True, slots=True)
class Triangle:
    """All that the picture shows.

    `groups`: the roles: top left, top right, bottom; the one with several nodes goes to the bottom.
    `sides`: between nodes. `group_sides`: between groups, used where nodes are too many to draw.
    `one_sided`: what an arrow means, printed beneath if there is one. `notes`: further lines beneath.
    """

    groups: tuple[Group, ...]
    sides: tuple[Side, ...] = ()
    group_sides: tuple[Side, ...] = ()
    one_sided: str = ""
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        nodes = [node.key for group in self.groups for node in group.nodes]
        for keys, sides in ((nodes, self.sides), ([group.key for group in self.groups], self.group_sides)):
            if len(set(keys)) != len(keys):
                raise ValueError(f"keys are not unique: {keys}")
            unknown = {end for side in sides for end in (side.a, side.b)} - set(keys)
            if unknown:
                raise ValueError(f"sides refer to unknown keys: {sorted(unknown)}")


def triangle(caption: Caption, picture: Triangle, *, narrow: bool = False) -> str:
    """The constellation drawn, 680 units wide, or 300 with `narrow` for phones (text is 13–20 units in both).

    Three roles with a party each make a triangle; several parties in one role fan out beneath the other two.
    Several parties in more roles, or more than twelve in one: three corners with the scores between roles.
    Any other number of roles: a list of pairs. A table beside the picture gives what those leave out.
    """
    width = NARROW if narrow else WIDE
    several = [group for group in picture.groups if len(group.nodes) > 1]
    by_node = len(several) <= 1 and all(len(group.nodes) <= FAN_LIMIT for group in picture.groups)
    sides = picture.sides if by_node else picture.group_sides
    notes = Notes(width, [side.figure.reason for side in sides if side.figure.reason])
    links = [Link(side.a, side.b, side.figure, side.said_by, notes.mark(side.figure.reason)) for side in sides]
    if len(picture.groups) != 3:
        body, bottom = as_pairs(_every_box(picture.groups, by_node=by_node), links, width)
    elif by_node and several:
        rest = [_box(group) for group in picture.groups if group is not several[0]]
        column = [Box(node.key, "", node.name) for node in several[0].nodes]
        body, bottom = as_fan((rest[0], rest[1]), several[0].label, column, links, width)
    else:
        boxes = [_box(group, whole=not by_node) for group in picture.groups]
        body, bottom = as_corners(boxes, links, width)
    arrow = picture.one_sided if any(side.said_by for side in sides) else ""
    foot, height = notes.draw(bottom, arrow, picture.notes)
    return drawing(caption, "triangle", (width, height), body + foot)


def _box(group: Group, *, whole: bool = False) -> Box:
    """A corner: its one party, or the role as a whole."""
    if whole or not group.nodes:
        summary = group.nodes[0].name if len(group.nodes) == 1 else group.summary
        return Box(group.key, group.label, summary)
    return Box(group.nodes[0].key, group.label, group.nodes[0].name)


def _every_box(groups: Sequence[Group], *, by_node: bool) -> list[Box]:
    if not by_node:
        return [_box(group, whole=True) for group in groups]
    return [Box(node.key, group.label, node.name) for group in groups for node in group.nodes]
