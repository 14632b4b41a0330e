"""The conversation after a report: the office plans it and records agreements, every party reads them and tells."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.domain.assessment import DUTCH_TIME, Assessment
from app.domain.dialogue import KEPT_NAMES, MOST_AGREEMENTS, USUAL_MINUTES, Agreement, Dialogue, Kept, Meeting
from app.domain.problems import Fault, InvalidInput, NotFound, NotSignedIn, UnknownLink, fault
from app.domain.report import Report
from app.domain.text import Text
from app.service import learning, practices, reporting
from app.service.learning import DialogueOf
from app.service.work import Work
from app.web.done import in_words, just_done, on_to
from app.web.entry import READER_COOKIE, SESSION_COOKIE, cookie, language_of, member, reader, work_for
from app.web.meanwhile import mark_of, overtaken, status_for
from app.web.rendering import render
from app.web.security import OurForm

router = APIRouter(include_in_schema=False)

_PLAN = ("day", "time", "minutes", "place", "agenda")
_AGREEMENT = ("id", "what", "party", "due", "theme", "contact")


def _office_page(identifier: str) -> str:
    return f"/bureau/metingen/{identifier}/gesprek"


# --- The office -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Typed:
    """What somebody typed in a form that was not right."""

    plan: dict[str, Any] | None = None
    agreements: Sequence[dict[str, str]] | None = None
    reflection: str | None = None
    faults: Sequence[Fault] = field(default=())


@router.get("/bureau/metingen/{identifier}/gesprek")
def show(request: Request, identifier: str) -> Response:
    with work_for(request) as work:
        return _show(request, work, identifier, Typed())


def _show(request: Request, work: Work, identifier: str, typed: Typed) -> Response:
    actor = member(request, work)
    found = learning.dialogue(work, actor, identifier)
    report = reporting.report_for_member(work, actor, identifier)
    agreements = typed.agreements if typed.agreements is not None else _written_agreements(found.dialogue)
    return render(
        request,
        "conversation/office.html",
        status_for(typed.faults),
        found=found,
        assessment=found.assessment,
        dialogue=found.dialogue,
        names={party.key: party.name for party in found.assessment.parties},
        themes=[section.theme for section in report.report.sections],
        plan=typed.plan or _written_plan(found) or _plan_to_begin_with(request, found, report.report),
        rows=[*agreements, *[dict.fromkeys(_AGREEMENT, "")] * (MOST_AGREEMENTS - len(agreements))],
        reflection=found.dialogue.reflection if typed.reflection is None else typed.reflection,
        kept_names=KEPT_NAMES,
        offered=practices.offered(work, found.assessment, report.report),
        may_write=actor.may_write,
        faults=typed.faults,
        fields=_fields(found.assessment),
        seen={
            "plan": mark_of(_written_plan(found)),
            "agreements": mark_of(_words_of(_written_agreements(found.dialogue))),
            "reflection": mark_of(found.dialogue.reflection),
        },
        plans=typed.plan is not None,
        agrees=typed.agreements is not None,
        reflects=typed.reflection is not None,
        done={} if typed.faults else _done(request, found.dialogue),
    )


TOLD = Text("Wat u vertelde, is bewaard.", "What you told is saved.")


def _done(request: Request, dialogue: Dialogue) -> dict[str, Text]:
    """What the form before this page did, at the part of the page that it is about."""
    match just_done(request):
        case "gepland" if dialogue.meeting:
            return {"plan": _planned(request.query_params.get("brieven", ""))}
        case "afgesproken":
            return {"afspraken": Text("De afspraken zijn bewaard.", "The agreements are saved.")}
        case "verteld":
            return {"afspraken": TOLD}
        case "teruggekeken":
            return {"terugblik": Text("De terugblik is bewaard.", "Your look back is saved.")}
    return {}


def _planned(letters: str) -> Text:
    """`letters`: how many leave now, as it stands in the address."""
    many = int(letters) if letters.isascii() and letters.isdigit() and len(letters) < 4 else 0
    if many == 0:
        return Text("Het plan is bewaard. Er gaat geen brief uit.", "The plan is saved. No letter is sent.")
    if many == 1:
        return Text("Het plan is bewaard. Er gaat nu één brief uit.", "The plan is saved. One letter is leaving now.")
    words = Text("Het plan is bewaard. Er gaan nu {n} brieven uit.", "The plan is saved. {n} letters are leaving now.")
    return words.fill(n=many)


def _fields(assessment: Assessment) -> dict[str, str]:
    """Per place of a fault the field that it is about."""
    columns = {"what": "what", "party": "party", "dueDate": "due", "theme": "theme", "contact": "contact"}
    return {
        "startsAt": "f-day",
        **{name: f"f-{name}" for name in ("time", "minutes", "place", "agenda", "reflection")},
        **{f"contacts.{party.key}": f"f-contacts-{party.key}" for party in assessment.parties},
        **{
            f"agreements[{number}].{place}": f"{field}-{number}"
            for number in range(1, MOST_AGREEMENTS + 1)
            for place, field in columns.items()
        },
    }


def _plan_to_begin_with(request: Request, found: DialogueOf, report: Report) -> dict[str, Any]:
    """Before there is a plan: the questions of the report are its agenda."""
    language = language_of(request)
    questions = [question.in_(language) for _, question in report.questions]
    agenda = "\n".join(f"{number}. {question}" for number, question in enumerate(questions, start=1))
    contacts = {party.key: "" for party in found.assessment.parties}
    return {"day": "", "time": "", "minutes": f"{USUAL_MINUTES}", "place": "", "agenda": agenda, "contacts": contacts}


def _written_plan(found: DialogueOf) -> dict[str, Any] | None:
    """The plan as its form writes it; None before there is one."""
    meeting = found.dialogue.meeting
    if meeting is None:
        return None
    contacts = {party.key: "" for party in found.assessment.parties}
    for contact in found.dialogue.contacts:
        contacts[contact.party] = f"{contacts[contact.party]} {contact.email}".strip()
    here = meeting.starts_at.astimezone(DUTCH_TIME)
    return {
        "day": here.date().isoformat(),
        "time": here.strftime("%H:%M"),
        "minutes": f"{meeting.minutes}",
        "place": meeting.place,
        "agenda": meeting.agenda,
        "contacts": contacts,
    }


def _written_agreements(dialogue: Dialogue) -> list[dict[str, str]]:
    return [
        {
            "id": agreement.id,
            "what": agreement.what,
            "party": agreement.party,
            "due": agreement.due_on.isoformat(),
            "theme": agreement.theme or "",
            "contact": agreement.contact,
        }
        for agreement in dialogue.agreements
    ]


def _words_of(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """What the rows of agreements say, without the ids that saving gives."""
    return [{name: row[name] for name in row if name != "id"} for row in rows]


@router.post("/bureau/metingen/{identifier}/gesprek")
def plan(request: Request, identifier: str, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        actor = member(request, work)
        parties = work.own_to_change(actor, identifier).parties
        given: dict[str, Any] = {name: str(form.get(name, "")).replace("\r\n", "\n") for name in _PLAN}
        given["contacts"] = {party.key: str(form.get(f"contacts-{party.key}", "")) for party in parties}
        contacts = {key: _addresses(words) for key, words in given["contacts"].items()}
        meeting = Meeting(
            _moment(given["day"], given["time"]),
            int(given["minutes"]) if given["minutes"].isdecimal() and len(given["minutes"]) < 5 else 0,
            given["place"],
            given["agenda"],
        )
        if faults := overtaken(form, _written_plan(learning.dialogue(work, actor, identifier)), given):
            return _show(request, work, identifier, Typed(plan=given, faults=faults))
        try:
            _, letters = learning.plan_conversation(work, actor, identifier, meeting, contacts)
        except InvalidInput as invalid:
            return _show(request, work, identifier, Typed(plan=given, faults=_named_as_typed(invalid.faults, given)))
    return on_to(_office_page(identifier), f"gepland&brieven={letters}", "plan")


def _named_as_typed(faults: Sequence[Fault], given: dict[str, Any]) -> list[Fault]:
    """The faults of a plan, where a day without an hour is no moment that has passed."""
    if not given["day"] or given["time"]:
        return list(faults)
    no_hour = fault("time", "Vul in hoe laat het gesprek begint.", "Fill in at what time the conversation begins.")
    return [no_hour if found.where == "startsAt" else found for found in faults]


def _addresses(words: str) -> list[str]:
    return words.replace(",", " ").replace(";", " ").split()


def _moment(day: str, hour: str) -> datetime:
    """A day and an hour in the Netherlands; what is none of them becomes a moment that has passed, and is refused."""
    try:
        return datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), DUTCH_TIME).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)


@router.post("/bureau/metingen/{identifier}/gesprek/afspraken")
def record_agreements(request: Request, identifier: str, form: OurForm) -> Response:
    columns = [[str(value) for value in form.getlist(name)] for name in _AGREEMENT]
    rows = [dict(zip(_AGREEMENT, values, strict=True)) for values in zip(*columns, strict=False)]
    rows = [row for row in rows if row["what"].strip() or row["due"]]
    with work_for(request, write=True) as work:
        actor = member(request, work)
        work.own_to_change(actor, identifier)
        saved = _written_agreements(learning.dialogue(work, actor, identifier).dialogue)
        if faults := overtaken(form, _words_of(saved), _words_of(rows)):
            return _show(request, work, identifier, Typed(agreements=rows, faults=faults))
        try:
            learning.record_agreements(work, actor, identifier, [_agreement(row) for row in rows])
        except InvalidInput as invalid:
            return _show(request, work, identifier, Typed(agreements=rows, faults=invalid.faults))
    return on_to(_office_page(identifier), "afgesproken", "afspraken")


def _agreement(row: dict[str, str]) -> Agreement:
    """What is no day becomes one that has passed, and is refused."""
    try:
        due_on = date.fromisoformat(row["due"])
    except ValueError:
        due_on = date.min
    return Agreement(row["id"], row["what"], row["party"], due_on, row["theme"] or None, contact=row["contact"])


@router.post("/bureau/metingen/{identifier}/gesprek/afspraken/{agreement}")
def tell(request: Request, identifier: str, agreement: str, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        learning.tell(work, member(request, work), identifier, agreement, _kept(form))
    return on_to(_office_page(identifier), "verteld", "afspraken")


def _kept(form: FormData) -> Kept:
    given = form.get("kept")
    return "kept" if given == "kept" else "not_kept" if given == "not_kept" else "unknown"


@router.post("/bureau/metingen/{identifier}/gesprek/terugblik")
def reflect(request: Request, identifier: str, form: OurForm) -> Response:
    words = str(form.get("reflection", ""))
    with work_for(request, write=True) as work:
        actor = member(request, work)
        work.own_to_change(actor, identifier)
        if faults := overtaken(form, learning.dialogue(work, actor, identifier).dialogue.reflection, words):
            return _show(request, work, identifier, Typed(reflection=words, faults=faults))
        try:
            learning.reflect(work, actor, identifier, words)
        except InvalidInput as invalid:
            return _show(request, work, identifier, Typed(reflection=words, faults=invalid.faults))
    return on_to(_office_page(identifier), "teruggekeken", "terugblik")


# --- Every party ------------------------------------------------------------------------------------------------------


@router.get("/rapport/{identifier}/gesprek")
def show_to_party(request: Request, identifier: str) -> Response:
    with work_for(request) as work:
        found = _found(request, work, identifier)
    return render(
        request,
        "conversation/party.html",
        found=found,
        assessment=found.assessment,
        dialogue=found.dialogue,
        names={party.key: party.name for party in found.assessment.parties},
        kept_names=KEPT_NAMES,
        done=in_words(request, {"verteld": TOLD}),
    )


def _found(request: Request, work: Work, identifier: str) -> DialogueOf:
    """The conversation as every party reads it, for a reader of this report or a member of its office."""
    if cookie(request, READER_COOKIE):
        try:
            return learning.dialogue_for_reader(work, reader(request, work), identifier)
        except (NotFound, UnknownLink):
            if not cookie(request, SESSION_COOKIE):
                raise
    if not cookie(request, SESSION_COOKIE):
        raise NotSignedIn
    found = learning.dialogue(work, member(request, work), identifier)
    return DialogueOf(found.assessment, learning.for_all_parties(found.dialogue))


@router.get("/rapport/{identifier}/gesprek.ics")
def download_calendar(request: Request, identifier: str) -> Response:
    with work_for(request) as work:
        found = _found(request, work, identifier)
        content = learning.calendar_file(work, found, language_of(request))
    headers = {"content-disposition": 'attachment; filename="gesprek.ics"'}
    return Response(content, media_type="text/calendar; method=PUBLISH; charset=utf-8", headers=headers)


@router.post("/rapport/{identifier}/gesprek/afspraken/{agreement}")
def tell_for_party(request: Request, identifier: str, agreement: str, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        learning.tell_for_party(work, reader(request, work), identifier, agreement, _kept(form))
    return on_to(f"/rapport/{identifier}/gesprek", "verteld")
