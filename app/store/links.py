"""Owns everything that is written with a personal link: drafts, sends, second thoughts.

Answers and invitations are two worlds that share no key, instant or order: only a receipt code leads from one to the
other (`app/store/answers.py` has the office's side).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from app.store import tables
from app.store.behind import Behind, Draft, Invitation, hold_one, read_one
from app.store.prepared import Asked, Prepared, changed_by_all


@dataclass(frozen=True, slots=True)
class SentComment:
    """Somebody's own words as they are sent. `place`: the open question, with `@` and a party where it is about one."""

    id: str
    author_hash: str
    place: str
    words: str


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody sends: the packed answers, and words of their own, each with an id that leads nowhere."""

    id: str
    assessment: str
    party: str
    receipt_hash: str
    answers: bytes
    comments: Sequence[SentComment] = ()


_invitation, _draft = tables.invitation.c, tables.draft.c
_submission, _comment = tables.submission.c, tables.comment.c
_THIS_INVITATION = _invitation.id == bindparam("invitation")
_CONFIRM = Prepared(update(tables.invitation).where(_THIS_INVITATION).values(statement_confirmed=True))
_REOPEN = Prepared(update(tables.invitation).where(_THIS_INVITATION).values(state="invited"))
_SAVE_DRAFT = Prepared(
    update(tables.draft).where(_draft.invitation_id == bindparam("invitation")),
    columns=("judged", "chosen", "ratings", "comments", "page", "sequence"),
)
_ADD_DRAFT = Prepared(insert(tables.draft))
_DROP_DRAFT = Prepared(delete(tables.draft).where(_draft.invitation_id == bindparam("invitation")))
_SPEND_ALONE = update(tables.invitation).where(_THIS_INVITATION, _invitation.state == "invited").values(state="sent")
_SPEND = Prepared(_SPEND_ALONE)
_ADD_SUBMISSION = Prepared(insert(tables.submission))
_ADD_COMMENT = Prepared(insert(tables.comment))
_OF_RECEIPT = (
    _submission.assessment_id == bindparam("assessment"),
    _submission.receipt_hash == bindparam("receipt_hash"),
)
_HAS_SUBMISSION = Prepared(select(func.count()).select_from(tables.submission).where(*_OF_RECEIPT))
_DROP_SUBMISSION = Prepared(delete(tables.submission).where(*_OF_RECEIPT))
_DROP_COMMENTS = Prepared(
    delete(tables.comment).where(
        _comment.assessment_id == bindparam("assessment"), _comment.author_hash == bindparam("author_hash")
    )
)
_COLUMNS_OF_SUBMISSION = tuple(tables.submission.columns)


def _exchange() -> Prepared:
    """Spend an invitation, store what was sent and drop the draft in one statement, where a database has such a thing.

    Over a network each statement costs the way to and fro.
    """
    spent = _SPEND_ALONE.returning(_invitation.id).cte("spent")
    dropped = delete(tables.draft).where(_draft.invitation_id.in_(select(spent.c.id))).cte("dropped")
    new = (bindparam(f"new_{column.name}", type_=column.type) for column in _COLUMNS_OF_SUBMISSION)
    return Prepared(
        insert(tables.submission).from_select(_COLUMNS_OF_SUBMISSION, select(*new).select_from(spent)).add_cte(dropped)
    )


_EXCHANGE = _exchange()


class Links:
    """What is done with personal links, each change at once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_sqlite = connection.dialect.name == "sqlite"

    def behind(self, token_hash: str, *, lock: bool = False, counted: bool = False) -> Behind | None:
        """What stands behind a link that works; None when it leads nowhere.

        `lock`: until this transaction ends the assessment cannot close, and nobody else changes the invitation or its
        draft. `counted`, only for reading: the parties know how many people were invited, which takes time that grows
        with the people.
        """
        if lock and not self._is_sqlite:
            return hold_one(self._connection, token_hash)
        return read_one(self._connection, token_hash, counted=counted)

    def confirm_statement(self, invitation: str) -> None:
        self._change((_CONFIRM, {"invitation": invitation}))

    def save_draft(self, invitation: str, draft: Draft) -> None:
        """Keep what was filled in so far, in place of what was."""
        values = _values_of(draft)
        if not self._change((_SAVE_DRAFT, {"invitation": invitation, **values})):
            self._change((_ADD_DRAFT, {"invitation_id": invitation, **values}))

    def has_submission(self, assessment: str, receipt_hash: str) -> bool:
        found = _HAS_SUBMISSION.row(self._connection, assessment=assessment, receipt_hash=receipt_hash)
        return bool(found[0])

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
        if self._is_sqlite:
            if not self._change((_SPEND, {"invitation": invitation})):
                return False
            self._change((_ADD_SUBMISSION, values))
            self._clear(_DROP_DRAFT, invitation=invitation)
        else:
            new = {f"new_{name}": value for name, value in values.items()}
            if not self._change((_EXCHANGE, {"invitation": invitation, **new})):
                return False
        self._change(*((_ADD_COMMENT, _values_of_comment(submission, comment)) for comment in submission.comments))
        return True

    def withdraw(self, invitation: str, assessment: str, receipt_hash: str, author_hash: str) -> None:
        """Delete what was sent under a receipt, with the comments of its author, and let the invitation send anew."""
        self._change((_DROP_SUBMISSION, {"assessment": assessment, "receipt_hash": receipt_hash}))
        self._clear(_DROP_COMMENTS, assessment=assessment, author_hash=author_hash)
        self._change((_REOPEN, {"invitation": invitation}))

    def _change(self, *asked: Asked) -> int:
        """How many rows were changed, at most one by each statement."""
        return sum(changed_by_all(self._connection, asked))

    def _clear(self, statement: Prepared, **values: object) -> None:
        """Delete as many rows as there are."""
        statement.change(self._connection, **values)


