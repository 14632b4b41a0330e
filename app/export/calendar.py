"""Owns the conversation as a file for a calendar (RFC 5545). Holds no link of anybody and no address but the office's.

METHOD is PUBLISH: the file is there to be put in one's own calendar, and nobody is asked to reply to a machine.
"""

from datetime import datetime

from app.domain.assessment import DUTCH_TIME, Assessment
from app.domain.dialogue import Meeting
from app.domain.text import Language, Text

_SUMMARY = Text("Driehoeksgesprek: {title}", "Conversation of the triangle: {title}")


def as_calendar(assessment: Assessment, meeting: Meeting, sequence: int, language: Language, now: datetime) -> bytes:
    """The file. The same UID and a higher SEQUENCE replace what a calendar holds from an earlier plan."""
    from icalendar import Calendar, Event, vCalAddress  # noqa: PLC0415 - only where a conversation is planned

    event = Event()
    event.add("uid", f"gesprek-{assessment.id}@rolvast")
    event.add("sequence", sequence)
    event.add("dtstamp", now)
    event.add("dtstart", meeting.starts_at.astimezone(DUTCH_TIME))
    event.add("dtend", meeting.ends_at.astimezone(DUTCH_TIME))
    event.add("summary", _SUMMARY.fill(title=assessment.title).in_(language))
    event.add("location", meeting.place)
    if meeting.agenda:
        event.add("description", meeting.agenda)
    organizer = vCalAddress(f"mailto:{assessment.about.contact_email}")
    organizer.params["cn"] = assessment.about.contact_name
    event.add("organizer", organizer)
    event.add("status", "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//rolvast//NL")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
