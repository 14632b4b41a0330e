"""Assessments over JSON: commission, invite, open, close, release; response, scores and gaps."""

import json
import re
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from starlette.concurrency import run_in_threadpool

from app.domain.assessment import Assessment, Purpose
from app.domain.constellation import Party
from app.domain.people import Row
from app.domain.problems import Fault, InvalidInput
from app.export.rows import as_csv, as_dicts, score_rows
from app.service import commissioning, reporting
from app.service.plans import Plan, check_plan, plan_of
from app.service.work import Work
from app.web.api import shapes
from app.web.api.pages import USUAL_LIMIT, CursorParameter, Limit, page, place_of
from app.web.api.repeating import IdempotencyKey, once
from app.web.api.rules import JSON, ApiRoute, IfMatch, best_form, is_known, require_unchanged, tag_of
from app.web.entry import SESSION_COOKIE, api_actor, ask, bearer, cookie, desk_of, language_of, work_for
from app.web.printing import PDF, PdfAnswer, report_as_pdf, report_mark
from app.web.problems import faults_of_shape
from app.web.routes import Handler

CSV = "text/csv"
#: Makes of a stored document what is sent.
Form = Callable[[bytes], bytes]


class PlanRoute(ApiRoute):
    """A route that takes a whole plan, and names what is wrong with it beside what has the wrong shape."""

    def around(self, handle: Handler) -> Handler:
        by_the_rules = super().around(handle)

        async def all_at_once(request: Request) -> Response:
            try:
                return await by_the_rules(request)
            except RequestValidationError as error:
                raise InvalidInput([*faults_of_shape(error), *_faults_of_the_rest(request, error)]) from error

        return all_at_once


def _faults_of_the_rest(request: Request, error: RequestValidationError) -> list[Fault]:
    """What is wrong with the plan in those of its fields that have their shape."""
    places = [found["loc"][1:2] for found in error.errors()]
    if not isinstance(error.body, dict) or () in places:  # it is no object, or one that cannot be read at all
        return []
    unfit = {name for place in places for name in place}
    fitting = {name: value for name, value in error.body.items() if name not in unfit}
    try:
        given = shapes.AssessmentIn.model_validate({"constellation": "", "instrument": "", **fitting})
    except ValidationError:
        return []
    _, faults = check_plan(_plan(given), desk_of(request).workshop.catalogue)
    return [found for found in faults if re.split(r"[.\[]", found.where)[0] not in unfit]


router = APIRouter(prefix="/assessments", tags=["assessments"], route_class=ApiRoute)


def _out(work: Work, assessment: Assessment) -> shapes.AssessmentOut:
    return shapes.assessment_out(assessment, commissioning.constellation_name(work, assessment))


def _told(response: Response, made: shapes.AssessmentOut) -> shapes.AssessmentOut:
    """An assessment as it now is, with its tag for the next change."""
    response.headers["etag"] = tag_of(made)
    return made


@router.get("", operation_id="listAssessments")
def list_assessments(
    request: Request, response: Response, cursor: CursorParameter = None, limit: Limit = USUAL_LIMIT
) -> shapes.AssessmentPage:
    """The assessments of the office, the newest first, in pages."""
    with work_for(request) as work:
        actor = api_actor(request, work)
        after = place_of(request, cursor)
        found = commissioning.newest(work, actor, after, limit + 1)
        shown, following = page(request, response, found, limit, lambda line: (line[0], line[1].id))
        items = [_out(work, assessment) for _, assessment in shown]
    return shapes.AssessmentPage(items=items, next=following)


def create_assessment(
    request: Request, response: Response, given: shapes.AssessmentIn, idempotency_key: IdempotencyKey = None
) -> shapes.AssessmentOut:
    """A new draft, or the next wave of a constellation."""
    plan = _plan(given)
    with work_for(request, write=True) as work:
        actor = api_actor(request, work)
        made = once(
            work,
            actor,
            (request, idempotency_key, given),
            shapes.AssessmentOut,
            lambda: _out(work, commissioning.create(work, actor, plan, next_wave_of=given.next_wave_of)),
        )
    response.headers["location"] = f"{request.url.path}/{made.id}"
    return _told(response, made)


router.add_api_route(
    "",
    create_assessment,
    methods=["POST"],
    status_code=201,
    operation_id="createAssessment",
    route_class_override=PlanRoute,
)


def _plan(given: shapes.AssessmentIn) -> Plan:
    return _merged(Plan(constellation=given.constellation, instrument=given.instrument, version=given.version), given)


