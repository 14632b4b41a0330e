"""Starting: until the service answers, beside the bare imports of what it stands on; help; and the memory it holds.

    python -m benchmarks.start [--rounds 5]

Times are processor seconds of the process itself, which other work on the machine disturbs least. Everything was
started once before, as it is where it is installed: nobody compiles its modules at every start.
"""

import argparse
import os
import statistics
import subprocess
import sys
import urllib.request
from pathlib import Path

from benchmarks import stage

BARE = "import fastapi, sqlmodel, jinja2, uvicorn"


def measure(rounds: int) -> list[stage.Result]:
    imports, ready, held, helped = [], [], [], []
    with stage.folder() as folder:
        compiled = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        house = stage.furnish(folder, 15)
        house.environment.update(compiled)
        for _ in range(rounds + 1):
            imports.append(_seconds([sys.executable, "-c", BARE], compiled))
            helped.append(_seconds([sys.executable, "-m", "app.cli", "--help"], compiled))
            with stage.rolvast(house) as (port, process):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz").close()
                ready.append(_processor_seconds(process))
                held.append(_memory(process))
    bare, ours, help_ = (statistics.median(found[1:]) for found in (imports, ready, helped))
    ratio = f"{ours / bare:.2f}"
    return [
        stage.Result("start, until ready", f"{bare:.2f} s, bare imports", f"{ours:.2f} s", ratio, "≤ 1.6"),
        stage.Result("`rolvast --help`", "–", f"{help_:.2f} s", "–", "≤ 0.3 s"),
        stage.Result("memory after starting", "–", f"{statistics.median(held):.0f} MB", "–", "stated"),
    ]


def _seconds(command: list[str], environment: dict[str, str]) -> float:
    """Processor seconds of a command that ends."""
    before = os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **environment})
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(process: int) -> float:
    """Resident memory in MB."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    stage.tell(measure(parser.parse_args().rounds))


if __name__ == "__main__":
    main()
