"""The whole application on a real database, and clients that hold what each kind of caller holds."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.routing import Mount
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.entry import SESSION_COOKIE
from tests.people import COMMISSIONER, SECRET, Clock, House
from tests.web.visitor import Visitor

HTTP, HTTPS = "http://127.0.0.1:8000", "https://rolvast.example"

Make = Callable[..., TestClient]


def with_clock(app: FastAPI, clock: Clock) -> FastAPI:
    """The same application, told the time by the tests."""
    for part in (app, *(route.app for route in app.routes if isinstance(route, Mount))):
        if isinstance(part, FastAPI):
            part.state.desk = replace(part.state.desk, clock=clock)
    return app


@pytest.fixture
def make_app(house: House, tmp_path: Path) -> Callable[[str], FastAPI]:
    def make(base_url: str) -> FastAPI:
        url = house.workshop.database.url.render_as_string(hide_password=False)
        return with_clock(create_app(Settings(url, base_url, SECRET, tmp_path), house.workshop), house.clock)

    return make


@pytest.fixture
def app(make_app: Callable[[str], FastAPI]) -> FastAPI:
    return make_app(HTTP)


@pytest.fixture
def client(app: FastAPI) -> Make:
    """Makes a client: with nothing, with a bearer, or with cookies."""

    def make(bearer: str | None = None, cookies: dict[str, str] | None = None, **headers: str) -> TestClient:
        if bearer:
            headers["authorization"] = f"Bearer {bearer}"
        return TestClient(
            app,
            base_url=HTTP,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
            cookies=cookies,
            follow_redirects=False,
            raise_server_exceptions=False,
        )

    return make


@pytest.fixture
def anyone(client: Make) -> TestClient:
    return client()


@pytest.fixture
def api(client: Make, house: House) -> TestClient:
    """A program with a key that may write, and that reads English."""
    return client(house.key("write"), accept_language="en")


@pytest.fixture
def visitor(client: Make) -> Visitor:
    """Somebody with a fresh browser."""
    return Visitor(client())


@pytest.fixture
def sign_in(client: Make, house: House) -> Callable[..., Visitor]:
    def make(email: str = COMMISSIONER) -> Visitor:
        return Visitor(client(cookies={SESSION_COOKIE: house.session(email)}))

    return make


@pytest.fixture
def member(sign_in: Callable[..., Visitor]) -> Visitor:
    """The commissioner, signed in."""
    return sign_in()
