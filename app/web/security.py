"""Owns what protects a browser: headers on every answer, cookies, and forms that must be our own."""

import hashlib
import hmac
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData, Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.problems import InvalidInput, OtherQuestionnaire, UntrustedForm, fault
from app.web.entry import RESPONDENT_COOKIE, SESSION_COOKIE, cookie, cookie_name, desk_of

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
}
API_VERSION = "1.0.0"
#: Room for a questionnaire of a thousand ratings with comments, and for a list of twenty thousand people.
LARGEST_BODY = 4 * 1024 * 1024
MOST_FIELDS = 3000


class Protection:
    """Adds the headers to every answer, answers HEAD like GET, and refuses bodies that no form of ours can have."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["method"] == "HEAD":
            await self._app({**scope, "method": "GET"}, receive, _without_body(_with_headers(scope, send)))
        else:
            await self._app(scope, _limited(receive), _with_headers(scope, send))


def _limited(receive: Receive) -> Receive:
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LARGEST_BODY:
            raise too_large()
        return message

    return limited


def _with_headers(scope: Scope, send: Send) -> Send:
    path = str(scope["path"])

    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if not path.startswith("/static/"):
                headers.setdefault("cache-control", "no-store")
            if path.startswith("/api/v1"):
                headers["api-version"] = API_VERSION
        await send(message)

    return with_headers


def _without_body(send: Send) -> Send:
    async def without_body(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return without_body


def too_large() -> InvalidInput:
    return InvalidInput(
        [
            fault(
                "body",
                "Dit is te groot: er is plaats voor {most} MB.",
                "This is too large: there is room for {most} MB.",
                most=LARGEST_BODY // 1024 // 1024,
            )
        ]
    )


def form_token(request: Request) -> str:
    """The hidden field that ties a form to the browser's own session or questionnaire."""
    tied_to = cookie(request, SESSION_COOKIE) or cookie(request, RESPONDENT_COOKIE) or ""
    return _form_token(request, tied_to)


def _form_token(request: Request, tied_to: str) -> str:
    return hmac.new(desk_of(request).form_secret, f"form:{tied_to}".encode(), hashlib.sha256).hexdigest()


async def read_form(request: Request) -> FormData:
    """The fields of a form that came from our own page. Raises UntrustedForm."""
    require_same_origin(request.headers)
    form = await request.form(max_fields=MOST_FIELDS, max_files=1, max_part_size=LARGEST_BODY)
    given = str(form.get("form_token", ""))
    holders = (cookie(request, SESSION_COOKIE), cookie(request, RESPONDENT_COOKIE), "")
    if not any(
        hmac.compare_digest(given.encode(), _form_token(request, holder).encode())
        for holder in holders
        if holder is not None
    ):
        # A page of one questionnaire while another was opened in the same browser is no attack, but a mix-up.
        raise OtherQuestionnaire if "invitation" in form and cookie(request, RESPONDENT_COOKIE) else UntrustedForm
    return form


OurForm = Annotated[FormData, Depends(read_form)]
#: For a form that is only a button: it must be ours, and holds nothing more.
OUR_BUTTON = [Depends(read_form)]


def require_same_origin(headers: Headers) -> None:
    """A browser says where a form came from; anything but this site is refused.

    Sec-Fetch-Site decides where there is one. Under our Referrer-Policy an Origin may be "null"; then only the hidden
    field speaks.
    """
    site = headers.get("sec-fetch-site")
    origin = headers.get("origin")
    if site is not None:
        trusted = site in ("same-origin", "none")
    else:
        trusted = origin in (None, "null") or urlsplit(origin).netloc == headers.get("host")
    if not trusted:
        raise UntrustedForm


def set_cookie(request: Request, response: Response, name: str, value: str, seconds: int) -> None:
    response.set_cookie(
        cookie_name(request, name),
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=desk_of(request).secure,
    )


def drop_cookie(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(
        cookie_name(request, name), path="/", httponly=True, samesite="lax", secure=desk_of(request).secure
    )
