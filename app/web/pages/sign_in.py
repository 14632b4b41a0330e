"""The front door: the home page, signing in with a single-use link, and signing out."""

import logging
from datetime import datetime

from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse

from app.domain.problems import Problem
from app.service import access
from app.web.entry import SESSION_COOKIE, cookie, desk_of, work_for
from app.web.limits import SIGN_IN_LETTERS
from app.web.rendering import render
from app.web.security import OUR_BUTTON, OurForm, drop_cookie, set_cookie

log = logging.getLogger("rolvast")
router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request) -> Response:
    return render(request, "home.html")


@router.get("/inloggen")
def show_ask(request: Request) -> Response:
    return render(request, "ask_link.html", asked=False, provider=desk_of(request).identity_provider is not None)


@router.post("/inloggen")
def ask(request: Request, form: OurForm) -> Response:
    """The same answer for every address, after the same work: nobody learns who is a member.

    Only for a member a letter is written, and only when the answer has left.
    """
    address = access.as_asked(str(form.get("email", "")))
    desk = desk_of(request)
    desk.limits.spend(SIGN_IN_LETTERS, address, desk.clock().timestamp())
    with work_for(request) as work:
        known = access.is_member(work, address)
    answer = render(request, "ask_link.html", asked=True, provider=False)
    answer.background = BackgroundTask(_mail_link, request, address if known else "")
    return answer


def _mail_link(request: Request, address: str) -> None:
    if not address:
        return
    try:
        with work_for(request, write=True) as work:
            access.mail_sign_in_link(work, address)
    except Problem as problem:
        log.warning("a sign-in link was not sent: %s", problem.code)


@router.get("/inloggen/{token}")
def show_sign_in(request: Request, token: str) -> Response:
    """Looking consumes nothing."""
    with work_for(request) as work:
        who = access.look_at_sign_in_link(work, token)
    return render(request, "sign_in.html", email=who.email)


@router.post("/inloggen/{token}", dependencies=OUR_BUTTON)
def sign_in(request: Request, token: str) -> Response:
    with work_for(request, write=True) as work:
        session, ends = access.sign_in(work, token, cookie(request, SESSION_COOKIE))
    return to_the_office(request, session, ends)


def to_the_office(request: Request, session: str, ends: datetime) -> Response:
    """The browser holds the session from now on."""
    answer = RedirectResponse("/bureau", status_code=303)
    seconds = int((ends - desk_of(request).clock()).total_seconds())
    set_cookie(request, answer, SESSION_COOKIE, session, seconds)
    return answer


@router.post("/uitloggen", dependencies=OUR_BUTTON)
def sign_out(request: Request) -> Response:
    session = cookie(request, SESSION_COOKIE)
    if session:
        with work_for(request, write=True) as work:
            access.sign_out(work, session)
    answer = RedirectResponse("/", status_code=303)
    drop_cookie(request, answer, SESSION_COOKIE)
    return answer
