"""The database is locked, stopped or cut off: a clear word, nothing lost, and back by itself."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import DBAPIError

from app.domain.problems import Busy
from app.store.engine import Database
from tests.faults.sending import Sender, accepted, arrived, held_up, ready_to_send, send_all
from tests.faults.servers import OwnServer, own_server
from tests.faults.service import Process, Service, until
from tests.people import House
from tests.web.visitor import Page, Visitor

#: How many sessions of this database wait for a lock.
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
#: Ends the sessions of all others in this database.
CUT_OFF = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
FIFTEEN = {"eigenaar": 5, "wonen": 5, "dienst": 5}


def save(web: Process, sender: Sender, words: str) -> httpx.Response:
    with web.client(sender.token) as respondent:
        return respondent.put("/api/v1/questionnaire/answers", json={"comments": {"oq-gesprek": words}})


def read(web: Process, sender: Sender) -> httpx.Response:
    with web.client(sender.token) as respondent:
        return respondent.get("/api/v1/questionnaire")


def require_told(answer: httpx.Response) -> None:
    """Come back in a minute, in words; nothing of how it works inside."""
    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"] == "60"
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["code"] == "busy"
    assert told["title"] == "Even niet bereikbaar"
    assert told["detail"] == (
        "De opslag is even niet bereikbaar. Wat al bewaard was, is er nog; probeer het over een minuut opnieuw."
    )


def require_told_on_page(page: Page) -> None:
    assert page.status == 503
    assert page.answer.headers["retry-after"] == "60"
    assert page.heading == "Even niet bereikbaar"
    assert page.title.startswith("Fout: Even niet bereikbaar")
    assert "Wat al bewaard was, is er nog; probeer het over een minuut opnieuw." in page.said()
    assert "sql" not in page.answer.text.lower()


def test_a_lock_of_a_moment_is_only_a_wait(service: Service, house: House) -> None:
    _, senders = ready_to_send(house, FIFTEEN)
    web = service.serve()
    with ThreadPoolExecutor(1) as pool:
        with held_up(house):
            sending = pool.submit(send_all, [web.base_url], senders, 8)
            time.sleep(1.5)
        assert accepted(senders, sending.result()) == senders
    assert arrived(house, senders) == senders


def test_while_the_database_is_locked_one_is_told_to_come_back_and_then_it_works(
    service: Service, house: House, kind: str
) -> None:
    _, senders = ready_to_send(house, FIFTEEN)
    web = service.serve()
    with web.client() as browser:
        visitor = Visitor(browser)  # type: ignore[arg-type]  # both are clients of httpx
        visitor.send(visitor.open(f"/invullen/{senders[0].token}").form())
        form = visitor.open("/invullen/vragen/1").form()
        with held_up(house), ThreadPoolExecutor(3) as pool:
            page = pool.submit(visitor.send, form)
            sending = pool.submit(send_all, [web.base_url], senders[1:3], 2)
            saving = pool.submit(save, web, senders[3], "Dit komt later.")
            if kind == "sqlite":
                assert read(web, senders[4]).status_code == 200, "on SQLite reading goes on"
            assert httpx.get(f"{web.base_url}/healthz", timeout=5).status_code == 200
            require_told_on_page(page.result())
            for answer in sending.result():
                assert answer is not None
                require_told(answer)
            require_told(saving.result())
        assert arrived(house, senders) == []
        assert visitor.send(form).status == 200
        assert accepted(senders, send_all([web.base_url], senders, 8)) == senders


# --- PostgreSQL stops, and cuts off -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stoppable() -> Iterator[OwnServer]:
    with own_server() as server:
        yield server


@pytest.fixture
def own_url(stoppable: OwnServer) -> Iterator[str]:
    """A database on a server of this test alone; such a test runs with --db postgresql only."""
    name = stoppable.add()
    yield stoppable.url(name)
    stoppable.drop(name)


class TestOnPostgresql:
    @pytest.fixture
    def database_url(self, own_url: str) -> str:
        return own_url

    def test_while_postgresql_is_down_one_is_told_and_when_it_is_up_everything_works(
        self, service: Service, house: House, stoppable: OwnServer
    ) -> None:
        _, senders = ready_to_send(house, FIFTEEN)
        web = service.serve()
        assert save(web, senders[0], "Voor de storing.").status_code == 200
        stoppable.halt()
        try:
            for answer in (read(web, senders[0]), save(web, senders[0], "Tijdens."), *send(web, senders[:2])):
                require_told(answer)
            with web.client() as browser:
                require_told_on_page(Visitor(browser).open(f"/invullen/{senders[0].token}"))  # type: ignore[arg-type]
            assert httpx.get(f"{web.base_url}/healthz", timeout=5).status_code == 200
            assert httpx.get(f"{web.base_url}/readyz", timeout=5).status_code == 503
        finally:
            stoppable.resume()
        web.wait()
        assert read(web, senders[0]).json()["written"]["oq-gesprek"] == "Voor de storing."
        assert accepted(senders, send_all([web.base_url], senders, 8)) == senders
        assert arrived(house, senders) == senders
        assert web.process.poll() is None

    def test_when_connections_are_cut_in_a_storm_of_sends_nothing_acknowledged_is_lost(
        self, service: Service, house: House, own_url: str
    ) -> None:
        _, senders = ready_to_send(house, {"eigenaar": 20, "wonen": 70, "dienst": 60})
        web = service.serve()
        other = create_engine(own_url)

        def cut_off() -> None:
            """As soon as somebody's send waits for a row, everybody's connection ends."""
            with other.connect() as connection:
                connection.exec_driver_sql("LOCK TABLE invitation, submission IN ACCESS EXCLUSIVE MODE")
                until(lambda: connection.exec_driver_sql(WAITING).scalar_one(), "somebody waits in a transaction")
                connection.exec_driver_sql(CUT_OFF)

        answers = send_all([web.base_url], senders, 16, after=40, then=cut_off)
        other.dispose()
        told = accepted(senders, answers)
        for answer in answers:
            assert answer is not None
            if answer.status_code != 201:
                require_told(answer)
        assert len(told) < len(senders), "somebody was to be cut off"
        assert set(told) <= set(arrived(house, senders))
        assert accepted(senders, send_all([web.base_url], senders, 16)) == senders

    def test_while_postgresql_only_reads_one_is_told_and_when_it_writes_again_it_works(
        self, service: Service, house: House, own_url: str, stoppable: OwnServer
    ) -> None:
        """As after a switch to a server that follows another one."""
        _, senders = ready_to_send(house, FIFTEEN)
        house.workshop.database.close()
        name = make_url(own_url).database
        stoppable.run(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        web = service.serve()
        assert read(web, senders[0]).status_code == 200
        for answer in (save(web, senders[0], "Tijdens."), *send(web, senders[:2])):
            require_told(answer)
        stoppable.run(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        # Connections of before only read for as long as they last: none is used again after it has said so.
        left = senders
        for _ in range(3):
            told = accepted(left, send_all([web.base_url], left, 8))
            left = [sender for sender in left if sender not in told]
        assert left == []

    def test_a_backup_under_way_while_traces_are_to_be_wiped_keeps_nobody_waiting(
        self, database: Database, own_url: str
    ) -> None:
        """A dump reads for minutes; whoever wants a table alone meanwhile stands before all who come after it."""
        others = create_engine(own_url)
        with ThreadPoolExecutor(1) as pool, others.connect() as dump, others.connect() as respondent:
            dump.exec_driver_sql("SELECT count(*) FROM draft")
            wiping = pool.submit(lambda: [database.scrub() for _ in range(5)])
            respondent.exec_driver_sql("SET lock_timeout = '2s'")
            while not wiping.done():
                respondent.exec_driver_sql("SELECT count(*) FROM draft")
                respondent.commit()
            assert wiping.result() == [False] * 5
            dump.commit()
            assert database.scrub()
        others.dispose()

    def test_where_the_user_does_not_own_the_tables_traces_are_not_taken_for_wiped(
        self, database: Database, own_url: str
    ) -> None:
        """PostgreSQL only warns then, and leaves everything as it was."""
        with database.transaction(write=True) as connection:
            connection.exec_driver_sql("CREATE ROLE guest LOGIN")
            connection.exec_driver_sql("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO guest")
        guest = Database(make_url(own_url).set(username="guest").render_as_string(hide_password=False))
        with pytest.raises(RuntimeError, match="must own it"):
            guest.scrub()
        guest.close()

    def test_a_bug_while_traces_are_wiped_is_not_taken_for_somebody_in_the_way(self, database: Database) -> None:
        with database.transaction(write=True) as connection:
            connection.exec_driver_sql("ALTER TABLE released_comment RENAME TO elsewhere")
        with pytest.raises(DBAPIError, match="released_comment"):
            database.scrub()

    def test_a_transaction_that_stands_still_ends_in_minutes(self, database: Database) -> None:
        """A client that vanished with its machine says nothing; by itself the server keeps for hours what it held."""
        with database.transaction(write=True) as connection:
            limit = "SELECT setting::int FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout'"
            assert 0 < connection.exec_driver_sql(limit).scalar_one() <= 5 * 60 * 1000

    @pytest.mark.parametrize("ending", ["SELECT 1", "COMMIT"])
    def test_a_transaction_that_the_server_ended_is_told_as_one_out_of_reach(self, own_url: str, ending: str) -> None:
        limit = {"options": "-c idle_in_transaction_session_timeout=100"}
        database = Database(make_url(own_url).update_query_dict(limit).render_as_string(hide_password=False))

        def stand_still() -> None:
            with database.transaction(write=True) as connection:
                connection.exec_driver_sql("SELECT 1")
                time.sleep(0.5)
                if ending != "COMMIT":
                    connection.exec_driver_sql(ending)

        with pytest.raises(Busy):
            stand_still()
        with database.transaction(write=True) as connection:
            assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
        database.close()

    def test_an_option_in_the_url_changes_that_option_alone(self, own_url: str) -> None:
        theirs = make_url(own_url).update_query_dict({"options": "-c lock_timeout=1234"})
        database = Database(theirs.render_as_string(hide_password=False))
        with database.transaction(write=True) as connection:
            assert connection.exec_driver_sql("SHOW lock_timeout").scalar_one() == "1234ms"
            assert connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar_one() != "0"
        database.close()


def send(web: Process, senders: list[Sender]) -> list[httpx.Response]:
    return [answer for answer in send_all([web.base_url], senders, 1) if answer is not None]
