"""Owns commissioning: set up an assessment, invite people, open, extend, close, release."""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import rfc8785

from app.domain.assessment import Actor, Assessment, Purpose, dutch_date, faults_before_opening
from app.domain.constellation import Constellation, Party, faults_of_parties
from app.domain.instrument import Instrument
from app.domain.parameters import read_parameters
from app.domain.people import PeopleList, Person, Row, check_people
from app.domain.problems import Fault, InvalidInput, NotFound, fault
from app.domain.text import day_in_words
from app.service.plans import Plan, as_planned, changed, plan_of, read_plan
from app.service.posting import queue
from app.service.tokens import link_token, stored
from app.service.webhooks import announce
from app.service.work import Work
from app.store.assessments import ConstellationOf
from app.store.results import ReaderLink, StoredSnapshot


def next_plan(work: Work, assessment: Assessment) -> Plan:
    """The next wave as this one was; dates are chosen anew."""
    plan = plan_of(assessment, constellation_name(work, assessment))
    newest = work.catalogue.newest(plan.instrument)
    return replace(plan, version=newest.version, closes_on=None, retention_on=None)


def overview(work: Work, actor: Actor) -> list[tuple[ConstellationOf, Assessment]]:
    """Every assessment of the office with its constellation: by constellation, newest wave first."""
    found = work.store.assessments.of_office(actor.office)
    names = {a.constellation: work.store.assessments.constellation(actor.office, a.constellation) for a in found}
    return [(name, a) for a in found if (name := names[a.constellation]) is not None]


def newest(
    work: Work, actor: Actor, after: tuple[datetime, str] | None, most: int
) -> list[tuple[datetime, Assessment]]:
    """Assessments of the office with the instant of their making: the newest first, from a place in that order on."""
    return work.store.assessments.newest_of_office(actor.office, after, most)


def constellation_name(work: Work, assessment: Assessment) -> str:
    found = work.store.assessments.constellation(assessment.office, assessment.constellation)
    return found.name if found else ""


def next_wave(work: Work, actor: Actor, identifier: str) -> tuple[Assessment, bool]:
    """(the next wave, made as this one was, whether it is new): where a draft of it waits already, that one."""
    before = work.own(actor, identifier)
    work.store.assessments.constellation(actor.office, before.constellation, lock=True)
    waiting = [a for a in work.store.assessments.of_office(actor.office) if a.constellation == before.constellation]
    draft = next((a for a in waiting if a.state == "draft" and a.wave > before.wave), None)
    if draft is not None:
        actor.require_write()
        return draft, False
    return create(work, actor, next_plan(work, before), next_wave_of=before.constellation), True


def create(work: Work, actor: Actor, plan: Plan, *, next_wave_of: str | None = None) -> Assessment:
    """A new draft: of a new constellation, or the next wave of the constellation `next_wave_of`."""
    actor.require_write()
    instrument = read_plan(plan, work.catalogue)
    known = work.store.assessments.constellation(actor.office, next_wave_of, lock=True) if next_wave_of else None
    if next_wave_of and known is None:
        raise NotFound
    if known and known.instrument != instrument.id:
        faults = [
            fault(
                "instrument",
                "Een volgende meting heeft dezelfde vragenlijst als de vorige: {name}.",
                "A next wave has the same questionnaire as the earlier one: {name}.",
                name=known.instrument,
            )
        ]
        raise InvalidInput(faults)
    constellation = known or ConstellationOf(work.chance(), actor.office, plan.constellation.strip(), instrument.id)
    assessment = _assessment(work, actor, plan, instrument, constellation)
    if known is None:
        work.store.assessments.add_constellation(constellation)
    work.store.assessments.add(assessment, work.now)
    work.record(actor, assessment, "created", wave=assessment.wave)
    return work.own(actor, assessment.id)


