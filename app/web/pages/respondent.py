"""The pages of a respondent around the questions, under /invullen: start, choose, check, send, receipt.

The questions themselves are in `filling_in`.
"""

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.domain import promise
from app.domain.problems import (
    Fault,
    InvalidInput,
    OtherQuestionnaire,
    StatementNotConfirmed,
    WrongReceipt,
)
from app.service import responding
from app.service.responding import Respondent
from app.service.tokens import receipt_code
from app.service.work import Work
from app.web.entry import RECEIPT_COOKIE, RESPONDENT_COOKIE, ask, cookie, desk_of
from app.web.rendering import render, see_other
from app.web.routes import Route
from app.web.security import OurForm, drop_cookie, set_cookie

router = APIRouter(prefix="/invullen", include_in_schema=False, route_class=Route)

#: A respondent may come back for as long as questionnaires are open; the link itself ends sooner.
COOKIE_LASTS = 60 * 60 * 24 * 60


def current(request: Request) -> str | None:
    """The token of the questionnaire that is open in this browser."""
    return cookie(request, RESPONDENT_COOKIE)


def whose_form(request: Request, work: Work, form: FormData) -> Respondent:
    """Who sends this form. Two links in one browser: a form of the one is not saved under the other."""
    who = responding.respondent(work, current(request))
    if form.get("invitation") != who.invitation.id:
        raise OtherQuestionnaire
    return who


async def who_answers(request: Request) -> Respondent:
    """Whose questionnaire is open in this browser, and may be filled in now; else the Problem that says why not."""

    def look(work: Work) -> Respondent:
        who = responding.respondent(work, current(request))
        who.require_able_to_answer(work)
        return who

    return await ask(request, look)


def _chosen(form: FormData, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]


# --- Coming back: pages without the token in their address ------------------------------------------------------------


@router.get("/keuze")
async def show_choice(request: Request) -> Response:
    who = await who_answers(request)
    nobody = "niemand" in request.query_params
    return _choice(request, who, who.draft.answers.judged, (), nobody=nobody)


def _choice(
    request: Request,
    who: Respondent,
    chosen: frozenset[str],
    faults: tuple[Fault, ...],
    status: int = 200,
    *,
    nobody: bool = False,
) -> Response:
    if not who.choices:
        return see_other("/invullen/vragen/1")
    roles = {role: who.constellation.instrument.role(role).label(who.assessment.label_set) for role in who.choices}
    return render(
        request, "respondent/choice.html", status, who=who, roles=roles, chosen=chosen, faults=faults, nobody=nobody
    )


@router.post("/keuze")
async def choose(request: Request, form: OurForm) -> Response:
    chosen = frozenset(_chosen(form, "judged"))

    def choose(work: Work) -> tuple[Respondent, tuple[Fault, ...]]:
        who = whose_form(request, work, form)
        try:
            return responding.choose(work, current(request), chosen), ()
        except InvalidInput as invalid:
            return who, invalid.faults

    if not chosen and not form.get("seen"):
        await ask(request, lambda work: whose_form(request, work, form))
        return see_other("/invullen/keuze?niemand=ja")
    who, faults = await ask(request, choose, write=True, link=current(request))
    return _choice(request, who, chosen, faults, 400) if faults else see_other("/invullen/vragen/1")


@router.get("/bewaard")
async def show_kept(request: Request) -> Response:
    who = await ask(request, lambda work: responding.respondent(work, current(request)))
    return render(request, "respondent/kept.html", who=who)


@router.get("/nakijken")
async def check(request: Request) -> Response:
    who = await who_answers(request)
    if who.must_choose:
        return see_other("/invullen/keuze")
    return _check(request, who, receipt_code(desk_of(request).chance()), ())


def _check(request: Request, who: Respondent, code: str, faults: tuple[Fault, ...], status: int = 200) -> Response:
    names = {party.key: party.name for party in who.constellation.parties}
    return render(
        request,
        "respondent/check.html",
        status,
        who=who,
        questionnaire=who.questionnaire,
        answers=who.answers,
        scale=who.constellation.instrument.scale,
        names=names,
        code=code,
        faults=faults,
    )


@router.post("/inzenden")
async def send(request: Request, form: OurForm) -> Response:
    given = str(form.get("receipt_code", ""))

    def submit(work: Work) -> tuple[Respondent, str, tuple[Fault, ...]]:
        who = whose_form(request, work, form)
        try:
            return who, responding.submit(work, current(request), given), ()
        except InvalidInput as invalid:
            return who, receipt_code(work.chance()), invalid.faults

    who, code, faults = await ask(request, submit, write=True, link=current(request))
    if faults and who.must_choose:
        return see_other("/invullen/keuze")
    if faults:
        return _check(request, who, code, faults, 400)
    answer = see_other("/invullen/ontvangen")
    set_cookie(request, answer, RECEIPT_COOKIE, code, 60 * 60)
    return answer


