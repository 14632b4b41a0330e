"""The respondent's questionnaire over JSON; the bearer token is that of the personal link."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import APIRouter, Request

from app.domain.problems import NotSignedIn, UnknownLink
from app.service import responding
from app.service.tokens import receipt_code
from app.service.work import Work
from app.web.api import shapes
from app.web.api.rules import ApiRoute
from app.web.entry import bearer, desk_of, language_of, work_for

router = APIRouter(prefix="/questionnaire", tags=["questionnaire"], route_class=ApiRoute)


@contextmanager
def _of_link(request: Request, *, write: bool = False) -> Iterator[tuple[Work, str]]:
    """One transaction, with the token of the personal link. Raises NotSignedIn when none that works came along."""
    token = bearer(request)
    if token is None:
        raise NotSignedIn
    with work_for(request, write=write) as work:
        try:
            yield work, token
        except UnknownLink as unknown:
            raise NotSignedIn from unknown


def _out(request: Request, work: Work, token: str) -> shapes.QuestionnaireOut:
    who = responding.respondent(work, token)
    return shapes.questionnaire_out(who, receipt_code(desk_of(request).chance()), language_of(request))


@router.get("", operation_id="readQuestionnaire")
def read_questionnaire(request: Request) -> shapes.QuestionnaireOut:
    """What this respondent is asked and filled in so far, with a fresh receipt code for sending."""
    with _of_link(request) as (work, token):
        return _out(request, work, token)


@router.put("/confirmation", operation_id="confirmStatement")
def confirm_statement(request: Request, given: shapes.ConfirmationIn) -> shapes.QuestionnaireOut:  # noqa: ARG001
    """For an attributed statement: all holders of the role know and agree. Needed before any answer."""
    with _of_link(request, write=True) as (work, token):
        responding.confirm_statement(work, token)
        return _out(request, work, token)


@router.put("/answers", operation_id="saveAnswers")
def save_answers(request: Request, given: shapes.AnswersIn) -> shapes.QuestionnaireOut:
    """Save the whole draft or a part of it; saving the same again changes nothing."""
    with _of_link(request, write=True) as (work, token):
        if given.judged is not None:
            responding.choose(work, token, given.judged)
        responding.save(work, token, given.ratings, given.comments)
        return _out(request, work, token)


@router.post("/submission", status_code=201, operation_id="sendAnswers")
def send_answers(request: Request, given: shapes.SubmissionIn) -> shapes.SubmissionOut:
    """Send the draft, once. After a lost reply, send again with the same receipt code."""
    with _of_link(request, write=True) as (work, token):
        code = responding.submit(work, token, given.receipt_code)
    return shapes.SubmissionOut(receipt_code=code)


@router.delete("/submission", status_code=204, operation_id="withdrawAnswers")
def withdraw_answers(request: Request, receiptCode: str) -> None:  # noqa: N803 - the wire speaks camelCase
    """Take back what was sent and answer anew."""
    with _of_link(request, write=True) as (work, token):
        responding.withdraw(work, token, receiptCode)
