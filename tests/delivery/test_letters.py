import asyncio
import re
import threading
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.delivery import mail
from app.delivery.mail import About, FilePostman, Letter, SmtpPostman, compose
from app.domain.assessment import Assessment
from app.service import access, administration, commissioning, erasing, inviting, posting, reporting
from app.service.housekeeping import erase_expired, one_round
from app.service.posting import ALL_LETTERS, LEASE, LONGEST_WAIT, Post
from tests.delivery.post_office import Mailbox, free_port, listening
from tests.people import COMMISSIONER, FIVE_EACH, NOW, Clock, House, address, rows

BASE = "http://rolvast.example"


def bring(house: House, postman: SmtpPostman | FilePostman) -> int:
    return Post(house.workshop, postman, house.clock, BASE).bring_due()


@contextmanager
def refusing(port: int, *addresses: str) -> Iterator[Mailbox]:
    """A server that takes letters to everyone but these."""
    mailbox = Mailbox()
    mailbox.refused |= set(addresses)
    with listening(mailbox, port):
        yield mailbox


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def postman(port: int) -> SmtpPostman:
    return SmtpPostman(f"smtp://127.0.0.1:{port}", "rolvast@bureau.example")


def test_opening_brings_everyone_their_own_link(house: House, postman: SmtpPostman, port: int) -> None:
    made = house.opened()
    mailbox = Mailbox()
    with listening(mailbox, port):
        assert bring(house, postman) == sum(FIVE_EACH.values())
    links = house.links(made)
    for email, token in links.items():
        (letter,) = mailbox.to(email)
        assert f"{BASE}/invullen/{token}" in letter.get_body(("plain",)).get_content()
        assert f"{BASE}/invullen/{token}" in letter.get_body(("html",)).get_content()
        assert [other for other in links.values() if other != token and other in letter.as_string()] == []


def test_a_server_that_is_down_loses_nothing_and_sends_nothing_twice(
    house: House, postman: SmtpPostman, port: int
) -> None:
    house.opened()
    mailbox = Mailbox()
    for _ in range(4):
        assert bring(house, postman) == 0
        house.clock.pass_by(minutes=20)
    with listening(mailbox, port):
        house.clock.pass_by(hours=1)
        bring(house, postman)
        bring(house, postman)
    assert Counter(letter["To"] for letter in mailbox.letters) == {
        address(party, number): 1 for party in FIVE_EACH for number in range(1, 6)
    }
    assert house.number_of("outbox") == 0


def test_a_server_that_asks_for_patience_gets_it(house: House, postman: SmtpPostman, port: int) -> None:
    house.opened()
    mailbox = Mailbox()
    mailbox.busy = True
    with listening(mailbox, port):
        bring(house, postman)
        assert mailbox.letters == []
        bring(house, postman)
        assert mailbox.letters == [], "not before the pause is over"
        mailbox.busy = False
        house.clock.pass_by(minutes=2)
        bring(house, postman)
    assert len(mailbox.letters) == 15


def test_a_server_that_takes_a_letter_and_is_rude_at_parting_gets_it_once(
    house: House, postman: SmtpPostman, port: int
) -> None:
    house.opened()
    mailbox = Mailbox()
    mailbox.goodbye = "421 4.3.2 shutting down"
    with listening(mailbox, port):
        assert bring(house, postman) == 15
        house.clock.pass_by(hours=1)
        bring(house, postman)
    assert len(mailbox.letters) == 15


def test_an_address_that_refuses_is_marked_and_does_not_count_as_invited(
    house: House, postman: SmtpPostman, port: int
) -> None:
    made = house.opened({**FIVE_EACH, "wonen": 6})
    with refusing(port, address("wonen", 6)):
        bring(house, postman)
        house.clock.pass_by(days=1)
        bring(house, postman)
    assert marked(house, made.id) == [address("wonen", 6)]
    assert invited(house, made) == 5


