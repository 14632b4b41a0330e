"""Owns requests that may be repeated after a lost reply: the second time the first answer comes again."""

from collections.abc import Callable
from datetime import datetime, timedelta

from app.domain.assessment import Actor
from app.domain.problems import KeyUsedBefore
from app.service.work import Work, Workshop
from app.store.kept_answers import Asked

KEPT = timedelta(hours=24)


def answer_once(work: Work, actor: Actor, key: str, fingerprint: str, make: Callable[[], bytes]) -> bytes:
    """Do something once per key of an actor, and give the same answer to every repetition.

    `fingerprint`: of what is asked; another request under the same key is KeyUsedBefore. What is made and its answer
    are kept in one transaction: a request that was refused kept nothing and may be tried again under the same key.
    """
    asked = Asked(actor.office, actor.name, key, fingerprint)
    if work.store.kept_answers.claim(asked, work.now):
        answer = make()
        work.store.kept_answers.keep(asked, answer)
        return answer
    first, answer = work.store.kept_answers.find(asked)
    if first != fingerprint:
        raise KeyUsedBefore
    return answer


def forget_answers(workshop: Workshop, clock: Callable[[], datetime]) -> None:
    """After a day a key may be used anew."""
    with workshop.work(clock(), write=True) as work:
        work.store.kept_answers.forget(work.now - KEPT)
