"""The pages of administrators: offices and who belongs to them; nothing of what offices ask or learn."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from app.delivery.mail import Letter
from app.service import access, commissioning
from app.service.posting import Post
from app.store.results import AuditEvent
from app.web.entry import SESSION_COOKIE
from tests.people import ADMINISTRATOR, COMMISSIONER, NOW, House
from tests.web.visitor import Page, Visitor


@pytest.fixture
def admin(sign_in: Callable[..., Visitor]) -> Visitor:
    return sign_in(ADMINISTRATOR)


class Pigeonhole:
    """Keeps the letters that were brought."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def deliver(self, letter: Letter, _: object) -> None:
        self.letters.append(letter)

    def tidy(self, *_: object) -> None:
        pass


def letters_of(house: House) -> list[Letter]:
    hole = Pigeonhole()
    Post(house.workshop, hole, house.clock, "http://127.0.0.1:8000").bring_due()
    return hole.letters


def test_the_front_of_the_office_leads_an_administrator_to_the_administration(admin: Visitor) -> None:
    assert admin.open("/bureau").path == "/beheer"


def test_a_new_office_has_a_first_member_who_can_sign_in_and_commission(admin: Visitor, house: House) -> None:
    page = admin.send(admin.open("/beheer").form("/bureaus"), {"name": "Bureau Nieuw", "email": "Eerste@Nieuw.example"})
    assert page.path.startswith("/beheer/bureaus/")
    assert "Bureau Nieuw" in page.said()
    assert "eerste@nieuw.example" in page.said()
    (letter,) = letters_of(house)
    token = letter.text.split("/inloggen/")[1].split()[0]
    with house.work() as work:
        session, _ = access.sign_in(work, token)
        actor = access.member_of_session(work, session)
        made = commissioning.create(work, actor, house.plan())
    assert made.office_name == "Bureau Nieuw"


def test_every_fault_of_a_new_office_is_named_and_nothing_is_made(admin: Visitor, house: House) -> None:
    offices = house.number_of("office")
    page = admin.send(
        admin.open("/beheer").form("/bureaus"),
        {"name": "Bureau van de secretaris-generaal", "email": "geen adres"},
    )
    assert page.status == 400
    assert "Er is al een bureau met de naam" in page.said()
    assert "geen e-mailadres" in page.said()
    assert page.form("/bureaus").controls["email"].values == ["geen adres"]
    assert house.number_of("office") == offices


def test_a_member_who_is_taken_out_is_out_at_once(
    admin: Visitor, house: House, client: Callable[..., TestClient]
) -> None:
    session = house.session(COMMISSIONER)
    place = f"/beheer/bureaus/{house.office}"
    page = admin.open(place)
    assert COMMISSIONER in page.said()
    admin.send(page.form("/leden/weg"))
    answer = client(cookies={SESSION_COOKIE: session}).get("/bureau")
    assert answer.status_code in (303, 401)
    trail = admin.open(place)
    assert f"Lid weggehaald: {COMMISSIONER}" in trail.said()
    assert ADMINISTRATOR in trail.said()


def test_a_key_that_is_revoked_opens_nothing(admin: Visitor, house: House, client: Callable[..., TestClient]) -> None:
    key = house.key("read")
    assert client(key).get("/api/v1/assessments").status_code == 200
    admin.send(admin.open(f"/beheer/bureaus/{house.office}").form("/sleutels/weg"))
    assert client(key).get("/api/v1/assessments").status_code == 401


def test_an_administrator_cannot_take_out_the_last_administrator(admin: Visitor, house: House) -> None:
    with house.work(write=False) as work:
        me = access.members(work, house.administrator)[0].id
    page = admin.open("/beheer")
    assert not page.has_form("/beheerders/weg")
    token = page.form("/bureaus").controls["form_token"].values[0]
    answer = admin.client.post("/beheer/beheerders/weg", data={"member": me, "form_token": token})
    assert answer.status_code == 409
    assert admin.open("/beheer").status == 200


