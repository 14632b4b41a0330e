"""Owns the work of an administrator: offices, who belongs to them, their keys and dates. Never answers or figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.assessment import Actor, Assessment, MemberRole
from app.domain.problems import Fault, InvalidInput, NotFound, fault
from app.service import access
from app.service.work import Work
from app.store.access import Key, Member, Office
from app.store.results import AuditEvent

LONGEST_NAME = 150
EVENTS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class OfficeOverview:
    """An office as an administrator sees it: who is in it, its keys, and until when its assessments are kept."""

    office: Office
    members: Sequence[Member]
    keys: Sequence[Key]
    assessments: Sequence[Assessment]


def offices(work: Work, actor: Actor) -> list[OfficeOverview]:
    """Every office, by name."""
    actor.require_administrator()
    return [_overview(work, office) for office in work.store.access.offices()]


def one_office(work: Work, actor: Actor, identifier: str) -> OfficeOverview:
    return _overview(work, _office(work, actor, identifier))


def _overview(work: Work, office: Office) -> OfficeOverview:
    return OfficeOverview(
        office,
        work.store.access.members(office.id),
        work.store.access.keys(office.id),
        work.store.assessments.of_office(office.id),
    )


def _office(work: Work, actor: Actor, identifier: str) -> Office:
    actor.require_administrator()
    office = work.store.access.office(identifier)
    if office is None:
        raise NotFound
    return office


def _in(office: Office, actor: Actor) -> Actor:
    """The administrator at work in an office, for its audit trail; such an actor never leaves this module."""
    return Actor(office.id, actor.name, may_write=False, administers=True)


def add_office(work: Work, actor: Actor, name: str, first_member: str) -> str:
    """A new office with its first commissioner, who gets a sign-in link; gives its id."""
    actor.require_administrator()
    work.store.access.hold()
    faults = [*_faults_of_name(work, name), *access.faults_of_address(first_member)]
    if faults:
        raise InvalidInput(faults)
    office = Office(access.make_office(work, name.strip()), name.strip())
    work.record_of_office(_in(office, actor), "office_added", what=office.name)
    access.add_member(work, _in(office, actor), first_member, "commissioner")
    return office.id


def rename_office(work: Work, actor: Actor, identifier: str, name: str) -> None:
    work.store.access.hold()
    office = _office(work, actor, identifier)
    if name.strip() == office.name:
        return
    faults = _faults_of_name(work, name)
    if faults:
        raise InvalidInput(faults)
    work.store.access.rename_office(office.id, name.strip())
    work.record_of_office(_in(office, actor), "office_renamed", what=name.strip())


def faults_of_length(name: str) -> list[Fault]:
    """What is wrong with a name for an office by itself."""
    if not name or len(name) > LONGEST_NAME:
        return [
            fault(
                "name",
                "Geef het bureau een naam van hoogstens {most} tekens.",
                "Give the office a name of at most {most} characters.",
                most=LONGEST_NAME,
            )
        ]
    return []


def _faults_of_name(work: Work, given: str) -> list[Fault]:
    name = given.strip()
    if faults := faults_of_length(name):
        return faults
    if work.store.access.office_named(name):
        return [
            fault(
                "name",
                "Er is al een bureau met de naam '{name}'. Kies een andere naam.",
                "There is an office named '{name}' already. Choose another name.",
                name=name,
            )
        ]
    return []


def add_member(work: Work, actor: Actor, identifier: str, email: str, role: MemberRole) -> None:
    """Let somebody into an office; that person gets a sign-in link."""
    access.add_member(work, _in(_office(work, actor, identifier), actor), email, role)


def remove_member(work: Work, actor: Actor, identifier: str, member: str) -> None:
    access.drop_member(work, _in(_office(work, actor, identifier), actor), member)


def revoke_key(work: Work, actor: Actor, identifier: str, name: str) -> None:
    access.revoke_key(work, _in(_office(work, actor, identifier), actor), name)


def events_of_office(work: Work, actor: Actor, identifier: str) -> list[AuditEvent]:
    return work.store.results.newest_events(_office(work, actor, identifier).id, EVENTS_SHOWN)


# --- Administrators themselves ----------------------------------------------------------------------------------------


def administrators(work: Work, actor: Actor) -> list[Member]:
    actor.require_administrator()
    return access.members(work, actor)


def add_administrator(work: Work, actor: Actor, email: str) -> None:
    actor.require_administrator()
    access.add_member(work, actor, email, "administrator")


def remove_administrator(work: Work, actor: Actor, member: str) -> None:
    """Take an administrator out. Nobody takes out themselves: the service keeps its last administrator."""
    actor.require_administrator()
    access.drop_colleague(work, actor, member)


def events_of_administrators(work: Work, actor: Actor) -> list[AuditEvent]:
    actor.require_administrator()
    return work.store.results.newest_events("", EVENTS_SHOWN)
