"""Owns the one table from each Problem to its status and title, as problem+json (RFC 9457) or as a page."""

import logging
import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from pydantic.alias_generators import to_camel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.routing import compile_path
from starlette.types import Scope

from app.domain import problems as p
from app.domain.problems import Fault, InvalidInput, NotFound, Problem, fault
from app.domain.text import Language, Text, same
from app.web.api.shapes import WrongShape
from app.web.entry import bearer, desk_of, language_of
from app.web.limits import UNKNOWN
from app.web.rendering import render

log = logging.getLogger("rolvast")


#: So many faults of shape are told at once.
MOST_FAULTS = 200

STATUSES: dict[type[Problem], tuple[int, Text]] = {
    p.InvalidInput: (400, Text("Er klopt iets niet in de invoer", "Something in the input is not right")),
    p.NotSignedIn: (401, Text("U bent niet ingelogd", "You are not signed in")),
    p.NotAllowed: (403, Text("Dit mag u hier niet", "You may not do this here")),
    p.UntrustedForm: (403, Text("Deze pagina is verlopen", "This page has expired")),
    p.StatementNotConfirmed: (403, Text("Bevestig eerst het standpunt op naam", "First confirm the statement")),
    p.NotFound: (404, Text("Niet gevonden", "Not found")),
    p.UnknownLink: (404, Text("Deze link werkt niet", "This link does not work")),
    p.WrongState: (409, Text("Dat kan nu niet", "That is not possible now")),
    p.AssessmentClosed: (409, Text("Deze vragenlijst is niet open", "This questionnaire is not open")),
    p.AlreadySubmitted: (409, Text("Al verstuurd", "Already sent")),
    p.WrongReceipt: (409, Text("Deze ontvangstcode past niet", "This receipt code does not fit")),
    p.OtherQuestionnaire: (409, Text("Dit is een andere vragenlijst", "This is another questionnaire")),
    p.NotReleased: (409, Text("Nog niet vrijgegeven", "Not released yet")),
    p.Erased: (410, Text("Gewist", "Erased")),
    p.TablesNotUpToDate: (503, Text("Even geduld", "One moment please")),
    p.TooManyRequests: (429, Text("Even wachten", "Please wait a moment")),
    p.NotAcceptable: (406, Text("Niet in deze vorm", "Not in this form")),
    p.ChangedMeanwhile: (412, Text("Intussen veranderd", "Changed meanwhile")),
    p.UnsupportedForm: (415, Text("Deze vorm lezen wij niet", "We do not read this form")),
    p.KeyUsedBefore: (422, Text("Deze sleutel is al gebruikt", "This key was used before")),
    p.SignInRefused: (403, Text("U bent niet ingelogd", "You are not signed in")),
    p.ProviderOutOfReach: (503, Text("De inlogdienst is niet bereikbaar", "The sign-in service is out of reach")),
    p.Busy: (503, Text("Even niet bereikbaar", "Out of reach for a moment")),
}

_HTTP_TITLES: dict[int, Text] = {
    404: Text("Niet gevonden", "Not found"),
    405: Text("Dat kan hier niet", "That is not possible here"),
}
_HTTP_MESSAGES: dict[int, Text] = {
    404: Text("Deze pagina bestaat niet.", "This page does not exist."),
    405: Text(
        "Dit adres is er wel, maar niet om het zo te vragen.", "This address exists, but not to be asked in this way."
    ),
}
_NO_SUCH_OPERATION = Text(
    "Dit adres bestaat niet in de API. Wat er wel is, staat op /api/v1/docs.",
    "This address does not exist in the API. What does exist is told at /api/v1/docs.",
)
#: To a program, by whether a key or a link came along as it should.
_WHO_ASKS = {
    True: Text(
        "Deze sleutel of link is niet (meer) geldig. Een nieuwe sleutel maakt een lid van het bureau, bij Toegang.",
        "This key or link is not valid (any more). A member of the office makes a new key, at Access.",
    ),
    False: Text(
        "Er kwam geen sleutel of link mee. Stuur hem mee in de kop 'Authorization: Bearer …'.",
        "No key or link came along. Send it in the header 'Authorization: Bearer …'.",
    ),
}


