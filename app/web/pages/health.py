"""Whether the process lives and whether it can work."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from app.service.health import is_ready
from app.web.entry import desk_of

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
def show_health() -> JSONResponse:
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def show_readiness(request: Request) -> JSONResponse:
    """Red until the database can be reached and every migration has run."""
    ready = is_ready(desk_of(request).workshop)
    return JSONResponse({"status": "ok" if ready else "not_ready"}, status_code=200 if ready else 503)
