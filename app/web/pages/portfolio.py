"""What an office learns over time: a constellation over its waves, all of them side by side, and what works."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from app.domain import words
from app.domain.assessment import STATE_NAMES
from app.domain.dialogue import KEPT_NAMES
from app.domain.problems import Fault, InvalidInput
from app.domain.text import Text
from app.export.drawings import draw_moved
from app.service import constellations, practices, reporting
from app.service.practices import PracticePlan
from app.service.work import Work
from app.web.done import in_words, on_to
from app.web.entry import language_of, member, work_for
from app.web.pages.report import twice
from app.web.rendering import render
from app.web.security import OUR_BUTTON, OurForm

router = APIRouter(prefix="/bureau", include_in_schema=False)

TO_ORDER: dict[str, Text] = {"hoger": Text("De nieuwe volgorde is bewaard.", "The new order is saved.")}
TO_PRACTICES: dict[str, Text] = {
    "vastgelegd": Text("Dit staat er nu bij.", "This is on the page now."),
    "gedeeld": Text("Andere bureaus lezen dit vanaf nu ook.", "Other offices read this too from now on."),
    "niet-gedeeld": Text("Alleen uw bureau leest dit nog.", "Only your office still reads this."),
    "weg": Text("Dit is weggegooid.", "This is thrown away."),
}


@router.get("/driehoeken")
def show_portfolio(request: Request) -> Response:
    with work_for(request) as work:
        actor = member(request, work)
        lines = constellations.portfolio(work, actor)
    reported = [line for line in lines if line.newest]
    return render(
        request,
        "portfolio/portfolio.html",
        lines=lines,
        instruments=list(dict.fromkeys(line.constellation.instrument for line in reported)),
        may_write=actor.may_write,
        done=in_words(request, TO_ORDER),
    )


@router.get("/driehoeken/{constellation}")
def show_constellation(request: Request, constellation: str) -> Response:
    language = language_of(request)
    with work_for(request) as work:
        actor = member(request, work)
        waves = constellations.constellation(work, actor, constellation)
        trend = constellations.trend(work, actor, constellation)
    newest = trend.waves[-1].report if trend.waves else None
    return render(
        request,
        "portfolio/constellation.html",
        waves=waves,
        trend=trend,
        states=STATE_NAMES,
        sizes=words.SIZES,
        evidence=words.EVIDENCE,
        reasons=words.SHORT_REASONS,
        kept_names=KEPT_NAMES,
        moved=twice(lambda narrow: draw_moved(newest, language, narrow=narrow)) if newest else [],
    )


@router.post("/driehoeken/{constellation}/hoger", dependencies=OUR_BUTTON)
def move_up(request: Request, constellation: str) -> Response:
    with work_for(request, write=True) as work:
        constellations.move_up(work, member(request, work), constellation)
    return on_to("/bureau/driehoeken", "hoger")


# --- What works -------------------------------------------------------------------------------------------------------


@router.get("/praktijken")
def show_practices(request: Request) -> Response:
    with work_for(request) as work:
        return _practices(request, work, {}, ())


def _practices(request: Request, work: Work, given: dict[str, str], faults: Sequence[Fault]) -> Response:
    actor = member(request, work)
    known = practices.known(work, actor)
    newest = {instrument.id: instrument for instrument in reporting.instruments(work)}
    return render(
        request,
        "portfolio/practices.html",
        400 if faults else 200,
        own=[(practice, theme) for practice, theme in known if practice.office == actor.office],
        others=[(practice, theme) for practice, theme in known if practice.office != actor.office],
        instruments=newest.values(),
        given=given,
        may_write=actor.may_write,
        faults=faults,
        done=in_words(request, TO_PRACTICES, unless=faults),
    )


@router.post("/praktijken")
def record_practice(request: Request, form: OurForm) -> Response:
    given = {name: str(form.get(name, "")) for name in ("theme", "title", "words", "shared")}
    instrument, _, theme = given["theme"].partition("/")
    plan = PracticePlan(instrument, theme, given["title"], given["words"].replace("\r\n", "\n"), bool(given["shared"]))
    with work_for(request, write=True) as work:
        try:
            practices.record(work, member(request, work), plan)
        except InvalidInput as invalid:
            return _practices(request, work, given, invalid.faults)
    return on_to("/bureau/praktijken", "vastgelegd")


@router.post("/praktijken/{practice}/delen")
def share_practice(request: Request, practice: str, form: OurForm) -> Response:
    shared = form.get("shared") == "yes"
    with work_for(request, write=True) as work:
        practices.share(work, member(request, work), practice, shared=shared)
    return on_to("/bureau/praktijken", "gedeeld" if shared else "niet-gedeeld")


@router.post("/praktijken/{practice}/weg", dependencies=OUR_BUTTON)
def drop_practice(request: Request, practice: str) -> Response:
    with work_for(request, write=True) as work:
        practices.drop(work, member(request, work), practice)
    return on_to("/bureau/praktijken", "weg")
