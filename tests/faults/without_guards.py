"""Takes out one guard at a time, in a copy of this checkout, and demands that the tests that watch it fail.

    .venv/bin/python -m tests.faults.without_guards

A test of races that passes without the lock that it is about proves nothing. Takes some minutes; run it after a change
to a guard or to one of these tests. It ends with 1, and says which, when a guard is not missed or not found.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Guard:
    """`words` in `file` are what guards; with `instead` in their place the `tests` must fail on `database`."""

    what: str
    file: str
    words: str
    instead: str
    database: str
    tests: str


AT_ONCE, KILLED, OUTBOX = (f"tests/faults/test_{name}.py" for name in ("at_once", "killed", "outbox"))
SHARED, ASKING, ROUNDS = (f"tests/service/test_{name}.py" for name in ("shared_commit", "asking", "rounds"))
SAVE, WORKERS, CONVERSATION = (f"tests/service/test_{name}.py" for name in ("save", "several_workers", "conversation"))
ASKED_AGAIN, LINKAGE = "tests/web/test_asked_again.py", "tests/service/test_linkage.py"
LETTERS = "tests/delivery/test_letters.py::test_letters_do_not_lie_still"
STORM, WINDOWS = f"{AT_ONCE}::test_closing_twice_in_a_storm", f"{AT_ONCE}::test_of_64_sends"

GUARDS = (
    Guard(
        "whoever sends holds the assessment open",
        "app/store/behind.py",
        "assessment = assessment.with_for_update(read=True, of=tables.assessment, skip_locked=several)",
        "pass",
        "postgresql",
        STORM,
    ),
    Guard(
        "whoever closes holds the assessment alone",
        "app/store/assessments.py",
        "_OF_OFFICE if self._is_sqlite else _OF_OFFICE.with_for_update(of=tables.assessment)",
        "_OF_OFFICE",
        "postgresql",
        STORM,
    ),
    Guard(
        "whoever saves and sends with one link waits for the other",
        "app/store/behind.py",
        "invitation = invitation.with_for_update(skip_locked=several)",
        "pass",
        "postgresql",
        SAVE,
    ),
    Guard(
        "a round of several respondents waits for nobody",
        "app/store/behind.py",
        "invitation.with_for_update(skip_locked=several)",
        "invitation.with_for_update()",
        "postgresql",
        ROUNDS,
    ),
    Guard(
        "whoever fails in a round leaves nothing",
        "app/store/rounds.py",
        "if outcome.error is None:",
        "if True:",
        "sqlite",
        ROUNDS,
    ),
    Guard(
        "an invitation is spent once",
        "app/service/responding.py",
        "if self.invitation.sent:",
        "if False:",
        "sqlite",
        WINDOWS,
    ),
    Guard(
        "nobody sends to what is closed",
        "app/service/responding.py",
        "self.assessment.require_open(work.now)\n        if self.invitation.sent",
        "if self.invitation.sent",
        "sqlite",
        STORM,
    ),
    Guard(
        "what a round of the event loop found is forgotten with it",
        "app/web/asking.py",
        "loop.call_soon(self._found.pop, loop)",
        "pass",
        "sqlite",
        ASKED_AGAIN,
    ),
    Guard(
        "what is found for one question is told to no other",
        "app/web/api/assessments.py",
        "cookie(request, SESSION_COOKIE), identifier)",
        "cookie(request, SESSION_COOKIE))",
        "sqlite",
        ASKED_AGAIN,
    ),
    Guard(
        "whoever shares a commit is told after it",
        "app/store/writers.py",
        "            together.wait()\n",
        "            pass\n",
        "sqlite",
        SHARED,
    ),
    Guard(
        "a part that fails is undone by itself",
        "app/store/writers.py",
        'exec_driver_sql("ROLLBACK TO part")',
        'exec_driver_sql("SELECT 1")',
        "sqlite",
        ASKING,
    ),
    Guard(
        "a letter that one worker took is not taken by another",
        "app/store/outbox.py",
        "if not self._is_sqlite:",
        "if False:",
        "postgresql",
        WORKERS,
    ),
    Guard(
        "what is told of an agreement waits for whoever writes the list",
        "app/service/learning.py",
        'work.held(reader.assessment.office, reader.assessment.id).require_state("released")',
        "pass",
        "postgresql",
        CONVERSATION,
    ),
    Guard(
        "addresses that another worker forgot are not forgotten again",
        "app/service/housekeeping.py",
        "if not listed:",
        "if False:",
        "sqlite",
        WORKERS,
    ),
    Guard(
        "traces are not taken for wiped while somebody may still see them",
        "app/store/engine.py",
        "if not _all_are_younger(connection):",
        "if False:",
        "postgresql",
        LINKAGE,
    ),
    Guard(
        "what was erased is wiped from the files",
        "app/service/erasing.py",
        "work.leave_traces()",
        "pass",
        "postgresql",
        LINKAGE,
    ),
    Guard(
        "no letter stays to tell who had not sent",
        "app/service/commissioning.py",
        "work.store.outbox.drop_to_invited(assessment.id)",
        "pass",
        "sqlite",
        LINKAGE,
    ),
    Guard(
        "a letter that was put off by a clock that was ahead is found",
        "app/store/columns.py",
        "or_(due_at <= now, due_at > now + longest)",
        "due_at <= now",
        "sqlite",
        LETTERS,
    ),
    Guard(
        "a letter that was taken is left alone for a while",
        "app/store/outbox.py",
        "due_at=now + lease, ",
        "",
        "sqlite",
        OUTBOX,
    ),
)


def left_undone(guard: Guard) -> str:
    """Empty when the tests pass with this guard and fail without it; else what is wrong."""
    with tempfile.TemporaryDirectory(prefix="rolvast-guards-") as folder:
        copy = Path(folder) / "rolvast"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "var", "__pycache__"))
        file = copy / guard.file
        words = file.read_text(encoding="utf-8")
        if words.count(guard.words) != 1:
            return f"is not found once in {guard.file}"
        if (code := _tried(guard, copy)) != 0:
            return f"with it {guard.tests} ended with {code} instead of passing"
        file.write_text(words.replace(guard.words, guard.instead), encoding="utf-8")
        return "" if (code := _tried(guard, copy)) == 1 else f"without it {guard.tests} ended with {code}"


def _tried(guard: Guard, copy: Path) -> int:
    """How pytest ended: 0 when all passed, 1 when some failed, more when it could not run."""
    asked = ["-q", "-x", "--db", guard.database, "-k", *_asked(guard.tests)]
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    return subprocess.run(
        [sys.executable, "-m", "pytest", *asked], cwd=copy, env=environment, stdout=subprocess.DEVNULL, check=False
    ).returncode


def _asked(tests: str) -> list[str]:
    """The words of -k, and the files."""
    files = [test.partition("::")[0] for test in tests.split()]
    names = [name for test in tests.split() if (name := test.partition("::")[2])]
    return [" or ".join(names) or "test", *files]


def main() -> int:
    found = [(guard, left_undone(guard)) for guard in GUARDS]
    for guard, wrong in found:
        sys.stdout.write(f"{guard.database}: {guard.what}: {wrong or 'without it its tests fail, as they should'}\n")
    return 1 if any(wrong for _, wrong in found) else 0


if __name__ == "__main__":
    sys.exit(main())
