"""A national campaign: everyone fills in whole questionnaires, from one address, with the time to think left out.

    python -m benchmarks.soak [--respondents 30000] [--constellations 300] [--at-once 64] [--pages-every 10]
                              [--postgresql URL [--workers 2]]

Each respondent does all of it, one request after the other: most over JSON (read, save three times, send), every so
many-th one through the pages as a browser without scripts would, with an autosave on each page. Meanwhile the service
brings the letters of the invitation (as files) and keeps house. Any answer that is not the expected one ends the run.
In the end the answers are counted and some constellations are closed and released.
"""

import argparse
import asyncio
import json
import re
import threading
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlencode

import uvloop

from app import settings
from app.domain.assessment import Actor
from app.main import make_workshop
from app.service import access, administration, commissioning
from app.service.tokens import receipt_code
from app.store.migrate import migrate
from benchmarks import stage

#: So many constellations are closed and released in the end.
CLOSED = 5
_HIDDEN = re.compile(r'name="(form_token|invitation|opened|receipt_code)" value="([^"]*)"')
_RADIO = re.compile(r'type="radio" name="([^"]+)" value="4"')
_COOKIE = re.compile(rb"\r\nset-cookie: ([^;\r]+)", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)


@dataclass
class Campaign:
    """The service's settings, its office's key, every assessment, and everyone's link."""

    environment: dict[str, str]
    key: str
    assessments: list[str]
    tokens: list[str]


