"""The audit trail of an office over JSON."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.service import trail
from app.web.api.pages import USUAL_LIMIT, CursorParameter, Limit, page, place_of
from app.web.api.rules import ApiRoute
from app.web.api.shapes import AuditEventOut, AuditEventPage
from app.web.entry import api_actor, work_for

router = APIRouter(prefix="/audit-events", tags=["audit-events"], route_class=ApiRoute)

OfAssessment = Annotated[str | None, Query(alias="assessmentId", max_length=100, description="Of this one only")]


@router.get("", operation_id="listAuditEvents")
def list_audit_events(
    request: Request,
    response: Response,
    assessment: OfAssessment = None,
    cursor: CursorParameter = None,
    limit: Limit = USUAL_LIMIT,
) -> AuditEventPage:
    """What this office did, the newest first, in pages. Never what a respondent did."""
    with work_for(request) as work:
        actor = api_actor(request, work)
        after = place_of(request, cursor)
        found = trail.events(work, actor, assessment, after, limit + 1)
    shown, following = page(request, response, found, limit, lambda event: (event.at, event.id))
    items = [
        AuditEventOut(
            id=event.id,
            occurred_at=event.at,
            actor=event.actor,
            action=event.action,
            assessment_id=event.assessment,
            detail=dict(event.detail),
        )
        for event in shown
    ]
    return AuditEventPage(items=items, next=following)
