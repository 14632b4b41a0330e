"""Owns the operator's commands about people and answers: links, keys, and what it takes to recompute a snapshot."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app import files, settings
from app.domain.problems import InvalidInput, plain
from app.upkeep import AddCommand

if TYPE_CHECKING:
    from app.service.work import Workshop

#: The office of who names none.
USUAL_OFFICE = "Bureau"
WHERE_IDS_ARE = "its id: the last part of the address of its page, /bureau/metingen/ID"


def workshop_of(chosen: settings.Settings) -> "Workshop":
    """A workshop by these settings, whatever its database holds."""
    from app.main import make_workshop  # noqa: PLC0415

    return make_workshop(chosen)


def ready_workshop(chosen: settings.Settings) -> "Workshop":
    """A workshop on tables that are there; else a word on what to do."""
    from app.service.health import hindrance  # noqa: PLC0415
    from app.store.engine import file_of  # noqa: PLC0415

    file = file_of(chosen.database_url)
    if file and not file.is_file():
        raise settings.SettingsError(
            f"there is no database {file}; check ROLVAST_VAR and ROLVAST_DATABASE_URL, "
            "or run `rolvast migrate` to make it"
        )
    workshop = workshop_of(chosen)
    if hindrance(workshop):
        raise settings.SettingsError(
            f"the database ({workshop.database.url.render_as_string()}) is out of reach or not up to date; "
            "check ROLVAST_VAR and ROLVAST_DATABASE_URL, or run `rolvast migrate`"
        )
    return workshop


def now() -> datetime:
    """The instant at which a command does its work."""
    return datetime.now(UTC)


def sign_in_link(arguments: argparse.Namespace) -> int:
    """Print a single-use link for a member, who is made when not there, as is the office; or for an administrator."""
    from app.service import administration  # noqa: PLC0415

    if arguments.role == "administrator" and arguments.office is not None:
        raise InvalidInput([plain("--office", "leave it out: an administrator belongs to no office and manages all")])
    office = USUAL_OFFICE if arguments.office is None else arguments.office
    chosen = settings.read_settings()
    with ready_workshop(chosen).work(now(), write=True) as work:
        token, is_new = administration.sign_in_link(work, office, arguments.email, arguments.role)
    if is_new:  # a name that was typed otherwise than before makes another office: that must not go unseen
        print(f"rolvast: there was no office of the name '{office}' yet; it was made", file=sys.stderr)
    print(f"{chosen.base_url}/inloggen/{token}")
    return 0


def api_key(arguments: argparse.Namespace) -> int:
    """Print a fresh key for an office's dashboard; a key with the same name stops working."""
    from app.service import administration  # noqa: PLC0415

    with ready_workshop(settings.read_settings()).work(now(), write=True) as work:
        key = administration.api_key(work, arguments.office, arguments.name, arguments.scope)
    print(key)
    return 0


def invitation_links(arguments: argparse.Namespace) -> int:
    """Print everyone's personal link, as CSV: party, address, link. Leaves a line in the audit trail."""
    import csv  # noqa: PLC0415

    from app.service import administration  # noqa: PLC0415

    chosen = settings.read_settings()
    with ready_workshop(chosen).work(now(), write=True) as work:
        links = administration.links_of_everyone(work, arguments.assessment)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["party", "email", "link"])
    for party, email, token in links:
        writer.writerow([party, email, f"{chosen.base_url}/invullen/{token}"])
    return 0


def export_answers(arguments: argparse.Namespace) -> int:
    """Write the answers behind a snapshot, without people, for `rolvast score`. Leaves a line in the audit trail."""
    from app.service import administration  # noqa: PLC0415

    folder: Path = arguments.to
    with ready_workshop(settings.read_settings()).work(now(), write=True) as work:
        found = administration.export_answers(work, arguments.assessment)
        with files.naming(folder):
            folder.mkdir(parents=True, exist_ok=True)
        files.write(folder / "responses.csv", found.responses, private=True)
        files.write(folder / "parameters.json", found.parameters, private=True)
    print(f"rolvast score {found.instrument} {folder}/responses.csv --parameters {folder}/parameters.json")
    return 0


def add_commands(command: AddCommand) -> None:
    made = command("sign-in-link", sign_in_link, "print a single-use link that signs a member in")
    made.add_argument("email", metavar="EMAIL", help="who signs in with it; becomes a member of the office when new")
    made.add_argument("--office", help=f"name of the office, which is made when new (default: {USUAL_OFFICE})")
    made.add_argument(
        "--role",
        choices=["commissioner", "viewer", "administrator"],
        default="commissioner",
        help="an administrator belongs to no office and manages them all (default: commissioner)",
    )

    made = command("api-key", api_key, "print a fresh API key for an office")
    made.add_argument("name", metavar="NAME", help="what the key is for; an earlier key of this name stops working")
    made.add_argument("--office", default=USUAL_OFFICE, help=f"name of an office (default: {USUAL_OFFICE})")
    made.add_argument("--scope", choices=["read", "write"], default="read", help="what it may do (default: read)")

    made = command("invitation-links", invitation_links, "print everyone's personal link of one assessment")
    made.add_argument("assessment", metavar="ASSESSMENT", help=WHERE_IDS_ARE)

    made = command("export-answers", export_answers, "write the answers behind a snapshot, to recompute it")
    made.add_argument("assessment", metavar="ASSESSMENT", help=WHERE_IDS_ARE)
    made.add_argument(
        "--to", metavar="FOLDER", type=Path, default=Path("export"), help="where the files come (default: %(default)s)"
    )