def install(app: FastAPI) -> None:
    """Turn problems, input that does not fit and bugs into answers."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _unfit)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, bug)


def answer_for(request: Request, error: Exception) -> Response:
    """The answer to whatever went wrong, outside the routes too."""
    if isinstance(error, ClientDisconnect):
        return _gone(request, error)
    return _problem(request, error) if isinstance(error, Problem) else bug(request, error)


def is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this class
    if isinstance(error, (p.UnknownLink, p.SignInRefused)) or (isinstance(error, p.NotSignedIn) and bearer(request)):
        error = _or_too_many(request, error)
    status, title = STATUSES[type(error)]
    faults = error.faults if isinstance(error, InvalidInput) else ()
    contact = error.contact if isinstance(error, p.AssessmentClosed) else ("", "")
    message = _WHO_ASKS[bearer(request) is not None] if status == 401 and is_api(request) else error.message
    answer = _answer(request, status, error.code, title, message, faults, contact)
    if status == 503:
        answer.headers["retry-after"] = "60"
    if isinstance(error, p.TooManyRequests):
        answer.headers["retry-after"] = str(error.wait)
    if status == 401 and is_api(request):
        answer.headers["www-authenticate"] = "Bearer"
    if isinstance(error, p.UnsupportedForm):
        answer.headers["accept"] = error.read
    return answer


def _or_too_many(request: Request, error: Problem) -> Problem:
    """Whoever tries links and keys that do not exist is braked; a good one never comes here."""
    desk = desk_of(request)
    try:
        desk.limits.spend(UNKNOWN, "", desk.clock().timestamp())
    except p.TooManyRequests as braked:
        return braked
    return error


def _unfit(request: Request, error: Exception) -> Response:
    """Input of the wrong shape: every fault by its place, like any other invalid input; of thousands, how many more."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
    if not is_api(request):
        return _problem(request, NotFound(Text("Deze pagina bestaat niet.", "This page does not exist.")))
    return _problem(request, InvalidInput(faults_of_shape(error)))


def faults_of_shape(error: RequestValidationError) -> list[Fault]:
    """Each with its place, up to a number; then how many more."""
    if error.errors()[0]["type"] == "json_invalid":
        return [_no_json(str(error.body), error.errors()[0]["loc"][1])]
    faults = [_fault_of_shape(found) for found in error.errors()[:MOST_FAULTS]]
    if more := len(error.errors()) - len(faults):
        faults.append(fault("body", "en nog {more}", "and {more} more", more=more))
    return faults


#: What pydantic finds, by its own name for it, in our words. What is not here is rare, and told in pydantic's.
_WRONG_SHAPES: dict[str, Text] = {
    "missing": Text("Dit ontbreekt.", "This is missing."),
    "extra_forbidden": Text("Dit veld bestaat hier niet.", "This field does not exist here."),
    "string_type": Text("Dit moet tekst zijn.", "This must be text."),
    "string_too_long": Text("Hier is plaats voor {max_length} tekens.", "There is room for {max_length} characters."),
    "too_long": Text("Hier is plaats voor {max_length}.", "There is room for {max_length}."),
    "int_type": Text("Dit moet een heel getal zijn.", "This must be a whole number."),
    "int_parsing": Text("Dit moet een heel getal zijn.", "This must be a whole number."),
    "bool_type": Text("Dit moet true of false zijn.", "This must be true or false."),
    "list_type": Text("Dit moet een lijst zijn.", "This must be a list."),
    "dict_type": Text("Dit moet een object zijn.", "This must be an object."),
    "model_attributes_type": Text("Dit moet een object zijn.", "This must be an object."),
    "literal_error": Text("Kies uit: {expected}.", "Choose from: {expected}."),
    "greater_than_equal": Text("Dit moet minstens {ge} zijn.", "This must be at least {ge}."),
    "less_than_equal": Text("Dit mag hoogstens {le} zijn.", "This may be {le} at most."),
}


def _no_json(body: str, place: int) -> Fault:
    """Where it goes wrong; what the parser says of it exists in English only."""
    return fault(
        "body",
        "Dit is geen JSON: het gaat mis op regel {line}, bij teken {column}.",
        "This is not JSON: it goes wrong on line {line}, at character {column}.",
        line=body.count("\n", 0, place) + 1,
        column=place - body.rfind("\n", 0, place),
    )


