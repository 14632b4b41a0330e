"""The clock of the machine jumps, ahead and back: nothing happens twice, nothing opens again, nobody is kept out."""

import time
from collections import Counter
from datetime import timedelta

from app.service.posting import REMINDED_WITHIN
from tests.delivery.post_office import Mailbox, free_port, listening
from tests.faults.launch import ROUND
from tests.faults.sending import ready_to_send, send_all
from tests.faults.service import Process, Service, until
from tests.people import FIVE_EACH, House
from tests.web.visitor import Visitor


def some_rounds_later() -> None:
    """The worker has looked what is due, more than once, with the clock as it is now."""
    time.sleep(3.5 * ROUND)


def test_over_the_last_day_and_back_it_closes_once_and_every_letter_comes_once(service: Service, house: House) -> None:
    today = house.clock().date()
    made, senders = ready_to_send(house, FIVE_EACH)
    assert house.again(made).post.reminder_days == (7, 2)
    key = house.key()
    port, mailbox = free_port(), Mailbox()
    with listening(mailbox, port):
        web = service.serve(ROLVAST_SMTP_URL=f"smtp://127.0.0.1:{port}")
        first = (house.again(made).closes_on or today) - today - timedelta(days=7)
        assert {answer.status_code for answer in send_all([web.base_url], senders[:12], 4) if answer} == {201}

        # Both reminders by a clock that is ahead; back, and once more towards them.
        for ahead, letters in ((first.days, 3), (first.days + 5, 6), (0, 6), (first.days, 6), (first.days + 5, 6)):
            service.set_clock(days=ahead)
            until(lambda letters=letters: house.number_of("outbox") + len(mailbox.letters) >= letters, "them to be due")
            service.set_clock(days=ahead, seconds=REMINDED_WITHIN.total_seconds())
            until(lambda letters=letters: len(mailbox.letters) >= letters, "the letters of this day")
            some_rounds_later()
            assert len(mailbox.letters) == letters, f"{ahead} days ahead"

        # Over the last day, and back.
        service.set_clock(days=first.days + 9)
        until(lambda: web.status(made.id, key) == "closed", "closed by itself")
        service.set_clock(days=0)
        some_rounds_later()
        assert web.status(made.id, key) == "closed"
        assert web.move(made.id, key, "open").status_code == 409
        late = send_all([web.base_url], senders[12:], 3)
        assert {(answer.status_code, answer.json()["code"]) for answer in late if answer} == {
            (409, "assessment_closed")
        }
        service.set_clock(days=first.days + 9)
        some_rounds_later()
    assert set(Counter(str(letter["To"]) for letter in mailbox.letters).values()) == {2}
    assert (house.number_of("submission"), house.number_of("snapshot")) == (12, 1)


def signed_in(service: Service, house: House, web: Process) -> Visitor:
    visitor = Visitor(web.client())  # type: ignore[arg-type]  # both are clients of httpx
    token = house.sign_in_link()
    assert visitor.send(visitor.open(f"/inloggen/{token}").form(token)).path == "/bureau"
    return visitor


def test_a_session_ends_when_the_clock_is_ahead_and_none_of_then_outlives_its_return(
    service: Service, house: House
) -> None:
    web = service.serve()
    member = signed_in(service, house, web)
    unused = house.sign_in_link()
    assert member.open("/bureau").status == 200
    service.set_clock(hours=11)
    assert member.open("/bureau").status == 401
    assert member.open(f"/inloggen/{unused}").status == 404

    service.set_clock(days=30)
    house.clock.pass_by(days=30)
    ahead = signed_in(service, house, web)
    assert ahead.open("/bureau").status == 200
    service.set_clock(days=0)
    house.clock.pass_by(days=-30)
    assert ahead.open("/bureau").status == 401, "a session of ten hours would last for a month"
    assert signed_in(service, house, web).open("/bureau").status == 200


def test_whoever_was_busy_while_the_clock_was_ahead_may_go_on(service: Service, house: House) -> None:
    """Limits count in instants too: a clock that goes back must not keep anybody waiting for days."""
    _, senders = ready_to_send(house, FIVE_EACH)
    web = service.serve()
    with web.client(senders[0].token) as respondent:
        service.set_clock(days=2)
        for _ in range(20):
            assert respondent.get("/api/v1/questionnaire").status_code == 200
        service.set_clock(days=0)
        for _ in range(20):
            assert respondent.get("/api/v1/questionnaire").status_code == 200
