"""Owns the shelves of one transaction: who has access, assessments, answers, results and the outbox."""

from sqlalchemy import Connection

from app.store.access import Access
from app.store.answers import AnswerStore
from app.store.assessments import Assessments
from app.store.outbox import Outbox
from app.store.results import Results


class Store:
    """Everything that one transaction can read and write."""

    def __init__(self, connection: Connection) -> None:
        self.access = Access(connection)
        self.assessments = Assessments(connection)
        self.answers = AnswerStore(connection)
        self.results = Results(connection)
        self.outbox = Outbox(connection)
