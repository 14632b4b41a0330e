"""Owns the queries about comments: what was written, what was released of it, and who may never read them."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, insert, select, update

from app.domain.comments import Comment, ReleasedComment
from app.store import tables


class Comments:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of(self, assessment: str) -> list[Comment]:
        """Everything that was written, by random id."""
        comment = tables.comment.c
        rows = self._connection.execute(
            select(comment.id, comment.party_key, comment.author_hash, comment.place, comment.words)
            .where(comment.assessment_id == assessment)
            .order_by(comment.id)
        )
        return [Comment(row.id, row.party_key, row.author_hash, row.place.split("@")[0], row.words) for row in rows]

    def released(self, assessment: str) -> list[ReleasedComment]:
        comment = tables.released_comment.c
        rows = self._connection.execute(
            select(comment.id, comment.party_key, comment.question, comment.words)
            .where(comment.assessment_id == assessment)
            .order_by(comment.id)
        )
        return [ReleasedComment(*row) for row in rows]

    def release(self, assessment: str, comments: Collection[ReleasedComment]) -> None:
        """Let these be what is released, in place of what was."""
        self.erase(assessment)
        if comments:
            self._connection.execute(
                insert(tables.released_comment),
                [
                    {
                        "id": comment.id,
                        "assessment_id": assessment,
                        "party_key": comment.party,
                        "question": comment.question,
                        "words": comment.words,
                    }
                    for comment in comments
                ],
            )

    def keep_members_who_took_part(self, assessment: str, marks: Sequence[str]) -> None:
        """What is left of the list when its addresses go: a mark of each member of the office who stood on it."""
        self._connection.execute(
            update(tables.assessment)
            .where(tables.assessment.c.id == assessment)
            .values(members_who_took_part=sorted(marks))
        )

    def members_who_took_part(self, assessment: str) -> set[str]:
        """The marks that were kept when the addresses went; empty until then."""
        columns = tables.assessment.c
        found = self._connection.scalar(select(columns.members_who_took_part).where(columns.id == assessment))
        return set(found or ())

    def erase(self, assessment: str) -> None:
        """What was released, for good; what was written goes with the answers."""
        self._connection.execute(
            delete(tables.released_comment).where(tables.released_comment.c.assessment_id == assessment)
        )
