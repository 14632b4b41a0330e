"""Owns the operator's commands about a database as a whole: bring it up to date, back it up, restore it, move it."""

import argparse
from collections.abc import Callable
from pathlib import Path

from app import settings
from app.domain.problems import InvalidInput, plain

#: Adds a command: its name, what runs it, and what it does in a few words.
AddCommand = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def add_commands(command: AddCommand) -> None:
    command("migrate", migrate, "bring the database to the newest tables")

    made = command("backup", backup, "write the whole database to one file, while the service runs")
    made.add_argument("file", metavar="FILE", type=Path, help="a file that is not there yet")

    made = command("restore", restore, "make the database what it was in a backup; stop the service first")
    made.add_argument("file", metavar="FILE", type=Path, help="what `rolvast backup` wrote")
    made.add_argument("--overwrite", action="store_true", help="replace a database that has content")

    made = command("copy-database", copy_database, "copy everything to another, empty database; stop the service first")
    made.add_argument("source", metavar="FROM", help="a database address, such as sqlite:///var/rolvast.db")
    made.add_argument("target", metavar="TO", help="a database address, such as postgresql://…")


def migrate(_: argparse.Namespace) -> int:
    """Bring the database to the newest tables."""
    from app.store.engine import Database  # noqa: PLC0415
    from app.store.migrate import migrate as bring  # noqa: PLC0415
    from app.store.migrate import newest_revision  # noqa: PLC0415

    scripts = settings.migrations_path()
    before, newest = bring(Database(settings.read_settings().database_url), scripts), newest_revision(scripts)
    if before is None:
        print(f"The database was empty; its tables were made, of version {newest}.")
    elif before != newest:
        print(f"The tables were of version {before}; they are now up to date, of version {newest}.")
    else:
        print(f"The database was up to date already: its tables are of version {newest}.")
    return 0


def backup(arguments: argparse.Namespace) -> int:
    """Write the whole database to one file, while the service runs."""
    from app.store.backup import back_up  # noqa: PLC0415
    from app.store.engine import Database  # noqa: PLC0415

    back_up(Database(settings.read_settings().database_url), arguments.file)
    print(f"{arguments.file} holds the whole database. Keep it apart from the secret key, and as long as you promised.")
    return 0


def restore(arguments: argparse.Namespace) -> int:
    """Make the database what it was when the backup was made."""
    from app.store.backup import restore as bring_back  # noqa: PLC0415
    from app.store.engine import Database  # noqa: PLC0415

    database = Database(settings.read_settings().database_url)
    bring_back(database, arguments.file, settings.migrations_path(), overwrite=arguments.overwrite)
    print("The database is what it was then, on the newest tables. Run `rolvast erase-expired` before you serve it.")
    return 0


def copy_database(arguments: argparse.Namespace) -> int:
    """Copy everything to another, empty database."""
    from app.store.copying import copy  # noqa: PLC0415
    from app.store.engine import Database, file_of  # noqa: PLC0415
    from app.store.migrate import is_current  # noqa: PLC0415
    from app.store.migrate import migrate as bring  # noqa: PLC0415

    urls = [settings.database_url(given) for given in (arguments.source, arguments.target)]
    if (file := file_of(urls[0])) and not file.is_file():
        raise InvalidInput([plain(str(file), "does not exist")])
    source, target = map(Database, urls)
    if not is_current(source, settings.migrations_path()):
        raise InvalidInput(
            [plain(source.url.render_as_string(), "is not up to date; run `rolvast migrate` on it first")]
        )
    bring(target, settings.migrations_path())
    copied = copy(source, target)
    for table, number in copied.items():
        print(f"{number:>9} {table}")
    print(f"{sum(copied.values())} rows are in {target.url.render_as_string()}: set ROLVAST_DATABASE_URL to it.")
    return 0
