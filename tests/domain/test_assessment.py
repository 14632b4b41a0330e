"""The life of an assessment: states, its window in Dutch time, what keeps it from opening, response while open."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.assessment import (
    Actor,
    Assessment,
    Purpose,
    State,
    dutch_date,
    end_of_day,
    faults_before_opening,
    live_band,
)
from app.domain.parameters import Parameters
from app.domain.problems import AssessmentClosed, NotAllowed, WrongState
from tests.domain.build import party, triangle

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
READY = Assessment(
    id="m1",
    office="bureau",
    office_name="Bureau",
    constellation="c1",
    wave=1,
    instrument=("punten", 1),
    label_set="gewoon",
    title="Meting",
    about=Purpose("leren", "toestemming", "Kim", "kim@x.nl"),
    closes_on=date(2026, 3, 20),
    retention_on=date(2027, 3, 20),
    state="draft",
    params=Parameters(),
    parties=triangle(),
)
EVERYBODY = {"eig": 6, "og": 6, "on": 6}


def places(assessment: Assessment, people: dict[str, int] | None = None, *confirmed: str) -> list[str]:
    return [fault.where for fault in faults_before_opening(assessment, people or EVERYBODY, confirmed, NOON)]


# --- the window -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 1, 15), datetime(2026, 1, 15, 22, 59, 59, tzinfo=UTC)),  # winter: one hour ahead
        (date(2026, 7, 15), datetime(2026, 7, 15, 21, 59, 59, tzinfo=UTC)),  # summer: two hours
        (date(2026, 3, 28), datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC)),  # the evening before the clock goes forward
        (date(2026, 3, 29), datetime(2026, 3, 29, 21, 59, 59, tzinfo=UTC)),  # the day of 23 hours
        (date(2026, 10, 24), datetime(2026, 10, 24, 21, 59, 59, tzinfo=UTC)),
        (date(2026, 10, 25), datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)),  # the day of 25 hours
    ],
)
def test_a_day_lasts_until_one_second_before_midnight_in_the_netherlands(day: date, last: datetime) -> None:
    assert end_of_day(day) == last
    running = replace(READY, state="open", closes_on=day)
    assert running.closes_at == last
    assert running.accepts_answers(last)
    assert not running.accepts_answers(last.replace(second=0, minute=0, hour=last.hour + 1))
    assert dutch_date(last) == day


def test_just_after_midnight_it_is_already_tomorrow_in_the_netherlands() -> None:
    assert dutch_date(datetime(2026, 7, 15, 22, 0, tzinfo=UTC)) == date(2026, 7, 16)
    assert dutch_date(datetime(2026, 1, 15, 22, 59, tzinfo=UTC)) == date(2026, 1, 15)


@pytest.mark.parametrize(("state", "open_"), [("draft", False), ("open", True), ("closed", False), ("released", False)])
def test_answers_are_accepted_while_open_only(state: State, open_: bool) -> None:
    assessment = replace(READY, state=state)
    assert assessment.accepts_answers(NOON) == open_
    if open_:
        assessment.require_open(NOON)
    else:
        with pytest.raises(AssessmentClosed):
            assessment.require_open(NOON)


def test_answers_are_refused_by_the_clock_though_nobody_closed_yet() -> None:
    running = replace(READY, state="open")
    with pytest.raises(AssessmentClosed, match="is closed"):
        running.require_open(datetime(2026, 3, 20, 23, 0, tzinfo=UTC))


def test_a_draft_says_that_it_is_not_open_yet() -> None:
    with pytest.raises(AssessmentClosed, match="not open yet"):
        READY.require_open(NOON)


def test_without_a_closing_date_the_state_decides() -> None:
    forever = replace(READY, state="open", closes_on=None)
    assert forever.closes_at is None
    assert forever.accepts_answers(datetime(2099, 1, 1, tzinfo=UTC))


def test_a_step_in_the_wrong_state_says_what_the_state_is_and_should_be() -> None:
    READY.require_state("draft", "open")
    with pytest.raises(WrongState) as caught:
        READY.require_state("closed", "released")
    assert "in voorbereiding" in caught.value.message.nl
    assert "gesloten of vrijgegeven" in caught.value.message.nl
    assert "closed or released" in caught.value.message.en


def test_who_may_only_look_may_not_write() -> None:
    Actor("bureau", "Kim", may_write=True).require_write()
    with pytest.raises(NotAllowed):
        Actor("bureau", "Kim", may_write=False).require_write()


# --- opening ----------------------------------------------------------------------------------------------------------


def test_a_complete_draft_can_open() -> None:
    assert places(READY) == []


@pytest.mark.parametrize(
    ("count", "confirmed", "words"),
    [
        (0, False, "nobody has been invited"),
        (0, True, "nobody has been invited"),
        (1, False, "one person cannot answer confidentially"),
        (1, True, "one person cannot answer confidentially"),
        (3, False, "with 3 people this party cannot answer confidentially and stays hidden; at least 5"),
        (4, False, "with 4 people this party cannot answer confidentially and stays hidden; at least 5"),
    ],
)
def test_a_group_that_is_too_small_keeps_it_from_opening(count: int, confirmed: bool, words: str) -> None:
    known = ["og"] if confirmed else []
    (fault,) = faults_before_opening(READY, {**EVERYBODY, "og": count}, known, NOON)
    assert fault.where == "parties.og"
    assert words in fault.message.en


def test_a_small_group_may_open_when_the_commissioner_knows_that_it_stays_hidden() -> None:
    assert places(READY, {**EVERYBODY, "og": 3}, "og") == []
    assert places(READY, {**EVERYBODY, "og": 5}) == []
    assert places(READY, {**EVERYBODY, "og": 3}, "on") == ["parties.og"]


@pytest.mark.parametrize(("count", "fault"), [(0, True), (1, False), (2, True)])
def test_a_statement_has_exactly_one_person(count: int, fault: bool) -> None:
    parties = (party("eig", "eigenaar", 1, "statement"), *triangle()[1:])
    found = places(replace(READY, parties=parties), {**EVERYBODY, "eig": count})
    assert found == (["parties.eig"] if fault else [])


def test_respondents_must_be_told_why_and_by_whom() -> None:
    empty = replace(READY, about=Purpose("", " ", "\n", ""))
    assert places(empty) == ["purpose", "legalBasis", "contactName", "contactEmail"]


def test_the_closing_date_may_be_today_in_the_netherlands_and_not_yesterday() -> None:
    late = datetime(2026, 3, 20, 23, 30, tzinfo=UTC)  # the 21st, there
    on_20 = faults_before_opening(replace(READY, closes_on=date(2026, 3, 20)), EVERYBODY, [], late)
    on_21 = faults_before_opening(replace(READY, closes_on=date(2026, 3, 21)), EVERYBODY, [], late)
    assert [fault.where for fault in on_20] == ["closesDate"]
    assert on_21 == []


def test_answers_are_kept_until_after_closing() -> None:
    assert places(replace(READY, retention_on=READY.closes_on)) == ["retentionDate"]
    assert places(replace(READY, retention_on=date(2026, 3, 21))) == []
    assert places(replace(READY, closes_on=None, retention_on=None)) == ["closesDate", "retentionDate"]


def test_all_that_keeps_it_from_opening_is_told_at_once() -> None:
    wrong = replace(READY, about=Purpose(), closes_on=None)
    assert places(wrong, {"eig": 0, "og": 1, "on": 2}) == [
        *("purpose", "legalBasis", "contactName", "contactEmail"),
        "closesDate",
        *("parties.eig", "parties.og", "parties.on"),
    ]


# --- response while open ----------------------------------------------------------------------------------------------

COUNTS = st.integers(0, 60).flatmap(lambda invited: st.tuples(st.integers(0, invited), st.just(invited)))


@given(COUNTS, st.integers(4, 8))
def test_a_live_band_never_tells_that_everybody_has_sent_or_exactly_how_many(counts: tuple[int, int], k: int) -> None:
    sent, invited = counts
    band = live_band(sent, invited, k)
    same = [other for other in range(invited + 1) if live_band(other, invited, k) == band]
    assert sent in same
    if sent >= 1:
        assert len(same) > 1
    if 1 <= sent < invited:
        assert len([other for other in same if other < invited]) > 1, "to who knows not to have sent"
    if sent < k:
        assert band in ("too_few_to_tell", "too_small_to_tell")


@pytest.mark.parametrize(
    ("sent", "invited", "band"),
    [
        (4, 20, "too_few_to_tell"),
        (5, 20, "40-"),
        (7, 20, "40-"),
        (8, 20, "40–59"),
        (11, 20, "40–59"),
        (12, 20, "60–79"),
        (16, 20, "80–100"),
        (20, 20, "80–100"),
        (5, 5, "too_small_to_tell"),
        (0, 5, "too_small_to_tell"),
        (6, 6, "too_small_to_tell"),  # five of six: whoever has not sent would know that all others have
        (5, 6, "too_small_to_tell"),
        (4, 7, "too_few_to_tell"),
        (5, 7, "60–100"),
        (7, 7, "60–100"),
        (5, 9, "too_few_to_tell"),  # 40–59 of nine is five, or less than may be told
        (9, 9, "60–100"),
        (8, 10, "80–100"),
        (10, 10, "80–100"),
        (0, 0, "too_few_to_tell"),
    ],
)
def test_an_office_sees_a_band_from_five_on(sent: int, invited: int, band: str) -> None:
    assert live_band(sent, invited, 5) == band
