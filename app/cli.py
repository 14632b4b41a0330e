"""Owns the commands of `rolvast`. Each imports what it needs when it runs, so that help answers at once."""

import argparse
import gc
import json
import logging
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from app import files, operating, settings, upkeep
from app.domain.problems import Fault, InvalidInput, Problem, plain
from app.operating import now, ready_workshop, workshop_of

Given = TypeVar("Given")
Found = TypeVar("Found")
Command = Callable[[argparse.Namespace], int]


def check_instruments(arguments: argparse.Namespace) -> int:
    """Read every instrument and tell all faults."""
    from app.catalogue import Catalogue, read_instrument  # noqa: PLC0415

    if arguments.files:
        found = _each(lambda path: read_instrument(_instrument_path(path)), arguments.files)
    else:
        found = list(Catalogue.read(settings.assessments_path()).all())
    for instrument in found:
        print(f"{instrument.name}: {len(instrument.themes)} themes, {len(instrument.items)} items, no faults")
    return 0


def score(arguments: argparse.Namespace) -> int:
    """Score answers in a file, without a database."""
    from app.catalogue import read_instrument  # noqa: PLC0415
    from app.service.reference import score_files  # noqa: PLC0415

    responses, parameters = _each(files.read, [arguments.responses, arguments.parameters])
    instrument = read_instrument(_instrument_path(arguments.instrument))
    document = score_files(instrument, responses, parameters, exact=arguments.exact)
    print(json.dumps(document, ensure_ascii=False, indent=1))
    return 0


def _each(read: Callable[[Given], Found], given: Sequence[Given]) -> list[Found]:
    """Read all of them, and tell the faults of all that cannot be read."""
    found: list[Found] = []
    faults: list[Fault] = []
    for one in given:
        try:
            found.append(read(one))
        except InvalidInput as invalid:
            faults += invalid.faults
    if faults:
        raise InvalidInput(faults)
    return found


def _instrument_path(given: str) -> Path:
    """A file, a folder, or `id/version` of an instrument that comes along."""
    folder = settings.assessments_path()
    path = Path(given)
    with files.naming(path):
        if path.exists() or not re.fullmatch(r"[a-z0-9-]+(/[0-9]+)?", given):
            return path / "instrument.toml" if path.is_dir() else path
    along = {str(file.parent.relative_to(folder)): file for file in sorted(folder.glob("*/*/instrument.toml"))}
    if given not in along:
        words = f"is neither here nor among the instruments that come along: {', '.join(along)}"
        raise InvalidInput([plain(given, words)])
    return along[given]


# --- The service ------------------------------------------------------------------------------------------------------


def serve(arguments: argparse.Namespace) -> int:
    """Serve pages and API. A SQLite database is brought up to date first; PostgreSQL by `rolvast migrate`."""
    chosen = settings.read_settings()
    return _serve(chosen, arguments.host, arguments.port, arguments.workers or chosen.workers)


def _serve(chosen: settings.Settings, host: str, port: int, workers: int = 1) -> int:
    gc.disable()  # none of what is imported is ever garbage, and looking for it is an eighth of a start
    import uvicorn  # noqa: PLC0415

    from app import logs  # noqa: PLC0415
    from app.main import APP_OF_A_WORKER, counts_together, create_app  # noqa: PLC0415
    from app.service.health import hindrance  # noqa: PLC0415
    from app.store.migrate import migrate as bring  # noqa: PLC0415
    from app.web.patience import PatientProtocol  # noqa: PLC0415

    gc.freeze()
    gc.enable()
    logs.set_up(chosen.log_format)
    workshop = workshop_of(chosen)
    if workshop.database.is_sqlite:
        if workers > 1:
            raise settings.SettingsError(
                f"{workers} workers need PostgreSQL: on SQLite one process writes (ROLVAST_WORKERS, --workers)"
            )
        bring(workshop.database, settings.migrations_path())
    elif why := hindrance(workshop):
        logging.getLogger("rolvast").warning("no requests are answered yet: %s; run `rolvast migrate`", why)
    # No access log of uvicorn's: the first address of a personal link holds its token.
    options: dict[str, Any] = {
        "host": host,
        "port": port,
        "http": PatientProtocol,
        "access_log": False,
        "server_header": False,
        "log_config": None,
    }
    if workers == 1:
        uvicorn.run(create_app(chosen, workshop), **options)
        return 0
    workshop.database.close()
    os.environ["ROLVAST_WORKERS"] = str(workers)  # so that each knows with how many it shares the database
    with counts_together():
        # On a machine that is busy a worker may be slow to say that it lives; ending it would make that worse.
        uvicorn.run(APP_OF_A_WORKER, factory=True, workers=workers, timeout_worker_healthcheck=60, **options)
    return 0


