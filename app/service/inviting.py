"""Owns advice on confidentiality while parties and people are entered, and letters that are sent once more."""

from collections import Counter
from collections.abc import Sequence

from app.domain.advice import Advice, advise, advise_on_assigned
from app.domain.assessment import Actor
from app.domain.constellation import Party
from app.domain.people import Row, key_of, read_judges
from app.domain.problems import NotFound
from app.service.posting import queue
from app.service.work import Work


def advice_on_people(work: Work, actor: Actor, identifier: str, rows: Sequence[Row] = ()) -> list[tuple[Party, Advice]]:
    """Advice per party for the people on the list and those in `rows`, which may still be half typed."""
    assessment = work.own(actor, identifier)
    constellation = work.constellation_of(assessment)
    listed = {person.email: (person.party, person.judges) for _, person in work.store.answers.people(assessment.id)}
    for _, fields in rows:
        if len(fields) >= 3:
            judges = read_judges(fields[3] if len(fields) > 3 else "")
            listed.setdefault(fields[0].lower(), (key_of(fields[2], constellation), judges))
    counts = Counter(party for party, _ in listed.values())
    found = [(party, advise(party, counts[party.key], assessment.params)) for party in assessment.parties]
    for party in assessment.parties:
        theirs = [judges for key, judges in listed.values() if key == party.key]
        for role, others in constellation.choices_of(party).items():
            choosing = sum(role in constellation.choices_left(party, judges) for judges in theirs)
            for about in others:
                people = choosing + sum(about.key in judges for judges in theirs)
                few = advise_on_assigned(party, about, people, len(theirs), assessment.params)
                found += [(party, few)] if few else []
    return found


def advice_on_parties(
    work: Work, actor: Actor, identifier: str, parties: Sequence[tuple[Party, int]]
) -> list[tuple[Party, Advice]]:
    """Advice on parties as they are being entered, each with the number of people expected; 0 is not yet known."""
    assessment = work.own(actor, identifier)
    return [(party, advise(party, people, assessment.params)) for party, people in parties if people]


def send_again(work: Work, actor: Actor, identifier: str, invitation: str) -> None:
    """Send somebody's invitation once more. The same reply and the same letter whether or not that person had sent."""
    assessment = work.own_to_change(actor, identifier)
    assessment.require_open(work.now)
    email = next((p.email for i, p in work.store.answers.people(assessment.id) if i == invitation), None)
    if email is None:
        raise NotFound
    queue(work, "invitation", [(invitation, email)])
    work.record(actor, assessment, "invited_again")
