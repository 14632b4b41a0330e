"""Sending: whole requests to the respondent's API, beside a bare Starlette application that stores one row.

    python -m benchmarks.sends [--rounds 5] [--sends 400] [--postgresql URL]

Ours finds the invitation by its token, checks state, clock and statement, packs the answers, marks the invitation,
stores the submission and removes the draft, durably, before it answers. The baseline stores the body and checks
nothing. On SQLite both with synchronous=FULL.
"""

import argparse
import json

from app.service.tokens import receipt_code
from benchmarks import load, stage

#: Sends before the clock starts.
WARMING = 60
GOAL = {16: "≥ 0.5", 64: "≥ 0.5, p99 ≤ 150 ms"}


def measure(rounds: int, sends: int, url: str = "") -> list[stage.Result]:
    with stage.folder() as folder:
        house = stage.furnish(folder, rounds * sends * len(GOAL) + WARMING, url=url)
        ready = [
            load.request(
                "POST",
                "/api/v1/questionnaire/submission",
                {"authorization": f"Bearer {token}"},
                json.dumps({"receiptCode": receipt_code(token)}).encode(),
            )
            for token in house.tokens
        ]
        warm, ready = ready[:WARMING], ready[WARMING:]
        plain = [load.request("POST", "/send", body=json.dumps({"answers": "4" * 49}).encode())] * sends
        found: dict[int, list[tuple[load.Round, load.Round]]] = {at_once: [] for at_once in GOAL}
        with stage.bare(url or str(folder / "bare.db")) as bare, stage.rolvast(house) as (ours, _):
            load.run(bare, plain, 16, 201)
            load.run(ours, warm, 16, 201)
            for _ in range(rounds):
                for at_once, pairs in found.items():
                    mine, ready = ready[:sends], ready[sends:]
                    pairs.append((load.run(bare, plain, at_once, 201), load.run(ours, mine, at_once, 201)))
    kind = "PostgreSQL" if url else "SQLite"
    return [stage.compare(f"send, {kind}, {n} at once", GOAL[n], pairs) for n, pairs in found.items()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sends", type=int, default=400)
    parser.add_argument("--postgresql", metavar="URL", default="", help="an empty database of one's own")
    given = parser.parse_args()
    stage.tell(measure(given.rounds, given.sends, given.postgresql))


if __name__ == "__main__":
    main()