def revise(work: Work, actor: Actor, identifier: str, plan: Plan) -> Assessment:
    """Change a draft. People of a party that is no longer there must be taken out first."""
    assessment = work.own_to_change(actor, identifier)
    assessment.require_state("draft")
    faults: list[Fault] = []
    if plan.closes_on and plan.closes_on != assessment.closes_on and plan.closes_on < dutch_date(work.now):
        faults.append(
            fault(
                "closesDate",
                "De sluitdatum is al voorbij: kies vandaag of later.",
                "The closing date has passed: choose today or later.",
            )
        )
    kept = {party.key for party in plan.parties}
    faults += [
        fault(
            f"parties.{party.key}",
            "{name}: van deze partij staan nog mensen op de lijst ({n}). Haal hen eerst van de lijst.",
            "{name}: people of this party are still on the list ({n}). Take them off the list first.",
            name=party.name,
            n=party.invited,
        )
        for party in assessment.parties
        if party.key not in kept and party.invited
    ]
    instrument = read_plan(plan, work.catalogue, faults)
    before = plan_of(assessment, constellation_name(work, assessment))
    work.store.assessments.rename_constellation(assessment.constellation, plan.constellation.strip())
    work.store.assessments.change(as_planned(assessment, plan, instrument))
    work.store.assessments.set_parties(assessment.id, plan.parties)
    work.store.answers.forget_judged(assessment.id, kept)
    revised = work.own(actor, identifier)
    if parts := changed(before, plan_of(revised, constellation_name(work, revised))):
        work.record(actor, revised, "revised", changed=parts)
    return revised


def discard(work: Work, actor: Actor, identifier: str) -> None:
    """Throw away a draft, with its list of people."""
    assessment = work.own_to_change(actor, identifier)
    assessment.require_state("draft")
    work.store.answers.erase(assessment.id)
    work.store.assessments.drop(assessment)
    work.leave_traces()
    # Of the assessment itself, because no line can stay with it.
    work.record_of_office(actor, "discarded", what=assessment.title or f"{assessment.wave}")


def extend(work: Work, actor: Actor, identifier: str, closes_on: date) -> Assessment:
    """Give respondents more time: to a later date, while open."""
    assessment = work.own_to_change(actor, identifier)
    assessment.require_state("open")
    earliest = max(dutch_date(work.now), assessment.closes_on or date.min)
    if closes_on < earliest or (assessment.retention_on and closes_on >= assessment.retention_on):
        raise InvalidInput(
            [
                fault(
                    "closesDate",
                    "Kies een datum van {first} tot en met {last}: daarna eindigt de bewaartermijn.",
                    "Choose a date from {first} up to and including {last}: the retention date follows.",
                    first=day_in_words(earliest),
                    last=day_in_words((assessment.retention_on or date.max) - timedelta(days=1)),
                )
            ]
        )
    work.store.assessments.change(replace(assessment, closes_on=closes_on))
    work.record(actor, assessment, "extended", closesDate=closes_on.isoformat())
    return work.own(actor, identifier)


def people(work: Work, actor: Actor, identifier: str) -> list[tuple[str, Person]]:
    """Everyone invited now, each with the public id of the invitation; never who has sent."""
    return work.store.answers.people(work.own(actor, identifier).id)


def undeliverable(work: Work, actor: Actor, identifier: str) -> set[str]:
    """The invitations whose address no letter reached."""
    return work.store.answers.undeliverable(work.own(actor, identifier).id)


