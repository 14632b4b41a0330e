"""Wire shapes of what follows reports: constellations with their waves, trend, portfolio and practices."""

from datetime import date
from typing import Annotated, Literal, TypedDict

from pydantic import Field

from app.domain.assessment import State
from app.domain.dialogue import Agreement, Kept, Practice
from app.domain.findings import Shown
from app.domain.series import Change, Kind, Point, Series
from app.service.constellations import PortfolioLine, Trend, Waves
from app.web.api.shapes import Day, Shape

# --- Constellations ---------------------------------------------------------------------------------------------------


class WaveOut(Shape):
    """One assessment of a constellation. `closesDate`: null in a draft that has none yet."""

    assessment_id: str
    wave: int
    title: str
    status: State
    closes_date: Day


class ConstellationOut(Shape):
    """A constellation of this office, with its waves, oldest first."""

    id: str
    name: str
    instrument: str
    waves: list[WaveOut]


def constellation_out(found: Waves) -> ConstellationOut:
    return ConstellationOut(
        id=found.constellation.id,
        name=found.constellation.name,
        instrument=found.constellation.instrument,
        waves=[
            WaveOut(assessment_id=a.id, wave=a.wave, title=a.title, status=a.state, closes_date=a.closes_on)
            for a in found.assessments
        ],
    )


# --- Trend ------------------------------------------------------------------------------------------------------------


class FigureOut(Shape):
    """A published score in points (0–100) with the bounds of its 95 % interval, or a null score with its `reason`.

    `bound`: the score is this or less (`at_most`), or this or more (`at_least`).
    """

    score: int | None
    low: int | None
    high: int | None
    bound: str | None
    reason: str | None


class ChangeOut(Shape):
    """A difference as the later snapshot published it, or a null value with its `reason`. Nothing else may be told."""

    value: int | None
    low: int | None
    high: int | None
    size: str | None
    evidence: str | None
    material: bool
    reason: str | None


class PointOut(FigureOut):
    """A figure in one wave. `change`: null where this wave's snapshot compares the figure with nothing."""

    wave: int
    change: ChangeOut | None


class SeriesOut(Shape):
    """One figure over the waves. `between`: two parties or two roles; of a view first who looks, then about whom."""

    kind: Kind
    theme: str
    between: list[str]
    points: list[PointOut]


class TrendWaveOut(Shape):
    """A released wave. `comparedWith`: the number of the wave from which its changes count; null without one."""

    assessment_id: str
    wave: int
    closes_date: Day
    instrument_version: int
    snapshot: str
    compared_with: int | None


class AgreementOut(Shape):
    """What one party would have done by a day, agreed on after this wave. `theme`: null where it belongs to none."""

    wave: int
    what: str
    party: str
    due_date: date
    theme: str | None
    status: Kept


class TrendOut(Shape):
    """How the published figures went, picked from the snapshots of released waves; nothing is computed."""

    constellation_id: str
    name: str
    waves: list[TrendWaveOut]
    series: list[SeriesOut]
    agreements: list[AgreementOut]


def trend_out(found: Trend) -> TrendOut:
    return TrendOut(
        constellation_id=found.constellation.id,
        name=found.constellation.name,
        waves=[
            TrendWaveOut(
                assessment_id=wave.assessment.id,
                wave=wave.assessment.wave,
                closes_date=wave.assessment.closes_on,
                instrument_version=wave.assessment.instrument[1],
                snapshot=wave.report.document["snapshot"],
                compared_with=wave.compared_with,
            )
            for wave in found.waves
        ],
        series=[_series_out(series) for series in found.series],
        agreements=[_agreement_out(wave, agreement) for wave, agreement in found.agreements],
    )


def _series_out(series: Series) -> SeriesOut:
    points = [_point_out(point) for point in series.points]
    return SeriesOut(kind=series.kind, theme=series.theme, between=list(series.between), points=points)


def _point_out(point: Point) -> PointOut:
    change = None if point.change is None else _change_out(point.change)
    return PointOut(wave=point.wave, change=change, **_of(point.figure))


class _Figure(TypedDict):
    score: int | None
    low: int | None
    high: int | None
    bound: str | None
    reason: str | None


def _of(figure: Shown) -> _Figure:
    return {
        "score": figure.score,
        "low": figure.low,
        "high": figure.high,
        "bound": figure.bound,
        "reason": figure.reason,
    }


def _change_out(change: Change) -> ChangeOut:
    return ChangeOut(
        value=change.value,
        low=change.low,
        high=change.high,
        size=change.size,
        evidence=change.evidence,
        material=change.material,
        reason=change.reason,
    )


def _agreement_out(wave: int, agreement: Agreement) -> AgreementOut:
    return AgreementOut(
        wave=wave,
        what=agreement.what,
        party=agreement.party,
        due_date=agreement.due_on,
        theme=agreement.theme,
        status=agreement.kept,
    )


# --- Portfolio --------------------------------------------------------------------------------------------------------


class ThemeLevelOut(FigureOut):
    """The whole constellation on one theme."""

    theme: str


class PortfolioLineOut(Shape):
    """A constellation with its newest released wave; `assessmentId` and `wave` are null where there is none yet."""

    constellation_id: str
    name: str
    instrument: str
    assessment_id: str | None
    wave: int | None
    closes_date: Day
    themes: list[ThemeLevelOut]


def portfolio_line_out(line: PortfolioLine) -> PortfolioLineOut:
    newest = line.newest
    return PortfolioLineOut(
        constellation_id=line.constellation.id,
        name=line.constellation.name,
        instrument=line.constellation.instrument,
        assessment_id=newest.assessment.id if newest else None,
        wave=newest.assessment.wave if newest else None,
        closes_date=newest.assessment.closes_on if newest else None,
        themes=[ThemeLevelOut(theme=theme, **_of(level)) for theme, level in (newest.levels if newest else {}).items()],
    )


# --- Practices --------------------------------------------------------------------------------------------------------


class PracticeIn(Shape):
    """What works, for one theme. `shared`: other offices read it, with the name of this office."""

    instrument: Annotated[str, Field(max_length=60)]
    theme: Annotated[str, Field(max_length=60)]
    title: Annotated[str, Field(max_length=300)]
    words: Annotated[str, Field(max_length=5000)]
    shared: bool = False


class PracticeOut(Shape):
    """A practice. `origin`: whether this office wrote it, or another that shares it."""

    id: str
    origin: Literal["own", "other"]
    office: str
    instrument: str
    theme: str
    title: str
    words: str
    shared: bool
    recorded_date: date


def practice_out(practice: Practice, office: str) -> PracticeOut:
    return PracticeOut(
        id=practice.id,
        origin="own" if practice.office == office else "other",
        office=practice.office_name,
        instrument=practice.instrument,
        theme=practice.theme,
        title=practice.title,
        words=practice.words,
        shared=practice.shared,
        recorded_date=practice.recorded_on,
    )
