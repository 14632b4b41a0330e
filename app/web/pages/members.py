"""The page of an office about itself: its members and its keys."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from app.domain.assessment import MemberRole, Scope
from app.domain.problems import Fault, InvalidInput
from app.service import access
from app.service.work import Work
from app.web.done import TO_MEMBERS, in_words, on_to
from app.web.entry import member, work_for
from app.web.rendering import render
from app.web.security import OurForm

router = APIRouter(prefix="/bureau/toegang", include_in_schema=False)


@router.get("")
def show(request: Request) -> Response:
    with work_for(request) as work:
        return _show(request, work)


def _show(
    request: Request,
    work: Work,
    *,
    given: Mapping[str, object] | None = None,
    fresh_key: str = "",
    faults: tuple[Fault, ...] = (),
    status: int = 200,
) -> Response:
    """`given`: what was typed in a form that was refused, so that nothing is typed twice."""
    actor = member(request, work)
    return render(
        request,
        "office/members.html",
        status,
        members=access.members(work, actor),
        keys=access.keys(work, actor),
        actor=actor,
        given=given or {},
        fresh_key=fresh_key,
        faults=faults,
        done=in_words(request, TO_MEMBERS, unless=faults or fresh_key),
    )


@router.post("/leden")
def invite(request: Request, form: OurForm) -> Response:
    role: MemberRole = "viewer" if form.get("role") == "viewer" else "commissioner"
    with work_for(request, write=True) as work:
        try:
            access.invite_member(work, member(request, work), str(form.get("email", "")), role)
        except InvalidInput as invalid:
            return _show(request, work, given=form, faults=invalid.faults, status=400)
    return on_to("/bureau/toegang", "uitgenodigd")


@router.post("/leden/weg")
def remove(request: Request, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        access.remove_member(work, member(request, work), str(form.get("member", "")))
    return on_to("/bureau/toegang", "weggehaald")


@router.post("/sleutels")
def make_key(request: Request, form: OurForm) -> Response:
    """A fresh key, shown this once."""
    scope: Scope = "write" if form.get("scope") == "write" else "read"
    with work_for(request, write=True) as work:
        try:
            key = access.make_key_for_office(work, member(request, work), str(form.get("name", "")), scope)
        except InvalidInput as invalid:
            return _show(request, work, given=form, faults=invalid.faults, status=400)
        return _show(request, work, fresh_key=key)


@router.post("/sleutels/weg")
def drop_key(request: Request, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        access.drop_key(work, member(request, work), str(form.get("name", "")))
    return on_to("/bureau/toegang", "ingetrokken")