def invited(house: House, made: Assessment) -> int:
    """How many people of a party count as invited when the assessment closes now."""
    with house.work(write=False) as work:
        return work.store.answers.invited_per_party(made.id)["wonen"]


def send_again(house: House, made: Assessment, email: str) -> None:
    with house.work() as work:
        found = {person.email: key for key, person in work.store.answers.people(made.id)}
        inviting.send_again(work, house.commissioner, made.id, found[email])


@pytest.mark.parametrize("sends", [True, False])
def test_a_second_letter_that_comes_back_does_not_tell_whether_that_person_had_sent(
    house: House, postman: SmtpPostman, port: int, *, sends: bool
) -> None:
    """Somebody left the organisation. The number of people invited stays the same, before and after closing."""
    made = house.opened({**FIVE_EACH, "wonen": 7})
    mailbox = Mailbox()
    gone = address("wonen", 7)
    with listening(mailbox, port):
        bring(house, postman)
        for number in range(1, 8 if sends else 7):
            house.send(house.link(made, "wonen", number))
        mailbox.refused.add(gone)
        send_again(house, made, gone)
        bring(house, postman)
    assert marked(house, made.id) == []
    assert invited(house, made) == 7
    house.close(made)
    assert {party.key: party.invited for party in house.again(made).parties}["wonen"] == 7


def test_addresses_that_refuse_for_a_while_do_not_move_the_response(
    house: House, postman: SmtpPostman, port: int
) -> None:
    """Addresses of one's own that begin to work one by one would move the bands until they tell the count."""
    made = house.opened({**FIVE_EACH, "wonen": 15})
    own = [address("wonen", number) for number in range(11, 16)]
    told = []
    with refusing(port, *own) as mailbox:
        bring(house, postman)
        for number in range(1, 9):
            house.send(house.link(made, "wonen", number))
        for email in (None, *own):
            if email:
                mailbox.refused.discard(email)
                send_again(house, made, email)
                bring(house, postman)
            with house.work(write=False) as work:
                told += [
                    (party.invited, band)
                    for party, band in reporting.response(work, house.commissioner, made.id)
                    if party.key == "wonen"
                ]
    assert told == [(15, "40–59")] * 6


def test_whoever_a_later_letter_reaches_counts_as_invited(house: House, postman: SmtpPostman, port: int) -> None:
    made = house.opened({**FIVE_EACH, "wonen": 6})
    with refusing(port, address("wonen", 6)) as mailbox:
        bring(house, postman)
        assert (marked(house, made.id), invited(house, made)) == ([address("wonen", 6)], 5)
        mailbox.refused.clear()
        send_again(house, made, address("wonen", 6))
        bring(house, postman)
    assert (marked(house, made.id), invited(house, made)) == ([], 6)


def test_whoever_gets_the_link_from_the_operator_counts_as_invited(
    house: House, postman: SmtpPostman, port: int
) -> None:
    made = house.opened({**FIVE_EACH, "wonen": 6})
    with refusing(port, address("wonen", 6)):
        bring(house, postman)
    with house.work() as work:
        administration.links_of_everyone(work, made.id)
    assert (marked(house, made.id), invited(house, made)) == ([], 6)


def test_whoever_sent_counts_as_invited_however_the_mail_fared(house: House, postman: SmtpPostman, port: int) -> None:
    made = house.opened()
    with refusing(port, *(address("wonen", number) for number in range(1, 6))):
        bring(house, postman)
    house.everyone_sends(made)
    house.close(made)
    parties = {party["key"]: party for party in house.document(made)["parties"]}
    assert (parties["wonen"]["n"], parties["wonen"]["response"]) == ("5–9", "80–100")


