"""Owns the `Idempotency-Key` of requests that create: read from the header, tied to what is asked."""

import hashlib
import re
from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import Header, Request

from app.domain.assessment import Actor
from app.domain.problems import InvalidInput, fault
from app.service.repeating import answer_once
from app.service.work import Work
from app.web.api.shapes import Shape

Made = TypeVar("Made", bound=Shape)

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=202,
        description="Chosen by the client. The same request under the same key gets the same answer, for 24 hours.",
    ),
]
#: A string as the draft of the IETF has it ("…", RFC 9651), or the same without quotes, as many clients send it.
_KEY = re.compile(r'"([!#-\[\]-~ ]{1,200})"|([!#-\[\]-~]{1,200})')


def once(
    work: Work, actor: Actor, asked: tuple[Request, str | None, Shape], kind: type[Made], make: Callable[[], Made]
) -> Made:
    """What `make` gives, or gave before to the same request. `asked`: the request, its key if any, and its body."""
    request, header, given = asked
    if header is None:
        return make()
    found = _KEY.fullmatch(header.strip())
    if not found:
        raise InvalidInput(
            [
                fault(
                    "Idempotency-Key",
                    "Een sleutel heeft 1 tot 200 letters, cijfers of leestekens, bijvoorbeeld een UUID.",
                    "A key has 1 to 200 letters, digits or punctuation marks, such as a UUID.",
                )
            ]
        )
    words = f"{request.method} {request.url.path} {given.model_dump_json(exclude_unset=True)}"
    fingerprint = hashlib.sha256(words.encode()).hexdigest()
    answer = answer_once(
        work, actor, found[1] or found[2], fingerprint, lambda: make().model_dump_json(by_alias=True).encode()
    )
    return kind.model_validate_json(answer)
