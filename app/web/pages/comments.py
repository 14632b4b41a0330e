"""Reading comments and releasing them by hand, once the report is released."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from app.domain.problems import Fault, InvalidInput, fault
from app.domain.text import Text
from app.service import comments
from app.service.comments import CommentToRead
from app.service.work import Work
from app.web.done import in_words, on_to
from app.web.entry import member, work_for
from app.web.meanwhile import mark_of, overtaken, status_for
from app.web.rendering import render, see_other
from app.web.security import OurForm

router = APIRouter(prefix="/bureau/metingen/{identifier}/toelichtingen", include_in_schema=False)

DONE: dict[str, Text] = {
    "bewaard": Text(
        "Uw keuze is bewaard. Alleen wat is aangevinkt, staat bij het rapport.",
        "Your choice is saved. Only what is ticked stands with the report.",
    )
}


@router.get("")
def show(request: Request, identifier: str) -> Response:
    with work_for(request) as work:
        return _show(request, work, identifier)


def _show(
    request: Request,
    work: Work,
    identifier: str,
    given: dict[str, str] | None = None,
    faults: Sequence[Fault] = (),
) -> Response:
    """`given`: id → words as typed, of what is ticked; None takes what is released."""
    actor = member(request, work)
    actor.require_write()
    assessment = work.own(actor, identifier)
    assessment.require_state("released")
    declared = comments.has_declared(work, actor, identifier)
    found: list[CommentToRead] = comments.to_read(work, actor, identifier) if declared else []
    ticked = {comment.id for comment in found if comment.released} if given is None else set(given)
    return render(
        request,
        "office/comments.html",
        status_for(faults),
        seen=mark_of(_released(found)),
        assessment=assessment,
        declared=declared,
        comments=found,
        ticked=ticked,
        typed=given or {},
        faults=faults,
        done=in_words(request, DONE, unless=faults),
        path=f"/bureau/metingen/{identifier}",
    )


def _released(found: Sequence[CommentToRead]) -> dict[str, str]:
    """The released ones as their form writes them: id → words."""
    return {comment.id: comment.words for comment in found if comment.released}


@router.post("/inzien")
def declare(request: Request, identifier: str, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        if not form.get("sure"):
            missing = fault("sure", "Vink eerst aan dat u zelf niet meedeed.", "First tick that you took no part.")
            return _show(request, work, identifier, faults=[missing])
        comments.declare(work, member(request, work), identifier)
    return see_other(f"/bureau/metingen/{identifier}/toelichtingen")


@router.post("")
def release(request: Request, identifier: str, form: OurForm) -> Response:
    chosen = {str(key): str(form.get(f"words-{key}", "")) for key in form.getlist("release")}
    with work_for(request, write=True) as work:
        actor = member(request, work)
        work.own_to_change(actor, identifier)
        if faults := overtaken(form, _released(comments.to_read(work, actor, identifier)), chosen):
            return _show(request, work, identifier, chosen, faults)
        try:
            comments.release(work, actor, identifier, chosen)
        except InvalidInput as invalid:
            return _show(request, work, identifier, chosen, invalid.faults)
    return on_to(f"/bureau/metingen/{identifier}/toelichtingen", "bewaard")
