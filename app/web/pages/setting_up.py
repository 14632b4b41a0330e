"""The first steps of setting up an assessment: its parties, and its texts, dates and ambition."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData

from app.domain.advice import Advice
from app.domain.assessment import Assessment, Post, Purpose
from app.domain.constellation import PARTY_KEY, Party, Voice
from app.domain.instrument import Instrument
from app.domain.problems import Fault, InvalidInput, fault
from app.domain.text import Text, plain
from app.service import commissioning, inviting
from app.service.plans import Plan, faults_of_plan, plan_of, with_parties
from app.service.work import Work
from app.web.done import just_done, on_to
from app.web.entry import member, work_for
from app.web.meanwhile import mark_of, overtaken, status_for
from app.web.rendering import render, see_other
from app.web.security import OurForm

router = APIRouter(prefix="/bureau", include_in_schema=False)

#: What a step did, in the address of the page that says so.
PARTIES_SAVED, DETAILS_SAVED = "partijen-bewaard", "gegevens-bewaard"
#: Empty rows under the parties that are there; saving gives new ones.
SPARE_ROWS = 4


def place_of(assessment: Assessment, page: str = "") -> str:
    return f"/bureau/metingen/{assessment.id}" + (f"/{page}" if page else "")


# --- Step 1: parties --------------------------------------------------------------------------------------------------


@router.get("/metingen/{identifier}/partijen")
def show_parties(request: Request, identifier: str) -> Response:
    with work_for(request) as work:
        assessment = work.own(member(request, work), identifier)
        if assessment.state != "draft":
            return see_other(place_of(assessment))
        instrument = work.instrument_of(assessment)
        advice = inviting.advice_on_people(work, member(request, work), identifier)
    shown = assessment.parties or _first_parties(instrument)
    return _parties(request, assessment, instrument, shown, advice=[one for one in advice if one[0].invited])


def _written_parties(parties: Sequence[Party]) -> list[list[str]]:
    return [[party.role, party.name, party.key, party.voice] for party in parties]


def _first_parties(instrument: Instrument) -> tuple[Party, ...]:
    """A row for each role to begin with."""
    return tuple(Party("", role.key, "") for role in instrument.roles if role.required)


def _parties(
    request: Request,
    assessment: Assessment,
    instrument: Instrument,
    parties: Sequence[Party],
    *,
    advice: Sequence[tuple[Party, Advice]] = (),
    numbers: Sequence[str] = (),
    faults: Sequence[Fault] = (),
) -> Response:
    """`numbers`: how many people each is thought to have, as it was typed."""
    blank = Party("", next((role.key for role in instrument.roles if role.many), instrument.roles[0].key), "")
    return render(
        request,
        "office/parties.html",
        status_for(faults),
        assessment=assessment,
        seen=mark_of(_written_parties(assessment.parties)),
        instrument=instrument,
        rows=[*parties, *[blank] * SPARE_ROWS],
        advice=advice,
        numbers=numbers or [str(party.invited or "") for party in parties],
        faults=faults,
        done=_MORE_LINES if just_done(request) == PARTIES_SAVED and not faults else None,
    )


_MORE_LINES = Text(
    "De partijen zijn bewaard, en er zijn weer lege regels.", "The parties are saved, and there are empty lines again."
)


@router.post("/metingen/{identifier}/partijen/advies")
def advise_on_parties(request: Request, identifier: str, form: OurForm) -> Response:
    """What the parties and numbers mean that are being typed: a part of the page, for its script."""
    with work_for(request) as work:
        expected = [(party, int(n)) for party, n in _with_numbers(form) if party.name and _is_number(n)]
        advice = inviting.advice_on_parties(work, member(request, work), identifier, expected)
    return render(request, "office/advice.html", advice=advice)


@router.post("/metingen/{identifier}/partijen")
def save_parties(request: Request, identifier: str, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        actor = member(request, work)
        assessment = work.own_to_change(actor, identifier)
        parties = _read_parties(form)
        plan = with_parties(plan_of(assessment, commissioning.constellation_name(work, assessment)), parties)
        instrument = work.instrument_of(assessment)
        numbers = [number for party, number in _with_numbers(form) if party.name or party.key]
        faults = overtaken(form, _written_parties(assessment.parties), _written_parties(parties))
        faults += _faults_of_numbers(numbers)
        if faults:
            faults += faults_of_plan(plan, instrument)
            return _parties(request, assessment, instrument, parties, numbers=numbers, faults=faults)
        try:
            changed = commissioning.revise(work, actor, identifier, plan)
        except InvalidInput as invalid:
            faults = list(invalid.faults)
            return _parties(request, assessment, instrument, parties, numbers=numbers, faults=faults)
    return on_to(place_of(changed, "partijen" if form.get("go") == "more" else ""), PARTIES_SAVED)


def _rows_of_parties(form: FormData) -> Iterator[Party]:
    """Every row of the form, in order, with what was typed."""
    columns = [[str(value).strip() for value in form.getlist(name)] for name in ("role", "name", "key", "voice")]
    for role, name, key, voice in zip(*columns, strict=False):
        spoken: Voice = "statement" if voice == "statement" else "group"
        yield Party(key.lower(), role, name, spoken)


def _with_numbers(form: FormData) -> Iterator[tuple[Party, str]]:
    """Every row, and how many people it is thought to have, as it was typed."""
    numbers = [str(value).strip() for value in form.getlist("number")]
    for place, party in enumerate(_rows_of_parties(form)):
        yield party, numbers[place] if place < len(numbers) else ""


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) < 6


def _faults_of_numbers(numbers: Sequence[str]) -> list[Fault]:
    """What stands where a number of people is asked and is none, though only advice is given by it."""
    return [
        fault(
            f"parties[{place}].number",
            "'{given}' is geen aantal mensen: schrijf een getal, bijvoorbeeld 12, of laat het leeg.",
            "'{given}' is not a number of people: write a number, for instance 12, or leave it empty.",
            given=number[:40],
        )
        for place, number in enumerate(numbers, start=1)
        if number and not _is_number(number)
    ]


def _read_parties(form: FormData) -> tuple[Party, ...]:
    """The rows that have a name or a key, in order; a missing key is made from the name."""
    rows = [party for party in _rows_of_parties(form) if party.name or party.key]
    taken = {party.key for party in rows if party.key}
    parties: list[Party] = []
    for party in rows:
        key = party.key or _fresh_key(party, taken)
        taken.add(key)
        parties.append(replace(party, key=key))
    return tuple(parties)


def _fresh_key(party: Party, taken: set[str]) -> str:
    """A key by which people know the party: its name in plain letters, or its role where that gives none."""
    key = plain(party.name)[:36].strip("-")
    key = key if PARTY_KEY.fullmatch(key) else party.role
    return next(found for n in range(1, 1000) if (found := key if n == 1 else f"{key}-{n}") not in taken)


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
    "reminder_message",
    "reminder_days",
)
_DATES = ("closes_on", "retention_on")


@router.get("/metingen/{identifier}/gegevens")
def show_details(request: Request, identifier: str) -> Response:
    with work_for(request) as work:
        assessment = work.own(member(request, work), identifier)
        if assessment.state != "draft":
            return see_other(place_of(assessment))
        saved = _written_details(work, assessment)
        return _details(request, assessment, work.instrument_of(assessment), saved, saved, ())


def _written_details(work: Work, assessment: Assessment) -> dict[str, str]:
    """The details as their form writes them; a theme without an ambition is left out."""
    return {
        "constellation": commissioning.constellation_name(work, assessment),
        "title": assessment.title,
        "purpose": assessment.about.purpose,
        "legal_basis": assessment.about.legal_basis,
        "contact_name": assessment.about.contact_name,
        "contact_email": assessment.about.contact_email,
        "label_set": assessment.label_set,
        "closes_on": assessment.closes_on.isoformat() if assessment.closes_on else "",
        "retention_on": assessment.retention_on.isoformat() if assessment.retention_on else "",
        "message": assessment.post.message,
        "reminder_message": assessment.post.reminder_message,
        "reminder_days": ", ".join(str(days) for days in assessment.post.reminder_days),
        **{f"ambition-{key}": _written(points) for key, points in assessment.params.ambition.items()},
    }


def _details(
    request: Request,
    assessment: Assessment,
    instrument: Instrument,
    saved: dict[str, str],
    given: dict[str, str],
    faults: Sequence[Fault],
) -> Response:
    return render(
        request,
        "office/details.html",
        status_for(faults),
        assessment=assessment,
        seen=mark_of(saved),
        instrument=instrument,
        given=given,
        faults=faults,
    )


@router.post("/metingen/{identifier}/gegevens")
def save_details(request: Request, identifier: str, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        actor = member(request, work)
        assessment = work.own_to_change(actor, identifier)
        saved = _written_details(work, assessment)
        instrument = work.instrument_of(assessment)
        ambitions = [f"ambition-{theme.key}" for theme in instrument.themes]
        given = {name: str(form.get(name, "")).strip() for name in (*_TEXTS, *_DATES, *ambitions)}
        dates, faults = read_dates(given)
        faults += overtaken(form, saved, {name: words for name, words in given.items() if words or name in saved})
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
                "ambition": {
                    name.removeprefix("ambition-"): given[name].replace(",", ".") for name in ambitions if given[name]
                },
            },
            post=Post(given["message"], given["reminder_message"], _read_days(given["reminder_days"])),
        )
        if faults:
            faults += faults_of_plan(plan, instrument)
            return _details(request, assessment, instrument, saved, given, faults)
        try:
            changed = commissioning.revise(work, actor, identifier, plan)
        except InvalidInput as invalid:
            return _details(request, assessment, instrument, saved, given, invalid.faults)
    return on_to(place_of(changed), DETAILS_SAVED)


def _written(points: Fraction) -> str:
    return str(int(points)) if points.denominator == 1 else str(float(points))


def _read_days(given: str) -> tuple[int, ...]:
    """`7, 2` as numbers; what is no number becomes one that is refused with its reason."""
    words = given.replace(";", ",").replace(" ", ",").split(",")
    return tuple(int(word) if word.isascii() and word.isdigit() and len(word) < 4 else 0 for word in words if word)


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