def add_people(work: Work, actor: Actor, identifier: str, rows: Sequence[Row], *, by_line: bool = True) -> PeopleList:
    """Invite everyone in a list, or nobody when something in it is wrong; told line `by_line` where it has lines."""
    assessment = work.own_to_change(actor, identifier)
    assessment.require_state("draft", "open")
    earlier = work.store.answers.everyone(assessment.id)
    removed = {email: invitation for email, (invitation, _, active) in earlier.items() if not active}
    parties = {email: party for email, (_, party, _) in earlier.items()}
    found = check_people(rows, work.constellation_of(assessment), parties, removed, by_line=by_line)
    _require(_second_voices(assessment, [person for person in found.people if person.email not in removed]))
    again = [(removed[person.email], person) for person in found.people if person.email in removed]
    fresh = [(work.chance(), person) for person in found.people if person.email not in removed]
    for invitation, person in again:
        work.store.answers.invite_again(invitation, person)
    work.store.answers.add_invitations(
        assessment.id,
        [(new, stored(link_token(work.secret, "invitation", new)), person) for new, person in fresh],
    )
    if assessment.state == "open":
        queue(work, "invitation", [(invitation, person.email) for invitation, person in [*fresh, *again]])
        work.store.assessments.mark_changed(assessment.id, {person.party for person in found.people})
    if found.people:
        work.record(actor, assessment, "people_added", number=len(found.people))
    return found


def _second_voices(assessment: Assessment, added: Collection[Person]) -> list[Fault]:
    """After opening a statement keeps its one person; in a draft the list may still be changed."""
    if assessment.state == "draft":
        return []
    attributed = {party.key: party for party in assessment.parties if party.attributed}
    return [
        fault(
            f"parties.{key}",
            "{name}: een standpunt op naam heeft precies één persoon; na het openen kan dat geen ander worden.",
            "{name}: an attributed statement has exactly one person; after opening it cannot become another.",
            name=attributed[key].name,
        )
        for key in sorted({person.party for person in added} & set(attributed))
    ]


def remove_person(work: Work, actor: Actor, identifier: str, invitation: str) -> None:
    """Take somebody off the list. The same reply whether or not that person had sent."""
    assessment = work.own_to_change(actor, identifier)
    assessment.require_state("draft", "open")
    if assessment.state == "draft":
        gone = work.store.answers.delete_invitation(assessment.id, invitation)
    else:
        party = next((p.party for i, p in work.store.answers.people(assessment.id) if i == invitation), None)
        gone = party is not None and work.store.answers.remove_invitation(assessment.id, invitation)
        if party is not None:
            work.store.assessments.mark_changed(assessment.id, {party})
    if not gone:
        raise NotFound
    work.record(actor, assessment, "person_removed")


def faults_for_opening(work: Work, assessment: Assessment, confirmed: Collection[str]) -> list[Fault]:
    """All that still stands between a draft and its opening."""
    return [
        *faults_of_parties(work.instrument_of(assessment), assessment.parties),
        *faults_before_opening(
            assessment, {party.key: party.invited for party in assessment.parties}, confirmed, work.now
        ),
    ]


def open_assessment(work: Work, actor: Actor, identifier: str, confirmed: Collection[str] = ()) -> Assessment:
    """Freeze what is promised and let people answer. `confirmed`: parties known to stay hidden."""
    assessment = work.own_to_change(actor, identifier)
    assessment.require_state("draft")
    _require(faults_for_opening(work, assessment, confirmed))
    work.store.assessments.keep_promise(assessment.id, _promise(assessment, confirmed))
    work.store.assessments.move(assessment.id, "draft", "open")
    queue(work, "invitation", [(i, person.email) for i, person in work.store.answers.people(assessment.id)])
    announce(work, assessment, "opened")
    work.record(actor, assessment, "opened", confirmedHidden=sorted(confirmed))
    return work.own(actor, identifier)


def _promise(assessment: Assessment, confirmed: Collection[str]) -> dict[str, object]:
    """What respondents are told and may hold us to."""
    return {
        "purpose": assessment.about.purpose,
        "legal_basis": assessment.about.legal_basis,
        "contact": [assessment.about.contact_name, assessment.about.contact_email],
        "retention_on": assessment.retention_on.isoformat() if assessment.retention_on else None,
        "params": assessment.params.as_json(),
        "voices": {party.key: party.voice for party in assessment.parties},
        "known_hidden": sorted(confirmed),
    }


