"""Scores that are asked again are told from memory for as long as nobody wrote anything, and not a moment longer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event, update
from starlette.testclient import TestClient

from app.domain.assessment import Assessment
from app.service import access, erasing, housekeeping
from app.service.work import Work, Workshop
from app.store import tables
from app.store.engine import Database
from app.web.entry import SESSION_COOKIE
from tests.people import SECRET, Chance, House


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


def known_by_now(api: TestClient, path: str) -> str:
    """Ask so often that nothing is left to be prepared; gives the tag."""
    answers = [api.get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    return str(answers[0].headers["etag"])


def test_a_dashboard_that_asks_again_costs_sqlite_no_query(api: TestClient, house: House) -> None:
    path = scores(house.released())
    tag = known_by_now(api, path)
    with statements(house.workshop) as asked:
        whole, unchanged = api.get(path), api.get(path, headers={"if-none-match": tag})
    assert (whole.status_code, unchanged.status_code) == (200, 304)
    assert bool(asked) != house.workshop.database.is_sqlite


def revoke(work: Work, house: House, made: Assessment) -> None:
    access.revoke_key(work, house.commissioner, "write key")


def erase(work: Work, house: House, made: Assessment) -> None:
    erasing.erase_by_hand(work, house.commissioner, made.id)


CHANGES: list[tuple[Callable[[Work, House, Assessment], None], int]] = [(revoke, 401), (erase, 410)]


@pytest.mark.parametrize(("change", "status"), CHANGES)
@pytest.mark.parametrize("elsewhere", [False, True], ids=["in this process", "in another"])
def test_what_was_written_meanwhile_counts_at_once(
    api: TestClient, house: House, change: Callable[..., None], status: int, *, elsewhere: bool
) -> None:
    made = house.released()
    tag = known_by_now(api, scores(made))
    workshop = house.workshop
    if elsewhere:
        database = Database(house.workshop.database.url.render_as_string(hide_password=False))
        workshop = Workshop(database, house.workshop.catalogue, SECRET, Chance("elsewhere"))
    with workshop.work(house.clock(), write=True) as work:
        change(work, house, made)
    if elsewhere:
        workshop.database.close()
    assert api.get(scores(made)).status_code == status
    assert api.get(scores(made), headers={"if-none-match": tag}).status_code == status


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


def test_what_was_never_kept_is_not_remembered(api: TestClient, house: House) -> None:
    made = house.released()
    tag = known_by_now(api, scores(made))

    def fail() -> None:
        with house.work() as work:
            access.revoke_key(work, house.commissioner, "write key")
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert api.get(scores(made), headers={"if-none-match": tag}).status_code == 304


def test_a_stranger_is_told_nothing_that_others_know(
    api: TestClient, house: House, client: Callable[..., TestClient]
) -> None:
    made = house.released()
    tag = known_by_now(api, scores(made))
    stranger = client(house.key(of_stranger=True))
    assert stranger.get(scores(made), headers={"if-none-match": tag}).status_code == 404
    assert client().get(scores(made), headers={"if-none-match": tag}).status_code == 401


def test_a_session_ends_by_the_clock_though_nobody_writes(client: Callable[..., TestClient], house: House) -> None:
    made = house.released()
    member = client(cookies={SESSION_COOKIE: house.session()})
    tag = known_by_now(member, scores(made))
    house.clock.pass_by(hours=2)
    assert member.get(scores(made), headers={"if-none-match": tag}).status_code == 401


def last_used(house: House) -> date | None:
    with house.work(write=False) as work:
        (key,) = access.keys(work, house.commissioner)
    return key.last_used_on


def test_a_key_counts_as_used_also_when_its_question_was_remembered(api: TestClient, house: House) -> None:
    path = scores(house.released())
    known_by_now(api, path)
    house.workshop.keys_used = set()
    api.get(path)
    house.clock.pass_by(days=3)
    housekeeping.note_used_keys(house.workshop, house.clock)
    assert last_used(house) == house.clock.now.date()
