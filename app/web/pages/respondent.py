"""The pages of a respondent, under /invullen: start, choose, one theme per page, check, send, receipt."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse

from app.domain.answers import LONGEST_COMMENT
from app.domain.constellation import CommentField, Questionnaire, Statement, ThemePage
from app.domain.problems import (
    Fault,
    InvalidInput,
    OtherQuestionnaire,
    StatementNotConfirmed,
    WrongReceipt,
)
from app.domain.text import Text, same
from app.service import responding
from app.service.responding import Respondent
from app.service.tokens import receipt_code
from app.service.work import Work
from app.web.entry import RECEIPT_COOKIE, RESPONDENT_COOKIE, ask, cookie, desk_of, language_of
from app.web.rendering import Drawing, draw, page_of, render
from app.web.routes import Route
from app.web.security import OurForm, drop_cookie, form_token, set_cookie

router = APIRouter(prefix="/invullen", include_in_schema=False, route_class=Route)

#: A respondent may come back for as long as questionnaires are open; the link itself ends sooner.
COOKIE_LASTS = 60 * 60 * 24 * 60


def _current(request: Request) -> str | None:
    """The token of the questionnaire that is open in this browser."""
    return cookie(request, RESPONDENT_COOKIE)


def _see_other(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303)


def _whose_form(request: Request, work: Work, form: FormData) -> Respondent:
    """Who sends this form. Two links in one browser: a form of the one is not saved under the other."""
    who = responding.respondent(work, _current(request))
    if form.get("invitation") != who.invitation.id:
        raise OtherQuestionnaire
    return who


async def _who_answers(request: Request) -> Respondent:
    """Whose questionnaire is open in this browser, and may be filled in now; else the Problem that says why not."""

    def look(work: Work) -> Respondent:
        who = responding.respondent(work, _current(request))
        who.require_able_to_answer(work)
        return who

    return await ask(request, look)


def _chosen(form: FormData, name: str) -> list[str]:
    return [value for value in form.getlist(name) if isinstance(value, str)]


# --- Coming back: pages without the token in their address ------------------------------------------------------------


@router.get("/keuze")
async def show_choice(request: Request) -> Response:
    who = await _who_answers(request)
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
        return _see_other("/invullen/vragen/1")
    roles = {role: who.constellation.instrument.role(role).label(who.assessment.label_set) for role in who.choices}
    return render(
        request, "respondent/choice.html", status, who=who, roles=roles, chosen=chosen, faults=faults, nobody=nobody
    )


@router.post("/keuze")
async def choose(request: Request, form: OurForm) -> Response:
    chosen = frozenset(_chosen(form, "judged"))

    def choose(work: Work) -> tuple[Respondent, tuple[Fault, ...]]:
        who = _whose_form(request, work, form)
        try:
            return responding.choose(work, _current(request), chosen), ()
        except InvalidInput as invalid:
            return who, invalid.faults

    if not chosen and not form.get("seen"):
        await ask(request, lambda work: _whose_form(request, work, form))
        return _see_other("/invullen/keuze?niemand=ja")
    who, faults = await ask(request, choose, write=True)
    return _choice(request, who, chosen, faults, 400) if faults else _see_other("/invullen/vragen/1")


@router.get("/vragen/{number}")
async def show_page(request: Request, number: str) -> Response:
    place = _place(number)
    who = await _who_answers(request)
    if who.must_choose:
        return _see_other("/invullen/keuze")
    answers = who.answers
    return _page(request, who, place, {**answers.ratings, **answers.comments}, ask="open" in request.query_params)


def _place(number: str) -> int:
    """Which page an address means; 0, which is none, for what is no number."""
    return int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0


def _page(
    request: Request,
    who: Respondent,
    number: int,
    given: Mapping[str, object],
    *,
    faults: tuple[Fault, ...] = (),
    ask: bool = False,
    status: int = 200,
) -> Response:
    """Theme page `number`, or the open questions after the last theme.

    `ask`: say once which statements were left open.
    """
    questionnaire = who.questionnaire
    pages = _count(questionnaire)
    if not 1 <= number <= pages:
        return _see_other("/invullen/nakijken")
    frame = {
        "who": who,
        "number": number,
        "pages": pages,
        "faults": faults,
        "anchors": {found.where: "q-" + found.where.partition(".")[2] for found in faults},
        "names": {party.key: party.name for party in who.constellation.parties},
    }
    own = {"invitation": who.invitation.id, "opened": desk_of(request).chance()}
    if number > len(questionnaire.pages):
        fields = questionnaire.comments
        kept = who.answers.comments
        frame |= own | {"fields": fields, "given": given, "kept": kept, "longest": LONGEST_COMMENT, "still_open": ()}
        return render(request, "respondent/open_questions.html", status, **frame)
    page = questionnaire.pages[number - 1]
    left_open = [rating.key for rating in page.ratings if not given.get(rating.key)] if ask else []
    drawing = _drawing(request, who, page, frame, left_open)
    own["form_token"] = form_token(request)
    own |= {f"{key}={answer}": " checked" for key, answer in given.items()}
    own |= {f"was={key}": str(answer) for key, answer in who.answers.ratings.items()}
    return page_of(request, drawing.filled(own), status)


#: Pages of statements as most people see them. What they look like follows from their key alone.
_drawings: dict[tuple[object, ...], Drawing] = {}
_MOST_DRAWINGS = 500


def _drawing(
    request: Request, who: Respondent, page: ThemePage, frame: dict[str, object], left_open: list[str]
) -> Drawing:
    """A page of statements without anybody's answers. Everyone in a party who judges the same sees the same."""
    key = (
        *(who.assessment.instrument, who.assessment.label_set, who.assessment.parties, who.party.key, who.judged),
        *(frame["number"], language_of(request), desk_of(request).theme_css),
    )
    plain = not frame["faults"] and not left_open
    found = _drawings.get(key) if plain else None
    if found is None:
        drawn = draw(
            request,
            "respondent/theme.html",
            **frame,
            page=page,
            headings=[_heading(who, statement) for statement in page.statements],
            scale=who.constellation.instrument.scale,
            still_open=left_open,
            place=Drawing.place,
            **{name: Drawing.place(name) for name in ("invitation", "opened", "form_token")},
        )
        found = Drawing(drawn)
        if plain:
            if len(_drawings) >= _MOST_DRAWINGS:
                _drawings.clear()
            _drawings[key] = found
    return found


