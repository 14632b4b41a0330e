"""Owns the queries about conversations after a report: their moment, contacts, agreements and reflection."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from app.domain.dialogue import Agreement, Contact, Dialogue, Kept, Meeting
from app.store import tables

_AGREEMENT = select(
    tables.agreement.c.assessment_id,
    tables.agreement.c.id,
    tables.agreement.c.what,
    tables.agreement.c.party_key,
    tables.agreement.c.due_on,
    tables.agreement.c.theme,
    tables.agreement.c.kept,
    tables.agreement.c.contact,
)


def _agreement(row: Row[*tuple[Any, ...]]) -> Agreement:
    return Agreement(row.id, row.what, row.party_key, row.due_on, row.theme, row.kept, row.contact)


class Dialogues:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, assessment: str) -> Dialogue:
        """What there is of the conversation about one report; empty when nothing was planned or agreed yet."""
        row = self._connection.execute(
            select(tables.dialogue).where(tables.dialogue.c.assessment_id == assessment)
        ).one_or_none()
        meeting = Meeting(row.starts_at, row.minutes, row.place, row.agenda) if row and row.starts_at else None
        return Dialogue(
            meeting=meeting,
            sequence=row.sequence if row else 0,
            contacts=self._contacts(assessment),
            agreements=self.agreements(assessment),
            reflection=row.reflection if row else "",
        )

    def _contacts(self, assessment: str) -> tuple[Contact, ...]:
        contact = tables.dialogue_contact.c
        rows = self._connection.execute(
            select(contact.id, contact.party_key, contact.email)
            .where(contact.assessment_id == assessment)
            .order_by(contact.party_key, contact.email)
        )
        return tuple(Contact(*row) for row in rows)

    def agreements(self, assessment: str) -> tuple[Agreement, ...]:
        """The agreements of one conversation, in the order in which they were written down."""
        rows = self._connection.execute(
            _AGREEMENT.where(tables.agreement.c.assessment_id == assessment).order_by(tables.agreement.c.place)
        )
        return tuple(_agreement(row) for row in rows)

    # --- Planning ---

    def _write(self, assessment: str, **values: object) -> None:
        """Change a conversation, or begin one."""
        changed = self._connection.execute(
            update(tables.dialogue).where(tables.dialogue.c.assessment_id == assessment).values(**values)
        )
        if changed.rowcount == 0:
            empty = {"starts_at": None, "minutes": 0, "place": "", "agenda": "", "sequence": 0, "reflection": ""}
            self._connection.execute(insert(tables.dialogue).values(assessment_id=assessment, **{**empty, **values}))

    def plan(self, assessment: str, meeting: Meeting, sequence: int) -> None:
        self._write(
            assessment,
            starts_at=meeting.starts_at,
            minutes=meeting.minutes,
            place=meeting.place,
            agenda=meeting.agenda,
            sequence=sequence,
        )

    def reflect(self, assessment: str, reflection: str) -> None:
        self._write(assessment, reflection=reflection)

    def add_contacts(self, assessment: str, contacts: Sequence[Contact]) -> None:
        if contacts:
            self._connection.execute(
                insert(tables.dialogue_contact),
                [
                    {"id": contact.id, "assessment_id": assessment, "party_key": contact.party, "email": contact.email}
                    for contact in contacts
                ],
            )

    def drop_contacts(self, contacts: Sequence[str]) -> None:
        self._connection.execute(delete(tables.dialogue_contact).where(tables.dialogue_contact.c.id.in_(contacts)))

    def contact(self, identifier: str) -> tuple[str, Contact] | None:
        """(assessment, contact), while the address is known."""
        contact = tables.dialogue_contact.c
        row = self._connection.execute(
            select(contact.assessment_id, contact.id, contact.party_key, contact.email).where(contact.id == identifier)
        ).one_or_none()
        return (row.assessment_id, Contact(row.id, row.party_key, row.email)) if row else None

    def contacts_of_talks_before(self, instant: datetime) -> list[str]:
        """The contacts of conversations that began before an instant."""
        found = self._connection.scalars(
            select(tables.dialogue_contact.c.id)
            .join(tables.dialogue, tables.dialogue.c.assessment_id == tables.dialogue_contact.c.assessment_id)
            .where(tables.dialogue.c.starts_at < instant)
        )
        return list(found)

    # --- Agreements ---

    def set_agreements(self, assessment: str, agreements: Sequence[Agreement]) -> None:
        """The whole list, in order. Who was reminded of a day is reminded again when that day is another."""
        agreement = tables.agreement.c
        rows = self._connection.execute(
            select(agreement.id, agreement.due_on).where(agreement.assessment_id == assessment, agreement.reminded)
        )
        reminded = {(row.id, row.due_on) for row in rows}
        self._connection.execute(delete(tables.agreement).where(agreement.assessment_id == assessment))
        if agreements:
            self._connection.execute(
                insert(tables.agreement),
                [
                    {
                        "id": found.id,
                        "assessment_id": assessment,
                        "place": place,
                        "what": found.what,
                        "party_key": found.party,
                        "due_on": found.due_on,
                        "theme": found.theme,
                        "kept": found.kept,
                        "contact": found.contact,
                        "reminded": (found.id, found.due_on) in reminded,
                    }
                    for place, found in enumerate(agreements)
                ],
            )

    def agreement(self, identifier: str) -> tuple[str, Agreement] | None:
        """(assessment, agreement)."""
        row = self._connection.execute(_AGREEMENT.where(tables.agreement.c.id == identifier)).one_or_none()
        return (row.assessment_id, _agreement(row)) if row else None

    def tell(self, agreement: str, kept: Kept) -> None:
        self._connection.execute(update(tables.agreement).where(tables.agreement.c.id == agreement).values(kept=kept))

    def due_between(self, first: date, last: date) -> list[tuple[str, Agreement]]:
        """(assessment, agreement) of which nobody said how it went, nobody was reminded, and the day is near."""
        agreement = tables.agreement.c
        rows = self._connection.execute(
            _AGREEMENT.where(
                agreement.kept == "unknown", ~agreement.reminded, agreement.due_on >= first, agreement.due_on <= last
            ).order_by(agreement.due_on, agreement.id)
        )
        return [(row.assessment_id, _agreement(row)) for row in rows]

    def mark_reminded(self, agreement: str) -> None:
        self._connection.execute(
            update(tables.agreement).where(tables.agreement.c.id == agreement).values(reminded=True)
        )

    def agreements_with_address_before(self, day: date) -> list[str]:
        """The agreements that still hold an address, of which the day was before this one."""
        agreement = tables.agreement.c
        found = self._connection.scalars(select(agreement.id).where(agreement.contact != "", agreement.due_on < day))
        return list(found)

    def forget_addresses_of(self, agreements: Sequence[str]) -> None:
        self._connection.execute(
            update(tables.agreement).where(tables.agreement.c.id.in_(agreements)).values(contact="")
        )

    def erase(self, assessment: str) -> list[str]:
        """Everything about one conversation, for good; gives what letters may still be about."""
        dialogue = self.of(assessment)
        for table in (tables.agreement, tables.dialogue_contact, tables.dialogue):
            self._connection.execute(delete(table).where(table.c.assessment_id == assessment))
        return [c.id for c in dialogue.contacts] + [a.id for a in dialogue.agreements]
