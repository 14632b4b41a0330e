"""Whether the process lives, whether it can work, and how the work goes: for the operator's machines."""

import hmac

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.responses import JSONResponse

from app.domain.problems import NotFound
from app.service.health import hindrance, workload
from app.web.entry import bearer, comes_from_here, desk_of

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def show_health() -> JSONResponse:
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def show_readiness(request: Request) -> JSONResponse:
    """Red until the database can be reached and every migration has run."""
    found = hindrance(desk_of(request).workshop)
    if found is None:
        return JSONResponse({"status": "ok"})
    return JSONResponse({"status": "not_ready", "reason": found}, status_code=503, headers={"retry-after": "10"})


@router.get("/metrics")
def show_metrics(request: Request) -> Response:
    """Figures for Prometheus: for who holds the token, or without one only for this machine itself."""
    desk = desk_of(request)
    if desk.metrics_token:
        if not hmac.compare_digest((bearer(request) or "").encode(), desk.metrics_token.encode()):
            raise NotFound
    elif not comes_from_here(request):
        raise NotFound
    return Response(desk.metrics.text(workload(desk.workshop, desk.clock())), media_type=CONTENT_TYPE_PLAIN_0_0_4)
