"""Owns reporting: response as bands while open, the stored snapshot after release, and the report made from it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.assessment import Actor, Assessment, ResponseBand, State, live_band
from app.domain.comments import CommentsOfVoice
from app.domain.constellation import Party
from app.domain.instrument import Instrument
from app.domain.problems import Erased, NotFound, NotReleased, Problem
from app.domain.report import Report
from app.service import comments
from app.service.access import Reader
from app.service.commissioning import constellation_name
from app.service.work import Work
from app.store.results import AuditEvent, StoredSnapshot

#: Per party a band; None for a statement, whose one person would be seen to have sent or not.
Response = list[tuple[Party, ResponseBand | None]]


def response(work: Work, actor: Actor, identifier: str) -> Response:
    """The response of a draft or of an assessment that is open."""
    assessment = work.own(actor, identifier)
    assessment.require_state("draft", "open")
    return _responses(work, [assessment])[assessment.id]


def responses(work: Work, actor: Actor) -> dict[str, Response]:
    """The response of every assessment of the office that is open, by id."""
    return _responses(work, [a for a in work.store.assessments.of_office(actor.office) if a.state == "open"])


def _responses(work: Work, assessments: Sequence[Assessment]) -> dict[str, Response]:
    sent = work.store.answers.sent_per_party(a.id for a in assessments)
    return {a.id: [(p, _live_band(a, p, sent.get((a.id, p.key), 0))) for p in a.parties] for a in assessments}


def _live_band(assessment: Assessment, party: Party, sent: int) -> ResponseBand | None:
    """Nothing where the list changed after opening: adding people would move the bands until they tell the count."""
    if party.attributed:
        return None
    return "list_changed" if party.changed else live_band(sent, party.invited, assessment.params.k_party)


def scores_hash(work: Work, actor: Actor, identifier: str) -> str:
    """The hash of the released snapshot: enough for a dashboard that has it already."""
    found = work.store.results.state_and_hash(actor.office, identifier)
    if found is None:
        raise NotFound
    state, hash_ = found
    if state != "released" or hash_ is None:
        raise _missing(state)
    return hash_


def scores(work: Work, actor: Actor, identifier: str) -> StoredSnapshot:
    """The released snapshot. Nothing is computed while reading."""
    scores_hash(work, actor, identifier)
    found = work.store.results.snapshot(identifier)
    if found is None:
        raise NotReleased
    return found


def _released(work: Work, assessment: Assessment) -> StoredSnapshot:
    found = work.store.results.snapshot(assessment.id)
    if assessment.state != "released" or found is None:
        raise _missing(assessment.state)
    return found


def _missing(state: State) -> Problem:
    """Why there are no figures."""
    return Erased() if state == "erased" else NotReleased()


@dataclass(frozen=True)
class ReportOf:
    """A report with what stands around it."""

    assessment: Assessment
    constellation: str
    report: Report
    hash: str
    comments: tuple[CommentsOfVoice, ...] = ()


def report_for_member(work: Work, actor: Actor, identifier: str) -> ReportOf:
    return _report(work, work.own(actor, identifier))


def report_for_reader(work: Work, reader: Reader, identifier: str) -> ReportOf:
    """The same report for everyone; a reader link opens only its own assessment."""
    if reader.assessment.id != identifier:
        raise NotFound
    return _report(work, reader.assessment)


def _report(work: Work, assessment: Assessment) -> ReportOf:
    kept = _released(work, assessment)
    report = Report(json.loads(kept.document), work.instrument_of(assessment), assessment.label_set)
    return ReportOf(
        assessment, constellation_name(work, assessment), report, kept.hash, comments.released(work, assessment)
    )


def audit_events(work: Work, actor: Actor, identifier: str) -> list[AuditEvent]:
    return work.store.results.audit_events(actor.office, work.own(actor, identifier).id)


#: The page of an office's audit trail goes back so many events; the API goes back to the first.
EVENTS_SHOWN = 300


def events_of_office(work: Work, actor: Actor) -> list[AuditEvent]:
    """What was last done in the actor's office, newest first."""
    return work.store.results.newest_events(actor.office, EVENTS_SHOWN)


def titles(work: Work, actor: Actor) -> dict[str, str]:
    """The title of each assessment of the office, by id."""
    return {found.id: found.title for found in work.store.assessments.of_office(actor.office)}


def instruments(work: Work) -> tuple[Instrument, ...]:
    return work.catalogue.all()
