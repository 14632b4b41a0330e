"""Owns how a page says what the form before it did: by a word in its address, which the page turns into a sentence."""

from collections.abc import Mapping

from fastapi import Request
from starlette.responses import RedirectResponse

from app.domain.text import Text
from app.web.rendering import see_other


def on_to(page: str, what: str, part: str = "") -> RedirectResponse:
    """After a form: on to a page that says what was done, at that part of it."""
    return see_other(f"{page}?gedaan={what}{'#' if part else ''}{part}")


def just_done(request: Request) -> str:
    """The word for what was done just before this page; empty where nothing was. Anybody may have written it."""
    return request.query_params.get("gedaan", "")


def in_words(request: Request, known: Mapping[str, Text], *, unless: object = None) -> Text | None:
    """What was done in the words of a page that knows it; nothing where the page has something else to say."""
    return None if unless else known.get(just_done(request))


#: What is done to the people of an office and to its keys, on either page that does it.
TO_MEMBERS: dict[str, Text] = {
    "uitgenodigd": Text(
        "De brief met de inloglink gaat nu de deur uit.", "The letter with the link to sign in is leaving now."
    ),
    "weggehaald": Text("Dit lid is weggehaald.", "This member is removed."),
    "ingetrokken": Text("De sleutel werkt niet meer.", "The key no longer works."),
}
