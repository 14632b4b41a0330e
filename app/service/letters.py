"""Owns what letters say, in Dutch with English below, at the moment that they leave."""

from datetime import date, timedelta
from html import escape

from app.delivery.mail import About, Letter
from app.domain.assessment import Assessment
from app.domain.text import Text, day_in_words, same
from app.service.conversation_letters import of_agreement, of_conversation
from app.service.tokens import link_token, stored
from app.service.work import Work
from app.store.outbox import LetterKind, Waiting

SIGN_IN_LINK_LASTS = timedelta(minutes=15)

_SUBJECTS: dict[LetterKind, Text] = {
    "invitation": Text("Uw vragenlijst: {title}", "Your questionnaire: {title}"),
    "reminder": Text("Nog open: {title}", "Still open: {title}"),
    "report": Text("Het rapport is er: {title}", "The report is here: {title}"),
    "sign_in": Text("Uw inloglink voor rolvast", "Your sign-in link for rolvast"),
}
_BODIES: dict[LetterKind, Text] = {
    "invitation": Text(
        "{office} vraagt u om een vragenlijst over de driehoek in te vullen: {title}.\n\n"
        "{message}Waarom: {purpose}\n\n"
        "Dit is uw persoonlijke link. Stuur hem niet door.\n{link}\n\n"
        "U kunt invullen tot en met {day}. Stoppen en later verdergaan kan. Op de eerste pagina leest u wie wat te "
        "zien krijgt.\n\nVragen? {contact}, {address}.",
        "{office} asks you to fill in a questionnaire about the triangle: {title}.\n\n"
        "{message}Why: {purpose}\n\n"
        "This is your personal link. Do not pass it on.\n{link}\n\n"
        "You can fill in up to and including {day}. You can stop and go on later. The first page tells who gets to see "
        "what.\n\nQuestions? {contact}, {address}.",
    ),
    "reminder": Text(
        "Uw vragenlijst staat nog open: {title}. Uw antwoorden helpen om het gesprek in de driehoek goed te voeren.\n\n"
        "{message}Dit is uw persoonlijke link. Stuur hem niet door.\n{link}\n\n"
        "U kunt invullen tot en met {day}. Het bureau en de partijen zien niet wie deze herinnering krijgt.\n\n"
        "Vragen? {contact}, {address}.",
        "Your questionnaire is still open: {title}. Your answers help to have a good conversation in the triangle.\n\n"
        "{message}This is your personal link. Do not pass it on.\n{link}\n\n"
        "You can fill in up to and including {day}. The office and the parties do not see who receives this reminder."
        "\n\nQuestions? {contact}, {address}.",
    ),
    "report": Text(
        "Het rapport over {title} is er. Alle partijen krijgen het nu, op hetzelfde moment.\n\n{link}\n\n"
        "De link werkt tot en met {day}.\n\nVragen? {contact}, {address}.",
        "The report on {title} is here. All parties receive it now, at the same moment.\n\n{link}\n\n"
        "The link works up to and including {day}.\n\nQuestions? {contact}, {address}.",
    ),
    "sign_in": Text(
        "Met deze link logt u in. Een link werkt één keer, een kwartier lang.\n\n{link}\n\n"
        "Vroeg u hier niet om? Misschien heeft een collega u toegevoegd: dan logt u met deze link voor het eerst in. "
        "Werkt hij niet meer, vraag dan op de inlogpagina een nieuwe. Verwacht u niets, dan hoeft u niets te doen.",
        "With this link you sign in. A link works once, for a quarter of an hour.\n\n{link}\n\n"
        "Did you not ask for it? Perhaps a colleague has added you: then this link signs you in for the first time. If "
        "it no longer works, ask for a new one on the sign-in page. If you expect nothing, you need not do anything.",
    ),
}


#: Stands in an example for what the commissioner has not filled in yet; an assessment does not open without it.
_STILL_EMPTY = Text("[nog niet ingevuld]", "[not filled in yet]")
_ADMINISTRATION = Text("Beheer", "Administration")


def write(work: Work, waiting: Waiting, base_url: str) -> Letter | None:
    """The letter as it leaves now; None when nobody waits for it any more."""
    if waiting.kind in ("conversation", "agreement"):
        make = of_conversation if waiting.kind == "conversation" else of_agreement
        contents = make(work, waiting, base_url)
        return (
            _letter(waiting, contents.subject, contents.body, About(contents.about), contents.calendar)
            if contents
            else None
        )
    return _write(work, waiting, base_url)


