"""Owns which words of respondents may be read and released, and in whose name (scoring.md §10)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.instrument import Instrument
from app.domain.text import Text

#: Room for what a comment becomes when a name in it is replaced.
LONGEST_COMMENT = 4000


@dataclass(frozen=True, slots=True)
class Comment:
    """Somebody's own words. `author` tells authors apart and leads to nobody; `question`: the open question's id."""

    id: str
    party: str
    author: str
    question: str
    words: str


@dataclass(frozen=True, slots=True)
class ReleasedComment:
    """Words as they may be read. `party` is None where only the whole of the constellation may be named."""

    id: str
    party: str | None
    question: str
    words: str


def voices(
    comments: Collection[Comment], groups: Collection[str], statements: Collection[str], authors_needed: int
) -> dict[str, str | None]:
    """In whose name each comment may be released: comment id → a party, or None for the whole.

    `groups` and `statements`: the keys of the published group parties and of the statement parties. A comment that is
    not in the result may not be read by anyone: its party is hidden, or too few people wrote. A party is named only
    from `authors_needed` distinct authors (`k_distribution`); what is left is released for the whole, from as many
    distinct authors of groups. The two share no comment, so that one cannot be taken off the other.
    """
    authors = {key: {c.author for c in comments if c.party == key} for key in groups}
    named = {key for key, found in authors.items() if len(found) >= authors_needed}
    rest = [c for c in comments if c.party not in named and c.party in {*groups, *statements}]
    found: dict[str, str | None] = {c.id: c.party for c in comments if c.party in named}
    if len({c.author for c in rest if c.party in groups}) >= authors_needed:
        found |= {c.id: None for c in rest}
    return found


@dataclass(frozen=True, slots=True)
class CommentsOnQuestion:
    question: Text
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CommentsOfVoice:
    """Released comments in one name: a party's, or the whole constellation's (`party` is None)."""

    party: str | None
    questions: tuple[CommentsOnQuestion, ...]


def as_read(
    released: Iterable[ReleasedComment], parties: Sequence[str], instrument: Instrument
) -> tuple[CommentsOfVoice, ...]:
    """Released comments as a report shows them: by party in order, then the whole; by question; in no order of sending.

    Comments have random ids that were given at closing, so that their order tells nothing.
    """
    by_place: dict[tuple[str | None, str], list[ReleasedComment]] = {}
    for comment in released:
        by_place.setdefault((comment.party, comment.question), []).append(comment)
    texts = question_texts(instrument)
    found = []
    for party in (*parties, None):
        questions = tuple(
            CommentsOnQuestion(text, tuple(c.words for c in sorted(by_place[party, key], key=lambda c: c.id)))
            for key, text in texts.items()
            if (party, key) in by_place
        )
        if questions:
            found.append(CommentsOfVoice(party, questions))
    return tuple(found)


def question_texts(instrument: Instrument) -> Mapping[str, Text]:
    """Each open question without the party that it was about: that could narrow down who wrote."""
    other = Text("de andere partij", "the other party")
    return {question.id: question.text.fill(about=other) for question in instrument.open_questions}
