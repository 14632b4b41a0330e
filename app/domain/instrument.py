"""Owns what an instrument is: roles, relations, themes and items as data. Names no role and reads no file."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from app.domain.problems import Fault, plain
from app.domain.text import LANGUAGES, Text

Block = Literal["self", "other", "relation", "whole"]
BLOCKS: tuple[Block, ...] = ("self", "other", "relation", "whole")

GapKind = Literal["perception", "asymmetry", "outlook", "ambition", "change", "division"]
GAP_KINDS: tuple[GapKind, ...] = ("perception", "asymmetry", "outlook", "ambition", "change", "division")

RolePair = tuple[str, str]

#: Block means are kept as whole numbers over the least common multiple of 1..J; at twelve items that stays small.
MOST_ITEMS_PER_BLOCK = 12
#: One answer is one byte; five codes are kept for what is not a step of the scale.
MOST_STEPS = 250


@dataclass(frozen=True, slots=True)
class Scale:
    """The steps of an answer, from 1 (least favourable) to A (most favourable)."""

    id: str
    labels: tuple[Text, ...]

    @property
    def steps(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True)
class LabelSet:
    key: str
    title: Text


@dataclass(frozen=True, slots=True)
class Role:
    """A role of the constellation. `many`: several parties may hold it. `context`: answers about the whole only."""

    key: str
    many: bool
    labels: dict[str, Text]
    description: Text
    required: bool = True
    context: bool = False
    pool_name: Text | None = None

    def label(self, label_set: str) -> Text:
        return self.labels[label_set]


@dataclass(frozen=True, slots=True)
class Source:
    key: str
    title: Text
    year: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """An opening question for the conversation, for one role at one kind of gap."""

    gap: GapKind
    role: str
    text: Text


@dataclass(frozen=True, slots=True)
class Condition:
    """A theme exists only where `role` is held by at least `min_parties` parties."""

    role: str
    min_parties: int


@dataclass(frozen=True, slots=True)
class Theme:
    key: str
    title: Text
    definition: Text
    why: Text
    sources: tuple[str, ...]
    questions: tuple[Question, ...]
    mapping: str = ""
    module: str | None = None
    when: Condition | None = None
    in_totals: bool = True

    def question(self, gap: GapKind, role: str) -> Text:
        return next(q.text for q in self.questions if q.gap == gap and q.role == role)


@dataclass(frozen=True, slots=True)
class Item:
    """One statement, in exactly one of three forms.

    Mirrored (`about_roles`, with `own` and `other` words), about a relation (`relations`), or about the whole.
    """

    id: str
    theme: str
    about_roles: tuple[str, ...] = ()
    relations: tuple[RolePair, ...] = ()
    whole: bool = False
    own: Text | None = None
    other: Text | None = None
    text: Text | None = None
    reversed: bool = False
    equal_to: str | None = None

    def words(self, block: Block) -> Text:
        words = self.own if block == "self" else self.other if block == "other" else self.text
        if words is None:
            raise LookupError(f"item {self.id} has no words for block {block}")
        return words


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question answered in the respondent's own words, per relation or once for the whole."""

    id: str
    text: Text
    relations: tuple[RolePair, ...] = ()
    whole: bool = False


