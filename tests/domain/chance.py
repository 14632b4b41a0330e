"""Random assessments: hypothesis draws the parties and how complete the answers are, a seed draws the answers."""

import random
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from app.domain.answers import Value
from app.domain.constellation import MOST_JUDGED_PER_ROLE, Constellation, Party
from app.domain.instrument import Instrument
from app.domain.parameters import Parameters
from app.domain.snapshot import Snapshot, make
from tests.domain.build import Document, People, Respondent, driehoek, several, sheets_of

SIZES = (0, 1, 2, 3, 4, 4, 5, 5, 5, 6, 7, 8, 9, 10, 12)
SIZES_OF_SMALL = (1, 2, 3, 3, 4, 4)
MOST_PARTIES = 7


@dataclass(frozen=True)
class Drawn:
    """One assessment with everything that a respondent, and so a perfect insider, knows."""

    constellation: Constellation
    people: People
    params: Parameters

    def snapshot(self, *, exact: bool = False) -> Snapshot:
        return make(self.constellation, self.params, sheets_of(self.constellation, self.people), exact=exact)

    def document(self) -> Document:
        return self.snapshot().document

    def with_people(self, key: str, people: list[Respondent]) -> "Drawn":
        return replace(self, people={**self.people, key: people})


@st.composite
def assessments(draw: st.DrawFn, instrument: Instrument | None = None, *, statements: bool = True) -> Drawn:
    """A constellation of one to five parties in a role that many can hold, with partial answers of every kind."""
    instrument = instrument or draw(st.sampled_from([driehoek(), several()]))
    parties: list[Party] = []
    sizes: dict[str, int] = {}
    for role in instrument.roles:
        if role.context and draw(st.booleans()):
            continue
        most = min(5, MOST_PARTIES - len(parties)) if role.many else 1
        small = draw(st.integers(0, 2)) == 0
        for number in range(draw(st.integers(1, most))):
            key = f"{role.key}-{number + 1}"
            size = draw(st.sampled_from(SIZES_OF_SMALL if small and number else SIZES))
            if statements and draw(st.integers(0, 6)) == 0:
                sizes[key] = min(size, 1)
                parties.append(Party(key, role.key, key, "statement", 1))
            else:
                sizes[key] = size
                more = draw(st.sampled_from([0, 0, 0, 1, 2, size, 2 * size]))
                parties.append(Party(key, role.key, key, "group", size + more))
    constellation = Constellation(instrument, tuple(parties))
    rates = draw(st.sampled_from([(0.0, 0.0, 0.0, 0.0), (0.04, 0.0, 0.03, 0.03), (0.1, 0.1, 0.15, 0.1)]))
    chance = random.Random(draw(st.integers(0, 10**9)))
    people = {
        each.key: [respondent(constellation, each, chance, rates) for _ in range(sizes[each.key])] for each in parties
    }
    ambition = {theme.key: Fraction(chance.choice([50, 60, 70, 80])) for theme in constellation.themes[::2]}
    params = Parameters(
        k_party=draw(st.sampled_from([4, 5, 5, 6])),
        k_cell=draw(st.sampled_from([4, 4, 5])),
        ambition=ambition,
    )
    return Drawn(constellation, people, params)


def respondent(
    constellation: Constellation, party: Party, chance: random.Random, rates: tuple[float, float, float, float]
) -> Respondent:
    """One person: whom they judge, and an answer (or none) to everything that they are shown.

    `rates`: how often a whole block is skipped, an item left open, not known, not applicable.
    """
    skip, blank, dont_know, not_applicable = rates
    judged: set[str] = set()
    for role in constellation.instrument.roles:
        faced = [other.key for other in constellation.faced_by(party) if other.role == role.key]
        if len(faced) > 1:
            faced = chance.sample(faced, min(MOST_JUDGED_PER_ROLE, chance.randint(1, len(faced))))
        judged.update(faced)
    ratings: dict[str, Value] = {}
    skipped: dict[tuple[Any, ...], bool] = {}
    for rating in constellation.sheet(party):
        block = (rating.theme, rating.block, rating.about)
        if skipped.setdefault(block, chance.random() < skip) or (rating.about and rating.about not in judged):
            continue
        if chance.random() < blank:
            continue
        if chance.random() < dont_know:
            ratings[rating.key] = "dont_know"
        elif chance.random() < not_applicable:
            ratings[rating.key] = "not_applicable"
        else:
            ratings[rating.key] = chance.randint(1, constellation.instrument.scale.steps)
    return Respondent(ratings, judged)
