"""How closing grows: seconds to make a snapshot for 15 to 15,000 respondents, beside reading their answers alone.

    python -m benchmarks.snapshot [--most 150000]

The constellation is the normal case: an eigenaar, four opdrachtgevers, an opdrachtnemer. The baseline is what any
closing must do: fetch the stored answers from SQLite.
"""

import argparse
import sqlite3
import time
from pathlib import Path

import numpy as np

from app.catalogue import Catalogue
from app.domain.answers import DONT_KNOW, NOT_SHOWN
from app.domain.constellation import Constellation, Party
from app.domain.estimate import Codes
from app.domain.parameters import Parameters
from app.domain.snapshot import make
from app.service.reference import as_codes
from app.settings import assessments_path
from benchmarks import stage

SHARES = {"eigenaar": 0.08, "og1": 0.16, "og2": 0.16, "og3": 0.12, "og4": 0.12, "on": 0.36}


def constellation(respondents: int) -> Constellation:
    instrument = Catalogue.read(assessments_path()).newest("driehoek")
    role = {"eigenaar": "eigenaar", "on": "opdrachtnemer"}
    parties = tuple(
        Party(key, role.get(key, "opdrachtgever"), key, invited=max(1, round(share * respondents)))
        for key, share in SHARES.items()
    )
    return Constellation(instrument, parties)


def answers(of: Constellation, chance: np.random.Generator) -> dict[str, Codes]:
    """Random answers with a tenth of don't-knows, and each respondent judging at most three opdrachtgevers."""
    sheets: dict[str, Codes] = {}
    for party in of.parties:
        sheet = of.sheet(party)
        codes = chance.integers(1, 6, (party.invited, len(sheet)), dtype=np.uint8)
        codes[chance.random(codes.shape) < 0.1] = DONT_KNOW
        for parties in of.choices_of(party).values():
            unjudged = chance.integers(0, len(parties), party.invited)
            for place, other in enumerate(parties):
                columns = [i for i, rating in enumerate(sheet) if rating.about == other.key]
                codes[np.ix_(unjudged == place, columns)] = NOT_SHOWN
        sheets[party.key] = codes
    return sheets


def best(run, times: int) -> float:
    found = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return min(found)


def measure(respondents: int, folder: Path) -> tuple[float, float]:
    """(seconds to read the stored answers, seconds to read them and make the snapshot), best of a few."""
    of = constellation(respondents)
    sheets = answers(of, np.random.default_rng(respondents))
    store = sqlite3.connect(folder / f"{respondents}.db")
    store.execute("CREATE TABLE submission (id TEXT PRIMARY KEY, party TEXT, answers BLOB) WITHOUT ROWID")
    rows = [(f"{key}-{i}", key, row.tobytes()) for key, codes in sheets.items() for i, row in enumerate(codes)]
    store.executemany("INSERT INTO submission VALUES (?, ?, ?)", rows)
    store.commit()

    def read() -> dict[str, list[bytes]]:
        found: dict[str, list[bytes]] = {}
        for party, packed in store.execute("SELECT party, answers FROM submission"):
            found.setdefault(party, []).append(packed)
        return found

    def close() -> None:
        found = read()
        make(of, Parameters(), {p.key: as_codes(len(of.sheet(p)), found.get(p.key, [])) for p in of.parties})

    times = 5 if respondents <= 1500 else 3
    return best(read, times), best(close, times)


GOAL = {150: "≤ 50 ms", 15_000: "≤ 1.5 s, ≤ 3 × the read", 150_000: "≤ 15 s, ≤ 3 × the read"}


def results(most: int) -> list[stage.Result]:
    found = []
    with stage.folder() as folder:
        for respondents in (15, 150, 1500, 15_000, 150_000):
            if respondents <= most:
                read, close = measure(respondents, folder)
                found.append(
                    stage.Result(
                        f"snapshot of {respondents:,} respondents",
                        f"{read * 1000:,.1f} ms",
                        f"{close * 1000:,.0f} ms",
                        f"{close / read:,.1f} × the read; {close / respondents * 1e6:,.0f} µs each",
                        GOAL.get(respondents, "linear"),
                    )
                )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=150_000)
    stage.tell(results(parser.parse_args().most))


if __name__ == "__main__":
    main()
