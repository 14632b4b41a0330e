"""Owns the score document of scoring.md §12: the only maker of published figures, and its content hash."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

import rfc8785

from app.domain import disclosure as rules
from app.domain.constellation import Constellation
from app.domain.detail import detail_of
from app.domain.disclosure import Disclosure, disclose
from app.domain.estimate import (
    CLAMP_HIGH,
    CLAMP_LOW,
    BlockScores,
    Cell,
    Codes,
    Estimate,
    Estimator,
    GroupSource,
    StatementSource,
    half_up,
)
from app.domain.figures import Json
from app.domain.gaps import (
    Gap,
    Order,
    Strength,
    expected_chance_flags,
    find_gaps,
    find_strengths,
    ranked,
)
from app.domain.parameters import Parameters
from app.domain.rounding import published_bounds
from app.domain.scoring import (
    Figure,
    Relation,
    RoleRelation,
    RolledUp,
    Scores,
    View,
    agreement,
    rounded_sd,
    score,
)
from app.domain.trend import Private, changes, private_part

SCHEMA = "rolvast.score/1"


@dataclass(frozen=True)
class Wave:
    """Which measurement a document is about; `previous` is the earlier wave's snapshot, for changes."""

    assessment: str = ""
    number: int = 1
    previous: "Snapshot | None" = None


@dataclass(frozen=True)
class Snapshot:
    """What closing leaves: the document that may be published, and a private part that never leaves the store."""

    document: Json
    private: Private


def content_hash(document: Json) -> str:
    """SHA-256 over the RFC 8785 form of the document without its `snapshot` field."""
    plain = {key: value for key, value in document.items() if key != "snapshot"}
    return "sha256:" + hashlib.sha256(rfc8785.dumps(cast(Any, plain))).hexdigest()


def make(
    constellation: Constellation,
    params: Parameters,
    sheets: Mapping[str, Codes],
    wave: Wave | None = None,
    *,
    exact: bool = False,
) -> Snapshot:
    """Score one assessment: `sheets` holds, per party key, the packed answers of shape people × ratings.

    The order of people is irrelevant. `exact` adds unrounded figures, for the operator and for verification only.
    """
    wave = wave or Wave()
    disclosure = disclose(constellation, params, sheets)
    scores = score(constellation, disclosure)
    unsafe = rules.unsafe_cells(disclosure, _used(scores), params)
    if unsafe:
        disclosure = disclosure.without(unsafe)
        scores = score(constellation, disclosure)
    maker = _Maker(constellation, params, disclosure, scores, exact=exact)
    document = maker.document(wave, withdrawn=unsafe)
    document["snapshot"] = content_hash(document)
    return Snapshot(document, private_part(constellation, disclosure, scores, maker.estimator))


def _used(scores: Scores) -> set[Cell]:
    """Every base cell that some published figure is built from."""
    rolled = [*scores.role_relations.values(), *scores.constellation.values(), *scores.totals.values()]
    figures: list[Figure] = [*scores.views.values(), *scores.relations.values(), *(r.figure for r in rolled)]
    return {cell for figure in figures for cell in figure.weights or {}}


