"""The list of people of an assessment, one by one or by list, and previews of what they will get."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from app.domain.assessment import Actor
from app.domain.people import Row, clean_rows, read_rows
from app.domain.problems import Fault, InvalidInput, fault
from app.domain.text import Text
from app.service import commissioning, inviting, letters
from app.service.sheets import read_file
from app.service.work import Work
from app.web.done import in_words, on_to
from app.web.entry import desk_of, member, work_for
from app.web.rendering import render
from app.web.security import OUR_BUTTON, OurForm

router = APIRouter(prefix="/bureau", include_in_schema=False)


#: What a form of the list did, by the word in the address that follows it.
DONE: dict[str, Text] = {
    "opnieuw": Text("De uitnodiging wordt opnieuw gestuurd.", "The invitation is sent once more."),
    "weggehaald": Text("Deze persoon staat niet meer op de lijst.", "This person is no longer on the list."),
}


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
    one: dict[str, str] | None = None,
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
        advice=inviting.advice_on_people(work, actor, identifier),
        may_write=actor.may_write,
        text=text,
        one=one or {},
        faults=faults,
        notices=notices,
        added=added,
        done=in_words(request, DONE, unless=faults or added),
    )


@router.post("/metingen/{identifier}/mensen")
async def take_people(request: Request, identifier: str, form: OurForm) -> Response:
    """Pasted lines, an uploaded file, or both."""
    text = str(form.get("people", ""))
    upload = form.get("file")
    content = await upload.read() if isinstance(upload, UploadFile) else b""
    return await run_in_threadpool(_add_people, request, identifier, form, text, content)


def _add_people(request: Request, identifier: str, form: FormData, text: str, content: bytes) -> Response:
    with work_for(request, write=True) as work:
        actor = member(request, work)
        if opened := _opened_meanwhile(work, actor, identifier, form):
            return _people(request, work, identifier, text=text, faults=opened, status=409)
        try:
            rows = [*(read_rows(text) if text.strip() or not content else ()), *(read_file(content) if content else ())]
            found = commissioning.add_people(work, actor, identifier, rows)
        except InvalidInput as invalid:
            return _people(request, work, identifier, text=text, faults=invalid.faults, status=400)
        return _people(request, work, identifier, notices=found.notices, added=len(found.people))


def _opened_meanwhile(work: Work, actor: Actor, identifier: str, form: FormData) -> list[Fault]:
    """Whoever adds to a draft that a colleague opened since may not know that a letter leaves at once: ask again."""
    if form.get("state") != "draft" or work.own(actor, identifier).state != "open":
        return []
    return [
        fault(
            "people",
            "De meting is intussen geopend: wie u toevoegt, krijgt meteen een brief. Voeg nog eens toe als u dat wilt.",
            "The assessment was opened meanwhile: whoever you add receives a letter at once. Add once more if you "
            "want that.",
        )
    ]


@router.post("/metingen/{identifier}/mensen/advies")
def advise(request: Request, identifier: str, form: OurForm) -> Response:
    """What the list means that is being typed: a part of the page, for its script."""
    try:
        rows = read_rows(str(form.get("people", "")))
    except InvalidInput:
        rows = []
    with work_for(request) as work:
        advice = inviting.advice_on_people(work, member(request, work), identifier, [*rows, *_one_row(form)])
    return render(request, "office/advice.html", advice=advice)


_ONE = ("email", "name", "party")


def _one_row(form: FormData) -> list[Row]:
    """The one person of the form, if anything was typed."""
    fields = [str(form.get(name, "")) for name in _ONE]
    judges = "|".join(str(key) for key in form.getlist("judges"))
    return clean_rows([(1, [*fields, judges])]) if any(fields[:2]) else []


@router.post("/metingen/{identifier}/mensen/een")
def take_one(request: Request, identifier: str, form: OurForm) -> Response:
    """One person, from fields of their own."""
    given = {name: str(form.get(name, "")) for name in _ONE}
    with work_for(request, write=True) as work:
        actor = member(request, work)
        if opened := _opened_meanwhile(work, actor, identifier, form):
            return _people(request, work, identifier, one=given, faults=opened, status=409)
        try:
            found = commissioning.add_people(work, actor, identifier, _one_row(form))
        except InvalidInput as invalid:
            return _people(request, work, identifier, one=given, faults=invalid.faults, status=400)
        return _people(request, work, identifier, notices=found.notices, added=len(found.people))


@router.post("/metingen/{identifier}/mensen/{invitation}/opnieuw", dependencies=OUR_BUTTON)
def send_again(request: Request, identifier: str, invitation: str) -> Response:
    with work_for(request, write=True) as work:
        inviting.send_again(work, member(request, work), identifier, invitation)
    return on_to(f"/bureau/metingen/{identifier}/mensen", "opnieuw")


@router.post("/metingen/{identifier}/mensen/{invitation}/weg", dependencies=OUR_BUTTON)
def remove_person(request: Request, identifier: str, invitation: str) -> Response:
    with work_for(request, write=True) as work:
        commissioning.remove_person(work, member(request, work), identifier, invitation)
    return on_to(f"/bureau/metingen/{identifier}/mensen", "weggehaald")


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
        questionnaire=constellation.questionnaire(holder, judged),
        names={other.key: other.name for other in constellation.parties},
        scale=constellation.instrument.scale,
        choices=constellation.choices_of(holder),
    )
