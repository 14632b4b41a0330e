"""Owns what an office reads back of its own audit trail."""

from dataclasses import replace
from datetime import datetime

from app.domain.assessment import Actor
from app.service.work import Work
from app.store.trail import TrailEvent

#: What is told beside an action. Anything else stays inside: the hash of a snapshot, too, belongs to what is released.
TOLD = frozenset({"wave", "number", "closesDate", "confirmedHidden", "who", "what", "role", "scope", "changed", "by"})


def events(
    work: Work, actor: Actor, assessment: str | None, after: tuple[datetime, str] | None, most: int
) -> list[TrailEvent]:
    """What the actor's office did, newest first, from a place in that order on; never what a respondent did."""
    found = work.store.trail.events(actor.office, assessment, after, most)
    return [replace(event, detail={key: event.detail[key] for key in event.detail if key in TOLD}) for event in found]
