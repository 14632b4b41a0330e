"""Owns whether the service can work: the database in reach, the tables as they should be."""

from app.domain.problems import Busy
from app.service.work import Workshop
from app.settings import migrations_path
from app.store.migrate import is_current


def is_ready(workshop: Workshop) -> bool:
    try:
        return is_current(workshop.database, migrations_path())
    except Busy:
        return False
