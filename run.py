#!/usr/bin/env python3
"""The one command of a fresh machine: makes .venv beside this file and hands over to what is in it.

It uses the standard library only, and pip once: a later start finds nothing changed and just hands over.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path

TYPE_CHECKING = False  # typing's own costs a tenth of a second
if TYPE_CHECKING:
    from typing import NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"  # absent while something is being installed: then .venv is made anew

USAGE = """\
usage: python3 run.py demo [arguments]      start rolvast with example data
       python3 run.py test [arguments]      run the tests (arguments go to pytest)
       python3 run.py rolvast COMMAND …     any command of rolvast; see: run.py rolvast --help"""


def main(arguments: list[str]) -> None:
    """Do what is asked; never returns when all is well."""
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python gets as far as this line
        fail(f"this is Python {sys.version.split()[0]}; rolvast needs 3.11 or later: python3.11 run.py …")
    if os.name != "posix":
        fail("this script needs Linux or macOS; on Windows, run it in WSL")
    if arguments[:1] in (["-h"], ["--help"]):
        print(USAGE)
        return
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    program = str(VENV / "bin" / "rolvast")
    if command == "demo":
        prepare("")
        os.chdir(ROOT)
        hand_over(program, "demo", *rest)
    elif command == "test":
        prepare("test")
        os.chdir(ROOT)
        hand_over("-m", "pytest", *rest)
    elif command == "rolvast":
        prepare("")
        hand_over(program, *rest)
    else:
        print(USAGE, file=sys.stderr)
        sys.exit(2)


def prepare(extra: str) -> None:
    """Make sure that .venv holds the project with this extra ('' for none), as the files now ask for."""
    if is_ready(extra):
        return
    with only_one_at_a_time():
        if not is_ready(extra):
            install(extra)


def is_ready(extra: str) -> bool:
    """Whether .venv holds what pyproject.toml and constraints.txt ask for now."""
    return read_stamp().get(extra or "run") == fingerprint(extra) and os.access(PYTHON, os.X_OK)


def fingerprint(extra: str) -> str:
    """Everything that, when it changes, makes an installation out of date."""
    digest = hashlib.sha256()
    for part in (
        (ROOT / "pyproject.toml").read_bytes(),
        (ROOT / "constraints.txt").read_bytes(),
        python_version().encode(),
        os.fsencode(ROOT),  # an editable installation points here
        extra.encode(),
    ):
        digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()


def python_version() -> str:
    """The part of the version that decides where packages live."""
    return f"{sys.implementation.name} {sys.version_info[0]}.{sys.version_info[1]}"


def read_stamp() -> dict[str, str]:
    """What was installed last, by extra; empty when that never came to an end."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def install(extra: str) -> None:
    """Make .venv if there is no whole one for this Python, and let pip fill it."""
    done = read_stamp()
    pip = find_pip()
    whole = done.get("python") == python_version() and done.get("root") == str(ROOT) and os.access(PYTHON, os.X_OK)
    own_pip = [str(PYTHON), "-m", "pip"]
    if not whole or (pip is None and not works([*own_pip, "--version"])):
        done = {}
        make_venv(with_pip=pip is None)
    STAMP.unlink(missing_ok=True)
    say(f"installing what {'the tests need' if extra else 'rolvast needs'} (once; a minute or so) …")
    command = [
        *(pip or own_pip),
        "--python",
        str(PYTHON),
        "--disable-pip-version-check",
        "--no-input",
        "--quiet",
    ]
    command += ["install", "--constraint", str(ROOT / "constraints.txt")]
    command += ["--editable", f"{ROOT}[{extra}]" if extra else str(ROOT)]
    run(command, "pip could not install the packages; mend what it says above and run this again")
    done |= {"python": python_version(), "root": str(ROOT), "run": fingerprint("")}
    if extra:
        done[extra] = fingerprint(extra)
    half = STAMP.with_suffix(".half")
    half.write_text(json.dumps(done, indent=1), encoding="utf-8")
    half.replace(STAMP)


def make_venv(*, with_pip: bool) -> None:
    """Make .venv anew. Without pip of its own where possible: that needs no ensurepip and is faster."""
    if with_pip and not works([own_python(), "-c", "import ensurepip"]):
        fail(
            "this Python has no pip: install it (Debian, Ubuntu: apt install python3-pip; "
            "elsewhere: your system's pip package) and run this again"
        )
    say(f"making {VENV.name} …")
    options = ["--clear"] if with_pip else ["--clear", "--without-pip"]
    run([own_python(), "-m", "venv", *options, str(VENV)], f"could not make {VENV}; see above")


def find_pip() -> list[str] | None:
    """A pip that can fill another environment: this Python's, else one on the path; None if there is none."""
    import shutil  # noqa: PLC0415 - a later start does without

    found = [shutil.which(name) for name in ("pip3", "pip")]
    for pip in ([own_python(), "-m", "pip"], *([path] for path in found if path)):
        if works([*pip, "--python", own_python(), "--version"]):
            return pip
    return None


def own_python() -> str:
    """The Python to build with; not the one in .venv, which may be thrown away."""
    inside = Path(sys.prefix).resolve() == VENV
    return str(getattr(sys, "_base_executable", sys.executable)) if inside else sys.executable


def works(command: list[str]) -> bool:
    """Whether a command ends well; its output doesn't matter."""
    import subprocess  # noqa: PLC0415 - a later start does without

    if not Path(command[0]).exists():
        return False
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return done.returncode == 0


def run(command: list[str], complaint: str) -> None:
    """Run a command quietly; show what it said only if it fails."""
    import subprocess  # noqa: PLC0415 - a later start does without

    settings = {**os.environ, "PIP_USER": "0"}
    done = subprocess.run(
        command,
        env=settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout.decode(errors="replace"))
        fail(complaint)


class only_one_at_a_time:  # noqa: N801 - reads as a phrase after `with`
    """Two first starts at once: the second waits, then finds all done."""

    def __enter__(self) -> None:
        import fcntl  # noqa: PLC0415 - POSIX only, and a later start does without

        self.file = (ROOT / "pyproject.toml").open("rb")
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            say("another start is installing; waiting for it …")
            fcntl.flock(self.file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self.file.close()


def hand_over(*arguments: str) -> NoReturn:
    """Become the Python of .venv, so that Ctrl-C and signals reach the program itself."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(PYTHON, [str(PYTHON), *arguments])  # noqa: S606 - no shell is meant


def say(line: str) -> None:
    """One line of progress, apart from the program's own output."""
    print(f"rolvast: {line}", file=sys.stderr, flush=True)


def fail(line: str) -> NoReturn:
    """Stop with one line that says what to do."""
    say(line)
    sys.exit(1)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
