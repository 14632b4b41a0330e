"""Owns parties in roles: who judges whom, and the questionnaire that follows from it for each party."""

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from app.domain.instrument import Block, Instrument, Item, OpenQuestion, Theme
from app.domain.problems import Fault, fault
from app.domain.text import Text

Voice = Literal["group", "statement"]

#: A respondent who faces many parties of one role judges at most this many of them (scoring.md §1).
MOST_JUDGED_PER_ROLE = 3
#: Measured pace for a statement on a five-point scale, introduction and pauses included.
SECONDS_PER_RATING = 13.5
#: Keys that begin so belong to the pooled parties that closing forms (scoring.md §7.1).
POOL_PREFIX = "overige-"
PARTY_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST_PARTY_KEY = 40


@dataclass(frozen=True, slots=True)
class Party:
    """One organisation(al unit) in one role.

    `invited`: everyone ever invited; 0 while nobody is known. Closing leaves out undeliverable addresses; until then
    they count, as they come and go without any change of the list. `changed`: its list changed after opening.
    """

    key: str
    role: str
    name: str
    voice: Voice = "group"
    invited: int = 0
    changed: bool = False

    @property
    def attributed(self) -> bool:
        """Whether its answers appear under its own name (scoring.md §8)."""
        return self.voice == "statement"


@dataclass(frozen=True)
class Rating:
    """One place for one answer: a statement, in a block, about a party (None for self and whole)."""

    item: Item
    theme: str
    block: Block
    about: str | None

    @cached_property
    def key(self) -> str:
        """The name of this rating in forms and in JSON: `item`, or `item@party`."""
        return self.item.id if self.about is None else f"{self.item.id}@{self.about}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement as a respondent sees it: its words, and a row per judged party (one row without a party)."""

    item: Item
    block: Block
    text: Text
    rows: tuple[Rating, ...]


@dataclass(frozen=True)
class ThemePage:
    theme: Theme
    statements: tuple[Statement, ...]

    @cached_property
    def ratings(self) -> tuple[Rating, ...]:
        return tuple(rating for statement in self.statements for rating in statement.rows)


@dataclass(frozen=True, slots=True)
class CommentField:
    """A place for an answer in the respondent's own words, about the whole or one relation."""

    question: OpenQuestion
    about: str | None

    @property
    def key(self) -> str:
        return self.question.id if self.about is None else f"{self.question.id}@{self.about}"


@dataclass(frozen=True)
class Questionnaire:
    """What one respondent is asked: theme pages in order, then the open questions."""

    pages: tuple[ThemePage, ...]
    comments: tuple[CommentField, ...]

    @cached_property
    def ratings(self) -> tuple[Rating, ...]:
        return tuple(rating for page in self.pages for rating in page.ratings)

    @cached_property
    def rating_keys(self) -> frozenset[str]:
        return frozenset(rating.key for rating in self.ratings)

    @cached_property
    def comment_keys(self) -> frozenset[str]:
        return frozenset(comment.key for comment in self.comments)

    @property
    def minutes(self) -> int:
        """Expected time to fill it in, in whole minutes."""
        return max(1, math.ceil(len(self.ratings) * SECONDS_PER_RATING / 60))


#: In a statement with a row for each party, which names them.
_EACH_PARTY = Text("deze partij", "this party")


