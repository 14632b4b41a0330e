"""Instruments over JSON, in the language asked for."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from app.service import reporting
from app.web.api import instrument_shapes as shapes
from app.web.api.rules import ApiRoute
from app.web.entry import language_of, work_for

router = APIRouter(prefix="/instruments", tags=["instruments"], route_class=ApiRoute)

NO_KEY: dict[str, Any] = {"security": []}


@router.get("", operation_id="listInstruments", openapi_extra=NO_KEY)
def list_instruments(request: Request) -> list[shapes.InstrumentLine]:
    """Every published version of every instrument. Instruments are public: no key is needed."""
    language = language_of(request)
    with work_for(request) as work:
        return [
            shapes.InstrumentLine(id=i.id, version=i.version, title=i.title.in_(language))
            for i in reporting.instruments(work)
        ]


@router.get("/{identifier}/{version}", operation_id="readInstrument", openapi_extra=NO_KEY)
def read_instrument(
    request: Request, identifier: str, version: Annotated[int, Path(ge=1, le=9999)]
) -> shapes.InstrumentOut:
    with work_for(request) as work:
        return shapes.instrument_out(work.catalogue.instrument(identifier, version), language_of(request))