def _fault_of_shape(found: Mapping[str, Any]) -> Fault:
    """One thing that pydantic found, at its place as whoever sent it wrote it."""
    kind, about = found["type"], found.get("ctx", {})
    place = found["loc"][1:]
    if isinstance(about.get("error"), WrongShape):
        words = about["error"].words
    elif kind in _WRONG_SHAPES:
        given = {name: str(value).replace(" or ", ", ") for name, value in about.items()}
        words = _WRONG_SHAPES[kind].fill(**given)
    else:
        words = same(str(found["msg"]))
    return Fault(".".join(map(str, place)) or "body", words)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class
    title = _HTTP_TITLES.get(error.status_code, Text("Dat ging niet", "That did not work"))
    code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, f"http_{error.status_code}")
    message = _HTTP_MESSAGES.get(error.status_code, same(error.detail))
    if error.status_code == 404 and is_api(request):
        message = _NO_SUCH_OPERATION
    answer = _answer(request, error.status_code, code, title, message, ())
    answer.headers.update(error.headers or {})
    if error.status_code == 405:
        answer.headers["allow"] = ", ".join(_allowed(request))
    return answer


def _allowed(request: Request) -> list[str]:
    """Every method that this address knows, over all routes of it; HEAD wherever GET is."""
    path = str(request.scope["path"]).removeprefix(str(request.scope.get("root_path", "")))
    found = {
        method
        for route in iter_route_contexts(request.app.routes)
        if route.methods and route.path and compile_path(route.path)[0].match(path)
        for method in route.methods
    }
    return sorted(found | ({"HEAD"} if "GET" in found else set()))


def _gone(_: Request, __: Exception) -> Response:
    """Whoever hung up in the middle of a request reads no answer, and it is no bug."""
    return Response(status_code=400)


def bug(request: Request, error: Exception) -> Response:
    """Our own fault: a reference for the reader, the traceback for the log, and nothing of either in the other."""
    reference = desk_of(request).chance()[:8]
    where = template_of(request.scope)
    log.error("bug %s at %s", reference, where, exc_info=error, extra={"reference": reference, "route": where})
    title = Text("Er ging bij ons iets mis", "Something went wrong on our side")
    message = Text(
        "Uw gegevens zijn bewaard tot de vorige stap. Geef dit nummer door als u contact opneemt: {reference}.",
        "Your data is kept up to the previous step. Mention this number when you contact us: {reference}.",
    ).fill(reference=reference)
    return _answer(request, 500, "bug", title, message, ())


def template_of(scope: Scope) -> str:
    """The template of the path, which holds no token."""
    path = getattr(scope.get("route"), "path", None)
    return "unknown path" if path is None else f"{scope.get('root_path', '')}{path}"


def _answer(
    request: Request,
    status: int,
    code: str,
    title: Text,
    message: Text,
    faults: tuple[Fault, ...] | list[Fault],
    contact: tuple[str, str] = ("", ""),
) -> Response:
    language = language_of(request)
    if is_api(request):
        return JSONResponse(
            _as_json(status, code, title, message, faults, language),
            status_code=status,
            media_type="application/problem+json",
            headers={"content-language": language},
        )
    written = getattr(request.state, "written", ()) if status < 500 else ()
    frame = {"title": title, "message": message, "faults": faults, "code": code, "contact": contact, "written": written}
    return render(request, "problem.html", status, **frame)


def _as_json(
    status: int, code: str, title: Text, message: Text, faults: tuple[Fault, ...] | list[Fault], language: Language
) -> dict[str, object]:
    problem: dict[str, object] = {
        "type": f"urn:rolvast:problem:{code}",
        "title": title.in_(language),
        "status": status,
        "detail": message.in_(language),
        "code": code,
    }
    if faults:
        problem["errors"] = [
            {"location": _wire(f.where), "detail": f.message.in_(language).encode(errors="replace").decode()}
            for f in faults
        ]
    return problem


def _wire(where: str) -> str:
    """A place as whoever sent JSON wrote it.

    Parameters in camelCase, an element of a list by its index from 0, and half characters as a question mark.
    """
    where = re.sub(r"\[([0-9]+)\]", lambda line: f".{int(line[1]) - 1}", where.encode(errors="replace").decode())
    head, dot, rest = where.partition(".")
    return f"{head}.{to_camel(rest)}" if dot and head == "params" and "_" in rest else where
