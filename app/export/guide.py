"""Owns the guide for the conversation: two pages with agenda, questions, earlier agreements and room for new ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from app.domain.report import FIRST_GAPS, FIRST_STRENGTHS, Report
from app.domain.text import Language, Text
from app.export.pdf import Cover, around, typeset

#: (what, how, minutes) of each step of the conversation.
_AGENDA: tuple[tuple[Text, Text, str], ...] = (
    (
        Text("Begin", "Begin"),
        Text("Waarom wij hier zitten, en wat vertrouwelijk blijft.", "Why we are here, and what stays confidential."),
        "5",
    ),
    (
        Text("Terugblik", "Looking back"),
        Text("Wat kwam er van de vorige afspraken?", "What became of the earlier agreements?"),
        "10",
    ),
    (
        Text("Wat goed gaat", "What goes well"),
        Text("Waar komt dat door, en hoe houden wij dat?", "What brings that about, and how do we keep it?"),
        "10",
    ),
    (
        Text("Waar wij verschillen", "Where we differ"),
        Text(
            "Wie minder gunstig kijkt, begint en geeft een voorbeeld. De ander vraagt door en verdedigt niet.",
            "Who sees it less favourably begins and gives an example. The other asks on and does not defend.",
        ),
        "25–45",
    ),
    (
        Text("Afspraken", "Agreements"),
        Text("Hoogstens drie, met een partij en een dag.", "At most three, with a party and a day."),
        "10–20",
    ),
)


_LOOKING_BACK, _DIFFERENCES = 1, 3


def _agenda(looks_back: bool) -> Iterator[tuple[Text, Text, str]]:  # noqa: FBT001
    """The steps; without earlier agreements the time to look back goes to where we differ. 60–90 minutes either way."""
    for place, (what, how, minutes) in enumerate(_AGENDA):
        if looks_back or place not in (_LOOKING_BACK, _DIFFERENCES):
            yield what, how, minutes
        elif place == _DIFFERENCES:
            yield what, how, "35–55"


@dataclass(frozen=True, slots=True)
class EarlierAgreement:
    """What was agreed after the earlier wave, and what became of it. `kept`: in words."""

    what: str
    party: Text
    due_on: date
    kept: Text


def as_guide(report: Report, cover: Cover, language: Language, agreements: Sequence[EarlierAgreement] = ()) -> bytes:
    """The guide as PDF/UA-1 in one language: always two pages."""

    def say(text: Text) -> str:
        return text.in_(language)

    strengths, gaps = report.strengths[:FIRST_STRENGTHS], report.gaps[:FIRST_GAPS]
    data = {
        **around(cover, language),
        "title": say(Text("Gespreksleidraad: {title}", "Conversation guide: {title}").fill(title=cover.title)),
        "agenda": [
            {"what": say(what), "how": say(how), "minutes": minutes} for what, how, minutes in _agenda(bool(agreements))
        ],
        "strengths": [{"theme": say(p.theme.title), "headline": say(p.headline)} for p in strengths],
        "gaps": [
            {"theme": say(gap.theme.title), "headline": say(gap.headline), "in_short": say(gap.in_short)}
            for gap in gaps
        ],
        "questions": [{"words": say(words), "whose": say(role).lower()} for role, words in report.questions],
        "agreements": [
            {
                "what": agreement.what,
                "party": say(agreement.party),
                "due": format_date(agreement.due_on, format="d MMM y", locale=language),
                "kept": say(agreement.kept),
            }
            for agreement in agreements
        ],
    }
    return typeset("guide.typ", data, cover.made_at)
