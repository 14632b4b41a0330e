"""How closing grows: making the snapshot, and the whole of closing, with 15 to 150,000 respondents.

    python -m benchmarks.snapshot [--most 150000]

The constellation is the normal case: an eigenaar, four opdrachtgevers, an opdrachtnemer. The baseline is what any
closing must do: fetch the stored answers, here by bare sqlite3 from the same database.
"""

import argparse
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from app import settings
from app.domain.answers import DONT_KNOW, NOT_SHOWN
from app.domain.assessment import Actor
from app.domain.constellation import Constellation, Party
from app.domain.estimate import Codes
from app.domain.people import MOST_PEOPLE
from app.main import make_workshop
from app.service import access, commissioning
from app.service.snapshots import make_snapshot
from app.store.links import Submission
from app.store.migrate import migrate
from benchmarks import stage

SHARES = {"eigenaar": 0.08, "og1": 0.16, "og2": 0.16, "og3": 0.12, "og4": 0.12, "on": 0.36}
_ROLE = {"eigenaar": "eigenaar", "on": "opdrachtnemer"}


def parties(respondents: int) -> tuple[Party, ...]:
    return tuple(
        Party(key, _ROLE.get(key, "opdrachtgever"), key, invited=max(2, round(share * respondents)))
        for key, share in SHARES.items()
    )


def answers(of: Constellation, party: Party, chance: np.random.Generator) -> Codes:
    """Random answers with a tenth of don't-knows, and each respondent judging at most three opdrachtgevers."""
    sheet = of.sheet(party)
    codes = chance.integers(1, 6, (party.invited, len(sheet)), dtype=np.uint8)
    codes[chance.random(codes.shape) < 0.1] = DONT_KNOW
    for choices in of.choices_of(party).values():
        unjudged = chance.integers(0, len(choices), party.invited)
        for place, other in enumerate(choices):
            columns = [i for i, rating in enumerate(sheet) if rating.about == other.key]
            codes[np.ix_(unjudged == place, columns)] = NOT_SHOWN
    return codes


def lists(of: Constellation) -> Iterator[list[tuple[int, list[str]]]]:
    """Everyone, in lists as long as an office may hand in."""
    for party in of.parties:
        rows = [[f"{party.key}-{number}@ministerie.example", "", party.key] for number in range(party.invited)]
        for first in range(0, len(rows), MOST_PEOPLE):
            yield list(enumerate(rows[first : first + MOST_PEOPLE], start=1))


def best(run: Callable[[], object], times: int) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return min(found)


def measure(respondents: int, folder: Path) -> tuple[float, float, float]:
    """Seconds to read the stored answers alone, to make the snapshot of them, and to close; the first two at best."""
    workshop = make_workshop(settings.read_settings({"ROLVAST_VAR": str(folder)}))
    migrate(workshop.database, settings.migrations_path())
    now = datetime.now(UTC)
    chance = np.random.default_rng(respondents)
    with workshop.work(now, write=True) as work:
        actor = Actor(access.make_office(work, "Bureau"), "benchmark", may_write=True)
        plan = stage.plan(now, parties(respondents))
        made = commissioning.create(work, actor, plan)
        of = Constellation(work.constellation_of(made).instrument, plan.parties)
        for rows in lists(of):
            commissioning.add_people(work, actor, made.id, rows)
        commissioning.open_assessment(work, actor, made.id, SHARES)
        given = {party.key: iter(answers(of, party, chance)) for party in of.parties}
        for invitation, person in work.store.answers.people(made.id):
            packed = next(given[person.party]).tobytes()
            work.store.links.send(invitation, Submission(work.chance(), made.id, person.party, work.chance(), packed))
    with closing(sqlite3.connect(folder / "rolvast.db")) as bare:
        query = "SELECT party_key, answers FROM submission WHERE assessment_id = ?"
        read = best(lambda: bare.execute(query, (made.id,)).fetchall(), 5)
    with workshop.work(now, write=False) as work:
        assessment = work.own(actor, made.id)
        snapshot = best(lambda: make_snapshot(work, assessment), 5)

    def close() -> None:
        with workshop.work(now, write=True) as work:
            commissioning.close(work, actor, made.id)

    closed = best(close, 1)
    workshop.database.close()
    return read, snapshot, closed


GOAL = {150: "≤ 50 ms", 15_000: "≤ 1.5 s, ≤ 3 × the read", 150_000: "≤ 15 s, ≤ 3 × the read"}


def results(most: int) -> Iterator[stage.Result]:
    for respondents in (15, 150, 1500, 15_000, 150_000):
        if respondents > most:
            return
        with stage.folder() as folder:
            read, snapshot, closed = measure(respondents, folder)
        yield stage.Result(
            f"snapshot of {respondents:,} respondents",
            f"{read * 1000:,.1f} ms",
            f"{snapshot * 1000:,.0f} ms",
            f"{snapshot / read:,.1f} × the read; {snapshot / respondents * 1e6:,.0f} µs each",
            GOAL.get(respondents, "linear"),
        )
        yield stage.Result(
            f"the whole of closing with {respondents:,} respondents",
            "–",
            f"{closed:,.2f} s",
            f"{closed / respondents * 1e6:,.0f} µs each",
            "stated",
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=150_000)
    stage.tell(results(parser.parse_args().most))


if __name__ == "__main__":
    main()