def _write(work: Work, waiting: Waiting, base_url: str) -> Letter | None:
    if waiting.kind == "sign_in":
        return _sign_in_letter(work, waiting, base_url)
    if waiting.kind == "report":
        reader = work.store.results.reader_link(waiting.reference)
        if reader is None:
            return None
        assessment = work.store.assessments.of_link(reader.assessment)
        link = f"{base_url}/lezen/{link_token(work.secret, 'reader', reader.id)}"
        return _about(waiting, assessment, link, assessment.retention_on)
    address = work.store.answers.address(waiting.reference)
    if address is None:
        return None
    assessment = work.store.assessments.of_link(address[0])
    still_unsent = waiting.kind != "reminder" or waiting.reference in work.store.answers.unsent(assessment.id)
    if not assessment.accepts_answers(work.now) or not still_unsent:
        return None
    link = f"{base_url}/invullen/{link_token(work.secret, 'invitation', waiting.reference)}"
    return _about(waiting, assessment, link, assessment.closes_on)


def _sign_in_letter(work: Work, waiting: Waiting, base_url: str) -> Letter | None:
    """A fresh link for each office that knows this address; None when nobody is known by it."""
    members = work.store.access.members_with(waiting.email)
    names = {office.id: same(office.name) for office in work.store.access.offices()}
    lines = []
    for member in members:
        if len(members) > 1:
            lines.append(names.get(member.office, _ADMINISTRATION))
        lines.append(same(_sign_in_link(work, member.id, base_url)))
    link = Text("\n".join(line.nl for line in lines), "\n".join(line.en for line in lines))
    return _letter(waiting, _SUBJECTS["sign_in"], _BODIES["sign_in"].fill(link=link)) if members else None


def _sign_in_link(work: Work, member: str, base_url: str) -> str:
    """A fresh link for one member; somebody of two offices gets one for each."""
    token = work.chance()
    work.store.access.add_sign_in_link(stored(token), member, work.now + SIGN_IN_LINK_LASTS)
    return f"{base_url}/inloggen/{token}"


def example(assessment: Assessment, kind: LetterKind, base_url: str) -> Letter:
    """How a letter of this assessment looks, for its commissioner; the link is only an example."""
    waiting = Waiting("voorbeeld", kind, "", "naam@organisatie.example", 0)
    return _about(waiting, assessment, f"{base_url}/invullen/…", assessment.closes_on)


def _about(waiting: Waiting, assessment: Assessment, link: str, day: date | None) -> Letter:
    post = assessment.post
    own_words = (post.reminder_message if waiting.kind == "reminder" else post.message).strip()
    words: dict[str, str | Text] = {
        "office": assessment.office_name,
        "title": assessment.title,
        "purpose": assessment.about.purpose or _STILL_EMPTY,
        "message": f"{own_words}\n\n" if own_words else "",
        "contact": assessment.about.contact_name or _STILL_EMPTY,
        "address": assessment.about.contact_email or _STILL_EMPTY,
        "link": link,
        "day": day_in_words(day) if day else _STILL_EMPTY,
    }
    subject = _SUBJECTS[waiting.kind].fill(title=assessment.title)
    body = _BODIES[waiting.kind].fill(**words)
    office = assessment.office_name
    signed = Text(f"{body.nl}\n\nMet vriendelijke groet,\n{office}", f"{body.en}\n\nKind regards,\n{office}")
    return _letter(waiting, subject, signed, About(assessment.id, asks=waiting.kind in {"invitation", "reminder"}))


def _letter(waiting: Waiting, subject: Text, body: Text, about: About | None = None, calendar: bytes = b"") -> Letter:
    body = Text(f"Goedendag,\n\n{body.nl}", f"Hello,\n\n{body.en}")
    return Letter(
        id=waiting.id,
        to=waiting.email,
        subject=subject.nl,
        text=f"(English below)\n\n{body.nl}\n\n---\n\n{body.en}\n",
        html=f'<html lang="nl"><body>{_html(body.nl)}<hr><div lang="en">{_html(body.en)}</div></body></html>',
        calendar=calendar,
        about=about,
    )


def _html(text: str) -> str:
    paragraphs = []
    for paragraph in text.split("\n\n"):
        lines = [
            f'<a href="{escape(line)}">{escape(line)}</a>' if line.startswith(("http://", "https://")) else escape(line)
            for line in paragraph.split("\n")
        ]
        paragraphs.append(f"<p>{'<br>'.join(lines)}</p>")
    return "".join(paragraphs)
