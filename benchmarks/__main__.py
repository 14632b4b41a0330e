"""Run every benchmark and print the table of benchmarks/README.md.

python -m benchmarks [--rounds 5] [--postgresql URL] [--beside PYTHON]
"""

import argparse
import os

from benchmarks import fills, reads, sends, snapshot, stage, start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--postgresql", metavar="URL", default="", help="an empty database of one's own; else left out")
    parser.add_argument("--beside", metavar="PYTHON", default="", help="an interpreter that has a survey tool")
    given = parser.parse_args()
    print("| job | baseline | rolvast | ratio (lowest–highest round) | goal |")
    print("|---|---|---|---|---|")
    stage.tell(sends.measure(given.rounds, 400))
    if given.postgresql:
        stage.tell(sends.measure(given.rounds, 400, given.postgresql))
    stage.tell(reads.measure(given.rounds, 2000))
    stage.tell(fills.measure(given.rounds, 60, given.beside))
    stage.tell(snapshot.results(150_000))
    stage.tell(start.measure(given.rounds))
    print(f"\nLoad of the machine over the last quarter of an hour: {os.getloadavg()[2]:.1f}")


if __name__ == "__main__":
    main()
