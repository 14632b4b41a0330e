"""Owns the demo: three made-up constellations, built through the service itself from a fixed seed."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from app.domain.answers import Value
from app.domain.assessment import DUTCH_TIME, Actor, Assessment, Purpose, dutch_date
from app.domain.constellation import Party, Rating
from app.domain.dialogue import Agreement, Kept, Meeting
from app.service import access, administration, comments, commissioning, learning, practices, responding
from app.service.plans import Plan
from app.service.practices import PracticePlan
from app.service.tokens import link_token, receipt_code
from app.service.work import Work, Workshop

OFFICE = "Bureau van de secretaris-generaal"
COMMISSIONER = "commissioner@bureau-sg.example"
ADMINISTRATOR = "beheerder@rolvast.example"
KEY_NAME = "demo dashboard"
SEED = 20261122
INSTRUMENT = "driehoek"
_WINDOW = timedelta(days=21)

#: A place in the questionnaire: (theme, block, party, about); None stands for any.
Place = tuple[str | None, str | None, str | None, str | None]


@dataclass(frozen=True)
class Story:
    """One made-up wave: who takes part, and how they see it on the scale 1–5 (the last that fits holds).

    `speaks`: the party whose people also write something in their own words.
    """

    constellation: str
    title: str
    parties: tuple[Party, ...]
    people: Mapping[str, int]
    seen: Mapping[Place, float]
    answering: float = 1.0
    level: float = 3.7
    ambition: Mapping[str, int] = field(default_factory=dict)
    speaks: str = ""


_PERMITS = (
    Party("eigenaar", "eigenaar", "Plaatsvervangend secretaris-generaal", "statement"),
    Party("wonen", "opdrachtgever", "Directie Wonen en Bouwen"),
    Party("natuur", "opdrachtgever", "Directie Natuur en Water"),
    Party("arbeid", "opdrachtgever", "Directie Arbeid"),
    Party("digitaal", "opdrachtgever", "Programma Digitale Loketten"),
    Party("dienst", "opdrachtnemer", "Agentschap Vergunningen"),
)
_PERMITS_PEOPLE = {"eigenaar": 1, "wonen": 11, "natuur": 8, "arbeid": 6, "digitaal": 3, "dienst": 16}

WAVE_ONE = Story(
    "Agentschap Vergunningen",
    "Driehoek vergunningen: eerste meting",
    _PERMITS,
    _PERMITS_PEOPLE,
    {
        ("rolhelderheid", None, None, None): 4.0,
        ("rolvastheid", "other", "wonen", "dienst"): 2.6,
        ("rolhulp", None, None, None): 3.0,
        ("samenwerkingsvisie", None, None, None): 4.0,
        ("leren", None, None, None): 2.9,
        ("afstemming", None, None, None): 2.9,
    },
)
WAVE_TWO = Story(
    "Agentschap Vergunningen",
    "Driehoek vergunningen: tweede meting",
    _PERMITS,
    _PERMITS_PEOPLE,
    {
        ("rolhelderheid", None, None, None): 4.1,
        ("rolvastheid", "self", "dienst", None): 4.5,
        ("rolvastheid", "other", "wonen", "dienst"): 2.3,
        ("rolinvulling", "self", "wonen", None): 4.2,
        ("rolinvulling", "other", "dienst", "wonen"): 3.0,
        ("uitvoerbaarheid", "relation", "natuur", "dienst"): 4.3,
        ("uitvoerbaarheid", "relation", "dienst", "natuur"): 2.4,
        ("rolhulp", None, None, None): 3.8,
        ("samenwerkingsvisie", None, None, None): 4.2,
        ("leren", None, None, None): 3.6,
        ("leren", None, "arbeid", None): 2.9,
        ("afstemming", None, None, None): 3.0,
    },
    ambition={"rolvastheid": 70, "rolhulp": 65},
    speaks="dienst",
)
#: What people of the second wave wrote, one each, by open question.
_WORDS = (
    ("oq-gesprek", "Wie zegt nee als een opdracht niet uitvoerbaar is, en wanneer."),
    ("oq-houd", "Het maandelijkse overleg: kort, en met besluiten."),
    ("oq-gesprek", "Hoe we vier opdrachtgevers één planning laten delen."),
    ("oq-houd", "Dat we elkaar bellen voordat er een brief gaat."),
    ("oq-gesprek", "Of de eigenaar stuurt op continuïteit of op projecten."),
    ("oq-gesprek", "Wat we stoppen als er iets bij komt."),
    ("oq-houd", "De gezamenlijke uitvoeringstoets."),
    ("oq-gesprek", "Dat toezeggingen over de planning ook voor de opdrachtgever gelden."),
    ("oq-houd", "De openheid over wat niet lukt."),
    ("oq-gesprek", "Wie het gesprek met de Kamer voorbereidt."),
    ("oq-houd", "Dat de mensen elkaar kennen."),
    ("oq-gesprek", "Eén opdrachtbrief per jaar in plaats van vier."),
)

REGISTERS = Story(
    "Dienst Registers",
    "Driehoek registers",
    (
        Party("eigenaar", "eigenaar", "Directie Eigenaarsadvies"),
        Party("recht", "opdrachtgever", "Directie Recht"),
        Party("markt", "opdrachtgever", "Directie Markt"),
        Party("dienst", "opdrachtnemer", "Dienst Registers"),
    ),
    {"eigenaar": 6, "recht": 8, "markt": 7, "dienst": 12},
    {},
    answering=0.5,
)
INSPECTION = Story(
    "Laboratorium voor Keuringen",
    "Driehoek keuringen",
    (
        Party("eigenaar", "eigenaar", "Secretaris-generaal", "statement"),
        Party("voedsel", "opdrachtgever", "Directie Voedsel"),
        Party("lab", "opdrachtnemer", "Laboratorium voor Keuringen"),
    ),
    {"eigenaar": 1, "voedsel": 7},
    {},
)


@dataclass(frozen=True, slots=True)
class Agreed:
    """A made-up agreement: which party does it, within how many days, on which theme, and what came of it."""

    what: str
    party: str
    days: int
    theme: str
    kept: Kept


_AGREED_ONCE = (
    Agreed("Wij vragen elkaar om hulp voordat een dossier vastloopt.", "eigenaar", 120, "rolhulp", "kept"),
    Agreed("Wij bespreken na elk incident samen ieders aandeel.", "arbeid", 180, "leren", "not_kept"),
)
_AGREED_NOW = (
    Agreed("Wij schrijven op wie beslist als een wens en de planning botsen.", "wonen", 1, "rolvastheid", "kept"),
    Agreed("Bij elke nieuwe opdracht spreken wij af wat dan later mag.", "natuur", 80, "uitvoerbaarheid", "unknown"),
)
OTHER_OFFICE = "Bureau van een ander ministerie"
_OWN_PRACTICE = PracticePlan(
    INSTRUMENT,
    "leren",
    "Eerst tien minuten over hoe wij het zelf doen",
    "Elk driehoeksgesprek begint met de vraag wat wij zelf anders hadden kunnen doen. Dossiers komen daarna. "
    "Het werkt omdat iedereen begint met de eigen rol.",
    shared=False,
)
_SHARED_PRACTICES = (
    PracticePlan(
        INSTRUMENT,
        "rolvastheid",
        "Vraag hardop met welke pet iemand spreekt",
        "In elk overleg mag iedereen vragen: spreek je nu als eigenaar of als opdrachtgever? Het werkt omdat de vraag "
        "gewoon is geworden en niemand zich hoeft te verdedigen.",
        shared=True,
    ),
    PracticePlan(
        INSTRUMENT,
        "uitvoerbaarheid",
        "Geen opdracht zonder ruil",
        "Bij elke nieuwe opdracht schrijft de opdrachtnemer op wat dan later of minder kan, en de opdrachtgever kiest.",
        shared=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Links:
    """What the demo prints, as paths and secrets that are fresh at each start."""

    sign_in: str
    administration: str
    respondent: str | None
    reader: str
    key: str
    released: str


def seed(workshop: Workshop, now: datetime) -> None:
    """Make the three constellations: one in its second wave and released, one half answered, one draft."""
    chance = random.Random(SEED)  # noqa: S311 - the demo must come out the same each time
    with workshop.work(now, write=True) as work:
        actor = Actor(access.make_office(work, OFFICE), COMMISSIONER, may_write=True)
    month_ago, year_ago = now - timedelta(days=28), now - timedelta(days=392)
    first = _open(workshop, actor, WAVE_ONE, year_ago)
    _answer(workshop, first, WAVE_ONE, year_ago, chance)
    _finish(workshop, actor, first, year_ago)
    _talk(workshop, actor, first, year_ago + timedelta(days=40), _AGREED_ONCE)
    second = _open(workshop, actor, WAVE_TWO, month_ago, next_wave_of=first.constellation)
    _answer(workshop, second, WAVE_TWO, month_ago, chance)
    _finish(workshop, actor, second, month_ago)
    _release_comments(workshop, actor, second, month_ago + _WINDOW + timedelta(days=3))
    _talk(workshop, actor, second, now - timedelta(days=2), _AGREED_NOW)
    _write_practices(workshop, actor, now)
    _answer(workshop, _open(workshop, actor, REGISTERS, now), REGISTERS, now, chance)
    _draft(workshop, actor, INSPECTION, now)
    with workshop.work(now, write=True) as work:
        work.store.outbox.drop_all()  # made-up people get no letters


def is_there(workshop: Workshop, now: datetime) -> bool:
    """Whether this database holds the demo already."""
    with workshop.work(now, write=False) as work:
        return any(office.name == OFFICE for office in administration.offices(work))


def fresh_links(workshop: Workshop, now: datetime) -> Links:
    """A sign-in link, somebody who can still fill in, a reader link and a key."""
    with workshop.work(now, write=True) as work:
        office = access.make_office(work, OFFICE)
        actor = Actor(office, COMMISSIONER, may_write=True)
        found = [assessment for _, assessment in commissioning.overview(work, actor)]
        released = next(a for a in found if a.state == "released")
        waiting = [
            token
            for assessment in found
            if assessment.accepts_answers(work.now)
            for _, _, token in administration.invitation_tokens(work, assessment, unsent_only=True)
        ]
        readers = access.reader_tokens(work, actor, released.id)
        return Links(
            sign_in=access.make_sign_in_link(work, office, COMMISSIONER, lasts=timedelta(hours=12)),
            administration=access.make_sign_in_link(
                work, "", ADMINISTRATOR, "administrator", lasts=timedelta(hours=12)
            ),
            respondent=waiting[-1] if waiting else None,
            reader=next(iter(readers.values())),
            key=access.standing_key(work, office, KEY_NAME, "write"),
            released=released.id,
        )


def _plan(story: Story, today: date) -> Plan:
    return Plan(
        constellation=story.constellation,
        instrument=INSTRUMENT,
        label_set="klassiek",
        title=story.title,
        about=Purpose(
            purpose="Zien waar de beelden van de drie rollen verschillen, en daarover het driehoeksgesprek voeren.",
            legal_basis="Taak van algemeen belang: sturing op en toezicht door de eigenaar.",
            contact_name="Bureau van de secretaris-generaal",
            contact_email="driehoek@bureau-sg.example",
        ),
        closes_on=today + _WINDOW,
        retention_on=today + timedelta(days=730),
        parties=story.parties,
        params={"ambition": dict(story.ambition)},
    )


def _draft(
    workshop: Workshop, actor: Actor, story: Story, now: datetime, next_wave_of: str | None = None
) -> Assessment:
    with workshop.work(now, write=True) as work:
        plan = _plan(story, dutch_date(now))
        assessment = commissioning.create(work, actor, plan, next_wave_of=next_wave_of)
        rows = [
            [f"{party}-{number}@ministerie.example", f"Medewerker {number}", party]
            for party, people in story.people.items()
            for number in range(1, people + 1)
        ]
        work.now += timedelta(minutes=2)
        commissioning.add_people(work, actor, assessment.id, list(enumerate(rows, start=1)))
        return work.own(actor, assessment.id)


def _open(workshop: Workshop, actor: Actor, story: Story, now: datetime, next_wave_of: str | None = None) -> Assessment:
    draft = _draft(workshop, actor, story, now, next_wave_of)
    small = [party.key for party in draft.parties if not party.attributed and party.invited < draft.params.k_party]
    with workshop.work(now + timedelta(minutes=5), write=True) as work:
        return commissioning.open_assessment(work, actor, draft.id, small)


def _finish(workshop: Workshop, actor: Actor, assessment: Assessment, now: datetime) -> None:
    """Close on the last day and release two days later."""
    last_day = now + _WINDOW
    with workshop.work(last_day, write=True) as work:
        commissioning.close(work, actor, assessment.id)
    with workshop.work(last_day + timedelta(days=2), write=True) as work:
        commissioning.release(work, actor, assessment.id)


def _release_comments(workshop: Workshop, actor: Actor, assessment: Assessment, now: datetime) -> None:
    """A member who took no part read what was written, and let a third of it stand in the report."""
    with workshop.work(now, write=True) as work:
        comments.declare(work, actor, assessment.id)
        written = comments.to_read(work, actor, assessment.id)
        work.now += timedelta(minutes=20)
        chosen = sorted(written, key=lambda comment: comment.words)[::3]
        comments.release(work, actor, assessment.id, {comment.id: comment.words for comment in chosen})


def _talk(workshop: Workshop, actor: Actor, assessment: Assessment, held: datetime, agreed: Sequence[Agreed]) -> None:
    """Plan the conversation three days before it, and record there what was agreed and what came of it."""
    starts_at = datetime.combine(dutch_date(held), time(14, 0), DUTCH_TIME).astimezone(UTC)
    meeting = Meeting(starts_at, 90, "Kamer B2.14", "De drie vragen uit het rapport, en hoogstens drie afspraken.")
    with workshop.work(starts_at - timedelta(days=3), write=True) as work:
        contacts = {party.key: [f"secretariaat-{party.key}@ministerie.example"] for party in assessment.parties}
        learning.plan_conversation(work, actor, assessment.id, meeting, contacts)
    with workshop.work(meeting.ends_at, write=True) as work:
        given = [
            Agreement("", one.what, one.party, dutch_date(held) + timedelta(days=one.days), one.theme) for one in agreed
        ]
        found = learning.record_agreements(work, actor, assessment.id, given)
        for agreement, one in zip(found.agreements, agreed, strict=True):
            if one.kept != "unknown":
                learning.tell(work, actor, assessment.id, agreement.id, one.kept)


def _write_practices(workshop: Workshop, actor: Actor, now: datetime) -> None:
    """What works according to this office, and what another office shares."""
    with workshop.work(now, write=True) as work:
        other = Actor(access.make_office(work, OTHER_OFFICE), COMMISSIONER, may_write=True)
        practices.record(work, actor, _OWN_PRACTICE)
        for practice in _SHARED_PRACTICES:
            practices.record(work, other, practice)


def _answer(workshop: Workshop, assessment: Assessment, story: Story, now: datetime, chance: random.Random) -> None:
    """Have people fill in and send, as they would with their own links."""
    with workshop.work(now, write=True) as work:
        per_party: dict[str, int] = {}
        words = iter(_WORDS)
        for invitation, person in work.store.answers.people(assessment.id):
            per_party[person.party] = per_party.get(person.party, 0) + 1
            if per_party[person.party] > round(story.answering * story.people[person.party]):
                continue
            spoken = next(words, None) if person.party == story.speaks else None
            _fill_in(work, link_token(work.secret, "invitation", invitation), story, chance, spoken)


def _fill_in(work: Work, token: str, story: Story, chance: random.Random, spoken: tuple[str, str] | None) -> None:
    who = responding.respondent(work, token)
    if who.party.attributed:
        responding.confirm_statement(work, token)
    for parties in who.choices.values():
        known = chance.sample([party.key for party in parties], k=min(3, len(parties)))
        who = responding.choose(work, token, known)
    mood = chance.gauss(0, 0.35)
    ratings: dict[str, object] = {}
    for rating in who.questionnaire.ratings:
        ratings[rating.key] = _one_answer(story, who.party.key, rating, mood, chance)
    written: dict[str, object] = {}
    if spoken:
        place = next(place for place in who.questionnaire.comments if place.question.id == spoken[0])
        written[place.key] = spoken[1]
    responding.save(work, token, ratings, written)
    responding.submit(work, token, receipt_code(work.chance()))


def _one_answer(story: Story, party: str, rating: Rating, mood: float, chance: random.Random) -> Value | str:
    dice = chance.random()
    if dice < 0.03:
        return "dont_know"
    if dice < 0.045:
        return "not_applicable"
    here = (rating.theme, rating.block, party, rating.about)
    level = story.level
    for place, value in story.seen.items():
        if all(wanted is None or wanted == given for wanted, given in zip(place, here, strict=True)):
            level = value
    return min(5, max(1, round(level + mood + chance.gauss(0, 0.6))))
