"""Owns the commands of `rolvast`. Each imports what it needs when it runs, so that help answers at once."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from app import settings
from app.domain.problems import Problem

Command = Callable[[argparse.Namespace], int]


def check_instruments(arguments: argparse.Namespace) -> int:
    """Read every instrument and tell all faults."""
    from app.catalogue import Catalogue, read_instrument  # noqa: PLC0415

    if arguments.files:
        found = [read_instrument(_instrument_path(path)) for path in arguments.files]
    else:
        found = list(Catalogue.read(settings.assessments_path()).all())
    for instrument in found:
        print(f"{instrument.name}: {len(instrument.themes)} themes, {len(instrument.items)} items, no faults")
    return 0


def score(arguments: argparse.Namespace) -> int:
    """Score answers in a file, without a database."""
    from app.catalogue import read_instrument  # noqa: PLC0415
    from app.service.reference import score_files  # noqa: PLC0415

    document = score_files(
        read_instrument(_instrument_path(arguments.instrument)),
        _read(arguments.responses),
        _read(arguments.parameters),
        exact=arguments.exact,
    )
    print(json.dumps(document, ensure_ascii=False, indent=1))
    return 0


def _read(path: Path) -> str:
    from app.service.reference import unusable_file  # noqa: PLC0415

    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise unusable_file(str(path), str(error)) from error


def _instrument_path(given: str) -> Path:
    """A file, a folder, or `id/version` of an instrument that comes along."""
    path = Path(given)
    if not path.exists() and (settings.assessments_path() / given).is_dir():
        path = settings.assessments_path() / given
    return path / "instrument.toml" if path.is_dir() else path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rolvast", description="Health assessment of the roles in a driehoek.")
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
    except BrokenPipeError:
        return 0


if __name__ == "__main__":
    sys.exit(main())
