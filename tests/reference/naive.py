"""A second, naive implementation, written from the specification alone: from base cells to the score document.

It shares no line with the product and is held against it on random answers. Left out are `detail` (§7.8) and
`changes` (§9), which worked examples cover.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.reference.answers import DEFAULTS, Answers, Group, Key
from tests.reference.arithmetic import Estimate, estimate, first_reason, half_up, half_up_sqrt, level_bounds, mean
from tests.reference.figures import Figure, average, average_of_shown
from tests.reference.gaps import Gaps

Json = dict[str, Any]


class Naive:
    """One assessment, scored."""

    def __init__(self, instrument: Path, responses: str, parameters: str, *, exact: bool = False) -> None:
        self.data = Answers(instrument, responses, parameters)
        self.questions, self.params, self.exact = self.data.questions, self.data.params, exact
        self.parties, self.sources = self.data.parties, self.data.sources
        self.themes = [theme["key"] for theme in self.data.themes]
        self.order = {source.key: place for place, source in enumerate(self.sources)}
        self.ambition = {theme: Fraction(value) for theme, value in self.params["ambition"].items()}
        self.views = {
            (theme, u.key, t.key): figure
            for theme in self.themes
            for u in self.sources
            for t in self.parties
            if (figure := self._view(theme, u, t))
        }
        self.relations = {
            (theme, one.key, other.key): average([there, back])
            for theme in self.themes
            for one, other in self.pairs(self.parties)
            if (there := self.views.get((theme, one.key, other.key)))
            and (back := self.views.get((theme, other.key, one.key)))
        }
        self.role_pairs = {
            (theme, *pair): figures
            for theme in self.themes
            for pair in self.questions.relations
            if (figures := self._between_roles(theme, pair))
        }
        self.whole = {theme: found for theme in self.themes if (found := self._constellation(theme))}

    # --- figures ---

    def cell(self, key: Key) -> Figure:
        reason = self.data.reasons[key]
        return Figure(None, reason) if reason else Figure({key: Fraction(1)})

    def pairs(self, groups: Sequence[Group]) -> Iterable[tuple[Group, Group]]:
        for place, one in enumerate(groups):
            for other in groups[place + 1 :]:
                if self.questions.related(one.role, other.role):
                    yield one, other

    def _view(self, theme: str, u: Group, t: Group) -> Figure | None:
        keys: list[Key] = [(theme, block, u.key, t.key) for block in ("other", "relation")]
        parts = [self.cell(key) for key in keys if key in self.data.cells]
        return average(parts) if parts else None

    def _between_roles(self, theme: str, pair: tuple[str, ...]) -> list[Figure]:
        roles = {party.key: party.role for party in self.parties}
        return [f for (t, u, v), f in self.relations.items() if t == theme and {roles[u], roles[v]} == set(pair)]

    def _constellation(self, theme: str) -> tuple[Figure, int, int] | None:
        """(the figure, included, total)"""
        asked = [(k, s) for s in self.sources if (k := (theme, "whole", s.key, None)) in self.data.cells]
        asked = [(key, source) for key, source in asked if not self.questions.context(source.role)]
        if asked:
            roles = dict.fromkeys(source.role for _, source in asked)
            per_role = [average_of_shown([self.cell(key) for key, s in asked if s.role == role]) for role in roles]
            counted = [self.cell(key).shown for key, source in asked if source.pooled is None]
            return average(per_role), sum(counted), len(counted)
        pairs = [figures for (t, *_), figures in self.role_pairs.items() if t == theme]
        if not pairs:
            return None
        shown = [figure.shown for figures in pairs for figure in figures]
        return average([average_of_shown(figures) for figures in pairs]), sum(shown), len(shown)

    def estimate(self, figure: Figure, less: Fraction = Fraction(0)) -> Estimate:
        assert figure.weights is not None
        assert not any(self.data.reasons[key] for key in figure.weights), "a hidden cell contributes"
        return estimate(figure.weights, self.data.cells, self.params["s_min"], self.params["sd_step"], less)

    # --- how it is written ---

    def exactly(self, e: Estimate) -> Json:
        if not self.exact:
            return {}
        intervals = {f"ci{percent}": list(e.interval(percent)) for percent in (80, 90, 95)}
        return {"exact": {"est": float(e.est), "se": e.se, "df": None if e.df is None else float(e.df), **intervals}}

    def level(self, place: Json, figure: Figure, coverage: tuple[int, int] | None = None) -> Json:
        found = dict(place)
        if figure.shown:
            e = self.estimate(figure)
            found |= {"state": "published", "score": half_up(e.est), "ci95": level_bounds(e), **self.exactly(e)}
            cells = [self.data.cells[key] for key in figure.weights or ()]
            for bound, held in (("at_most", lambda mean: mean < 5), ("at_least", lambda mean: mean > 95)):
                if all(held(cell.mean()) and not cell.statement for cell in cells):
                    found["bound"] = bound
        else:
            found |= {"state": "suppressed", "score": None, "reason": figure.reason}
        if coverage:
            found["coverage"] = {"included": coverage[0], "total": coverage[1]}
        return found

    def document(self) -> Json:
        gaps = Gaps(self)
        gaps.find()
        raw, questions = self.data.raw, self.questions
        return {
            "schema": "rolvast.score/1",
            "assessment": raw.get("assessment", ""),
            "wave": raw.get("wave", 1),
            "instrument": {"id": questions.id, "version": questions.version},
            "params": {key: self.params[key] for key in DEFAULTS},
            "parties": [self._party(source) for source in self.sources],
            "cells": [self._cell_object(key) for key in self.data.cells],
            "views": [self.level({"theme": t, "from": u, "about": v}, f) for (t, u, v), f in self.views.items()],
            "relations": [self._relation_object(*key) for key in self.relations],
            "role_relations": [self._role_pair_object(*key) for key in self.role_pairs],
            "constellation": [self.level({"theme": t}, f, (n, of)) for t, (f, n, of) in self.whole.items()],
            "totals": list(self._totals()),
            "changes": [],
            "divisions": [self._division(key) for key in self.data.cells],
            "audit": {"passed": True, "method": "rank/1", "withdrawn": []},
            **gaps.written(),
        }

    def _party(self, source: Group) -> Json:
        found: Json = {"key": source.key, "role": source.role, "name": source.name, "voice": source.voice}
        found |= {"state": "suppressed", "reason": source.reason} if source.reason else {"state": "published"}
        found |= {"n": None, "response": None}
        if source.statement:
            found["attributed"] = True
        elif not source.reason:
            n = len(source.respondents)
            percent = Fraction(100 * n, source.invited)
            bands = "80–100" if percent >= 80 else "60–79" if percent >= 60 else "40–59"
            found["n"] = str(n) if n >= 10 else f"{self.params['k_party']}–9"
            found["response"] = str(5 * half_up(percent / 5)) if n >= 10 else bands
        if source.pooled:
            found["pooled"] = source.pooled
        return found

    def _agreement(self, key: Key) -> tuple[str | None, str | None]:
        """(class, division)"""
        numbers = self.data.agreement[key]
        if numbers is None:
            return None, None
        rwg, ad = numbers
        class_ = "united" if rwg >= Fraction(7, 10) else "mixed" if rwg >= Fraction(1, 2) else "divided"
        hits = [rwg < Fraction(1, 2), ad > Fraction(self.questions.steps, 6)]
        return class_, "clear" if all(hits) else "indication" if any(hits) else None

    def _cell_object(self, key: Key) -> Json:
        found = self.level(dict(zip(("theme", "block", "from", "about"), key, strict=True)), self.cell(key))
        found["flags"] = self.data.flags[key]
        if self.data.reasons[key]:
            return found
        found["agreement"] = self._agreement(key)[0]
        if self.exact and self.data.agreement[key]:
            found["exact"]["rwg"], found["exact"]["ad"] = (float(x) for x in self.data.agreement[key])
        return found

    def _division(self, key: Key) -> Json:
        place = dict(zip(("theme", "block", "from", "about"), key, strict=True))
        reason = "not_asked" if self.data.cells[key].statement else self.data.reasons[key]
        if reason:
            return {**place, "state": "suppressed", "reason": reason, "evidence": None}
        class_, division = self._agreement(key)
        return {**place, "state": "published", "agreement": class_, "evidence": division}

    def _relation_object(self, theme: str, one: str, other: str) -> Json:
        found = self.level({"theme": theme, "between": [one, other]}, self.relations[theme, one, other])
        for u, v in ((one, other), (other, one)):
            side = self.views[theme, u, v]
            if not self.relations[theme, one, other].shown and side.shown:
                found["one_sided"] = self.level({"from": u, "about": v}, side)
                del found["one_sided"]["state"]
        return found

    def _role_pair_object(self, theme: str, r: str, s: str) -> Json:
        figures = self.role_pairs[theme, r, s]
        shown = [figure for figure in figures if figure.shown]
        found = self.level({"theme": theme, "between": [r, s]}, average_of_shown(figures), (len(shown), len(figures)))
        roles = {party.key: party.role for party in self.parties}
        members = {key for (t, *pair), f in self.relations.items() if t == theme and f in shown for key in pair}
        if max(sum(roles[member] == role for member in members) for role in (r, s)) >= 3:
            values = [self.estimate(figure).est for figure in shown]
            variance = sum(((v - mean(values)) ** 2 for v in values), Fraction(0)) / (len(values) - 1)
            found["spread"] = {"min": half_up(min(values)), "max": half_up(max(values)), "sd": half_up_sqrt(variance)}
        return found

    def _totals(self) -> Iterable[Json]:
        counted = [t["key"] for t in self.data.themes if t.get("in_totals", True) and not t.get("module")]
        for u in self.sources:
            for v in self.parties:
                parts = [self.views.get((t, u.key, v.key)) for t in counted]
                yield from self._total({"of": "view", "from": u.key, "about": v.key}, parts)
        for one, other in self.pairs(self.parties):
            parts = [self.relations.get((t, one.key, other.key)) for t in counted]
            yield from self._total({"of": "relation", "between": [one.key, other.key]}, parts)
        for pair in self.questions.relations:
            per_theme = [self.role_pairs.get((t, *pair)) for t in counted]
            parts = [average_of_shown(figures) if figures else None for figures in per_theme]
            yield from self._total({"of": "role_relation", "between": list(pair)}, parts)
        yield from self._total(
            {"of": "constellation"}, [self.whole[t][0] if t in self.whole else None for t in counted]
        )

    def _total(self, place: Json, parts: Sequence[Figure | None]) -> Iterable[Json]:
        there = [figure for figure in parts if figure]
        shown = [figure for figure in there if figure.shown]
        if there:
            enough = 3 * len(shown) >= 2 * len(there)
            figure = average(shown) if enough else Figure(None, first_reason(f.reason for f in there))
            yield self.level(place, figure, (len(shown), len(there)))


def naive_document(instrument: Path, responses: str, parameters: str, *, exact: bool = False) -> Json:
    return Naive(instrument, responses, parameters, exact=exact).document()
