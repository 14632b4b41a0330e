"""Signing in with the account of one's organisation: away to its identity provider, and back."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from app.domain.problems import NotFound, SignInRefused
from app.service import identity
from app.web.entry import ATTEMPT_COOKIE, SESSION_COOKIE, cookie, desk_of, language_of, work_for
from app.web.pages.sign_in import to_the_office
from app.web.rendering import render
from app.web.security import OUR_BUTTON, drop_cookie, set_cookie

if TYPE_CHECKING:
    from app.delivery.identity_provider import IdentityProvider

#: Where the provider sends people back to; registered there under the public address.
COMES_BACK = "/inloggen/terug"

router = APIRouter(include_in_schema=False)


def _provider(request: Request) -> "IdentityProvider":
    found = desk_of(request).identity_provider
    if found is None:
        raise NotFound
    return found


# What waits for another machine waits outside the threads that work for everybody else.
@router.post("/inloggen/organisatie", dependencies=OUR_BUTTON)
async def go_away(request: Request) -> Response:
    """A page that leads on: a redirect would be held back by our own rule for where forms may lead."""
    provider, desk = _provider(request), desk_of(request)
    held = identity.new_attempt(desk.clock(), desk.chance)
    attempt = identity.attempt_of(desk.form_secret, held)
    address = await provider.address_to_sign_in(attempt, language_of(request))
    answer = render(request, "to_organisation.html", address=address)
    set_cookie(request, answer, ATTEMPT_COOKIE, held, int(identity.ATTEMPT_LASTS.total_seconds()))
    return answer


@router.get(COMES_BACK)
async def come_back(request: Request) -> Response:
    provider, desk, given = _provider(request), desk_of(request), request.query_params
    held = cookie(request, ATTEMPT_COOKIE)
    attempt = identity.attempt_that_comes_back(desk.form_secret, held, given.get("state", ""), desk.clock())
    if "code" not in given:
        raise SignInRefused(SignInRefused.CANCELLED)
    email = await provider.email_behind(given["code"], attempt, given.get("iss"))
    answer = await run_in_threadpool(_let_in, request, email)
    drop_cookie(request, answer, ATTEMPT_COOKIE)
    return answer


def _let_in(request: Request, email: str) -> Response:
    with work_for(request, write=True) as work:
        found = identity.sign_in_or_choose(work, email, cookie(request, SESSION_COOKIE))
    if isinstance(found, tuple):
        return to_the_office(request, *found)
    return render(request, "choose_office.html", email=email, choices=found, shown_at="/inloggen")
