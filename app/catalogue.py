"""Owns the instrument files: finds them, reads their shape strictly, and lets the domain check what they mean."""

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from app.domain.instrument import (
    MOST_STEPS,
    Condition,
    GapKind,
    Instrument,
    Item,
    LabelSet,
    OpenQuestion,
    Question,
    Role,
    RolePair,
    Scale,
    Source,
    Theme,
    faults_of,
)
from app.domain.problems import Fault, InvalidInput, NotFound, plain
from app.domain.text import Text, same
from app.files import naming

FILE_NAME = "instrument.toml"

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=60)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Text(_Shape):
    nl: Words
    en: Words

    def value(self) -> Text:
        return Text(self.nl, self.en)


class _Scale(_Shape):
    id: Key
    labels: Annotated[list[_Text], Field(min_length=2, max_length=MOST_STEPS)]


class _LabelSet(_Shape):
    key: Key
    title: _Text


class _Role(_Shape):
    key: Key
    many: bool
    labels: dict[str, _Text]
    description: _Text
    required: bool = True
    context: bool = False
    pool_name: _Text | None = None


class _Relation(_Shape):
    between: Annotated[list[str], Field(min_length=2, max_length=2)]


class _Source(_Shape):
    key: Words
    title: Words | _Text  # a published work has one title; what we describe ourselves has one per language
    year: int
    url: str = ""


class _When(_Shape):
    role: str
    min_parties: Annotated[int, Field(ge=2)]


class _Question(_Shape):
    gap: GapKind
    role: str
    text: _Text


class _Theme(_Shape):
    key: Key
    title: _Text
    definition: _Text
    why: _Text
    sources: list[str]
    mapping: str = ""
    module: Key | None = None
    when: _When | None = None
    in_totals: bool = True
    question: list[_Question] = []


_Relations = Literal["all"] | list[Annotated[list[str], Field(min_length=2, max_length=2)]]


class _Item(_Shape):
    id: Key
    theme: str
    about_role: list[str] = []
    relation: _Relations = []
    whole: bool = False
    self: _Text | None = None
    other: _Text | None = None
    text: _Text | None = None
    reversed: bool = False
    equal_to: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+/[0-9]+:[a-z0-9-]+$")] | None = None


class _OpenQuestion(_Shape):
    id: Key
    text: _Text
    relation: _Relations = []
    whole: bool = False


class _File(_Shape):
    id: Key
    version: Annotated[int, Field(ge=1)]
    title: _Text
    scale: _Scale
    label_set: list[_LabelSet]
    role: Annotated[list[_Role], Field(min_length=2)]
    relation: Annotated[list[_Relation], Field(min_length=1)]
    theme: Annotated[list[_Theme], Field(min_length=1)]
    item: Annotated[list[_Item], Field(min_length=1)]
    open_question: list[_OpenQuestion] = []
    source: list[_Source] = []


def read_instrument(path: Path) -> Instrument:
    """The instrument in one file. Raises InvalidInput with every fault as `file: where: what, and what is right`."""
    try:
        with naming(path):
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:  # what is no TOML; a number or a nesting without end
        raise InvalidInput([plain(str(path), f"is not TOML in UTF-8: {error}")]) from error
    try:
        shape = _File.model_validate(raw)
    except ValidationError as error:
        raise InvalidInput(_shape_faults(str(path), raw, error)) from error
    instrument = _instrument(shape)
    faults = faults_of(instrument)
    if faults:
        raise InvalidInput([Fault(f"{path}: {found.where}", found.message) for found in faults])
    return instrument


def _shape_faults(path: str, raw: Mapping[str, Any], error: ValidationError) -> list[Fault]:
    """Each fault of shape with its place in the file's own words, such as `item "rv-hoe": text: en`."""
    found: dict[tuple[str, str], None] = {}
    for fault in error.errors():
        message = fault["msg"]
        if fault["type"] == "extra_forbidden":
            message = "is not a known key; take it out or correct its spelling"
        elif fault["type"] == "missing":
            message = "is missing; add it"
        found[f"{path}: {_place(raw, fault['loc'])}", message] = None
    return [plain(where, message) for where, message in found]


def _place(raw: Mapping[str, Any], location: tuple[int | str, ...]) -> str:
    words: list[str] = []
    here: Any = raw
    for step in location:
        if isinstance(step, int):
            here = here[step] if isinstance(here, list) and step < len(here) else None
            name = (here.get("id") or here.get("key")) if isinstance(here, dict) else None
            words[-1:] = [f'{words[-1]} "{name}"' if name else f"{words[-1]} {step + 1}"] if words else [str(step + 1)]
        else:
            here = here.get(step) if isinstance(here, dict) else None
            words.append(step)
    return ": ".join(words)


