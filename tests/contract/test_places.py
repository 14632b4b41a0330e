"""Every page that a route can show stands in the list of places that the browser tests walk along."""

from fastapi import FastAPI

from app.web.problems import STATUSES
from tests.browser.places import PLACES
from tests.contract.test_routes import routes

#: What a GET answers that is no page.
NO_PAGES = {"/healthz", "/readyz", "/metrics"}
#: A GET that only leads on to a page.
LEADS_ON = {"/lezen/{token}"}
#: A form that is only a button: what it refuses is told by a problem's own page.
BUTTONS = {
    "/uitloggen",
    "/inloggen/organisatie",
    "/bureau/toegang/leden/weg",
    "/bureau/toegang/sleutels/weg",
    "/bureau/webhooks/weg",
    "/bureau/webhooks/opnieuw",
    "/bureau/metingen/{identifier}/mensen/{invitation}/weg",
    "/beheer/beheerders/weg",
    "/beheer/bureaus/{office}/leden/weg",
    "/beheer/bureaus/{office}/sleutels/weg",
    "/bureau/metingen/{identifier}/mensen/{invitation}/opnieuw",
    "/bureau/metingen/{identifier}/archief",
    "/bureau/metingen/{identifier}/herinneren",
    "/bureau/metingen/{identifier}/volgende",
    "/bureau/metingen/{identifier}/gesprek/afspraken/{agreement}",
    "/rapport/{identifier}/gesprek/afspraken/{agreement}",
    "/bureau/driehoeken/{constellation}/hoger",
    "/bureau/praktijken/{practice}/delen",
    "/bureau/praktijken/{practice}/weg",
}
#: What answers the script of a page with a part of that page.
PARTS = {"/bureau/metingen/{identifier}/partijen/advies", "/bureau/metingen/{identifier}/mensen/advies"}
#: Problems that only a program meets: on a page the same is said beside the field.
ONLY_FOR_PROGRAMS = {
    "wrong_receipt",
    "changed_meanwhile",
    "idempotency_key_used_before",
    "not_acceptable",
    "unsupported_media_type",
}
#: The page of any problem, with other words: what brings these about would spoil the walk.
NOT_WALKED = {"tables_not_up_to_date", "too_many_requests"}


def is_page(path: str) -> bool:
    """Neither JSON nor a file: the last part of a file's address has a dot, or stands for any file."""
    if path.startswith("/api/v1") and path != "/api/v1/docs":
        return False
    return path not in NO_PAGES and "." not in path.rsplit("/", 1)[-1] and not path.startswith("/static/")


def test_every_page_is_visited_by_the_browser_tests(app: FastAPI) -> None:
    pages = {path for method, path in routes(app) if method == "GET" and is_page(path)} - LEADS_ON
    visited = {place.route for place in PLACES if place.method == "GET" and place.status == 200}
    assert sorted(pages - visited) == [], "add them to tests/browser/places.py"


def test_every_form_is_visited_with_what_it_refuses(app: FastAPI) -> None:
    forms = {path for method, path in routes(app) if method == "POST" and is_page(path)} - BUTTONS - PARTS
    refused = {place.route for place in PLACES if place.method == "POST" and (place.faulty or place.problem)}
    assert sorted(forms - refused) == [], "add them to tests/browser/places.py, or to BUTTONS"


def test_every_problem_is_seen_as_a_page() -> None:
    seen = {place.problem for place in PLACES}
    assert sorted({problem.code for problem in STATUSES} - seen - ONLY_FOR_PROGRAMS - NOT_WALKED) == []


def test_the_list_holds_no_place_twice_and_none_that_is_no_route(app: FastAPI) -> None:
    names = [place.name for place in PLACES]
    assert sorted({name for name in names if names.count(name) > 1}) == []
    known = {path for _, path in routes(app)}
    assert sorted({place.route for place in PLACES if place.route} - known) == []
