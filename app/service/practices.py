"""Owns practices: what works according to an office, recorded per theme, and offered where a report shows a gap."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.assessment import Actor, Assessment, dutch_date
from app.domain.dialogue import Practice, faults_of_practice
from app.domain.instrument import Theme
from app.domain.problems import InvalidInput, NotFound, fault
from app.domain.report import Report
from app.service.work import Work

#: A report offers this many for one theme, newest first.
MOST_OFFERED = 3


@dataclass(frozen=True, slots=True)
class Offered:
    """A theme on which a report shows a gap, with what works elsewhere."""

    theme: Theme
    practices: Sequence[Practice]


@dataclass(frozen=True, slots=True)
class PracticePlan:
    """What an office fills in: for which theme of which questionnaire, what works, and whether others may read it."""

    instrument: str
    theme: str
    title: str
    words: str
    shared: bool


def known(work: Work, actor: Actor) -> list[tuple[Practice, Theme]]:
    """What the office recorded and what other offices share, each with its theme: per theme, newest first."""
    themes = _themes(work)
    found = work.store.practices.known_to(actor.office)
    return [(practice, theme) for practice in found if (theme := themes.get((practice.instrument, practice.theme)))]


def _themes(work: Work) -> dict[tuple[str, str], Theme]:
    """Every theme of every questionnaire, as its newest version has it."""
    versions = sorted(work.catalogue.all(), key=lambda instrument: instrument.version)
    return {(instrument.id, theme.key): theme for instrument in versions for theme in instrument.themes}


def record(work: Work, actor: Actor, plan: PracticePlan) -> Practice:
    """Write down what works. Raises InvalidInput with every fault."""
    actor.require_write()
    themes = [theme for instrument, theme in _themes(work) if instrument == plan.instrument]
    office = next(office.name for office in work.store.access.offices() if office.id == actor.office)
    practice = Practice(
        id=work.chance(),
        office=actor.office,
        office_name=office,
        instrument=plan.instrument,
        theme=plan.theme,
        title=plan.title.strip(),
        words=plan.words.strip(),
        shared=plan.shared,
        recorded_on=dutch_date(work.now),
    )
    faults = faults_of_practice(practice, themes)
    if not themes:
        faults.insert(0, fault("instrument", "Deze vragenlijst bestaat niet.", "This questionnaire does not exist."))
    if faults:
        raise InvalidInput(faults)
    work.store.practices.add(practice)
    return practice


def share(work: Work, actor: Actor, practice: str, *, shared: bool) -> None:
    """Let other offices read a practice of one's own, or no longer."""
    actor.require_write()
    if not work.store.practices.share(actor.office, practice, shared=shared):
        raise NotFound


def drop(work: Work, actor: Actor, practice: str) -> None:
    """Throw away a practice of one's own."""
    actor.require_write()
    if not work.store.practices.drop(actor.office, practice):
        raise NotFound


def offered(work: Work, assessment: Assessment, report: Report) -> list[Offered]:
    """What other offices share on the themes of the report's gaps: the same for everyone who reads the report."""
    themes = list(dict.fromkeys(gap.theme for gap in report.gaps))
    shared = work.store.practices.shared(report.instrument.id, [theme.key for theme in themes])
    others = [practice for practice in shared if practice.office != assessment.office]
    found = [Offered(theme, [p for p in others if p.theme == theme.key][:MOST_OFFERED]) for theme in themes]
    return [offer for offer in found if offer.practices]