class _Maker:
    """Writes each list of the document, in theme order and then party order."""

    def __init__(
        self,
        constellation: Constellation,
        params: Parameters,
        disclosure: Disclosure,
        scores: Scores,
        *,
        exact: bool,
    ) -> None:
        self._constellation = constellation
        self._params = params
        self._disclosure = disclosure
        self._scores = scores
        self._exact = exact
        self._attributed = {s.party.key for s in disclosure.standings if s.party.attributed}
        steps = constellation.instrument.scale.steps
        self._agreements = {
            cell: agreement(disclosure.blocks[cell], steps)
            for cell, figure in scores.cells.items()
            if figure.weights is not None and cell.party not in self._attributed
        }
        self._order = Order([theme.key for theme in constellation.themes], [s.party.key for s in disclosure.standings])
        self.estimator = _estimator(disclosure, params)

    def document(self, wave: Wave, *, withdrawn: Iterable[Cell]) -> Json:
        instrument = self._constellation.instrument
        gaps = find_gaps(self._constellation, self._disclosure, self._scores, self.estimator, self._params)
        comparisons, clear, indication = expected_chance_flags(gaps)
        strengths = find_strengths(gaps, self._scores, self.estimator, self._params, self._order)
        cells = list(self._cells())
        return {
            "schema": SCHEMA,
            "assessment": wave.assessment,
            "wave": wave.number,
            "instrument": {"id": instrument.id, "version": instrument.version},
            "params": self._params.as_json(),
            "parties": list(self._parties()),
            "cells": cells,
            "views": list(self._views()),
            "relations": list(self._relations()),
            "role_relations": list(self._role_relations()),
            "constellation": list(self._whole()),
            "totals": list(self._totals()),
            "gaps": self._gaps(gaps),
            "changes": self._changes(wave),
            "divisions": list(self._divisions()),
            "strengths": [self._strength(rank, s) for rank, s in enumerate(strengths, start=1)],
            "comparisons": comparisons,
            "expected_chance_flags": {"clear": float(clear), "indication": float(indication)},
            "audit": {
                "passed": not withdrawn,
                "method": "rank/1",
                "withdrawn": [
                    {"theme": c.theme, "block": c.block, "from": c.party, "about": c.about} for c in withdrawn
                ],
            },
        }

    # --- parties and cells ---

    def _parties(self) -> Iterator[Json]:
        for standing in self._disclosure.standings:
            party = standing.party
            size, response = standing.size_and_response(self._params.k_party)
            yield {
                "key": party.key,
                "role": party.role,
                "name": party.name,
                "voice": party.voice,
                **_state(standing.reason),
                "n": size,
                "response": response,
                **({"attributed": True} if party.attributed else {}),
                **({"changed_after_opening": True} if party.changed else {}),
                **({"pooled": list(standing.sources)} if standing.pooled else {}),
            }

    def _cells(self) -> Iterator[Json]:
        for cell, figure in self._scores.cells.items():
            block = self._disclosure.blocks[cell]
            flags = ["attributed"] if cell.party in self._attributed else []
            flags += ["little_sight"] if cell in self._disclosure.little_sight else []
            place = {"theme": cell.theme, "block": cell.block, "from": cell.party, "about": cell.about}
            if figure.weights is None:
                yield {**place, **_state(figure.reason), "score": None, "flags": flags}
                continue
            found: Json = {**place, **self._figure(figure), "flags": flags}
            yield (
                {**found, "agreement": None}
                if cell.party in self._attributed
                else found | self._of_group(cell, block, found)
            )

    def _of_group(self, cell: Cell, block: BlockScores, level: Json) -> Json:
        """Agreement and detail: what only a published cell of a group has."""
        found: Json = {}
        together = self._agreements[cell]
        found["agreement"] = together.as_class if together else None
        role = self._role(cell.party)
        about = self._role(cell.about) if cell.about else None
        items = self._constellation.instrument.block_items(cell.theme, cell.block, role, about)
        detail = detail_of([item.id for item in items], block, together, self._params)
        if detail:
            found["detail"] = detail
        exact = level.get("exact")
        if isinstance(exact, dict) and together:
            found["exact"] = {**exact, "rwg": float(together.rwg), "ad": float(together.ad)}
        return found

    def _role(self, party: str) -> str:
        return next(s.party.role for s in self._disclosure.standings if s.party.key == party)

    # --- views and roll-ups ---

    def _views(self) -> Iterator[Json]:
        for view, figure in self._scores.views.items():
            yield {"theme": view.theme, "from": view.party, "about": view.about, **self._figure(figure)}

    def _relations(self) -> Iterator[Json]:
        for relation, figure in self._scores.relations.items():
            found = {
                "theme": relation.theme,
                "between": [relation.one, relation.other],
                **self._figure(figure),
            }
            if figure.weights is None:
                found |= self._one_sided(relation)
            yield found

    def _one_sided(self, relation: Relation) -> Json:
        """The direction that is published, beside a relation that isn't."""
        for party, about in ((relation.one, relation.other), (relation.other, relation.one)):
            figure = self._scores.views[View(relation.theme, party, about)]
            if figure.weights is not None:
                level = {**self._level(self._estimate(figure)), **self._bound(figure.weights)}
                return {"one_sided": {"from": party, "about": about, **level}}
        return {}

    def _role_relations(self) -> Iterator[Json]:
        for pair, rolled in self._scores.role_relations.items():
            yield {
                "theme": pair.theme,
                "between": [pair.one, pair.other],
                **self._rolled_up(rolled),
                **self._spread(pair),
            }

    def _spread(self, pair: RoleRelation) -> Json:
        """Lowest, highest and SD of P, where a role has at least three published parties (§4)."""
        published = {
            relation: figure
            for relation, figure in self._scores.relations.items()
            if figure.weights is not None
            and relation.theme == pair.theme
            and {self._role(relation.one), self._role(relation.other)} == {pair.one, pair.other}
        }
        members = {key for relation in published for key in (relation.one, relation.other)}
        if max((sum(self._role(m) == role for m in members) for role in (pair.one, pair.other)), default=0) < 3:
            return {}
        values = [self._estimate(figure).value for figure in published.values()]
        return {"spread": {"min": half_up(min(values)), "max": half_up(max(values)), "sd": rounded_sd(values)}}

    def _whole(self) -> Iterator[Json]:
        for whole, rolled in self._scores.constellation.items():
            module = self._constellation.instrument.theme(whole.theme or "").module
            yield {"theme": whole.theme, **({"module": module} if module else {}), **self._rolled_up(rolled)}

    def _totals(self) -> Iterator[Json]:
        for key, rolled in self._scores.totals.items():
            place: Json
            if isinstance(key, View):
                place = {"of": "view", "from": key.party, "about": key.about}
            elif isinstance(key, Relation):
                place = {"of": "relation", "between": [key.one, key.other]}
            elif isinstance(key, RoleRelation):
                place = {"of": "role_relation", "between": [key.one, key.other]}
            else:
                place = {"of": "constellation"}
            yield {**place, **self._rolled_up(rolled)}

    # --- gaps, changes, divisions, strengths ---

    def _gaps(self, gaps: list[Gap]) -> list[Json]:
        first = ranked(gaps, self._order)
        placed = {id(gap) for gap in first}
        rest = [gap for gap in gaps if id(gap) not in placed]
        return [self._gap(gap, rank) for rank, gap in enumerate(first, start=1)] + [
            self._gap(gap, None) for gap in rest
        ]

    def _gap(self, gap: Gap, rank: int | None) -> Json:
        return {"rank": rank, "type": gap.type, "theme": gap.theme, **gap.identity, **self._difference(gap)}

    def _difference(self, gap: Gap) -> Json:
        if gap.difference is None or gap.a is None or gap.b is None:
            return {"state": "suppressed", "value": None, "reason": gap.reason, "material": False}
        b = gap.b.value if isinstance(gap.b, Estimate) else gap.b
        found: Json = {
            "state": "published",
            "a": half_up(gap.a.value),
            "b": half_up(b),
            "value": half_up(gap.value),
            "ci95": published_bounds(gap.difference, level=False),
            "size": gap.size,
            "evidence": gap.evidence,
            "material": gap.material,
        }
        if gap.quadrant:
            found["quadrant"] = gap.quadrant
        return found | self._exactly(gap.difference)

    def _changes(self, wave: Wave) -> list[Json]:
        if wave.previous is None:
            return []
        found = changes(
            self._constellation,
            self._disclosure,
            self._scores,
            self.estimator,
            (wave.previous.document, wave.previous.private),
        )
        return [{"type": gap.type, **gap.identity, "theme": gap.theme, **self._difference(gap)} for gap in found]

    def _divisions(self) -> Iterator[Json]:
        for cell, figure in self._scores.cells.items():
            place = {"theme": cell.theme, "block": cell.block, "from": cell.party, "about": cell.about}
            reason = "not_asked" if cell.party in self._attributed else figure.reason
            together = self._agreements.get(cell)
            if together is None:
                yield {**place, **_state(reason), "evidence": None}
            else:
                yield {
                    **place,
                    **_state(None),
                    "agreement": together.as_class,
                    "evidence": together.division,
                }

    def _strength(self, rank: int, strength: Strength) -> Json:
        place = {"rank": rank, "type": strength.type, "theme": strength.theme, **strength.identity}
        return {**place, **self._level(strength.level)}

    # --- one figure ---

    def _estimate(self, figure: Figure) -> Estimate:
        return self.estimator.estimate(figure.weights or {})

    def _figure(self, figure: Figure) -> Json:
        if figure.weights is None:
            return {**_state(figure.reason), "score": None}
        return {**_state(None), **self._level(self._estimate(figure)), **self._bound(figure.weights)}

    def _bound(self, weights: Mapping[Cell, Fraction]) -> Json:
        """Of a figure all of whose cells are held at the same end, within 5 and 95: it lies there or beyond (§7.6)."""
        means = [self._disclosure.blocks[cell].mean for cell in weights if cell.party not in self._attributed]
        ends = {"at_most": lambda mean: mean < CLAMP_LOW, "at_least": lambda mean: mean > CLAMP_HIGH}
        held = [end for end, beyond in ends.items() if len(means) == len(weights) and all(map(beyond, means))]
        return {"bound": held[0]} if held else {}

    def _rolled_up(self, rolled: RolledUp) -> Json:
        coverage = {"included": rolled.included, "total": rolled.total}
        return {**self._figure(rolled.figure), "coverage": coverage}

    def _level(self, estimate: Estimate) -> Json:
        return {
            "score": half_up(estimate.value),
            "ci95": published_bounds(estimate, level=True),
            **self._exactly(estimate),
        }

    def _exactly(self, estimate: Estimate) -> Json:
        if not self._exact:
            return {}
        intervals = {f"ci{level}": list(estimate.interval(level / 100)) for level in (80, 90, 95)}
        return {"exact": {"est": float(estimate.value), "se": estimate.se, "df": estimate.df, **intervals}}


def _estimator(disclosure: Disclosure, params: Parameters) -> Estimator:
    sources: dict[str, GroupSource | StatementSource] = {}
    for standing in disclosure.standings:
        shown = disclosure.shown(standing.party.key)
        if shown:
            sources[standing.party.key] = StatementSource(shown) if standing.party.attributed else GroupSource(shown)
    return Estimator(sources, params)


def _state(reason: str | None) -> Json:
    return {"state": "published"} if reason is None else {"state": "suppressed", "reason": reason}
