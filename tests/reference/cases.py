"""Random cases for the second, naive implementation: answers and parameters as the reference mode reads them.

A seed decides everything. A third of the seeds is healthy, so that most figures are published; on seeds divisible by
seven there is no floor and there are no classes of spread.
"""

import csv
import io
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.reference.answers import BLOCKS, Questions

SHAPES = ["normal"] * 6 + ["all5", "all1", "identical", "polar", "high", "low", "nearly5", "nearly1"]
SIZES = [4, 5, 5, 5, 6, 6, 7, 8, 9, 9, 10, 11, 12, 13, 14]
HEALTHY_SIZES = [5, 5, 6, 7, 8, 9, 10, 10, 11, 12, 13, 14]


@dataclass
class Member:
    """One party of a case, and how many of its invited people answer."""

    key: str
    role: str
    voice: str
    size: int
    invited: int


@dataclass
class Mood:
    """How complete and how alike the answers of a case are."""

    blank: float
    dont_know: float
    not_applicable: float
    alike: bool
    shift: float
    shapes: dict[tuple[str, ...], tuple[str, float, int]] = field(default_factory=dict)


class Maker:
    """One random case."""

    def __init__(self, instrument: Path, seed: int) -> None:
        self.questions, self.seed, self.chance = Questions(instrument), seed, random.Random(seed)
        self.healthy = seed % 3 == 1
        self.members = [member for role in self.questions.roles for member in self._of_role(role)]
        if self.chance.random() < 0.3:
            self.chance.shuffle(self.members)
        self.roles = {member.key: member.role for member in self.members}
        held = list(self.roles.values())
        self.themes = [
            theme["key"]
            for theme in self.questions.themes
            if "when" not in theme or held.count(theme["when"]["role"]) >= theme["when"]["min_parties"]
        ]
        pick = self.chance.choice
        self.mood = Mood(
            blank=pick([0.0, 0.0, 0.02] if self.healthy else [0.0, 0.02, 0.05, 0.12]),
            dont_know=pick([0, 0.02] if self.healthy else [0, 0.03, 0.1, 0.25]),
            not_applicable=pick([0, 0.03] if self.healthy else [0, 0.03, 0.1, 0.2]),
            alike=self.healthy and self.chance.random() < 0.5,
            shift=pick([0, 0, 0.8, -0.8]),
        )
        self.rows = [
            row for member in self.members for number in range(member.size) for row in self._person(member, number)
        ]
        if self.chance.random() < 0.5:
            self.chance.shuffle(self.rows)

    # --- parties ---

    def _of_role(self, key: str) -> list[Member]:
        role = self.questions.roles[key]
        if role.get("context") and self.chance.random() < 0.4:
            return []
        number = self.chance.randint(1, 5) if role["many"] else 1
        often_small = self.chance.random() < 0.4
        minor = self.chance.randint(2, 3) if self.healthy and number > 2 and self.chance.random() < 0.45 else 0
        return [
            self._member(f"{key}{place + 1}", key, often_small=often_small, minor=place < minor)
            for place in range(number)
        ]

    def _member(self, key: str, role: str, *, often_small: bool, minor: bool) -> Member:
        chance, kind = self.chance, self.chance.random()
        if minor:
            size = chance.choice([1, 2, 3, 3, 4, 4, 4])
            return Member(key, role, "group", size, size + chance.choice([0, 0, 1, 2, 4]))
        if self.healthy and kind > 0.1:
            size = chance.choice(HEALTHY_SIZES)
            more = [size, size, size + 1, size + 3, size * 5 // 4, -(-size * 5 // 3), size * 5 // 2]
            return Member(key, role, "group", size, chance.choice(more))
        if kind < 0.14:
            return Member(key, role, "statement", chance.choice([1, 1, 1, 1, 0]), 1)
        small = kind < 0.2 or (often_small and chance.random() < 0.7)
        size = chance.choice([0, 1, 2, 3, 3, 4, 4] if small else SIZES)
        at_the_limit = max(size, -(-size * 5 // 2))  # exactly, or just below, 40 %
        invited = [size, size + chance.randint(0, max(1, size)), at_the_limit, 2 * size + chance.randint(0, 2 * size)]
        return Member(key, role, "group", size, chance.choices(invited, [0.3, 0.55, 0.07, 0.08])[0])

    # --- answers ---

    def _judged(self, member: Member) -> set[str]:
        """At most three parties of one role."""
        judged: set[str] = set()
        for role in self.questions.roles:
            others = [key for key, held in self.roles.items() if held == role]
            if self.questions.related(member.role, role) and others:
                most = min(3, len(others))
                take = most if self.chance.random() < 0.8 else self.chance.randint(0, most)
                judged.update(self.chance.sample(others, take))
        return judged

    def _blocks(self, member: Member, judged: set[str]) -> list[tuple[tuple[str, ...], list[dict[str, Any]]]]:
        found = []
        for theme in self.themes:
            for block in BLOCKS:
                abouts = [key for key in self.roles if key in judged] if block in ("other", "relation") else [""]
                for about in abouts:
                    items = self.questions.block(theme, block, member.role, self.roles.get(about))
                    if items:
                        found.append(((member.key, theme, block, about), items))
        return found

    def _person(self, member: Member, number: int) -> list[list[Any]]:
        chance, rows = self.chance, []
        effect = chance.gauss(0, 0.5)
        empty = chance.random() < 0.03  # opened the form, answered nothing usable
        until = chance.random() if chance.random() < 0.06 else 2.0
        blocks = self._blocks(member, self._judged(member))
        for place, (block, items) in enumerate(blocks):
            if place > until * len(blocks) or chance.random() < self.mood.blank:
                continue
            for item in items:
                value = (
                    chance.choice(["", "dont_know", "not_applicable"]) if empty else self._answer(block, item, effect)
                )
                if value is not None:
                    rows.append([f"{member.key}-p{number + 1:02d}", member.key, item["id"], block[3], value])
        return rows

    def _answer(self, block: tuple[str, ...], item: dict[str, Any], effect: float) -> int | str | None:
        if block not in self.mood.shapes:
            self.mood.shapes[block] = self._shape()
        shape, middle, unknown = self.mood.shapes[block]
        x, mood = self.chance.random(), self.mood
        if x < mood.blank:
            return self.chance.choice(["", None])
        if x < mood.blank + mood.dont_know * unknown:
            return "dont_know"
        if x < mood.blank + mood.dont_know * unknown + mood.not_applicable:
            return "not_applicable"
        step = self._step(shape, middle, effect)
        return self.questions.steps + 1 - step if item.get("reversed") else step

    def _shape(self) -> tuple[str, float, int]:
        unknown = self.chance.choice([1, 1, 1, 1, 6])
        if self.mood.alike and self.chance.random() < 0.8:
            return "normal", self.chance.uniform(self.questions.steps - 1.3, self.questions.steps - 0.7), unknown
        middle = self.chance.uniform(1.6, self.questions.steps - 0.4) + self.mood.shift
        return self.chance.choice(SHAPES), middle, unknown

    def _step(self, shape: str, middle: float, effect: float) -> int:
        chance, top = self.chance, self.questions.steps
        rare = chance.random() < 0.07
        drawn = {
            "all5": top,
            "all1": 1,
            "nearly5": top - rare,
            "nearly1": 1 + rare,
            "identical": round(middle),
            "polar": chance.choice([1, top]),
            "high": round(chance.gauss(top * 0.9, 0.5)),
            "low": round(chance.gauss(top * 0.3, 0.6)),
            "normal": round(chance.gauss(middle + effect, 0.9)),
        }[shape]
        return max(1, min(top, int(drawn)))

    # --- files ---

    def responses(self) -> str:
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerows([["person", "party", "item", "about", "value"], *self.rows])
        return out.getvalue()

    def parameters(self) -> str:
        chance = self.chance
        params: dict[str, Any] = {}
        if chance.random() < 0.25:
            params["k_party"] = chance.choice([4, 4, 6])
        if chance.random() < 0.1:
            params["k_cell"] = 5
        if chance.random() < 0.15:
            params["min_response"] = 0.5
        if self.seed % 7 == 0:
            params |= {"s_min": 0, "sd_step": 0}
        if chance.random() < 0.6:
            levels = [50, 60, 62.5, 65, 70, 70, 75, 80]
            params["ambition"] = {theme: chance.choice(levels) for theme in self.themes if chance.random() < 0.7}
        parties = [
            {"key": m.key, "role": m.role, "name": m.key.upper(), "voice": m.voice, "invited": m.invited}
            for m in self.members
        ]
        whole = {"assessment": f"case-{self.seed}", "wave": 1, "parties": parties, "params": params}
        return json.dumps(whole, ensure_ascii=False)


def make_case(instrument: Path, seed: int) -> tuple[str, str]:
    """(responses, parameters) of one seed."""
    maker = Maker(instrument, seed)
    return maker.responses(), maker.parameters()
