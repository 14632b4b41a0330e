"""The steps of setting up an assessment: parties, details, people, and previews of what people will get."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse

from app.domain.assessment import Assessment, Post, Purpose
from app.domain.constellation import Party, Voice
from app.domain.instrument import Instrument
from app.domain.people import read_rows
from app.domain.problems import Fault, InvalidInput, fault
from app.domain.text import Text
from app.service import commissioning, letters
from app.service.plans import Plan, faults_of_plan, plan_of, with_parties
from app.service.sheets import read_file
from app.service.work import Work
from app.web.entry import desk_of, member, work_for
from app.web.rendering import render
from app.web.security import OUR_BUTTON, OurForm

router = APIRouter(prefix="/bureau", include_in_schema=False)

#: Empty rows under the parties that are there; saving gives new ones.
SPARE_ROWS = 4


def see_other(path: str) -> RedirectResponse:
    return RedirectResponse(path, status_code=303)


def place_of(assessment: Assessment, page: str = "") -> str:
    return f"/bureau/metingen/{assessment.id}" + (f"/{page}" if page else "")


# --- Step 1: parties --------------------------------------------------------------------------------------------------


@router.get("/metingen/{identifier}/partijen")
def show_parties(request: Request, identifier: str) -> Response:
    with work_for(request) as work:
        assessment = work.own(member(request, work), identifier)
        instrument = work.instrument_of(assessment)
    if assessment.state != "draft":
        return see_other(place_of(assessment))
    return _parties(request, assessment, instrument, assessment.parties or _first_parties(instrument), ())


def _first_parties(instrument: Instrument) -> tuple[Party, ...]:
    """A row for each role to begin with."""
    return tuple(Party("", role.key, "") for role in instrument.roles if role.required)


def _parties(
    request: Request,
    assessment: Assessment,
    instrument: Instrument,
    parties: Sequence[Party],
    faults: Sequence[Fault],
    status: int = 200,
) -> Response:
    blank = Party("", next((role.key for role in instrument.roles if role.many), instrument.roles[0].key), "")
    return render(
        request,
        "office/parties.html",
        status,
        assessment=assessment,
        instrument=instrument,
        rows=[*parties, *[blank] * SPARE_ROWS],
        faults=faults,
    )


@router.post("/metingen/{identifier}/partijen")
def save_parties(request: Request, identifier: str, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        actor = member(request, work)
        assessment = work.own(actor, identifier)
        parties = _read_parties(form)
        plan = plan_of(assessment, commissioning.constellation_name(work, assessment))
        try:
            changed = commissioning.revise(work, actor, identifier, with_parties(plan, parties))
        except InvalidInput as invalid:
            return _parties(request, assessment, work.instrument_of(assessment), parties, invalid.faults, 400)
    return see_other(place_of(changed, "partijen" if form.get("go") == "more" else ""))


def _read_parties(form: FormData) -> tuple[Party, ...]:
    """The rows that have a name or a key, in order; a missing key is made from the role."""
    columns = [[str(value) for value in form.getlist(name)] for name in ("role", "name", "key", "voice")]
    rows = [
        (role, name.strip(), key.strip().lower(), voice)
        for role, name, key, voice in zip(*columns, strict=False)
        if name.strip() or key.strip()
    ]
    taken = {key for _, _, key, _ in rows if key}
    parties: list[Party] = []
    for role, name, given, voice in rows:
        key = given or _fresh_key(role, taken)
        taken.add(key)
        spoken: Voice = "statement" if voice == "statement" else "group"
        parties.append(Party(key, role, name, spoken))
    return tuple(parties)


def _fresh_key(role: str, taken: set[str]) -> str:
    if role not in taken:
        return role
    return next(key for number in range(2, 1000) if (key := f"{role}-{number}") not in taken)


# --- Step 2: texts, dates, ambition -----------------------------------------------------------------------------------

_TEXTS = (
    "constellation",
    "title",
    "purpose",
    "legal_basis",
    "contact_name",
    "contact_email",
    "label_set",
    "message",
    "reminder_days",
)
_DATES = ("closes_on", "retention_on")


@router.get("/metingen/{identifier}/gegevens")
def show_details(request: Request, identifier: str) -> Response:
    with work_for(request) as work:
        assessment = work.own(member(request, work), identifier)
        if assessment.state != "draft":
            return see_other(place_of(assessment))
        name = commissioning.constellation_name(work, assessment)
        given = {
            "constellation": name,
            "title": assessment.title,
            "purpose": assessment.about.purpose,
            "legal_basis": assessment.about.legal_basis,
            "contact_name": assessment.about.contact_name,
            "contact_email": assessment.about.contact_email,
            "label_set": assessment.label_set,
            "closes_on": assessment.closes_on.isoformat() if assessment.closes_on else "",
            "retention_on": assessment.retention_on.isoformat() if assessment.retention_on else "",
            "message": assessment.post.message,
            "reminder_days": ", ".join(str(days) for days in assessment.post.reminder_days),
            **{f"ambition-{key}": _written(points) for key, points in assessment.params.ambition.items()},
        }
        return _details(request, assessment, work.instrument_of(assessment), given, ())


def _details(
    request: Request,
    assessment: Assessment,
    instrument: Instrument,
    given: dict[str, str],
    faults: Sequence[Fault],
    status: int = 200,
) -> Response:
    return render(
        request,
        "office/details.html",
        status,
        assessment=assessment,
        instrument=instrument,
        given=given,
        faults=faults,
    )


@router.post("/metingen/{identifier}/gegevens")
def save_details(request: Request, identifier: str, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        actor = member(request, work)
        assessment = work.own(actor, identifier)
        instrument = work.instrument_of(assessment)
        ambitions = [f"ambition-{theme.key}" for theme in instrument.themes]
        given = {name: str(form.get(name, "")).strip() for name in (*_TEXTS, *_DATES, *ambitions)}
        dates, faults = read_dates(given)
        plan = Plan(
            constellation=given["constellation"],
            instrument=instrument.id,
            version=instrument.version,
            label_set=given["label_set"],
            title=given["title"],
            about=Purpose(given["purpose"], given["legal_basis"], given["contact_name"], given["contact_email"]),
            closes_on=dates["closes_on"],
            retention_on=dates["retention_on"],
            parties=assessment.parties,
            params={
                **assessment.params.as_json(),
                "ambition": {name.removeprefix("ambition-"): given[name] for name in ambitions if given[name]},
            },
            post=Post(given["message"], _read_days(given["reminder_days"])),
        )
        if faults:
            faults += faults_of_plan(plan, instrument)
            return _details(request, assessment, instrument, given, faults, 400)
        try:
            changed = commissioning.revise(work, actor, identifier, plan)
        except InvalidInput as invalid:
            return _details(request, assessment, instrument, given, invalid.faults, 400)
    return see_other(place_of(changed))


def _written(points: Fraction) -> str:
    return str(int(points)) if points.denominator == 1 else str(float(points))


def _read_days(given: str) -> tuple[int, ...]:
    """`7, 2` as numbers; what is no number becomes one that is refused with its reason."""
    words = given.replace(";", ",").replace(" ", ",").split(",")
    return tuple(int(word) if word.isdigit() and len(word) < 4 else 0 for word in words if word)


def read_dates(given: dict[str, str]) -> tuple[dict[str, date | None], list[Fault]]:
    """The dates of a form; None where left empty."""
    dates: dict[str, date | None] = {}
    faults: list[Fault] = []
    for name in _DATES:
        dates[name] = None
        if given[name]:
            try:
                dates[name] = date.fromisoformat(given[name])
            except ValueError:
                faults.append(
                    fault(
                        name,
                        "'{given}' is geen datum; schrijf bijvoorbeeld 2027-03-31.",
                        "'{given}' is not a date; write for instance 2027-03-31.",
                        given=given[name][:40],
                    )
                )
    return dates, faults


# --- Step 3: people ---------------------------------------------------------------------------------------------------


@router.get("/metingen/{identifier}/mensen")
def show_people(request: Request, identifier: str) -> Response:
    with work_for(request) as work:
        return _people(request, work, identifier)


def _people(
    request: Request,
    work: Work,
    identifier: str,
    *,
    text: str = "",
    faults: Sequence[Fault] = (),
    notices: Sequence[Text] = (),
    added: int = 0,
    status: int = 200,
) -> Response:
    actor = member(request, work)
    assessment = work.own(actor, identifier)
    return render(
        request,
        "office/people.html",
        status,
        assessment=assessment,
        people=commissioning.people(work, actor, identifier),
        undeliverable=commissioning.undeliverable(work, actor, identifier),
        names={party.key: party.name for party in assessment.parties},
        text=text,
        faults=faults,
        notices=notices,
        added=added,
    )


@router.post("/metingen/{identifier}/mensen")
async def take_people(request: Request, identifier: str, form: OurForm) -> Response:
    """Pasted lines, an uploaded file, or both."""
    text = str(form.get("people", ""))
    upload = form.get("file")
    content = await upload.read() if isinstance(upload, UploadFile) else b""
    return await run_in_threadpool(_add_people, request, identifier, text, content)


def _add_people(request: Request, identifier: str, text: str, content: bytes) -> Response:
    with work_for(request, write=True) as work:
        actor = member(request, work)
        try:
            rows = [*(read_rows(text) if text.strip() or not content else ()), *(read_file(content) if content else ())]
            found = commissioning.add_people(work, actor, identifier, rows)
        except InvalidInput as invalid:
            return _people(request, work, identifier, text=text, faults=invalid.faults, status=400)
        return _people(request, work, identifier, notices=found.notices, added=len(found.people))


@router.post("/metingen/{identifier}/mensen/{invitation}/weg", dependencies=OUR_BUTTON)
def remove_person(request: Request, identifier: str, invitation: str) -> Response:
    with work_for(request, write=True) as work:
        commissioning.remove_person(work, member(request, work), identifier, invitation)
    return see_other(f"/bureau/metingen/{identifier}/mensen")


@router.get("/metingen/{identifier}/brieven")
def preview_letters(request: Request, identifier: str) -> Response:
    """The letters as people will get them."""
    with work_for(request) as work:
        assessment = work.own(member(request, work), identifier)
    base_url = desk_of(request).base_url
    shown = [letters.example(assessment, "invitation", base_url), letters.example(assessment, "reminder", base_url)]
    return render(request, "office/letters.html", assessment=assessment, letters=shown)


@router.get("/metingen/{identifier}/voorbeeld/{party}")
def preview(request: Request, identifier: str, party: str) -> Response:
    """The whole questionnaire as somebody of this party may see it."""
    with work_for(request) as work:
        assessment, constellation, holder = commissioning.preview(work, member(request, work), identifier, party)
    judged = [other.key for other in constellation.faced_by(holder)]
    return render(
        request,
        "office/preview.html",
        assessment=assessment,
        party=holder,
        questionnaire=constellation.questionnaire(holder, judged, assessment.label_set),
        names={other.key: other.name for other in constellation.parties},
        scale=constellation.instrument.scale,
        choices=constellation.choices_of(holder),
    )
