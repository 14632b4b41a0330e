"""Owns scoring.md §9: changes between two waves, from what a snapshot keeps privately. Persons are never linked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.domain.constellation import Constellation
from app.domain.disclosure import Disclosure, Reason
from app.domain.estimate import Cell, Estimate, Estimator, Spread
from app.domain.gaps import Gap, hidden_change
from app.domain.instrument import Instrument
from app.domain.scoring import Figure, Relation, RoleRelation, Scores, Whole

Key = Cell | Relation | RoleRelation | Whole


@dataclass(frozen=True, slots=True)
class KeptFigure:
    """One published θ of a wave: its estimate, and the base cells behind it."""

    estimate: Estimate
    cells: frozenset[str]


@dataclass(frozen=True)
class Private:
    """What a snapshot keeps and never serves: est, V and n per party of every published θ (§12).

    `voices`: per party its voice; `sources`: per party whose people it holds; `items`: per base cell its items.
    """

    instrument: str
    voices: Mapping[str, str]
    sources: Mapping[str, tuple[str, ...]]
    items: Mapping[str, tuple[str, ...]]
    figures: Mapping[str, KeptFigure]

    def as_json(self) -> dict[str, object]:
        return {
            "instrument": self.instrument,
            "voices": dict(self.voices),
            "sources": {party: list(keys) for party, keys in self.sources.items()},
            "items": {cell: list(ids) for cell, ids in self.items.items()},
            "figures": {
                key: {
                    "est": str(kept.estimate.value),
                    "spreads": [[s.party, str(s.variance), s.persons] for s in kept.estimate.spreads],
                    "fine": kept.estimate.fine,
                    "cells": sorted(kept.cells),
                }
                for key, kept in self.figures.items()
            },
        }


def read_private(raw: Mapping[str, object]) -> Private:
    """The inverse of `Private.as_json`. Raises KeyError, TypeError or ValueError when it is something else."""
    voices, sources, items, figures = (_mapping(raw[key]) for key in ("voices", "sources", "items", "figures"))
    return Private(
        instrument=str(raw["instrument"]),
        voices={str(party): str(voice) for party, voice in voices.items()},
        sources={str(party): tuple(keys) for party, keys in sources.items()},
        items={str(cell): tuple(ids) for cell, ids in items.items()},
        figures={
            str(key): KeptFigure(
                Estimate(
                    Fraction(kept["est"]),
                    tuple(Spread(party, Fraction(v), int(n)) for party, v, n in kept["spreads"]),
                    bool(kept["fine"]),
                ),
                frozenset(kept["cells"]),
            )
            for key, kept in figures.items()
        },
    )


def _mapping(raw: object) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise TypeError("a table is needed")
    return raw


def key_of(key: Key) -> str:
    """The name of a figure in the private part."""
    if isinstance(key, Cell):
        return f"cell|{_cell_key(key)}"
    if isinstance(key, Whole):
        return f"constellation|{key.theme}"
    kind = "relation" if isinstance(key, Relation) else "role_relation"
    return f"{kind}|{key.theme}|{key.one}|{key.other}"


def _cell_key(cell: Cell) -> str:
    return f"{cell.theme}|{cell.block}|{cell.party}|{cell.about or ''}"


def _followed(scores: Scores) -> Iterator[tuple[Key, Figure]]:
    """The figures that are followed from wave to wave: cells, P, role pairs, constellation."""
    yield from scores.cells.items()
    yield from scores.relations.items()
    for pair, rolled in scores.role_relations.items():
        yield pair, rolled.figure
    for whole, rolled in scores.constellation.items():
        yield whole, rolled.figure


def private_part(constellation: Constellation, disclosure: Disclosure, scores: Scores, estimator: Estimator) -> Private:
    return Private(
        instrument=constellation.instrument.name,
        voices={s.party.key: s.party.voice for s in disclosure.standings},
        sources={s.party.key: s.sources for s in disclosure.standings},
        items={_cell_key(cell): _items(constellation, disclosure, cell) for cell in scores.cells},
        figures={
            key_of(key): KeptFigure(
                estimator.estimate(figure.weights), frozenset(_cell_key(cell) for cell in figure.weights)
            )
            for key, figure in _followed(scores)
            if figure.weights is not None
        },
    )


def _items(constellation: Constellation, disclosure: Disclosure, cell: Cell) -> tuple[str, ...]:
    roles = {s.party.key: s.party.role for s in disclosure.standings}
    about = roles[cell.about] if cell.about else None
    items = constellation.instrument.block_items(cell.theme, cell.block, roles[cell.party], about)
    return tuple(item.id for item in items)


def changes(
    constellation: Constellation,
    disclosure: Disclosure,
    scores: Scores,
    estimator: Estimator,
    previous: tuple[Mapping[str, object], Private],
) -> list[Gap]:
    """θ(now) − θ(before) for every followed figure; two independent samples, conservative.

    Only with the same parties, the same voices and equal items; else the reason is `version`.
    """
    document, private = previous
    before = reasons_of(document)
    found: list[Gap] = []
    for key, figure in _followed(scores):
        identity, parties = _identity(key)
        theme = key.theme or ""
        name = key_of(key)
        kept = private.figures.get(name)
        if kept is None and name not in before:
            reason: Reason | None = "version"
        elif figure.weights is None or kept is None:
            reason = hidden_change(figure, before.get(name))
        else:
            same = _same(constellation, disclosure, figure, kept, private)
            reason = None if same else "version"
        if reason is not None or figure.weights is None or kept is None:
            found.append(Gap("change", theme, identity, parties, None, None, None, reason))
        else:
            now = estimator.estimate(figure.weights)
            found.append(Gap("change", theme, identity, parties, now, kept.estimate, now.minus(kept.estimate)))
    return found


def _same(
    constellation: Constellation, disclosure: Disclosure, figure: Figure, kept: KeptFigure, private: Private
) -> bool:
    cells = list(figure.weights or {})
    if {_cell_key(cell) for cell in cells} != kept.cells:
        return False
    standings = {s.party.key: s for s in disclosure.standings}
    for party in {cell.party for cell in cells}:
        if standings[party].party.voice != private.voices.get(party):
            return False
        if standings[party].sources != private.sources.get(party):
            return False
    return all(
        _equal_items(constellation.instrument, _items(constellation, disclosure, cell), private, _cell_key(cell))
        for cell in cells
    )


def _equal_items(instrument: Instrument, now: tuple[str, ...], private: Private, cell: str) -> bool:
    """Whether a block's items are the earlier ones, by the instrument's own declaration."""
    before = {f"{private.instrument}:{item}" for item in private.items.get(cell, ())}
    if private.instrument == instrument.name:
        return {f"{instrument.name}:{item}" for item in now} == before
    return {instrument.items_by_id[item].equal_to for item in now} == before


def _identity(key: Key) -> tuple[dict[str, object], tuple[str, ...]]:
    if isinstance(key, Cell):
        identity: dict[str, object] = {
            "of": "cell",
            "block": key.block,
            "from": key.party,
            "about": key.about,
        }
        return identity, (key.party, *([key.about] if key.about else []))
    if isinstance(key, Relation):
        return {"of": "relation", "between": [key.one, key.other]}, (key.one, key.other)
    if isinstance(key, RoleRelation):
        return {"of": "role_relation", "between": [key.one, key.other]}, ()
    return {"of": "constellation"}, ()


def reasons_of(document: Mapping[str, object]) -> dict[str, Reason | None]:
    """Per followed figure of an earlier document its reason, None where it was published.

    Raises KeyError, TypeError or AttributeError when it is no score document.
    """
    found: dict[str, Reason | None] = {}
    for name, kind in (
        ("cells", "cell"),
        ("relations", "relation"),
        ("role_relations", "role_relation"),
        ("constellation", "constellation"),
    ):
        figures = document.get(name)
        for figure in figures if isinstance(figures, list) else []:
            if kind == "cell":
                place = f"{figure['block']}|{figure['from']}|{figure['about'] or ''}"
            else:
                place = "|".join(figure.get("between", []))
            found[f"{kind}|{figure['theme']}" + (f"|{place}" if place else "")] = figure.get("reason")
    return found
