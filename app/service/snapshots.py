"""Owns how the answers of an assessment become a snapshot. Imports everything that computes."""

import json

from app.domain.assessment import Assessment
from app.domain.snapshot import Snapshot, Wave, make
from app.domain.trend import read_private
from app.service.reference import as_codes
from app.service.work import Work


def make_snapshot(work: Work, assessment: Assessment) -> Snapshot:
    """The snapshot of the answers that are there."""
    constellation = work.constellation_of(assessment)
    packed = work.store.answers.packed_answers(assessment.id)
    sheets = {
        party.key: as_codes(len(constellation.sheet(party)), packed.get(party.key, []))
        for party in constellation.parties
    }
    return make(constellation, assessment.params, sheets, wave_of(work, assessment))


def wave_of(work: Work, assessment: Assessment) -> Wave:
    """Which measurement this is, with the earlier snapshot that closing compared it with, if that is still there."""
    earlier = work.store.assessments.compared_with(assessment.id)
    kept = work.store.results.snapshot(earlier) if earlier else None
    previous = Snapshot(json.loads(kept.document), read_private(json.loads(kept.private))) if kept else None
    return Wave(assessment.id, assessment.wave, previous)
