"""How fast answers are sent: whole requests to the API, beside a bare Starlette + sqlite3 loop in the same run.

    python benchmarks/sends.py [--sends 600] [--at-once 16]

Each send is durable (SQLite, synchronous=FULL), 49 answers, with every check of a real one. The baseline stores one
row per request in an async endpoint and checks nothing. Both run as their own process on loopback, one worker.
"""

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from app import settings
from app.domain.assessment import Actor, Purpose, dutch_date
from app.domain.constellation import Party
from app.main import make_workshop
from app.service import access, administration, commissioning, responding
from app.service.plans import Plan
from app.service.tokens import receipt_code
from app.store.migrate import migrate

BASELINE = """
import sqlite3, sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode=WAL"); db.execute("PRAGMA synchronous=FULL")
db.execute("CREATE TABLE submission (id INTEGER PRIMARY KEY, answers BLOB)")
async def send(request):
    body = await request.body()
    db.execute("INSERT INTO submission (answers) VALUES (?)", (body,))
    return JSONResponse({"ok": True}, status_code=201)
app = Starlette(routes=[Route("/send", send, methods=["POST"])])
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="error", access_log=False)
"""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def prepare(folder: Path, people: int) -> list[str]:
    """An open assessment in which everyone has filled in 49 answers and nobody has sent; gives the tokens."""
    chosen = settings.read_settings({"ROLVAST_VAR": str(folder)})
    workshop = make_workshop(chosen)
    migrate(workshop.database, settings.migrations_path())
    now = datetime.now(UTC)
    parties = (
        Party("eigenaar", "eigenaar", "Eigenaar"),
        Party("og", "opdrachtgever", "Opdrachtgever"),
        Party("on", "opdrachtnemer", "Opdrachtnemer"),
    )
    with workshop.work(now, write=True) as work:
        actor = Actor(access.make_office(work, "Bureau"), "benchmark", may_write=True)
        plan = Plan(
            constellation="Benchmark",
            instrument="driehoek",
            about=Purpose("Meten", "Taak", "Contact", "contact@bureau.example"),
            closes_on=dutch_date(now) + timedelta(days=9),
            retention_on=dutch_date(now) + timedelta(days=99),
            parties=parties,
        )
        made = commissioning.create(work, actor, plan)
        keys = [party.key for party in parties]
        rows = [[f"p{i}@ministerie.example", "", keys[i % 3]] for i in range(people)]
        commissioning.add_people(work, actor, made.id, list(enumerate(rows, start=1)))
        commissioning.open_assessment(work, actor, made.id)
        assessment = work.own(actor, made.id)
        tokens = [token for _, _, token in administration.invitation_tokens(work, assessment)]
        for token in tokens:
            who = responding.respondent(work, token)
            responding.save(work, token, {rating.key: 4 for rating in who.questionnaire.ratings}, {})
    workshop.database.close()
    return tokens


async def storm(url: str, requests: list[tuple[dict[str, str], dict[str, str]]], at_once: int) -> tuple[float, float]:
    """(sends per second, 99th percentile in seconds)."""
    times: list[float] = []
    waiting = iter(requests)

    async def sender(client: httpx.AsyncClient) -> None:
        for headers, body in waiting:
            start = time.perf_counter()
            answer = await client.post(url, headers=headers, json=body)
            times.append(time.perf_counter() - start)
            assert answer.status_code == 201, answer.text

    async with httpx.AsyncClient(timeout=60) as client:
        start = time.perf_counter()
        await asyncio.gather(*(sender(client) for _ in range(at_once)))
        seconds = time.perf_counter() - start
    times.sort()
    return len(times) / seconds, times[int(len(times) * 0.99) - 1]


def wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as knock:
            if knock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("a server did not start")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sends", type=int, default=600)
    parser.add_argument("--at-once", type=int, default=16)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tokens = prepare(folder, given.sends)
        bare, ours = free_port(), free_port()
        environment = {**os.environ, "ROLVAST_VAR": name}
        servers = [
            subprocess.Popen([sys.executable, "-c", BASELINE, str(folder / "bare.db"), str(bare)]),
            subprocess.Popen([sys.executable, "-m", "app.cli", "serve", "--port", str(ours)], env=environment),
        ]
        try:
            wait_for(bare)
            wait_for(ours)
            body = {"answers": "4" * 49}
            plain = [({}, body)] * given.sends
            baseline, slow = asyncio.run(storm(f"http://127.0.0.1:{bare}/send", plain, given.at_once))
            sends = [({"authorization": f"Bearer {token}"}, {"receiptCode": receipt_code(token)}) for token in tokens]
            url = f"http://127.0.0.1:{ours}/api/v1/questionnaire/submission"
            rate, p99 = asyncio.run(storm(url, sends, given.at_once))
        finally:
            for server in servers:
                server.terminate()
                server.wait()
    print(f"{given.sends} sends, {given.at_once} at once")
    print(f"  bare Starlette + sqlite3: {baseline:7.0f}/s   p99 {slow * 1000:6.1f} ms")
    print(f"  rolvast, all checks:      {rate:7.0f}/s   p99 {p99 * 1000:6.1f} ms")
    print(f"  ratio: {rate / baseline:.2f}")


if __name__ == "__main__":
    main()
