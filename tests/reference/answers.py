"""Instrument, parameters and answers as the second, naive implementation reads them: straight from the files."""

import csv
import io
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.reference.arithmetic import Answer, BaseCell, agreement, block_score, first_reason

Key = tuple[str, str, str, str | None]
BLOCKS = ["self", "other", "relation", "whole"]
DEFAULTS: dict[str, Any] = {
    "k_party": 5,
    "k_cell": 4,
    "min_response": Fraction(2, 5),
    "k_target": 3,
    "k_detail": 8,
    "k_distribution": 10,
    "cuts": [5, 10, 20],
    "s_min": 5,
    "sd_step": 10,
    "ambition": {},
}


class Questions:
    """The instrument file, as it stands."""

    def __init__(self, path: Path) -> None:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        self.id, self.version, self.steps = raw["id"], raw["version"], len(raw["scale"]["labels"])
        self.roles = {role["key"]: role for role in raw["role"]}
        self.relations = [tuple(relation["between"]) for relation in raw["relation"]]
        self.themes: list[dict[str, Any]] = raw["theme"]
        self.items = {item["id"]: item for item in raw["item"]}

    def related(self, one: str, other: str) -> bool:
        return (one, other) in self.relations or (other, one) in self.relations

    def context(self, role: str) -> bool:
        return bool(self.roles[role].get("context"))

    def block(self, theme: str, block: str, source: str, about: str | None) -> list[dict[str, Any]]:
        """The items that a party in role `source` gets in this block (about a party in role `about`)."""
        return [i for i in self.items.values() if i["theme"] == theme and self._asks(i, block, source, about)]

    def _asks(self, item: dict[str, Any], block: str, source: str, about: str | None) -> bool:
        if block == "whole":
            return bool(item.get("whole"))
        if block == "self":
            return source in item.get("about_role", [])
        if about is None or not self.related(source, about):
            return False
        if block == "other":
            return about in item.get("about_role", [])
        pairs = item.get("relation", [])
        return pairs == "all" or any({source, about} == set(pair) for pair in pairs)


@dataclass
class Group:
    """A party or a pool: its people, those with a score, and why it is hidden."""

    key: str
    role: str
    name: str
    voice: str
    invited: int
    people: list[str]
    respondents: list[str] = field(default_factory=list)
    reason: str | None = None
    pooled: list[str] | None = None

    @property
    def statement(self) -> bool:
        return self.voice == "statement"