def _heading(who: Respondent, statement: Statement) -> Text:
    """Above which part of the page a statement stands: one's own role, or the role of others."""
    if statement.block == "self":
        return Text("Over uw eigen rol", "About your own role")
    if statement.block == "other":
        about = [who.constellation.party(rating.about or "") for rating in statement.rows]
        role = who.constellation.instrument.role(about[0].role).label(who.assessment.label_set)
        names = same(about[0].name) if len(about) == 1 else role
        return Text("Over de rol van {names}", "About the role of {names}").fill(names=names)
    return same("")


def _count(questionnaire: Questionnaire) -> int:
    return len(questionnaire.pages) + bool(questionnaire.comments)


@router.post("/vragen/{number}")
async def save_page(request: Request, number: str, form: OurForm) -> Response:
    """Save what this page holds, then go on, back, or to the other language; nothing typed is lost on a fault."""
    place = _place(number)

    def save(work: Work) -> tuple[Respondent, tuple[Fault, ...]]:
        who = _whose_form(request, work, form)
        if not 1 <= place <= _count(who.questionnaire):
            return who, ()
        ratings, comments = (_changed(fields, form) for fields in _fields(who.questionnaire, place, form))
        try:
            return responding.save(work, _current(request), ratings, comments, _moment(form)), ()
        except InvalidInput as invalid:
            return who, invalid.faults

    who, faults = await ask(request, save, write=True)
    if not 1 <= place <= _count(who.questionnaire):
        return _see_other("/invullen/nakijken")
    ratings, comments = _fields(who.questionnaire, place, form)
    if faults:
        return _page(request, who, place, {**ratings, **comments}, faults=faults, status=400)
    if form.get("go") == "autosave":
        return Response(status_code=204)
    go = str(form.get("go", "next"))
    if go == "next" and not form.get("seen") and not all(ratings.values()):
        return _see_other(f"/invullen/vragen/{place}?open=ja")
    return _see_other(_after(who, place, go))


def _moment(form: FormData) -> tuple[str, int]:
    """Which saving of which open page this is; without JavaScript there is only one at a time."""
    sequence = str(form.get("sequence", ""))
    return str(form.get("opened", ""))[:60], int(sequence) if sequence.isascii() and sequence.isdigit() and len(
        sequence
    ) < 10 else 0


