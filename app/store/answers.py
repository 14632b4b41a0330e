"""Owns the queries about invitations, drafts and submissions: the two worlds that share no key, instant or order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from app.domain.answers import Answers
from app.domain.people import Person
from app.store import tables
from app.store.prepared import Prepared

#: States of an invitation whose link works.
ACTIVE = ("invited", "sent")


@dataclass(frozen=True, slots=True)
class Invitation:
    """One person's invitation. `sent`: the answers were sent; what they were is not known from here."""

    id: str
    assessment: str
    party: str
    judges: frozenset[str]
    sent: bool
    statement_confirmed: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What was filled in so far. `chosen`: the respondent said whom they know.

    `page` and `sequence`: the last saving of a page that was open in a browser; an earlier one that comes late loses.
    """

    answers: Answers
    chosen: bool
    page: str = ""
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Submission:
    id: str
    assessment: str
    party: str
    receipt_hash: str
    answers: bytes


# What a respondent does is asked most often.
_SPEND = Prepared(
    update(tables.invitation)
    .where(tables.invitation.c.id == bindparam("invitation"), tables.invitation.c.state == "invited")
    .values(state="sent")
)
_ADD_SUBMISSION = Prepared(insert(tables.submission))
_SUBMISSION = tuple(tables.submission.columns)


def _exchange() -> Prepared:
    """Spend an invitation, store what was sent and drop the draft in one statement, where a database has such a thing.

    Over a network each statement costs the way to and fro.
    """
    spent = (
        update(tables.invitation)
        .where(tables.invitation.c.id == bindparam("invitation"), tables.invitation.c.state == "invited")
        .values(state="sent")
        .returning(tables.invitation.c.id)
        .cte("spent")
    )
    dropped = delete(tables.draft).where(tables.draft.c.invitation_id.in_(select(spent.c.id))).cte("dropped")
    sent = select(*(bindparam(f"new_{column.name}", type_=column.type) for column in _SUBMISSION)).select_from(spent)
    return Prepared(insert(tables.submission).from_select(_SUBMISSION, sent).add_cte(dropped))


_EXCHANGE = _exchange()
_SAVE_DRAFT = Prepared(
    update(tables.draft).where(tables.draft.c.invitation_id == bindparam("invitation")),
    columns=("judged", "chosen", "ratings", "comments", "page", "sequence"),
)
_ADD_DRAFT = Prepared(insert(tables.draft))
_DROP_DRAFT = Prepared(delete(tables.draft).where(tables.draft.c.invitation_id == bindparam("invitation")))


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
        """No letter reaches this address: it does not count as invited."""
        self._connection.execute(
            update(tables.invitation).where(tables.invitation.c.id == invitation).values(undeliverable=True)
        )

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

    def confirm_statement(self, invitation: str) -> None:
        self._connection.execute(
            update(tables.invitation).where(tables.invitation.c.id == invitation).values(statement_confirmed=True)
        )

    def reopen_invitation(self, invitation: str) -> None:
        self._connection.execute(
            update(tables.invitation).where(tables.invitation.c.id == invitation).values(state="invited")
        )

    # --- drafts ---

    def save_draft(self, invitation: str, draft: Draft) -> None:
        values: dict[str, object] = {
            "judged": sorted(draft.answers.judged),
            "chosen": draft.chosen,
            "ratings": dict(draft.answers.ratings),
            "comments": dict(draft.answers.comments),
            "page": draft.page,
            "sequence": draft.sequence,
        }
        if not _SAVE_DRAFT.change(self._connection, invitation=invitation, **values):
            _ADD_DRAFT.change(self._connection, invitation_id=invitation, **values)

    # --- submissions ---

    def has_submission(self, assessment: str, receipt_hash: str) -> bool:
        found = self._connection.scalar(
            select(tables.submission.c.id).where(
                tables.submission.c.assessment_id == assessment, tables.submission.c.receipt_hash == receipt_hash
            )
        )
        return found is not None

    def send(self, invitation: str, submission: Submission) -> bool:
        """Mark an invitation as sent, store what was sent, and drop the draft.

        False, with nothing changed, when it already was sent or was taken back.
        """
        values = {
            "id": submission.id,
            "assessment_id": submission.assessment,
            "party_key": submission.party,
            "receipt_hash": submission.receipt_hash,
            "answers": submission.answers,
        }
        if self._connection.dialect.name != "sqlite":
            new = {f"new_{name}": value for name, value in values.items()}
            return _EXCHANGE.change(self._connection, invitation=invitation, **new) == 1
        if _SPEND.change(self._connection, invitation=invitation) != 1:
            return False
        _ADD_SUBMISSION.change(self._connection, **values)
        _DROP_DRAFT.change(self._connection, invitation=invitation)
        return True

    def withdraw_submission(self, assessment: str, receipt_hash: str, author_hash: str) -> bool:
        """Delete what was sent under a receipt; False when there is no such thing."""
        done = self._connection.execute(
            delete(tables.submission).where(
                tables.submission.c.assessment_id == assessment, tables.submission.c.receipt_hash == receipt_hash
            )
        )
        self._connection.execute(
            delete(tables.comment).where(
                tables.comment.c.assessment_id == assessment, tables.comment.c.author_hash == author_hash
            )
        )
        return done.rowcount == 1

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

    def sent_per_party(self, assessment: str) -> dict[str, int]:
        rows = self._connection.execute(
            select(tables.submission.c.party_key, func.count())
            .where(tables.submission.c.assessment_id == assessment)
            .group_by(tables.submission.c.party_key)
        ).all()
        return {row[0]: row[1] for row in rows}

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
