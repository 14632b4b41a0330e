"""Owns erasing: everything that an assessment holds, for good; the audit trail keeps the receipt."""

from app.domain.assessment import Actor, Assessment
from app.service.work import Work


def erase(work: Work, actor: Actor, assessment: Assessment) -> None:
    """Answers, drafts, people, letters that wait, comments, snapshot, links and what followed the report."""
    links = [link.id for link in work.store.results.reader_links(assessment.id)]
    talked = work.store.dialogues.erase(assessment.id)
    work.store.outbox.drop_to_invited(assessment.id)
    work.store.outbox.drop_about([*links, *talked])
    work.store.webhooks.drop_about([assessment.id])
    work.store.kept_answers.forget_office(assessment.office)
    work.store.comments.erase(assessment.id)
    work.store.results.erase(assessment.id)
    work.store.answers.erase(assessment.id)
    work.store.assessments.blank(assessment.id)
    work.record(actor, assessment, "erased")
    work.leave_traces()


def erase_by_hand(work: Work, actor: Actor, identifier: str) -> None:
    """Erase before the retention date what was closed or released; there is no way back."""
    assessment = work.own_to_change(actor, identifier)
    assessment.require_state("closed", "released")
    erase(work, actor, assessment)
