"""A real Chromium before a real server on this machine; where there is none, these tests say what to install."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app.main import create_app
from app.settings import OpenIdConnect, Settings
from tests.browser.world import World
from tests.commands.running import free_port
from tests.people import COMMISSIONER, SECRET, House
from tests.web.provider import Told, telling, use

CHROMIUM = os.environ.get("ROLVAST_CHROMIUM", "/usr/bin/chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These come last: the browser's driver keeps an event loop in this thread, in which no other can run."""
    for item in items:
        if _in_browser(item):
            item.add_marker(pytest.mark.browser)
    items.sort(key=_in_browser)


def _in_browser(item: pytest.Item) -> bool:
    return "/browser/" in str(item.path)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs a browser: pip install playwright")
    if not Path(CHROMIUM).exists():
        pytest.skip(f"needs a browser: install chromium, or say with ROLVAST_CHROMIUM where it is (not {CHROMIUM})")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The text of axe-core, put into each page by the browser itself: no page has to let it in."""
    found = find_spec("axe_playwright_python")
    if found is None or not found.submodule_search_locations:
        pytest.skip("needs axe: pip install axe-playwright-python")
    return (Path(found.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


@contextmanager
def served(app: Any, port: int) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        threading.Event().wait(0.02)
    yield
    server.should_exit = True
    thread.join(timeout=10)


@pytest.fixture
def provider(house: House) -> Iterator[Told]:
    """Where members may sign in too; it takes everybody for the commissioner."""
    with telling(Told(house.clock, COMMISSIONER)) as told:
        yield told


@pytest.fixture
def site(house: House, provider: Told, tmp_path: Path) -> Iterator[str]:
    """The address of the whole service, with this test's house behind it and the house's clock on its wall."""
    from tests.web.conftest import hand_over  # noqa: PLC0415

    port = free_port()
    url = house.workshop.database.url.render_as_string(hide_password=False)
    base_url = f"http://127.0.0.1:{port}"
    app = hand_over(create_app(Settings(url, base_url, SECRET, tmp_path), house.workshop), house)
    use(app, house, provider.issuer, base_url)
    with served(app, port):
        yield base_url


@pytest.fixture
def world(sqlite_file: Path, site: str, house: House, tmp_path: Path) -> Iterator[World]:
    """The house with something in every room; and beside it the service with a database that cannot be opened, and an
    identity provider that is down.

    How a page looks has nothing to do with the kind of database, so one kind will do.
    """
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    folder = tmp_path / "no database"
    folder.mkdir()
    nobody = OpenIdConnect(f"http://127.0.0.1:{free_port()}", "rolvast", "x")
    app = create_app(Settings(f"sqlite:///{folder}", base_url, SECRET, tmp_path, openid_connect=nobody))
    with served(app, port):
        yield World(house, site, base_url)
