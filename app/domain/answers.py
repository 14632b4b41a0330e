"""Owns answers: what may be given, how all faults are told at once, and the packed form that is kept."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.domain.constellation import Questionnaire, Rating
from app.domain.problems import Fault, InvalidInput, fault
from app.domain.text import Text

#: A step of the scale (1 = least favourable), or why there is none. Left open is simply absent.
Value = int | Literal["dont_know", "not_applicable"]

#: The codes of the packed form. Steps of the scale stand for themselves.
BLANK, NOT_SHOWN, DONT_KNOW, NOT_APPLICABLE = 0, 253, 254, 255
_CODES: dict[str, int] = {"dont_know": DONT_KNOW, "not_applicable": NOT_APPLICABLE}
_VALUES: dict[int, Value] = {DONT_KNOW: "dont_know", NOT_APPLICABLE: "not_applicable"}

LONGEST_COMMENT = 2000
TOO_LONG = Text(
    "Dit antwoord heeft {n} tekens en er is plaats voor {most}. Maak het korter; zo lang bewaren wij het niet.",
    "This answer has {n} characters and there is room for {most}. Shorten it; at this length we do not keep it.",
)


@dataclass(frozen=True, slots=True)
class Answers:
    """What one respondent gave: `ratings` by rating key, `comments` by comment key, and whom they judge."""

    judged: frozenset[str] = frozenset()
    ratings: Mapping[str, Value] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)


def read_value(raw: object, steps: int) -> Value | None:
    """One answer from a form, a CSV or JSON; None when left open. Raises ValueError when it is not an answer."""
    if raw is None or raw == "":
        return None
    if raw == "dont_know":
        return "dont_know"
    if raw == "not_applicable":
        return "not_applicable"
    if isinstance(raw, str) and re.fullmatch(r"[1-9][0-9]{0,2}", raw):
        raw = int(raw)
    if isinstance(raw, int) and not isinstance(raw, bool) and 1 <= raw <= steps:
        return raw
    raise ValueError(raw)


def unusable_value(where: str, raw: object, steps: int) -> Fault:
    return fault(
        where,
        "'{raw}' is geen antwoord. Gebruik 1 tot en met {steps}, dont_know, not_applicable, of laat het leeg.",
        "'{raw}' is not an answer. Use 1 to {steps}, dont_know, not_applicable, or leave it empty.",
        raw=str(raw)[:40] if isinstance(raw, str | int | float) else "…",
        steps=steps,
    )


def read_ratings(raw: Mapping[str, object], questionnaire: Questionnaire, steps: int) -> dict[str, Value]:
    """The ratings among `raw`; names every unknown place and every unusable answer at once."""
    known = {rating.key for rating in questionnaire.ratings}
    values: dict[str, Value] = {}
    faults: list[Fault] = []
    for key, given in raw.items():
        if key not in known:
            faults.append(_unknown_place(f"ratings.{key}"))
            continue
        try:
            value = read_value(given, steps)
        except ValueError:
            faults.append(unusable_value(f"ratings.{key}", given, steps))
        else:
            if value is not None:
                values[key] = value
    if faults:
        raise InvalidInput(faults)
    return values


def read_comments(raw: Mapping[str, object], questionnaire: Questionnaire) -> dict[str, str]:
    """The comments among `raw`, trimmed; names every unknown place and every text that is too long."""
    known = {comment.key for comment in questionnaire.comments}
    faults: list[Fault] = []
    texts: dict[str, str] = {}
    for key, given in raw.items():
        # A form sends the end of a line as two characters, and its writer counts one.
        text = given.replace("\x00", "").replace("\r\n", "\n").strip() if isinstance(given, str) else ""
        if key not in known:
            faults.append(_unknown_place(f"comments.{key}"))
        elif not isinstance(given, str):
            faults.append(fault(f"comments.{key}", "Dit moet tekst zijn.", "This must be text."))
        elif len(text) > LONGEST_COMMENT:
            faults.append(Fault(f"comments.{key}", TOO_LONG.fill(n=len(text), most=LONGEST_COMMENT)))
        elif text:
            texts[key] = text
    if faults:
        raise InvalidInput(faults)
    return texts


def _unknown_place(where: str) -> Fault:
    return fault(
        where[:80],
        "Deze vraag staat niet in uw vragenlijst.",
        "This question is not part of your questionnaire.",
    )


def require_something(answers: Answers) -> None:
    """An empty form can't be sent."""
    if not answers.ratings and not answers.comments:
        raise InvalidInput(
            [
                fault(
                    "ratings",
                    "Er is nog niets ingevuld. Geef minstens één antwoord voordat u verstuurt.",
                    "Nothing has been filled in yet. Give at least one answer before you send.",
                )
            ]
        )


def pack(sheet: Iterable[Rating], ratings: Mapping[str, Value], judged: Collection[str]) -> bytes:
    """One byte per rating of the party's sheet: the form in which submissions are stored and scored."""
    return bytes(
        NOT_SHOWN if rating.about is not None and rating.about not in judged else _code(ratings.get(rating.key))
        for rating in sheet
    )


def _code(value: Value | None) -> int:
    if value is None:
        return BLANK
    return value if isinstance(value, int) else _CODES[value]


def unpack(sheet: Iterable[Rating], packed: bytes) -> dict[str, Value | None]:
    """The ratings that were shown, by key; None where left open. The inverse of `pack`."""
    return {
        rating.key: None if code == BLANK else _VALUES.get(code, code)
        for rating, code in zip(sheet, packed, strict=True)
        if code != NOT_SHOWN
    }
