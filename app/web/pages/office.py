"""The pages of an office, under /bureau: set up an assessment in steps, follow it, close it, release it."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from app.domain.assessment import STATE_NAMES, State
from app.domain.instrument import Instrument
from app.domain.problems import Fault, InvalidInput, fault
from app.domain.text import Text
from app.service import access, commissioning, erasing, posting, reporting
from app.service.plans import Plan
from app.service.work import Work
from app.web.done import just_done, on_to
from app.web.entry import desk_of, member, signed_in, work_for
from app.web.pages.setting_up import DETAILS_SAVED, PARTIES_SAVED, place_of, read_dates
from app.web.pages.trail import ACTIONS
from app.web.rendering import render, see_other
from app.web.security import OUR_BUTTON, OurForm

router = APIRouter(prefix="/bureau", include_in_schema=False)

#: The bands of response that tell a share, and those that tell why there is none.
SHARES: dict[str, Text] = {
    "40-": Text("minder dan 40 %", "less than 40 %"),
    "40–59": Text("40–59 %", "40–59 %"),
    "60–79": Text("60–79 %", "60–79 %"),
    "60–100": Text("60–100 %", "60–100 %"),
    "80–100": Text("80–100 %", "80–100 %"),
}
BANDS: dict[str, Text] = {
    **SHARES,
    "too_few_to_tell": Text("nog niet te tonen", "cannot be shown yet"),
    "too_small_to_tell": Text("wordt niet getoond: kleine partij", "not shown: small party"),
    "list_changed": Text("niet meer te tonen: lijst gewijzigd", "no longer shown: list changed"),
}


@router.get("")
def overview(request: Request) -> Response:
    with work_for(request) as work:
        if signed_in(request, work).administers:
            return see_other("/beheer")
        actor = member(request, work)
        found = commissioning.overview(work, actor)
        responses = reporting.responses(work, actor)
    return render(
        request,
        "office/overview.html",
        found=found,
        responses=responses,
        shares=SHARES,
        states=STATE_NAMES,
        actor=actor,
    )


# --- A new assessment -------------------------------------------------------------------------------------------------


@router.get("/metingen/nieuw")
def show_new(request: Request) -> Response:
    with work_for(request) as work:
        member(request, work)
        instruments = reporting.instruments(work)
    return _new(request, instruments, {}, ())


def _new(
    request: Request,
    instruments: Sequence[Instrument],
    given: dict[str, str],
    faults: Sequence[Fault],
    status: int = 200,
) -> Response:
    return render(request, "office/new.html", status, instruments=instruments, given=given, faults=faults)


@router.post("/metingen/nieuw")
def create(request: Request, form: OurForm) -> Response:
    """A draft with one party in each role that only one party can hold; the rest follows in steps."""
    given = {name: str(form.get(name, "")) for name in ("constellation", "instrument")}
    with work_for(request, write=True) as work:
        actor = member(request, work)
        try:
            assessment = commissioning.create(
                work, actor, Plan(constellation=given["constellation"], instrument=given["instrument"])
            )
        except InvalidInput as invalid:
            return _new(request, reporting.instruments(work), given, invalid.faults, 400)
    return see_other(place_of(assessment, "partijen"))


@router.post("/metingen/{identifier}/volgende", dependencies=OUR_BUTTON)
def create_next_wave(request: Request, identifier: str) -> Response:
    """The next wave, copied from this one; people are entered anew. A draft that waits is not made a second time."""
    with work_for(request, write=True) as work:
        actor = member(request, work)
        assessment, is_new = commissioning.next_wave(work, actor, identifier)
    return _done(assessment.id, "overgenomen" if is_new else "stond-klaar")


#: What was just done, said once on the page that follows: word of the address → (states in which it is true, words).
DONE: dict[str, tuple[tuple[State, ...], Text]] = {
    PARTIES_SAVED: (("draft",), Text("De partijen zijn bewaard.", "The parties are saved.")),
    DETAILS_SAVED: (
        ("draft",),
        Text("Doel, datums en ambitie zijn bewaard.", "Purpose, dates and ambition are saved."),
    ),
    "overgenomen": (
        ("draft",),
        Text("De volgende meting staat klaar, zoals de vorige was.", "The next wave is ready, as the earlier one was."),
    ),
    "stond-klaar": (
        ("draft",),
        Text("De volgende meting stond al klaar; dit is zij.", "The next wave was there already; this is it."),
    ),
    "geopend": (
        ("open",),
        Text(
            "De meting is open. De brieven met de persoonlijke links gaan nu de deur uit.",
            "The assessment is open. The letters with the personal links are leaving now.",
        ),
    ),
    "verlengd": (
        ("open",),
        Text(
            "De nieuwe sluitdatum is bewaard. Er gaat geen brief over uit: zij staat in de vragenlijst en in elke "
            "herinnering.",
            "The new closing date is saved. No letter is sent about it: it stands in the questionnaire and in every "
            "reminder.",
        ),
    ),
    "herinnerd": (
        ("open",),
        Text(
            "De herinneringen gaan verspreid over het komende kwartier de deur uit. Uw bureau en "
            "de partijen zien niet wie er een krijgt.",
            "The reminders leave one by one over the next quarter of an hour. Your office and the parties do "
            "not see who receives one.",
        ),
    ),
    "gesloten": (("closed",), Text("De meting is gesloten.", "The assessment is closed.")),
    "vrijgegeven": (
        ("released",),
        Text(
            "Het rapport is vrijgegeven, aan alle partijen tegelijk.", "The report is released, to all parties at once."
        ),
    ),
    "gearchiveerd": (
        ("closed", "released", "erased"),
        Text("De meting staat in het archief.", "The assessment is in the archive."),
    ),
    "teruggehaald": (
        ("closed", "released", "erased"),
        Text("De meting is terug uit het archief.", "The assessment is back from the archive."),
    ),
    "gewist": (("erased",), Text("Alles van deze meting is gewist.", "Everything of this assessment is erased.")),
}

NOTHING = Text("", "")


# --- One assessment ---------------------------------------------------------------------------------------------------


@router.get("/metingen/{identifier}")
def show(request: Request, identifier: str) -> Response:
    with work_for(request) as work:
        return _hub(request, work, identifier)


def _hub(
    request: Request,
    work: Work,
    identifier: str,
    faults: Sequence[Fault] = (),
    status: int = 200,
    *,
    asked_for: str = "",
) -> Response:
    """`asked_for`: a closing date that was refused, as it was typed."""
    actor = member(request, work)
    assessment = work.own(actor, identifier)
    instrument = work.instrument_of(assessment)
    states, words = DONE.get(just_done(request), ((), NOTHING))
    small = [p for p in assessment.parties if not p.attributed and 1 < p.invited < assessment.params.k_party]
    return render(
        request,
        "office/assessment.html",
        status,
        assessment=assessment,
        constellation=commissioning.constellation_name(work, assessment),
        instrument=instrument,
        roles={role.key: role.label(assessment.label_set) for role in instrument.roles},
        state=STATE_NAMES[assessment.state],
        to_do=commissioning.faults_for_opening(work, assessment, [p.key for p in small]),
        small=small,
        response=reporting.response(work, actor, identifier) if assessment.state == "open" else (),
        bands=BANDS,
        readers=access.reader_tokens(work, actor, identifier),
        base_url=desk_of(request).base_url,
        events=reporting.audit_events(work, actor, identifier),
        path=place_of(assessment),
        actions=ACTIONS,
        accepts=assessment.accepts_answers(work.now),
        may_write=actor.may_write,
        shows_mail=desk_of(request).shown_mail is not None,
        faults=faults,
        asked_for=asked_for,
        done=words if assessment.state in states and not faults else None,
    )


def _done(identifier: str, what: str) -> Response:
    """On to the page of the assessment, which says what was done."""
    return on_to(f"/bureau/metingen/{identifier}", what)


# --- Open, extend, close, release -------------------------------------------------------------------------------------


@router.post("/metingen/{identifier}/openen")
def open_assessment(request: Request, identifier: str, form: OurForm) -> Response:
    confirmed = [str(value) for value in form.getlist("confirmed")]
    with work_for(request, write=True) as work:
        try:
            commissioning.open_assessment(work, member(request, work), identifier, confirmed)
        except InvalidInput as invalid:
            return _hub(request, work, identifier, invalid.faults, 400)
    return _done(identifier, "geopend")


@router.post("/metingen/{identifier}/verlengen")
def extend(request: Request, identifier: str, form: OurForm) -> Response:
    asked_for = str(form.get("closes_on", ""))
    with work_for(request, write=True) as work:
        dates, faults = read_dates({"closes_on": asked_for, "retention_on": ""})
        if dates["closes_on"] is None:
            missing = fault("closes_on", "Kies een datum.", "Choose a date.")
            return _hub(request, work, identifier, faults or [missing], 400, asked_for=asked_for)
        try:
            commissioning.extend(work, member(request, work), identifier, dates["closes_on"])
        except InvalidInput as invalid:
            return _hub(request, work, identifier, invalid.faults, 400, asked_for=asked_for)
    return _done(identifier, "verlengd")


@router.post("/metingen/{identifier}/herinneren", dependencies=OUR_BUTTON)
def remind(request: Request, identifier: str) -> Response:
    with work_for(request, write=True) as work:
        posting.remind(work, member(request, work), identifier)
    return _done(identifier, "herinnerd")


def _unsure(request: Request, work: Work, identifier: str) -> Response:
    """A step that cannot be undone needs its box ticked."""
    missing = fault("sure", "Vink eerst aan dat u dit weet.", "First tick that you know this.")
    return _hub(request, work, identifier, [missing], 400)


@router.post("/metingen/{identifier}/weggooien", dependencies=OUR_BUTTON)
def discard(request: Request, identifier: str) -> Response:
    with work_for(request, write=True) as work:
        commissioning.discard(work, member(request, work), identifier)
    return see_other("/bureau")


@router.post("/metingen/{identifier}/sluiten")
def close(request: Request, identifier: str, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        if not form.get("sure"):
            return _unsure(request, work, identifier)
        commissioning.close(work, member(request, work), identifier)
    return _done(identifier, "gesloten")


@router.post("/metingen/{identifier}/vrijgeven")
def release(request: Request, identifier: str, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        if not form.get("sure"):
            return _unsure(request, work, identifier)
        commissioning.release(work, member(request, work), identifier)
    return _done(identifier, "vrijgegeven")


@router.post("/metingen/{identifier}/archief")
def archive(request: Request, identifier: str, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        archived = form.get("archived") == "yes"
        commissioning.archive(work, member(request, work), identifier, archived=archived)
    return _done(identifier, "gearchiveerd" if archived else "teruggehaald")


@router.post("/metingen/{identifier}/wissen")
def erase(request: Request, identifier: str, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        if not form.get("sure"):
            return _unsure(request, work, identifier)
        erasing.erase_by_hand(work, member(request, work), identifier)
    return _done(identifier, "gewist")
