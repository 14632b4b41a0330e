"""Owns what the service does by itself: close by date, remind, forget addresses, erase at the retention date."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from app.domain.assessment import Actor, dutch_date
from app.domain.problems import Problem
from app.service import commissioning, learning
from app.service.erasing import erase
from app.service.health import require_current_tables
from app.service.posting import remind_on_chosen_day
from app.service.repeating import forget_answers
from app.service.tokens import mark_of_address
from app.service.webhooks import forget_deliveries
from app.service.work import Workshop

log = logging.getLogger("rolvast")

SERVICE = "rolvast"
ADDRESSES_STAY = timedelta(days=30)
BETWEEN_NOTES = timedelta(minutes=1)
BETWEEN_WARNINGS = timedelta(hours=1)
#: Seconds between two rounds of the worker.
ROUND = 5.0
#: Seconds for what a worker has in hand when it is told to stop.
IN_HAND = 30.0


def close_due(workshop: Workshop, clock: Callable[[], datetime]) -> None:
    """Make the snapshot of every assessment whose last day is over."""
    with workshop.work(clock(), write=False) as work:
        due = [a for a in work.store.assessments.everywhere("open") if not a.accepts_answers(work.now)]
    for assessment in due:
        with _apart("closing"), workshop.work(clock(), write=True) as work:
            service = Actor(assessment.office, SERVICE, may_write=True)
            if work.own_to_change(service, assessment.id).accepts_answers(work.now):
                continue  # its office gave more time while others were closing, which may take long
            commissioning.close(work, service, assessment.id)


@contextmanager
def _apart(job: str) -> Iterator[None]:
    """One assessment that goes wrong holds up no other; it is tried again in the next round."""
    try:
        yield
    except Problem as problem:
        log.info("%s waits: %s", job, problem.code)
    except Exception:
        log.exception("%s failed; it will be tried again", job)


def remind_due(workshop: Workshop, clock: Callable[[], datetime]) -> None:
    """Send the reminders planned for today."""
    with workshop.work(clock(), write=False) as work:
        found = [a for a in work.store.assessments.everywhere("open") if a.accepts_answers(work.now)]
        today = dutch_date(work.now)
    for assessment in found:
        if assessment.closes_on and (assessment.closes_on - today).days in assessment.post.reminder_days:
            with _apart("reminding"), workshop.work(clock(), write=True) as work:
                remind_on_chosen_day(work, Actor(assessment.office, SERVICE, may_write=True), assessment.id)


def note_used_sessions(workshop: Workshop, clock: Callable[[], datetime]) -> None:
    """Write down when sessions were last used, so that the others idle."""
    used, workshop.sessions_used = workshop.sessions_used, {}
    if used:
        with workshop.work(clock(), write=True) as work:
            work.store.access.sessions_used(used)


def note_used_keys(workshop: Workshop, clock: Callable[[], datetime]) -> None:
    """Write down, to the day, which keys were used."""
    used, workshop.keys_used = workshop.keys_used, set()
    if used:
        with workshop.work(clock(), write=True) as work:
            work.store.access.keys_used(used, dutch_date(work.now))


def forget_addresses(workshop: Workshop, clock: Callable[[], datetime]) -> None:
    """Addresses of respondents go thirty days after closing, at the latest.

    Of members of the office who took part a mark stays: they may never read the comments (scoring.md §10).
    """
    with workshop.work(clock(), write=False) as work:
        today = dutch_date(work.now)
        due = [
            a
            for a in work.store.assessments.everywhere("closed", "released")
            if a.closes_on and a.closes_on + ADDRESSES_STAY < today and work.store.answers.everyone(a.id)
        ]
    for assessment in due:
        with _apart("forgetting addresses"), workshop.work(clock(), write=True) as work:
            work.own_to_change(Actor(assessment.office, SERVICE, may_write=True), assessment.id)
            listed = work.store.answers.everyone(assessment.id)
            if not listed:
                continue  # another process was first; an empty list would wipe the marks that it left
            members = [m.email for m in work.store.access.members(assessment.office) if m.email in listed]
            marks = [mark_of_address(work.secret, assessment.id, email) for email in members]
            work.store.comments.keep_members_who_took_part(assessment.id, marks)
            work.store.answers.forget_people(assessment.id)
            work.leave_traces()


def forget_contacts(workshop: Workshop, clock: Callable[[], datetime]) -> None:
    """Addresses that were given for a conversation or an agreement go thirty days after it."""
    with workshop.work(clock(), write=False) as work:
        due = any(learning.addresses_to_forget(work))
    if due:
        with workshop.work(clock(), write=True) as work:
            learning.forget_contacts(work)


def remind_of_agreements(workshop: Workshop, clock: Callable[[], datetime]) -> None:
    """A week before the day of an agreement, a letter, once."""
    with workshop.work(clock(), write=False) as work:
        due = learning.agreements_to_remind(work)
    for agreement in due:
        with _apart("reminding"), workshop.work(clock(), write=True) as work:
            learning.remind_of(work, agreement)


def erase_expired(workshop: Workshop, clock: Callable[[], datetime]) -> int:
    """Erase every assessment whose retention date is over; gives how many. The audit trail keeps the receipt."""
    with workshop.work(clock(), write=False) as work:
        today = dutch_date(work.now)
        due = [
            a
            for a in work.store.assessments.everywhere("open", "closed", "released")
            if a.retention_on and a.retention_on < today
        ]
    erased = 0
    for assessment in due:
        with _apart("erasing"), workshop.work(clock(), write=True) as work:
            service = Actor(assessment.office, SERVICE, may_write=True)
            if work.own_to_change(service, assessment.id).state == "erased":
                continue  # another process was first
            erase(work, service, assessment)
            erased += 1
    return erased


def wipe_traces(workshop: Workshop, clock: Callable[[], datetime]) -> None:
    """Wipe what was deleted from the files. Whoever may still see it is waited for, and the log says so every hour."""
    if workshop.wipe_traces():
        workshop.kept_from_wiping = None
        return
    workshop.kept_from_wiping = since = workshop.kept_from_wiping or clock()
    if abs(clock() - since) >= BETWEEN_WARNINGS:
        workshop.kept_from_wiping = clock()
        log.warning("traces of what was deleted stay in the files: somebody has been reading the database for an hour")


def note_round(workshop: Workshop, clock: Callable[[], datetime]) -> None:
    """Write down, once a minute, that a worker came round: for whoever watches over the service."""
    with workshop.work(clock(), write=False) as work:
        last = work.store.pulse.last("worker")
    if last is None or abs(clock() - last) >= BETWEEN_NOTES:  # a clock that was ahead may have gone back
        with workshop.work(clock(), write=True) as work:
            work.store.pulse.beat("worker", work.now)


def one_round(workshop: Workshop, clock: Callable[[], datetime]) -> None:
    """Everything that is due now, each thing apart, so that one that fails holds up no other."""
    jobs: tuple[Callable[[], object], ...] = (
        lambda: close_due(workshop, clock),
        lambda: remind_due(workshop, clock),
        lambda: remind_of_agreements(workshop, clock),
        lambda: note_used_keys(workshop, clock),
        lambda: note_used_sessions(workshop, clock),
        lambda: forget_addresses(workshop, clock),
        lambda: forget_contacts(workshop, clock),
        lambda: forget_answers(workshop, clock),
        lambda: forget_deliveries(workshop, clock),
        lambda: erase_expired(workshop, clock),
        lambda: wipe_traces(workshop, clock),
        lambda: note_round(workshop, clock),
    )
    for job in jobs:
        with _apart("housekeeping"):
            job()


#: Whether a round should leave what can wait for the next start.
Stopping = Callable[[], bool]


class Worker:
    """Rounds of several kinds, each in a thread of its own, until it is told to stop: a slow mail server or
    receiver of messages holds up no closing.
    """

    def __init__(self, workshop: Workshop, *rounds: Callable[[Stopping], object]) -> None:
        self._stopping = threading.Event()
        self._workshop = workshop
        self._threads = [
            threading.Thread(target=self._work, args=(one,), name="rolvast-worker", daemon=True) for one in rounds
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let each round end what it has in hand; gives up after a while, with a letter as if the process had died."""
        self._stopping.set()
        ends = time.monotonic() + IN_HAND
        for thread in self._threads:
            thread.join(timeout=max(0, ends - time.monotonic()))

    def _work(self, one: Callable[[Stopping], object]) -> None:
        while not self._stopping.wait(ROUND):
            with _apart("housekeeping"):
                require_current_tables(self._workshop)
                one(self._stopping.is_set)
