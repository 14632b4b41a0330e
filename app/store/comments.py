"""Owns the queries about comments: what was written, and what was released of it after closing."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select

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

    def erase(self, assessment: str) -> None:
        """What was released, for good; what was written goes with the answers."""
        self._connection.execute(
            delete(tables.released_comment).where(tables.released_comment.c.assessment_id == assessment)
        )
