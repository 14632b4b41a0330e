"""Owns who spends which limit: by what a request carries (a link, a key, a session), before any work is done for it.

Never by the address of the network: a whole ministry may come from one.
"""

from collections.abc import Iterator

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web import limits
from app.web.entry import (
    ATTEMPT_COOKIE,
    READER_COOKIE,
    RESPONDENT_COOKIE,
    SAFE_METHODS,
    SESSION_COOKIE,
    bearer,
    cookie,
    desk_of,
)
from app.web.limits import Limit

#: What stands where a personal link would stand, once it was opened in a browser.
_OWN_PAGES = ("keuze", "vragen", "bewaard", "nakijken", "inzenden", "ontvangen")


class Turnstile:
    """Lets a request through, or raises TooManyRequests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope)
            desk = desk_of(request)
            for limit, holder in _spent(request):
                if holder:
                    desk.limits.spend(limit, holder, desk.clock().timestamp())
        await self._app(scope, receive, send)


def _spent(request: Request) -> Iterator[tuple[Limit, str | None]]:
    """(limit, holder) of everything that this request takes from."""
    path: str = request.scope["path"]
    _, first, *rest = [*path.split("/", 4), "", ""]
    if first == "api":
        yield from _by_program(request)
    elif first == "invullen":
        yield from _by_respondent(request, rest)
    elif first in ("lezen", "rapport"):
        # A member reads without a reader's link, and with one that is made up all the same.
        yield limits.READER, rest[0] if first == "lezen" else cookie(request, READER_COOKIE)
        yield limits.ACCOUNT, cookie(request, SESSION_COOKIE)
    elif first == "inloggen":
        yield from _by_newcomer(request, rest[0])
    elif first not in ("", "static"):
        yield from _by_member(request)


def _by_program(request: Request) -> Iterator[tuple[Limit, str | None]]:
    token, path, method = bearer(request), request.scope["path"], request.method
    if path.startswith("/api/v1/questionnaire"):
        yield limits.LINK, token
        if method == "DELETE":
            yield limits.WITHDRAWALS, token
    elif token is None:
        yield limits.ACCOUNT, cookie(request, SESSION_COOKIE)
    else:
        yield desk_of(request).limits.key, token
        if method not in SAFE_METHODS:
            yield limits.KEY_WRITES, token


def _by_respondent(request: Request, rest: list[str]) -> Iterator[tuple[Limit, str | None]]:
    link = cookie(request, RESPONDENT_COOKIE) if rest[0] in _OWN_PAGES else rest[0]
    yield limits.LINK, link
    if request.method == "POST" and rest[1:2] == ["intrekken"]:
        yield limits.WITHDRAWALS, link


def _by_newcomer(request: Request, link: str) -> Iterator[tuple[Limit, str | None]]:
    if link == "terug":
        yield limits.RETURN, cookie(request, ATTEMPT_COOKIE)
    elif link != "organisatie":
        yield limits.SIGN_IN_LINK, link


def _by_member(request: Request) -> Iterator[tuple[Limit, str | None]]:
    session = cookie(request, SESSION_COOKIE)
    yield limits.ACCOUNT, session
    if session and request.method == "POST" and request.scope["path"].endswith("/mensen"):
        yield limits.UPLOADS, session
