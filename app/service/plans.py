"""Owns what a commissioner fills in: a plan, every fault in it, and the assessment that it describes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from app.catalogue import Catalogue
from app.domain.assessment import Assessment, Post, Purpose
from app.domain.constellation import Party, faults_of_parties
from app.domain.instrument import Instrument
from app.domain.parameters import read_parameters
from app.domain.people import ADDRESS, no_address
from app.domain.problems import Fault, InvalidInput, NotFound, fault
from app.domain.text import Text, day_in_words


@dataclass(frozen=True)
class Plan:
    """What a commissioner fills in. A draft may be incomplete; what is there must be right."""

    constellation: str
    instrument: str
    label_set: str = ""
    version: int | None = None
    title: str = ""
    about: Purpose = field(default_factory=Purpose)
    closes_on: date | None = None
    retention_on: date | None = None
    parties: tuple[Party, ...] = ()
    params: Mapping[str, object] = field(default_factory=dict)
    post: Post = field(default_factory=Post)


def plan_of(assessment: Assessment, constellation: str) -> Plan:
    """An assessment as its commissioner would fill it in again."""
    return Plan(
        constellation=constellation,
        instrument=assessment.instrument[0],
        label_set=assessment.label_set,
        version=assessment.instrument[1],
        title=assessment.title,
        about=assessment.about,
        closes_on=assessment.closes_on,
        retention_on=assessment.retention_on,
        parties=assessment.parties,
        params=assessment.params.as_json(),
        post=assessment.post,
    )


def changed(before: Plan, after: Plan) -> list[str]:
    """The names, as in the API, of what differs between two plans for one assessment."""

    def parts(plan: Plan) -> dict[str, object]:
        return {
            "constellation": plan.constellation,
            "title": plan.title,
            "labelSet": plan.label_set,
            "purpose": plan.about.purpose,
            "legalBasis": plan.about.legal_basis,
            "contactName": plan.about.contact_name,
            "contactEmail": plan.about.contact_email,
            "closesDate": plan.closes_on,
            "retentionDate": plan.retention_on,
            "parties": [(party.key, party.role, party.name, party.voice) for party in plan.parties],
            "params.ambition": plan.params.get("ambition", {}),
            "params.others": {name: value for name, value in plan.params.items() if name != "ambition"},
            "letters": plan.post,
        }

    now = parts(after)
    return [name for name, was in parts(before).items() if was != now[name]]


def with_parties(plan: Plan, parties: tuple[Party, ...]) -> Plan:
    return replace(plan, parties=parties)


def read_plan(plan: Plan, catalogue: Catalogue, more: Iterable[Fault] = ()) -> Instrument:
    """The questionnaire that a plan names, the newest version where it names none.

    Raises InvalidInput with everything that is wrong with the plan, and `more` that was found.
    """
    instrument, faults = check_plan(plan, catalogue)
    faults += more
    if instrument is None or faults:
        raise InvalidInput(faults)
    return instrument


def check_plan(plan: Plan, catalogue: Catalogue) -> tuple[Instrument | None, list[Fault]]:
    """(the questionnaire, if there is one of that name; everything that is wrong with the plan)."""
    try:
        if plan.version is None:
            instrument = catalogue.newest(plan.instrument)
        else:
            instrument = catalogue.instrument(plan.instrument, plan.version)
    except NotFound as missing:
        return None, [Fault("instrument", missing.message), *faults_of_plan(plan, None)]
    return instrument, faults_of_plan(plan, instrument)


def faults_of_plan(plan: Plan, instrument: Instrument | None) -> list[Fault]:
    """Everything that is wrong with what a commissioner filled in; without an instrument, what any would refuse."""
    faults = faults_of_parties(instrument, plan.parties, complete=False)
    names = Counter(party.name.strip().casefold() for party in plan.parties)
    faults += [
        fault(
            f"parties[{place}].name",
            "De naam '{name}' staat er vaker. Geef elke partij een eigen naam; het rapport noemt haar daarbij.",
            "The name '{name}' stands here more than once. Give each party a name of its own; the report calls it so.",
            name=party.name.strip(),
        )
        for place, party in enumerate(plan.parties, start=1)
        if party.name.strip() and names[party.name.strip().casefold()] > 1
    ]
    if not plan.constellation.strip():
        faults.append(fault("constellation", "Geef de driehoek een naam.", "Give the triangle a name."))
    faults += [
        fault(
            where,
            "{what} heeft {n} tekens; er is plaats voor {most}.",
            "{what} has {n} characters; there is room for {most}.",
            what=what,
            n=len(given),
            most=most,
        )
        for where, what, given, most in (
            ("constellation", Text("De naam van de driehoek", "The name of the triangle"), plan.constellation, 150),
            ("title", Text("De titel", "The title"), plan.title, 150),
            ("purpose", Text("Het doel", "The purpose"), plan.about.purpose, 3000),
            ("legalBasis", Text("De grondslag", "The legal basis"), plan.about.legal_basis, 300),
            ("contactName", Text("De naam van het contact", "The name of the contact"), plan.about.contact_name, 150),
            ("message", Text("De tekst in de uitnodiging", "The text in the invitation"), plan.post.message, 3000),
            (
                "reminderMessage",
                Text("De tekst in de herinnering", "The text in the reminder"),
                plan.post.reminder_message,
                3000,
            ),
        )
        if len(given) > most
    ]
    if plan.closes_on and plan.retention_on and plan.retention_on <= plan.closes_on:
        faults.append(
            fault(
                "retentionDate",
                "De bewaartermijn moet na de sluitdatum eindigen: kies een latere dag dan {day}.",
                "The retention date must come after the closing date: choose a later day than {day}.",
                day=day_in_words(plan.closes_on),
            )
        )
    if plan.about.contact_email and not ADDRESS.fullmatch(plan.about.contact_email):
        faults.append(Fault("contactEmail", no_address(plan.about.contact_email)))
    if any(not 0 < days <= 60 for days in plan.post.reminder_days) or len(plan.post.reminder_days) > 5:
        faults.append(
            fault(
                "reminderDays",
                "Kies hoogstens vijf herinneringen, elk van 1 tot 60 dagen voor de laatste dag, zoals 7, 2.",
                "Choose at most five reminders, each from 1 to 60 days before the last day, such as 7, 2.",
            )
        )
    return faults + _faults_by_instrument(plan, instrument)


def _faults_by_instrument(plan: Plan, instrument: Instrument | None) -> list[Fault]:
    """Its own words and its themes; of parameters without one, all but the ambition for each theme."""
    faults: list[Fault] = []
    sets = [label_set.key for label_set in instrument.label_sets] if instrument else [plan.label_set]
    if plan.label_set and plan.label_set not in sets:
        faults.append(
            fault(
                "labelSet",
                "'{given}' is geen woordkeus van deze vragenlijst. Kies uit: {known}.",
                "'{given}' is no label set of this questionnaire. Choose from: {known}.",
                given=plan.label_set[:40],
                known=", ".join(sets),
            )
        )
    themes = [theme.key for theme in instrument.themes] if instrument else []
    params = plan.params if instrument else {key: given for key, given in plan.params.items() if key != "ambition"}
    try:
        read_parameters(params, themes)
    except InvalidInput as invalid:
        faults += invalid.faults
    return faults


def as_planned(assessment: Assessment, plan: Plan, instrument: Instrument) -> Assessment:
    """The assessment as the plan has it."""
    return replace(
        assessment,
        label_set=plan.label_set or instrument.label_sets[0].key,
        title=plan.title.strip() or plan.constellation.strip(),
        about=plan.about,
        closes_on=plan.closes_on,
        retention_on=plan.retention_on,
        params=read_parameters(plan.params, [theme.key for theme in instrument.themes]),
        parties=plan.parties,
        post=plan.post,
    )
