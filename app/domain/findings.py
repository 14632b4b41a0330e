"""Owns what a report is made of: figures as shown, findings, strengths, movements; plain values in both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain import words
from app.domain.instrument import Theme
from app.domain.text import Text, same, signed


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as published: points with interval, or None with the reason. `bound`: at_most, at_least or None.

    `agreement`: how united the people of a group are in it, as a class (scoring.md §6); of base cells only.
    """

    score: int | None
    low: int | None = None
    high: int | None = None
    bound: str | None = None
    reason: str | None = None
    attributed: bool = False
    agreement: str | None = None

    @property
    def number(self) -> str:
        """`63`, `≥ 95`, `≤ 5`, or an en dash where there is none."""
        if self.score is None:
            return "–"
        sign = {"at_least": "≥ ", "at_most": "≤ "}.get(self.bound or "", "")
        return f"{sign}{self.score}"

    @property
    def interval(self) -> str:
        return "" if self.low is None or self.high is None else f"{self.low}–{self.high}"

    @property
    def why(self) -> Text:
        return words.REASONS[self.reason] if self.reason else same("")

    @property
    def why_short(self) -> Text:
        return words.SHORT_REASONS[self.reason] if self.reason else same("")

    @property
    def united(self) -> Text | None:
        return words.AGREEMENT[self.agreement] if self.agreement else None


def shown(figure: Mapping[str, Any] | None, *, attributed: bool = False) -> Shown:
    """A published object of the score document as a figure; absent means not asked."""
    if figure is None:
        return Shown(None, reason="not_asked")
    if figure.get("score") is None:
        return Shown(None, reason=figure.get("reason", "not_asked"))
    low, high = figure.get("ci95") or (None, None)
    bound, agreement = figure.get("bound"), figure.get("agreement")
    return Shown(figure["score"], low, high, bound, attributed=attributed, agreement=agreement)


@dataclass(frozen=True)
class PartyLine:
    """One party and its response as published."""

    key: str
    name: Text
    role_key: str
    role: Text
    people: str | None
    response: str | None
    reason: str | None
    attributed: bool
    pooled: tuple[Text, ...] = ()
    changed: bool = False

    @property
    def why(self) -> Text:
        return words.REASONS[self.reason] if self.reason else same("")


@dataclass(frozen=True)
class Side:
    """One relation between two parties: P, or the one direction that may be shown (`said_by`)."""

    one: str
    other: str
    figure: Shown
    said_by: str | None = None


@dataclass(frozen=True)
class Finding:
    """A gap in words. `a` and `b` are its two sides.

    `distance`, in points, has no sign: the headline says who is above.
    """

    rank: int | None
    kind: str
    theme: Theme
    headline: Text
    a_label: Text
    a: Shown
    b_label: Text
    b: Shown
    distance: int
    interval: str
    size: Text
    evidence: Text
    evidence_key: str
    quadrant: Text | None
    questions: tuple[tuple[Text, Text], ...]
    first_question: tuple[Text, Text]

    @property
    def in_short(self) -> Text:
        """For the first page: both sides, the size, and how sure it is."""
        sure = (
            Text("duidelijk meer dan toeval", "clearly more than chance")
            if self.evidence_key == "clear"
            else Text("een aanwijzing, geen zekerheid", "an indication, not a certainty")
        )
        return Text("{a} tegenover {b}: een {size}, {sure}.", "{a} against {b}: a {size}, {sure}.").fill(
            a=self.a.number, b=self.b.number, size=self.size, sure=sure
        )


@dataclass(frozen=True)
class Praise:
    """A strength in words."""

    theme: Theme
    headline: Text
    figure: Shown


@dataclass(frozen=True)
class Pair:
    """Two figures to be drawn beside each other on one theme."""

    label: Text
    one_label: Text
    one: Shown
    other_label: Text
    other: Shown


@dataclass(frozen=True)
class ThemeSection:
    theme: Theme
    level: Shown
    whole: bool
    ambition: int | None
    pairs: tuple[Pair, ...]
    sources: tuple[Text, ...]


@dataclass(frozen=True)
class Compared:
    """One theme of a comparison: per party how the other sees it (`seen`), and how it sees the other (`seeing`)."""

    title: Text
    seen: tuple[Shown, ...]
    seeing: tuple[Shown, ...]


@dataclass(frozen=True)
class Comparison:
    """The parties of one role side by side, in their own order, each with the same `other` party.

    `title` heads them; `seen` and `seeing` name the two views; `pairs` holds the totals over all themes, to be drawn.
    """

    title: Text
    other: Text
    seen: Text
    seeing: Text
    parties: tuple[Text, ...]
    rows: tuple[Compared, ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True)
class Movement:
    """A change since the earlier wave, of a relation or of the whole."""

    theme: Theme
    what: Text
    whole: bool
    before: int
    now: int
    value: int
    interval: str
    evidence: Text
    material: bool


@dataclass(frozen=True)
class Division:
    """A party whose people give different answers: on what, about what, and how sure that is."""

    theme: Theme
    party: Text
    about: Text
    sure: Text


@dataclass(frozen=True)
class Hidden:
    """What is not shown, and why."""

    what: Text
    why: Text


def signed_interval(bounds: Sequence[int] | None) -> str:
    """A difference's interval as `−5 … +20`; nothing where there is none."""
    return f"{signed(bounds[0])} … {signed(bounds[1])}" if bounds else ""


def distances(value: int, bounds: Sequence[int] | None) -> str:
    """The interval of a distance: `29–47`; with signs where the other direction is possible too."""
    if not bounds:
        return ""
    low, high = (bounds[0], bounds[1]) if value >= 0 else (-bounds[1], -bounds[0])
    return f"{low}–{high}" if low >= 0 else f"{signed(low)} … {signed(high)}"