def _merged(plan: Plan, given: shapes.AssessmentPatch) -> Plan:
    """A plan with what was given in place of what was there."""
    set_ = given.model_fields_set
    about = plan.about
    return Plan(
        constellation=given.constellation if given.constellation is not None else plan.constellation,
        instrument=plan.instrument,
        label_set=given.label_set if given.label_set is not None else plan.label_set,
        version=plan.version,
        title=given.title if given.title is not None else plan.title,
        about=Purpose(
            purpose=given.purpose if given.purpose is not None else about.purpose,
            legal_basis=given.legal_basis if given.legal_basis is not None else about.legal_basis,
            contact_name=given.contact_name if given.contact_name is not None else about.contact_name,
            contact_email=given.contact_email if given.contact_email is not None else about.contact_email,
        ),
        closes_on=given.closes_date if "closes_date" in set_ else plan.closes_on,
        retention_on=given.retention_date if "retention_date" in set_ else plan.retention_on,
        parties=plan.parties
        if given.parties is None
        else tuple(Party(p.key, p.role, p.name, p.voice) for p in given.parties),
        post=plan.post,
        params={**plan.params, **{_snake(key): v for key, v in (given.params or {}).items()}},
    )


def _snake(key: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)


@router.get("/{identifier}", operation_id="readAssessment")
def read_assessment(request: Request, response: Response, identifier: str) -> shapes.AssessmentOut:
    with work_for(request) as work:
        return _told(response, _out(work, work.own(api_actor(request, work), identifier)))


@router.patch("/{identifier}", operation_id="changeAssessment")
def change_assessment(
    request: Request, response: Response, identifier: str, given: shapes.AssessmentPatch, if_match: IfMatch = None
) -> shapes.AssessmentOut:
    """Change a draft; while open only `closesDate`, to a later day."""
    with work_for(request, write=True) as work:
        actor = api_actor(request, work)
        assessment = work.own_to_change(actor, identifier)
        require_unchanged(if_match, _out(work, assessment))
        if assessment.state == "open" and given.model_fields_set == {"closes_date"} and given.closes_date:
            return _told(response, _out(work, commissioning.extend(work, actor, identifier, given.closes_date)))
        plan = plan_of(assessment, commissioning.constellation_name(work, assessment))
        return _told(response, _out(work, commissioning.revise(work, actor, identifier, _merged(plan, given))))


@router.put("/{identifier}/status", operation_id="changeStatus")
def change_status(
    request: Request, response: Response, identifier: str, given: shapes.StatusIn, if_match: IfMatch = None
) -> shapes.AssessmentOut:
    """Open, close or release. Closing makes the snapshot; releasing gives all parties access at once.

    `If-Match` holds the tag of the assessment.
    """
    with work_for(request, write=True) as work:
        actor = api_actor(request, work)
        require_unchanged(if_match, _out(work, work.own_to_change(actor, identifier)))
        if given.status == "open":
            changed = commissioning.open_assessment(work, actor, identifier, given.confirmed_hidden)
        elif given.status == "closed":
            changed = commissioning.close(work, actor, identifier)
        else:
            changed = commissioning.release(work, actor, identifier)
        return _told(response, _out(work, changed))


@router.get("/{identifier}/invitations", operation_id="listInvitations")
def list_invitations(
    request: Request, response: Response, identifier: str, cursor: CursorParameter = None, limit: Limit = USUAL_LIMIT
) -> shapes.InvitationPage:
    """Everyone invited now, in pages. Never who has sent, and never anyone's link."""
    with work_for(request) as work:
        actor = api_actor(request, work)
        after = place_of(request, cursor)
        found = commissioning.people(work, actor, identifier)
    # By id, which is chance: an address has no place in an URL.
    following = sorted(line for line in found if after is None or line[0] > after[0])
    shown, more = page(request, response, following, limit, lambda line: (line[0],))
    return shapes.InvitationPage(items=[shapes.invitation_out(i, person) for i, person in shown], next=more)


@router.post("/{identifier}/invitations", status_code=201, operation_id="addInvitations")
def add_invitations(
    request: Request, identifier: str, given: shapes.PeopleIn, idempotency_key: IdempotencyKey = None
) -> shapes.InvitationsAdded:
    """Invite everyone in the list, or nobody when something in it is wrong."""
    rows: list[Row] = [
        (line, [p.email.strip(), p.name.strip(), p.party.strip(), "|".join(p.judges)])
        for line, p in enumerate(given.people, start=1)
    ]
    language = language_of(request)
    with work_for(request, write=True) as work:
        actor = api_actor(request, work)

        def add() -> shapes.InvitationsAdded:
            found = commissioning.add_people(work, actor, identifier, rows, by_line=False)
            return shapes.InvitationsAdded(
                added=len(found.people), notices=[notice.in_(language) for notice in found.notices]
            )

        return once(work, actor, (request, idempotency_key, given), shapes.InvitationsAdded, add)


@router.delete("/{identifier}/invitations/{invitation}", status_code=204, operation_id="removeInvitation")
def remove_invitation(request: Request, identifier: str, invitation: str) -> None:
    """End somebody's link. The same reply whether or not that person had sent; what was sent stays."""
    with work_for(request, write=True) as work:
        commissioning.remove_person(work, api_actor(request, work), identifier, invitation)


