"""Owns what a benchmark plays on: an assessment with people, and servers as processes of their own."""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app import settings
from app.delivery.mail import Letter, OfNoMoreUse, Postman
from app.domain.assessment import Actor, Purpose, dutch_date
from app.domain.constellation import Party
from app.main import make_workshop
from app.service import access, administration, commissioning, posting, responding
from app.service.plans import Plan
from app.service.tokens import receipt_code
from app.store.migrate import migrate
from benchmarks.load import Round

PARTIES = (
    Party("eigenaar", "eigenaar", "Eigenaar"),
    Party("og", "opdrachtgever", "Opdrachtgever"),
    Party("on", "opdrachtnemer", "Opdrachtnemer"),
)


@dataclass(frozen=True)
class House:
    """A service's settings as environment, an office's key, an assessment, and the links of its people and a reader."""

    environment: dict[str, str]
    key: str
    assessment: str
    tokens: list[str]
    reader: str = ""


class _Nobody(Postman):
    """Takes letters and brings them nowhere."""

    def deliver(self, letter: Letter, now: datetime) -> None:
        pass

    def tidy(self, now: datetime, of_no_more_use: OfNoMoreUse) -> None:
        pass


def plan(now: datetime, parties: tuple[Party, ...] = PARTIES, constellation: str = "Benchmark") -> Plan:
    """What a commissioner would fill in; it closes in nine days, so that no reminder leaves meanwhile."""
    return Plan(
        constellation=constellation,
        instrument="driehoek",
        about=Purpose("Meten", "Taak", "Contact", "contact@bureau.example"),
        closes_on=dutch_date(now) + timedelta(days=9),
        retention_on=dutch_date(now) + timedelta(days=99),
        parties=parties,
    )


def furnish(folder: Path, people: int, *, url: str = "", sent: int = 0, released: bool = False) -> House:
    """An open assessment in which everyone filled in every rating (49 for an opdrachtgever) and `sent` have sent."""
    environment = {"ROLVAST_VAR": str(folder), "ROLVAST_KEY_PER_MINUTE": "100000000"}
    environment |= {"ROLVAST_DATABASE_URL": url} if url else {}
    reader = ""
    workshop = make_workshop(settings.read_settings(environment))
    migrate(workshop.database, settings.migrations_path())
    now = datetime.now(UTC)
    with workshop.work(now, write=True) as work:
        office = access.make_office(work, "Bureau")
        key = access.make_key(work, office, "dashboard", "read")
        actor = Actor(office, "benchmark", may_write=True)
        made = commissioning.create(work, actor, plan(now))
        rows = [[f"p{i}@ministerie.example", "", PARTIES[i % 3].key] for i in range(people)]
        commissioning.add_people(work, actor, made.id, list(enumerate(rows, start=1)))
        commissioning.open_assessment(work, actor, made.id)
        assessment = work.own(actor, made.id)
        tokens = [token for _, _, token in administration.invitation_tokens(work, assessment)]
    with workshop.work(now, write=True) as work:
        for place, token in enumerate(tokens):
            who = responding.respondent(work, token)
            value = 1 + place % 5
            responding.save(work, token, {rating.key: value for rating in who.questionnaire.ratings}, {})
        for token in tokens[:sent]:
            responding.submit(work, token, receipt_code(token))
    # Otherwise the service would be busy with letters while it is measured.
    posting.Post(workshop, _Nobody(), lambda: datetime.now(UTC), "").bring_due()
    if released:
        with workshop.work(now, write=True) as work:
            commissioning.close(work, actor, made.id)
        with workshop.work(now, write=True) as work:
            commissioning.release(work, actor, made.id)
        with workshop.work(now, write=False) as work:
            reader = access.reader_tokens(work, actor, made.id)["og"]
        posting.Post(workshop, _Nobody(), lambda: datetime.now(UTC), "").bring_due()
    workshop.database.close()
    return House(environment, key, made.id, tokens, reader)


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@contextmanager
def bare(database: str) -> Iterator[int]:
    """The port of the baselines."""
    with _serving(["-m", "benchmarks.bare"], lambda port: [str(port), database], {}) as (port, _):
        yield port


@contextmanager
def rolvast(house: House) -> Iterator[tuple[int, int]]:
    """(port, process id) of the service, one worker."""
    with _serving(["-m", "app.cli"], lambda port: ["serve", "--port", str(port)], house.environment) as found:
        yield found


@contextmanager
def survey_tool(python: str, folder: Path, statements: int) -> Iterator[int]:
    """The port of a survey tool that another interpreter has."""
    command = [str(Path(__file__).with_name("survey_tool.py"))]
    with _serving(command, lambda port: [str(port), str(folder), str(statements)], {}, python) as (port, _):
        yield port


@contextmanager
def _serving(
    command: list[str],
    arguments: Callable[[int], list[str]],
    environment: dict[str, str],
    python: str = sys.executable,
) -> Iterator[tuple[int, int]]:
    port = _free_port()
    server = subprocess.Popen(
        [python, *command, *arguments(port)], env={**os.environ, **environment}, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("a server did not start")


@dataclass(frozen=True)
class Result:
    """One row of the table."""

    job: str
    baseline: str
    ours: str
    ratio: str
    goal: str


def compare(job: str, goal: str, rounds: Sequence[tuple[Round | None, Round]]) -> Result:
    """The medians of interleaved rounds (baseline, ours), with the spread of their ratios; None for no baseline."""
    rate = statistics.median(ours.per_second for _, ours in rounds)
    p99 = statistics.median(ours.p99 for _, ours in rounds)
    told = f"{rate:,.0f}/s, p99 {p99 * 1000:.0f} ms"
    pairs = [(bare, ours) for bare, ours in rounds if bare is not None]
    if not pairs:
        return Result(job, "–", told, "–", goal)
    baseline = statistics.median(bare.per_second for bare, _ in pairs)
    ratios = sorted(ours.per_second / bare.per_second for bare, ours in pairs)
    ratio = f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"
    return Result(job, f"{baseline:,.0f}/s", told, ratio, goal)


def tell(results: Iterable[Result]) -> None:
    """Print rows of the table in benchmarks/README.md."""
    for found in results:
        print(f"| {found.job} | {found.baseline} | {found.ours} | {found.ratio} | {found.goal} |", flush=True)
