"""Owns what stands behind personal links: read, or held so that nobody changes it meanwhile."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Select,
    String,
    any_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.domain.answers import Answers
from app.domain.assessment import Assessment
from app.store import tables
from app.store.answers import ACTIVE
from app.store.assessments import ASSESSMENT, assessment_of, parties_of
from app.store.prepared import Found, Prepared, found_by_all


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
class Behind:
    """An assessment, one person's invitation to it, and what this person filled in so far, if anything was kept."""

    assessment: Assessment
    invitation: Invitation
    draft: Draft | None


_invitation, _draft = tables.invitation.c, tables.draft.c
_STANDS = or_(*(_invitation.state == state for state in ACTIVE))
_INVITATION = select(
    _invitation.token_hash,
    _invitation.id,
    _invitation.assessment_id,
    _invitation.party_key,
    _invitation.judges,
    _invitation.state,
    _invitation.statement_confirmed,
)
_DRAFT = select(
    _draft.invitation_id, _draft.judged, _draft.ratings, _draft.comments, _draft.chosen, _draft.page, _draft.sequence
)


class _Questions:
    """What is asked to find what stands behind one link or several, in this order.

    The assessments come first, as in closing, so that where both hold them neither waits for the other for ever; drafts
    come last, so that whoever had to wait for an invitation sees its draft as it was left.
    """

    def __init__(
        self, mine: ColumnElement[bool], *, several: bool = False, counted: bool = False, hold: bool = False
    ) -> None:

        def among(column: ColumnElement[str], found: Select[str]) -> ColumnElement[bool]:
            return column.in_(found) if several else column == found.scalar_subquery()

        def my_assessments(column: ColumnElement[str]) -> ColumnElement[bool]:
            return among(column, select(_invitation.assessment_id).where(mine))

        assessment = ASSESSMENT.where(my_assessments(tables.assessment.c.id))
        parties = parties_of(my_assessments, counted=counted)
        invitation = _INVITATION.where(mine, _STANDS)
        draft = _DRAFT.where(among(_draft.invitation_id, select(_invitation.id).where(mine)))
        if hold:  # of several nobody is waited for
            assessment = assessment.with_for_update(read=True, of=tables.assessment, skip_locked=several)
            invitation = invitation.with_for_update(skip_locked=several)
        self._asked = [Prepared(question) for question in (assessment, parties, invitation, draft)]

    def of_one(self, connection: Connection, **which: object) -> Behind | None:
        """What stands behind the link; None when it leads nowhere."""
        assessments, parties, invited, drafted = self._answers(connection, which)
        if not assessments.given or not invited.given:
            return None
        drafts = drafted.rows()
        return Behind(_read(assessments, parties), _invitation_of(invited.rows()[0]), _draft_of(*drafts))

    def of_each(self, connection: Connection, **which: object) -> dict[str, Behind]:
        """What stands behind each link that works, by the hash of its token."""
        assessments, parties, invited, drafted = self._answers(connection, which)
        parties_by = parties.apart("assessment_id")
        by_id = {key: _read(found, parties_by[key]) for key, found in assessments.apart("id").items()}
        drafts = {row.invitation_id: row for row in drafted.rows()}
        return {
            row.token_hash: Behind(by_id[row.assessment_id], _invitation_of(row), _draft_of(drafts.get(row.id)))
            for row in invited.rows()
            if row.assessment_id in by_id
        }

    def _answers(self, connection: Connection, which: Mapping[str, object]) -> list[Found]:
        return found_by_all(connection, *((asked, which) for asked in self._asked))


def _invitation_of(row: Any) -> Invitation:
    judges = frozenset(row.judges)
    return Invitation(row.id, row.assessment_id, row.party_key, judges, row.state == "sent", row.statement_confirmed)


def _draft_of(row: Any = None) -> Draft | None:
    return row and Draft(Answers(frozenset(row.judged), row.ratings, row.comments), row.chosen, row.page, row.sequence)


_ONE = _invitation.token_hash == bindparam("token_hash")
_READ = {counted: _Questions(_ONE, counted=counted) for counted in (False, True)}
#: On SQLite, which has one writer, nothing needs to be held.
_HOLD = _Questions(_ONE, hold=True)
_LISTED = func.json_each(bindparam("hashes", type_=JSON)).table_valued("value")
_HOLD_SEVERAL = {
    "sqlite": _Questions(_invitation.token_hash.in_(select(_LISTED.c.value)), several=True),
    "postgresql": _Questions(
        _invitation.token_hash == any_(bindparam("hashes", type_=ARRAY(String))), several=True, hold=True
    ),
}


def read_one(connection: Connection, token_hash: str, *, counted: bool) -> Behind | None:
    """What stands behind one link; None when it leads nowhere. `counted`: the parties know how many were invited."""
    return _READ[counted].of_one(connection, token_hash=token_hash)


def hold_one(connection: Connection, token_hash: str) -> Behind | None:
    """The same on PostgreSQL, held until this transaction ends: the assessment stays open, the rest unchanged."""
    return _HOLD.of_one(connection, token_hash=token_hash)


def hold_at_once(connection: Connection, hashes: Collection[str]) -> dict[str, Behind]:
    """What stands behind several links, held until this transaction ends (on SQLite by the one who writes).

    Waits for nobody: a link that somebody else holds, or whose assessment is closing, is left out, as is one that leads
    nowhere.
    """
    return _HOLD_SEVERAL[connection.dialect.name].of_each(connection, hashes=list(hashes))


#: Assessments by the rows they were read from. Everybody of an assessment asks for the same ones all the time.
_known: dict[str, Assessment] = {}
_MOST_KNOWN = 1000


def _read(assessments: Found, parties: Found) -> Assessment:
    key = assessments.key + parties.key
    found = _known.get(key)
    if found is None:
        found = assessment_of(assessments.rows()[0], parties.rows())
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        _known[key] = found
    return found
