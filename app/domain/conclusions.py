"""Owns how a gap or a strength of a score document is said in a sentence, with the questions that it raises."""

from collections.abc import Mapping
from typing import Any, cast

from app.domain import words
from app.domain.figures import Figures
from app.domain.findings import Finding, Praise, Shown, distances
from app.domain.instrument import Block, GapKind
from app.domain.text import Text


def praise_of(figures: Figures, strength: Mapping[str, Any]) -> Praise:
    theme = figures.instrument.theme(strength["theme"])
    if strength["type"] == "perception":
        level = figures.cell(theme.key, "other", strength["from"], strength["about"])
        headline = Text(
            "{about} en {party} zien allebei dat dit goed gaat bij {about}.",
            "{about} and {party} both see that {about} does this well.",
        ).fill(about=figures.name(strength["about"]), party=figures.name(strength["from"]))
    elif strength["type"] == "view":
        level = figures.view(theme.key, strength["from"], strength["about"])
        headline = Text(
            "{party} ziet dit duidelijk goed gaan bij {about}.",
            "{party} clearly sees this go well with {about}.",
        ).fill(about=figures.name(strength["about"]), party=figures.name(strength["from"]))
    else:
        one, other = strength["between"]
        level = figures.side(theme.key, one, other).figure
        headline = Text(
            "Tussen {one} en {other} gaat dit duidelijk goed.", "Between {one} and {other} this clearly goes well."
        ).fill(one=figures.name(one), other=figures.name(other))
    return Praise(theme, headline, level)


def finding_of(figures: Figures, gap: Mapping[str, Any]) -> Finding:
    theme = figures.instrument.theme(gap["theme"])
    headline, (a_label, a), (b_label, b), role = _said(figures, gap)
    kind = cast(GapKind, gap["type"])
    roles = [r for r in figures.instrument.roles if not r.context]
    return Finding(
        rank=gap["rank"],
        kind=kind,
        theme=theme,
        headline=headline,
        a_label=a_label,
        a=a,
        b_label=b_label,
        b=b,
        distance=abs(gap["value"]),
        interval=distances(gap["value"], gap["ci95"]),
        size=words.SIZES[gap["size"]],
        evidence=words.EVIDENCE[gap["evidence"]],
        evidence_key=gap["evidence"],
        quadrant=words.QUADRANTS.get(gap.get("quadrant", "")),
        questions=tuple((r.label(figures.label_set), theme.question(kind, r.key)) for r in roles),
        first_question=(figures.role(role), theme.question(kind, role)),
    )


def _said(figures: Figures, gap: Mapping[str, Any]) -> tuple[Text, tuple[Text, Shown], tuple[Text, Shown], str]:
    """(headline, first side, second side, the role whose question comes first) of a published gap."""
    theme = gap["theme"]
    if gap["type"] == "perception":
        about, party = gap["about"], gap["from"]
        more = Text("gunstiger", "more favourable") if gap["value"] > 0 else Text("minder gunstig", "less favourable")
        headline = Text(
            "Het eigen beeld van {about} is {more} dan het beeld dat {party} heeft.",
            "{about}'s self-image is {more} than the view that {party} has.",
        ).fill(about=figures.name(about), party=figures.name(party), more=more)
        own = (
            Text("eigen beeld van {about}", "self-image of {about}").fill(about=figures.name(about)),
            figures.cell(theme, "self", about, None),
        )
        other = (
            Text("beeld van {party}", "view of {party}").fill(party=figures.name(party)),
            figures.cell(theme, "other", party, about),
        )
        return headline, own, other, figures.lines[about].role_key
    if gap["type"] == "ambition":
        return _said_of_ambition(figures, gap)
    one, other_key = gap["between"]
    block: Block = "relation" if gap["type"] == "asymmetry" else "whole"
    low, high = (one, other_key) if gap["value"] < 0 else (other_key, one)
    headline = (
        Text(
            "{high} beleeft de relatie gunstiger dan {low}.",
            "{high} experiences the relation as better than {low}.",
        )
        if block == "relation"
        else Text("{high} ziet de driehoek gunstiger dan {low}.", "{high} sees the triangle as better than {low}.")
    ).fill(high=figures.name(high), low=figures.name(low))
    sides = [
        (
            Text("volgens {party}", "according to {party}").fill(party=figures.name(key)),
            figures.cell(theme, block, key, about if block == "relation" else None),
        )
        for key, about in ((one, other_key), (other_key, one))
    ]
    return headline, sides[0], sides[1], figures.lines[low].role_key


def _said_of_ambition(
    figures: Figures, gap: Mapping[str, Any]
) -> tuple[Text, tuple[Text, Shown], tuple[Text, Shown], str]:
    if gap["of"] == "view":
        what = Text("het beeld dat {party} heeft van {about}", "the view that {party} has of {about}").fill(
            party=figures.name(gap["from"]), about=figures.name(gap["about"])
        )
        role = figures.lines[gap["about"]].role_key
        level = figures.view(gap["theme"], gap["from"], gap["about"])
    elif gap["of"] == "relation":
        one, other = gap["between"]
        what = Text("de relatie tussen {one} en {other}", "the relation between {one} and {other}").fill(
            one=figures.name(one), other=figures.name(other)
        )
        role = figures.lines[one].role_key
        level = figures.side(gap["theme"], one, other).figure
    else:
        what = Text("de driehoek als geheel", "the triangle as a whole")
        role = figures.instrument.roles[0].key
        level = figures.whole(gap["theme"])
    headline = Text(
        "Op dit thema blijft {what} onder de ambitie.", "On this theme {what} stays below the ambition."
    ).fill(what=what)
    return headline, (what, level), (Text("ambitie", "ambition"), Shown(gap["b"])), role