@dataclass(frozen=True)
class Instrument:
    """A published questionnaire: never edited, only followed by a next version."""

    id: str
    version: int
    title: Text
    scale: Scale
    label_sets: tuple[LabelSet, ...]
    roles: tuple[Role, ...]
    relations: tuple[RolePair, ...]
    themes: tuple[Theme, ...]
    items: tuple[Item, ...]
    open_questions: tuple[OpenQuestion, ...]
    sources: tuple[Source, ...]

    @property
    def name(self) -> str:
        return f"{self.id}/{self.version}"

    @cached_property
    def _roles(self) -> dict[str, Role]:
        return {role.key: role for role in self.roles}

    @cached_property
    def _themes(self) -> dict[str, Theme]:
        return {theme.key: theme for theme in self.themes}

    @cached_property
    def items_by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    def role(self, key: str) -> Role:
        return self._roles[key]

    def has_role(self, key: str) -> bool:
        return key in self._roles

    def theme(self, key: str) -> Theme:
        return self._themes[key]

    def related(self, one: str, other: str) -> bool:
        """Whether parties in these two roles judge each other."""
        return (one, other) in self.relations or (other, one) in self.relations

    def block_items(self, theme: str, block: Block, role: str, about: str | None) -> tuple[Item, ...]:
        """The items of one block: what a party in `role` is asked (about a party in role `about`), in file order."""
        return self._blocks.get((theme, block, role, about), ())

    @cached_property
    def _blocks(self) -> dict[tuple[str, Block, str, str | None], tuple[Item, ...]]:
        blocks: dict[tuple[str, Block, str, str | None], list[Item]] = {}
        for item in self.items:
            for place in self._places(item):
                blocks.setdefault((item.theme, *place), []).append(item)
        return {key: tuple(items) for key, items in blocks.items()}

    def _places(self, item: Item) -> Iterator[tuple[Block, str, str | None]]:
        """Every (block, asking role, judged role) in which the item is asked."""
        for role in item.about_roles:
            yield "self", role, None
            for one, other in self.relations:
                if role in (one, other):
                    yield "other", other if role == one else one, role
        for one, other in item.relations:
            yield "relation", one, other
            yield "relation", other, one
        if item.whole:
            for declared in self.roles:
                yield "whole", declared.key, None

    def kinds_of_gap(self, theme: str) -> tuple[GapKind, ...]:
        """The kinds of gap that a theme can give, by the blocks that it has (scoring.md §5)."""
        own = [item for item in self.items if item.theme == theme]
        found: set[GapKind] = {"ambition", "change", "division"}
        if any(item.about_roles for item in own):
            found.add("perception")
        if any(item.relations for item in own):
            found.add("asymmetry")
        if any(item.whole for item in own):
            found.add("outlook")
        return tuple(kind for kind in GAP_KINDS if kind in found)

    def is_whole(self, theme: str) -> bool:
        """Whether the theme is asked about the constellation as a whole (block W)."""
        return any(item.whole for item in self.items if item.theme == theme)


def faults_of(instrument: Instrument) -> list[Fault]:
    """Everything in an instrument that does not mean anything, all at once."""
    return [
        *_repeated(instrument),
        *_faults_of_roles(instrument),
        *_faults_of_relations(instrument),
        *_faults_of_themes(instrument),
        *_faults_of_items(instrument),
        *_faults_of_blocks(instrument),
        *_faults_of_open_questions(instrument),
    ]


def _repeated(instrument: Instrument) -> Iterator[Fault]:
    lists: tuple[tuple[str, Iterable[str]], ...] = (
        ("label_set", (s.key for s in instrument.label_sets)),
        ("role", (r.key for r in instrument.roles)),
        ("theme", (t.key for t in instrument.themes)),
        ("item", (i.id for i in instrument.items)),
        ("open_question", (q.id for q in instrument.open_questions)),
        ("source", (s.key for s in instrument.sources)),
        ("relation", (" - ".join(sorted(pair)) for pair in instrument.relations)),
    )
    for kind, keys in lists:
        for key, count in Counter(keys).items():
            if count > 1:
                yield plain(f'{kind} "{key}"', f"stands here {count} times; each {kind} must stand once")


def _faults_of_roles(instrument: Instrument) -> Iterator[Fault]:
    sets = [label_set.key for label_set in instrument.label_sets]
    related = {key for pair in instrument.relations for key in pair}
    if not sets:
        yield plain("label_set", "there is none; declare at least one [[label_set]]")
    for role in instrument.roles:
        where = f'role "{role.key}"'
        for missing in [key for key in sets if key not in role.labels]:
            yield plain(where, f'has no label in label set "{missing}"; add labels.{missing}')
        for unknown in [key for key in role.labels if key not in sets]:
            yield plain(where, f'has a label in label set "{unknown}", which is not declared')
        if role.many and role.pool_name is None:
            yield plain(where, "can be held by many parties and has no pool_name; name the pooled party")
        if not role.context and role.key not in related:
            yield plain(where, "stands in no relation; declare one, or make it a context role")


def _faults_of_relations(instrument: Instrument) -> Iterator[Fault]:
    for pair in instrument.relations:
        where = f'relation "{pair[0]} - {pair[1]}"'
        for key in pair:
            if not instrument.has_role(key):
                yield plain(where, f'role "{key}" is not declared')
            elif instrument.role(key).context:
                yield plain(where, f'role "{key}" is a context role; it answers about the whole only')
        if pair[0] == pair[1]:
            yield plain(where, "a relation is between two different roles")


def _faults_of_themes(instrument: Instrument) -> Iterator[Fault]:
    sources = {source.key for source in instrument.sources}
    for theme in instrument.themes:
        where = f'theme "{theme.key}"'
        for key in theme.sources:
            if key not in sources:
                yield plain(where, f'source "{key}" is not declared; add a [[source]] with that key')
        if theme.module and theme.in_totals:
            yield plain(where, "belongs to a module, which never counts in totals; set in_totals = false")
        if theme.when and not instrument.has_role(theme.when.role):
            yield plain(where, f'when names role "{theme.when.role}", which is not declared')
        elif theme.when and not instrument.role(theme.when.role).many:
            yield plain(where, f'when counts parties of role "{theme.when.role}", which only one party can hold')
        own = [item for item in instrument.items if item.theme == theme.key]
        if not own:
            yield plain(where, "has no items; add at least one [[item]]")
            continue
        if any(item.whole for item in own) and not all(item.whole for item in own):
            yield plain(
                where,
                "mixes whole items with others; a theme is about the whole, or about roles and relations",
            )
        yield from _faults_of_questions(instrument, theme)


