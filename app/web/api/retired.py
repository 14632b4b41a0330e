"""Owns which operations of the API are going to end, and when. Nothing is, today."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Retired:
    """Deprecated from one day on, gone on another, with the address of what to read about it."""

    since: date
    ends: date
    instead: str


#: By (method, path below /api/v1 as it is described). At least six months lie between the two days.
RETIRED: dict[tuple[str, str], Retired] = {}
