"""Owns reading and releasing comments by hand, after release (scoring.md §10)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.assessment import Actor, Assessment
from app.domain.comments import (
    LONGEST_COMMENT,
    CommentsOfVoice,
    ReleasedComment,
    as_read,
    question_texts,
    voices,
)
from app.domain.problems import Fault, InvalidInput, NotAllowed, fault
from app.domain.text import Text
from app.service.tokens import mark_of_address
from app.service.work import Work

#: The line in the audit trail that says that a member declared to be no respondent, and read.
DECLARED = "comments_opened"


@dataclass(frozen=True, slots=True)
class CommentToRead:
    """One comment as a member reads it: without party, time, order or language; `words` as released, or as written."""

    id: str
    question: Text
    words: str
    released: bool


def declare(work: Work, actor: Actor, identifier: str) -> None:
    """A member says to be no respondent of this assessment, and may read comments from then on."""
    assessment = work.own_to_change(actor, identifier)
    _require_may_read(work, actor, assessment)
    if not has_declared(work, actor, identifier):
        work.record(actor, assessment, DECLARED)


def has_declared(work: Work, actor: Actor, identifier: str) -> bool:
    events = work.store.results.audit_events(actor.office, work.own(actor, identifier).id)
    return any(event.action == DECLARED and event.actor == actor.name for event in events)


def _require_may_read(work: Work, actor: Actor, assessment: Assessment) -> None:
    """After release, and by nobody who was invited.

    Addresses are known until thirty days after closing; of members a mark stays.
    """
    assessment.require_state("released")
    marks = work.store.comments.members_who_took_part(assessment.id)
    known = mark_of_address(work.secret, assessment.id, actor.name) in marks
    if known or actor.name in work.store.answers.everyone(assessment.id):
        raise NotAllowed(
            Text(
                "U staat zelf op de lijst van deze meting. Laat een collega die niet meedeed de toelichtingen lezen.",
                "You are on the list of this assessment yourself. Have a colleague who took no part read the comments.",
            )
        )


def to_read(work: Work, actor: Actor, identifier: str) -> list[CommentToRead]:
    """The comments that may be released, in no order. Raises NotAllowed to who may not read, or did not declare."""
    actor.require_write()
    assessment = work.own(actor, identifier)
    _require_may_read(work, actor, assessment)
    if not has_declared(work, actor, identifier):
        raise NotAllowed(
            Text(
                "Zeg eerst dat u zelf niet meedeed aan deze meting.",
                "First say that you took no part in this assessment yourself.",
            )
        )
    released = {comment.id: comment.words for comment in work.store.comments.released(assessment.id)}
    texts = question_texts(work.instrument_of(assessment))
    allowed = _voices(work, assessment)
    return [
        CommentToRead(
            comment.id, texts[comment.question], released.get(comment.id, comment.words), comment.id in released
        )
        for comment in work.store.comments.of(assessment.id)
        if comment.id in allowed
    ]


def _voices(work: Work, assessment: Assessment) -> dict[str, str | None]:
    kept = work.store.results.snapshot(assessment.id)
    document = json.loads(kept.document) if kept else {"parties": []}
    shown = [party for party in document["parties"] if not party.get("reason")]
    return voices(
        work.store.comments.of(assessment.id),
        groups=[party["key"] for party in shown if not party.get("attributed")],
        statements=[party["key"] for party in shown if party.get("attributed")],
        authors_needed=assessment.params.k_distribution,
    )


def release(work: Work, actor: Actor, identifier: str, chosen: Mapping[str, str]) -> int:
    """Let exactly these comments stand in the report: id → words, as they may be read. Gives how many.

    All readers see them from now on. Raises InvalidInput with every text that is empty or too long.
    """
    assessment = work.own_to_change(actor, identifier)
    known = {comment.id for comment in to_read(work, actor, identifier)}
    faults = [found for key, words in chosen.items() if key in known for found in _faults(key, words)]
    if faults:
        raise InvalidInput(faults)
    allowed = _voices(work, assessment)
    released = [
        ReleasedComment(comment.id, allowed[comment.id], comment.question, chosen[comment.id].strip())
        for comment in work.store.comments.of(assessment.id)
        if comment.id in allowed and comment.id in chosen
    ]
    work.store.comments.release(assessment.id, released)
    work.record(actor, assessment, "comments_released", number=len(released))
    return len(released)


def _faults(key: str, words: str) -> list[Fault]:
    if not words.strip():
        return [
            fault(
                f"words-{key}",
                "Deze toelichting is leeg. Zet het vinkje uit om haar niet vrij te geven.",
                "This comment is empty. Untick it in order not to release it.",
            )
        ]
    if len(words) > LONGEST_COMMENT:
        return [
            fault(
                f"words-{key}",
                "Deze toelichting heeft {n} tekens; er is plaats voor {most}.",
                "This comment has {n} characters; there is room for {most}.",
                n=len(words),
                most=LONGEST_COMMENT,
            )
        ]
    return []


def released(work: Work, assessment: Assessment) -> tuple[CommentsOfVoice, ...]:
    """The comments of a report, for everyone who may read it."""
    return as_read(
        work.store.comments.released(assessment.id),
        [party.key for party in assessment.parties],
        work.instrument_of(assessment),
    )
