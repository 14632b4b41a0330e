"""Coverage-guided fuzzing, by hand and for as long as wanted. Not a part of the tests.

    pip install atheris
    python tests/fuzz/long_run.py people CORPUS_FOLDER -max_total_time=3600

Targets: people, instrument, answers. Seeds are put into the folder first; what crashes is written beside it, and
belongs in a test of its own.
"""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import atheris

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

with atheris.instrument_imports(include=["app", "csv", "tomllib"]):
    from tests.fuzz.targets import TARGETS

#: Where a target's seeds come from.
SEEDS = {
    "people": (b"email;naam;partij\na@b.nl;Jan;wonen\n", b"a@b.nl,Jan,wonen,eigenaar|dienst\n", b"\xff\xfea\x00"),
    "answers": (b'{"lr-wad": 4}', b'{"lr-wad": "dont_know", "oq-houd@eigenaar": "goed"}'),
    "instrument": (),
}


def seeds(target: str) -> Iterator[bytes]:
    yield from SEEDS[target]
    if target == "instrument":
        for path in (*ROOT.glob("assessments/*/*/instrument.toml"), *ROOT.glob("tests/instruments/*/*.toml")):
            yield path.read_bytes()


def main() -> None:
    """Fill the folder with seeds, then run until stopped."""
    csv.field_size_limit(131_072)
    target, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(target)):
        (folder / f"seed-{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], str(folder), *sys.argv[3:]], TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
