"""The pages of administrators, under /beheer: offices, members, keys and dates. No answers, no figures."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from app.domain.assessment import STATE_NAMES, MemberRole
from app.domain.problems import Fault, InvalidInput
from app.domain.text import Text
from app.service import offices
from app.service.work import Work
from app.web.done import TO_MEMBERS, in_words, on_to
from app.web.entry import administrator, work_for
from app.web.pages.trail import ACTIONS
from app.web.rendering import render
from app.web.security import OurForm

router = APIRouter(prefix="/beheer", include_in_schema=False)

TO_ADMINISTRATORS = TO_MEMBERS | {"weggehaald": Text("Deze beheerder is weggehaald.", "This administrator is removed.")}
TO_OFFICE = TO_MEMBERS | {
    "gemaakt": Text(
        "Dit bureau staat er. Het eerste lid krijgt nu een brief met een inloglink.",
        "This office is there. Its first member now receives a letter with a link to sign in.",
    ),
    "hernoemd": Text("De nieuwe naam is bewaard.", "The new name is saved."),
}


@router.get("")
def show(request: Request) -> Response:
    with work_for(request) as work:
        return _offices(request, work)


def _offices(
    request: Request,
    work: Work,
    given: dict[str, str] | None = None,
    faults: Sequence[Fault] = (),
    status: int = 200,
) -> Response:
    actor = administrator(request, work)
    return render(
        request,
        "administration/offices.html",
        status,
        offices=offices.offices(work, actor),
        administrators=offices.administrators(work, actor),
        actor=actor,
        events=offices.events_of_administrators(work, actor),
        actions=ACTIONS,
        given=given or {},
        faults=faults,
        done=in_words(request, TO_ADMINISTRATORS, unless=faults),
    )


@router.post("/bureaus")
def add_office(request: Request, form: OurForm) -> Response:
    given = {name: str(form.get(name, "")) for name in ("name", "email")}
    with work_for(request, write=True) as work:
        try:
            made = offices.add_office(work, administrator(request, work), given["name"], given["email"])
        except InvalidInput as invalid:
            return _offices(request, work, given, invalid.faults, 400)
    return on_to(f"/beheer/bureaus/{made}", "gemaakt")


@router.post("/beheerders")
def add_administrator(request: Request, form: OurForm) -> Response:
    given = {"administrator": str(form.get("email", ""))}
    with work_for(request, write=True) as work:
        try:
            offices.add_administrator(work, administrator(request, work), given["administrator"])
        except InvalidInput as invalid:
            return _offices(request, work, given, invalid.faults, 400)
    return on_to("/beheer", "uitgenodigd")


@router.post("/beheerders/weg")
def remove_administrator(request: Request, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        offices.remove_administrator(work, administrator(request, work), str(form.get("member", "")))
    return on_to("/beheer", "weggehaald")


# --- One office -------------------------------------------------------------------------------------------------------


@router.get("/bureaus/{office}")
def show_office(request: Request, office: str) -> Response:
    with work_for(request) as work:
        return _office(request, work, office)


def _office(
    request: Request,
    work: Work,
    office: str,
    given: dict[str, str] | None = None,
    faults: Sequence[Fault] = (),
    status: int = 200,
) -> Response:
    actor = administrator(request, work)
    return render(
        request,
        "administration/office.html",
        status,
        found=offices.one_office(work, actor, office),
        events=offices.events_of_office(work, actor, office),
        actions=ACTIONS,
        states=STATE_NAMES,
        given=given or {},
        faults=faults,
        done=in_words(request, TO_OFFICE, unless=faults),
        path=f"/beheer/bureaus/{office}",
    )


@router.post("/bureaus/{office}/naam")
def rename_office(request: Request, office: str, form: OurForm) -> Response:
    given = {"name": str(form.get("name", ""))}
    with work_for(request, write=True) as work:
        try:
            offices.rename_office(work, administrator(request, work), office, given["name"])
        except InvalidInput as invalid:
            return _office(request, work, office, given, invalid.faults, 400)
    return on_to(f"/beheer/bureaus/{office}", "hernoemd")


@router.post("/bureaus/{office}/leden")
def add_member(request: Request, office: str, form: OurForm) -> Response:
    given = {"email": str(form.get("email", ""))}
    role: MemberRole = "viewer" if form.get("role") == "viewer" else "commissioner"
    with work_for(request, write=True) as work:
        try:
            offices.add_member(work, administrator(request, work), office, given["email"], role)
        except InvalidInput as invalid:
            return _office(request, work, office, given, invalid.faults, 400)
    return on_to(f"/beheer/bureaus/{office}", "uitgenodigd")


@router.post("/bureaus/{office}/leden/weg")
def remove_member(request: Request, office: str, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        offices.remove_member(work, administrator(request, work), office, str(form.get("member", "")))
    return on_to(f"/beheer/bureaus/{office}", "weggehaald")


@router.post("/bureaus/{office}/sleutels/weg")
def revoke_key(request: Request, office: str, form: OurForm) -> Response:
    with work_for(request, write=True) as work:
        offices.revoke_key(work, administrator(request, work), office, str(form.get("name", "")))
    return on_to(f"/beheer/bureaus/{office}", "ingetrokken")