def test_a_server_that_stays_away_or_refuses_a_reminder_marks_nobody(
    house: House, postman: SmtpPostman, port: int
) -> None:
    """A mark on those who get reminders would tell who has not sent."""
    made = house.opened()
    mailbox = Mailbox()
    with listening(mailbox, port):
        bring(house, postman)
        with house.work() as work:
            posting.remind(work, house.commissioner, made.id)
        mailbox.refused |= {address("wonen", number) for number in range(1, 6)}
        house.clock.pass_by(minutes=15)
        bring(house, postman)
    assert marked(house, made.id) == []
    house.clock.pass_by(days=1)
    with house.work() as work:
        posting.remind(work, house.commissioner, made.id)
    for _ in range(posting.MOST_ATTEMPTS + 5):
        bring(house, postman)
        house.clock.pass_by(hours=2)
    assert marked(house, made.id) == []


@pytest.mark.parametrize("sends", [True, False])
def test_a_reminder_that_arrives_where_the_invitation_did_not_tells_nothing(
    house: House, postman: SmtpPostman, port: int, *, sends: bool
) -> None:
    """A mailbox was full for a week. From then on that person has the link, and counts, whether or not it is used."""
    made = house.opened({**FIVE_EACH, "wonen": 6})
    full = address("wonen", 6)
    with refusing(port, full) as mailbox:
        bring(house, postman)
        for number in range(1, 6):
            house.send(house.link(made, "wonen", number))
        mailbox.refused.clear()
        house.clock.pass_by(days=7)
        with house.work() as work:
            posting.remind(work, house.commissioner, made.id)
        house.clock.pass_by(minutes=15)
        bring(house, postman)
    if sends:
        house.send(house.link(made, "wonen", 6))
    assert (marked(house, made.id), invited(house, made)) == ([], 6)
    house.close(made)
    assert {party.key: party.invited for party in house.again(made).parties}["wonen"] == 6