def demo(arguments: argparse.Namespace) -> int:
    """Serve three made-up constellations, from a database of their own that a next start keeps."""
    from app import demo as story  # noqa: PLC0415
    from app.store.migrate import migrate as bring  # noqa: PLC0415

    _require_free(arguments.port)
    base_url = f"http://127.0.0.1:{arguments.port}"
    environment = {"ROLVAST_VAR": "var/demo", **os.environ, "ROLVAST_BASE_URL": base_url}
    chosen = settings.read_settings(environment)
    made = chosen.var / "rolvast.db"
    if "ROLVAST_DATABASE_URL" not in environment and not made.exists():
        # Made beside and moved into place when complete, so that an interrupted start leaves nothing half.
        making = chosen.var / "making.db"
        for leftover in chosen.var.glob("making.db*"):
            leftover.unlink()
        print("Making the demo: three constellations, their people and their answers …", file=sys.stderr)
        workshop = workshop_of(settings.read_settings({**environment, "ROLVAST_DATABASE_URL": f"sqlite:///{making}"}))
        bring(workshop.database, settings.migrations_path())
        story.seed(workshop, now())
        workshop.database.close()
        making.rename(made)
    workshop = workshop_of(chosen)
    bring(workshop.database, settings.migrations_path())
    if not story.is_there(workshop, now()):
        story.seed(workshop, now())
    links = story.fresh_links(workshop, now())
    workshop.database.close()
    lines = {
        "Commission and follow (sign in, once)": f"{base_url}/inloggen/{links.sign_in}",
        "Fill in as a respondent": f"{base_url}/invullen/{links.respondent}" if links.respondent else "all have sent",
        "Read the report as a party": f"{base_url}/lezen/{links.reader}",
        "Scores as JSON (with the key)": f"{base_url}/api/v1/assessments/{links.released}/scores",
        "API key (Authorization: Bearer …)": links.key,
        "Administer the offices (sign in, once)": f"{base_url}/inloggen/{links.administration}",
        "Letters that the service writes": f"{base_url}/post",
        "API documentation": f"{base_url}/api/v1/docs",
        "Settings for commands on this demo": f"ROLVAST_VAR={chosen.var} ROLVAST_BASE_URL={base_url}",
    }
    print("\nrolvast demo\n")
    for what, where in lines.items():
        print(f"  {what + ':':<40} {where}")
    print("\nStop with Ctrl-C. A next start keeps the data.\n", flush=True)
    return _serve(chosen, "127.0.0.1", arguments.port)


def _require_free(port: int) -> None:
    """A demo that runs here already keeps its links and its key: making others would end them."""
    import socket  # noqa: PLC0415

    with socket.socket() as knock:
        knock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            knock.bind(("127.0.0.1", port))
        except OSError as error:
            raise settings.SettingsError(
                f"port {port} cannot be used ({error.strerror}): is a demo running already? --port takes another"
            ) from error


def worker(_: argparse.Namespace) -> int:
    """Keep house apart from the web: letters, closing by date, erasing. The web process does this by itself too."""
    import signal  # noqa: PLC0415
    import threading  # noqa: PLC0415

    from app import logs  # noqa: PLC0415
    from app.main import make_worker  # noqa: PLC0415

    chosen = settings.read_settings()
    logs.set_up(chosen.log_format)
    working = make_worker(chosen, ready_workshop(chosen))
    told = threading.Event()
    for way in (signal.SIGINT, signal.SIGTERM):
        signal.signal(way, lambda *_: told.set())
    working.start()
    told.wait()
    working.stop()
    return 0


def erase_expired(_: argparse.Namespace) -> int:
    """Erase every assessment whose retention date is over."""
    from app.service import housekeeping  # noqa: PLC0415

    workshop = ready_workshop(settings.read_settings())
    print(f"{housekeeping.erase_expired(workshop, now)} erased")
    if not workshop.wipe_traces():
        words = "somebody is reading the database: its files still hold traces, which the service wipes later"
        print(words, file=sys.stderr)
    return 0


