"""Owns how a page says what the form before it did: by a word in its address, which the page turns into a sentence."""

from fastapi import Request
from starlette.responses import RedirectResponse

from app.web.rendering import see_other


def on_to(page: str, what: str, part: str = "") -> RedirectResponse:
    """After a form: on to a page that says what was done, at that part of it."""
    return see_other(f"{page}?gedaan={what}{'#' if part else ''}{part}")


def just_done(request: Request) -> str:
    """The word for what was done just before this page; empty where nothing was. Anybody may have written it."""
    return request.query_params.get("gedaan", "")
