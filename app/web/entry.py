"""Owns the way in: from a request to who is asking and one piece of work. One request, one transaction."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.types import Scope

from app.domain.assessment import Actor
from app.domain.problems import NotAllowed
from app.domain.text import LANGUAGES, Language, Text
from app.service.access import Reader, member_of_session, owner_of_key, reader_of_link
from app.service.health import require_current_tables
from app.service.work import Work, Workshop
from app.settings import is_loopback
from app.web.asking import Counter
from app.web.limits import Limits
from app.web.metrics import Metrics

if TYPE_CHECKING:
    from app.delivery.identity_provider import IdentityProvider

T = TypeVar("T")

SESSION_COOKIE = "rolvast_bureau"
RESPONDENT_COOKIE = "rolvast_vragenlijst"
READER_COOKIE = "rolvast_lezer"
RECEIPT_COOKIE = "rolvast_ontvangst"
#: One attempt to sign in through an identity provider, for as long as that takes.
ATTEMPT_COOKIE = "rolvast_inloggen"
LANGUAGE_COOKIE = "taal"

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Desk:
    """What every request needs; `main` puts one on the application.

    `secure`: the public address is https. `theme_css`: a ministry's own style sheet, laid over ours. `shown_mail`: the
    folder of letters that a page may list, on the operator's own machine only. `metrics_token`: who shows it may read
    the figures of this service; `security_contact`: whom to tell of a leak. Empty: there is none.
    `identity_provider`: through which members may sign in, beside the mailed link.
    """

    workshop: Workshop
    clock: Callable[[], datetime]
    chance: Callable[[], str]
    base_url: str
    form_secret: bytes
    secure: bool
    theme_css: Path | None = None
    shown_mail: Path | None = None
    webhooks_may_reach_private: bool = False
    limits: Limits = field(default_factory=Limits)
    metrics: Metrics = field(default_factory=Metrics)
    metrics_token: str = ""
    security_contact: str = ""
    identity_provider: "IdentityProvider | None" = None

    @cached_property
    def counter(self) -> Counter:
        """Where requests that have no thread of their own get their work done."""
        return Counter(self.workshop, self.clock)


def desk_of(request: Request) -> Desk:
    return desk_in(request.scope)


def desk_in(scope: Scope) -> Desk:
    return cast(Desk, scope["app"].state.desk)


@contextmanager
def work_for(request: Request, *, write: bool = False) -> Iterator[Work]:
    """One transaction for this request; committed before any answer leaves."""
    desk = desk_of(request)
    require_current_tables(desk.workshop)
    with desk.workshop.work(desk.clock(), write=write) as work:
        yield work


async def ask(
    request: Request,
    job: Callable[[Work], T],
    *,
    write: bool = False,
    link: str | None = None,
    slow: bool = False,
    question: Hashable = None,
) -> T:
    """The same, for what is asked all the time: a job that shares its transaction with those of others who wait.

    `link`: the token of the personal link with which a job writes, and all that it writes belongs to that link.
    Nobody waits for a `slow` job but those who share its thread; all other jobs take less time than a hop to a thread.
    `question`: all that the find of a reading job follows from beside the database and the time; whoever asks the same
    at the same moment is told the same. What the job raises is raised here, and then nothing that it wrote is kept.
    """
    desk = desk_of(request)
    if not desk.workshop.tables_are_current:
        await run_in_threadpool(require_current_tables, desk.workshop)
    return await (desk.counter.ask(job, write=write, link=link) if write or slow else desk.counter.look(job, question))


def cookie_name(request: Request, name: str) -> str:
    """Over https the browser itself holds a cookie to this host and to https (`__Host-`)."""
    return f"__Host-{name}" if desk_of(request).secure else name


def cookie(request: Request, name: str) -> str | None:
    return cookies(request).get(cookie_name(request, name))


def cookies(request: Request) -> dict[str, str]:
    """All cookies, read once for all who look at the same request, each with a `Request` of their own."""
    found: dict[str, str] | None = request.scope.get("rolvast.cookies")
    if found is None:
        found = request.scope["rolvast.cookies"] = request.cookies
    return found


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of this name, in lower case; for what every request is asked, without parsing all of them."""
    for given, value in scope["headers"]:
        if given == name:
            return cast(bytes, value).decode("latin-1")
    return None


def bearer(request: Request) -> str | None:
    scheme, _, token = (header(request.scope, b"authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


def comes_from_here(request: Request) -> bool:
    """Who asks sits at this machine, and no proxy passed the request on for somebody else."""
    caller = request.client.host if request.client else ""
    passed_on = any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via"))
    return is_loopback(caller) and is_loopback(request.url.hostname or "") and not passed_on


def signed_in(request: Request, work: Work) -> Actor:
    """The member or administrator behind the session cookie. Raises NotSignedIn."""
    return member_of_session(work, cookie(request, SESSION_COOKIE))


def member(request: Request, work: Work) -> Actor:
    """The member of an office behind the session cookie. Raises NotSignedIn, and NotAllowed for an administrator."""
    actor = signed_in(request, work)
    if actor.administers:
        raise NotAllowed(
            Text(
                "U bent ingelogd als beheerder. Een beheerder kan geen meting openen; vraag het bureau om u lid te "
                "maken.",
                "You are signed in as an administrator. An administrator cannot open an assessment; ask the office to "
                "make you a member.",
            )
        )
    return actor


def administrator(request: Request, work: Work) -> Actor:
    """The administrator behind the session cookie. Raises NotSignedIn, and NotFound for everyone else."""
    actor = signed_in(request, work)
    actor.require_administrator()
    return actor


def api_actor(request: Request, work: Work) -> Actor:
    """The owner of the API key; reading may also be done by a signed-in member. Raises NotSignedIn."""
    key = bearer(request)
    if key is None and request.method in SAFE_METHODS and cookie(request, SESSION_COOKIE):
        return member(request, work)
    return owner_of_key(work, key)


def reader(request: Request, work: Work) -> Reader:
    """The reader behind the reader cookie. Raises UnknownLink."""
    return reader_of_link(work, cookie(request, READER_COOKIE))


def language_of(request: Request) -> Language:
    """The language asked for in this request, chosen earlier, or preferred by the browser; Dutch otherwise."""
    for given in (request.query_params.get("taal"), cookies(request).get(LANGUAGE_COOKIE)):
        if given in LANGUAGES:
            return given
    return preferred_language(request)


def preferred_language(request: Request) -> Language:
    """The first of our languages in Accept-Language; Dutch otherwise."""
    wanted: list[tuple[float, Language]] = []
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        tag, _, quality = part.strip().partition(";q=")
        code = tag.split("-")[0].lower()
        try:
            weight = float(quality or 1)
        except ValueError:
            weight = 0.0
        if code in LANGUAGES:
            wanted.append((weight, code))
    return max(wanted, key=lambda pair: pair[0], default=(1.0, "nl"))[1]
