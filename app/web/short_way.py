"""Owns the short way from a request to its route, for what is asked all the time.

A route is found by the first and the last word of the path, where a router tries them all; and a route that asks for
little (`routes.Route`) is called without the layers in between, which would find nothing to do. Everything else, and
whatever does not fit, goes the long way through FastAPI.
"""

import asyncio
from collections.abc import Iterable, Mapping

from fastapi.routing import APIRoute
from starlette._utils import get_route_path
from starlette.requests import Request
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.routes import LongWay, Route


class ShortWay:
    """In front of an application. `routes`: those of each application inside it, by the path where it begins."""

    def __init__(self, app: ASGIApp, routes: Mapping[str, Iterable[BaseRoute]]) -> None:
        self._app = app
        self._directories = [(root, Directory(found)) for root, found in routes.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._find(scope) if scope["type"] == "http" else None
        if found is None or found["route"].short_way is None:
            await self._app(scope, receive, send)
            return
        request = Request(found, receive)
        before = scope.get("root_path", "")
        # Whoever stands around this one tells of the route, also when it fails.
        scope["route"], scope["root_path"] = found["route"], found["root_path"]
        try:
            answer = await found["route"].short_way(request)
        except LongWay:
            scope["root_path"] = before
            await self._app(scope, _again(await request.body()), send)
            return
        # The answers of one round of the event loop leave one right after the other: to wake whoever waits for each of
        # them apart takes longer than to make them.
        await asyncio.sleep(0)
        await answer(found, receive, send)

    def _find(self, scope: Scope) -> Scope | None:
        """The scope of a request as its route sees it; None where no route of ours fits."""
        if "\n" in scope["path"]:  # the pattern of a route may overlook one at the end
            return None
        for root, directory in self._directories:
            if scope["path"].startswith(f"{root}/"):
                inside = {**scope, "root_path": scope.get("root_path", "") + root}
                return {**inside, **found} if (found := directory.find(inside)) else None
        return None


def _again(body: bytes) -> Receive:
    """A body that was read, to be read once more."""

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


class Directory:
    """Finds the first route that fits a request.

    Only those are tried that have as many words as the path, with the same first and last one or a place for any.
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._routes = [route for route in routes if isinstance(route, APIRoute)]
        self._words = {word for route in self._routes for word in _ends(route.path) if not _is_open(word)}
        self._shelves: dict[tuple[int, str, str], list[APIRoute]] = {}

    def find(self, scope: Scope) -> Scope | None:
        """What the route adds to the scope; None where there is none, or only one for another method."""
        for route in self._shelf(get_route_path(scope)):
            match, found = route.matches(scope)
            if match == Match.FULL:
                return found if isinstance(route, Route) else None
        return None

    def _shelf(self, path: str) -> list[APIRoute]:
        first, last = _ends(path)
        # A word that no route has is like any other such word, so there are only so many shelves.
        key = (path.count("/"), first if first in self._words else "", last if last in self._words else "")
        shelf = self._shelves.get(key)
        if shelf is None:
            shelf = self._shelves[key] = [route for route in self._routes if _fits(route.path, key)]
        return shelf


def _ends(path: str) -> tuple[str, str]:
    return path[1:].partition("/")[0], path.rpartition("/")[2]


def _is_open(word: str) -> bool:
    return word.startswith("{")


def _fits(template: str, key: tuple[int, str, str]) -> bool:
    count, *ends = key
    return template.count("/") == count and all(
        _is_open(word) or word == given for word, given in zip(_ends(template), ends, strict=True)
    )