def close(work: Work, actor: Actor, identifier: str) -> Assessment:
    """End answering and make the snapshot, once. There is no reopening."""
    assessment = work.own_to_change(actor, identifier)
    assessment.require_state("open")
    work.store.outbox.drop_to_invited(assessment.id)  # a reminder that waits names somebody who has not sent
    invited = work.store.answers.invited_per_party(assessment.id)
    work.store.assessments.keep_invited(assessment.id, {p.key: invited.get(p.key, 0) for p in assessment.parties})
    work.store.assessments.keep_compared(assessment.id, work.store.assessments.earlier_wave(assessment))
    from app.service.snapshots import make_snapshot  # noqa: PLC0415 - all that computes, and a service rarely closes

    snapshot = make_snapshot(work, work.own(actor, identifier))
    work.store.answers.drop_drafts(assessment.id)
    ids = {old: work.chance() for old in work.store.answers.ids_of_sent(assessment.id)}
    work.store.answers.rewrite_in_order_of(assessment.id, ids)
    work.store.results.add_snapshot(
        assessment.id,
        StoredSnapshot(
            hash=str(snapshot.document["snapshot"]),
            document=rfc8785.dumps(snapshot.document),  # type: ignore[arg-type]  # plain JSON by construction
            private=json.dumps(snapshot.private.as_json()).encode(),
        ),
    )
    if assessment.closes_on and dutch_date(work.now) < assessment.closes_on:
        work.store.assessments.change(replace(assessment, closes_on=dutch_date(work.now)))
    work.store.assessments.move(assessment.id, "open", "closed")
    announce(work, assessment, "closed")
    work.record(actor, assessment, "closed")
    work.leave_traces()
    return work.own(actor, identifier)


def release(work: Work, actor: Actor, identifier: str) -> Assessment:
    """Give all parties access at the same moment: one reader link per party."""
    assessment = work.own_to_change(actor, identifier)
    assessment.require_state("closed")
    everyone = work.store.answers.people(assessment.id)
    for party in assessment.parties:
        link = ReaderLink(work.chance(), assessment.id, party.key)
        work.store.results.add_reader_link(link, stored(link_token(work.secret, "reader", link.id)))
        queue(work, "report", [(link.id, p.email) for _, p in everyone if p.party == party.key and p.email])
    work.store.assessments.move(assessment.id, "closed", "released")
    announce(work, assessment, "released")
    # Not before: a hash of figures that few could have would let them be guessed.
    work.record(actor, assessment, "released", snapshot=work.store.results.snapshot_hash(assessment.id))
    return work.own(actor, identifier)


def archive(work: Work, actor: Actor, identifier: str, *, archived: bool) -> None:
    """Put an assessment that is done out of sight in the overview, or back. Nothing else changes."""
    assessment = work.own_to_change(actor, identifier)
    if archived:
        assessment.require_state("closed", "released", "erased")
    if archived != assessment.archived:
        work.store.assessments.set_archived(assessment.id, archived)
        work.record(actor, assessment, "archived" if archived else "brought_back")


def preview(work: Work, actor: Actor, identifier: str, party_key: str) -> tuple[Assessment, Constellation, Party]:
    """What is needed to show the questionnaire of one party to its commissioner."""
    assessment = work.own(actor, identifier)
    constellation = work.constellation_of(assessment)
    if not constellation.has_party(party_key):
        raise NotFound
    return assessment, constellation, constellation.party(party_key)


def _require(faults: list[Fault]) -> None:
    if faults:
        raise InvalidInput(faults)


def _assessment(
    work: Work, actor: Actor, plan: Plan, instrument: Instrument, constellation: ConstellationOf
) -> Assessment:
    empty = Assessment(
        id=work.chance(),
        office=actor.office,
        office_name="",
        constellation=constellation.id,
        wave=work.store.assessments.newest_wave(constellation.id) + 1,
        instrument=(instrument.id, instrument.version),
        label_set="",
        title="",
        about=Purpose(),
        closes_on=None,
        retention_on=None,
        state="draft",
        params=read_parameters({}, ()),
        parties=(),
    )
    return as_planned(empty, plan, instrument)
