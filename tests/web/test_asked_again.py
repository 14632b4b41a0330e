"""Scores that many ask for at the same moment are looked up once; whoever asks after a write is told what it made."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event, update
from starlette.testclient import TestClient

from app.domain.assessment import Assessment
from app.service import access, erasing
from app.service.work import Work, Workshop
from app.store import tables
from app.store.engine import Database
from app.web.entry import SESSION_COOKIE
from tests.people import SECRET, Chance, House
from tests.web.conftest import HTTP


@contextmanager
def statements(workshop: Workshop) -> Iterator[list[str]]:
    """What is asked of the database within this block."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, words: str, *_more: object) -> None:
        asked.append(words)

    event.listen(workshop.database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(workshop.database.engine, "before_cursor_execute", note)


def scores(made: Assessment) -> str:
    return f"/api/v1/assessments/{made.id}/scores"


class Dashboards:
    """Clients of the service in one event loop, as in the real one."""

    def __init__(self, app: FastAPI) -> None:
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HTTP)

    async def ask(self, path: str, key: str) -> httpx.Response:
        return await self._client.get(path, headers={"authorization": f"Bearer {key}"})

    async def ask_at_once(self, *asked: tuple[str, str]) -> list[httpx.Response]:
        return await asyncio.gather(*(self.ask(path, key) for path, key in asked))


def test_many_who_ask_the_same_at_once_cost_sqlite_one_look(app: FastAPI, house: House) -> None:
    path, key = scores(house.released()), house.key()
    here = Dashboards(app)

    async def story() -> tuple[int, int]:
        await here.ask_at_once(*[(path, key)] * 3)  # by now all that is made once is there
        with statements(house.workshop) as alone:
            await here.ask(path, key)
        with statements(house.workshop) as together:
            answers = await here.ask_at_once(*[(path, key)] * 9)
        assert [answer.status_code for answer in answers] == [200] * 9
        return len(alone), len(together)

    alone, together = asyncio.run(story())
    assert alone
    assert together == (alone if house.workshop.database.is_sqlite else 9 * alone)


def test_who_asks_at_the_same_moment_is_told_only_what_is_theirs(app: FastAPI, house: House) -> None:
    one, other = house.released(), house.released(constellation="Ander", answer=2)
    mine, strange = house.key(), house.key(of_stranger=True)
    asked = [(scores(one), mine), (scores(other), mine), (scores(one), strange), (scores(one), "nobody's")] * 2

    async def story() -> list[httpx.Response]:
        here = Dashboards(app)
        await here.ask_at_once(*asked)
        return await here.ask_at_once(*asked)

    answers = asyncio.run(story())
    assert [answer.status_code for answer in answers] == [200, 200, 404, 401] * 2
    assert [answer.json()["assessment"] for answer in answers if answer.status_code == 200] == [one.id, other.id] * 2


def revoke(work: Work, house: House, made: Assessment) -> None:
    access.revoke_key(work, house.commissioner, "write key")


def erase(work: Work, house: House, made: Assessment) -> None:
    erasing.erase_by_hand(work, house.commissioner, made.id)


CHANGES: list[tuple[Callable[[Work, House, Assessment], None], int]] = [(revoke, 401), (erase, 410)]


@pytest.mark.parametrize(("change", "status"), CHANGES)
@pytest.mark.parametrize("elsewhere", [False, True], ids=["in this process", "in another"])
def test_what_was_written_meanwhile_counts_at_once(
    app: FastAPI, house: House, change: Callable[..., None], status: int, *, elsewhere: bool
) -> None:
    made, key = house.released(), house.key("write")
    workshop = house.workshop
    if elsewhere:
        database = Database(house.workshop.database.url.render_as_string(hide_password=False))
        workshop = Workshop(database, house.workshop.catalogue, SECRET, Chance("elsewhere"))

    def write() -> None:
        with workshop.work(house.clock(), write=True) as work:
            change(work, house, made)

    async def story() -> list[int]:
        here = Dashboards(app)
        before = await here.ask_at_once(*[(scores(made), key)] * 3)
        await asyncio.to_thread(write)
        after = await here.ask_at_once(*[(scores(made), key)] * 3)
        return [answer.status_code for answer in [*before, *after]]

    assert asyncio.run(story()) == [200] * 3 + [status] * 3
    if elsewhere:
        workshop.database.close()


def test_a_tag_and_its_body_are_of_one_snapshot(api: TestClient, house: House) -> None:
    """A backup that is brought back may put another snapshot under the same assessment, also between two looks."""
    made = house.released()
    ((first, document),) = house.stored("SELECT hash, document FROM snapshot")
    other = bytes(document).replace(b"Registers", b"REGISTERS")
    asked: list[str] = []

    def put(mark: str, content: bytes) -> None:
        with house.workshop.database.transaction(write=True) as connection:
            connection.execute(update(tables.snapshot).values(hash=mark, document=content))

    def between(_connection: object, _cursor: object, words: str, *_more: object) -> None:
        if words.startswith("SELECT api_key"):
            asked.append(words)
            if len(asked) == 2:
                put("f" * 64, other)

    event.listen(house.workshop.database.engine, "before_cursor_execute", between)
    swapped = api.get(scores(made))
    event.remove(house.workshop.database.engine, "before_cursor_execute", between)
    assert len(asked) >= 2, "it was put there between two looks"
    assert ("REGISTERS" in swapped.text) == (swapped.headers["etag"] == f'"{"f" * 64}"')
    put(str(first), bytes(document))
    again = api.get(scores(made))
    assert (again.headers["etag"], "REGISTERS" in again.text) == (f'"{first}"', False)


def test_a_session_ends_by_the_clock(client: Callable[..., TestClient], house: House) -> None:
    made = house.released()
    member = client(cookies={SESSION_COOKIE: house.session()})
    assert member.get(scores(made)).status_code == 200
    house.clock.pass_by(hours=2)
    assert member.get(scores(made)).status_code == 401
