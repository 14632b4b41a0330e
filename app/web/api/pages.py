"""Owns paging: an opaque cursor that names a place in an order, so that what is added meanwhile moves nothing."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Query, Request, Response

from app.domain.problems import InvalidInput, fault
from app.web.entry import desk_of

Thing = TypeVar("Thing")
#: A place in an order: what the last thing shown is sorted by.
Place = tuple[str | int | datetime, ...]

CursorParameter = Annotated[str | None, Query(max_length=500, description="From `next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=500, description="How many at most")]
USUAL_LIMIT = 100
_MARK = 12


def cursor_for(request: Request, place: Place) -> str:
    """A place as a client carries it. It bears a mark of ours, so that nobody makes one up."""
    written = json.dumps([{"at": part.isoformat()} if isinstance(part, datetime) else part for part in place]).encode()
    return base64.urlsafe_b64encode(_mark(request, written) + written).rstrip(b"=").decode()


def place_of(request: Request, cursor: str | None) -> Any:
    """The place that a cursor of ours names; None at the beginning. Raises InvalidInput."""
    if cursor is None:
        return None
    try:
        whole = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        whole = b""
    mark, written = whole[:_MARK], whole[_MARK:]
    if not hmac.compare_digest(mark, _mark(request, written)):
        raise InvalidInput(
            [
                fault(
                    "cursor",
                    "Deze cursor is niet van ons; neem hem over uit `next` van de vorige bladzijde.",
                    "This cursor is not one of ours; take it from `next` of the page before.",
                )
            ]
        )
    return tuple(datetime.fromisoformat(p["at"]) if isinstance(p, dict) else p for p in json.loads(written))


def _mark(request: Request, written: bytes) -> bytes:
    """Ties a place to the collection that it was made for."""
    tied = f"cursor:{request.url.path}:".encode() + written
    return hmac.new(desk_of(request).form_secret, tied, hashlib.sha256).digest()[:_MARK]


def page(
    request: Request, response: Response, found: Sequence[Thing], limit: int, place: Callable[[Thing], Place]
) -> tuple[Sequence[Thing], str | None]:
    """The first `limit` of what was found, and the cursor of the next page where more was found than that."""
    if len(found) <= limit:
        return found, None
    shown = found[:limit]
    following = cursor_for(request, place(shown[-1]))
    query = request.url.include_query_params(cursor=following, limit=limit).query
    response.headers["link"] = f'<{desk_of(request).base_url}{request.url.path}?{query}>; rel="next"'
    return shown, following
