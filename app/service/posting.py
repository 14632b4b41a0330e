"""Owns the outbox: letters written with the change that causes them, and brought by the worker afterwards."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from app.delivery.mail import Postman, TryLater, Undeliverable
from app.domain.assessment import Actor, Assessment, dutch_date
from app.domain.problems import WrongState
from app.domain.text import Text
from app.service.letters import write
from app.service.work import Work, Workshop
from app.store.outbox import LetterKind, Waiting

log = logging.getLogger("rolvast")

#: A letter that was claimed comes back after this when the worker died before it could say how it went.
LEASE = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=1)
#: About three days of trying; then a letter is let go, and nobody is blamed for it.
MOST_ATTEMPTS = 75
ALL_LETTERS: Sequence[LetterKind] = get_args(LetterKind)
#: Somebody waits for it behind a screen: it must not stand behind a mailing.
URGENT: Sequence[LetterKind] = ("sign_in",)
#: No other letter waits for these: how long it waited would tell how many people have not sent.
LAST: Sequence[LetterKind] = ("reminder",)
#: Reminders leave each at a moment of its own within this time. One after the other along the list, two people who lay
#: theirs side by side would see whether somebody between them got one (decision 23).
REMINDED_WITHIN = timedelta(minutes=15)


def queue(work: Work, kind: LetterKind, receivers: Iterable[tuple[str, str]], within: timedelta = timedelta()) -> int:
    """Have letters wait for (reference, address), in the same transaction; gives how many.

    Each is due at a moment of its own, at random from now until `within`.
    """
    letters = [
        (Waiting(work.chance(), kind, reference, email, 0), work.now + _at_random(within, work.chance()))
        for reference, email in receivers
    ]
    work.store.outbox.add(letters)
    return len(letters)


def _at_random(within: timedelta, chance: str) -> timedelta:
    return within * int.from_bytes(hashlib.sha256(chance.encode()).digest()[:4]) / 2**32


def remind(work: Work, actor: Actor, identifier: str) -> None:
    """Remind everyone who has not sent yet, once a day at most. Nobody is told who they are, nor how many."""
    assessment = work.own_to_change(actor, identifier)
    assessment.require_open(work.now)
    if not work.store.assessments.set_reminded(assessment.id, dutch_date(work.now)):
        raise WrongState(
            Text(
                "Vandaag ging er al een herinnering uit. Morgen kan het weer.",
                "A reminder went out today already. Tomorrow you can send another.",
            )
        )
    _remind(work, actor, assessment)


def remind_on_chosen_day(work: Work, actor: Actor, identifier: str) -> None:
    """The reminders that the commissioner planned: once on each chosen day, while it is open."""
    assessment = work.own_to_change(actor, identifier)
    assessment.require_open(work.now)
    today = dutch_date(work.now)
    left = (assessment.closes_on - today).days if assessment.closes_on else -1
    if left in assessment.post.reminder_days and work.store.assessments.set_reminded(assessment.id, today):
        _remind(work, actor, assessment)


def _remind(work: Work, actor: Actor, assessment: Assessment) -> None:
    unsent = work.store.answers.unsent(assessment.id)
    receivers = [(i, p.email) for i, p in work.store.answers.people(assessment.id) if i in unsent]
    queue(work, "reminder", receivers, REMINDED_WITHIN)
    work.record(actor, assessment, "reminded")


@dataclass(frozen=True, slots=True)
class Post:
    """Brings letters by a postman. `base_url`: where the links in them lead to."""

    workshop: Workshop
    postman: Postman
    clock: Callable[[], datetime]
    base_url: str

    def bring_due(self, kinds: Sequence[LetterKind] = ALL_LETTERS, stopping: Callable[[], bool] = lambda: False) -> int:
        """Bring every letter of these kinds that is due, until `stopping`; gives how many left.

        What lay too long where letters leave is tidied away. A letter is claimed in one transaction and let go in
        another: when this process dies between the two, or the database is out of reach just then, the letter is
        brought once more after the lease, with the same Message-ID. Nothing else is sent twice: each is claimed just
        before it leaves, so that the lease has to last for one letter only.
        """
        brought = 0
        while not stopping():
            waiting = self._next(kinds)
            if waiting is None:
                break
            try:
                brought += self._bring(waiting)
            except Exception:
                log.exception("a letter (%s) could not be brought; it will be tried again", waiting.kind)
                self._put_off(waiting)
        self.postman.tidy(self.clock(), self._erased)
        return brought

    def _next(self, kinds: Sequence[LetterKind]) -> Waiting | None:
        with self._work() as work:
            for those in ([kind for kind in kinds if kind not in LAST], [kind for kind in kinds if kind in LAST]):
                if those and (waiting := work.store.outbox.claim(work.now, LEASE, those)):
                    return waiting
        return None

    def _bring(self, waiting: Waiting) -> int:
        with self._work() as work:
            letter = write(work, waiting, self.base_url)
            if letter is None:
                work.store.outbox.drop(waiting.id)
                return 0
        try:
            self.postman.deliver(letter, self.clock())
        except TryLater as error:
            log.warning("a letter (%s) waits for another try: %s", waiting.kind, error)
            self._put_off(waiting)
            return 0
        except Undeliverable:
            with self._work() as work:
                work.store.outbox.drop(waiting.id)
                # Reminders reach only who has not sent: a mark from one of those would tell who they are.
                if waiting.kind == "invitation":
                    work.store.answers.mark_undeliverable(waiting.reference)
            return 0
        with self._work() as work:
            work.store.outbox.drop(waiting.id)
            if waiting.kind == "invitation":
                work.store.answers.mark_reached([waiting.reference])
        return 1

    def _put_off(self, waiting: Waiting) -> None:
        """Until another try, or for good after the last one."""
        with self._work() as work:
            if waiting.attempts + 1 >= MOST_ATTEMPTS:
                work.store.outbox.drop(waiting.id)
            else:
                wait = min(LONGEST_WAIT, timedelta(minutes=2 ** min(waiting.attempts, 10)))
                work.store.outbox.put_off(waiting.id, work.now + wait)

    def _erased(self, assessments: AbstractSet[str]) -> set[str]:
        with self.workshop.work(self.clock(), write=False) as work:
            return work.store.assessments.erased_among(assessments)

    def _work(self) -> AbstractContextManager[Work]:
        return self.workshop.work(self.clock(), write=True)
