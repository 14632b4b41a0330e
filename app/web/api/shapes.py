"""Wire shapes of the API: camelCase JSON, apart from the domain's values."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, model_validator
from pydantic.alias_generators import to_camel

from app.domain.answers import LONGEST_COMMENT
from app.domain.assessment import Assessment, State
from app.domain.constellation import Questionnaire
from app.domain.people import Person
from app.domain.promise import confidentiality
from app.domain.text import Language, Text
from app.service.responding import Respondent


class WrongShape(ValueError):
    """A fault that a shape of ours finds itself, in both languages."""

    def __init__(self, dutch: str, english: str) -> None:
        super().__init__(english)
        self.words = Text(dutch, english)


class Shape(BaseModel):
    """Everything on the wire: camelCase, nothing unknown, no guessing of types."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _of_whole_characters(cls, given: Any) -> Any:
        """No database keeps NUL or half a character (a lone surrogate) in text, and no text needs them."""
        if isinstance(given, dict):
            if len(given) > len(cls.model_fields) + MOST_UNKNOWN:
                names = ", ".join(field.alias or name for name, field in cls.model_fields.items())
                raise WrongShape(
                    f"Er zijn {len(given)} velden, en alleen deze bestaan: {names}.",
                    f"There are {len(given)} fields, and only these exist: {names}.",
                )
            _require_text(given, DEEPEST)
        return given


#: No shape of ours has more levels than this within each other.
DEEPEST = 20
#: So many fields that do not exist are named one by one.
MOST_UNKNOWN = 50


def _require_text(given: object, deep: int) -> None:
    """Raises WrongShape for text that no database keeps, and for what goes too deep to be of any shape."""
    if isinstance(given, str):
        if not given.isascii() and any("\ud800" <= letter <= "\udfff" for letter in given):
            raise WrongShape(
                "Tekst kan geen half teken bevatten (een los surrogaat).",
                "Text cannot hold half a character (a lone surrogate).",
            )
        if "\x00" in given:
            raise WrongShape("Tekst kan het teken NUL niet bevatten.", "Text cannot hold the character NUL.")
    elif isinstance(given, dict | list):
        if not deep:
            raise WrongShape("Dit gaat te diep.", "This goes too deep.")
        inner = [*given.keys(), *given.values()] if isinstance(given, dict) else given
        for one in inner:
            _require_text(one, deep - 1)


Short = Annotated[str, Field(max_length=300)]
Long = Annotated[str, Field(max_length=5000)]


