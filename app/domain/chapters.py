"""Owns the chapters of a report beside its conclusions: themes, parties side by side, change, what is hidden."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.domain import words
from app.domain.figures import Figures
from app.domain.findings import (
    Compared,
    Comparison,
    Division,
    Hidden,
    Movement,
    Pair,
    ThemeSection,
    shown,
    signed_interval,
)
from app.domain.instrument import Theme
from app.domain.text import Text, enumerate_texts, lowered, to_whole


def section_of(figures: Figures, figure: Mapping[str, Any]) -> ThemeSection:
    theme = figures.instrument.theme(figure["theme"])
    ambition = figures.document["params"]["ambition"].get(theme.key)
    titles = {source.key: source.title for source in figures.instrument.sources}
    whole = figures.instrument.is_whole(theme.key)
    return ThemeSection(
        theme=theme,
        level=shown(figure),
        whole=whole,
        ambition=None if ambition is None else to_whole(ambition),
        pairs=tuple(_outlooks(figures, theme) if whole else _pairs(figures, theme)),
        sources=tuple(titles[key] for key in theme.sources),
    )


def _pairs(figures: Figures, theme: Theme) -> Iterator[Pair]:
    for gap in _in_party_order(figures, theme):
        if gap["type"] == "perception":
            about, party = gap["about"], gap["from"]
            yield Pair(
                Text("Rol van {about}", "Role of {about}").fill(about=figures.name(about)),
                Text("eigen beeld", "self-image"),
                figures.cell(theme.key, "self", about, None),
                Text("beeld van {party}", "view of {party}").fill(party=figures.name(party)),
                figures.cell(theme.key, "other", party, about),
            )
        elif gap["type"] == "asymmetry":
            one, other = gap["between"]
            yield Pair(
                Text("{one} en {other}", "{one} and {other}").fill(one=figures.name(one), other=figures.name(other)),
                Text("volgens {party}", "according to {party}").fill(party=figures.name(one)),
                figures.cell(theme.key, "relation", one, other),
                Text("volgens {party}", "according to {party}").fill(party=figures.name(other)),
                figures.cell(theme.key, "relation", other, one),
            )


def _in_party_order(figures: Figures, theme: Theme) -> list[Mapping[str, Any]]:
    order = {party.key: place for place, party in enumerate(figures.parties)}
    kinds = ("perception", "asymmetry", "outlook")
    found = [gap for gap in figures.document["gaps"] if gap["theme"] == theme.key and gap["type"] in kinds]

    def place(gap: Mapping[str, Any]) -> tuple[int, list[int]]:
        keys = gap.get("between") or [gap["about"], gap["from"]]
        return kinds.index(gap["type"]), [order[key] for key in keys]

    return sorted(found, key=place)


def _outlooks(figures: Figures, theme: Theme) -> Iterator[Pair]:
    for gap in _in_party_order(figures, theme):
        one, other = gap["between"]
        yield Pair(
            Text("{one} en {other}", "{one} and {other}").fill(one=figures.name(one), other=figures.name(other)),
            Text("volgens {party}", "according to {party}").fill(party=figures.name(one)),
            figures.cell(theme.key, "whole", one, None),
            Text("volgens {party}", "according to {party}").fill(party=figures.name(other)),
            figures.cell(theme.key, "whole", other, None),
        )


# --- parties of one role side by side ---


def comparisons_of(figures: Figures) -> Iterator[Comparison]:
    """The parties of a role that has several, each with the same other party, which stands alone in its role."""
    holders: dict[str, list[str]] = {}
    for party in figures.parties:
        if not party.pooled:
            holders.setdefault(party.role_key, []).append(party.key)
    for role, several in holders.items():
        for other_role, alone in holders.items():
            if len(several) > 1 and len(alone) == 1 and figures.instrument.related(role, other_role):
                yield _comparison(figures, role, several, alone[0])


def _comparison(figures: Figures, role: str, several: Sequence[str], other: str) -> Comparison:
    themes = dict.fromkeys(view["theme"] for view in figures.document["views"])
    over_all = Text("Alle thema's samen", "All themes together")
    name = figures.name(other)
    seen = Text("zo kijkt {other} naar de partij", "how {other} sees the party").fill(other=name)
    seeing = Text("zo kijkt de partij naar {other}", "how the party sees {other}").fill(other=name)
    return Comparison(
        title=Text("Naast elkaar: wie {role} is, met {other}", "Side by side: each {role}, with {other}").fill(
            role=lowered(figures.role(role)), other=name
        ),
        other=name,
        seen=seen,
        seeing=seeing,
        parties=tuple(figures.name(key) for key in several),
        rows=tuple(
            Compared(
                title=figures.instrument.theme(theme).title if theme else over_all,
                seen=tuple(figures.view(theme, other, key) for key in several),
                seeing=tuple(figures.view(theme, key, other) for key in several),
            )
            for theme in (*themes, None)
        ),
        pairs=tuple(
            Pair(figures.name(key), seen, figures.view(None, other, key), seeing, figures.view(None, key, other))
            for key in several
        ),
    )


# --- change since the earlier wave ---


def movements_of(figures: Figures) -> tuple[Movement, ...]:
    """Changes of relations and of the constellation that can be told, the material ones first."""
    found = [_movement(figures, change) for change in _followed(figures) if change["value"] is not None]
    return tuple(sorted(found, key=lambda movement: not movement.material))


def unmoved_in(figures: Figures) -> Iterator[Hidden]:
    """Changes that cannot be told, once per relation and reason."""
    found: dict[tuple[Text, str], list[Text]] = {}
    asked = Counter(_what_changed(figures, change) for change in _followed(figures))
    for change in _followed(figures):
        if change["value"] is None:
            title = figures.instrument.theme(change["theme"]).title
            found.setdefault((_what_changed(figures, change), change["reason"]), []).append(title)
    for (what, reason), titles in found.items():
        everywhere = len(titles) == asked[what] > 1
        themes = Text("alle thema's", "all themes") if everywhere else enumerate_texts(titles)
        on_themes = Text("{what}, bij {themes}", "{what}, on {themes}")
        yield Hidden(on_themes.fill(what=what, themes=themes), words.REASONS[reason])


def _followed(figures: Figures) -> list[Mapping[str, Any]]:
    return [change for change in figures.document["changes"] if change["of"] in ("relation", "constellation")]


def _what_changed(figures: Figures, change: Mapping[str, Any]) -> Text:
    if change["of"] == "constellation":
        return Text("De driehoek als geheel", "The triangle as a whole")
    one, other = change["between"]
    return Text("{one} en {other}", "{one} and {other}").fill(one=figures.name(one), other=figures.name(other))


def _movement(figures: Figures, change: Mapping[str, Any]) -> Movement:
    return Movement(
        theme=figures.instrument.theme(change["theme"]),
        what=_what_changed(figures, change),
        whole=change["of"] == "constellation",
        before=change["b"],
        now=change["a"],
        value=change["value"],
        interval=signed_interval(change["ci95"]),
        evidence=words.EVIDENCE[change["evidence"]],
        material=change["material"],
    )


# --- divisions, and what is hidden ---


def divisions_of(figures: Figures) -> tuple[Division, ...]:
    """Where people within one party give different answers, the certain ones first."""
    found = [d for d in figures.document["divisions"] if d["evidence"]]
    found.sort(key=lambda division: division["evidence"] != "clear")
    return tuple(
        Division(
            figures.instrument.theme(d["theme"]),
            figures.name(d["from"]),
            words.BLOCKS[d["block"]].fill(about=figures.name(d["about"]) if d["about"] else ""),
            words.EVIDENCE[d["evidence"]],
        )
        for d in found
    )


def hidden_in(figures: Figures) -> tuple[Hidden, ...]:
    """What may not be shown, told once per party and per theme where only that is missing."""
    found = [Hidden(party.name, party.why) for party in figures.parties if party.reason]
    published = {party.key for party in figures.parties if not party.reason}
    on_name = {party.key for party in figures.parties if party.attributed}
    small: dict[tuple[str, str, str | None], list[Theme]] = {}
    for cell in figures.document["cells"]:
        if cell["score"] is None and cell["from"] in published:
            theme = figures.instrument.theme(cell["theme"])
            about = cell["about"]
            if cell["reason"] == "target_small":
                small.setdefault(("target_small", "", about), [])
            else:
                small.setdefault((cell["reason"], cell["from"], about), []).append(theme)
    for (reason, party_key, about), themes in small.items():
        why = words.NO_ANSWER_ON_NAME if reason == "cell_small" and party_key in on_name else words.REASONS[reason]
        found.append(Hidden(_what_is_hidden(figures, party_key, about, themes), why))
    return tuple(found)


def _what_is_hidden(figures: Figures, party: str, about: str | None, themes: Sequence[Theme]) -> Text:
    if not party:
        return Text("Beelden van groepen over {about}", "Views of groups on {about}").fill(
            about=figures.name(about or "")
        )
    titles = enumerate_texts(dict.fromkeys(theme.title for theme in themes))
    if about is None:
        return Text("{party}, bij {themes}", "{party}, on {themes}").fill(party=figures.name(party), themes=titles)
    return Text("{party} over {about}, bij {themes}", "{party} on {about}, on {themes}").fill(
        party=figures.name(party), about=figures.name(about), themes=titles
    )