def furnish(folder: Path, url: str, workers: int, constellations: int, respondents: int) -> Campaign:
    """So many open assessments, each with its share of the respondents, made through the service itself."""
    environment = {"ROLVAST_VAR": str(folder), "ROLVAST_WORKERS": str(workers)}
    environment |= {"ROLVAST_DATABASE_URL": url} if url else {}
    workshop = make_workshop(settings.read_settings(environment))
    migrate(workshop.database, settings.migrations_path())
    now = datetime.now(UTC)
    with workshop.work(now, write=True) as work:
        office = access.make_office(work, "Bureau")
        key = access.make_key(work, office, "dashboard", "write")
    actor = Actor(office, "benchmark", may_write=True)
    made, tokens = [], []
    for number in range(constellations):
        plan = stage.plan(now, constellation=f"Driehoek {number + 1}")
        rows = [
            [f"p{number}-{person}@ministerie.example", "", stage.PARTIES[person % 3].key]
            for person in range(respondents // constellations)
        ]
        with workshop.work(now, write=True) as work:
            assessment = commissioning.create(work, actor, plan)
            commissioning.add_people(work, actor, assessment.id, list(enumerate(rows, start=1)))
            commissioning.open_assessment(work, actor, assessment.id)
            own = work.own(actor, assessment.id)
            tokens += [token for _, _, token in administration.invitation_tokens(work, own)]
        made.append(assessment.id)
    workshop.database.close()
    return Campaign(environment, key, made, tokens)


# --- Respondents ------------------------------------------------------------------------------------------------------


@dataclass
class Line:
    """One kept connection, and the cookies of whoever uses it. `times`: seconds per kind of request."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    times: dict[str, list[float]]
    cookies: dict[str, str] = field(default_factory=dict)

    async def ask(self, kind: str, expected: int, head: str, body: bytes = b"", media: str = "") -> bytes:
        """Ask one thing; gives the body of the answer. `head`: method and path, and headers on lines of their own."""
        first, *more = head.split("\n")
        lines = [f"{first} HTTP/1.1", "host: 127.0.0.1", *more]
        if self.cookies:
            lines.append("cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if body:
            lines += [f"content-type: {media}", f"content-length: {len(body)}"]
        start = time.perf_counter()
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        answer = await self.reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(answer)
        content = await self.reader.readexactly(int(length[1])) if length else b""
        self.times[kind].append(time.perf_counter() - start)
        if not answer.startswith(f"HTTP/1.1 {expected}".encode()):
            raise SystemExit(f"{kind}: {answer.decode()}{content.decode(errors='replace')}")
        for given in _COOKIE.findall(answer):
            name, _, value = given.decode().partition("=")
            self.cookies[name] = value
        return content

    async def post(self, kind: str, expected: int, path: str, **fields: str) -> bytes:
        media = "application/x-www-form-urlencoded"
        return await self.ask(kind, expected, f"POST {path}", urlencode(fields).encode(), media)


async def over_json(line: Line, token: str) -> None:
    """A program of the respondent's own: read, save in three parts, send."""
    who = f"authorization: Bearer {token}"
    asked = json.loads(await line.ask("read", 200, f"GET /api/v1/questionnaire\n{who}"))
    keys = [r["key"] for page in asked["pages"] for statement in page["statements"] for r in statement["ratings"]]
    media = "application/json"
    for part in range(3):
        body = json.dumps({"ratings": dict.fromkeys(keys[part::3], 1 + len(token) % 5)}).encode()
        await line.ask("save", 200, f"PUT /api/v1/questionnaire/answers\n{who}", body, media)
    body = json.dumps({"receiptCode": receipt_code(token)}).encode()
    await line.ask("send", 201, f"POST /api/v1/questionnaire/submission\n{who}", body, media)


async def through_pages(line: Line, token: str) -> None:
    """Somebody with a browser: every page is read, saved halfway and saved; then check, send, receipt."""
    line.cookies.clear()
    start = dict(_HIDDEN.findall((await line.ask("start page", 200, f"GET /invullen/{token}")).decode()))
    await line.post("start", 303, f"/invullen/{token}", **start)
    for number in range(1, 99):
        page = (await line.ask("page", 200, f"GET /invullen/vragen/{number}")).decode()
        fields = dict(_HIDDEN.findall(page))
        ratings = dict.fromkeys(_RADIO.findall(page), "4")
        half = dict(list(ratings.items())[: len(ratings) // 2])
        await line.post("autosave", 204, f"/invullen/vragen/{number}", **fields, **half, go="autosave", sequence="1")
        await line.post("save page", 303, f"/invullen/vragen/{number}", **fields, **ratings, go="next", sequence="2")
        if not ratings:  # the open questions come last
            break
    check = dict(_HIDDEN.findall((await line.ask("check page", 200, "GET /invullen/nakijken")).decode()))
    await line.post("send page", 303, "/invullen/inzenden", **check)
    await line.ask("receipt", 200, "GET /invullen/ontvangen")
    line.cookies.clear()


async def everyone(port: int, tokens: list[str], at_once: int, pages_every: int) -> dict[str, list[float]]:
    """All fill in, so many at once; gives the seconds per kind of request."""
    times: dict[str, list[float]] = defaultdict(list)
    waiting = iter(enumerate(tokens))

    async def one_seat() -> None:
        line = Line(*await asyncio.open_connection("127.0.0.1", port), times)
        for number, token in waiting:
            way: Callable[[Line, str], Awaitable[None]] = through_pages if number % pages_every == 0 else over_json
            start = time.perf_counter()
            await way(line, token)
            times[f"whole fill, {'pages' if way is through_pages else 'JSON'}"].append(time.perf_counter() - start)
        line.writer.close()

    await asyncio.gather(*(one_seat() for _ in range(at_once)))
    return times


# --- Memory -----------------------------------------------------------------------------------------------------------


def memory(process: int) -> int:
    """Resident memory of a process and of those that it started, in kB."""
    folder = Path(f"/proc/{process}")
    status = re.search(r"VmRSS:\s+(\d+)", (folder / "status").read_text(encoding="utf-8"))
    children = (folder / f"task/{process}/children").read_text(encoding="utf-8").split()
    return (int(status[1]) if status else 0) + sum(memory(int(child)) for child in children)


@contextmanager
def sampling(process: int, into: list[int]) -> Iterator[None]:
    over = threading.Event()

    def sample() -> None:
        while not over.wait(1.0):
            into.append(memory(process))

    thread = threading.Thread(target=sample, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join()


# --- The run ----------------------------------------------------------------------------------------------------------


async def closed_and_released(port: int, campaign: Campaign) -> int:
    """Close and release some; gives how many parties were published."""
    line = Line(*await asyncio.open_connection("127.0.0.1", port), defaultdict(list))
    key, published = f"authorization: Bearer {campaign.key}", 0
    for identifier in campaign.assessments[:CLOSED]:
        path = f"/api/v1/assessments/{identifier}"
        for status in ("closed", "released"):
            body = json.dumps({"status": status}).encode()
            await line.ask(status, 200, f"PUT {path}/status\n{key}", body, "application/json")
        scores = json.loads(await line.ask("scores", 200, f"GET {path}/scores\n{key}"))
        published += sum(party["state"] == "published" for party in scores["parties"])
    line.writer.close()
    return published


def percentile(times: list[float], share: float) -> float:
    """In milliseconds."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))] * 1000


def tell(times: dict[str, list[float]], seconds: float, samples: list[int], fills: int) -> None:
    requests = sum(len(found) for kind, found in times.items() if not kind.startswith("whole"))
    print(f"{fills:,} fills and {requests:,} requests in {seconds:,.0f} s: {fills / seconds:.0f} fills/s, no error\n")
    print("| request | number | p50 (ms) | p99 (ms) |\n|---|---|---|---|")
    for kind, found in times.items():
        print(f"| {kind} | {len(found):,} | {percentile(found, 0.5):.0f} | {percentile(found, 0.99):.0f} |")
    edges = [len(samples) * tenth // 10 for tenth in range(11)]
    tenths = [max(samples[start:end], default=0) // 1024 for start, end in pairwise(edges)]
    print(f"\nmemory (MB, highest of each tenth of the run): {' · '.join(map(str, tenths))}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--respondents", type=int, default=30_000)
    parser.add_argument("--constellations", type=int, default=300)
    parser.add_argument("--at-once", type=int, default=64)
    parser.add_argument("--pages-every", type=int, default=10, metavar="N", help="every Nth respondent uses the pages")
    parser.add_argument("--postgresql", metavar="URL", default="", help="an empty database of one's own")
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    with stage.folder() as folder:
        campaign = furnish(folder, given.postgresql, given.workers, given.constellations, given.respondents)
        house = stage.House(campaign.environment, campaign.key, "", campaign.tokens)
        samples: list[int] = []
        # One after the other over all constellations, as people come.
        each = len(campaign.tokens) // given.constellations
        order = [campaign.tokens[place::each] for place in range(each)]
        with stage.rolvast(house) as (port, process):
            start = time.perf_counter()
            with sampling(process, samples):
                tokens = [token for some in order for token in some]
                times = uvloop.run(everyone(port, tokens, given.at_once, given.pages_every))
            seconds = time.perf_counter() - start
            published = uvloop.run(closed_and_released(port, campaign))
        workshop = make_workshop(settings.read_settings(campaign.environment))
        with workshop.database.transaction(write=False) as connection:
            sent = connection.exec_driver_sql("SELECT count(*) FROM submission").scalar_one()
        workshop.database.close()
    assert sent == len(campaign.tokens), f"{sent} of {len(campaign.tokens)} arrived"
    assert published == CLOSED * len(stage.PARTIES), "every party of a closed constellation is published"
    tell(times, seconds, samples, sent)


if __name__ == "__main__":
    main()
