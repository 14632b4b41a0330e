"""The respondent's questionnaire over JSON; the bearer token is that of the personal link."""

from fastapi import APIRouter, Request

from app.service import responding
from app.service.tokens import receipt_code
from app.service.work import Work
from app.web.api import shapes
from app.web.api.rules import ApiRoute
from app.web.entry import bearer, desk_of, language_of, work_for

router = APIRouter(prefix="/questionnaire", tags=["questionnaire"], route_class=ApiRoute)


def _out(request: Request, work: Work) -> shapes.QuestionnaireOut:
    who = responding.respondent(work, bearer(request))
    return shapes.questionnaire_out(who, receipt_code(desk_of(request).chance()), language_of(request))


@router.get("", operation_id="readQuestionnaire")
def read_questionnaire(request: Request) -> shapes.QuestionnaireOut:
    """What this respondent is asked and filled in so far, with a fresh receipt code for sending."""
    with work_for(request) as work:
        return _out(request, work)


@router.put("/confirmation", operation_id="confirmStatement")
def confirm_statement(request: Request, given: shapes.ConfirmationIn) -> shapes.QuestionnaireOut:  # noqa: ARG001
    """For an attributed statement: all holders of the role know and agree. Needed before any answer."""
    with work_for(request, write=True) as work:
        responding.confirm_statement(work, bearer(request))
        return _out(request, work)


@router.put("/answers", operation_id="saveAnswers")
def save_answers(request: Request, given: shapes.AnswersIn) -> shapes.QuestionnaireOut:
    """Save the whole draft or a part of it; saving the same again changes nothing."""
    with work_for(request, write=True) as work:
        token = bearer(request)
        if given.judged is not None:
            responding.choose(work, token, given.judged)
        responding.save(work, token, given.ratings, given.comments)
        return _out(request, work)


@router.post("/submission", status_code=201, operation_id="sendAnswers")
def send_answers(request: Request, given: shapes.SubmissionIn) -> shapes.SubmissionOut:
    """Send the draft, once. After a lost reply, send again with the same receipt code."""
    with work_for(request, write=True) as work:
        code = responding.submit(work, bearer(request), given.receipt_code)
    return shapes.SubmissionOut(receipt_code=code)


@router.delete("/submission", status_code=204, operation_id="withdrawAnswers")
def withdraw_answers(request: Request, receiptCode: str) -> None:  # noqa: N803 - the wire speaks camelCase
    """Take back what was sent and answer anew."""
    with work_for(request, write=True) as work:
        responding.withdraw(work, bearer(request), receiptCode)