class Thoughtful(Mailbox):
    """Takes a letter, and says so after half a second."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.5)
        return answer


def test_a_server_that_thinks_about_a_letter_gets_it_once(
    house: House, postman: SmtpPostman, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "TIMEOUT", 0.3)
    house.opened({"eigenaar": 2, "wonen": 2, "dienst": 2})
    mailbox = Thoughtful()
    with listening(mailbox, port):
        bring(house, postman)
        house.clock.pass_by(hours=1)
        bring(house, postman)
    assert len(mailbox.letters) == 6


@pytest.mark.parametrize("sends", [True, False])
def test_a_server_that_never_says_whether_it_took_a_letter_tells_nothing(
    house: House, postman: SmtpPostman, port: int, monkeypatch: pytest.MonkeyPatch, *, sends: bool
) -> None:
    made = house.opened({**FIVE_EACH, "wonen": 6})
    last = address("wonen", 6)
    with refusing(port, last):
        bring(house, postman)
    send_again(house, made, last)
    monkeypatch.setattr(mail, "TAKING", 0.1)
    with listening(Thoughtful(), port):
        bring(house, postman)
    if sends:
        house.send(house.link(made, "wonen", 6))
    for _ in range(posting.MOST_ATTEMPTS):
        house.clock.pass_by(hours=1)
        bring(house, postman)  # nobody listens
    assert (marked(house, made.id), invited(house, made)) == ([], 6)


def marked(house: House, assessment: str) -> list[str]:
    with house.work(write=False) as work:
        found = work.store.answers.undeliverable(assessment)
        people = {invitation: person.email for invitation, person in work.store.answers.people(assessment)}
    return sorted(people[invitation] for invitation in found)


def test_one_that_cannot_be_closed_keeps_no_other_open(house: House, postman: SmtpPostman) -> None:
    broken = house.answered()
    sound = house.answered(constellation="Andere driehoek")
    with house.workshop.database.transaction(write=True) as connection:
        damage = text("UPDATE submission SET answers = :packed WHERE assessment_id = :broken")
        connection.execute(damage, {"packed": b"x", "broken": broken.id})
    assert sound.closes_on is not None
    house.clock.now = NOW + (sound.closes_on - NOW.date()) + timedelta(days=1)
    one_round(house.workshop, house.clock)
    assert (house.again(broken).state, house.again(sound).state) == ("open", "closed")


def test_letters_that_cannot_be_written_keep_no_other_waiting(house: House, postman: SmtpPostman, port: int) -> None:
    broken = house.opened()
    sound = house.opened(constellation="Andere driehoek", title="Een andere meting")
    with house.workshop.database.transaction(write=True) as connection:
        connection.execute(text("UPDATE assessment SET params = '[]' WHERE id = :broken"), {"broken": broken.id})
    mailbox = Mailbox()
    house.clock.pass_by(minutes=1)
    with listening(mailbox, port):
        bring(house, postman)
    assert len(mailbox.letters) == len(house.links(sound)) == 15
    assert all("Een andere meting" in letter["Subject"] for letter in mailbox.letters)
    assert house.number_of("outbox") == 15, "what is broken may be mended"


@pytest.mark.parametrize(("hours", "waiting"), [(48, 15), (96, 0)])
def test_letters_that_cannot_be_written_are_tried_for_days_and_then_let_go(
    house: House, postman: SmtpPostman, port: int, hours: int, waiting: int
) -> None:
    broken = house.opened()
    with house.workshop.database.transaction(write=True) as connection:
        connection.execute(text("UPDATE assessment SET params = '[]' WHERE id = :broken"), {"broken": broken.id})
    for _ in range(hours):
        house.clock.pass_by(hours=1)
        bring(house, postman)
    assert house.number_of("outbox") == waiting


def test_an_invitation_that_never_left_is_marked_and_the_log_says_so(
    house: House, postman: SmtpPostman, caplog: pytest.LogCaptureFixture
) -> None:
    made = house.opened()
    for _ in range(posting.MOST_ATTEMPTS):
        bring(house, postman)  # nobody listens
        house.clock.pass_by(hours=1)
    assert house.number_of("outbox") == 0
    assert len(marked(house, made.id)) == 15, "the office sees whom no letter reached, and may send again"
    assert [r.levelname for r in caplog.records if "given up" in r.getMessage()] == ["ERROR"] * 15
    assert "@" not in caplog.text


@pytest.mark.parametrize("sent", [3, 5])
def test_the_log_does_not_count_reminders(
    house: House, postman: SmtpPostman, port: int, caplog: pytest.LogCaptureFixture, sent: int
) -> None:
    """A line for each would say how many have not sent."""
    made = house.opened()
    with listening(Mailbox(), port):
        bring(house, postman)
    links = house.links(made)
    for number in range(1, sent + 1):
        house.send(links[address("wonen", number)])
    with house.work() as work:
        posting.remind(work, house.commissioner, made.id)
    caplog.clear()
    post = Post(house.workshop, postman, house.clock, BASE)
    for _ in range(30):  # nobody listens
        house.clock.pass_by(minutes=1)
        post.bring_due()
    assert [r.getMessage() for r in caplog.records] == ["a letter waits for another try: ConnectionRefusedError"]


def test_after_closing_no_letter_as_file_tells_who_had_not_sent(house: House, tmp_path: Path) -> None:
    postman = FilePostman(tmp_path / "mail", "rolvast@localhost")
    made, other = house.opened(), house.opened(constellation="Andere driehoek")
    bring(house, postman)
    house.send(house.links(made)[address("wonen", 1)])
    for one in (made, other):
        with house.work() as work:
            posting.remind(work, house.commissioner, one.id)
    house.clock.pass_by(minutes=15)
    bring(house, postman)
    reminded = "Nog open: "
    assert Counter(s.startswith(reminded) for s in subjects(postman)) == {True: 14 + 15, False: 30}
    house.close(made)
    bring(house, postman)
    assert Counter(s.startswith(reminded) for s in subjects(postman)) == {True: 15, False: 15}, "those of the other"


def subjects(postman: FilePostman) -> list[str]:
    letters = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in postman.folder.glob("*.eml")]
    return [str(letter["Subject"]) for letter in letters]


@pytest.mark.parametrize("kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_a_letter_that_was_taken_does_not_come_again_within_the_lease(
    house: House, postman: SmtpPostman, port: int
) -> None:
    """Somebody holds the row of a person, so that it cannot be written down that the letter left."""
    house.opened()
    mailbox = Mailbox()
    ((person,),) = house.stored("SELECT reference FROM outbox ORDER BY due_at LIMIT 1")
    with listening(mailbox, port), house.workshop.database.engine.connect() as other:
        other.execute(text("SELECT id FROM invitation WHERE id = :person FOR UPDATE"), {"person": person})
        bring(house, postman)
        house.clock.pass_by(minutes=9)
        bring(house, postman)
        assert len(mailbox.letters) == 15
        other.rollback()
        house.clock.pass_by(minutes=2)
        bring(house, postman)
    assert Counter(Counter(letter["To"] for letter in mailbox.letters).values()) == {1: 14, 2: 1}
    assert house.number_of("outbox") == 0


def test_letters_do_not_lie_still_for_a_clock_that_was_ahead(house: House, postman: SmtpPostman, port: int) -> None:
    house.clock.pass_by(days=1)
    house.opened()
    bring(house, postman)  # nobody listens
    house.clock.pass_by(days=-1)
    mailbox = Mailbox()
    with listening(mailbox, port):
        assert bring(house, postman) == 15


def test_a_worker_that_died_before_it_could_say_so_sends_once_more_with_the_same_mark(
    house: House, postman: SmtpPostman, port: int
) -> None:
    house.opened()
    mailbox = Mailbox()
    with house.work() as work:
        claimed = [work.store.outbox.claim(work.now, LEASE, LONGEST_WAIT, ALL_LETTERS) for _ in range(16)]
    assert [letter is None for letter in claimed] == [False] * 15 + [True]
    with listening(mailbox, port):
        bring(house, postman)
        assert mailbox.letters == [], "somebody else has them until the lease ends"
        house.clock.pass_by(minutes=11)
        bring(house, postman)
    assert len(mailbox.letters) == 15
    assert len({letter["Message-ID"] for letter in mailbox.letters}) == 15


class UnhurriedMailbox(Mailbox):
    """Takes fifty seconds over a letter. From its thirteenth letter on a second worker helps."""

    def __init__(self, clock: Clock, helper: threading.Thread) -> None:
        super().__init__()
        self._clock = clock
        self._helper = helper

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self._clock.pass_by(seconds=50)
        answer = await super().handle_DATA(server, session, envelope)
        if len(self.letters) == 13:
            self._helper.start()
            await asyncio.to_thread(self._helper.join)
        return answer


def test_a_mail_server_that_takes_minutes_gets_no_letter_from_two_workers(
    house: House, postman: SmtpPostman, port: int
) -> None:
    house.opened()
    helper = threading.Thread(target=bring, args=(house, postman))
    mailbox = UnhurriedMailbox(house.clock, helper)
    with listening(mailbox, port):
        bring(house, postman)
        helper.join()
    assert Counter(Counter(letter["To"] for letter in mailbox.letters).values()) == {1: 15}


def test_a_reminder_reaches_only_those_who_have_not_sent(house: House, postman: SmtpPostman, port: int) -> None:
    made = house.opened()
    mailbox = Mailbox()
    with listening(mailbox, port):
        bring(house, postman)
        mailbox.letters.clear()
        house.send(house.link(made, "wonen", 2))
        with house.work() as work:
            posting.remind(work, house.commissioner, made.id)
        house.send(house.link(made, "wonen", 3))
        house.clock.pass_by(minutes=15)
        bring(house, postman)
    reminded = {letter["To"] for letter in mailbox.letters}
    assert address("wonen", 2) not in reminded, "had sent when reminded"
    assert address("wonen", 3) not in reminded, "sent before the letter left"
    assert len(reminded) == 13
    with house.work(write=False) as work:
        said = [event for event in work.store.results.audit_events(house.office, made.id) if event.action == "reminded"]
    assert [dict(event.detail) for event in said] == [{}], "not even how many"


def test_when_a_reminder_leaves_tells_nothing_of_anybody_else(house: House, postman: SmtpPostman, port: int) -> None:
    """Two people who lay their reminders side by side must not see whether somebody between them got one too."""
    made = house.opened()
    mailbox = Mailbox()
    with listening(mailbox, port):
        bring(house, postman)
        mailbox.letters.clear()
        with house.work() as work:
            posting.remind(work, house.commissioner, made.id)
        left = []
        for _ in range(16):
            left.append(bring(house, postman))
            house.clock.pass_by(minutes=1)
    assert sum(left) == 15
    assert max(left) < 12, "each at a moment of its own"
    receivers = [letter["To"] for letter in mailbox.letters]
    assert receivers != sorted(receivers), "in no order of the list"


def test_no_other_letter_waits_for_reminders(house: House, postman: SmtpPostman, port: int) -> None:
    """How long it waited would tell how many had not sent."""
    made = house.opened()
    mailbox = Mailbox()
    with listening(mailbox, port):
        bring(house, postman)
        mailbox.letters.clear()
        with house.work() as work:
            posting.remind(work, house.commissioner, made.id)
        house.clock.pass_by(minutes=15)
        with house.work() as work:
            invitations = {person.email: invitation for invitation, person in work.store.answers.people(made.id)}
            inviting.send_again(work, house.commissioner, made.id, invitations[address("wonen", 1)])
        bring(house, postman)
    assert len(mailbox.letters) == 16
    assert [letter["Subject"].startswith("Nog open") for letter in mailbox.letters] == [False] + [True] * 15


def test_planned_reminders_go_out_once_on_their_day(house: House, postman: SmtpPostman, port: int) -> None:
    made = house.opened()
    mailbox = Mailbox()
    with listening(mailbox, port):
        bring(house, postman)
        mailbox.letters.clear()
        assert made.closes_on is not None
        house.clock.now = NOW + (made.closes_on - NOW.date()) - timedelta(days=2)
        for _ in range(3):
            one_round(house.workshop, house.clock)
            bring(house, postman)
            house.clock.pass_by(minutes=30)
    assert len(mailbox.letters) == 15


def test_release_brings_every_party_its_reader_link_at_once(house: House, postman: SmtpPostman, port: int) -> None:
    made = house.opened()
    mailbox = Mailbox()
    with listening(mailbox, port):
        bring(house, postman)
        house.everyone_sends(made)
        house.close(made)
        mailbox.letters.clear()
        bring(house, postman)
        assert mailbox.letters == [], "nothing before release"
        house.release(made)
        bring(house, postman)
    tokens = house.readers(made)
    assert len(mailbox.letters) == 15
    for letter in mailbox.letters:
        party = letter["To"].split("-")[0]
        assert f"/lezen/{tokens[party]}" in letter.get_body(("plain",)).get_content()


def test_whoever_is_added_while_open_gets_a_letter_and_whoever_is_removed_gets_none(
    house: House, postman: SmtpPostman, port: int
) -> None:
    made = house.opened()
    with house.work() as work:
        people = dict(work.store.answers.people(made.id))
        first = next(i for i, person in people.items() if person.email == address("wonen", 1))
        commissioning.remove_person(work, house.commissioner, made.id, first)
        commissioning.add_people(work, house.commissioner, made.id, [(1, ["nieuw@ministerie.example", "", "wonen"])])
    mailbox = Mailbox()
    with listening(mailbox, port):
        bring(house, postman)
    assert mailbox.to(address("wonen", 1)) == []
    assert len(mailbox.to("nieuw@ministerie.example")) == 1


def test_a_sign_in_link_comes_by_mail_and_only_to_members(house: House, postman: SmtpPostman, port: int) -> None:
    house.sign_in_link()
    with house.work() as work:
        access.mail_sign_in_link(work, COMMISSIONER.upper())
        access.mail_sign_in_link(work, "nobody@elders.example")
    mailbox = Mailbox()
    with listening(mailbox, port):
        bring(house, postman)
    (letter,) = mailbox.letters
    assert letter["To"] == COMMISSIONER
    token = re.search(r"/inloggen/(\S+)", letter.get_body(("plain",)).get_content())
    assert token is not None
    with house.work() as work:
        assert access.sign_in(work, token[1])[0]


def test_without_a_server_letters_are_files_for_the_operator(house: House, tmp_path: Path) -> None:
    house.opened()
    folder = tmp_path / "mail"
    assert bring(house, FilePostman(folder, "rolvast@localhost")) == 15
    assert len(list(folder.glob("*.eml"))) == 15
    assert list(folder.glob("*.half")) == []


def test_letters_as_files_and_what_never_became_one_stay_for_a_month(house: House, tmp_path: Path) -> None:
    house.opened()
    folder = tmp_path / "mail"
    postman = FilePostman(folder, "rolvast@localhost")
    bring(house, postman)
    left = folder / "left-after-a-full-disk.half"
    left.write_bytes(b"To: somebody")
    written = datetime.fromtimestamp(left.stat().st_mtime, UTC)
    postman.tidy(written + timedelta(days=29), lambda _: set())
    assert len(list(folder.iterdir())) == 16
    postman.tidy(written + timedelta(days=31), lambda _: set())
    assert list(folder.iterdir()) == []


def test_tidying_many_letters_holds_only_one_at_a_time(tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"assessment-{number % 3}.letter-{number}.eml").touch()
    postman, asked = FilePostman(tmp_path, "rolvast@localhost"), []

    def one_is_erased(about: AbstractSet[About]) -> set[About]:
        asked.append(set(about))
        return {About("assessment-1")}

    tracemalloc.start()
    try:
        postman.tidy(datetime.now(UTC), one_is_erased)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert asked == [{About(f"assessment-{number}") for number in range(3)}]
    assert Counter(path.name.split(".")[0] for path in tmp_path.iterdir()) == {
        "assessment-0": 1000,
        "assessment-2": 1000,
    }
    assert most < 200_000


def test_letters_as_files_go_with_what_they_are_about(house: House, tmp_path: Path) -> None:
    """Erasing is complete: invitations and letters with the report go; those of others stay."""
    folder = tmp_path / "mail"
    postman = FilePostman(folder, "rolvast@localhost")
    made = house.opened()
    house.opened(constellation="Andere driehoek")
    bring(house, postman)
    house.everyone_sends(made)
    house.release(house.close(made))
    bring(house, postman)
    assert len(list(folder.iterdir())) == 2 * 15, "of what was closed only the letters with the report"
    with house.work() as work:
        erasing.erase_by_hand(work, house.commissioner, made.id)
    bring(house, postman)
    assert len(list(folder.iterdir())) == 15
    assert not any(made.id in path.name for path in folder.iterdir())


@pytest.mark.parametrize("words", ["a\r\nBcc: everyone@elders.example", "a\nX-Injected: yes"])
def test_no_header_can_be_smuggled_into_a_letter(words: str) -> None:
    letter = compose(Letter("id", "jan@ministerie.example", words, "text", "<p>text</p>"), "a@b.example", NOW)
    assert letter["Bcc"] is None
    assert letter["X-Injected"] is None


def test_names_in_a_letter_are_text_and_not_html(house: House, postman: SmtpPostman, port: int) -> None:
    house.opened(title="<script>alert(1)</script> & {link}")
    mailbox = Mailbox()
    with listening(mailbox, port):
        bring(house, postman)
    body = mailbox.letters[0].get_body(("html",)).get_content()
    assert "<script>" not in body
    assert "&lt;script&gt;" in body


def test_the_last_day_closes_by_itself(house: House, postman: SmtpPostman) -> None:
    made = house.answered()
    assert made.closes_on is not None
    house.clock.now = NOW + (made.closes_on - NOW.date()) + timedelta(days=1)
    one_round(house.workshop, house.clock)
    assert house.again(made).state == "closed"
    assert house.number_of("snapshot") == 1


def test_addresses_go_thirty_days_after_closing(house: House) -> None:
    made = house.released()
    house.clock.pass_by(days=29)
    one_round(house.workshop, house.clock)
    assert [p for _, p in people(house, made.id) if p.email]
    house.clock.pass_by(days=3)
    one_round(house.workshop, house.clock)
    assert [p for _, p in people(house, made.id) if p.email or p.name] == []


def test_addresses_of_a_list_that_everyone_was_taken_off_go_as_well(house: House) -> None:
    made = house.opened()
    with house.work() as work:
        for invitation, _ in work.store.answers.people(made.id):
            commissioning.remove_person(work, house.commissioner, made.id, invitation)
    house.close(made)
    house.clock.pass_by(days=60)
    one_round(house.workshop, house.clock)
    assert house.stored("SELECT email FROM invitation WHERE email <> '' OR name <> ''") == []


def people(house: House, assessment: str) -> list:
    with house.work(write=False) as work:
        return work.store.answers.people(assessment)


def test_erasing_leaves_nothing_but_a_receipt(house: House, tmp_path: Path) -> None:
    made = house.opened()
    house.send(house.link(made), comments={"oq-gesprek": "Iets om te onthouden."})
    house.everyone_sends(house.opened(constellation="Een andere driehoek"))
    house.close(made)
    house.release(made)
    assert made.retention_on is not None
    house.clock.now = NOW + (made.retention_on - NOW.date()) + timedelta(days=1)
    assert erase_expired(house.workshop, house.clock) == 2
    for table in ("submission", "comment", "draft", "invitation", "snapshot", "reader_link", "outbox"):
        assert house.number_of(table) == 0, table
    assert house.again(made).state == "erased"
    assert house.again(made).about.contact_email == ""
    with house.work(write=False) as work:
        assert "erased" in [event.action for event in work.store.results.audit_events(house.office, made.id)]


def test_more_people_than_a_statement_takes_values_are_reached_and_erased(house: House) -> None:
    """65,535 on PostgreSQL and half of that on SQLite."""
    made = house.opened()
    many = """
        WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < 66000)
        INSERT INTO invitation (id, assessment_id, party_key, email, name, judges, token_hash, state,
                                statement_confirmed, undeliverable, reached)
        SELECT 'many-' || n, assessment_id, party_key, 'many-' || n || '@ministerie.example', name, judges,
               'many-' || n, state, statement_confirmed, undeliverable, reached
        FROM number, (SELECT * FROM invitation ORDER BY id LIMIT 1) AS one"""
    with house.workshop.database.transaction(write=True) as connection:
        connection.execute(text(many))
    with house.work() as work:
        assert len(administration.links_of_everyone(work, made.id)) == 66_015
    assert house.stored("SELECT count(*) FROM invitation WHERE NOT reached") == [(0,)]
    house.close(made)
    with house.work() as work:
        erasing.erase_by_hand(work, house.commissioner, made.id)
    assert house.number_of("invitation") == house.number_of("outbox") == 0


def test_a_list_that_is_refused_sends_no_letters(house: House) -> None:
    made = house.opened()
    before = house.number_of("outbox")
    with pytest.raises(Exception, match="people"), house.work() as work:
        commissioning.add_people(
            work, house.commissioner, made.id, [*rows({"wonen": 0}), (1, ["geen adres", "", "wonen"])]
        )
    assert house.number_of("outbox") == before
