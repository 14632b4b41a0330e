"""Owns what an office sees of its constellations: their waves, how figures went, and all of them side by side."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from app.domain.assessment import Actor, Assessment
from app.domain.dialogue import Agreement
from app.domain.findings import Shown
from app.domain.instrument import Theme
from app.domain.problems import NotFound
from app.domain.report import Report
from app.domain.series import Series, series_of
from app.domain.text import Text
from app.service.learning import for_all_parties
from app.service.work import Work
from app.store.assessments import ConstellationOf


@dataclass(frozen=True, slots=True)
class Waves:
    """A constellation with its waves, oldest first."""

    constellation: ConstellationOf
    assessments: tuple[Assessment, ...]


@dataclass(frozen=True, slots=True)
class ReportedWave:
    """A released wave with its report; `compared_with`: the number of the wave that its changes are counted from."""

    assessment: Assessment
    report: Report
    compared_with: int | None

    @property
    def levels(self) -> dict[str, Shown]:
        """Per theme the figure of the whole constellation."""
        return {section.theme.key: section.level for section in self.report.sections}


@dataclass(frozen=True)
class Trend:
    """How the published figures of a constellation went, with what was agreed on the way."""

    constellation: ConstellationOf
    waves: tuple[ReportedWave, ...]
    agreements: tuple[tuple[int, Agreement], ...]

    @cached_property
    def series(self) -> list[Series]:
        return series_of([wave.report.document for wave in self.waves])

    @cached_property
    def themes(self) -> list[Theme]:
        """The themes of the newest wave, and after them those that only earlier waves had."""
        found: dict[str, Theme] = {}
        for wave in reversed(self.waves):
            for section in wave.report.sections:
                found.setdefault(section.theme.key, section.theme)
        return list(found.values())

    def of_theme(self, theme: str) -> list[Series]:
        return [series for series in self.series if series.theme == theme]

    def agreed_on(self, theme: str | None) -> list[tuple[int, Agreement]]:
        return [(wave, agreement) for wave, agreement in self.agreements if agreement.theme == theme]

    def name(self, series: Series) -> Text:
        """What a series is about, in words."""
        if series.kind == "constellation":
            return Text("Hele driehoek", "Whole triangle")
        one, other = (self._name(key, role=series.kind == "role_relation") for key in series.between)
        if series.kind == "view":
            return Text("{one} over {other}", "{one} about {other}").fill(one=one, other=other)
        return Text("{one} – {other}", "{one} – {other}").fill(one=one, other=other)

    def party(self, key: str) -> Text:
        return self._name(key, role=False)

    def _name(self, key: str, *, role: bool) -> Text:
        """The name in the newest wave that has this party or role."""
        for wave in reversed(self.waves):
            if role:
                return wave.report.role(key)
            if key in {party.key for party in wave.report.parties}:
                return wave.report.name(key)
        raise NotFound


@dataclass(frozen=True, slots=True)
class PortfolioLine:
    """A constellation with its newest released wave; no wave where nothing was released yet."""

    constellation: ConstellationOf
    newest: ReportedWave | None


def constellations(work: Work, actor: Actor) -> list[Waves]:
    """The constellations of the office in its own order, each with its waves."""
    return [_waves(work, found) for found in work.store.assessments.constellations(actor.office)]


def constellation(work: Work, actor: Actor, identifier: str) -> Waves:
    found = work.store.assessments.constellation(actor.office, identifier)
    if found is None:
        raise NotFound
    return _waves(work, found)


def _waves(work: Work, found: ConstellationOf) -> Waves:
    return Waves(found, tuple(work.store.assessments.of_constellation(found.id)))


def trend(work: Work, actor: Actor, identifier: str) -> Trend:
    """How the figures went, from the stored snapshots of released waves; nothing is computed while reading."""
    waves = constellation(work, actor, identifier)
    reported = [found for wave in waves.assessments if (found := _reported(work, wave, waves.assessments))]
    agreements = [
        (wave.assessment.wave, agreement)
        for wave in reported
        for agreement in for_all_parties(work.store.dialogues.of(wave.assessment.id)).agreements
    ]
    return Trend(waves.constellation, tuple(reported), tuple(agreements))


def _reported(work: Work, assessment: Assessment, all_waves: Sequence[Assessment]) -> ReportedWave | None:
    """A wave with its report, where that was released and is still there."""
    kept = work.store.results.snapshot(assessment.id) if assessment.state == "released" else None
    if kept is None:
        return None
    compared = work.store.assessments.compared_with(assessment.id)
    number = next((wave.wave for wave in all_waves if wave.id == compared), None)
    report = Report(json.loads(kept.document), work.instrument_of(assessment), assessment.label_set)
    return ReportedWave(assessment, report, number)


def portfolio(work: Work, actor: Actor) -> list[PortfolioLine]:
    """The constellations of the office in its own order, each with its newest released wave. Never ranked."""
    lines = []
    for waves in constellations(work, actor):
        reported = (_reported(work, wave, waves.assessments) for wave in reversed(waves.assessments))
        lines.append(PortfolioLine(waves.constellation, next((found for found in reported if found), None)))
    return lines


def move_up(work: Work, actor: Actor, identifier: str) -> None:
    """Put a constellation one place earlier in the order of the office."""
    actor.require_write()
    order = [found.id for found in work.store.assessments.constellations(actor.office)]
    if identifier not in order:
        raise NotFound
    place = order.index(identifier)
    if place:
        order[place - 1], order[place] = order[place], order[place - 1]
    work.store.assessments.set_order(order)