@router.get("/ontvangen")
async def show_receipt(request: Request) -> Response:
    who = await ask(request, lambda work: responding.respondent(work, current(request)))
    if not who.invitation.sent and who.assessment.state == "open":
        return see_other("/invullen/nakijken")
    code = cookie(request, RECEIPT_COOKIE)
    return render(request, "respondent/receipt.html", who=who, code=code)


# --- The personal link itself -----------------------------------------------------------------------------------------


@router.get("/{token}")
async def show_start(request: Request, token: str) -> Response:
    """Who asks, why, and what becomes of it. Looking starts nothing: mail scanners look too."""

    def look(work: Work) -> tuple[Respondent, bool]:
        who = responding.respondent(work, token, counted=True)
        return who, who.assessment.accepts_answers(work.now)

    who, accepts = await ask(request, look, slow=True)  # it counts everybody who was invited
    return _start(request, who, token, accepts=accepts)


def _start(
    request: Request,
    who: Respondent,
    token: str,
    *,
    typed_code: str = "",
    accepts: bool,
    faults: tuple[Fault, ...] = (),
    status: int = 200,
) -> Response:
    if not accepts and who.assessment.state != "draft":
        return render(request, "respondent/closed.html", status, who=who)
    if not accepts:
        return render(request, "respondent/not_yet.html", status, who=who)
    instrument = who.constellation.instrument
    minutes = [who.constellation.questionnaire(who.party, judged).minutes for judged in _least_and_most(who)]
    return render(
        request,
        "respondent/start.html",
        status,
        who=who,
        role=instrument.role(who.party.role).label(who.assessment.label_set),
        role_description=instrument.role(who.party.role).description,
        minutes=minutes,
        promise=promise,
        hidden=promise.stays_hidden(who.party, who.constellation, who.assessment.params),
        token=token,
        typed_code=typed_code,
        withdrawn="ingetrokken" in request.query_params,
        faults=faults,
    )


def _least_and_most(who: Respondent) -> list[frozenset[str]]:
    """The smallest and the largest number of parties that this respondent may come to judge."""
    if not who.choices or who.draft.chosen:
        return [who.judged, who.judged]
    sole = who.judged
    first = frozenset(parties[0].key for parties in who.choices.values())
    most = frozenset(party.key for parties in who.choices.values() for party in parties[:3])
    return [sole | first, sole | most]


@router.post("/{token}")
async def start(request: Request, token: str, form: OurForm) -> Response:
    """Begin, or go on where one stopped. Only this sets a cookie; from here the address holds no token."""

    def begin(work: Work) -> tuple[Respondent, bool]:
        """(who, whether this person may begin)."""
        who = responding.respondent(work, token)
        who.assessment.require_open(work.now)
        if not who.party.attributed or who.invitation.statement_confirmed:
            return who, True
        if form.get("confirm"):
            responding.confirm_statement(work, token)
            return who, True
        return responding.respondent(work, token, counted=True), False

    who, may_begin = await ask(request, begin, write=True, link=token)
    if not may_begin:
        unconfirmed = (Fault("confirm", StatementNotConfirmed().message),)
        return _start(request, who, token, accepts=True, faults=unconfirmed, status=400)
    answer = see_other("/invullen/keuze" if who.must_choose else _where_one_was(who))
    set_cookie(request, answer, RESPONDENT_COOKIE, token, COOKIE_LASTS)
    drop_cookie(request, answer, RECEIPT_COOKIE)
    return answer


def _where_one_was(who: Respondent) -> str:
    """The page of the last answer while something on it is open, else the one after it; after all of them the check.

    What was passed over before that stays so; the check page tells of it.
    """
    given = {**who.answers.ratings, **who.answers.comments}
    asked = [[rating.key for rating in page.ratings] for page in who.questionnaire.pages]
    if who.questionnaire.comments:
        asked.append([comment.key for comment in who.questionnaire.comments])
    begun = [number for number, keys in enumerate(asked, start=1) if any(key in given for key in keys)]
    last = begun[-1] if begun else 1
    number = last if any(key not in given for key in asked[last - 1]) else last + 1
    return f"/invullen/vragen/{number}" if number <= len(asked) else "/invullen/nakijken"


@router.post("/{token}/intrekken")
async def withdraw(request: Request, token: str, form: OurForm) -> Response:
    """Take back what was sent, with the receipt code; then one may answer anew."""
    typed = str(form.get("receipt_code", ""))

    def take_back(work: Work) -> tuple[Respondent | None, tuple[Fault, ...]]:
        try:
            responding.withdraw(work, token, typed)
        except WrongReceipt as wrong:
            return responding.respondent(work, token, counted=True), (Fault("receipt_code", wrong.message),)
        return None, ()

    who, faults = await ask(request, take_back, write=True, link=token)
    if who is not None:
        return _start(request, who, token, typed_code=typed, accepts=True, faults=faults, status=409)
    return see_other(f"/invullen/{token}?ingetrokken=ja")