@dataclass(frozen=True)
class Constellation:
    """A set of parties in the roles of an instrument, in the assessment's own order."""

    instrument: Instrument
    parties: tuple[Party, ...]

    @cached_property
    def _parties(self) -> dict[str, Party]:
        return {party.key: party for party in self.parties}

    def party(self, key: str) -> Party:
        return self._parties[key]

    def has_party(self, key: str) -> bool:
        return key in self._parties

    def in_role(self, role: str) -> tuple[Party, ...]:
        return tuple(party for party in self.parties if party.role == role)

    @cached_property
    def themes(self) -> tuple[Theme, ...]:
        """The themes asked here: a module's theme only where its condition holds."""
        return tuple(
            theme
            for theme in self.instrument.themes
            if theme.when is None or len(self.in_role(theme.when.role)) >= theme.when.min_parties
        )

    def faced_by(self, party: Party) -> tuple[Party, ...]:
        """The parties that `party` has a relation with, and so may judge."""
        return self._faced[party.role]

    @cached_property
    def _faced(self) -> dict[str, tuple[Party, ...]]:
        return {
            role.key: tuple(other for other in self.parties if self.instrument.related(role.key, other.role))
            for role in self.instrument.roles
        }

    def choices_of(self, party: Party) -> Mapping[str, tuple[Party, ...]]:
        """Per role held by several faced parties: the parties among which a respondent says whom they know."""
        return self._choices[party.role]

    def choices_left(self, party: Party, judges: Collection[str]) -> dict[str, tuple[Party, ...]]:
        """The same for one respondent, but for roles of which the commissioner assigned a party (`judges`)."""
        return {
            role: others
            for role, others in self.choices_of(party).items()
            if not any(other.key in judges for other in others)
        }

    @cached_property
    def _choices(self) -> dict[str, dict[str, tuple[Party, ...]]]:
        return {role: _of_several(faced) for role, faced in self._faced.items()}

    def judged_or_faults(self, party: Party, chosen: Collection[str], where: str) -> tuple[frozenset[str], list[Fault]]:
        """The parties that a respondent judges, given the chosen ones; a sole party in a role is always judged."""
        choices = self.choices_of(party)
        sole = frozenset(other.key for other in self.faced_by(party) if other.role not in choices)
        if not chosen:
            return sole, []
        choosable = {other.key: other for others in choices.values() for other in others}
        names = {other.key: other.name for other in self.parties}
        faults = [
            fault(
                where,
                "{name} kan niet worden beoordeeld door {party}. Kies uit: {known}.",
                "{name} cannot be judged by {party}. Choose from: {known}.",
                name=names.get(key, f"'{key}'"),
                party=party.name,
                known=", ".join(f"{names[key]} ({key})" for key in sorted({*choosable, *sole})),
            )
            for key in sorted(set(chosen) - set(choosable) - sole)
        ]
        per_role = Counter(choosable[key].role for key in set(chosen) & set(choosable))
        faults += [
            fault(
                where,
                "Er zijn {n} partijen in dezelfde rol gekozen; kies er hoogstens {most}.",
                "{n} parties in the same role were chosen; choose at most {most}.",
                n=count,
                most=MOST_JUDGED_PER_ROLE,
            )
            for _, count in sorted(per_role.items())
            if count > MOST_JUDGED_PER_ROLE
        ]
        return sole | (frozenset(chosen) & frozenset(choosable)), faults

    def sheet(self, party: Party) -> tuple[Rating, ...]:
        """Every rating that anyone of `party` may give, in a fixed order: theme, block, judged party, item."""
        return self._sheets[party.key]

    @cached_property
    def _sheets(self) -> dict[str, tuple[Rating, ...]]:
        return {party.key: tuple(self._sheet(party)) for party in self.parties}

    def _sheet(self, party: Party) -> Iterator[Rating]:
        for theme in self.themes:
            yield from self._block(theme, "self", party, None)
            for block in ("other", "relation"):
                for other in self.faced_by(party):
                    yield from self._block(theme, "other" if block == "other" else "relation", party, other)
            yield from self._block(theme, "whole", party, None)

    def _block(self, theme: Theme, block: Block, party: Party, about: Party | None) -> Iterator[Rating]:
        items = self.instrument.block_items(theme.key, block, party.role, about.role if about else None)
        for item in items:
            yield Rating(item, theme.key, block, about.key if about else None)

    def questionnaire(self, party: Party, judged: Collection[str]) -> Questionnaire:
        """What one respondent of `party` who judges the parties `judged` is asked."""
        return self._questionnaires(party, frozenset(judged))

    @cached_property
    def _questionnaires(self) -> Callable[[Party, frozenset[str]], Questionnaire]:
        """Most respondents of a party are asked the same."""
        return lru_cache(maxsize=100)(self._questionnaire)

    def _questionnaire(self, party: Party, judged: frozenset[str]) -> Questionnaire:
        ratings = [rating for rating in self.sheet(party) if rating.about is None or rating.about in judged]
        pages = tuple(
            page
            for theme in self.themes
            if (page := ThemePage(theme, tuple(self._statements(theme, ratings)))).statements
        )
        return Questionnaire(pages, tuple(self._comments(party, judged)))

    def _statements(self, theme: Theme, ratings: list[Rating]) -> Iterator[Statement]:
        """Group a theme's ratings into statements: own role first, then per judged role, then relations, the whole."""
        grouped: dict[tuple[Block, str, str], list[Rating]] = {}
        for rating in ratings:
            if rating.theme == theme.key:
                judged_role = self.party(rating.about).role if rating.block == "other" and rating.about else ""
                grouped.setdefault((rating.block, judged_role, rating.item.id), []).append(rating)
        for (block, _, _), rows in grouped.items():
            words = rows[0].item.words(block)
            if block == "other":
                words = (
                    words.fill(about=self.party(rows[0].about or "").name)
                    if len(rows) == 1
                    else words.fill(about=_EACH_PARTY).as_sentence
                )
            yield Statement(rows[0].item, block, words, tuple(rows))

    def _comments(self, party: Party, judged: Collection[str]) -> Iterator[CommentField]:
        for question in self.instrument.open_questions:
            for other in self.faced_by(party):
                pairs = {frozenset(pair) for pair in question.relations}
                if other.key in judged and frozenset((party.role, other.role)) in pairs:
                    yield CommentField(question, other.key)
            if question.whole:
                yield CommentField(question, None)


