"""Gaps and strengths of the second, naive implementation (§5)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.reference.arithmetic import Estimate, half_up, level_bounds
from tests.reference.figures import Figure, combined

if TYPE_CHECKING:
    from tests.reference.answers import Key
    from tests.reference.naive import Naive

Json = dict[str, Any]
TYPES = ["perception", "asymmetry", "outlook", "ambition"]
KINDS = [None, "view", "relation", "constellation"]


class Gaps:
    """§5: every comparison, its evidence and order, and the strengths."""

    def __init__(self, scores: Naive) -> None:
        self.scores = scores
        self.found: list[tuple[tuple[Any, ...], Json, Estimate | None]] = []
        self.candidates: list[tuple[tuple[Any, ...], Json]] = []

    def find(self) -> None:
        s = self.scores
        for theme in s.themes:
            for about in s.parties:
                for source in s.parties:
                    own, other = (theme, "self", about.key, None), (theme, "other", source.key, about.key)
                    self._pair("perception", own, other, {"about": about.key, "from": source.key})
            for one, other_party in s.pairs(s.parties):
                u, t = one.key, other_party.key
                self._pair("asymmetry", (theme, "relation", u, t), (theme, "relation", t, u), {"between": [u, t]})
            for one, other_party in s.pairs(s.sources):
                u, t = one.key, other_party.key
                self._pair("outlook", (theme, "whole", u, None), (theme, "whole", t, None), {"between": [u, t]})
            if theme in s.ambition:
                self._ambitions(theme)
        for (theme, u, v), figure in s.views.items():
            self._high("view", theme, {"from": u, "about": v}, figure)
        for (theme, u, v), figure in s.relations.items():
            self._high("relation", theme, {"between": [u, v]}, figure)

    def _ambitions(self, theme: str) -> None:
        s, wanted = self.scores, self.scores.ambition[theme]
        for (t, u, v), figure in s.views.items():
            if t == theme:
                self._add("ambition", theme, {"of": "view", "from": u, "about": v}, figure, wanted)
        for (t, u, v), figure in s.relations.items():
            if t == theme:
                self._add("ambition", theme, {"of": "relation", "between": [u, v]}, figure, wanted)
        if theme in s.whole:
            self._add("ambition", theme, {"of": "constellation"}, s.whole[theme][0], wanted)

    def _pair(self, kind: str, a: Key, b: Key, identity: Json) -> None:
        if a in self.scores.data.cells and b in self.scores.data.cells:
            self._add(kind, a[0], identity, self.scores.cell(a), self.scores.cell(b))

    def _place(self, theme: str, identity: Json) -> tuple[Any, ...]:
        """Theme order, then what it is of, then the judged party before the one that judges."""
        keys = identity.get("between") or [identity[key] for key in ("about", "from") if key in identity]
        order = self.scores.order
        return (self.scores.themes.index(theme), KINDS.index(identity.get("of")), *(order[key] for key in keys))

    def _add(self, kind: str, theme: str, identity: Json, a: Figure, b: Figure | Fraction) -> None:
        s = self.scores
        gap: Json = {"rank": None, "type": kind, "theme": theme, **identity}
        place = (TYPES.index(kind), *self._place(theme, identity))
        difference = combined([(Fraction(1), a), (Fraction(-1), b)]) if isinstance(b, Figure) else a
        if not difference.shown:
            hidden = {"state": "suppressed", "value": None, "reason": difference.reason, "material": False}
            self.found.append((place, gap | hidden, None))
            return
        e = s.estimate(difference, Fraction(0) if isinstance(b, Figure) else b)
        one, two = s.estimate(a).est, s.estimate(b).est if isinstance(b, Figure) else b
        evidence = _evidence(e)
        gap |= {
            "state": "published",
            "a": half_up(one),
            "b": half_up(two),
            "value": half_up(e.est),
            "ci95": level_bounds(e, level=False),
            "size": _size(abs(e.est)),
            "evidence": evidence,
            "material": evidence in ("clear", "indication") and not (kind == "ambition" and e.est > 0),
            **s.exactly(e),
        }
        if kind == "perception":
            self._perceived(gap, e, one, two, b)
        self.found.append((place, gap, e))

    def _perceived(self, gap: Json, e: Estimate, one: Fraction, two: Fraction, other: Figure | Fraction) -> None:
        """The quadrant of a perception gap, and whether it is a strength."""
        theme, evidence = gap["theme"], gap["evidence"]
        ambition = self.scores.ambition.get(theme)
        if ambition is not None and evidence not in ("undecided", "stated"):
            side = "agree" if evidence == "no_large_gap" else "over" if e.est > 0 else "under"
            gap["quadrant"] = f"{side}_{'above' if two >= ambition else 'below'}"
        level = Fraction(125, 2) if ambition is None else ambition
        if evidence == "no_large_gap" and one >= level and two >= level and isinstance(other, Figure):
            identity = {"about": gap["about"], "from": gap["from"]}
            self._strength("perception", theme, identity, self.scores.estimate(other))

    def _high(self, kind: str, theme: str, identity: Json, figure: Figure) -> None:
        if figure.shown:
            e = self.scores.estimate(figure)
            if e.group and e.interval(80)[0] > self.scores.ambition.get(theme, Fraction(125, 2)):
                self._strength(kind, theme, identity, e)

    def _strength(self, kind: str, theme: str, identity: Json, e: Estimate) -> None:
        kinds = ["perception", "view", "relation"]
        place = (-round(e.interval(80)[0], 9), *self._place(theme, identity), kinds.index(kind))
        level = {"score": half_up(e.est), "ci95": level_bounds(e), **self.scores.exactly(e)}
        self.candidates.append((place, {"type": kind, "theme": theme, **identity, **level}))

    def written(self) -> Json:
        material = [found for found in self.found if found[1]["material"]]
        material.sort(key=lambda found: _rank(*found))
        for rank, (_, gap, _) in enumerate(material, start=1):
            gap["rank"] = rank
        rest = sorted((f for f in self.found if not f[1]["material"]), key=lambda found: found[0])
        counted = [gap["type"] for _, gap, e in self.found if e is not None and e.group]
        chances = [Fraction(1, 2) if kind == "ambition" else Fraction(1) for kind in counted]
        best: dict[str, Json] = {}
        for _, strength in sorted(self.candidates, key=lambda candidate: candidate[0]):
            best.setdefault(strength["theme"], strength)
        return {
            "gaps": [gap for _, gap, _ in [*material, *rest]],
            "strengths": [{"rank": rank, **s} for rank, s in enumerate(list(best.values())[:3], start=1)],
            "comparisons": len(counted),
            "expected_chance_flags": {
                "clear": float(sum(chances) / 20),
                "indication": float(sum(chances) / 5),
            },
        }


def _size(points: Fraction) -> str:
    return "negligible" if points < 5 else "small" if points < 10 else "moderate" if points < 20 else "large"


def _evidence(e: Estimate) -> str:
    if not e.group:
        return "stated"

    def excludes_zero(percent: int) -> bool:
        low, high = e.interval(percent)
        return low > 0 or high < 0

    if abs(e.est) >= 10 and excludes_zero(95):
        return "clear"
    if abs(e.est) >= 10 and excludes_zero(80):
        return "indication"
    low, high = e.interval(90)
    return "no_large_gap" if low > -20 and high < 20 else "undecided"


def _rank(place: tuple[Any, ...], gap: Json, e: Estimate | None) -> tuple[Any, ...]:
    """clear first, then the lower bound, then the size, then the order of the table."""
    assert e is not None
    margin = e.quantile(80) * e.se if e.variance else 0.0
    low = max(0.0, round(float(abs(e.est)) - margin, 9))
    return (gap["evidence"] != "clear", -low, -abs(e.est), place)
