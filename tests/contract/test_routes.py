"""Who may come where: every route of the service stands in one table, and every kind of caller tries each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.routing import Mount
from starlette.testclient import TestClient

from app.domain.assessment import Assessment
from app.service import learning, practices
from app.web.entry import READER_COOKIE, RESPONDENT_COOKIE, SESSION_COOKIE
from tests.people import ADMINISTRATOR, COMMISSIONER, STRANGER, VIEWER, House
from tests.service.test_conversation import CONTACTS, FIRST, TALK
from tests.service.test_practices import PRACTICE
from tests.web.conftest import HTTP, HTTPS
from tests.web.visitor import Page

ANONYMOUS, RESPONDENT, READER = "anonymous", "respondent", "reader"
MEMBERS = ("viewer", "commissioner")
FOREIGN = ("member of another office",)
ADMIN = "administrator"
READ_KEY, WRITE_KEY, FOREIGN_KEY = "read key", "write key", "key of another office"
EVERYONE = (ANONYMOUS, RESPONDENT, READER, *MEMBERS, *FOREIGN, ADMIN, READ_KEY, WRITE_KEY, FOREIGN_KEY)

#: The sets of the table.
NOBODY: tuple[str, ...] = ()
WHO_READS = MEMBERS
WHO_WRITES = ("commissioner",)
PROGRAMS_THAT_READ = (*MEMBERS, READ_KEY, WRITE_KEY)
PROGRAMS_THAT_WRITE = (WRITE_KEY,)

#: Anything but these is: you may, and here is your answer or what is wrong with what you sent.
REFUSED = (401, 403, 404)


@dataclass(frozen=True)
class Row:
    """Who may, of an assessment in which state, with what in the body."""

    who: tuple[str, ...]
    state: str = "draft"
    body: Any = None


OFFICE = "/beheer/bureaus/{office}"
B, M = "/bureau", "/bureau/metingen/{identifier}"
A, Q = "/api/v1/assessments", "/api/v1/questionnaire"
ONE, H = A + "/{identifier}", "/api/v1/webhooks"
OWN_OFFICE = (*MEMBERS, *FOREIGN)
OWN_WRITERS = ("commissioner", *FOREIGN)

TABLE: dict[tuple[str, str], Row] = {
    ("GET", "/"): Row(EVERYONE),
    ("GET", "/healthz"): Row(EVERYONE),
    ("GET", "/readyz"): Row(EVERYONE),
    # From this machine only, or with a token of its own; see tests/web/test_metrics.py.
    ("GET", "/metrics"): Row(EVERYONE),
    # A contact that this service was not given.
    ("GET", "/.well-known/security.txt"): Row(NOBODY),
    ("GET", "/toegankelijkheid"): Row(EVERYONE),
    ("GET", "/static/{path}"): Row(EVERYONE),
    # A style sheet that this service was not given.
    ("GET", "/thema.css"): Row(NOBODY),
    # On the operator's own machine only; see below.
    ("GET", "/post"): Row(EVERYONE),
    # Signing in: whoever holds the link.
    ("GET", "/inloggen"): Row(EVERYONE),
    ("POST", "/inloggen"): Row(EVERYONE, body={"email": "x@y.example"}),
    ("GET", "/inloggen/{token}"): Row(EVERYONE),
    ("POST", "/inloggen/{token}"): Row(EVERYONE),
    # An identity provider that this service was not given.
    ("POST", "/inloggen/organisatie"): Row(NOBODY),
    ("GET", "/inloggen/terug"): Row(NOBODY),
    ("POST", "/uitloggen"): Row(EVERYONE),
    # Administrators: offices, never their work.
    ("GET", "/beheer"): Row((ADMIN,)),
    ("POST", "/beheer/bureaus"): Row((ADMIN,), body={"name": "Nieuw bureau", "email": "eerste@nieuw.example"}),
    ("POST", "/beheer/beheerders"): Row((ADMIN,), body={"email": "tweede@beheer.example"}),
    ("POST", "/beheer/beheerders/weg"): Row((ADMIN,), body={"member": "x"}),
    ("GET", OFFICE): Row((ADMIN,)),
    ("POST", OFFICE + "/naam"): Row((ADMIN,), body={"name": "Anders"}),
    ("POST", OFFICE + "/leden"): Row((ADMIN,), body={"email": "nieuw@bureau.example"}),
    ("POST", OFFICE + "/leden/weg"): Row((ADMIN,), body={"member": "x"}),
    ("POST", OFFICE + "/sleutels/weg"): Row((ADMIN,), body={"name": "read key"}),
    # The office: its own work only. An administrator is led to the administration.
    ("GET", B): Row((*OWN_OFFICE, ADMIN)),
    ("GET", f"{B}/logboek"): Row(OWN_OFFICE),
    ("GET", f"{B}/toegang"): Row(OWN_OFFICE),
    ("POST", f"{B}/toegang/leden"): Row(OWN_WRITERS, body={"email": "nieuw@bureau.example"}),
    ("POST", f"{B}/toegang/leden/weg"): Row(OWN_WRITERS, body={"member": "{member}"}),
    ("POST", f"{B}/toegang/sleutels"): Row(OWN_WRITERS, body={"name": "nieuw"}),
    ("POST", f"{B}/toegang/sleutels/weg"): Row(OWN_WRITERS, body={"name": "read key"}),
    ("GET", f"{B}/webhooks"): Row(OWN_OFFICE),
    ("POST", f"{B}/webhooks"): Row(OWN_WRITERS, body={"url": "https://systeem.example/x", "events": "opened"}),
    ("POST", f"{B}/webhooks/weg"): Row(WHO_WRITES, "open", {"webhook": "{webhook}"}),
    ("POST", f"{B}/webhooks/opnieuw"): Row(WHO_WRITES, "open", {"webhook": "{webhook}", "delivery": "{delivery}"}),
    ("GET", f"{B}/metingen/nieuw"): Row(OWN_OFFICE),
    ("POST", f"{B}/metingen/nieuw"): Row(OWN_WRITERS, body={"constellation": "x", "instrument": "driehoek"}),
    ("GET", M): Row(WHO_READS),
    ("GET", M + "/partijen"): Row(WHO_READS),
    ("POST", M + "/partijen"): Row(WHO_WRITES),
    ("POST", M + "/partijen/advies"): Row(WHO_READS, body={"role": "eigenaar", "name": "X", "key": "", "number": "2"}),
    ("GET", M + "/gegevens"): Row(WHO_READS),
    ("POST", M + "/gegevens"): Row(WHO_WRITES, body={"constellation": "x"}),
    ("GET", M + "/mensen"): Row(WHO_READS),
    ("POST", M + "/mensen"): Row(WHO_WRITES, body={"people": "nieuw@ministerie.example,Nieuw,wonen"}),
    ("POST", M + "/mensen/advies"): Row(WHO_READS, body={"people": "nieuw@ministerie.example,Nieuw,wonen"}),
    ("POST", M + "/mensen/een"): Row(WHO_WRITES, body={"email": "n@m.example", "name": "N", "party": "wonen"}),
    ("POST", M + "/mensen/{invitation}/opnieuw"): Row(WHO_WRITES, "open"),
    ("POST", M + "/mensen/{invitation}/weg"): Row(WHO_WRITES),
    ("GET", M + "/voorbeeld/{party}"): Row(WHO_READS),
    ("GET", M + "/brieven"): Row(WHO_READS),
    ("POST", M + "/openen"): Row(WHO_WRITES),
    ("POST", M + "/verlengen"): Row(WHO_WRITES, "open", {"closes_on": "2026-12-20"}),
    ("POST", M + "/herinneren"): Row(WHO_WRITES, "open"),
    ("POST", M + "/sluiten"): Row(WHO_WRITES, "open", {"sure": "yes"}),
    ("POST", M + "/vrijgeven"): Row(WHO_WRITES, "closed", {"sure": "yes"}),
    ("POST", M + "/weggooien"): Row(WHO_WRITES),
    ("GET", M + "/toelichtingen"): Row(WHO_WRITES, "released"),
    ("POST", M + "/toelichtingen/inzien"): Row(WHO_WRITES, "released", {"sure": "yes"}),
    ("POST", M + "/toelichtingen"): Row(NOBODY, "released"),  # nobody declared to be no respondent
    ("POST", M + "/archief"): Row(WHO_WRITES, "released", {"archived": "yes"}),
    ("POST", M + "/wissen"): Row(WHO_WRITES, "released", {"sure": "yes"}),
    ("POST", M + "/volgende"): Row(WHO_WRITES, "released"),
    # A respondent: by the link, and then by the browser that opened it.
    ("GET", "/invullen/{token}"): Row(EVERYONE, "open"),
    ("POST", "/invullen/{token}"): Row(EVERYONE, "open"),
    ("POST", "/invullen/{token}/intrekken"): Row(EVERYONE, "open"),
    ("GET", "/invullen/keuze"): Row((RESPONDENT,), "open"),
    ("POST", "/invullen/keuze"): Row((RESPONDENT,), "open"),
    ("GET", "/invullen/vragen/{number}"): Row((RESPONDENT,), "open"),
    ("POST", "/invullen/vragen/{number}"): Row((RESPONDENT,), "open"),
    ("GET", "/invullen/bewaard"): Row((RESPONDENT,), "open"),
    ("GET", "/invullen/nakijken"): Row((RESPONDENT,), "open"),
    ("POST", "/invullen/inzenden"): Row((RESPONDENT,), "open"),
    ("GET", "/invullen/ontvangen"): Row((RESPONDENT,), "open"),
    # What follows the report: the office plans and records, every party reads and tells of its own agreement.
    ("GET", M + "/gesprek"): Row(WHO_READS, "released"),
    ("POST", M + "/gesprek"): Row(
        WHO_WRITES, "released", {"day": "2027-02-03", "time": "10:00", "minutes": "60", "place": "x"}
    ),
    ("POST", M + "/gesprek/afspraken"): Row(
        WHO_WRITES,
        "released",
        {"id": "", "what": "x", "party": "wonen", "due": "2027-02-03", "theme": "", "contact": ""},
    ),
    ("POST", M + "/gesprek/afspraken/{agreement}"): Row(WHO_WRITES, "released", {"kept": "kept"}),
    ("POST", M + "/gesprek/terugblik"): Row(WHO_WRITES, "released", {"reflection": "x"}),
    ("GET", "/rapport/{identifier}/gesprek"): Row((READER, *WHO_READS), "released"),
    ("GET", "/rapport/{identifier}/gesprek.ics"): Row((READER, *WHO_READS), "released"),
    ("POST", "/rapport/{identifier}/gesprek/afspraken/{agreement}"): Row((READER,), "released", {"kept": "kept"}),
    ("GET", f"{B}/driehoeken"): Row(OWN_OFFICE, "released"),
    ("GET", B + "/driehoeken/{constellation}"): Row(WHO_READS, "released"),
    ("POST", B + "/driehoeken/{constellation}/hoger"): Row(WHO_WRITES),
    ("GET", f"{B}/praktijken"): Row(OWN_OFFICE, "released"),
    ("POST", f"{B}/praktijken"): Row(OWN_WRITERS, body={"theme": "driehoek/leren", "title": "x", "words": "y"}),
    ("POST", B + "/praktijken/{practice}/delen"): Row(WHO_WRITES, "released", {"shared": "yes"}),
    ("POST", B + "/praktijken/{practice}/weg"): Row(WHO_WRITES, "released"),
    # The report: every party by its link, and the office.
    ("GET", "/lezen/{token}"): Row(EVERYONE, "released"),
    ("GET", "/rapport/{identifier}"): Row((READER, *WHO_READS), "released"),
    ("GET", "/rapport/{identifier}/cijfers.csv"): Row((READER, *WHO_READS), "released"),
    ("GET", "/rapport/{identifier}/cijfers.xlsx"): Row((READER, *WHO_READS), "released"),
    ("GET", "/rapport/{identifier}/rapport.pdf"): Row((READER, *WHO_READS), "released"),
    ("GET", "/rapport/{identifier}/gespreksleidraad.pdf"): Row((READER, *WHO_READS), "released"),
    # Programs.
    ("GET", "/api/v1/openapi.json"): Row(EVERYONE),
    ("GET", "/api/v1/docs"): Row(EVERYONE),
    ("GET", "/api/v1/instruments"): Row(EVERYONE),
    ("GET", "/api/v1/instruments/{instrument}/{version}"): Row(EVERYONE),
    ("GET", A): Row((*PROGRAMS_THAT_READ, *FOREIGN, FOREIGN_KEY)),
    ("POST", A): Row((WRITE_KEY, FOREIGN_KEY), body={"constellation": "x", "instrument": "driehoek"}),
    ("GET", ONE): Row(PROGRAMS_THAT_READ),
    ("PATCH", ONE): Row(PROGRAMS_THAT_WRITE, body={"title": "x"}),
    ("PUT", ONE + "/status"): Row(PROGRAMS_THAT_WRITE, body={"status": "open"}),
    ("GET", ONE + "/invitations"): Row(PROGRAMS_THAT_READ),
    ("POST", ONE + "/invitations"): Row(PROGRAMS_THAT_WRITE, body={"people": [{"email": "a@b.nl", "party": "wonen"}]}),
    ("DELETE", ONE + "/invitations/{invitation}"): Row(PROGRAMS_THAT_WRITE),
    ("GET", ONE + "/response"): Row(PROGRAMS_THAT_READ, "open"),
    ("GET", ONE + "/scores"): Row(PROGRAMS_THAT_READ, "released"),
    ("GET", ONE + "/gaps"): Row(PROGRAMS_THAT_READ, "released"),
    ("GET", ONE + "/score-rows"): Row(PROGRAMS_THAT_READ, "released"),
    ("GET", "/api/v1/audit-events"): Row((*PROGRAMS_THAT_READ, *FOREIGN, FOREIGN_KEY)),
    ("GET", ONE + "/report.pdf"): Row(PROGRAMS_THAT_READ, "released"),
    ("GET", H): Row((*PROGRAMS_THAT_READ, *FOREIGN, FOREIGN_KEY)),
    ("POST", H): Row(
        (WRITE_KEY, FOREIGN_KEY), body={"url": "https://systeem.example/x", "events": ["assessment.closed"]}
    ),
    ("GET", H + "/{webhook}"): Row(PROGRAMS_THAT_READ, "open"),
    ("GET", H + "/{webhook}/deliveries"): Row(PROGRAMS_THAT_READ, "open"),
    ("POST", H + "/{webhook}/deliveries/{delivery}/replays"): Row(PROGRAMS_THAT_WRITE, "open"),
    ("DELETE", H + "/{webhook}"): Row(PROGRAMS_THAT_WRITE, "open"),
    ("GET", "/api/v1/constellations"): Row((*PROGRAMS_THAT_READ, *FOREIGN, FOREIGN_KEY), "released"),
    ("GET", "/api/v1/constellations/{constellation}"): Row(PROGRAMS_THAT_READ, "released"),
    ("GET", "/api/v1/constellations/{constellation}/trend"): Row(PROGRAMS_THAT_READ, "released"),
    ("GET", "/api/v1/portfolio"): Row((*PROGRAMS_THAT_READ, *FOREIGN, FOREIGN_KEY), "released"),
    ("GET", "/api/v1/practices"): Row((*PROGRAMS_THAT_READ, *FOREIGN, FOREIGN_KEY), "released"),
    ("POST", "/api/v1/practices"): Row(
        (WRITE_KEY, FOREIGN_KEY), body={"instrument": "driehoek", "theme": "leren", "title": "x", "words": "y"}
    ),
    ("GET", Q): Row((RESPONDENT,), "open"),
    ("PUT", Q + "/confirmation"): Row((RESPONDENT,), "open", {"holdersAgree": True}),
    ("PUT", Q + "/answers"): Row((RESPONDENT,), "open", {"ratings": {"lr-wad": 3}}),
    ("POST", Q + "/submission"): Row((RESPONDENT,), "open", {"receiptCode": "x"}),
    ("DELETE", Q + "/submission"): Row((RESPONDENT,), "open", {"receipt-code": "x"}),
}
#: Routes whose path has a name that means something else elsewhere.
RENAMED = {"/api/v1/instruments/{identifier}/{version}": "/api/v1/instruments/{instrument}/{version}"}


def routes(app: FastAPI, before: str = "") -> Iterator[tuple[str, str]]:
    """Every (method, path) of an application and of those mounted in it."""
    for route in app.routes:
        if isinstance(route, Mount):
            if isinstance(route.app, FastAPI):
                yield from routes(route.app, before + route.path)
            else:
                yield "GET", before + route.path + "/{path}"
            continue
        contexts = getattr(route, "effective_route_contexts", None)
        for found in contexts() if contexts else [route]:
            path = before + found.path
            yield from ((method, RENAMED.get(path, path)) for method in found.methods or () if method != "HEAD")


def test_every_route_stands_in_the_table_and_the_table_holds_no_other(app: FastAPI) -> None:
    assert set(routes(app)) == set(TABLE)


def test_letters_are_shown_at_no_public_address(secure_app: FastAPI) -> None:
    assert TestClient(secure_app, base_url=HTTPS).get("/post").status_code == 404


def test_letters_are_shown_to_nobody_who_comes_from_another_machine(app: FastAPI) -> None:
    assert TestClient(app, base_url=HTTP, client=("192.0.2.7", 50000)).get("/post").status_code == 404


# --- Trying -----------------------------------------------------------------------------------------------------------


@dataclass
class Scene:
    """An assessment in the state that a route needs, and everyone who may come by."""

    house: House
    client: Callable[..., TestClient]
    made: Assessment
    webhook: str

    def told(self) -> dict[str, str]:
        """The webhook of the office, and the last message to it."""
        with self.house.work(write=False) as work:
            found = work.store.webhooks.deliveries(self.webhook, None, 1)
        return {"webhook": self.webhook, "delivery": found[0].id if found else "x"}

    def caller(self, name: str) -> TestClient:
        house, client = self.house, self.client
        sessions = {"viewer": VIEWER, "commissioner": COMMISSIONER, FOREIGN[0]: STRANGER, ADMIN: ADMINISTRATOR}
        if name in sessions:
            return client(cookies={SESSION_COOKIE: house.session(sessions[name])})
        if name == RESPONDENT:
            token = house.link(self.made)
            return client(token, cookies={RESPONDENT_COOKIE: token})
        if name == READER:
            readers = house.readers(self.made)
            return client(cookies={READER_COOKIE: readers.get("wonen", "x" * 43)})
        keys = {READ_KEY: ("read", False), WRITE_KEY: ("write", False), FOREIGN_KEY: ("write", True)}
        if name in keys:
            scope, foreign = keys[name]
            return client(house.key(scope, of_stranger=foreign))
        return client()

    def path(self, path: str) -> str:
        house = self.house
        token = ""
        if path.startswith("/inloggen/"):
            token = house.sign_in_link()
        elif path.startswith("/invullen/"):
            token = house.link(self.made)
        elif path.startswith("/lezen/"):
            token = house.readers(self.made)["wonen"]
        with house.work(write=False) as work:
            people = work.store.answers.people(self.made.id)
        values = {
            "office": house.office,
            "identifier": self.made.id,
            "token": token,
            "invitation": people[-1][0] if people else "x",
            "constellation": self.made.constellation,
            "agreement": self._first("agreement"),
            "practice": self._first("practice"),
        }
        fixed = {"party": "wonen", "number": "1", "instrument": "driehoek", "version": "1", "path": "rolvast.css"}
        return path.format(**values, **fixed, **self.told())

    def _first(self, table: str) -> str:
        found = self.house.stored(f"SELECT id FROM {table}")  # noqa: S608
        return str(found[0][0]) if found else "x"

    def tried(self, name: str, method: str, path: str, body: Any) -> int:
        client = self.caller(name)
        address = self.path(path)
        if path.startswith("/api/"):
            given = {"headers": body} if method == "DELETE" else {"json": body}
            return client.request(method, address, **given).status_code
        if method == "GET":
            return client.get(address).status_code
        drawn = Page(client.get("/inloggen")).forms[-1].controls["form_token"].values
        return client.post(address, data={**self.filled(body), "form_token": drawn}).status_code

    def filled(self, body: dict[str, str] | None) -> dict[str, str]:
        """What the form holds; a member is one of the second office, of which nobody else may take anyone away."""
        if body and "{member}" in body.values():
            members = self.house.stored("SELECT id FROM member WHERE email = 'weg@bureau.example'")
            return {"member": members[0][0] if members else "x"}
        return {name: value.format(**self.told()) for name, value in (body or {}).items()}

    def everything(self) -> list[object]:
        tables = (
            "office",
            "member",
            "assessment",
            "dialogue",
            "dialogue_contact",
            "agreement",
            "practice",
            "constellation",
            "party",
            "invitation",
            "draft",
            "submission",
            "snapshot",
            "reader_link",
            "audit_event",
            "webhook",
            "webhook_delivery",
        )
        return [sorted(map(repr, self.house.stored(f"SELECT * FROM {table}"))) for table in tables]  # noqa: S608


def set_scene(house: House, client: Callable[..., TestClient], state: str) -> Scene:
    build = {"draft": house.draft, "open": house.opened, "closed": house.closed, "released": house.released}
    webhook, _ = house.webhook()
    made = build[state]()
    if state == "released":
        talk(house, made)
    return Scene(house, client, made, webhook)


def talk(house: House, made: Assessment) -> None:
    """What follows a report: a plan, an agreement, and something that works."""
    with house.work() as work:
        learning.plan_conversation(work, house.commissioner, made.id, TALK, CONTACTS)
        learning.record_agreements(work, house.commissioner, made.id, [FIRST])
        practices.record(work, house.commissioner, PRACTICE)


@pytest.mark.parametrize(("method", "path"), TABLE, ids=str)
def test_who_may_come_here(house: House, client: Callable[..., TestClient], method: str, path: str) -> None:
    row = TABLE[method, path]
    here = set_scene(house, client, row.state)
    callers = {name: here.caller(name) for name in EVERYONE}  # so that their ways in exist before anything is compared
    assert callers
    before = here.everything()
    for name in EVERYONE:
        if name not in row.who:
            status = here.tried(name, method, path, row.body)
            assert status in REFUSED, f"{name} got {status}"
    assert here.everything() == before, "somebody who may not changed something"
    for name in row.who:
        status = here.tried(name, method, path, row.body)
        if path.endswith(("/leden/weg", "/beheerders/weg")):
            assert status in (303, 404, 409), f"{name} got {status}"
            continue
        assert status not in (*REFUSED, 405, 500), f"{name} got {status}"
