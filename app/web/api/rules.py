"""Owns what every route of the API keeps to (NL GOV API Design Rules 2.2): forms asked for and given, tags, retirement.

A router of the API has `route_class=ApiRoute`. What an answer can be is read from the route's own description.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, time
from email.utils import format_datetime
from typing import Annotated, TypeVar

from fastapi import Header, Request, Response

from app.domain.problems import ChangedMeanwhile, NotAcceptable, NotSignedIn, UnknownLink, UnsupportedForm
from app.service import responding
from app.service.work import Work
from app.web.api.retired import RETIRED, Retired
from app.web.api.shapes import Shape
from app.web.entry import api_actor, ask, bearer, header
from app.web.routes import Handler, Route

T = TypeVar("T")

JSON = "application/json"
#: Bytes of a body that are read before it is known who sends them.
READ_FROM_ANYONE = 64 * 1024


class ApiRoute(Route):
    """A route that answers 406 and 415 by itself, puts a tag on what can be read, and says when it will end."""

    def around(self, handle: Handler) -> Handler:
        """Before: the forms that are asked for and given. After: the tag, and when the route will end."""
        offered = _forms(self)
        takes_json = self.body_field is not None

        async def by_the_rules(request: Request) -> Response:
            if offered and best_form(header(request.scope, b"accept"), offered) is None:
                raise NotAcceptable(offered)
            if takes_json:
                _require_json(header(request.scope, b"content-type"))
                if _is_large(request):
                    await _require_known(request)
            answer = await handle(request)
            if request.method == "GET" and answer.status_code == 200:
                answer = _unless_known(request, answer)
            if RETIRED and (retired := RETIRED.get((request.method, self.path_format))):
                answer.headers.update(headers_of(retired))
            return answer

        return by_the_rules


def _is_large(request: Request) -> bool:
    """Whether a body may be larger than what is read from anyone; one of an untold length may."""
    length = header(request.scope, b"content-length") or ""
    return not length.isdecimal() or int(length) > READ_FROM_ANYONE


async def _require_known(request: Request) -> None:
    """Somebody whose link or key works; else NotSignedIn. Reading a large body takes time from everyone else."""
    if request.scope["path"].startswith(f"{request.scope['root_path']}/questionnaire"):
        await ask_with_link(request, responding.respondent)
    else:
        await ask(request, lambda work: api_actor(request, work))


async def ask_with_link(request: Request, job: Callable[[Work, str], T], *, write: bool = False) -> T:
    """What somebody with a personal link wants done. Raises NotSignedIn when no link that works came along."""
    token = bearer(request)
    if token is None:
        raise NotSignedIn
    try:
        return await ask(request, lambda work: job(work, token), write=write, link=token)
    except UnknownLink as unknown:
        raise NotSignedIn from unknown


def _forms(route: Route) -> tuple[str, ...]:
    """The media types that a route describes for its success; none where it answers without a body."""
    if route.status_code == 204:
        return ()
    described = route.responses.get(route.status_code or 200, {}).get("content", {})
    own = getattr(route.response_class, "media_type", None) or JSON
    return tuple(dict.fromkeys([own, *described]))


def best_form(accept: str | None, offered: Sequence[str]) -> str | None:
    """The media type of those offered that an Accept header likes best; None when it likes none (RFC 9110 §12.5.1)."""
    if not accept or accept == "*/*":
        return offered[0]
    wishes = [_wish(part) for part in accept.split(",")[:50]]
    liked = {form: _liking(form, wishes) for form in offered}
    best = max(offered, key=lambda form: liked[form])  # of two that are liked alike, the first
    return best if liked[best] > 0 else None


def _wish(part: str) -> tuple[str, float]:
    name, *parameters = part.split(";")
    quality = next((p.split("=")[1] for p in map(str.strip, parameters) if p.lower().startswith("q=")), "1")
    try:
        return name.strip().lower(), float(quality)
    except ValueError:
        return name.strip().lower(), 0.0


def _liking(form: str, wishes: Sequence[tuple[str, float]]) -> float:
    """The wish that names a form most exactly decides."""
    for pattern in (form, f"{form.split('/', maxsplit=1)[0]}/*", "*/*"):
        found = [quality for name, quality in wishes if name == pattern]
        if found:
            return max(found)
    return 0.0


def _require_json(content_type: str | None) -> None:
    """A body is JSON in UTF-8 and says so; else UnsupportedForm."""
    name, *parameters = (content_type or "").lower().split(";")
    charset = next((p.split("=")[1].strip('" ') for p in map(str.strip, parameters) if p.startswith("charset=")), "")
    if name.strip() != JSON or charset not in ("", "utf-8", "utf8"):
        raise UnsupportedForm(JSON)


# --- Tags -------------------------------------------------------------------------------------------------------------


def tag_of(shape: Shape) -> str:
    """The tag of a resource as it now is: changes whenever anything in it does."""
    return _tag(shape.model_dump_json(by_alias=True).encode())


def _tag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def is_known(request: Request, tag: str) -> bool:
    """Whether the client has this version already: weak and strong tags compare alike for reading."""
    given = [part.strip().removeprefix("W/") for part in (header(request.scope, b"if-none-match") or "").split(",")]
    return tag in given or "*" in given


IfMatch = Annotated[
    str | None,
    Header(
        max_length=2000,
        description="The ETag that was last read: when the resource changed since, nothing is changed and it is a 412.",
    ),
]


def require_unchanged(if_match: str | None, shape: Shape) -> None:
    """What the client last read is what is there now, where it says so with If-Match; else ChangedMeanwhile."""
    if if_match is None:
        return
    known = [part.strip() for part in if_match.split(",")]  # a weak tag never fits (RFC 9110 §13.1.1)
    if "*" not in known and tag_of(shape) not in known:
        raise ChangedMeanwhile


def _unless_known(request: Request, answer: Response) -> Response:
    """The answer with its tag, or 304 where the client has it."""
    tag = answer.headers.get("etag")
    if tag is None:
        tag = answer.headers["etag"] = _tag(bytes(answer.body))
    if not is_known(request, tag):
        return answer
    kept = {name: answer.headers[name] for name in ("etag", "vary", "link") if name in answer.headers}
    return Response(status_code=304, headers=kept)


# --- Retirement -------------------------------------------------------------------------------------------------------


def headers_of(retired: Retired) -> Mapping[str, str]:
    """`Deprecation` (RFC 9745), `Sunset` (RFC 8594), and where to read what comes instead."""
    since, ends = (datetime.combine(day, time(), UTC) for day in (retired.since, retired.ends))
    return {
        "deprecation": f"@{int(since.timestamp())}",
        "sunset": format_datetime(ends, usegmt=True),
        "link": f'<{retired.instead}>; rel="deprecation"',
    }