def _as_day(given: object) -> object:
    if given is None or isinstance(given, date):
        return given
    if not isinstance(given, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
        raise WrongShape("Dit moet een dag zijn zoals 2027-03-31.", "This must be a day such as 2027-03-31.")
    return given


Day = Annotated[date | None, BeforeValidator(_as_day), Field(json_schema_extra={"format": "date"})]


class PartyIn(Shape):
    key: Annotated[str, Field(max_length=40)]
    role: Annotated[str, Field(max_length=60)]
    name: Short
    voice: Literal["group", "statement"] = "group"


class PartyOut(PartyIn):
    invited: int


class AssessmentPatch(Shape):
    """What may be changed: everything in a draft, only `closesDate` (to a later day) while open."""

    constellation: Short | None = None
    title: Short | None = None
    label_set: Annotated[str, Field(max_length=60)] | None = None
    purpose: Long | None = None
    legal_basis: Short | None = None
    contact_name: Short | None = None
    contact_email: Short | None = None
    closes_date: Day = None
    retention_date: Day = None
    parties: Annotated[list[PartyIn], Field(max_length=200)] | None = None
    params: Annotated[dict[str, object], Field(max_length=100)] | None = None


class AssessmentIn(AssessmentPatch):
    """A new draft; what is left out can be filled in later."""

    constellation: Short
    instrument: Annotated[str, Field(max_length=60)]
    version: Annotated[int, Field(ge=1)] | None = None
    next_wave_of: Annotated[str, Field(max_length=100)] | None = None


class InstrumentName(Shape):
    id: str
    version: int


class AssessmentOut(Shape):
    id: str
    constellation_id: str
    constellation: str
    wave: int
    instrument: InstrumentName
    label_set: str
    title: str
    purpose: str
    legal_basis: str
    contact_name: str
    contact_email: str
    closes_date: Day
    retention_date: Day
    status: State
    params: dict[str, object]
    parties: list[PartyOut]


class AssessmentPage(Shape):
    """`next`: the cursor of the next page; null on the last."""

    items: list[AssessmentOut]
    next: str | None


def assessment_out(assessment: Assessment, constellation: str) -> AssessmentOut:
    return AssessmentOut(
        id=assessment.id,
        constellation_id=assessment.constellation,
        constellation=constellation,
        wave=assessment.wave,
        instrument=InstrumentName(id=assessment.instrument[0], version=assessment.instrument[1]),
        label_set=assessment.label_set,
        title=assessment.title,
        purpose=assessment.about.purpose,
        legal_basis=assessment.about.legal_basis,
        contact_name=assessment.about.contact_name,
        contact_email=assessment.about.contact_email,
        closes_date=assessment.closes_on,
        retention_date=assessment.retention_on,
        status=assessment.state,
        params={to_camel(key): value for key, value in assessment.params.as_json().items()},
        parties=[
            PartyOut(key=p.key, role=p.role, name=p.name, voice=p.voice, invited=p.invited) for p in assessment.parties
        ],
    )


class StatusIn(Shape):
    """The next state. `confirmedHidden`: parties of which it is known that they will stay hidden (with `open`)."""

    status: Literal["open", "closed", "released"]
    confirmed_hidden: Annotated[list[str], Field(max_length=200)] = []


class PersonIn(Shape):
    email: Annotated[str, Field(max_length=300)]
    name: Short = ""
    party: Annotated[str, Field(max_length=60)]
    judges: Annotated[list[str], Field(max_length=50)] = []


class PeopleIn(Shape):
    people: Annotated[list[PersonIn], Field(max_length=20_000)]


class InvitationOut(Shape):
    """Somebody who is invited. Whether this person has sent is known to nobody."""

    id: str
    email: str
    name: str
    party: str
    judges: list[str]


class InvitationPage(Shape):
    """`next`: the cursor of the next page; null on the last."""

    items: list[InvitationOut]
    next: str | None


def invitation_out(identifier: str, person: Person) -> InvitationOut:
    return InvitationOut(
        id=identifier, email=person.email, name=person.name, party=person.party, judges=sorted(person.judges)
    )


class InvitationsAdded(Shape):
    added: int
    notices: list[str]


class AuditEventOut(Shape):
    """One thing that an office did. `actor`: a member, a key (then `detail` has `by: key`), or the service itself."""

    id: str
    occurred_at: datetime
    actor: str
    action: str
    assessment_id: str | None
    detail: dict[str, Any]


class AuditEventPage(Shape):
    """`next`: the cursor of the next page; null on the last."""

    items: list[AuditEventOut]
    next: str | None


class ResponseOut(Shape):
    """Response of one party while open, as a band; null for an attributed statement."""

    party: str
    invited: int
    band: str | None


# --- The respondent ---------------------------------------------------------------------------------------------------

RatingValue = StrictInt | Literal["dont_know", "not_applicable", ""] | None


class AnswersIn(Shape):
    """The whole draft or a part of it: what is given replaces what was there, null or empty clears it.

    `judged`: the keys of the parties that the respondent knows, an empty list for none. Where `mustChoose` is true it
    is given before sending.
    """

    judged: Annotated[list[str], Field(max_length=200)] | None = None
    ratings: Annotated[dict[str, RatingValue], Field(max_length=3000)] = {}
    comments: Annotated[dict[str, Annotated[str, Field(max_length=LONGEST_COMMENT)]], Field(max_length=300)] = {}


class SubmissionIn(Shape):
    """`receiptCode`: from the questionnaire. Sending again with the same code gives the same receipt."""

    receipt_code: Annotated[str, Field(max_length=60)]


class SubmissionOut(Shape):
    receipt_code: str


class ConfirmationIn(Shape):
    """All holders of the role know and agree that the answers appear under the party's name."""

    holders_agree: Literal[True]


class RatingPlace(Shape):
    key: str
    about: str | None


class StatementOut(Shape):
    item: str
    block: str
    text: str
    ratings: list[RatingPlace]


class PageOut(Shape):
    theme: str
    title: str
    definition: str
    statements: list[StatementOut]


class CommentPlace(Shape):
    key: str
    about: str | None
    text: str


class Choice(Shape):
    key: str
    name: str


class QuestionnaireOut(Shape):
    """What this respondent is asked, what was filled in so far, and what is promised.

    `confidentiality`: who sees what, and what cannot be ruled out, in the language asked for; whoever answers reads it
    before beginning.
    """

    assessment: str
    purpose: str
    legal_basis: str
    contact_name: str
    contact_email: str
    retention_date: Day
    confidentiality: list[str]
    party: str
    sent: bool
    statement: bool
    statement_confirmed: bool
    choices: dict[str, list[Choice]]
    must_choose: bool
    judged: list[str]
    minutes: int
    scale: list[str]
    pages: list[PageOut]
    comments: list[CommentPlace]
    ratings: dict[str, RatingValue]
    written: dict[str, str]
    closes_date: Day
    receipt_code: str


def questionnaire_out(who: Respondent, code: str, language: Language) -> QuestionnaireOut:
    questionnaire: Questionnaire = who.questionnaire
    answers = who.answers
    return QuestionnaireOut(
        assessment=who.assessment.title,
        purpose=who.assessment.about.purpose,
        legal_basis=who.assessment.about.legal_basis,
        contact_name=who.assessment.about.contact_name,
        contact_email=who.assessment.about.contact_email,
        retention_date=who.assessment.retention_on,
        confidentiality=[
            words.in_(language) for words in confidentiality(who.party, who.assessment.params, who.invitation.judges)
        ],
        party=who.party.key,
        sent=who.invitation.sent,
        statement=who.party.attributed,
        statement_confirmed=who.invitation.statement_confirmed,
        choices={role: [Choice(key=p.key, name=p.name) for p in ps] for role, ps in who.choices.items()},
        must_choose=who.must_choose,
        judged=sorted(who.judged),
        minutes=questionnaire.minutes,
        scale=[label.in_(language) for label in who.constellation.instrument.scale.labels],
        pages=[
            PageOut(
                theme=page.theme.key,
                title=page.theme.title.in_(language),
                definition=page.theme.definition.in_(language),
                statements=[
                    StatementOut(
                        item=statement.item.id,
                        block=statement.block,
                        text=statement.text.in_(language),
                        ratings=[RatingPlace(key=rating.key, about=rating.about) for rating in statement.rows],
                    )
                    for statement in page.statements
                ],
            )
            for page in questionnaire.pages
        ],
        comments=[
            CommentPlace(key=field.key, about=field.about, text=field.question.text.in_(language))
            for field in questionnaire.comments
        ],
        ratings=dict(answers.ratings),
        written=dict(answers.comments),
        closes_date=who.assessment.closes_on,
        receipt_code=code,
    )
