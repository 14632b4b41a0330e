"""Owns the API as a whole: its description, its documentation page, and its errors."""

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from starlette.responses import JSONResponse

from app.web import problems
from app.web.api import assessments, audit_events, instruments, learning, questionnaire, webhooks
from app.web.api.retired import RETIRED
from app.web.entry import Desk
from app.web.rendering import render
from app.web.routes import make_application, put_on
from app.web.security import API_VERSION

_DESCRIPTION = (
    "Commission an assessment, fill it in, and read scores and gaps. Offices use an API key as bearer; respondents use "
    "the token of their personal link. Every fault comes as problem+json (RFC 9457) and names all that is wrong."
)
#: Operations of which the answer goes when an assessment is erased.
_OF_FIGURES = ("readScores", "readGaps", "readScoreRows", "readReport")
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"location": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def make_routes() -> FastAPI:
    """The operations of the API, without anything to work with."""
    api = make_application()
    put_on(
        api,
        questionnaire.router,
        assessments.router,
        instruments.router,
        learning.router,
        audit_events.router,
        webhooks.router,
    )
    return api


def make_api(desk: Desk) -> FastAPI:
    api = make_routes()
    api.state.desk = desk

    @api.get("/openapi.json", include_in_schema=False)
    def read_openapi() -> Response:
        return JSONResponse(describe(api, desk.base_url), headers={"access-control-allow-origin": "*"})

    @api.get("/docs", include_in_schema=False)
    def show_docs(request: Request) -> Response:
        return render(request, "docs.html", description=describe(api, desk.base_url))

    problems.install(api)
    return api


def describe(api: FastAPI, base_url: str) -> dict[str, Any]:
    """The OpenAPI description, with problems in place of FastAPI's own errors."""
    description = get_openapi(
        title="rolvast",
        version=API_VERSION,
        openapi_version="3.1.0",
        description=_DESCRIPTION,
        routes=api.routes,
        servers=[{"url": f"{base_url}/api/v1"}],
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    description["info"]["contact"] = {"name": "rolvast", "url": base_url, "email": "beheer@rolvast.example"}
    schemas = description.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    description["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    description["security"] = [{"bearer": []}]
    for address, path in description["paths"].items():
        for method, operation in path.items():
            _describe_operation(method, operation)
            if (method.upper(), address) in RETIRED:
                operation["deprecated"] = True
    return description


def _describe_operation(method: str, operation: dict[str, Any]) -> None:
    """Each answer with the version header, each fault as a problem, and what every operation can do by itself."""
    responses = operation["responses"]
    responses.pop("422", None)
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    words = {"400": "Invalid input, every fault named", "401": "No valid key or link", "404": "Not found, or not yours"}
    words |= {"403": "Not allowed", "409": "Not possible in this state", "503": "Out of reach for a moment"}
    words |= {"429": "Too often in a row; Retry-After says how many seconds to wait"}
    if operation["operationId"] in _OF_FIGURES:
        words["410"] = "Erased, with everything else of this assessment"
    if "204" not in responses:
        words["406"] = "Not in the form that was asked for"
    if "requestBody" in operation:
        words["415"] = "The body is in a form that is not read"
    if "if-match" in names:
        words["412"] = "Changed by somebody else meanwhile"
    if "Idempotency-Key" in names:
        words["422"] = "The key was used before for another request"
    for status, description in words.items():
        responses[status] = {
            "description": description,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    if method == "get":
        responses["200"].setdefault("headers", {})["ETag"] = _header("Changes with what is read")
        responses["304"] = {"description": "Not changed since it was read with this tag"}
        operation.setdefault("parameters", []).append(_IF_NONE_MATCH)
    if "cursor" in names:
        responses["200"]["headers"]["Link"] = _header("Where the next page is, with rel=next")
    for response in responses.values():
        response.setdefault("headers", {})["API-Version"] = _header("The full version of the API")


def _header(words: str) -> dict[str, Any]:
    return {"description": words, "schema": {"type": "string"}}


_IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag that was last read: when nothing changed since, the answer is a 304 without a body",
    "schema": {"type": "string"},
}
