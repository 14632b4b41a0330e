"""Owns what protects a browser: headers on every answer, cookies, and forms that must be our own."""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData, Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.problems import InvalidInput, NotFound, OtherQuestionnaire, UntrustedForm, fault
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


def _raw(headers: Mapping[str, str]) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


#: What is added to every answer, unless the answer itself says otherwise.
_OF_FILES = _raw(_HEADERS)
_OF_PAGES = _raw(_HEADERS | {"cache-control": "no-store"})
_OF_API = _raw(_HEADERS | {"cache-control": "no-store", "api-version": API_VERSION})
#: Turns a problem or a bug into an answer.
Refusal = Callable[[Request, Exception], Response]
#: Room for a questionnaire of a thousand ratings with comments, and for a list of twenty thousand people.
LARGEST_BODY = 4 * 1024 * 1024
MOST_FIELDS = 3000
#: Characters from which a field holds something that nobody likes to type twice.
WRITING_FROM = 20
#: NUL, and halves of characters, which no database stores.
_IMPOSSIBLE = re.compile(r"[\x00\ud800-\udfff]")
_TOKENS = ("form_token", "invitation", "opened", "receipt_code", "token")


class Protection:
    """Adds the headers to every answer, answers HEAD like GET, refuses bodies that no form of ours can have, and turns
    a bug into a page or problem with a reference.
    """

    def __init__(self, app: ASGIApp, refuse: Refusal) -> None:
        self._app = app
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(receive)
        answer = _Answer(scope, body, send)
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        error: Exception | None = None
        try:
            if b"%00" in scope.get("raw_path", b""):
                error = NotFound()
            else:
                await self._app(inner, body.receive, answer.send)
        except Exception as found:  # noqa: BLE001 - whatever it is, it becomes a page with a reference
            error = found
        if body.too_large:
            error = too_large()
        if error is not None and not answer.begun:
            answer.refuses = True
            await self._refuse(Request(inner), error)(inner, receive, answer.send)


class _Body:
    """The body as it comes in, measured; where it is too large the rest is not read."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._read = 0
        self.too_large = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > LARGEST_BODY:
            self.too_large = True
            raise too_large()
        return message


class _Answer:
    """What goes out, with our headers; an answer to a body that was cut off is held back, for a refusal."""

    def __init__(self, scope: Scope, body: _Body, send: Send) -> None:
        path: str = scope["path"]
        self._headers = (
            _OF_FILES if path.startswith("/static/") else _OF_API if path.startswith("/api/v1") else _OF_PAGES
        )
        self._with_body = scope["method"] != "HEAD"
        self._body = body
        self._send = send
        self.begun = False
        self.refuses = False

    async def send(self, message: Message) -> None:
        if self._body.too_large and not self.refuses:
            return
        self.begun = True
        if message["type"] == "http.response.start":
            given = message["headers"]
            names = {name for name, _ in given}
            message = {**message, "headers": [*given, *(header for header in self._headers if header[0] not in names)]}
        elif not self._with_body:
            message = {**message, "body": b""}
        await self._send(message)


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
    return hmac.digest(desk_of(request).form_secret, f"form:{tied_to}".encode(), hashlib.sha256).hex()


async def read_form(request: Request) -> FormData:
    """The fields of a form that came from our own page. Raises UntrustedForm.

    What somebody wrote in it is kept with the request: should it be refused, the page that says so gives it back.
    """
    require_same_origin(request.headers)
    form = await request.form(max_fields=MOST_FIELDS, max_files=1, max_part_size=LARGEST_BODY)
    request.state.written = [
        _IMPOSSIBLE.sub("", value)
        for name, value in form.multi_items()
        if isinstance(value, str) and _is_writing(name, value)
    ]
    if any(_IMPOSSIBLE.search(value) for pair in form.multi_items() for value in pair if isinstance(value, str)):
        raise InvalidInput(
            [fault("body", "Er staat een teken in dat niet kan.", "It holds a character that cannot be.")]
        )
    given = str(form.get("form_token", ""))
    holders = [held for name in (SESSION_COOKIE, RESPONDENT_COOKIE) if (held := cookie(request, name))] or [""]
    if not any(hmac.compare_digest(given.encode(), _form_token(request, holder).encode()) for holder in holders):
        # A page of one questionnaire while another was opened in the same browser is no attack, but a mix-up.
        raise OtherQuestionnaire if "invitation" in form and cookie(request, RESPONDENT_COOKIE) else UntrustedForm
    return form


def _is_writing(name: str, value: str) -> bool:
    """Whether somebody took pains over this field: no token, no date, no tick."""
    return len(value.strip()) >= WRITING_FROM and name not in _TOKENS and not name.startswith("was-")


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
