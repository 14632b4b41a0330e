"""Letters when the worker is killed and when the mail server is down: none is lost, and none comes twice but one."""

import asyncio
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from app.service import access
from tests.delivery.post_office import Mailbox, free_port, listening
from tests.faults.service import SOON, Service, until
from tests.people import COMMISSIONER, House, address

PEOPLE = {"eigenaar": 5, "wonen": 14, "dienst": 11}
EVERYONE = [address(party, number + 1) for party, count in PEOPLE.items() for number in range(count)]


def opened(house: House) -> None:
    today = house.clock().date()
    house.opened(PEOPLE, closes_on=today + timedelta(days=30), retention_on=today + timedelta(days=400))
    house.workshop.database.close()


def times_each(mailbox: Mailbox) -> dict[str, int]:
    return dict(Counter(str(letter["To"]) for letter in mailbox.letters))


def test_a_worker_killed_between_send_and_mark_loses_no_letter_and_sends_one_twice(
    service: Service, house: House
) -> None:
    opened(house)
    port, mailbox = free_port(), Mailbox()
    settings = {"ROLVAST_SMTP_URL": f"smtp://127.0.0.1:{port}"}
    with listening(mailbox, port):
        worker = service.work(dies_at=">".join(["DELETE FROM outbox"] * 12), **settings)
        worker.died()
        assert len(mailbox.letters) == 12
        assert house.number_of("outbox") == 30 - 11, "the twelfth was sent, and nobody wrote that down"
        service.set_clock(minutes=11)
        service.work(**settings)
        until(lambda: house.number_of("outbox") == 0, "all letters are brought")
    assert sorted(times_each(mailbox)) == sorted(EVERYONE)
    twice = [who for who, times in times_each(mailbox).items() if times > 1]
    assert len(mailbox.letters) == 31
    assert len(twice) == 1
    first, second = mailbox.to(twice[0])
    assert first["Message-ID"] == second["Message-ID"], "a mail program can see that it is the same letter"


class SlowMailbox(Mailbox):
    """Takes so many seconds over a letter."""

    def __init__(self, seconds: float = 0.1) -> None:
        super().__init__()
        self.seconds = seconds

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        await asyncio.sleep(self.seconds)
        return await super().handle_DATA(server, session, envelope)


def test_two_workers_beside_each_other_bring_every_letter_once(service: Service, house: House) -> None:
    opened(house)
    port, mailbox = free_port(), SlowMailbox()
    with listening(mailbox, port):
        for _ in range(2):
            service.work(ROLVAST_SMTP_URL=f"smtp://127.0.0.1:{port}")
        until(lambda: house.number_of("outbox") == 0, "all letters are brought")
    assert times_each(mailbox) == dict.fromkeys(EVERYONE, 1)


def test_whoever_wants_to_sign_in_does_not_wait_for_a_mailing(service: Service, house: House) -> None:
    opened(house)
    port, mailbox = free_port(), SlowMailbox(1)
    with listening(mailbox, port):
        service.work(ROLVAST_SMTP_URL=f"smtp://127.0.0.1:{port}")
        until(lambda: len(mailbox.letters) >= 2, "the mailing has begun")
        house.clock.pass_by(seconds=1)  # all letters of the mailing are due longer
        house.sign_in_link()  # makes the member
        with house.work() as work:
            access.mail_sign_in_link(work, COMMISSIONER)
        until(lambda: mailbox.to(COMMISSIONER), "the link has come")
        assert len(mailbox.letters) < 25, "most of the mailing is still to come"


@pytest.mark.parametrize("kind", ["worker", "serve"])
def test_a_service_that_is_asked_to_stop_ends_between_two_letters(service: Service, house: House, kind: str) -> None:
    opened(house)
    port, mailbox = free_port(), SlowMailbox(1)
    settings = {"ROLVAST_SMTP_URL": f"smtp://127.0.0.1:{port}"}
    with listening(mailbox, port):
        working = service.work(**settings) if kind == "worker" else service.serve(**settings)
        until(lambda: len(mailbox.letters) >= 2, "the mailing has begun")
        working.terminate()
        assert working.process.wait(timeout=SOON) in (0, -signal.SIGTERM)  # a web server ends by what ended it
        left = house.number_of("outbox")
        assert left == 30 - len(mailbox.letters), "every letter that left is written down"
        assert left > 15, "it did not finish the mailing first"
        mailbox.seconds = 0
        service.work(**settings)
        until(lambda: house.number_of("outbox") == 0, "all letters are brought")
    assert times_each(mailbox) == dict.fromkeys(EVERYONE, 1)


def test_after_hours_without_a_mail_server_everyone_gets_one_letter(service: Service, house: House) -> None:
    opened(house)
    port, mailbox = free_port(), Mailbox()
    settings = {"ROLVAST_SMTP_URL": f"smtp://127.0.0.1:{port}"}
    worker = service.work(**settings)

    def tries() -> int:
        return worker.log.read_text(encoding="utf-8").count("waits for another try")

    until(lambda: tries() == 30, "every letter was tried once")
    service.set_clock(minutes=30)
    until(lambda: tries() == 60, "every letter was tried twice")
    assert house.number_of("outbox") == 30
    with listening(mailbox, port):
        service.set_clock(hours=3)
        until(lambda: house.number_of("outbox") == 0, "all letters are brought")
    assert times_each(mailbox) == dict.fromkeys(EVERYONE, 1)
    assert worker.process.poll() is None


@contextmanager
def silent() -> Iterator[int]:
    """Something that lets everyone in and never says a word; gives its port."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as found:
        yield int(found.getsockname()[1])


def test_a_mail_server_that_says_nothing_keeps_no_assessment_open(service: Service, house: House) -> None:
    made = house.opened(PEOPLE, closes_on=house.clock().date() + timedelta(days=1))
    key = house.key()
    house.workshop.database.close()
    with silent() as port:
        web = service.serve(ROLVAST_SMTP_URL=f"smtp://127.0.0.1:{port}")
        until(lambda: house.stored("SELECT count(*) FROM outbox WHERE attempts > 0") != [(0,)], "a letter is tried")
        service.set_clock(days=2)
        until(lambda: web.status(made.id, key) == "closed", "closed by itself")
