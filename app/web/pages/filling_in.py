"""The questions of a respondent, under /invullen/vragen: a theme per page, then the open questions. Each saves."""

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData
from starlette.responses import JSONResponse

from app.domain.answers import LONGEST_COMMENT, TOO_LONG
from app.domain.constellation import CommentField, Questionnaire, Statement, ThemePage
from app.domain.problems import Fault
from app.domain.text import Text, same
from app.service import responding
from app.service.responding import Respondent
from app.service.work import Work
from app.web.entry import ask, desk_of, language_of
from app.web.pages.respondent import current, who_answers, whose_form
from app.web.rendering import Drawing, draw, page_of, render, see_other
from app.web.routes import Route
from app.web.security import OurForm, form_token

router = APIRouter(prefix="/invullen", include_in_schema=False, route_class=Route)


@router.get("/vragen/{number}")
async def show_page(request: Request, number: str) -> Response:
    place = _place(number)
    who = await who_answers(request)
    if who.must_choose:
        return see_other("/invullen/keuze")
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
        return see_other("/invullen/nakijken")
    frame = {
        "who": who,
        "number": number,
        "pages": pages,
        "may_go_back": number > 1 or bool(who.choices),
        "faults": faults,
        "anchors": {found.where: "q-" + found.where.partition(".")[2] for found in faults},
        "names": {party.key: party.name for party in who.constellation.parties},
    }
    own = {"invitation": who.invitation.id, "opened": desk_of(request).chance()}
    if number > len(questionnaire.pages):
        frame |= own | {"fields": questionnaire.comments, "given": given, "kept": who.answers.comments}
        frame |= {"longest": LONGEST_COMMENT, "too_long": TOO_LONG.fill(n="{n}", most=LONGEST_COMMENT)}
        frame |= {"wrong": {found.where: found.message for found in faults}, "still_open": ()}
        return render(request, "respondent/open_questions.html", status, **frame)
    page = questionnaire.pages[number - 1]
    left_open = [rating.key for rating in page.ratings if not given.get(rating.key)] if ask else []
    drawing = _drawing(request, who, page, frame, left_open)
    own["form_token"] = form_token(request)
    kept = who.answers.ratings
    for key in (rating.key for rating in page.ratings):
        own[f"{key}={given.get(key)}"] = " checked"
        own[f"was={key}"] = str(kept.get(key, ""))
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
        *(frame["number"], frame["may_go_back"], language_of(request), desk_of(request).theme_css),
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
    """Save what this page holds, then go on, back, or to the other language.

    With a fault the page stays, with everything that was typed, and all that is right in it is saved.
    """
    place = _place(number)

    def save(work: Work) -> tuple[Respondent, tuple[Fault, ...]]:
        who = whose_form(request, work, form)
        if not 1 <= place <= _count(who.questionnaire):
            return who, ()
        ratings, comments = (_changed(fields, form) for fields in _fields(who.questionnaire, place, form))
        return responding.save_what_fits(work, current(request), ratings, comments, _moment(form))

    who, faults = await ask(request, save, write=True, link=current(request))
    if not 1 <= place <= _count(who.questionnaire):
        return see_other("/invullen/nakijken")
    ratings, comments = _fields(who.questionnaire, place, form)
    if form.get("go") == "autosave":
        unsaved = [found.where.partition(".")[2] for found in faults]
        return JSONResponse({"unsaved": unsaved}) if unsaved else Response(status_code=204)
    if faults:
        return _page(request, who, place, {**ratings, **comments}, faults=faults, status=400)
    go = str(form.get("go", "next"))
    if go == "next" and not form.get("seen") and not all(ratings.values()):
        return see_other(f"/invullen/vragen/{place}?open=ja")
    return see_other(_after(who, place, go))


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
