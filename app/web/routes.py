"""Owns how an application of ours is made: what FastAPI need not do, and routes that each stand on their own."""

from collections.abc import Callable, Coroutine
from inspect import iscoroutinefunction
from typing import Any, get_type_hints

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.routing import APIRoute
from fastapi.telemetry import TelemetryConfig
from pydantic import BaseModel, ValidationError

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
#: FastAPI would send spans with addresses, and errors with what was typed, wherever the environment says.
_NO_TELEMETRY = TelemetryConfig(tracing=False, metrics=False, logs=False)


def make_application(**more: Any) -> FastAPI:
    """An application without pages and habits of FastAPI's own."""
    return FastAPI(
        title="rolvast",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
        **more,
    )


def put_on(app: FastAPI, *routers: APIRouter) -> None:
    """Add the routes of these routers to an application; what is asked most often comes first.

    `include_router` would keep each router as a router of its own, through which every request goes twice: once to ask
    whether it fits, once to find out which route it was.
    """
    for router in routers:
        app.router.routes.extend(router.routes)


class LongWay(Exception):
    """What came in does not fit: FastAPI looks at it, and names every fault."""


class Route(APIRoute):
    """A route that calls its endpoint at once where that asks for little: the request, its path, one body."""

    #: Answers without FastAPI's own steps, or raises LongWay; None for a route that needs them.
    short_way: Handler | None = None

    def get_route_handler(self) -> Handler:
        handle = self.around(super().get_route_handler())
        if _asks_little(self):
            self.short_way = self.around(_at_once(self))
        return handle

    def around(self, handle: Handler) -> Handler:
        """What a kind of routes does before and after each request."""
        return handle


def _asks_little(route: APIRoute) -> bool:
    """Whether FastAPI would only hand over the request, its path as it was matched and one body."""
    asked = route.dependant
    if asked.query_params or asked.header_params or asked.cookie_params or asked.dependencies:
        return False
    if asked.request_param_name != "request" or not iscoroutinefunction(route.endpoint):
        return False
    types = get_type_hints(route.endpoint)
    answer = types.pop("return", None)
    expected = {"request": Request, **dict.fromkeys(route.param_convertors, str)}
    if len(asked.body_params) == 1 and _is_shape(types.get("given")):
        expected["given"] = types["given"]
    return types == expected and isinstance(answer, type) and issubclass(answer, Response | BaseModel)


def _is_shape(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _at_once(route: APIRoute) -> Handler:
    """Calls the endpoint with what it asks for, and writes what it gives as FastAPI would."""
    endpoint, status = route.endpoint, route.status_code or 200
    shape: type[BaseModel] | None = get_type_hints(endpoint).get("given")

    async def handle(request: Request) -> Response:
        asked = dict(request.path_params)
        if shape is not None:
            try:
                asked["given"] = shape.model_validate_json(await request.body())
            except ValidationError as error:
                raise LongWay from error
        found: Response | BaseModel = await endpoint(request, **asked)
        if isinstance(found, Response):
            return found
        return Response(found.model_dump_json(by_alias=True), status, media_type="application/json")

    return handle
