"""What the tests of the domain build on: an instrument whose answers are points, and cases written block by block."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from app.catalogue import read_instrument
from app.domain.answers import Value, pack
from app.domain.constellation import Constellation, Party, Voice
from app.domain.estimate import Codes
from app.domain.instrument import (
    Block,
    Condition,
    Instrument,
    Item,
    LabelSet,
    OpenQuestion,
    Question,
    Role,
    Scale,
    Source,
    Theme,
)
from app.domain.parameters import Parameters
from app.domain.snapshot import Snapshot, Wave, make
from app.domain.text import Text
from app.service.reference import as_codes

ROOT = Path(__file__).parents[2]
#: Answers of `points` are worth themselves: step p + 1 of 101 is p points.
POINT_STEPS = 101

Document = dict[str, Any]


@cache
def driehoek() -> Instrument:
    return read_instrument(ROOT / "assessments/driehoek/1/instrument.toml")


@cache
def several() -> Instrument:
    """Blocks of one to four items, reversed items, a context role, a module, two roles that many can hold."""
    return read_instrument(ROOT / "tests/reference/several.toml")


def text(words: str) -> Text:
    return Text(f"{words}, zeg", f"{words}, say")


def _theme(key: str, **more: Any) -> Theme:
    return Theme(key, text(key), text("definition"), text("why"), ("bron",), (), **more)


@cache
def points(steps: int = POINT_STEPS, items: int = 1) -> Instrument:
    """Three related roles and a context role; every block has `items` items on a scale of `steps`."""
    three = ("eigenaar", "opdrachtgever", "opdrachtnemer")
    relations = (("eigenaar", "opdrachtgever"), ("opdrachtgever", "opdrachtnemer"), ("opdrachtnemer", "eigenaar"))
    own = {"own": text("wij"), "other": Text("{about} doet", "{about} does")}
    numbers = range(1, items + 1)
    instrument = Instrument(
        id="punten",
        version=1,
        title=text("points"),
        scale=Scale("points", tuple(text(str(step)) for step in range(steps))),
        label_sets=(LabelSet("gewoon", text("plain")),),
        roles=(
            *(
                Role(key, key == "opdrachtgever", {"gewoon": text(key)}, text(key), pool_name=Text("Overige", "Other"))
                for key in three
            ),
            Role("toezicht", False, {"gewoon": text("toezicht")}, text("toezicht"), required=False, context=True),
        ),
        relations=relations,
        themes=(
            _theme("rol"),
            _theme("band"),
            _theme("beide"),
            _theme("geheel"),
            _theme("extra", module="meer", when=Condition("opdrachtgever", 2), in_totals=False),
        ),
        items=(
            *(Item(f"rol-{n}", "rol", about_roles=three, **own) for n in numbers),
            *(Item(f"band-{n}", "band", relations=relations, text=text("elkaar")) for n in numbers),
            *(Item(f"beide-o{n}", "beide", about_roles=three, **own) for n in numbers),
            *(Item(f"beide-r{n}", "beide", relations=relations, text=text("elkaar")) for n in numbers),
            *(Item(f"geheel-{n}", "geheel", whole=True, text=text("samen")) for n in numbers),
            *(Item(f"extra-{n}", "extra", whole=True, text=text("meer")) for n in numbers),
        ),
        open_questions=(
            OpenQuestion("open-band", text("goed"), relations=relations),
            OpenQuestion("open-geheel", text("eerst"), whole=True),
        ),
        sources=(Source("bron", text("bron"), 2024),),
    )
    return replace(
        instrument,
        themes=tuple(
            replace(
                theme,
                questions=tuple(
                    Question(kind, role, text("vraag")) for kind in instrument.kinds_of_gap(theme.key) for role in three
                ),
            )
            for theme in instrument.themes
        ),
    )


@dataclass
class Respondent:
    """What one person gave: an answer per rating key, and the parties that this person judges."""

    ratings: dict[str, Value] = field(default_factory=dict)
    judged: set[str] = field(default_factory=set)


People = Mapping[str, Sequence[Respondent]]


def sheets_of(constellation: Constellation, people: People) -> dict[str, Codes]:
    """The packed answers of every party, in the order given."""
    sheets = {}
    for party in constellation.parties:
        sheet = constellation.sheet(party)
        packed = [pack(sheet, person.ratings, person.judged) for person in people.get(party.key, ())]
        sheets[party.key] = as_codes(len(sheet), packed)
    return sheets


def party(key: str, role: str, invited: int, voice: Voice = "group") -> Party:
    return Party(key, role, key.upper(), voice, invited)


def triangle(*, eig: int = 6, og: Iterable[int] = (6,), on: int = 6) -> tuple[Party, ...]:
    """An owner, opdrachtgevers `og` (or `og1`, `og2` … when there are several) and an opdrachtnemer, by invited."""
    sizes = list(og)
    names = ["og"] if len(sizes) == 1 else [f"og{n}" for n in range(1, len(sizes) + 1)]
    return (
        party("eig", "eigenaar", eig),
        *(party(name, "opdrachtgever", size) for name, size in zip(names, sizes, strict=True)),
        party("on", "opdrachtnemer", on),
    )


class Case:
    """A constellation with answers written by hand, a block at a time."""

    def __init__(self, instrument: Instrument, *parties: Party) -> None:
        self.constellation = Constellation(instrument, parties)
        self.people: dict[str, list[Respondent]] = {each.key: [] for each in parties}

    def give(
        self, source: str, theme: str, block: Block, rows: Iterable[Sequence[Value | None]], about: str | None = None
    ) -> "Case":
        """Row i holds what person i of `source` answers to the items of this block; None is left open."""
        role = self.constellation.party(source).role
        judged = self.constellation.party(about).role if about else None
        items = self.constellation.instrument.block_items(theme, block, role, judged)
        assert items, f"{source} is not asked {theme}/{block}/{about}"
        people = self.people[source]
        for place, row in enumerate(rows):
            if place == len(people):
                people.append(Respondent())
            if about:
                people[place].judged.add(about)
            for item, value in zip(items, row, strict=True):
                if value is not None:
                    people[place].ratings[item.id if about is None else f"{item.id}@{about}"] = value
        return self

    def score(
        self, source: str, theme: str, block: Block, scores: Iterable[int | None], about: str | None = None
    ) -> "Case":
        """The same on the `points` instrument, in points; None: this person has no score here."""
        rows: list[list[Value | None]] = [[None if score is None else score + 1] for score in scores]
        return self.give(source, theme, block, rows, about)

    def sheets(self) -> dict[str, Codes]:
        return sheets_of(self.constellation, self.people)

    def snapshot(self, params: Parameters | None = None, wave: Wave | None = None) -> Snapshot:
        return make(self.constellation, params or Parameters(), self.sheets(), wave, exact=True)

    def document(self, params: Parameters | None = None) -> Document:
        return self.snapshot(params).document


def find(document: Document, where: str, **identity: Any) -> Document:
    """The one object with this identity; `source` stands for the key `from`."""
    wanted = {("from" if key == "source" else key): value for key, value in identity.items()}
    found = [each for each in document[where] if all(each.get(key) == value for key, value in wanted.items())]
    assert len(found) == 1, f"{len(found)} of {wanted} in {where}"
    return found[0]


def cell(document: Document, theme: str, block: str, source: str, about: str | None = None) -> Document:
    return find(document, "cells", theme=theme, block=block, source=source, about=about)


def gap(document: Document, kind: str, **identity: Any) -> Document:
    return find(document, "gaps", type=kind, **identity)


def hidden(figure: Mapping[str, Any]) -> str | None:
    """The reason of a hidden figure; None for a published one."""
    return figure.get("reason") if figure["state"] == "suppressed" else None


def five(mean: int, deviation: int = 0) -> list[int | None]:
    """Five scores in points with this mean and exactly this standard deviation (n − 1)."""
    return [mean - deviation, mean - deviation, mean, mean + deviation, mean + deviation]


def summing(total: int, people: int = 5) -> list[int | None]:
    """Scores of `people` that lie as close together as can be and sum to `total`: means finer than a point."""
    low, more = divmod(total, people)
    return [low + (place < more) for place in range(people)]
