"""Owns how wide a text is and where it breaks, without a font at hand. Knows nothing of charts."""

from functools import lru_cache

#: Advance widths in em of DejaVu Sans, the widest face in `FONTS`: what fits here fits anywhere.
_WIDTHS: tuple[tuple[float, str], ...] = (
    (0.28, "'ijl"),
    (0.32, "IJ ,.’·"),
    (0.36, "/:;\\|-f"),
    (0.41, "!()[]tr"),
    (0.50, '"*_`–'),
    (0.55, "sz?cL"),
    (0.60, "FkPvxyTY"),
    (0.64, "aeo0123456789$ESbdghnpqu{}"),
    (0.70, "KABVXZCR"),
    (0.78, "NUH&DGOQ"),
    (0.84, "w#+<=>^~≥≤"),
    (1.00, "M%Wm@—…"),
)
_WIDTH = {character: width for width, characters in _WIDTHS for character in characters}
_OTHER = 0.66
_BOLD = 1.12
_VOWELS = "aeiouyàáäèéëïóöü"
_CJK_FROM = "\u2e80"


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line in the units of `size`, on the generous side."""
    em = sum(1.0 if character >= _CJK_FROM else _WIDTH.get(character, _OTHER) for character in text)
    return em * size * (_BOLD if bold else 1.0)


@lru_cache(maxsize=2048)
def wrap(text: str, room: float, size: float, *, bold: bool = False) -> tuple[str, ...]:
    """The lines of a text that are at most `room` wide; a word that is wider breaks with a hyphen."""
    lines: list[str] = []
    line = ""
    for word in _words(text, room, size, bold=bold):
        joined = f"{line} {word}" if line else word
        if text_width(joined, size, bold=bold) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _pieces(word, room, size, bold=bold)
        lines += full
    return (*lines, line) if line else tuple(lines)


def _words(text: str, room: float, size: float, *, bold: bool) -> list[str]:
    """The words of a text; a dash that stands by itself stays with the word before it."""
    words: list[str] = []
    for word in text.split():
        with_dash = f"{words[-1]} {word}" if words and word in "–—-" else ""
        if with_dash and text_width(with_dash, size, bold=bold) <= room:
            words[-1] = with_dash
        else:
            words.append(word)
    return words


def _pieces(word: str, room: float, size: float, *, bold: bool) -> list[str]:
    """A word in pieces that fit, broken at its own hyphen or slash, else between syllables, else anywhere."""
    pieces: list[str] = []
    while text_width(word, size, bold=bold) > room and len(word) > 1:
        fitting = [n for n in range(1, len(word)) if text_width(f"{word[:n]}-", size, bold=bold) <= room] or [1]
        own = [n for n in fitting if n >= 3 and word[n - 1] in "-/"]
        at = max(own or [n for n in fitting if _is_syllable(word, n)] or fitting)
        pieces.append(word[:at] if own or not word[at - 1].isalnum() else f"{word[:at]}-")
        word = word[at:]
    return [*pieces, word]


def _is_syllable(word: str, at: int) -> bool:
    """Whether a Dutch or English word may well break at a place: before one consonant and a vowel."""
    before, after = word[at - 1 : at].lower(), word[at : at + 2].lower()
    if at < 3 or len(word) - at < 3 or not before.isalpha():
        return False
    starts = after[0].isalpha() and after[0] not in _VOWELS and after[1] in _VOWELS
    return starts and before + after[0] not in {"ch", "ij", "qu", "th", "ph", "sh"}