class Broken(Exception):
    """A change that was put off found something else than what was held: nothing of it may stay."""


class HeldLink(Links):
    """One link, with what stands behind it as it was held, and changed since by nobody else.

    Reading it asks nothing any more. Changes are put off, and take part in `behind` at once.
    """

    def __init__(self, connection: Connection, token_hash: str, behind: Behind) -> None:
        super().__init__(connection)
        self._token_hash = token_hash
        self._behind = behind
        self.put_off: list[tuple[Asked, bool]] = []

    def behind(
        self,
        token_hash: str,
        *,
        lock: bool = False,  # noqa: ARG002 - it is held already
        counted: bool = False,
    ) -> Behind | None:
        if token_hash != self._token_hash:
            raise ValueError("another link than the one that is held: holding it too might wait for somebody")
        if counted and (found := super().behind(token_hash, counted=True)):
            return replace(self._behind, assessment=found.assessment)
        return self._behind

    def confirm_statement(self, invitation: str) -> None:
        super().confirm_statement(invitation)
        self._see(replace(self._behind.invitation, statement_confirmed=True))

    def save_draft(self, invitation: str, draft: Draft) -> None:
        values = _values_of(draft)
        if self._behind.draft is None:
            self._change((_ADD_DRAFT, {"invitation_id": invitation, **values}))
        else:
            self._change((_SAVE_DRAFT, {"invitation": invitation, **values}))
        self._behind = replace(self._behind, draft=draft)

    def send(self, invitation: str, submission: Submission) -> bool:
        if self._behind.invitation.sent:
            return False
        super().send(invitation, submission)
        self._behind = replace(self._behind, draft=None)
        self._see(replace(self._behind.invitation, sent=True))
        return True

    def withdraw(self, invitation: str, assessment: str, receipt_hash: str, author_hash: str) -> None:
        super().withdraw(invitation, assessment, receipt_hash, author_hash)
        self._see(replace(self._behind.invitation, sent=False))

    def _see(self, invitation: Invitation) -> None:
        self._behind = replace(self._behind, invitation=invitation)

    def _change(self, *asked: Asked) -> int:
        self.put_off += [(change, True) for change in asked]
        return len(asked)

    def _clear(self, statement: Prepared, **values: object) -> None:
        self.put_off.append(((statement, values), False))


def write_down(connection: Connection, links: Iterable[HeldLink]) -> None:
    """Make all changes that were put off, together. Raises Broken where one did not change the row that was held."""
    put_off = [change for link in links for change in link.put_off]
    changed = changed_by_all(connection, [asked for asked, _ in put_off])
    if any(must_change and rows != 1 for (_, must_change), rows in zip(put_off, changed, strict=True)):
        raise Broken


def _values_of_comment(submission: Submission, comment: SentComment) -> dict[str, object]:
    return {
        "id": comment.id,
        "assessment_id": submission.assessment,
        "party_key": submission.party,
        "author_hash": comment.author_hash,
        "place": comment.place,
        "words": comment.words,
    }


def _values_of(draft: Draft) -> dict[str, object]:
    return {
        "judged": sorted(draft.answers.judged),
        "chosen": draft.chosen,
        "ratings": dict(draft.answers.ratings),
        "comments": dict(draft.answers.comments),
        "page": draft.page,
        "sequence": draft.sequence,
    }