class Answers:
    """Everything up to the base cells: who answered what, which parties hide, which pools form (§1, §2, §7, §8)."""

    def __init__(self, instrument: Path, responses: str, parameters: str) -> None:
        self.questions = Questions(instrument)
        self.raw = json.loads(parameters, parse_float=Fraction)
        self.params = DEFAULTS | self.raw.get("params", {})
        self.given: dict[tuple[str, str, str], Answer] = {}
        members = self._read(responses)
        self.parties = [
            Group(
                p["key"],
                p["role"],
                p.get("name", p["key"]),
                p.get("voice", "group"),
                p.get("invited", len(members.get(p["key"], []))),
                sorted(members.get(p["key"], [])),
            )
            for p in self.raw["parties"]
        ]
        self.by_key = {party.key: party for party in self.parties}
        held = [party.role for party in self.parties]
        self.themes = [
            theme
            for theme in self.questions.themes
            if "when" not in theme or held.count(theme["when"]["role"]) >= theme["when"]["min_parties"]
        ]
        for party in self.parties:
            self._judge(party)
        self.sources = self.parties + list(self._pools())
        self.by_key = {source.key: source for source in self.sources}
        self.cells: dict[Key, BaseCell] = {}
        self.reasons: dict[Key, str | None] = {}
        self.flags: dict[Key, list[str]] = {}
        self.agreement: dict[Key, Any] = {}
        for theme in self.themes:
            for block in BLOCKS:
                for source in self.sources:
                    for _, _, about in (place for place in self.asked(source) if place[:2] == (theme["key"], block)):
                        self._cell(source, (theme["key"], block, source.key, about))

    def _read(self, responses: str) -> dict[str, set[str]]:
        """Fills `given`, reversed items turned round; returns the people per party."""
        members: dict[str, set[str]] = {}
        for row in csv.DictReader(io.StringIO(responses)):
            members.setdefault(row["party"], set()).add(row["person"])
            value: Answer = row["value"] or None
            if value and value.isdigit():
                turned = self.questions.items[row["item"]].get("reversed")
                value = self.questions.steps + 1 - int(value) if turned else int(value)
            self.given[row["person"], row["item"], row["about"]] = value
        return members

    def asked(self, source: Group) -> Iterator[tuple[str, str, str | None]]:
        """Every (theme, block, judged party) that somebody of this party can be asked."""
        for theme in self.themes:
            for block in BLOCKS:
                abouts: list[str | None] = [None] if block in ("self", "whole") else [p.key for p in self.parties]
                for about in abouts:
                    if self.questions.block(theme["key"], block, source.role, about and self.by_key[about].role):
                        yield theme["key"], block, about

    def row(self, person: str, source: Group, theme: str, block: str, about: str | None) -> list[Answer]:
        items = self.questions.block(theme, block, source.role, about and self.by_key[about].role)
        return [self.given.get((person, item["id"], about or "")) for item in items]

    def _judge(self, party: Group) -> None:
        """§7.1: respondents are people with at least one valid block."""
        party.respondents = [
            person
            for person in party.people
            if any(
                block_score(self.row(person, party, *place), self.questions.steps) is not None
                for place in self.asked(party)
            )
        ]
        if party.statement:
            party.reason = None if party.respondents else "party_small"
        else:
            party.reason = self._rule_one(party)

    def _rule_one(self, group: Group) -> str | None:
        if len(group.respondents) < self.params["k_party"]:
            return "party_small"
        return "response_low" if len(group.respondents) < self.params["min_response"] * group.invited else None

    def _pools(self) -> Iterator[Group]:
        for role in self.questions.roles:
            hidden = [p for p in self.parties if p.role == role and not p.statement and p.reason]
            pool = Group(
                f"overige-{role}",
                role,
                "",
                "group",
                sum(p.invited for p in hidden),
                [person for p in hidden for person in p.people],
                [person for p in hidden for person in p.respondents],
                pooled=[p.key for p in hidden],
            )
            if len(hidden) > 1 and self._rule_one(pool) is None:
                yield pool

    def _cell(self, source: Group, key: Key) -> None:
        theme, block, _, about = key
        scores, rows, unknown, sighted, asked = {}, [], 0, 0, 0
        for person in source.people:
            row = self.row(person, source, theme, block, about)
            if any(answer is not None for answer in row):
                sighted += 1
                unknown += row.count("dont_know")
                asked += len(row) - row.count("not_applicable")
            score = block_score(row, self.questions.steps)
            if score is not None:
                scores[person] = score
                rows.append(row)
        self.cells[key] = BaseCell(source.key, source.statement, scores)
        self.agreement[key] = None if source.statement else agreement(rows, self.questions.steps)
        pooled = any(source.key in (pool.pooled or ()) for pool in self.sources)
        dim = not pooled and sighted >= self.params["k_party"] and asked and Fraction(unknown, asked) >= Fraction(3, 10)
        self.flags[key] = ["attributed"] * source.statement + ["little_sight"] * bool(dim)
        reasons = [source.reason]
        if about is not None:
            target = self.by_key[about]
            if target.invited < self.params["k_target"] and not (target.statement and target.reason is None):
                reasons.append("target_small")
        if len(scores) < (1 if source.statement else self.params["k_cell"]):
            reasons.append("cell_small")
        self.reasons[key] = first_reason(reasons)
