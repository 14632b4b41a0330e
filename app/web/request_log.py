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

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.entry import desk_of, header
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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        desk = desk_of(request)
        given = header(request, b"x-request-id") or ""
        # By chance that nobody can go on counting: an id must not tell how many requests came between two others.
        request_id = given if _REQUEST_ID.fullmatch(given) else os.urandom(10).hex()
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
            fields: dict[str, Any] = {"method": method, "route": template_of(scope), "status": status}
            told = is_told(fields["route"])
            if told:
                desk.metrics.count(**fields, seconds=seconds)
            if status >= 500:
                desk.metrics.count_failure(status)
            if told or status >= 500:
                # Of a respondent not even the id: it would lead to an address in the log of the proxy.
                more = {"milliseconds": round(seconds * 1000), "request_id": request_id} if told else {}
                _log(fields, more)


def _log(fields: Mapping[str, Any], more: Mapping[str, Any]) -> None:
    words = " ".join([*map(str, fields.values()), *(f"{name}={value}" for name, value in more.items())])
    level = logging.WARNING if fields["status"] >= 500 else logging.INFO
    log.log(level, words, extra={**fields, **more})
