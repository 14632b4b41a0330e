"""Owns whether the service can work: the database in reach, the tables as they should be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.domain.problems import Busy, TablesNotUpToDate
from app.service.work import Workshop
from app.settings import migrations_path
from app.store.migrate import is_current

Hindrance = Literal["database_out_of_reach", "migrations_pending"]


def hindrance(workshop: Workshop) -> Hindrance | None:
    """Why the service cannot work now; None when it can."""
    try:
        return None if is_current(workshop.database, migrations_path()) else "migrations_pending"
    except Busy:
        return "database_out_of_reach"


def require_current_tables(workshop: Workshop) -> None:
    """Do no work on tables of another version. Raises TablesNotUpToDate. Once they are right nobody looks again."""
    if not workshop.tables_are_current:
        if not is_current(workshop.database, migrations_path()):
            raise TablesNotUpToDate
        workshop.tables_are_current = True


@dataclass(frozen=True, slots=True)
class Workload:
    """How the work goes that the service does by itself, of all offices together.

    Letters are counted in powers of ten and without reminders: those go to whoever did not send, so that even one of
    them would tell something of somebody.
    """

    assessments: Mapping[str, int]
    closings_overdue: int
    letters_waiting: int
    letters_failed: int
    letter_overdue: timedelta
    last_round: datetime | None


def workload(workshop: Workshop, now: datetime) -> Workload | None:
    """The figures of this moment; None when the service cannot work."""
    if hindrance(workshop):
        return None
    with workshop.work(now, write=False) as work:
        assessments = work.store.assessments
        waiting, failed, due_since = work.store.outbox.counts()
        return Workload(
            assessments=assessments.per_state(),
            closings_overdue=sum(not a.accepts_answers(now) for a in assessments.everywhere("open")),
            letters_waiting=power_of_ten(waiting),
            letters_failed=power_of_ten(failed),
            letter_overdue=max(timedelta(0), now - due_since) if due_since else timedelta(0),
            last_round=work.store.pulse.last("worker"),
        )


def power_of_ten(number: int) -> int:
    """The number rounded up to a power of ten; 0 stays 0."""
    return 10 ** len(str(number - 1)) if number > 1 else 10 * number
