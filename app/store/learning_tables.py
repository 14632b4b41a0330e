"""Owns the tables of what follows a report: conversations with their contacts and agreements, and practices."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index

from app.store.columns import Table, instant, key, parent, table, text


class DialogueRow(Table, table=True):
    """The conversation about one report. `starts_at`: null until it is planned."""

    __tablename__ = "dialogue"

    assessment_id: str = parent("assessment.id", primary_key=True)
    starts_at: datetime | None = instant(nullable=True)
    minutes: int
    place: str = text()
    agenda: str = text()
    sequence: int
    reflection: str = text()


class DialogueContactRow(Table, table=True):
    """An address of somebody of a party; goes thirty days after the conversation at the latest."""

    __tablename__ = "dialogue_contact"
    __table_args__ = (Index(None, "assessment_id"),)

    id: str = key()
    assessment_id: str = parent("assessment.id")
    party_key: str = text()
    email: str = text()


class AgreementRow(Table, table=True):
    """What one party will have done by a day. `contact`: an address that goes thirty days after that day."""

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint("kept in ('unknown', 'kept', 'not_kept')", name="kept"),
        Index(None, "assessment_id"),
        Index(None, "due_on"),
    )

    id: str = key()
    assessment_id: str = parent("assessment.id")
    place: int
    what: str = text()
    party_key: str = text()
    due_on: date
    theme: str | None = text(nullable=True)
    kept: str = text()
    contact: str = text()
    reminded: bool


class PracticeRow(Table, table=True):
    """What works, for one theme of a questionnaire. Belongs to an office, not to an assessment."""

    __tablename__ = "practice"
    __table_args__ = (Index(None, "office_id"), Index(None, "instrument_id", "theme"))

    id: str = key()
    office_id: str = parent("office.id")
    instrument_id: str = text()
    theme: str = text()
    title: str = text()
    words: str = text()
    shared: bool
    recorded_on: date


dialogue = table(DialogueRow)
dialogue_contact = table(DialogueContactRow)
agreement = table(AgreementRow)
practice = table(PracticeRow)
