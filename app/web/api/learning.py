"""What follows reports over JSON: constellations with their waves and trend, the portfolio, and practices."""

from fastapi import APIRouter, Request

from app.service import constellations, practices
from app.service.practices import PracticePlan
from app.web.api import learning_shapes as shapes
from app.web.api.repeating import IdempotencyKey, once
from app.web.api.rules import ApiRoute
from app.web.entry import api_actor, work_for

router = APIRouter(tags=["learning"], route_class=ApiRoute)


@router.get("/constellations", operation_id="listConstellations")
def list_constellations(request: Request) -> list[shapes.ConstellationOut]:
    """The constellations of the office in its own order, each with its waves."""
    with work_for(request) as work:
        found = constellations.constellations(work, api_actor(request, work))
    return [shapes.constellation_out(waves) for waves in found]


@router.get("/constellations/{constellation}", operation_id="readConstellation")
def read_constellation(request: Request, constellation: str) -> shapes.ConstellationOut:
    """One constellation with its waves, oldest first."""
    with work_for(request) as work:
        return shapes.constellation_out(constellations.constellation(work, api_actor(request, work), constellation))


@router.get("/constellations/{constellation}/trend", operation_id="readTrend")
def read_trend(request: Request, constellation: str) -> shapes.TrendOut:
    """Per relation, view and theme the published figure of each released wave, with the changes that were published.

    A difference that no snapshot publishes is not in here, and may not be computed from what is.
    """
    with work_for(request) as work:
        return shapes.trend_out(constellations.trend(work, api_actor(request, work), constellation))


@router.get("/portfolio", operation_id="readPortfolio")
def read_portfolio(request: Request) -> list[shapes.PortfolioLineOut]:
    """The constellations of the office side by side per theme, in its own order: never ranked, never averaged."""
    with work_for(request) as work:
        found = constellations.portfolio(work, api_actor(request, work))
    return [shapes.portfolio_line_out(line) for line in found]


@router.get("/practices", operation_id="listPractices")
def list_practices(request: Request) -> list[shapes.PracticeOut]:
    """What works according to this office, and what other offices share: per theme, newest first."""
    with work_for(request) as work:
        actor = api_actor(request, work)
        return [shapes.practice_out(practice, actor.office) for practice, _ in practices.known(work, actor)]


@router.post("/practices", status_code=201, operation_id="recordPractice")
def record_practice(
    request: Request, given: shapes.PracticeIn, idempotency_key: IdempotencyKey = None
) -> shapes.PracticeOut:
    """Write down what works on a theme, shared with other offices or not."""
    plan = PracticePlan(given.instrument, given.theme, given.title, given.words, given.shared)
    with work_for(request, write=True) as work:
        actor = api_actor(request, work)
        asked = (request, idempotency_key, given)
        return once(
            work,
            actor,
            asked,
            shapes.PracticeOut,
            lambda: shapes.practice_out(practices.record(work, actor, plan), actor.office),
        )
