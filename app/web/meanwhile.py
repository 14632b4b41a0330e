"""Owns what keeps two who have the same form open from overwriting each other unseen."""

import hashlib
import json
from collections.abc import Sequence

from starlette.datastructures import FormData

from app.domain.problems import Fault, fault

#: The hidden field with the mark of what was saved when the form was drawn; faults of it bear the same name.
SEEN = "seen"


def mark_of(saved: object) -> str:
    """Changes with what is saved, as its form writes it."""
    return hashlib.sha256(json.dumps(saved, sort_keys=True).encode()).hexdigest()[:16]


def overtaken(form: FormData, saved: object, given: object) -> list[Fault]:
    """That something else was saved since this form was drawn; nothing where that says the same as what is `given`.

    `saved` and `given` are written alike.
    """
    now = mark_of(saved)
    if form.get(SEEN) in (None, now) or mark_of(given) == now:
        return []
    return [
        fault(
            SEEN,
            "Intussen is hier iets anders bewaard, door een collega of in een ander venster. Open deze pagina in een "
            "nieuw venster om te zien wat. Bewaart u opnieuw, dan komt wat u invulde ervoor in de plaats.",
            "Something else was saved here meanwhile, by a colleague or in another window. Open this page in a new "
            "window to see what. If you save again, what you filled in takes its place.",
        )
    ]


def status_for(faults: Sequence[Fault]) -> int:
    """Of the page of a form: 409 where something else was saved meanwhile, 400 with other faults, else 200."""
    return 409 if any(found.where == SEEN for found in faults) else 400 if faults else 200
