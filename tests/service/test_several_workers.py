"""Several processes keep house at once: whatever is due happens once."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.catalogue import Catalogue
from app.delivery.mail import FilePostman
from app.domain.assessment import Assessment, dutch_date
from app.domain.dialogue import Agreement
from app.domain.problems import NotAllowed
from app.service import access, comments, commissioning, housekeeping, learning, posting
from app.service.work import Workshop
from app.store.engine import Database
from app.store.outbox import Waiting
from tests.people import COMMISSIONER, NOW, SECRET, Chance, House
from tests.service.storm import at_once, while_held

FIRST_DAY = timedelta(days=1)


@pytest.fixture
def other(database_url: str, catalogue: Catalogue) -> Iterator[Workshop]:
    """What a second process has: the same database by connections of its own."""
    database = Database(database_url)
    yield Workshop(database, catalogue, SECRET, Chance("other"))
    database.close()


def actions(house: House, made: Assessment) -> Counter[str]:
    with house.work(write=False) as work:
        return Counter(event.action for event in work.store.results.audit_events(house.office, made.id))


def both(house: House, other: Workshop, statement: str, job: Callable[[Workshop], object]) -> None:
    """One waits just before it writes; the other does it all, if nothing stops it; then the first goes on."""
    while_held(house.workshop.database, statement, lambda: job(house.workshop), lambda: job(other))


def overtaken_by(house: House, others: Callable[[], object]) -> Callable[[], datetime]:
    """A clock for a job that first looks what is due: others do theirs between its look and its change."""
    looks = 0

    def now() -> datetime:
        nonlocal looks
        looks += 1
        if looks == 2:
            others()
        return house.clock()

    return now


def test_planned_reminders_are_written_once(house: House, other: Workshop) -> None:
    made = house.opened()
    with house.work() as work:
        work.store.outbox.drop_all()
    assert made.closes_on is not None
    house.clock.now = NOW + (made.closes_on - NOW.date()) - timedelta(days=2)
    both(house, other, "UPDATE assessment", lambda shop: housekeeping.remind_due(shop, house.clock))
    assert house.number_of("outbox") == 15
    assert actions(house, made)["reminded"] == 1


def test_an_assessment_is_erased_once_with_one_receipt(house: House, other: Workshop) -> None:
    made = house.released()
    assert made.retention_on is not None
    house.clock.now = NOW + (made.retention_on - NOW.date()) + FIRST_DAY
    both(house, other, "DELETE FROM snapshot", lambda shop: housekeeping.erase_expired(shop, house.clock))
    assert actions(house, made)["erased"] == 1
    assert house.again(made).state == "erased"


def test_an_assessment_closes_once(house: House, other: Workshop) -> None:
    made = house.answered()
    assert made.closes_on is not None
    house.clock.now = NOW + (made.closes_on - NOW.date()) + FIRST_DAY
    both(house, other, "INSERT INTO snapshot", lambda shop: housekeeping.close_due(shop, house.clock))
    assert house.number_of("snapshot") == 1
    assert actions(house, made)["closed"] == 1


def test_what_is_extended_just_before_it_closes_by_date_stays_open(house: House) -> None:
    made = house.answered()
    assert made.closes_on is not None
    house.clock.now = NOW + (made.closes_on - NOW.date()) + FIRST_DAY

    def extend() -> None:
        with house.work() as work:
            commissioning.extend(work, house.commissioner, made.id, house.clock().date() + timedelta(days=7))

    housekeeping.close_due(house.workshop, overtaken_by(house, extend))
    assert house.again(made).state == "open"
    assert actions(house, made)["closed"] == 0


def test_an_agreement_that_is_put_off_just_before_its_reminder_is_not_reminded_of(house: House) -> None:
    made = house.released()

    def agree(until: timedelta, identifier: str = "") -> str:
        day = dutch_date(house.clock()) + until
        agreed = Agreement(identifier, "Wij leggen elk kwartaal vast wat later mag.", "wonen", day, "uitvoerbaarheid")
        with house.work() as work:
            (kept,) = learning.record_agreements(work, house.commissioner, made.id, [agreed]).agreements
        return kept.id

    identifier = agree(timedelta(days=3))
    with house.work() as work:
        work.store.outbox.drop_all()
    later = overtaken_by(house, lambda: agree(timedelta(days=90), identifier))
    housekeeping.remind_of_agreements(house.workshop, later)
    assert house.number_of("outbox") == 0


def test_no_letter_is_taken_by_two_workers_and_neither_waits_for_the_other(house: House, other: Workshop) -> None:
    house.opened()
    taken: list[Waiting | None] = []

    def take(shop: Workshop) -> None:
        with shop.work(house.clock(), write=True) as work:
            taken.append(work.store.outbox.claim(work.now, posting.LEASE, posting.LONGEST_WAIT, posting.ALL_LETTERS))

    both(house, other, "UPDATE outbox", take)
    assert len({letter.id for letter in taken if letter}) == 2


def test_every_letter_leaves_once(house: House, other: Workshop, tmp_path: Path) -> None:
    made = house.opened()
    folders = [tmp_path / "one", tmp_path / "two"]
    shops = (house.workshop, other, house.workshop, other)
    at_once(
        [
            posting.Post(
                shop, FilePostman(folder, "rolvast@localhost"), house.clock, "http://rolvast.example"
            ).bring_due
            for shop, folder in zip(shops, folders * 2, strict=True)
        ]
    )
    letters = [path.name for folder in folders for path in folder.glob("*.eml")]
    assert len(letters) == len(set(letters)) == len(house.links(made))
    assert house.number_of("outbox") == 0


def test_addresses_forgotten_by_two_workers_leave_who_took_part_known(house: House, other: Workshop) -> None:
    made = house.opened()
    with house.work() as work:
        commissioning.add_people(work, house.commissioner, made.id, [(1, [COMMISSIONER, "", "dienst", ""])])
        access.add_member(work, house.commissioner, COMMISSIONER, "commissioner")
    house.everyone_sends(made)
    house.release(house.close(made))
    house.clock.pass_by(days=40)
    forgets = overtaken_by(house, lambda: housekeeping.forget_addresses(other, house.clock))
    housekeeping.forget_addresses(house.workshop, forgets)
    assert house.stored("SELECT email FROM invitation WHERE email <> ''") == []
    with pytest.raises(NotAllowed), house.work() as work:
        comments.declare(work, house.commissioner, made.id)


def test_what_closes_just_before_the_planned_reminder_is_not_reminded_of(house: House, other: Workshop) -> None:
    made = house.answered()
    with house.work() as work:
        work.store.outbox.drop_all()
    assert made.closes_on is not None
    house.clock.now = NOW + (made.closes_on - NOW.date()) - timedelta(days=2)
    housekeeping.remind_due(house.workshop, overtaken_by(house, lambda: house.close(made)))
    assert actions(house, made)["reminded"] == 0
