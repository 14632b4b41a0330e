"""Owns the office's side of invitations and submissions: who is invited, and what closing takes of what was sent.

Two worlds that share no key, instant or order. What respondents do is in `links.py`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from app.domain.people import Person
from app.store import tables

#: States of an invitation whose link works.
ACTIVE = ("invited", "sent")


class AnswerStore:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- invitations ---

    def add_invitations(self, assessment: str, people: Sequence[tuple[str, str, Person]]) -> None:
        """Invite people, each given as (id, hash of the token, person)."""
        if people:
            self._connection.execute(
                insert(tables.invitation),
                [
                    {
                        "id": identifier,
                        "assessment_id": assessment,
                        "party_key": person.party,
                        "email": person.email,
                        "name": person.name,
                        "judges": sorted(person.judges),
                        "token_hash": token_hash,
                        "state": "invited",
                        "statement_confirmed": False,
                        "undeliverable": False,
                        "reached": False,
                    }
                    for identifier, token_hash, person in people
                ],
            )

    def people(self, assessment: str) -> list[tuple[str, Person]]:
        """Everyone who is invited now, with the invitation's id: by party and address, never by what they did."""
        rows = self._connection.execute(
            select(
                tables.invitation.c.id,
                tables.invitation.c.email,
                tables.invitation.c.name,
                tables.invitation.c.party_key,
                tables.invitation.c.judges,
            )
            .where(tables.invitation.c.assessment_id == assessment, tables.invitation.c.state.in_(ACTIVE))
            .order_by(tables.invitation.c.party_key, tables.invitation.c.email)
        ).all()
        return [(row.id, Person(row.email, row.name, row.party_key, frozenset(row.judges))) for row in rows]

    def forget_judged(self, assessment: str, kept: Collection[str]) -> None:
        """Parties that are gone from a draft are judged by nobody any more."""
        for invitation, person in self.people(assessment):
            if not person.judges <= set(kept):
                self._connection.execute(
                    update(tables.invitation)
                    .where(tables.invitation.c.id == invitation)
                    .values(judges=sorted(person.judges & set(kept)))
                )

    def unsent(self, assessment: str) -> set[str]:
        """The invitations that still wait for answers: for reminders and links, never for a page."""
        found = self._connection.scalars(
            select(tables.invitation.c.id).where(
                tables.invitation.c.assessment_id == assessment, tables.invitation.c.state == "invited"
            )
        )
        return set(found)

    def everyone(self, assessment: str) -> dict[str, tuple[str, str, bool]]:
        """Address → (invitation, party, still invited) of everyone who ever was invited."""
        invitation = tables.invitation.c
        rows = self._connection.execute(
            select(invitation.email, invitation.id, invitation.party_key, invitation.state).where(
                invitation.assessment_id == assessment, invitation.email != ""
            )
        )
        return {row.email: (row.id, row.party_key, row.state in ACTIVE) for row in rows}

    def invite_again(self, invitation: str, person: Person) -> None:
        """Give somebody who was removed the same invitation back: whoever had sent, had sent."""
        for before, after in (("removed", "invited"), ("removed_sent", "sent")):
            self._connection.execute(
                update(tables.invitation)
                .where(tables.invitation.c.id == invitation, tables.invitation.c.state == before)
                .values(state=after, name=person.name, judges=sorted(person.judges))
            )

    def invited_per_party(self, assessment: str) -> dict[str, int]:
        """Everyone ever invited, but for addresses that no letter reached and from which nothing came."""
        invitation = tables.invitation.c
        rows = self._connection.execute(
            select(invitation.party_key, func.count())
            .where(
                invitation.assessment_id == assessment,
                ~invitation.undeliverable | invitation.state.in_(("sent", "removed_sent")),
            )
            .group_by(invitation.party_key)
        ).all()
        return {row[0]: row[1] for row in rows}

    def delete_invitation(self, assessment: str, identifier: str) -> bool:
        """Take somebody out of a draft as if never entered."""
        done = self._connection.execute(
            delete(tables.invitation).where(
                tables.invitation.c.assessment_id == assessment, tables.invitation.c.id == identifier
            )
        )
        return done.rowcount == 1

    def remove_invitation(self, assessment: str, identifier: str) -> bool:
        """End a link. Whoever was invited keeps counting as invited; what was sent stays."""
        self._connection.execute(delete(tables.draft).where(tables.draft.c.invitation_id == identifier))
        done = 0
        for before, after in (("invited", "removed"), ("sent", "removed_sent")):
            done += self._connection.execute(
                update(tables.invitation)
                .where(
                    tables.invitation.c.assessment_id == assessment,
                    tables.invitation.c.id == identifier,
                    tables.invitation.c.state == before,
                )
                .values(state=after)
            ).rowcount
        return done == 1

    def mark_undeliverable(self, invitation: str) -> None:
        """No letter reaches this address: it does not count as invited.

        Whoever was reached once may have sent: such a person counts, whatever becomes of a second letter.
        """
        self._connection.execute(
            update(tables.invitation)
            .where(tables.invitation.c.id == invitation, ~tables.invitation.c.reached)
            .values(undeliverable=True)
        )

    def mark_reached(self, invitation: str) -> None:
        """The personal link came to this person, who counts as invited from now on."""
        self._mark_reached(tables.invitation.c.id == invitation)

    def mark_all_reached(self, assessment: str) -> None:
        """The same for everyone of an assessment who is invited now."""
        self._mark_reached(tables.invitation.c.assessment_id == assessment, tables.invitation.c.state.in_(ACTIVE))

    def _mark_reached(self, *those: ColumnElement[bool]) -> None:
        self._connection.execute(update(tables.invitation).where(*those).values(reached=True, undeliverable=False))

    def undeliverable(self, assessment: str) -> set[str]:
        """The invitations whose address no letter reaches."""
        found = self._connection.scalars(
            select(tables.invitation.c.id).where(
                tables.invitation.c.assessment_id == assessment, tables.invitation.c.undeliverable
            )
        )
        return set(found)

    def address(self, invitation: str) -> tuple[str, str] | None:
        """(assessment, email) of an invitation that still counts; None once it was taken back."""
        row = self._connection.execute(
            select(tables.invitation.c.assessment_id, tables.invitation.c.email).where(
                tables.invitation.c.id == invitation, tables.invitation.c.state.in_(ACTIVE)
            )
        ).one_or_none()
        return (row.assessment_id, row.email) if row else None

    # --- submissions ---

    def packed_answers(self, assessment: str) -> dict[str, list[bytes]]:
        """Per party the packed answers of everyone who sent, in no order."""
        rows = self._connection.execute(
            select(tables.submission.c.party_key, tables.submission.c.answers).where(
                tables.submission.c.assessment_id == assessment
            )
        )
        found: dict[str, list[bytes]] = {}
        for party, packed in rows:
            found.setdefault(party, []).append(packed)
        return found

    def sent_per_party(self, assessments: Iterable[str]) -> dict[tuple[str, str], int]:
        """How many have sent, per (assessment, party); nothing where nobody has."""
        of = (tables.submission.c.assessment_id, tables.submission.c.party_key)
        rows = self._connection.execute(select(*of, func.count()).where(of[0].in_(list(assessments))).group_by(*of))
        return {(assessment, party): count for assessment, party, count in rows}

    # --- closing ---

    def drop_drafts(self, assessment: str) -> None:
        mine = select(tables.invitation.c.id).where(tables.invitation.c.assessment_id == assessment)
        self._connection.execute(delete(tables.draft).where(tables.draft.c.invitation_id.in_(mine)))

    def rewrite_in_order_of(self, assessment: str, new_ids: Mapping[str, str]) -> None:
        """Write invitations and submissions anew, so that the order of sending leaves no trace in the tables.

        `new_ids`: a fresh random id for each submission and comment; rows are written in the order of those ids.
        """
        for table in (tables.submission, tables.comment):
            rows = self._connection.execute(select(table).where(table.c.assessment_id == assessment)).mappings().all()
            fresh = sorted(({**row, "id": new_ids[row["id"]]} for row in rows), key=lambda r: str(r["id"]))
            self._connection.execute(delete(table).where(table.c.assessment_id == assessment))
            if fresh:
                self._connection.execute(insert(table), fresh)
        table = tables.invitation
        people = (
            self._connection.execute(select(table).where(table.c.assessment_id == assessment).order_by(table.c.id))
            .mappings()
            .all()
        )
        self._connection.execute(delete(table).where(table.c.assessment_id == assessment))
        # What is left says who was invited, and nothing of who sent or whom they judged.
        neutral = {"judges": [], "statement_confirmed": False}
        active = {"invited": "invited", "sent": "invited", "removed": "removed", "removed_sent": "removed"}
        if people:
            self._connection.execute(
                insert(table), [{**row, **neutral, "state": active[row["state"]]} for row in people]
            )

    def forget_people(self, assessment: str) -> None:
        """Addresses and names go; who was invited stays a number."""
        self._connection.execute(
            update(tables.invitation).where(tables.invitation.c.assessment_id == assessment).values(email="", name="")
        )

    def erase(self, assessment: str) -> None:
        """Answers, words, drafts and invitations, for good."""
        self.drop_drafts(assessment)
        for table in (tables.submission, tables.comment, tables.invitation):
            self._connection.execute(delete(table).where(table.c.assessment_id == assessment))

    def ids_of_sent(self, assessment: str) -> list[str]:
        """The ids of all submissions and comments of an assessment."""
        return [
            identifier
            for table in (tables.submission, tables.comment)
            for identifier in self._connection.scalars(select(table.c.id).where(table.c.assessment_id == assessment))
        ]
