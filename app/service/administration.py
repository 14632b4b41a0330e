"""Owns the work of the operator: links to hand out, and answers to recompute a snapshot with."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.assessment import Actor, Assessment, MemberRole, Scope
from app.domain.problems import InvalidInput, NotFound
from app.domain.text import Text
from app.service.access import as_asked, make_key_for_office, make_office, make_sign_in_link, members
from app.service.offices import faults_of_length
from app.service.tokens import link_token
from app.service.work import Work
from app.store.access import Office

OPERATOR = "rolvast (operator)"


def sign_in_link(work: Work, office: str, email: str, role: MemberRole) -> tuple[str, bool]:
    """A link for a member of the office with this name (an administrator has none), and whether the office is new."""
    if role == "administrator":
        operator, is_new = Actor("", OPERATOR, may_write=True, administers=True), False
    else:
        operator, is_new = _made_when_new(work, office.strip())
    known = any(member.email == as_asked(email) for member in members(work, operator))
    token = make_sign_in_link(work, operator.office, email, role)
    if not known:
        work.record_of_office(operator, "member_added", who=as_asked(email), role=role)
    work.record_of_office(operator, "link_to_sign_in_made", who=as_asked(email))
    return token, is_new


def api_key(work: Work, office: str, name: str, scope: Scope) -> str:
    """A fresh key for the office with this name, which must be there: a key of a new one would read nothing."""
    return make_key_for_office(work, Actor(_known(work, office.strip()), OPERATOR, may_write=True), name, scope)


def _known(work: Work, name: str) -> str:
    """The id of the office with this name."""
    found = work.store.access.office_named(name)
    if found:
        return found
    names = ", ".join(f"'{office.name}'" for office in offices(work))
    if not names:
        raise NotFound(
            Text(
                "Er is nog geen bureau. `rolvast sign-in-link EMAIL --office NAAM` maakt het eerste.",
                "There is no office yet; `rolvast sign-in-link EMAIL --office NAME` makes the first.",
            )
        )
    raise NotFound(
        Text(
            "Er is geen bureau met de naam '{name}'. Dit zijn de bureaus: {names}.",
            "There is no office named '{name}'. The offices are: {names}.",
        ).fill(name=name, names=names)
    )


def _made_when_new(work: Work, name: str) -> tuple[Actor, bool]:
    """The operator at work in the office with this name, and whether it had to be made."""
    if faults := faults_of_length(name):
        raise InvalidInput(faults)
    is_new = work.store.access.office_named(name) is None
    operator = Actor(make_office(work, name), OPERATOR, may_write=True)
    if is_new:
        work.record_of_office(operator, "office_added", what=name)
    return operator, is_new


def links_of_everyone(work: Work, identifier: str) -> list[tuple[str, str, str]]:
    """(party, address, token) of everyone invited now, to be passed on. Leaves a line in the audit trail."""
    assessment = assessment_anywhere(work, identifier)
    work.store.answers.mark_all_reached(assessment.id)
    work.record(Actor(assessment.office, OPERATOR, may_write=True), assessment, "links_shown")
    return list(invitation_tokens(work, assessment))


def offices(work: Work) -> list[Office]:
    return work.store.access.offices()


def assessment_anywhere(work: Work, identifier: str) -> Assessment:
    """An assessment of any office: only the operator's commands may ask so."""
    for office in work.store.access.offices():
        found = work.store.assessments.find(office.id, identifier)
        if found:
            return found
    raise NotFound(
        Text(
            "Er is geen meting '{id}' (meer). Het id staat in het adres van haar pagina (/bureau/metingen/…), en in "
            "het antwoord op GET /api/v1/assessments.",
            "There is no assessment '{id}' (any more). The id stands in the address of its page (/bureau/metingen/…), "
            "and in the answer to GET /api/v1/assessments.",
        ).fill(id=identifier)
    )


def invitation_tokens(
    work: Work, assessment: Assessment, *, unsent_only: bool = False
) -> Iterator[tuple[str, str, str]]:
    """(party, address, token) of everyone invited now; `unsent_only`: of those whom a reminder would reach."""
    unsent = work.store.answers.unsent(assessment.id) if unsent_only else None
    for invitation, person in work.store.answers.people(assessment.id):
        if unsent is None or invitation in unsent:
            yield person.party, person.email, link_token(work.secret, "invitation", invitation)


@dataclass(frozen=True, slots=True)
class AnswerFiles:
    """The two files from which `rolvast score` makes the same snapshot again."""

    instrument: str
    responses: str
    parameters: str


def export_answers(work: Work, identifier: str) -> AnswerFiles:
    """The answers behind a closed assessment, without persons or addresses. Leaves a line in the audit trail."""
    from app.service.reference import write_parameters, write_responses  # noqa: PLC0415 - all that computes
    from app.service.snapshots import wave_of  # noqa: PLC0415

    assessment = assessment_anywhere(work, identifier)
    assessment.require_state("closed", "released")
    constellation = work.constellation_of(assessment)
    packed = work.store.answers.packed_answers(assessment.id)
    work.record(Actor(assessment.office, OPERATOR, may_write=True), assessment, "answers_exported")
    return AnswerFiles(
        instrument=constellation.instrument.name,
        responses="".join(write_responses(constellation, packed)),
        parameters=write_parameters(constellation, assessment.params, wave_of(work, assessment)),
    )
