"""Letters when the worker is killed and when the mail server is down: none is lost, and none comes twice but one."""

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from tests.delivery.post_office import Mailbox, free_port, listening
from tests.faults.service import Service, until
from tests.people import House, address

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
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        await asyncio.sleep(0.1)
        return await super().handle_DATA(server, session, envelope)


def test_two_workers_beside_each_other_bring_every_letter_once(service: Service, house: House) -> None:
    opened(house)
    port, mailbox = free_port(), SlowMailbox()
    with listening(mailbox, port):
        for _ in range(2):
            service.work(ROLVAST_SMTP_URL=f"smtp://127.0.0.1:{port}")
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
