"""Owns what a commissioner is told about confidentiality, party by party, while parties and people are entered."""

import math
from dataclasses import dataclass
from typing import Literal

from app.domain.constellation import Party
from app.domain.parameters import Parameters
from app.domain.text import Text

#: `refused` keeps the assessment from opening; `confirm` wants a word that this is known; the others are good to know.
Weight = Literal["refused", "confirm", "narrow", "fine"]

#: Where more than this share of a party must answer, inviting a few more people is wise.
NARROW = 3 / 5


@dataclass(frozen=True, slots=True)
class Advice:
    """What the number of people of one party means for what may be shown of it (scoring.md §7 and §8)."""

    weight: Weight
    message: Text


def advise(party: Party, people: int, params: Parameters) -> Advice:
    """What it means that `people` are invited to answer for this party."""
    weight, words = _statement(people) if party.attributed else _group(people, params)
    needed = max(params.k_party, math.ceil(params.min_response * people))
    return Advice(weight, words.fill(name=party.name or "?", n=people, k=params.k_party, needed=needed))


def advise_on_assigned(party: Party, about: Party, people: int, everyone: int, params: Parameters) -> Advice | None:
    """What it means that `people` of all in a party (`everyone`) may judge `about`; None where it means nothing.

    A cell of just enough people that is shown says that all of them sent, and fours that overlap name who did not.
    Where everybody may judge, no part of the party is looked at apart.
    """
    if party.attributed or people == everyone or not params.k_cell <= people < 2 * params.k_cell:
        return None
    words = Text(
        "{name}: over {about} antwoorden alleen de {n} mensen die u aanwees. Of een cijfer over {about} wordt getoond, "
        "kan vertellen wie van hen antwoordde en wie niet. Wijs er minstens {enough} aan, of laat mensen zelf kiezen: "
        "laat dan de kolom met wie zij beoordelen leeg.",
        "{name}: only the {n} people whom you assigned answer about {about}. Whether a figure about {about} is shown "
        "may tell who of them answered and who did not. Assign at least {enough}, or let people choose themselves: "
        "then leave the column of whom they judge empty.",
    )
    return Advice("narrow", words.fill(name=party.name, about=about.name, n=people, enough=2 * params.k_cell))


def _statement(people: int) -> tuple[Weight, Text]:
    if people == 0:
        return "refused", _NOBODY
    if people > 1:
        return "refused", Text(
            "{name}: een standpunt op naam heeft precies één persoon die namens de partij antwoordt; nu {n}.",
            "{name}: an attributed statement has exactly one person who answers for the party; now {n}.",
        )
    return "fine", Text(
        "{name} antwoordt op naam: alle lezers zien van wie de antwoorden zijn. Wie invult, bevestigt eerst dat "
        "iedereen in deze rol dat weet en ermee instemt.",
        "{name} answers by name: all readers see whose answers these are. Whoever fills in first confirms that "
        "everyone in this role knows and agrees.",
    )


_NOBODY = Text("{name}: er is nog niemand uitgenodigd.", "{name}: nobody has been invited yet.")


def _group(people: int, params: Parameters) -> tuple[Weight, Text]:
    if people == 0:
        return "refused", _NOBODY
    if people == 1:
        return "refused", Text(
            "{name}: één persoon kan niet vertrouwelijk antwoorden. Nodig meer mensen uit, of kies voor een standpunt "
            "op naam.",
            "{name}: one person cannot answer confidentially. Invite more people, or choose an attributed statement.",
        )
    if people < params.k_party:
        return "confirm", Text(
            "{name}: met {n} mensen kan deze partij niet vertrouwelijk antwoorden en blijft zij verborgen; daarvoor "
            "zijn er minstens {k} nodig. Nodig meer mensen uit, kies voor een standpunt op naam, of bevestig bij het "
            "openen dat u dit weet.",
            "{name}: with {n} people this party cannot answer confidentially and stays hidden; at least {k} are "
            "needed. Invite more people, choose an attributed statement, or confirm when opening that you know this.",
        )
    needed = max(params.k_party, math.ceil(params.min_response * people))
    if needed == people:
        return "narrow", Text(
            "{name}: alle {n} mensen moeten antwoorden, anders blijft de partij verborgen. Wordt zij getoond, dan weet "
            "iedereen dat allen antwoordden. Nodig liever een paar mensen meer uit: dat geeft ruimte.",
            "{name}: all {n} people must answer, or the party stays hidden. If it is shown, everybody knows that all "
            "have answered. Better invite a few more people: that gives room.",
        )
    if needed > NARROW * people:
        return "narrow", Text(
            "{name}: van deze {n} mensen moeten er minstens {needed} antwoorden, anders blijft de partij verborgen. "
            "Nodig liever een paar mensen meer uit: dat geeft ruimte.",
            "{name}: at least {needed} of these {n} people must answer, or the party stays hidden. Better invite a few "
            "more people: that gives room.",
        )
    return "fine", Text(
        "{name}: {n} mensen. Antwoorden er minstens {needed}, dan wordt het beeld van deze partij getoond.",
        "{name}: {n} people. If at least {needed} answer, the picture of this party is shown.",
    )
