"""Letters about a conversation, with its file for a calendar, and reminders of agreements; by a real server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from app.delivery.mail import SmtpPostman
from app.domain.assessment import Assessment
from app.domain.dialogue import Agreement
from app.domain.text import Language
from app.service import learning
from app.service.housekeeping import one_round
from app.service.posting import Post
from tests.delivery.post_office import Mailbox, free_port, listening
from tests.people import House
from tests.service.test_conversation import FIRST, TALK, agree, plan

BASE = "http://rolvast.example"
OFFICE = "team@bureau.example"


def worked(house: House, postman: SmtpPostman) -> None:
    """One round of the worker, and what it wrote is brought."""
    one_round(house.workshop, house.clock)
    Post(house.workshop, postman, house.clock, BASE).bring_due()


def post(house: House) -> Mailbox:
    """One round of the worker, with a server that listens; what arrived."""
    mailbox, port = Mailbox(), free_port()
    with listening(mailbox, port):
        worked(house, SmtpPostman(f"smtp://127.0.0.1:{port}", "rolvast@bureau.example"))
    return mailbox


def words(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def event_of(letter: EmailMessage) -> Event:
    (attached,) = letter.iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("text/calendar", "gesprek.ics")
    assert attached.get_param("method") == "PUBLISH"
    return read(attached.get_payload(decode=True))


def read(content: bytes) -> Event:
    calendar = Calendar.from_ical(content)
    assert calendar["method"] == "PUBLISH"
    assert [str(zone["tzid"]) for zone in calendar.timezones] == ["Europe/Amsterdam"]
    (event,) = calendar.events
    return event


@pytest.fixture
def made(house: House) -> Assessment:
    made = house.released()
    post(house)  # the letters of the release
    return made


def test_every_contact_gets_the_plan_with_the_link_of_their_own_party(house: House, made: Assessment) -> None:
    plan(house, made)
    mailbox = post(house)
    assert {letter["To"] for letter in mailbox.letters} == {
        "hanna@wonen.example",
        "bo@dienst.example",
        "kim@dienst.example",
    }
    readers = house.readers(made)
    (letter,) = mailbox.to("bo@dienst.example")
    for part in ("woensdag 20 januari 2027 om 14:00", "Wednesday 20 January 2027 at 14:00", TALK.place, TALK.agenda):
        assert part in words(letter)
    assert f"{BASE}/lezen/{readers['dienst']}" in words(letter)
    assert readers["wonen"] not in letter.as_string()
    assert "wonen.example" not in letter.as_string()
    assert post(house).letters == [], "nothing twice"


def test_the_file_puts_the_conversation_in_a_calendar(house: House, made: Assessment) -> None:
    plan(house, made)
    event = event_of(post(house).to("hanna@wonen.example")[0])
    assert event.start == datetime(2027, 1, 20, 14, 0, tzinfo=ZoneInfo("Europe/Amsterdam"))
    assert event.end - event.start == timedelta(minutes=90)
    assert event["dtstart"].params["tzid"] == "Europe/Amsterdam"
    assert (str(event["location"]), str(event["description"])) == (TALK.place, TALK.agenda)
    assert str(event["organizer"]) == f"mailto:{OFFICE}"
    assert "attendee" not in event
    assert event["sequence"] == 0


def test_in_summer_the_hour_is_the_hour_of_the_netherlands(house: House, made: Assessment) -> None:
    plan(house, made, replace(TALK, starts_at=datetime(2027, 7, 7, 12, 0, tzinfo=UTC)))
    (letter,) = post(house).to("hanna@wonen.example")
    assert "woensdag 7 juli 2027 om 14:00" in words(letter)
    start = event_of(letter).start
    assert (start.hour, start.utcoffset()) == (14, timedelta(hours=2))


def test_another_plan_replaces_the_first_in_every_calendar(house: House, made: Assessment) -> None:
    plan(house, made)
    first = event_of(post(house).to("hanna@wonen.example")[0])
    plan(house, made, replace(TALK, place="https://overleg.example/driehoek"))
    mailbox = post(house)
    assert len(mailbox.letters) == 3
    (letter,) = mailbox.to("hanna@wonen.example")
    assert letter["Subject"].startswith("Gewijzigd: ")
    second = event_of(letter)
    assert second["uid"] == first["uid"]
    assert (first["sequence"], second["sequence"]) == (0, 1)
    assert str(second["location"]) == "https://overleg.example/driehoek"


def test_a_newcomer_gets_the_plan_and_the_others_nothing_again(house: House, made: Assessment) -> None:
    plan(house, made)
    post(house)
    plan(house, made, contacts={"wonen": ["hanna@wonen.example"], "eigenaar": ["ed@eigenaar.example"]})
    assert [letter["To"] for letter in post(house).letters] == ["ed@eigenaar.example"]


def test_a_letter_that_comes_too_late_does_not_leave(house: House, made: Assessment) -> None:
    plan(house, made)
    house.clock.now = TALK.ends_at + timedelta(hours=1)
    assert post(house).letters == []


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_file_that_is_downloaded_is_the_same_plan(house: House, made: Assessment, language: Language) -> None:
    plan(house, made)
    with house.work(write=False) as work:
        found = learning.dialogue(work, house.viewer, made.id)
        event = read(learning.calendar_file(work, found, language))
    assert event["uid"] == event_of(post(house).letters[0])["uid"]
    assert made.title in event["summary"]


# --- Agreements -------------------------------------------------------------------------------------------------------


def reminded(house: House, made: Assessment, day: datetime, *agreements: Agreement) -> Mailbox:
    agree(house, made, *agreements)
    house.clock.now = day
    return post(house)


WEEK_BEFORE = datetime(2027, 3, 25, 9, 0, tzinfo=UTC)


def test_a_week_before_its_day_an_agreement_is_remembered_once(house: House, made: Assessment) -> None:
    given = replace(FIRST, contact="hanna@wonen.example")
    assert reminded(house, made, WEEK_BEFORE - timedelta(days=1), given).letters == []
    house.clock.now = WEEK_BEFORE
    mailbox = post(house)
    assert sorted(letter["To"] for letter in mailbox.letters) == ["hanna@wonen.example", OFFICE]
    (party,), (office,) = mailbox.to("hanna@wonen.example"), mailbox.to(OFFICE)
    assert f"{BASE}/lezen/{house.readers(made)['wonen']}" in words(party)
    assert f"{BASE}/bureau/metingen/{made.id}/gesprek" in words(office)
    assert "/lezen/" not in words(office)
    for letter in (party, office):
        assert FIRST.what in words(letter)
        assert "1 april 2027" in words(letter)
    house.clock.pass_by(days=1)
    assert post(house).letters == []


def test_an_agreement_that_was_told_of_is_not_remembered(house: House, made: Assessment) -> None:
    (kept,) = agree(house, made, FIRST)
    with house.work() as work:
        learning.tell(work, house.commissioner, made.id, kept.id, "not_kept")
    house.clock.now = WEEK_BEFORE
    assert post(house).letters == []


def test_an_agreement_with_another_day_is_remembered_again(house: House, made: Assessment) -> None:
    assert len(reminded(house, made, WEEK_BEFORE, FIRST).letters) == 1
    with house.work(write=False) as work:
        (kept,) = work.store.dialogues.agreements(made.id)
    later = replace(kept, due_on=kept.due_on + timedelta(days=30))
    assert len(reminded(house, made, WEEK_BEFORE + timedelta(days=30), later).letters) == 1


def test_no_address_of_a_contact_comes_in_a_log(
    house: House, made: Assessment, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    plan(house, made)
    agree(house, made, replace(FIRST, contact="hanna@wonen.example"))
    post(house)
    house.clock.now = WEEK_BEFORE
    nobody = SmtpPostman(f"smtp://127.0.0.1:{free_port()}", "rolvast@bureau.example")
    worked(house, nobody)
    ours = " ".join(record.getMessage() for record in caplog.records if record.name != "mail.log")
    assert "agreement" in ours
    assert "hanna" not in ours
    assert "wonen.example" not in ours
