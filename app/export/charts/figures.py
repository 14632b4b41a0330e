"""Owns what every chart draws: one figure, shown or hidden with its reason. Knows nothing of drawing."""

from dataclasses import dataclass
from typing import Literal

#: A clamped figure: the truth is this or less, or this or more (scoring.md §4).
Bound = Literal["at_most", "at_least"]

_SIGN: dict[Bound | None, str] = {None: "", "at_most": "≤ ", "at_least": "≥ "}


@dataclass(frozen=True, slots=True)
class Caption:
    """What a screen reader is told in ready-made texts; `ident` is unique in its page."""

    ident: str
    title: str
    desc: str

    def __post_init__(self) -> None:
        if not self.ident or any(character.isspace() for character in self.ident):
            raise ValueError(f"ident must be a name without spaces, not {self.ident!r}")


@dataclass(frozen=True, slots=True)
class Figure:
    """A published score in points (0–100) with its interval, or `score=None` and why it is hidden.

    `low` and `high` are the bounds of the 95 % interval; both `None`, or equal, mean that there is none (a
    statement). `reason` is the whole ready-made text, such as 'niet getoond: groep te klein'.
    """

    score: int | None
    low: int | None = None
    high: int | None = None
    bound: Bound | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.score is None) != bool(self.reason):
            raise ValueError("a figure has a score, or else a reason why it is hidden")
        if self.score is None and (self.low is not None or self.high is not None or self.bound):
            raise ValueError("a hidden figure has no interval and no bound")
        if (self.low is None) != (self.high is None):
            raise ValueError("an interval has two bounds")
        points = [point for point in (self.score, self.low, self.high) if point is not None]
        if any(not 0 <= point <= 100 for point in points) or (self.low or 0) > (self.high or 0):
            raise ValueError(f"points lie between 0 and 100, low before high: {points}")

    @classmethod
    def hidden(cls, reason: str) -> "Figure":
        """A figure that may not be shown, with the ready-made text that says so."""
        return cls(None, reason=reason)

    @property
    def interval(self) -> tuple[int, int] | None:
        """The bounds in points, or `None` without a width to draw."""
        if self.low is None or self.high is None or self.low == self.high:
            return None
        return self.low, self.high

    @property
    def text(self) -> str:
        """What is printed for the score: '63', '≥ 95', '≤ 5'; nothing for a hidden figure."""
        return "" if self.score is None else f"{_SIGN[self.bound]}{self.score}"

    @property
    def interval_text(self) -> str:
        """What is printed for the interval: '55–75', or nothing."""
        return "" if self.interval is None else f"{self.interval[0]}–{self.interval[1]}"
