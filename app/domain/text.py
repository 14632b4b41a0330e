"""Owns the two languages: a text that people read exists in Dutch and in English, or it doesn't exist."""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from babel.dates import format_date

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    nl: str
    en: str

    def in_(self, language: Language) -> str:
        return self.nl if language == "nl" else self.en

    @property
    def as_sentence(self) -> "Text":
        """With a capital at the start."""
        return Text(self.nl[:1].upper() + self.nl[1:], self.en[:1].upper() + self.en[1:])

    def fill(self, **values: "str | int | Text") -> "Text":
        """Fill the same {placeholders} in both languages; a Text fills each language with its own words."""
        return Text(
            self.nl.format(**{key: v.nl if isinstance(v, Text) else v for key, v in values.items()}),
            self.en.format(**{key: v.en if isinstance(v, Text) else v for key, v in values.items()}),
        )


def day_in_words(day: date) -> Text:
    """`8 februari 2027`, `8 February 2027`."""
    return Text(format_date(day, "d MMMM y", locale="nl"), format_date(day, "d MMMM y", locale="en"))


def same(words: str) -> Text:
    """A text that is the same in both languages: a name, a key, a number."""
    return Text(words, words)


def plain(words: str) -> str:
    """Words in small plain letters with hyphens between, for a key or the name of a file: `coordinatie-bouw`."""
    letters = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")


def lowered(text: Text) -> Text:
    """A text that begins a line, for within one."""
    return Text(text.nl[:1].lower() + text.nl[1:], text.en[:1].lower() + text.en[1:])


def enumerate_texts(texts: Iterable[Text]) -> Text:
    """'a, b en c' / 'a, b and c'."""
    items = list(texts)
    if len(items) <= 1:
        return items[0] if items else same("")
    return Text(
        ", ".join(t.nl for t in items[:-1]) + " en " + items[-1].nl,
        ", ".join(t.en for t in items[:-1]) + " and " + items[-1].en,
    )


def to_whole(value: float) -> int:
    """A figure of a document as a whole number: ⌊x + ½⌋ (scoring.md §2.6)."""
    return math.floor(value + 0.5)


def signed(value: int) -> str:
    """A difference with its sign: `+12`, `−8`, `0`."""
    return f"+{value}" if value > 0 else f"−{-value}" if value < 0 else "0"