def _faults_of_questions(instrument: Instrument, theme: Theme) -> Iterator[Fault]:
    where = f'theme "{theme.key}"'
    expected = {
        (kind, role.key) for kind in instrument.kinds_of_gap(theme.key) for role in instrument.roles if not role.context
    }
    found = Counter((question.gap, question.role) for question in theme.questions)
    for kind, role_key in sorted(expected - set(found)):
        yield plain(where, f'has no opening question for gap "{kind}" and role "{role_key}"')
    for kind, role_key in sorted(set(found) - expected):
        yield plain(where, f'has an opening question for gap "{kind}" and role "{role_key}", which cannot occur')
    for (kind, role_key), count in sorted(found.items()):
        if count > 1:
            yield plain(where, f'has {count} opening questions for gap "{kind}" and role "{role_key}"; keep one')


def _faults_of_items(instrument: Instrument) -> Iterator[Fault]:
    themes = {theme.key for theme in instrument.themes}
    for item in instrument.items:
        where = f'item "{item.id}"'
        if item.theme not in themes:
            yield plain(where, f'theme "{item.theme}" is not declared')
        if [bool(item.about_roles), bool(item.relations), item.whole].count(True) != 1:
            yield plain(where, "needs exactly one of about_role, relation and whole")
        pairs = [frozenset(pair) for pair in item.relations]
        if len(set(item.about_roles)) < len(item.about_roles) or len(set(pairs)) < len(pairs):
            yield plain(where, "names a role or a relation twice; name each once")
        for key in item.about_roles:
            if not instrument.has_role(key):
                yield plain(where, f'about_role names role "{key}", which is not declared')
            elif instrument.role(key).context:
                yield plain(where, f'about_role names "{key}", a context role, which is never judged')
        yield from _faults_of_pairs(instrument, where, item.relations)
        yield from _faults_of_words(item, where)


def _faults_of_words(item: Item, where: str) -> Iterator[Fault]:
    needed = {"self", "other"} if item.about_roles else {"text"}
    given = {"self": item.own, "other": item.other, "text": item.text}
    for key, words in given.items():
        if key in needed and words is None:
            yield plain(where, f"has no {key} text; add {key} = {{nl = …, en = …}}")
        elif key not in needed and words is not None:
            yield plain(where, f"has a {key} text that is never shown; take it out")
        elif words is not None:
            for language in LANGUAGES:
                if ("{about}" in words.in_(language)) != (key == "other"):
                    must = "must name the judged party as {about}" if key == "other" else "cannot hold {about}"
                    yield plain(where, f"{key}.{language} {must}")
                rest = words.in_(language).replace("{about}", "")
                if "{" in rest or "}" in rest:
                    yield plain(where, f"{key}.{language} has a brace that is not part of {{about}}")


def _faults_of_pairs(instrument: Instrument, where: str, pairs: tuple[RolePair, ...]) -> Iterator[Fault]:
    for one, other in pairs:
        if not instrument.related(one, other):
            yield plain(where, f'relation "{one} - {other}" is not declared')


def _faults_of_blocks(instrument: Instrument) -> Iterator[Fault]:
    for theme in instrument.themes:
        own = [item for item in instrument.items if item.theme == theme.key]
        counts: Counter[str] = Counter()
        for item in own:
            for role in item.about_roles:
                counts[f'role "{role}"'] += 1
            for one, other in item.relations:
                counts[f'relation "{min(one, other)} - {max(one, other)}"'] += 1
            if item.whole:
                counts["the whole"] += 1
        for place, count in counts.items():
            if count > MOST_ITEMS_PER_BLOCK:
                most = f"a block holds at most {MOST_ITEMS_PER_BLOCK}"
                yield plain(f'theme "{theme.key}"', f"has {count} items about {place}; {most}")


def _faults_of_open_questions(instrument: Instrument) -> Iterator[Fault]:
    for question in instrument.open_questions:
        where = f'open_question "{question.id}"'
        if bool(question.relations) == question.whole:
            yield plain(where, "needs exactly one of relation and whole")
        yield from _faults_of_pairs(instrument, where, question.relations)
