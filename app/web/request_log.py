"""Owns the line and the count of a request: its method, the template of its path, its status and how long it took.

Requests of respondents leave neither, unless we fail: a line at the instant of sending would tie a time to a send
(docs/decisions/0011-no-line-and-no-count-per-send.md). No line holds a path, a query, an address or a token.
"""

import logging
import os
import re
import time
from collections.abc import Mapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.entry import desk_in, header
from app.web.problems import template_of

log = logging.getLogger("rolvast.requests")

#: Where offices, readers and programs come. Everything else is where respondents come, or is loaded by their pages.
_TOLD = ("/bureau", "/beheer", "/inloggen", "/uitloggen", "/lezen", "/rapport", "/api/v1/")
_NEVER_TOLD = "/api/v1/questionnaire"
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def is_told(template: str) -> bool:
    """Whether requests to this template may leave a line and a count."""
    return template.startswith(_TOLD) and not template.startswith(_NEVER_TOLD)


class RequestLog:
    """Around everything: gives each request an id, or keeps that of the proxy, and says afterwards how it went."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._ids: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        metrics = desk_in(scope).metrics
        given = header(scope, b"x-request-id")
        request_id = given if given and _REQUEST_ID.fullmatch(given) else self._fresh_id()
        status = 500
        start = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message["headers"], (b"x-request-id", request_id.encode())]}
            await send(message)

        method = scope["method"]
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - start
            route = template_of(scope)
            told = is_told(route)
            if told:
                metrics.count(method, route, status, seconds)
            if status >= 500:
                metrics.count_failure(status)
            if told or status >= 500:
                # Of a respondent not even the id: it would lead to an address in the log of the proxy.
                more = {"milliseconds": round(seconds * 1000), "request_id": request_id} if told else {}
                _log(method, route, status, more)

    def _fresh_id(self) -> str:
        """By chance that nobody can go on counting: an id must not tell how many requests came between two others.

        A hundred at a time, for asking the system once takes longer than all that is done with an id.
        """
        try:
            return self._ids.pop()
        except IndexError:
            chance = os.urandom(100 * 10)
            self._ids += [chance[start : start + 10].hex() for start in range(0, len(chance), 10)]
            return self._ids.pop()


def _log(method: str, route: str, status: int, more: Mapping[str, Any]) -> None:
    level = logging.WARNING if status >= 500 else logging.INFO
    if log.isEnabledFor(level):
        words = " ".join([f"{method} {route} {status}", *[f"{name}={value}" for name, value in more.items()]])
        # As `log.log` would, without looking for the line of code that says it.
        record = logging.LogRecord(log.name, level, "", 0, words, None, None)
        record.__dict__.update(method=method, route=route, status=status, **more)
        log.handle(record)