def export_openapi(arguments: argparse.Namespace) -> int:
    """Write the description of the API, as the service itself gives it."""
    from app.web.api.app import describe, make_routes  # noqa: PLC0415

    written = (
        json.dumps(describe(make_routes(), settings.read_settings().base_url), ensure_ascii=False, indent=1) + "\n"
    )
    if arguments.output:
        files.write(arguments.output, written)
    else:
        print(written, end="")
    return 0


def check_health(arguments: argparse.Namespace) -> int:
    """Ask a running service whether it can work; for health checks of a container."""
    import httpx  # noqa: PLC0415

    try:
        answer = httpx.get(f"{arguments.url}/readyz", timeout=5)
    except httpx.HTTPError as error:
        print(f"rolvast: {arguments.url} does not answer: {error}", file=sys.stderr)
        return 1
    print(answer.text)
    return 0 if answer.status_code == 200 else 1


class _Parser(argparse.ArgumentParser):
    """Tells what was mistyped as any other refusal: in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"rolvast: {message}; see `{self.prog} --help`\n")


def _number_from(allowed: range) -> Callable[[str], int]:
    """Reads a whole number of this range."""

    def read(given: str) -> int:
        with suppress(ValueError):
            if int(given) in allowed:
                return int(given)
        raise argparse.ArgumentTypeError(f"'{given}' is not a whole number from {allowed[0]} to {allowed[-1]}")

    return read


def _address(given: str) -> str:
    if settings.parts_of(given).scheme not in ("http", "https"):
        raise argparse.ArgumentTypeError(
            f"'{given}' must look like http://127.0.0.1:8000; a port is a number {settings.PORTS_IN_WORDS}"
        )
    return given


PORT_HELP = "the port to listen at (default: %(default)s)"


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="rolvast", description="Health assessment of the roles in a driehoek.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, run: Command, words: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=words, description=words)
        made.set_defaults(run=run)
        return made

    made = command("check-instruments", check_instruments, "check every instrument file and tell all faults")
    made.add_argument("files", nargs="*", help="folders or files; without any, those that come along")

    made = command("score", score, "score answers in a file, without a database")
    made.add_argument("instrument", metavar="INSTRUMENT", help="a folder, a file, or id/version")
    made.add_argument("responses", metavar="RESPONSES", type=Path, help="CSV: person,party,item,about,value")
    made.add_argument("--parameters", metavar="FILE", type=Path, required=True, help="JSON: parties, params, wave")
    made.add_argument("--exact", action="store_true", help="add unrounded figures, for verification only")

    made = command("serve", serve, "serve pages and API")
    made.add_argument("--host", default="127.0.0.1", help="the address to listen at (default: %(default)s)")
    made.add_argument("--port", type=_number_from(settings.PORTS), default=8000, help=PORT_HELP)
    made.add_argument(
        "--workers", type=_number_from(range(1, 65)), metavar="N", help="processes (default: ROLVAST_WORKERS, or 1)"
    )

    made = command("demo", demo, "serve three made-up constellations and print the links to them")
    made.add_argument("--port", type=_number_from(settings.PORTS), default=8000, help=PORT_HELP)

    upkeep.add_commands(command)
    command("worker", worker, "bring letters, close by date and erase, apart from the web")
    command("erase-expired", erase_expired, "erase every assessment whose retention date is over")

    made = command("export-openapi", export_openapi, "write the description of the API (OpenAPI 3.1)")
    made.add_argument("--output", metavar="FILE", type=Path, help="a file; without one, on the screen")

    made = command("check-health", check_health, "ask a running service whether it can work")
    made.add_argument(
        "--url", type=_address, default="http://127.0.0.1:8000", help="where the service listens (default: %(default)s)"
    )

    operating.add_commands(command)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; a refusal is told on stderr, every fault on a line of its own."""
    parsed = _parser().parse_args(arguments)
    try:
        run: Command = parsed.run
        return run(parsed)
    except Problem as problem:
        lines = [f"{f.where}: {f.message.en}" for f in getattr(problem, "faults", ())] or [problem.message.en]
        for line in lines:
            print(f"rolvast: {line}", file=sys.stderr)
        return 1
    except settings.SettingsError as wrong:
        print(f"rolvast: {wrong}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
