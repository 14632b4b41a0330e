"""Owns the shelves of one transaction: everything that it can read and write, by subject."""

from sqlalchemy import Connection

from app.store.access import Access
from app.store.answers import AnswerStore
from app.store.assessments import Assessments
from app.store.comments import Comments
from app.store.dialogues import Dialogues
from app.store.kept_answers import KeptAnswers
from app.store.links import Links
from app.store.outbox import Outbox
from app.store.practices import Practices
from app.store.pulse import Pulse
from app.store.results import Results
from app.store.traces import Traces
from app.store.trail import Trail
from app.store.webhooks import Webhooks


class Store:
    """Everything that one transaction can read and write. `links`: what is known already of a link that is held."""

    def __init__(self, connection: Connection, links: Links | None = None) -> None:
        self.access = Access(connection)
        self.assessments = Assessments(connection)
        self.answers = AnswerStore(connection)
        self.links = links or Links(connection)
        self.comments = Comments(connection)
        self.results = Results(connection)
        self.outbox = Outbox(connection)
        self.pulse = Pulse(connection)
        self.dialogues = Dialogues(connection)
        self.practices = Practices(connection)
        self.traces = Traces(connection)
        self.trail = Trail(connection)
        self.webhooks = Webhooks(connection)
        self.kept_answers = KeptAnswers(connection)
