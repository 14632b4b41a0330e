"""The whole application on a real database, and clients that hold what each kind of caller holds."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from fastapi import FastAPI
from starlette.routing import Mount
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.entry import SESSION_COOKIE
from app.web.limits import Limits
from tests.people import COMMISSIONER, SECRET, House
from tests.web.visitor import Visitor

HTTP, HTTPS = "http://127.0.0.1:8000", "https://rolvast.example"

Make = Callable[..., TestClient]


def desks(app: FastAPI) -> Iterator[FastAPI]:
    """The application and those mounted in it: each holds the desk."""
    yield app
    yield from (r.app for r in app.routes if isinstance(r, Mount) and isinstance(r.app, FastAPI))


def hand_over(app: FastAPI, house: House) -> FastAPI:
    """Let an application work in this test's house: its database, its chance and its clock."""
    limits = Limits()
    for part in desks(app):
        desk = replace(
            part.state.desk, workshop=house.workshop, clock=house.clock, limits=limits, identity_provider=None
        )
        part.state.desk = desk
    return app


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], FastAPI]:
    """The application as `main` builds it, once for each address."""
    made: dict[str, FastAPI] = {}

    def build(base_url: str) -> FastAPI:
        if base_url not in made:
            var = tmp_path_factory.mktemp("var")
            made[base_url] = create_app(Settings(f"sqlite:///{var}/unused.db", base_url, SECRET, var))
        return made[base_url]

    return build


@pytest.fixture
def app(built: Callable[[str], FastAPI], house: House) -> FastAPI:
    return hand_over(built(HTTP), house)


@pytest.fixture
def secure_app(built: Callable[[str], FastAPI], house: House) -> FastAPI:
    """The same service at a public address."""
    return hand_over(built(HTTPS), house)


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
            client=("127.0.0.1", 50000),
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
