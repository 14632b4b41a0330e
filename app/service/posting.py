"""Owns the outbox: letters written with the change that causes them, and brought by the worker afterwards."""

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import get_args

from app.delivery.mail import About, PerhapsTaken, Postman, TryLater, Undeliverable
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
#: About three days of trying; then a letter is given up.
MOST_ATTEMPTS = 75
ALL_LETTERS: Sequence[LetterKind] = get_args(LetterKind)
#: Somebody waits for it behind a screen: it must not stand behind a mailing.
URGENT: Sequence[LetterKind] = ("sign_in",)
#: No other letter waits for these: how long it waited would tell how many people have not sent.
LAST: Sequence[LetterKind] = ("reminder",)
#: Reminders leave each at a moment of its own within this time. One after the other along the list, two people who lay
#: theirs side by side would see whether somebody between them got one (decision 23).
REMINDED_WITHIN = timedelta(minutes=15)
#: Between two lines in the log about reminders.
BETWEEN_WORDS = timedelta(hours=1)


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


def _came(work: Work, waiting: Waiting) -> None:
    """The link in a letter came to its receiver, who counts as invited from now on.

    In a reminder too: to whoever no invitation reached. It tells nothing, for without a link nobody has sent; and
    whoever got the link and sent must count no less than who got it and did not.
    """
    if waiting.kind in ("invitation", "reminder"):
        work.store.answers.mark_reached(waiting.reference)


@dataclass(frozen=True, slots=True)
class Post:
    """Brings letters by a postman. `base_url`: where the links in them lead to."""

    workshop: Workshop
    postman: Postman
    clock: Callable[[], datetime]
    base_url: str
    _told: dict[str, datetime] = field(default_factory=dict)

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
            if self._leaves(waiting):
                brought += 1
                self._let_go_of(waiting)
        self.postman.tidy(self.clock(), self._of_no_more_use)
        return brought

    def _next(self, kinds: Sequence[LetterKind]) -> Waiting | None:
        with self._work() as work:
            for those in ([kind for kind in kinds if kind not in LAST], [kind for kind in kinds if kind in LAST]):
                if those and (waiting := work.store.outbox.claim(work.now, LEASE, LONGEST_WAIT, those)):
                    return waiting
        return None

    def _leaves(self, waiting: Waiting) -> bool:
        """Whether the letter was handed over. One that nobody waits for is dropped, and one that fails tried later."""
        try:
            with self._work() as work:
                letter = write(work, waiting, self.base_url)
                if letter is None:
                    work.store.outbox.drop(waiting.id)
                    return False
            self.postman.deliver(letter, self.clock())
        except Undeliverable:
            self._give_up(waiting)
        except TryLater as error:
            self._tell(waiting, logging.WARNING, f"waits for another try: {error}")
            if isinstance(error, PerhapsTaken):
                with self._work() as work:
                    _came(work, waiting)
            self._put_off(waiting)
        except Exception as bug:  # noqa: BLE001 - the others leave all the same, and this one may when it is mended
            self._tell(waiting, logging.ERROR, "could not be brought; it will be tried again", bug)
            self._put_off(waiting)
        else:
            return True
        return False

    def _let_go_of(self, waiting: Waiting) -> None:
        try:
            with self._work() as work:
                work.store.outbox.drop(waiting.id)
                _came(work, waiting)
        except Exception as error:  # noqa: BLE001 - the letter is theirs; to try at once would bring it again at once
            self._tell(waiting, logging.ERROR, "left, which could not be written down; it may leave once more", error)

    def _put_off(self, waiting: Waiting) -> None:
        """Until another try; after the last one it is given up."""
        if waiting.attempts + 1 >= MOST_ATTEMPTS:
            self._tell(waiting, logging.ERROR, f"is given up after {MOST_ATTEMPTS} tries")
            self._give_up(waiting)
            return
        wait = min(LONGEST_WAIT, timedelta(minutes=2 ** min(waiting.attempts, 10)))
        with self._work() as work:
            work.store.outbox.put_off(waiting, work.now + wait)

    def _give_up(self, waiting: Waiting) -> None:
        with self._work() as work:
            work.store.outbox.drop(waiting.id)
            # Reminders reach only who has not sent: a mark from one of those would tell who they are.
            if waiting.kind == "invitation":
                work.store.answers.mark_undeliverable(waiting.reference)

    def _tell(self, waiting: Waiting, level: int, what: str, error: Exception | None = None) -> None:
        """In the log; of reminders once an hour and not which letter, for a line each would count who has not sent."""
        if waiting.kind != "reminder":
            log.log(level, "a letter (%s) %s", waiting.kind, what, exc_info=error)
        elif self._told.get(what, datetime.min.replace(tzinfo=UTC)) <= self.clock() - BETWEEN_WORDS:
            self._told[what] = self.clock()
            log.log(level, "a letter %s", what, exc_info=error)

    def _of_no_more_use(self, letters: AbstractSet[About]) -> set[About]:
        """Those about an assessment that was erased, and those that ask for answers where no more are taken."""
        with self.workshop.work(self.clock(), write=False) as work:
            states = work.store.assessments.states({letter.assessment for letter in letters})
        ended = {letter for letter in letters if letter.asks and states.get(letter.assessment) not in ("draft", "open")}
        return ended | {letter for letter in letters if states.get(letter.assessment) == "erased"}

    def _work(self) -> AbstractContextManager[Work]:
        return self.workshop.work(self.clock(), write=True)
