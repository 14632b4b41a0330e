"""Owns whether the service can work: the database in reach, the tables as they should be."""

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