def _instrument(shape: _File) -> Instrument:
    relations: tuple[RolePair, ...] = tuple((r.between[0], r.between[1]) for r in shape.relation)
    return Instrument(
        id=shape.id,
        version=shape.version,
        title=shape.title.value(),
        scale=Scale(shape.scale.id, tuple(label.value() for label in shape.scale.labels)),
        label_sets=tuple(LabelSet(s.key, s.title.value()) for s in shape.label_set),
        roles=tuple(_role(role) for role in shape.role),
        relations=relations,
        themes=tuple(_theme(theme) for theme in shape.theme),
        items=tuple(_item(item, relations) for item in shape.item),
        open_questions=tuple(
            OpenQuestion(q.id, q.text.value(), _pairs(q.relation, relations), q.whole) for q in shape.open_question
        ),
        sources=tuple(_source(source) for source in shape.source),
    )


def _role(shape: _Role) -> Role:
    return Role(
        key=shape.key,
        many=shape.many,
        labels={label_set: text.value() for label_set, text in shape.labels.items()},
        description=shape.description.value(),
        required=shape.required,
        context=shape.context,
        pool_name=_optional(shape.pool_name),
    )


def _theme(shape: _Theme) -> Theme:
    return Theme(
        key=shape.key,
        title=shape.title.value(),
        definition=shape.definition.value(),
        why=shape.why.value(),
        sources=tuple(shape.sources),
        questions=tuple(Question(q.gap, q.role, q.text.value()) for q in shape.question),
        mapping=shape.mapping,
        module=shape.module,
        when=Condition(shape.when.role, shape.when.min_parties) if shape.when else None,
        in_totals=shape.in_totals,
    )


def _source(shape: _Source) -> Source:
    title = same(shape.title) if isinstance(shape.title, str) else shape.title.value()
    return Source(shape.key, title, shape.year, shape.url)


def _item(shape: _Item, relations: tuple[RolePair, ...]) -> Item:
    return Item(
        id=shape.id,
        theme=shape.theme,
        about_roles=tuple(shape.about_role),
        relations=_pairs(shape.relation, relations),
        whole=shape.whole,
        own=_optional(shape.self),
        other=_optional(shape.other),
        text=_optional(shape.text),
        reversed=shape.reversed,
        equal_to=shape.equal_to,
    )


def _optional(text: _Text | None) -> Text | None:
    return text.value() if text else None


def _pairs(given: _Relations, relations: tuple[RolePair, ...]) -> tuple[RolePair, ...]:
    if given == "all":
        return relations
    return tuple((pair[0], pair[1]) for pair in given)


class Catalogue:
    """Every published instrument, by (id, version); read and checked once, at start-up."""

    def __init__(self, instruments: Mapping[tuple[str, int], Instrument]) -> None:
        self._instruments = dict(sorted(instruments.items()))

    @classmethod
    def read(cls, folder: Path) -> "Catalogue":
        """All of `folder/<id>/<version>/instrument.toml`; raises InvalidInput with the faults of all files."""
        found: dict[tuple[str, int], Instrument] = {}
        faults: list[Fault] = []
        paths = sorted(folder.glob(f"*/*/{FILE_NAME}"))
        if not paths:
            faults.append(plain(str(folder), f"holds no instrument; expected <id>/<version>/{FILE_NAME}"))
        for path in paths:
            try:
                instrument = read_instrument(path)
            except InvalidInput as invalid:
                faults += invalid.faults
                continue
            if path.parent.parts[-2:] != (instrument.id, str(instrument.version)):
                faults.append(plain(str(path), f"holds {instrument.name}; it must lie in {instrument.name}/"))
            found[instrument.id, instrument.version] = instrument
        faults += _unknown_ancestors(found)
        if faults:
            raise InvalidInput(faults)
        return cls(found)

    def instrument(self, identifier: str, version: int) -> Instrument:
        try:
            return self._instruments[identifier, version]
        except KeyError:
            raise _unknown(f"{identifier}/{version}", (found.name for found in self.all())) from None

    def newest(self, identifier: str) -> Instrument:
        versions = [version for known, version in self._instruments if known == identifier]
        if not versions:
            raise _unknown(identifier, (known for known, _ in self._instruments))
        return self.instrument(identifier, max(versions))

    def all(self) -> tuple[Instrument, ...]:
        return tuple(self._instruments.values())


def _unknown(name: str, known: Iterable[str]) -> NotFound:
    return NotFound(
        Text(
            "Vragenlijst '{name}' bestaat niet. Kies uit: {known}.",
            "Questionnaire '{name}' does not exist. Choose from: {known}.",
        ).fill(name=name, known=", ".join(dict.fromkeys(known)))
    )


def _unknown_ancestors(instruments: Mapping[tuple[str, int], Instrument]) -> list[Fault]:
    """Items that say they equal an item that does not exist."""
    known = {f"{i.name}:{item.id}" for i in instruments.values() for item in i.items}
    return [
        plain(f'{instrument.name}: item "{item.id}"', f'equal_to names "{item.equal_to}", which does not exist')
        for instrument in instruments.values()
        for item in instrument.items
        if item.equal_to and item.equal_to not in known
    ]
