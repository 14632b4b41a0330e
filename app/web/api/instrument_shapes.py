"""Wire shapes of instruments: a whole questionnaire, in one language."""

from app.domain.instrument import Instrument, Theme
from app.domain.text import Language
from app.web.api.shapes import Shape


class RoleOut(Shape):
    key: str
    many: bool
    label: dict[str, str]
    description: str


class ThemeOut(Shape):
    key: str
    title: str
    definition: str
    why: str
    sources: list[str]
    module: str | None
    in_totals: bool


class ItemOut(Shape):
    id: str
    theme: str
    about_role: list[str]
    relations: list[list[str]]
    whole: bool
    reversed: bool
    self_text: str | None
    other_text: str | None
    text: str | None


class InstrumentOut(Shape):
    id: str
    version: int
    title: str
    scale: list[str]
    roles: list[RoleOut]
    relations: list[list[str]]
    themes: list[ThemeOut]
    items: list[ItemOut]


class InstrumentLine(Shape):
    id: str
    version: int
    title: str


def _theme_out(theme: Theme, language: Language) -> ThemeOut:
    return ThemeOut(
        key=theme.key,
        title=theme.title.in_(language),
        definition=theme.definition.in_(language),
        why=theme.why.in_(language),
        sources=list(theme.sources),
        module=theme.module,
        in_totals=theme.in_totals,
    )


def instrument_out(instrument: Instrument, language: Language) -> InstrumentOut:
    return InstrumentOut(
        id=instrument.id,
        version=instrument.version,
        title=instrument.title.in_(language),
        scale=[label.in_(language) for label in instrument.scale.labels],
        roles=[
            RoleOut(
                key=role.key,
                many=role.many,
                label={key: text.in_(language) for key, text in role.labels.items()},
                description=role.description.in_(language),
            )
            for role in instrument.roles
        ],
        relations=[list(pair) for pair in instrument.relations],
        themes=[_theme_out(theme, language) for theme in instrument.themes],
        items=[
            ItemOut(
                id=item.id,
                theme=item.theme,
                about_role=list(item.about_roles),
                relations=[list(pair) for pair in item.relations],
                whole=item.whole,
                reversed=item.reversed,
                self_text=item.own.in_(language) if item.own else None,
                other_text=item.other.in_(language) if item.other else None,
                text=item.text.in_(language) if item.text else None,
            )
            for item in instrument.items
        ],
    )
