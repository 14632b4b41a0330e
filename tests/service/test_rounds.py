"""What several respondents do at the same time is done in rounds; each is answered as if they were alone."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from app.catalogue import Catalogue
from app.domain.answers import Answers
from app.domain.problems import AlreadySubmitted, Busy, InvalidInput, UnknownLink
from app.service import responding
from app.service.responding import Respondent
from app.service.tokens import receipt_code, stored
from app.service.work import Work, Workshop
from app.store.behind import Draft, hold_at_once
from app.store.engine import Database
from app.store.links import Broken, HeldLink, Links, write_down
from app.web.asking import Counter
from tests.people import SECRET, SQUARE, TWENTY, Chance, Clock, House
from tests.service.storm import Held, counted, held_at

ON_POSTGRESQL = pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
Do = Callable[[Work, str], Any]


def ask(house: House, token: str, job: Do) -> Future[Any]:
    return house.workshop.ask(house.clock(), lambda work: job(work, token), write=True, link=token)


@contextmanager
def lasting(house: House, token: str) -> Iterator[Future[Any]]:
    """A round lasts as long as this block, by the job of this link."""
    held = Held()
    answer = ask(house, token, lambda _work, _token: held.wait_here())
    assert held.reached.wait(timeout=20)
    yield answer
    held.let_go()


def together(house: House, first: str, asked: list[tuple[str, Do]]) -> list[Future[Any]]:
    """All wait while the job of the first link goes on, so that they are done with it."""
    with lasting(house, first):
        answers = [ask(house, token, job) for token, job in asked]
    wait(answers, timeout=30)
    return answers


def send(work: Work, token: str) -> str:
    return responding.submit(work, token, receipt_code(token))


def save(work: Work, token: str, answer: int = 2) -> Respondent:
    return responding.save(work, token, {"lr-wad": answer}, {"oq-gesprek": "Eerst dit."})


def look(house: House, token: str) -> Respondent:
    with house.work(write=False) as work:
        return responding.respondent(work, token)


def tokens(house: House) -> list[str]:
    """Links of an assessment in which everyone filled in, and nobody sent."""
    return list(house.everyone_fills_in(house.opened(), comments={"oq-gesprek": "Dit eerst."}).values())


def test_everyone_who_waits_shares_a_transaction_and_gets_a_receipt_of_their_own(house: House) -> None:
    first, *others = tokens(house)
    with counted(house.workshop.database, "commit") as commits:
        answers = together(house, first, [(token, send) for token in others])
    assert [answer.result() for answer in answers] == [receipt_code(token) for token in others]
    assert len(commits) == 1
    assert house.number_of("submission") == house.number_of("comment") == len(others)
    assert house.number_of("draft") == 1


def test_what_one_meets_neither_stays_nor_touches_the_others(house: House) -> None:
    first, sent, empty, choosy, good, *_ = tokens(house)
    house.submit(sent)
    with house.work() as work:
        kept = {"lr-wad": 3}
        everything = dict.fromkeys((rating.key for rating in look(house, empty).questionnaire.ratings), "")
        responding.save(work, empty, everything, {"oq-gesprek": ""})
        responding.save(work, choosy, kept, {})

    def save_and_fail(work: Work, token: str) -> None:
        save(work, token)
        responding.save(work, token, {"lr-wad": 9}, {})

    answers = together(
        house, first, [(sent, send), (empty, send), (choosy, save_and_fail), ("onzin", send), (good, send)]
    )
    assert [type(answer.exception()) for answer in answers] == [
        AlreadySubmitted,
        InvalidInput,
        InvalidInput,
        UnknownLink,
        type(None),
    ]
    assert house.number_of("submission") == 2
    assert look(house, choosy).answers.ratings["lr-wad"] == 3


def test_one_link_twice_is_done_one_after_the_other(house: House) -> None:
    first, twice, *_ = tokens(house)
    saved, sent, late = together(house, first, [(twice, save), (twice, send), (twice, save)])
    assert saved.result().answers.ratings["lr-wad"] == 2
    outcomes = {type(sent.exception()), type(late.exception())}
    assert sent.result() == receipt_code(twice)
    assert outcomes <= {type(None), AlreadySubmitted}
    assert house.number_of("submission") == 1
    assert look(house, twice).draft.answers.ratings == {}


def test_a_job_sees_what_it_did_itself(house: House) -> None:
    made = house.opened(TWENTY, SQUARE)
    attributed, other = house.link(made, "eigenaar"), house.link(made)
    house.fill_in(other)

    def confirm_and_save(work: Work, token: str) -> tuple[bool, object]:
        responding.confirm_statement(work, token)
        confirmed = responding.respondent(work, token).invitation.statement_confirmed
        save(work, token, 4)
        return confirmed, save(work, token, 5).answers.ratings["lr-wad"]

    assert ask(house, attributed, confirm_and_save).result(timeout=20) == (True, 5)
    assert look(house, attributed).answers.ratings == {"lr-wad": 5}
    house.submit(other, receipt_code(other))
    taken_back = ask(house, other, lambda work, token: responding.withdraw(work, token, receipt_code(token)))
    assert taken_back.exception(timeout=20) is None
    assert house.number_of("submission") == 0
    assert not look(house, other).invitation.sent


def test_a_job_that_spoils_the_transaction_spoils_it_for_nobody_else(house: House) -> None:
    first, bad, *others = tokens(house)

    def ask_nonsense(connection: Connection, _: Links) -> None:
        connection.execute(text("SELECT nonsense"))

    with lasting(house, first) as held:
        spoiled = house.workshop.database.ask_with_link(stored(bad), ask_nonsense)
        answers = [ask(house, token, send) for token in others]
    assert [answer.result(timeout=30) for answer in answers] == [receipt_code(token) for token in others]
    assert isinstance(spoiled.exception(timeout=30), ProgrammingError | OperationalError)
    assert held.exception(timeout=30) is None


def test_whoever_cannot_be_handed_on_is_told_and_keeps_nobody_from_an_answer(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, twice, *others = tokens(house)

    def no_thread(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(ThreadPoolExecutor, "submit", no_thread)
    sent, again, *answers = together(house, first, [(twice, send), (twice, send), *((token, send) for token in others)])
    assert sent.result(timeout=20) == receipt_code(twice)
    assert isinstance(again.exception(timeout=20), RuntimeError)
    assert [answer.result(timeout=20) for answer in answers] == [receipt_code(token) for token in others]
    monkeypatch.undo()
    assert ask(house, first, send).result(timeout=20) == receipt_code(first)


def test_whoever_is_handed_on_waits_no_longer_than_anybody_else(
    database_url: str, catalogue: Catalogue, clock: Clock
) -> None:
    database = Database(database_url, patience=1.0)
    workshop = Workshop(database, catalogue, SECRET, Chance("patience"))
    counter, go_on = Counter(workshop, clock), threading.Event()

    def look_up(work: Work) -> Respondent:
        return responding.respondent(work, "onzin", to_write=True)

    async def wait_for_a_turn() -> float:
        busy = [database.ask(lambda _: go_on.wait(10), write=True) for _ in range(12)]
        await asyncio.sleep(0.2)
        asked = time.monotonic()
        with pytest.raises(Busy):
            await counter.ask(
                lambda work: responding.respondent(work, "onzin", to_write=True), write=True, link="onzin"
            )
        waited = time.monotonic() - asked
        go_on.set()
        wait(busy, timeout=20)
        return waited

    assert asyncio.run(wait_for_a_turn()) < 3
    database.close()


def test_when_the_commit_fails_nobody_is_told_that_it_went_well(house: House) -> None:
    first, *others = tokens(house)

    def fail(_: object) -> None:
        raise OperationalError("COMMIT", None, Exception("the disk is gone"))

    event.listen(house.workshop.database.engine, "commit", fail)
    answers = together(house, first, [(token, send) for token in others])
    event.remove(house.workshop.database.engine, "commit", fail)
    assert {type(answer.exception()) for answer in answers} == {Busy}
    assert house.number_of("submission") == 0
    assert ask(house, others[0], send).result(timeout=20) == receipt_code(others[0])


def test_a_change_that_finds_nothing_to_change_undoes_all(house: House) -> None:
    token = tokens(house)[0]

    def save_what_is_gone() -> None:
        with house.workshop.database.transaction(write=True) as connection:
            behind = hold_at_once(connection, [stored(token)])[stored(token)]
            link = HeldLink(connection, stored(token), behind)
            link.save_draft(behind.invitation.id, Draft(Answers(), chosen=True))
            connection.execute(text("DELETE FROM draft"))
            write_down(connection, [link])

    with pytest.raises(Broken):
        save_what_is_gone()
    assert house.number_of("draft") == 15


@ON_POSTGRESQL
class TestOnPostgresql:
    def test_one_whose_statement_was_ended_is_told_to_come_back_and_nobody_else(self, house: House) -> None:
        first, slow, *others = tokens(house)
        database = house.workshop.database

        def take_too_long(connection: Connection, _: Links) -> None:
            connection.execute(text("SET LOCAL statement_timeout = 100"))
            connection.execute(text("SELECT pg_sleep(5)"))

        late: list[Future[Any]] = []

        def with_it(work: Work, token: str) -> str:
            late.append(database.ask_with_link(stored(slow), take_too_long))
            return send(work, token)

        answers = [ask(house, first, with_it), *(ask(house, token, send) for token in others)]
        assert [a.result(timeout=20) for a in answers] == [receipt_code(token) for token in (first, *others)]
        assert isinstance(late[0].exception(timeout=20), Busy)

    def test_nobody_new_waits_for_a_round_that_lasts(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("app.store.rounds.LONGEST_ROUND", 0.2)
        first, other, *_ = tokens(house)
        with lasting(house, first) as held:
            time.sleep(0.3)
            assert ask(house, other, send).result(timeout=10) == receipt_code(other)
            assert not held.done()
        assert held.exception(timeout=20) is None

    def test_whoever_must_wait_for_somebody_with_the_same_link_keeps_nobody_waiting(self, house: House) -> None:
        held, other, *_ = tokens(house)
        with house.work() as work:
            responding.respondent(work, held, to_write=True)
            waiting = ask(house, held, send)
            assert ask(house, other, send).result(timeout=4) == receipt_code(other)
            assert not waiting.done()
        assert waiting.result(timeout=20) == receipt_code(held)

    def test_whoever_must_wait_for_a_closing_keeps_nobody_waiting(self, house: House) -> None:
        closing = house.opened()
        late = house.link(closing)
        house.fill_in(late)
        going_on = house.opened(constellation="Andere driehoek")
        other = house.link(going_on)
        house.fill_in(other)
        with held_at(house.workshop.database, "DELETE FROM draft") as held:
            done = threading.Thread(target=house.close, args=(closing,))
            done.start()
            assert held.reached.wait(timeout=20)
            waiting = ask(house, late, send)
            assert ask(house, other, lambda work, token: responding.respondent(work, token, to_write=True)).result(
                timeout=4
            )
            assert not waiting.done()
            held.let_go()
            done.join(timeout=20)
        assert waiting.exception(timeout=20) is not None
        assert house.again(closing).state == "closed"
