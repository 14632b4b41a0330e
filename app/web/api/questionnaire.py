"""The respondent's questionnaire over JSON; the bearer token is that of the personal link."""

from typing import Annotated

from fastapi import APIRouter, Header, Request

from app.service import responding, tokens
from app.service.work import Work
from app.web.api import shapes
from app.web.api.rules import ApiRoute, ask_with_link
from app.web.entry import desk_of, language_of

router = APIRouter(prefix="/questionnaire", tags=["questionnaire"], route_class=ApiRoute)

#: In a header, for addresses are logged on their way.
ReceiptCode = Annotated[str, Header(max_length=60, description="The receipt code of what was sent.")]


def _out(request: Request, who: responding.Respondent) -> shapes.QuestionnaireOut:
    return shapes.questionnaire_out(who, tokens.receipt_code(desk_of(request).chance()), language_of(request))


@router.get("", operation_id="readQuestionnaire")
async def read_questionnaire(request: Request) -> shapes.QuestionnaireOut:
    """What this respondent is asked and filled in so far, with a fresh receipt code for sending."""
    return _out(request, await ask_with_link(request, responding.respondent))


@router.put("/confirmation", operation_id="confirmStatement")
async def confirm_statement(request: Request, given: shapes.ConfirmationIn) -> shapes.QuestionnaireOut:  # noqa: ARG001
    """For an attributed statement: all holders of the role know and agree. Needed before any answer."""

    def confirm(work: Work, token: str) -> responding.Respondent:
        responding.confirm_statement(work, token)
        return responding.respondent(work, token)

    return _out(request, await ask_with_link(request, confirm, write=True))


@router.put("/answers", operation_id="saveAnswers")
async def save_answers(request: Request, given: shapes.AnswersIn) -> shapes.QuestionnaireOut:
    """Save the whole draft or a part of it; saving the same again changes nothing."""

    def save(work: Work, token: str) -> responding.Respondent:
        if given.judged is not None:
            responding.choose(work, token, given.judged)
        return responding.save(work, token, given.ratings, given.comments)

    return _out(request, await ask_with_link(request, save, write=True))


@router.post("/submission", status_code=201, operation_id="sendAnswers")
async def send_answers(request: Request, given: shapes.SubmissionIn) -> shapes.SubmissionOut:
    """Send the draft, once. After a lost reply, send again with the same receipt code."""
    code = await ask_with_link(
        request, lambda work, token: responding.submit(work, token, given.receipt_code), write=True
    )
    return shapes.SubmissionOut(receipt_code=code)


@router.delete("/submission", status_code=204, operation_id="withdrawAnswers")
async def withdraw_answers(request: Request, receipt_code: ReceiptCode) -> None:
    """Take back what was sent and answer anew."""
    await ask_with_link(request, lambda work, token: responding.withdraw(work, token, receipt_code), write=True)