def faults_of_parties(
    instrument: Instrument | None, parties: Collection[Party], *, complete: bool = True
) -> list[Fault]:
    """Everything that keeps these parties from being a constellation of this instrument; without one, of any.

    `complete`: every role that the instrument requires must be held; a draft may still miss some.
    """
    faults: list[Fault] = []
    for place, party in enumerate(parties, start=1):
        where = f"parties[{place}]"
        if not PARTY_KEY.fullmatch(party.key) or len(party.key) > LONGEST_PARTY_KEY:
            faults.append(
                fault(
                    f"{where}.key",
                    "De sleutel '{key}' past niet. Een sleutel begint met een kleine letter en heeft verder kleine "
                    "letters en cijfers, met hier en daar één streepje ertussen: geen spaties, geen streepje aan het "
                    "eind, en hoogstens {most} tekens.",
                    "The key '{key}' does not fit. A key begins with a small letter and goes on with small letters and "
                    "digits, with a single hyphen here and there between them: no spaces, no hyphen at the end, and "
                    "{most} characters at most.",
                    key=party.key,
                    most=LONGEST_PARTY_KEY,
                )
            )
        if party.key.startswith(POOL_PREFIX):
            faults.append(
                fault(
                    f"{where}.key",
                    "Sleutels die met '{prefix}' beginnen zijn voor samengevoegde partijen; kies een andere.",
                    "Keys that begin with '{prefix}' are for pooled parties; choose another.",
                    prefix=POOL_PREFIX,
                )
            )
        if len(party.name) > 150:
            faults.append(
                fault(
                    f"{where}.name",
                    "Deze naam heeft {n} tekens; er is plaats voor 150.",
                    "This name has {n} characters; there is room for 150.",
                    n=len(party.name),
                )
            )
        if not party.name.strip():
            faults.append(fault(f"{where}.name", "Geef de partij een naam.", "Give the party a name."))
        if instrument and not instrument.has_role(party.role):
            faults.append(
                fault(
                    f"{where}.role",
                    "De rol '{role}' bestaat niet. Kies uit: {known}.",
                    "The role '{role}' does not exist. Choose from: {known}.",
                    role=party.role,
                    known=", ".join(role.key for role in instrument.roles),
                )
            )
    faults += _keys_used_twice(parties)
    return faults + (_faults_of_roles(instrument, parties, complete=complete) if instrument else [])


def _keys_used_twice(parties: Collection[Party]) -> list[Fault]:
    faults: list[Fault] = []
    for key, count in Counter(party.key for party in parties).items():
        if count > 1:
            faults.append(
                fault(
                    "parties",
                    "De sleutel '{key}' staat {n} keer in de lijst; elke partij heeft een eigen sleutel.",
                    "The key '{key}' stands {n} times in the list; each party has a key of its own.",
                    key=key,
                    n=count,
                )
            )
    return faults


def _faults_of_roles(instrument: Instrument, parties: Collection[Party], *, complete: bool) -> list[Fault]:
    faults: list[Fault] = []
    held = Counter(party.role for party in parties)
    for role in instrument.roles:
        name = role.label(instrument.label_sets[0].key)
        if complete and role.required and not held[role.key]:
            faults.append(
                fault(
                    "parties",
                    "Er is nog geen partij in de rol '{role}'; deze rol hoort bij elke driehoek.",
                    "There is no party in the role '{role}' yet; every triangle has this role.",
                    role=name,
                )
            )
        if not role.many and held[role.key] > 1:
            faults.append(
                fault(
                    "parties",
                    "In de rol '{role}' staan {n} partijen; er kan er maar één zijn.",
                    "The role '{role}' has {n} parties; there can be only one.",
                    role=name,
                    n=held[role.key],
                )
            )
    return faults


def _of_several(parties: Iterable[Party]) -> dict[str, tuple[Party, ...]]:
    """The parties of each role that more than one of them holds."""
    per_role: dict[str, tuple[Party, ...]] = {}
    for party in parties:
        per_role[party.role] = (*per_role.get(party.role, ()), party)
    return {role: holders for role, holders in per_role.items() if len(holders) > 1}
