"""Owns the report: from a score document to findings in words, with the questions for the conversation.

Reads published documents only, so it cannot show what the document hides.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from app.domain import words
from app.domain.findings import (
    Finding,
    Hidden,
    Movement,
    Pair,
    PartyLine,
    Praise,
    Shown,
    Side,
    ThemeSection,
    distances,
    shown,
    signed_interval,
)
from app.domain.instrument import Block, GapKind, Instrument, Theme
from app.domain.snapshot import Json
from app.domain.text import Text, enumerate_texts, same

#: How many of each the first page and the whole report show (scoring.md §5).
FIRST_STRENGTHS, FIRST_GAPS, MOST_GAPS = 2, 3, 5


class Report:
    """Everything that any form of the report shows, from one score document."""

    def __init__(self, document: Json, instrument: Instrument, label_set: str) -> None:
        self.document = cast(dict[str, Any], document)
        self.instrument = instrument
        self._label_set = label_set

    # --- names ---

    def role(self, key: str) -> Text:
        return self.instrument.role(key).label(self._label_set)

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
    def _lines(self) -> dict[str, PartyLine]:
        return {party.key: party for party in self.parties}

    def name(self, key: str) -> Text:
        return self._lines[key].name

    # --- looking up figures ---

    @cached_property
    def _cells(self) -> dict[tuple[str, str, str, str | None], dict[str, Any]]:
        return {(c["theme"], c["block"], c["from"], c["about"]): c for c in self.document["cells"]}

    def cell(self, theme: str, block: str, party: str, about: str | None) -> Shown:
        found = self._cells.get((theme, block, party, about))
        return shown(found, attributed=self._lines[party].attributed)

    @cached_property
    def _relations(self) -> dict[tuple[str | None, str, str], dict[str, Any]]:
        found: dict[tuple[str | None, str, str], dict[str, Any]] = {
            (r["theme"], *r["between"]): r for r in self.document["relations"]
        }
        totals = [t for t in self.document["totals"] if t["of"] == "relation"]
        return found | {(None, *t["between"]): t for t in totals}

    @cached_property
    def _view_totals(self) -> dict[tuple[str, str], dict[str, Any]]:
        return {(t["from"], t["about"]): t for t in self.document["totals"] if t["of"] == "view"}

    def side(self, theme: str | None, one: str, other: str) -> Side:
        """One relation on a theme (None: over all themes), or the one direction that may be shown."""
        figure = self._relations.get((theme, one, other))
        if figure is None or figure["score"] is not None:
            return Side(one, other, shown(figure))
        one_sided = figure.get("one_sided")
        if theme is None:
            views = {(u, t): self._view_totals.get((u, t)) for u, t in ((one, other), (other, one))}
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

    @cached_property
    def total(self) -> Shown:
        return shown(next((t for t in self.document["totals"] if t["of"] == "constellation"), None))

    # --- page one ---

    @cached_property
    def strengths(self) -> tuple[Praise, ...]:
        return tuple(self._praise(strength) for strength in self.document["strengths"])

    def _praise(self, strength: Mapping[str, Any]) -> Praise:
        theme = self.instrument.theme(strength["theme"])
        if strength["type"] == "perception":
            headline = Text(
                "{about} en {party} zien allebei dat dit goed gaat bij {about}.",
                "{about} and {party} both see that {about} does this well.",
            ).fill(about=self.name(strength["about"]), party=self.name(strength["from"]))
        elif strength["type"] == "view":
            headline = Text(
                "{party} ziet dit duidelijk goed gaan bij {about}.",
                "{party} clearly sees this go well with {about}.",
            ).fill(about=self.name(strength["about"]), party=self.name(strength["from"]))
        else:
            one, other = strength["between"]
            headline = Text(
                "Tussen {one} en {other} gaat dit duidelijk goed.", "Between {one} and {other} this clearly goes well."
            ).fill(one=self.name(one), other=self.name(other))
        return Praise(theme, headline, shown(strength))

    @cached_property
    def gaps(self) -> tuple[Finding, ...]:
        """The material gaps of the report, in order: at most five."""
        ranked = [gap for gap in self.document["gaps"] if gap["rank"] is not None]
        return tuple(self._finding(gap) for gap in ranked[:MOST_GAPS])

    @cached_property
    def material(self) -> int:
        """How many material gaps there are in all."""
        return sum(gap["rank"] is not None for gap in self.document["gaps"])

    @property
    def questions(self) -> tuple[tuple[Text, Text], ...]:
        """(role, question) for the conversation: one for each of the first gaps, and never the same one twice."""
        chosen: dict[Text, Text] = {}
        for gap in self.gaps[:FIRST_GAPS]:
            offered = [gap.first_question, *gap.questions]
            role, question = next(((r, q) for r, q in offered if q not in chosen), gap.first_question)
            chosen.setdefault(question, role)
        return tuple((role, question) for question, role in chosen.items())

    def _finding(self, gap: Mapping[str, Any]) -> Finding:
        theme = self.instrument.theme(gap["theme"])
        headline, (a_label, a), (b_label, b), role = self._said(gap)
        kind = cast(GapKind, gap["type"])
        roles = [r for r in self.instrument.roles if not r.context]
        return Finding(
            rank=gap["rank"],
            kind=kind,
            theme=theme,
            headline=headline,
            a_label=a_label,
            a=a,
            b_label=b_label,
            b=b,
            distance=abs(gap["value"]),
            interval=distances(gap["value"], gap["ci95"]),
            size=words.SIZES[gap["size"]],
            evidence=words.EVIDENCE[gap["evidence"]],
            evidence_key=gap["evidence"],
            quadrant=words.QUADRANTS.get(gap.get("quadrant", "")),
            questions=tuple((r.label(self._label_set), theme.question(kind, r.key)) for r in roles),
            first_question=(self.role(role), theme.question(kind, role)),
        )

    def _said(self, gap: Mapping[str, Any]) -> tuple[Text, tuple[Text, Shown], tuple[Text, Shown], str]:
        """(headline, first side, second side, the role whose question comes first) of a published gap."""
        theme = gap["theme"]
        if gap["type"] == "perception":
            about, party = gap["about"], gap["from"]
            more = (
                Text("gunstiger", "more favourable") if gap["value"] > 0 else Text("minder gunstig", "less favourable")
            )
            headline = Text(
                "Het eigen beeld van {about} is {more} dan het beeld dat {party} heeft.",
                "{about}'s self-image is {more} than the view that {party} has.",
            ).fill(about=self.name(about), party=self.name(party), more=more)
            own = (
                Text("eigen beeld van {about}", "self-image of {about}").fill(about=self.name(about)),
                self.cell(theme, "self", about, None),
            )
            other = (
                Text("beeld van {party}", "view of {party}").fill(party=self.name(party)),
                self.cell(theme, "other", party, about),
            )
            return headline, own, other, self._lines[about].role_key
        if gap["type"] == "ambition":
            return self._said_of_ambition(gap)
        one, other_key = gap["between"]
        block: Block = "relation" if gap["type"] == "asymmetry" else "whole"
        low, high = (one, other_key) if gap["value"] < 0 else (other_key, one)
        headline = (
            Text(
                "{high} beleeft de relatie gunstiger dan {low}.",
                "{high} experiences the relation as better than {low}.",
            )
            if block == "relation"
            else Text("{high} ziet de driehoek gunstiger dan {low}.", "{high} sees the triangle as better than {low}.")
        ).fill(high=self.name(high), low=self.name(low))
        sides = [
            (
                Text("volgens {party}", "according to {party}").fill(party=self.name(key)),
                self.cell(theme, block, key, about if block == "relation" else None),
            )
            for key, about in ((one, other_key), (other_key, one))
        ]
        return headline, sides[0], sides[1], self._lines[low].role_key

    def _said_of_ambition(self, gap: Mapping[str, Any]) -> tuple[Text, tuple[Text, Shown], tuple[Text, Shown], str]:
        if gap["of"] == "view":
            what = Text("het beeld dat {party} heeft van {about}", "the view that {party} has of {about}").fill(
                party=self.name(gap["from"]), about=self.name(gap["about"])
            )
            role = self._lines[gap["about"]].role_key
        elif gap["of"] == "relation":
            one, other = gap["between"]
            what = Text("de relatie tussen {one} en {other}", "the relation between {one} and {other}").fill(
                one=self.name(one), other=self.name(other)
            )
            role = self._lines[one].role_key
        else:
            what = Text("de driehoek als geheel", "the triangle as a whole")
            role = self.instrument.roles[0].key
        headline = Text(
            "Op dit thema blijft {what} onder de ambitie.", "On this theme {what} stays below the ambition."
        ).fill(what=what)
        return headline, (what, Shown(gap["a"])), (Text("ambitie", "ambition"), Shown(gap["b"])), role

    # --- per theme ---

    @cached_property
    def sections(self) -> tuple[ThemeSection, ...]:
        return tuple(self._section(figure) for figure in self.document["constellation"])

    def _section(self, figure: Mapping[str, Any]) -> ThemeSection:
        theme = self.instrument.theme(figure["theme"])
        ambition = self.document["params"]["ambition"].get(theme.key)
        titles = {source.key: source.title for source in self.instrument.sources}
        whole = self.instrument.is_whole(theme.key)
        return ThemeSection(
            theme=theme,
            level=shown(figure),
            whole=whole,
            ambition=None if ambition is None else round(ambition),
            pairs=tuple(self._outlooks(theme) if whole else self._pairs(theme)),
            sources=tuple(titles[key] for key in theme.sources),
        )

    def _pairs(self, theme: Theme) -> Iterator[Pair]:
        for gap in self._in_party_order(theme):
            if gap["type"] == "perception":
                about, party = gap["about"], gap["from"]
                yield Pair(
                    Text("Rol van {about}", "Role of {about}").fill(about=self.name(about)),
                    Text("eigen beeld", "self-image"),
                    self.cell(theme.key, "self", about, None),
                    Text("beeld van {party}", "view of {party}").fill(party=self.name(party)),
                    self.cell(theme.key, "other", party, about),
                )
            elif gap["type"] == "asymmetry":
                one, other = gap["between"]
                yield Pair(
                    Text("{one} en {other}", "{one} and {other}").fill(one=self.name(one), other=self.name(other)),
                    Text("volgens {party}", "according to {party}").fill(party=self.name(one)),
                    self.cell(theme.key, "relation", one, other),
                    Text("volgens {party}", "according to {party}").fill(party=self.name(other)),
                    self.cell(theme.key, "relation", other, one),
                )

    def _in_party_order(self, theme: Theme) -> list[Mapping[str, Any]]:
        order = {party.key: place for place, party in enumerate(self.parties)}
        kinds = ("perception", "asymmetry", "outlook")
        found = [gap for gap in self.document["gaps"] if gap["theme"] == theme.key and gap["type"] in kinds]

        def place(gap: Mapping[str, Any]) -> tuple[int, list[int]]:
            keys = gap.get("between") or [gap["about"], gap["from"]]
            return kinds.index(gap["type"]), [order[key] for key in keys]

        return sorted(found, key=place)

    def _outlooks(self, theme: Theme) -> Iterator[Pair]:
        for gap in self._in_party_order(theme):
            one, other = gap["between"]
            yield Pair(
                Text("{one} en {other}", "{one} and {other}").fill(one=self.name(one), other=self.name(other)),
                Text("volgens {party}", "according to {party}").fill(party=self.name(one)),
                self.cell(theme.key, "whole", one, None),
                Text("volgens {party}", "according to {party}").fill(party=self.name(other)),
                self.cell(theme.key, "whole", other, None),
            )

    # --- changes, divisions, what is hidden ---

    @cached_property
    def movements(self) -> tuple[Movement, ...]:
        """Changes of relations and of the constellation that can be told, the material ones first."""
        found = [
            self._movement(change)
            for change in self.document["changes"]
            if change["value"] is not None and change["of"] in ("relation", "constellation")
        ]
        return tuple(sorted(found, key=lambda movement: not movement.material))

    def _movement(self, change: Mapping[str, Any]) -> Movement:
        if change["of"] == "constellation":
            what = Text("De driehoek als geheel", "The triangle as a whole")
        else:
            what = Text("{one} en {other}", "{one} and {other}").fill(
                one=self.name(change["between"][0]), other=self.name(change["between"][1])
            )
        return Movement(
            theme=self.instrument.theme(change["theme"]),
            what=what,
            before=change["b"],
            now=change["a"],
            value=change["value"],
            interval=signed_interval(change["ci95"]),
            evidence=words.EVIDENCE[change["evidence"]],
            material=change["material"],
        )

    @cached_property
    def divisions(self) -> tuple[tuple[Theme, Text, Text, Text], ...]:
        """(theme, party, about what, how sure) where people within one party give different answers."""
        found = [d for d in self.document["divisions"] if d["evidence"]]
        found.sort(key=lambda division: division["evidence"] != "clear")
        return tuple(
            (
                self.instrument.theme(d["theme"]),
                self.name(d["from"]),
                words.BLOCKS[d["block"]].fill(about=self.name(d["about"]) if d["about"] else ""),
                words.EVIDENCE[d["evidence"]],
            )
            for d in found
        )

    @cached_property
    def hidden(self) -> tuple[Hidden, ...]:
        """What may not be shown, told once per party and per theme where only that is missing."""
        found = [Hidden(party.name, party.why) for party in self.parties if party.reason]
        published = {party.key for party in self.parties if not party.reason}
        small: dict[tuple[str, str, str | None], list[Theme]] = {}
        for cell in self.document["cells"]:
            if cell["score"] is None and cell["from"] in published:
                theme = self.instrument.theme(cell["theme"])
                about = cell["about"]
                if cell["reason"] == "target_small":
                    small.setdefault(("target_small", "", about), [])
                else:
                    small.setdefault((cell["reason"], cell["from"], about), []).append(theme)
        for (reason, party_key, about), themes in small.items():
            found.append(Hidden(self._what_is_hidden(party_key, about, themes), words.REASONS[reason]))
        return tuple(found)

    def _what_is_hidden(self, party: str, about: str | None, themes: Sequence[Theme]) -> Text:
        if not party:
            return Text("Beelden van groepen over {about}", "Views of groups on {about}").fill(
                about=self.name(about or "")
            )
        titles = enumerate_texts(dict.fromkeys(theme.title for theme in themes))
        if about is None:
            return Text("{party}, bij {themes}", "{party}, on {themes}").fill(party=self.name(party), themes=titles)
        return Text("{party} over {about}, bij {themes}", "{party} on {about}, on {themes}").fill(
            party=self.name(party), about=self.name(about), themes=titles
        )