def _after(who: Respondent, number: int, go: str) -> str:
    """Where a button of page `number` leads."""
    if go in ("taal-nl", "taal-en"):
        return f"/invullen/vragen/{number}?taal={go[-2:]}"
    if go == "stop":
        return "/invullen/bewaard"
    if go == "back" and number == 1:
        return "/invullen/keuze" if who.choices else "/invullen/vragen/1"
    following = number - 1 if go == "back" else number + 1
    return f"/invullen/vragen/{following}" if following <= _count(who.questionnaire) else "/invullen/nakijken"


def _fields(questionnaire: Questionnaire, number: int, form: FormData) -> tuple[dict[str, object], dict[str, object]]:
    """(ratings, comments) of one page: every field that belongs to it, empty when it was left open."""
    page: ThemePage | None = questionnaire.pages[number - 1] if number <= len(questionnaire.pages) else None
    comments: tuple[CommentField, ...] = () if page else questionnaire.comments
    return (
        {rating.key: form.get(rating.key, "") for rating in (page.ratings if page else ())},
        {comment.key: form.get(comment.key, "") for comment in comments},
    )


def _changed(fields: Mapping[str, object], form: FormData) -> dict[str, object]:
    """The fields in which this page differs from how it was when it was opened or last saved.

    A page that stayed open somewhere else, on a telephone perhaps, must not put back what was answered since.
    """
    return {
        key: given
        for key, given in fields.items()
        if (was := form.get(f"was-{key}")) is None or _as_typed(was) != _as_typed(given)
    }


def _as_typed(given: object) -> str:
    """Browsers write the end of a line in two ways."""
    return str(given).replace("\r\n", "\n")


@router.get("/bewaard")
async def show_kept(request: Request) -> Response:
    who = await ask(request, lambda work: responding.respondent(work, _current(request)))
    return render(request, "respondent/kept.html", who=who)


@router.get("/nakijken")
async def check(request: Request) -> Response:
    who = await _who_answers(request)
    if who.must_choose:
        return _see_other("/invullen/keuze")
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
        who = _whose_form(request, work, form)
        try:
            return who, responding.submit(work, _current(request), given), ()
        except InvalidInput as invalid:
            return who, receipt_code(work.chance()), invalid.faults

    who, code, faults = await ask(request, submit, write=True)
    if faults:
        return _check(request, who, code, faults, 400)
    answer = _see_other("/invullen/ontvangen")
    set_cookie(request, answer, RECEIPT_COOKIE, code, 60 * 60)
    return answer


@router.get("/ontvangen")
async def show_receipt(request: Request) -> Response:
    who = await ask(request, lambda work: responding.respondent(work, _current(request)))
    if not who.invitation.sent and who.assessment.state == "open":
        return _see_other("/invullen/nakijken")
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
        threshold=who.assessment.params.k_party,
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
        who = responding.respondent(work, token, counted=True)
        who.assessment.require_open(work.now)
        if not who.party.attributed or who.invitation.statement_confirmed:
            return who, True
        if form.get("confirm"):
            responding.confirm_statement(work, token)
        return who, bool(form.get("confirm"))

    who, may_begin = await ask(request, begin, write=True)
    if not may_begin:
        unconfirmed = (Fault("confirm", StatementNotConfirmed().message),)
        return _start(request, who, token, accepts=True, faults=unconfirmed, status=400)
    answer = _see_other("/invullen/keuze" if who.must_choose else f"/invullen/vragen/{_first_open(who)}")
    set_cookie(request, answer, RESPONDENT_COOKIE, token, COOKIE_LASTS)
    drop_cookie(request, answer, RECEIPT_COOKIE)
    return answer


def _first_open(who: Respondent) -> int:
    """The first page that still has an open statement."""
    answers = who.answers
    for number, page in enumerate(who.questionnaire.pages, start=1):
        if any(rating.key not in answers.ratings for rating in page.ratings):
            return number
    return 1


@router.post("/{token}/intrekken")
async def withdraw(request: Request, token: str, form: OurForm) -> Response:
    """Take back what was sent, with the receipt code; then one may answer anew."""
    typed = str(form.get("receipt_code", ""))

    def take_back(work: Work) -> tuple[Respondent, tuple[Fault, ...]]:
        who = responding.respondent(work, token, counted=True)
        try:
            responding.withdraw(work, token, typed)
        except WrongReceipt as wrong:
            return who, (Fault("receipt_code", wrong.message),)
        return who, ()

    who, faults = await ask(request, take_back, write=True)
    if faults:
        return _start(request, who, token, typed_code=typed, accepts=True, faults=faults, status=409)
    return _see_other(f"/invullen/{token}?ingetrokken=ja")
