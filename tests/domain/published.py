"""Reads a score document as an outsider would: every published figure as exact weights over published cells.

Written from the specification's own formulas (§4, §5). Where a figure stands as published while a part of it does
not, `Reading` raises: no roll-up may rest on something hidden.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from app.domain.constellation import Constellation, Rating
from app.domain.disclosure import POOL_PREFIX
from app.domain.instrument import Instrument
from tests.domain.attacker import Column, Knowledge, Person, Row
from tests.domain.build import Document, People, Respondent

Key = tuple[str, str, str, str | None]
Weights = dict[Key, Fraction]
LISTS = ("cells", "views", "relations", "role_relations", "constellation", "totals", "gaps", "changes", "divisions")


class RestsOnHidden(AssertionError):
    """A published figure has a hidden part."""


def is_published(figure: Mapping[str, Any]) -> bool:
    return bool(figure["state"] == "published")


def figures_of(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in LISTS:
        for figure in document[name]:
            yield name, figure


def mixed(parts: Sequence[tuple[Fraction, Weights]]) -> Weights:
    weights: Weights = {}
    for factor, part in parts:
        for key, weight in part.items():
            weights[key] = weights.get(key, Fraction(0)) + factor * weight
    return weights


def mean(parts: Sequence[Weights]) -> Weights:
    if not parts:
        raise RestsOnHidden("a mean of nothing")
    return mixed([(Fraction(1, len(parts)), part) for part in parts])


class Reading:
    """The figures of one document, by identity, as weights over its cells."""

    def __init__(self, document: Document, instrument: Instrument) -> None:
        self._document = document
        self._instrument = instrument
        self._roles = {party["key"]: party["role"] for party in document["parties"]}
        self.cells = {(c["theme"], c["block"], c["from"], c["about"]): c for c in document["cells"]}

    def all(self) -> Iterator[Weights]:
        """Every published figure of the document; the same figure may come by several times."""
        for key, cell in self.cells.items():
            if is_published(cell):
                yield {key: Fraction(1)}
        by_kind: dict[str, Callable[[dict[str, Any]], Weights]] = {
            "views": lambda f: self.view(f["theme"], f["from"], f["about"]),
            "relations": lambda f: self.relation(f["theme"], *f["between"]),
            "role_relations": lambda f: self.role_relation(f["theme"], f["between"]),
            "constellation": lambda f: self.constellation(f["theme"]),
            "totals": self.total,
        }
        for name, read in by_kind.items():
            for figure in self._document[name]:
                if is_published(figure):
                    yield read(figure)
                if figure.get("one_sided"):
                    side = figure["one_sided"]
                    yield self.view(figure["theme"], side["from"], side["about"])
        for gap in self._document["gaps"]:
            if is_published(gap):
                a, b = self.sides(gap)
                yield from (a, b, mixed([(Fraction(1), a), (Fraction(-1), b)]))

    def cell(self, *key: Any) -> Weights:
        if key not in self.cells or not is_published(self.cells[key]):
            raise RestsOnHidden(f"cell {key}")
        return {key: Fraction(1)}

    def view(self, theme: str, source: str, about: str) -> Weights:
        blocks = [block for block in ("other", "relation") if (theme, block, source, about) in self.cells]
        return mean([self.cell(theme, block, source, about) for block in blocks])

    def relation(self, theme: str, one: str, other: str) -> Weights:
        return mean([self.view(theme, one, other), self.view(theme, other, one)])

    def role_relation(self, theme: str, between: Sequence[str]) -> Weights:
        return mean(
            [
                self.relation(theme, *relation["between"])
                for relation in self._document["relations"]
                if relation["theme"] == theme
                and is_published(relation)
                and {self._roles[key] for key in relation["between"]} == set(between)
            ]
        )

    def constellation(self, theme: str) -> Weights:
        if not self._instrument.is_whole(theme):
            return mean(
                [
                    self.role_relation(theme, pair["between"])
                    for pair in self._document["role_relations"]
                    if pair["theme"] == theme
                ]
            )
        context = {role.key for role in self._instrument.roles if role.context}
        asked = [key for key in self.cells if key[0] == theme and self._roles[key[2]] not in context]
        per_role = [
            [self.cell(*key) for key in asked if self._roles[key[2]] == role and is_published(self.cells[key])]
            for role in dict.fromkeys(self._roles[key[2]] for key in asked)
        ]
        return mean([mean(parts) for parts in per_role])

    def total(self, total: Mapping[str, Any]) -> Weights:
        lists = {
            "view": ("views", lambda f: self.view(f["theme"], f["from"], f["about"])),
            "relation": ("relations", lambda f: self.relation(f["theme"], *f["between"])),
            "role_relation": ("role_relations", lambda f: self.role_relation(f["theme"], f["between"])),
            "constellation": ("constellation", lambda f: self.constellation(f["theme"])),
        }
        name, read = lists[total["of"]]
        counted = {theme.key for theme in self._instrument.themes if theme.in_totals}
        identity = {key: total[key] for key in ("from", "about", "between") if key in total}
        parts = [
            figure
            for figure in self._document[name]
            if figure["theme"] in counted and all(figure[key] == value for key, value in identity.items())
        ]
        shown = [figure for figure in parts if is_published(figure)]
        if 3 * len(shown) < 2 * len(parts):
            raise RestsOnHidden(f"total over {len(shown)} of {len(parts)} themes")
        return mean([read(figure) for figure in shown])

    def sides(self, gap: Mapping[str, Any]) -> tuple[Weights, Weights]:
        theme = gap["theme"]
        if gap["type"] == "perception":
            return self.cell(theme, "self", gap["about"], None), self.cell(theme, "other", gap["from"], gap["about"])
        if gap["type"] in ("asymmetry", "outlook"):
            one, other = gap["between"]
            if gap["type"] == "outlook":
                return self.cell(theme, "whole", one, None), self.cell(theme, "whole", other, None)
            return self.cell(theme, "relation", one, other), self.cell(theme, "relation", other, one)
        if gap["of"] == "view":
            return self.view(theme, gap["from"], gap["about"]), {}
        if gap["of"] == "relation":
            return self.relation(theme, *gap["between"]), {}
        return self.constellation(theme), {}


class Truth:
    """Who really gave what: counted from the answers, apart from the product's own counting."""

    def __init__(self, constellation: Constellation, people: People, document: Document) -> None:
        self._constellation = constellation
        self._people = people
        self._pools = {party["key"]: party["pooled"] for party in document["parties"] if "pooled" in party}
        self._parties = {party.key: party for party in constellation.parties}

    def members(self, source: str) -> list[tuple[Person, Respondent]]:
        """The people behind a party or a pool."""
        return [
            ((key, number), person)
            for key in self._pools.get(source, [source])
            for number, person in enumerate(self._people.get(key, ()))
        ]

    def ratings(self, key: Key) -> list[Rating]:
        theme, block, source, about = key
        party = self._parties[self._pools.get(source, [source])[0]]
        return [
            rating
            for rating in self._constellation.sheet(party)
            if (rating.theme, rating.block, rating.about) == (theme, block, about)
        ]

    def contributors(self, key: Key) -> dict[Person, list[Rating]]:
        """Per person with a score in this cell the ratings that were answered: the half rule, counted by hand."""
        ratings = self.ratings(key)
        found: dict[Person, list[Rating]] = {}
        for name, person in self.members(key[2]):
            if key[3] is not None and key[3] not in person.judged:
                continue
            values = [person.ratings.get(rating.key) for rating in ratings]
            applicable = len(ratings) - values.count("not_applicable")
            answered = [rating for rating, value in zip(ratings, values, strict=True) if isinstance(value, int)]
            if len(answered) >= (1 if len(ratings) == 1 else max(2, (applicable + 1) // 2)):
                found[name] = answered
        return found

    def respondents(self, source: str) -> int:
        """People of a party with a score in any block."""
        party = self._parties[self._pools.get(source, [source])[0]]
        blocks = {(r.theme, r.block, source, r.about): None for r in self._constellation.sheet(party)}
        return len({person for key in blocks for person in self.contributors(key)})

    def protected(self, source: str) -> bool:
        return source.startswith(POOL_PREFIX) or not self._parties[source].attributed


def cell_row(truth: Truth, key: Key) -> Row:
    """The mean of a cell over answers: each contributor weighs the same, and in it each answered item."""
    contributors = truth.contributors(key)
    return {
        column(person, rating): Fraction(1, len(contributors) * len(answered))
        for person, answered in contributors.items()
        for rating in answered
    }


def column(person: Person, rating: Rating, what: str = "answer") -> Column:
    return (what, person, rating.item.id, rating.about)


def knowledge(document: Document, constellation: Constellation, people: People) -> Knowledge:
    """Everything that the document says about means of answers, as rows over single answers."""
    reading = Reading(document, constellation.instrument)
    truth = Truth(constellation, people, document)
    cells = {key: cell_row(truth, key) for key, cell in reading.cells.items() if is_published(cell)}
    figures = {tuple(sorted(weights.items(), key=repr)): weights for weights in reading.all()}.values()
    rows: list[Row] = [
        {name: weight * part for key, weight in weights.items() for name, part in cells[key].items()}
        for weights in figures
    ]
    for key in cells:
        rows += _detail_rows(truth, key, reading.cells[key].get("detail", {}))
    person_of = {
        name: name[1] for row in rows for name in row if isinstance(name, tuple) and truth.protected(name[1][0])
    }
    return Knowledge(rows, person_of)


def _detail_rows(truth: Truth, key: Key, detail: Mapping[str, Any]) -> Iterator[Row]:
    """Item means and percentages over those who answered the item; the don't-know rate over all of the party."""
    contributors = truth.contributors(key)
    for item in detail.get("items", []):
        for what in ("answer", "favourable"):
            given = [
                column(person, rating, what)
                for person, answered in contributors.items()
                for rating in answered
                if rating.item.id == item["item"]
            ]
            yield dict.fromkeys(given, Fraction(1, len(given)))
    if "distribution" in detail:
        for band in ("low", "middle", "favourable"):
            given = [column(person, r, band) for person, answered in contributors.items() for r in answered]
            yield dict.fromkeys(given, Fraction(1, len(given)))
    if "dont_know" in detail:
        given = [
            column(name, rating, "dont_know")
            for name, person in truth.members(key[2])
            if key[3] is None or key[3] in person.judged
            for rating in truth.ratings(key)
        ]
        yield dict.fromkeys(given, Fraction(1, len(given)))