@router.get("/{identifier}/response", operation_id="readResponse")
def read_response(request: Request, identifier: str) -> list[shapes.ResponseOut]:
    """Response per party as a band, never as a count."""
    with work_for(request) as work:
        found = reporting.response(work, api_actor(request, work), identifier)
        return [shapes.ResponseOut(party=p.key, invited=p.invited, band=band) for p, band in found]


# --- Figures ----------------------------------------------------------------------------------------------------------


@router.get("/{identifier}/scores", operation_id="readScores", response_model=dict[str, Any])
async def read_scores(request: Request, identifier: str) -> Response:
    """The score document, once released. Every figure that is not there carries a reason."""
    return await _of_snapshot(request, identifier, _wire)


@router.get("/{identifier}/gaps", operation_id="readGaps", response_model=dict[str, Any])
async def read_gaps(request: Request, identifier: str) -> Response:
    """Gaps in order, changes, divisions and strengths: a part of the score document."""
    return await _of_snapshot(request, identifier, _gaps)


@router.get(
    "/{identifier}/score-rows",
    operation_id="readScoreRows",
    response_model=list[dict[str, Any]],
    responses={200: {"content": {CSV: {"schema": {"type": "string"}}}}},
)
async def read_score_rows(request: Request, identifier: str) -> Response:
    """Every figure as one flat row, blank ones with their reason: JSON, or CSV when `Accept` asks for text/csv."""
    if best_form(request.headers.get("accept"), (JSON, CSV)) == CSV:
        return await _of_snapshot(request, identifier, _rows_as_csv, f"{CSV}; charset=utf-8")
    return await _of_snapshot(request, identifier, _rows)


@router.get(
    "/{identifier}/report.pdf",
    operation_id="readReport",
    response_class=PdfAnswer,
    responses={200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}},
)
def read_report(request: Request, identifier: str) -> Response:
    """The report as a tagged PDF (PDF/UA-1), in Dutch or English by `Accept-Language`."""
    language = language_of(request)
    with work_for(request) as work:
        found = reporting.report_for_member(work, api_actor(request, work), identifier)
    tag = f'"{report_mark(found, language)}"'
    headers = {"etag": tag, "vary": "Accept-Language", "content-language": language}
    if is_known(request, tag):
        return Response(status_code=304, headers=headers)
    return PdfAnswer(report_as_pdf(found, language), headers=headers)


async def _of_snapshot(
    request: Request,
    identifier: str,
    form: Form,
    media_type: str = JSON,
) -> Response:
    """The released snapshot in one form; 304 where the client has it. Each form has a tag of its own."""
    question = ("scores", bearer(request), cookie(request, SESSION_COOKIE), identifier)
    mark = await ask(
        request, lambda work: reporting.scores_hash(work, api_actor(request, work), identifier), question=question
    )
    if is_known(request, _tag_of_form(mark, form)):
        return Response(status_code=304, headers={"etag": _tag_of_form(mark, form), "vary": "Accept"})
    body = _made.get((form, mark))
    if body is None:
        found = await ask(request, lambda work: reporting.scores(work, api_actor(request, work), identifier))
        mark = found.hash  # of this very document: a backup may have been brought back meanwhile
        body = await run_in_threadpool(form, found.document)  # while others go on
        if len(_made) >= _MOST_MADE:
            _made.clear()
        _made[form, mark] = body
    return Response(body, media_type=media_type, headers={"etag": _tag_of_form(mark, form), "vary": "Accept"})


def _tag_of_form(mark: str, form: Form) -> str:
    """The tag of a snapshot in one form; whoever asks for CSV by `Accept` gets it under the same address as JSON."""
    return f'"{mark}+csv"' if form is _rows_as_csv else f'"{mark}"'


#: What was made of released snapshots, by form and hash; neither ever changes.
_made: dict[tuple[Form, str], bytes] = {}
_MOST_MADE = 256


def _rows(document: bytes) -> bytes:
    return json.dumps(as_dicts(score_rows(json.loads(document)))).encode()


def _rows_as_csv(document: bytes) -> bytes:
    return as_csv(score_rows(json.loads(document))).encode()


def _wire(document: bytes) -> bytes:
    """A stored document with keys in camelCase."""
    return json.dumps(_camel(json.loads(document)), ensure_ascii=False, separators=(",", ":")).encode()


_PARTS = ("schema", "assessment", "wave", "gaps", "changes", "divisions", "strengths", "comparisons")


def _gaps(document: bytes) -> bytes:
    whole = json.loads(document)
    part = {key: whole[key] for key in (*_PARTS, "expected_chance_flags", "snapshot")}
    return json.dumps(_camel(part), ensure_ascii=False, separators=(",", ":")).encode()


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {to_camel(key) if "_" in key else key: _camel(inner) for key, inner in value.items()}
    return [_camel(inner) for inner in value] if isinstance(value, list) else value
