"""Owns the one question that every step of a respondent begins with: what stands behind a personal link."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, or_, select

from app.domain.answers import Answers
from app.domain.assessment import Assessment
from app.store import tables
from app.store.answers import ACTIVE, Draft, Invitation
from app.store.assessments import ASSESSMENT, assessment_of, parties_of
from app.store.prepared import Found, Prepared, found_by_all


@dataclass(frozen=True, slots=True)
class Behind:
    """An assessment, one person's invitation to it, and what this person filled in so far."""

    assessment: Assessment
    invitation: Invitation
    draft: Draft


_invitation, _draft = tables.invitation.c, tables.draft.c
_OF_LINK = _invitation.token_hash == bindparam("token_hash")
_ITS_ASSESSMENT = select(_invitation.assessment_id).where(_OF_LINK).scalar_subquery()
_ASSESSMENT = ASSESSMENT.where(tables.assessment.c.id == _ITS_ASSESSMENT)
_INVITATION = select(
    _invitation.id,
    _invitation.assessment_id,
    _invitation.party_key,
    _invitation.judges,
    _invitation.state,
    _invitation.statement_confirmed,
).where(_OF_LINK, or_(*(_invitation.state == state for state in ACTIVE)))
_DRAFT = Prepared(
    select(_draft.judged, _draft.ratings, _draft.comments, _draft.chosen, _draft.page, _draft.sequence).where(
        _draft.invitation_id == select(_invitation.id).where(_OF_LINK).scalar_subquery()
    )
)
_PARTIES = {counted: Prepared(parties_of(_ITS_ASSESSMENT, counted=counted)) for counted in (False, True)}
#: To read, and to write on a database of several writers. There the assessment is held first, as closing does, so that
#: the two never wait for each other; and the draft is read last, so that whoever had to wait sees it as it was left.
_TO_READ = (Prepared(_ASSESSMENT), Prepared(_INVITATION))
_TO_WRITE = (
    Prepared(_ASSESSMENT.with_for_update(read=True, of=tables.assessment)),
    Prepared(_INVITATION.with_for_update()),
)


class Links:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def behind(self, token_hash: str, *, lock: bool = False, counted: bool = False) -> Behind | None:
        """What stands behind a link that works; None when it leads nowhere.

        `lock`: until this transaction ends the assessment cannot close, and nobody else changes the invitation or its
        draft. `counted`: the parties know how many people were invited, which takes time that grows with the people.
        """
        held = lock and self._connection.dialect.name != "sqlite"
        assessment, invitation = _TO_WRITE if held else _TO_READ
        token = {"token_hash": token_hash}
        assessments, parties, invited, drafted = found_by_all(
            self._connection, (assessment, token), (_PARTIES[counted], token), (invitation, token), (_DRAFT, token)
        )
        invitations, drafts = invited.rows(), drafted.rows()
        if not assessments.given or not invitations:
            return None
        identifier, whose, party, judges, state, confirmed = invitations[0]
        draft = Draft(Answers(), chosen=False)
        if drafts:
            judged, ratings, comments, chosen, page, sequence = drafts[0]
            draft = Draft(Answers(frozenset(judged), ratings, comments), chosen, page, sequence)
        return Behind(
            _read(assessments, parties),
            Invitation(identifier, whose, party, frozenset(judges), state == "sent", confirmed),
            draft,
        )


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