def test_an_administrator_sees_no_assessment_of_any_office(admin: Visitor, house: House) -> None:
    made = house.released()
    for place in (f"/bureau/metingen/{made.id}", f"/rapport/{made.id}", "/bureau/logboek", "/bureau/toegang"):
        answer = admin.client.get(place)
        assert answer.status_code in (403, 404), place
        assert "Directie Wonen" not in answer.text


def test_what_an_administrator_reads_holds_no_people_of_an_assessment(admin: Visitor, house: House) -> None:
    house.released()
    text = admin.open(f"/beheer/bureaus/{house.office}").said()
    assert "Meting van de registers" in text  # the retention date is told
    assert "ministerie.example" not in text
    assert "Directie Wonen" not in text


def test_the_office_reads_in_its_trail_what_its_members_and_the_administrators_did(
    admin: Visitor, member: Visitor, house: House
) -> None:
    admin.send(admin.open(f"/beheer/bureaus/{house.office}").form("/naam"), {"name": "Bureau DG"})
    keys = member.open("/bureau/toegang")
    member.send(keys.form("/toegang/sleutels"), {"name": "Power BI"})
    made = house.draft()
    with house.work() as work:
        plan = house.plan(title="Anders", closes_on=None)
        commissioning.revise(work, house.commissioner, made.id, plan)
        more = replace(plan, params={**plan.params, "ambition": {"leren": "70"}})
        commissioning.revise(work, house.commissioner, made.id, more)
        commissioning.revise(work, house.commissioner, made.id, replace(more, params={**more.params, "k_party": 6}))
    page: Page = member.open("/bureau/logboek")
    assert "Gewijzigd: titel, sluitdatum" in page.said()
    changes = page.said("td")
    assert "Gewijzigd: ambitie ·" in changes
    assert "Gewijzigd: rekenregels ·" in changes
    assert "Bureau kreeg een andere naam: Bureau DG" in page.said()
    assert "Sleutel gemaakt: Power BI" in page.said()
    assert f"/bureau/metingen/{made.id}" in " ".join(page.links)
    assert str(NOW.year) in page.said()


def test_the_trail_tells_a_key_from_a_person_of_the_same_name(member: Visitor, api: TestClient, house: House) -> None:
    made = house.draft()
    assert api.patch(f"/api/v1/assessments/{made.id}", json={"title": "Anders"}).status_code == 200
    for place in ("/bureau/logboek", f"/bureau/metingen/{made.id}"):
        assert "sleutel 'write key'" in member.open(place).said("td")
        assert "key 'write key'" in member.open(f"{place}?taal=en").said("td")
        assert f"'{COMMISSIONER}'" not in member.open(f"{place}?taal=nl").said("td")
    told = api.get("/api/v1/audit-events").json()["items"]
    assert {event["actor"] for event in told if event["detail"].get("by") == "key"} == {"write key"}
    with house.work() as work:  # as lines were written before
        old = AuditEvent("oude sleutel", "revised", {"changed": ["params"]}, NOW, made.id)
        work.store.results.add_audit_event(work.chance(), house.office, old)
    said = member.open("/bureau/logboek").said("td")
    assert "Gewijzigd: ambitie en rekenregels" in said
    assert "oude sleutel" in said


def test_a_letter_for_someone_of_two_places_names_each(house: House) -> None:
    house.sign_in_link(ADMINISTRATOR)
    with house.work() as work:
        access.make_sign_in_link(work, house.office, ADMINISTRATOR)
        access.mail_sign_in_link(work, ADMINISTRATOR)
    (letter,) = letters_of(house)
    dutch = letter.text.split("---")[0]
    lines = [line for line in dutch.splitlines() if line]
    for place in ("Beheer", "Bureau van de secretaris-generaal"):
        assert "/inloggen/" in lines[lines.index(place) + 1]
    assert dutch.count("/inloggen/") == 2
