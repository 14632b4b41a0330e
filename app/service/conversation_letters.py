"""Owns what the letters about a conversation and about an agreement say, at the moment that they leave."""

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_datetime

from app.domain.assessment import DUTCH_TIME, Assessment
from app.domain.text import Text, day_in_words
from app.export.calendar import as_calendar
from app.service.tokens import link_token
from app.service.work import Work
from app.store.outbox import Waiting

_INVITED = Text(
    "{office} heeft het driehoeksgesprek gepland over {title}.\n\n"
    "Wanneer: {when}, {minutes} minuten (Nederlandse tijd).\nWaar: {place}\n\n"
    "{agenda}Het rapport en de afspraken vindt u hier:\n{link}\n\n"
    "Met het bijgevoegde bestand zet u het gesprek in uw agenda. Verandert het plan, dan krijgt u een nieuwe brief.\n\n"
    "Wij bewaren uw adres tot hoogstens 30 dagen na het gesprek. Vragen? {contact}, {address}.",
    "{office} has planned the conversation of the triangle about {title}.\n\n"
    "When: {when}, {minutes} minutes (time in the Netherlands).\nWhere: {place}\n\n"
    "{agenda}You find the report and the agreements here:\n{link}\n\n"
    "The attached file puts the conversation in your calendar. If the plan changes, you receive a new letter.\n\n"
    "We keep your address until 30 days after the conversation at most. Questions? {contact}, {address}.",
)
_AGENDA = Text("Waarover:\n{agenda}\n\n", "About:\n{agenda}\n\n")
_DUE = Text(
    "Bij het gesprek over {title} sprak {party} af:\n\n{what}\n\nDe afgesproken dag is {day}.\n\n"
    "Vertel hier of het gelukt is:\n{link}\n\nVragen? {contact}, {address}.",
    "In the conversation about {title}, {party} agreed:\n\n{what}\n\nThe day agreed on is {day}.\n\n"
    "Tell here whether it was done:\n{link}\n\nQuestions? {contact}, {address}.",
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a letter says, which assessment it is about, and the file that goes along."""

    subject: Text
    body: Text
    about: str
    calendar: bytes = b""


def of_conversation(work: Work, waiting: Waiting, base_url: str) -> Contents | None:
    """The invitation to a planned conversation; None when the contact was forgotten or the conversation is over."""
    found = work.store.dialogues.contact(waiting.reference)
    if found is None:
        return None
    assessment, contact = work.store.assessments.of_link(found[0]), found[1]
    dialogue = work.store.dialogues.of(assessment.id)
    meeting = dialogue.meeting
    if meeting is None or meeting.ends_at < work.now:
        return None
    words: dict[str, str | int | Text] = {
        "office": assessment.office_name,
        "when": moment(meeting.starts_at),
        "minutes": meeting.minutes,
        "place": meeting.place,
        "agenda": _AGENDA.fill(agenda=meeting.agenda) if meeting.agenda else "",
        "link": _reader_link(work, assessment, contact.party, base_url),
    }
    subject = Text("Driehoeksgesprek: {title}", "Conversation of the triangle: {title}").fill(title=assessment.title)
    if dialogue.sequence:
        subject = Text("Gewijzigd: {subject}", "Changed: {subject}").fill(subject=subject)
    calendar = as_calendar(assessment, meeting, dialogue.sequence, "nl", work.now)
    return Contents(subject, _INVITED.fill(**words, **_around(assessment)), assessment.id, calendar)


def of_agreement(work: Work, waiting: Waiting, base_url: str) -> Contents | None:
    """The reminder of an agreement; None when somebody told meanwhile how it went."""
    found = work.store.dialogues.agreement(waiting.reference)
    if found is None or found[1].kept != "unknown":
        return None
    assessment, agreement = work.store.assessments.of_link(found[0]), found[1]
    if waiting.email == agreement.contact:
        link = _reader_link(work, assessment, agreement.party, base_url)
    else:
        link = f"{base_url}/bureau/metingen/{assessment.id}/gesprek"
    party = next((p.name for p in assessment.parties if p.key == agreement.party), "")
    subject = Text("Afspraak voor {day}: {title}", "Agreement for {day}: {title}")
    day = day_in_words(agreement.due_on)
    return Contents(
        subject.fill(day=day, title=assessment.title),
        _DUE.fill(party=party, what=agreement.what, day=day, link=link, **_around(assessment)),
        assessment.id,
    )


def _around(assessment: Assessment) -> dict[str, str | int | Text]:
    about = assessment.about
    return {"title": assessment.title, "contact": about.contact_name, "address": about.contact_email}


def _reader_link(work: Work, assessment: Assessment, party: str, base_url: str) -> str:
    links = {link.party: link.id for link in work.store.results.reader_links(assessment.id)}
    return f"{base_url}/lezen/{link_token(work.secret, 'reader', links[party])}"


def moment(instant: datetime) -> Text:
    """`maandag 8 februari 2027 om 14:00`, in Dutch time."""
    here = instant.astimezone(DUTCH_TIME)
    return Text(
        format_datetime(here, "EEEE d MMMM y 'om' HH:mm", tzinfo=DUTCH_TIME, locale="nl"),
        format_datetime(here, "EEEE d MMMM y 'at' HH:mm", tzinfo=DUTCH_TIME, locale="en"),
    )
