"""Owns the course of figures over waves (scoring.md §9): picks what snapshots published, and computes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.domain.findings import Shown, shown

Kind = Literal["constellation", "role_relation", "relation", "view"]
_LISTS: tuple[tuple[Kind, str], ...] = (
    ("constellation", "constellation"),
    ("role_relation", "role_relations"),
    ("relation", "relations"),
    ("view", "views"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """A difference as the later snapshot publishes it, in points; `value` is None with a reason where it may not be."""

    value: int | None
    low: int | None = None
    high: int | None = None
    size: str | None = None
    evidence: str | None = None
    material: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One wave of a series. `change`: None where that snapshot compares this figure with nothing."""

    wave: int
    figure: Shown
    change: Change | None


@dataclass(frozen=True, slots=True)
class Series:
    """One figure over the waves. `between`: the keys of two parties or two roles; of a view first who looks."""

    kind: Kind
    theme: str
    between: tuple[str, ...]
    points: tuple[Point, ...]


_Place = tuple[Kind, str, tuple[str, ...]]


def series_of(documents: Sequence[Mapping[str, Any]]) -> list[Series]:
    """The series of published values, from score documents of released waves, oldest first.

    In the order of the newest document; what only earlier ones have comes after. A wave without the figure carries
    the reason `not_asked`.
    """
    waves = [(document["wave"], _figures(document), _changes(document)) for document in documents]
    places = dict.fromkeys(place for _, figures, _ in reversed(waves) for place in figures)
    series = []
    for place in places:
        points = [Point(wave, figures.get(place, shown(None)), changes.get(place)) for wave, figures, changes in waves]
        kind, theme, between = place
        series.append(Series(kind, theme, between, tuple(points)))
    return series


def _figures(document: Mapping[str, Any]) -> dict[_Place, Shown]:
    named = {party["key"] for party in document["parties"] if party.get("attributed")}
    return {
        (kind, figure["theme"], _between(kind, figure)): shown(
            figure, attributed=kind == "view" and figure["from"] in named
        )
        for kind, name in _LISTS
        for figure in document[name]
    }


def _changes(document: Mapping[str, Any]) -> dict[_Place, Change]:
    return {
        (change["of"], change["theme"], _between(change["of"], change)): _change(change)
        for change in document["changes"]
        if change["of"] != "cell"
    }


def _between(kind: Kind, figure: Mapping[str, Any]) -> tuple[str, ...]:
    if kind == "view":
        return (figure["from"], figure["about"])
    return tuple(figure.get("between", ()))


def _change(raw: Mapping[str, Any]) -> Change:
    if raw["value"] is None:
        return Change(None, reason=raw["reason"])
    low, high = raw["ci95"] or (None, None)
    return Change(raw["value"], low, high, raw["size"], raw["evidence"], raw["material"])
