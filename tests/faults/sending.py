"""Many respondents who send at once, and what is stored of it afterwards."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx

from app.domain.assessment import Assessment
from app.service import snapshots
from app.service.tokens import plain_receipt, receipt_code, receipt_hashes
from tests.people import House, address

WORDS = "Wij spreken elkaar te weinig."


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who filled in everything, and a receipt code as the browser holds it before sending."""

    invitation: str
    token: str
    code: str

    @property
    def hashes(self) -> tuple[str, str]:
        """What is stored of the code: (with the answers, with the words)."""
        return receipt_hashes(self.invitation, plain_receipt(self.code) or "")


def ready_to_send(house: House, people: Mapping[str, int]) -> tuple[Assessment, list[Sender]]:
    """An open assessment in which everyone filled in, each something else, and nobody has sent. No letter waits."""
    today = house.clock().date()
    made = house.opened(people, closes_on=today + timedelta(days=30), retention_on=today + timedelta(days=400))
    dice = random.Random(1)
    links = house.everyone_fills_in(made, lambda _: dice.randint(1, 5), {"oq-gesprek": WORDS})
    with house.work() as work:
        work.store.outbox.drop_all()
        invitations = {person.email: invitation for invitation, person in work.store.answers.people(made.id)}
    assert set(links) == {address(party, n + 1) for party, count in people.items() for n in range(count)}
    senders = [Sender(invitations[email], token, receipt_code(token)) for email, token in links.items()]
    dice.shuffle(senders)
    # The process that is started next is alone with the database, as after a crash.
    house.workshop.database.close()
    return made, senders


def send_all(
    urls: Sequence[str],
    senders: Sequence[Sender],
    at_once: int,
    *,
    after: int = -1,
    then: Callable[[], object] = lambda: None,
) -> list[httpx.Response | None]:
    """Everyone sends, so many at once, spread over processes; None where no answer came.

    `then` happens as soon as `after` answers have come in, in a thread beside the sending that goes on.
    """
    answers: list[httpx.Response | None] = [None] * len(senders)
    waiting = iter(enumerate(senders))

    async def all_of_them() -> None:
        beside: list[asyncio.Task[object]] = []

        async def one(client: httpx.AsyncClient) -> None:
            for place, sender in waiting:
                url = f"{urls[place % len(urls)]}/api/v1/questionnaire/submission"
                headers = {"authorization": f"Bearer {sender.token}"}
                try:
                    answers[place] = await client.post(url, headers=headers, json={"receiptCode": sender.code})
                except httpx.TransportError:
                    continue
                if sum(answer is not None for answer in answers) == after:
                    beside.append(asyncio.create_task(asyncio.to_thread(then)))

        async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=at_once)) as client:
            await asyncio.gather(*(one(client) for _ in range(at_once)))
        await asyncio.gather(*beside)

    asyncio.run(all_of_them())
    return answers


@contextmanager
def held_up(house: House) -> Iterator[None]:
    """Another program holds what writers need; they wait until it lets go, or until they have waited too long."""
    with house.workshop.database.engine.connect() as connection:
        connection.info["write"] = True
        with connection.begin():
            if not house.workshop.database.is_sqlite:
                connection.exec_driver_sql("LOCK TABLE draft, submission, invitation IN ACCESS EXCLUSIVE MODE")
            yield


def accepted(senders: Sequence[Sender], answers: Sequence[httpx.Response | None]) -> list[Sender]:
    """Those who were told that their answers arrived."""
    return [
        sender
        for sender, answer in zip(senders, answers, strict=True)
        if answer is not None and answer.status_code == 201 and answer.json()["receiptCode"] == sender.code
    ]


def arrived(house: House, senders: Sequence[Sender]) -> list[Sender]:
    """Whose answers are stored: each wholly and once, and of the others nothing. Before closing."""
    answers = Counter(row[0] for row in house.stored("SELECT receipt_hash FROM submission"))
    words = Counter(row[0] for row in house.stored("SELECT author_hash FROM comment"))
    states = dict(house.stored("SELECT id, state FROM invitation"))
    drafts = {row[0] for row in house.stored("SELECT invitation_id FROM draft")}
    found = []
    for sender in senders:
        with_answers, with_words = sender.hashes
        whole = (answers.pop(with_answers, 0), words.pop(with_words, 0), states[sender.invitation])
        assert (*whole, sender.invitation in drafts) in ((1, 1, "sent", False), (0, 0, "invited", True))
        if whole[0]:
            found.append(sender)
    assert not answers, "answers that nobody here sent, or twice"
    assert not words, "words that nobody here sent, or twice"
    return found


def require_counted(house: House, made: Assessment, senders: Sequence[Sender]) -> None:
    """The snapshot is that of the answers of these people, and of nobody else: to the last unrounded figure."""
    assert house.again(made).state in ("closed", "released")
    kept = Counter(row[0] for row in house.stored("SELECT receipt_hash FROM submission"))
    assert kept == Counter(sender.hashes[0] for sender in senders)
    assert house.number_of("snapshot") == 1
    assert house.number_of("draft") == 0
    with house.work(write=False) as work:
        stored = work.store.results.snapshot(made.id)
        again = snapshots.make_snapshot(work, house.again(made))
    assert stored is not None
    assert json.loads(stored.private) == json.loads(json.dumps(again.private.as_json()))
    assert json.loads(stored.document) == again.document
