"""Owns how the log looks: lines for people, or JSON for a collector. What it holds, and what never, others decide."""

import logging

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from app.settings import LogFormat

_TEXT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class _TextFormatter(logging.Formatter):
    """The one of `logging` in its usual form of time, with the second written out once for all lines of it."""

    _second = -1
    _written = ""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802 - as its parent
        second = int(record.created)
        if second != self._second:
            self._second, self._written = second, super().formatTime(record)[:-4]
        return f"{self._written},{int(record.msecs):03d}"


def set_up(form: LogFormat) -> None:
    """Send everything from INFO up to stderr in this form, what libraries say included."""
    handler = logging.StreamHandler()
    if form == "json":
        names = {"levelname": "level", "name": "logger", "exc_info": "traceback"}
        left_out = [*RESERVED_ATTRS, "color_message"]  # the latter is how uvicorn says it on a terminal
        fields = "%(levelname)s %(name)s %(message)s"
        handler.setFormatter(JsonFormatter(fields, rename_fields=names, timestamp=True, reserved_attrs=left_out))
    else:
        handler.setFormatter(_TextFormatter(_TEXT))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    # No line tells of them, and each costs every line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    # At INFO the one logs every address that it asks, and the other every look at the version of the database.
    for name in ("httpx", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
