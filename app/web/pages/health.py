"""Whether the process lives and whether it can work."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from app.service.health import hindrance
from app.web.entry import desk_of

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
