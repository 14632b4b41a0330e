"""Owns the looking up in a score document: names of parties and roles, and each published figure by its place."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any, cast

from app.domain.findings import PartyLine, Shown, Side, shown
from app.domain.instrument import Instrument
from app.domain.text import Text, same

#: A score document, or a part of one.
Json = dict[str, object]


class Figures:
    """A score document by name and place. Reads published figures only, so it cannot show what the document hides."""

    def __init__(self, document: Json, instrument: Instrument, label_set: str) -> None:
        self.document = cast(dict[str, Any], document)
        self.instrument = instrument
        self.label_set = label_set

    # --- names ---

    def role(self, key: str) -> Text:
        return self.instrument.role(key).label(self.label_set)

    @cached_property
    def parties(self) -> tuple[PartyLine, ...]:
        names = {party["key"]: self._name(party) for party in self.document["parties"]}
        return tuple(
            PartyLine(
                key=party["key"],
                name=names[party["key"]],
                role_key=party["role"],
                role=self.role(party["role"]),
                people=party["n"],
                response=party["response"],
                reason=party.get("reason"),
                attributed=party.get("attributed", False),
                pooled=tuple(names[key] for key in party.get("pooled", ())),
                changed=party.get("changed_after_opening", False),
            )
            for party in self.document["parties"]
        )

    def _name(self, party: Mapping[str, Any]) -> Text:
        pool = self.instrument.role(party["role"]).pool_name if party.get("pooled") else None
        return pool or same(party["name"])

    @cached_property
    def lines(self) -> dict[str, PartyLine]:
        return {party.key: party for party in self.parties}

    def name(self, key: str) -> Text:
        return self.lines[key].name

    # --- looking up figures ---

    @cached_property
    def _cells(self) -> dict[tuple[str, str, str, str | None], dict[str, Any]]:
        return {(c["theme"], c["block"], c["from"], c["about"]): c for c in self.document["cells"]}

    def cell(self, theme: str, block: str, party: str, about: str | None) -> Shown:
        found = self._cells.get((theme, block, party, about))
        return shown(found, attributed=self.lines[party].attributed)

    @cached_property
    def _relations(self) -> dict[tuple[str | None, str, str], dict[str, Any]]:
        found: dict[tuple[str | None, str, str], dict[str, Any]] = {
            (r["theme"], *r["between"]): r for r in self.document["relations"]
        }
        totals = [t for t in self.document["totals"] if t["of"] == "relation"]
        return found | {(None, *t["between"]): t for t in totals}

    @cached_property
    def _views(self) -> dict[tuple[str | None, str, str], dict[str, Any]]:
        found: dict[tuple[str | None, str, str], dict[str, Any]] = {
            (v["theme"], v["from"], v["about"]): v for v in self.document["views"]
        }
        totals = [t for t in self.document["totals"] if t["of"] == "view"]
        return found | {(None, t["from"], t["about"]): t for t in totals}

    def view(self, theme: str | None, party: str, about: str) -> Shown:
        """How one party sees another on a theme (None: over all themes)."""
        return shown(self._views.get((theme, party, about)), attributed=self.lines[party].attributed)

    def side(self, theme: str | None, one: str, other: str) -> Side:
        """One relation on a theme (None: over all themes), or the one direction that may be shown."""
        figure = self._relations.get((theme, one, other))
        if figure is None or figure["score"] is not None:
            return Side(one, other, shown(figure))
        one_sided = figure.get("one_sided")
        if theme is None:
            views = {(u, t): self._views.get((None, u, t)) for u, t in ((one, other), (other, one))}
            there = [(place, v) for place, v in views.items() if v is not None and v["score"] is not None]
            if len(there) == 1:
                (said_by, _), view = there[0]
                return Side(one, other, shown(view), said_by)
        elif one_sided:
            return Side(one, other, shown(one_sided), one_sided["from"])
        return Side(one, other, shown(figure))

    @cached_property
    def pairs_of_parties(self) -> tuple[tuple[str, str], ...]:
        """Every relation between two parties, in the document's order."""
        return tuple(dict.fromkeys((r["between"][0], r["between"][1]) for r in self.document["relations"]))

    def role_side(self, theme: str | None, one: str, other: str) -> Shown:
        """The relation between two roles, over their parties."""
        if theme is None:
            found = [t for t in self.document["totals"] if t["of"] == "role_relation" and t["between"] == [one, other]]
        else:
            found = [r for r in self.document["role_relations"] if r["theme"] == theme and r["between"] == [one, other]]
        return shown(found[0] if found else None)

    def whole(self, theme: str) -> Shown:
        """The triangle as a whole on a theme."""
        return shown(next((c for c in self.document["constellation"] if c["theme"] == theme), None))

    @cached_property
    def total(self) -> Shown:
        return shown(next((t for t in self.document["totals"] if t["of"] == "constellation"), None))
