"""Opening: what must be true first, all told at once, and what is frozen from then on."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.domain.assessment import Purpose
from app.domain.problems import InvalidInput, NotAllowed, WrongState
from app.service import commissioning
from tests.people import CLOSES, FIVE_EACH, NOW, RETAINED, SQUARE, TRIANGLE, TWENTY, House


def faults_of_opening(house: House, identifier: str, confirmed: tuple[str, ...] = ()) -> list[str]:
    with pytest.raises(InvalidInput) as refused, house.work() as work:
        commissioning.open_assessment(work, house.commissioner, identifier, confirmed)
    return [fault.where for fault in refused.value.faults]


def test_a_group_of_one_is_refused_even_when_confirmed(house: House) -> None:
    made = house.draft({**FIVE_EACH, "wonen": 1})
    assert faults_of_opening(house, made.id, ("wonen",)) == ["parties.wonen"]
    assert house.again(made).state == "draft"


@pytest.mark.parametrize("people", [2, 3, 4])
def test_a_group_below_the_threshold_opens_only_when_it_is_confirmed(house: House, people: int) -> None:
    made = house.draft({**FIVE_EACH, "wonen": people})
    assert faults_of_opening(house, made.id) == ["parties.wonen"]
    assert faults_of_opening(house, made.id, ("dienst",)) == ["parties.wonen"]
    with house.work() as work:
        assert commissioning.open_assessment(work, house.commissioner, made.id, ["wonen"]).state == "open"


def test_the_threshold_of_this_assessment_decides(house: House) -> None:
    made = house.draft(params={"k_party": 6})
    assert faults_of_opening(house, made.id) == ["parties.eigenaar", "parties.wonen", "parties.dienst"]


def test_a_statement_with_two_people_is_refused(house: House) -> None:
    made = house.draft({**TWENTY, "eigenaar": 2}, SQUARE)
    assert faults_of_opening(house, made.id) == ["parties.eigenaar"]


def test_everything_that_is_missing_is_told_at_once(house: House) -> None:
    made = house.draft(
        {"wonen": 1, "dienst": 3},
        TRIANGLE,
        about=Purpose(),
        closes_on=house.clock().date() - timedelta(days=1),
        retention_on=None,
    )
    assert faults_of_opening(house, made.id) == [
        "purpose",
        "legalBasis",
        "contactName",
        "contactEmail",
        "closesDate",
        "retentionDate",
        "parties.eigenaar",
        "parties.wonen",
        "parties.dienst",
    ]


def test_every_role_must_be_held(house: House) -> None:
    made = house.draft({"eigenaar": 5, "wonen": 5}, TRIANGLE[:2])
    assert faults_of_opening(house, made.id) == ["parties"]


def test_the_retention_date_comes_after_the_closing_date(house: House) -> None:
    with pytest.raises(InvalidInput) as refused:
        house.draft(retention_on=CLOSES)
    assert [fault.where for fault in refused.value.faults] == ["retentionDate"]
    with house.work() as work:
        made = commissioning.create(work, house.commissioner, house.plan(closes_on=None, retention_on=NOW.date()))
        assert "retentionDate" in [fault.where for fault in commissioning.faults_for_opening(work, made, [])]


def test_it_may_close_on_the_very_day(house: House) -> None:
    assert house.opened(closes_on=house.clock().date()).state == "open"


def test_what_was_promised_is_kept_as_it_was(house: House) -> None:
    made = house.opened({**FIVE_EACH, "wonen": 3})
    with house.work(write=False) as work:
        promise = work.store.assessments.promise(made.id)
    assert promise["purpose"] == made.about.purpose
    assert promise["contact"] == ["Team Driehoek", "team@bureau.example"]
    assert promise["retention_on"] == RETAINED.isoformat()
    assert promise["voices"] == {"eigenaar": "group", "wonen": "group", "dienst": "group"}
    assert promise["known_hidden"] == ["wonen"]
    assert promise["params"] == made.params.as_json()


def test_opening_happens_once(house: House) -> None:
    made = house.opened()
    with pytest.raises(WrongState), house.work() as work:
        commissioning.open_assessment(work, house.commissioner, made.id)


def test_a_viewer_opens_nothing(house: House) -> None:
    made = house.draft()
    with pytest.raises(NotAllowed), house.work() as work:
        commissioning.open_assessment(work, house.viewer, made.id)
    assert house.again(made).state == "draft"


def test_respondents_can_be_given_more_time_and_never_less(house: House) -> None:
    made = house.opened()
    with house.work() as work:
        later = commissioning.extend(work, house.commissioner, made.id, CLOSES + timedelta(days=7))
    assert later.closes_on == CLOSES + timedelta(days=7)
    with pytest.raises(InvalidInput), house.work() as work:
        commissioning.extend(work, house.commissioner, made.id, CLOSES)
    with pytest.raises(InvalidInput), house.work() as work:
        commissioning.extend(work, house.commissioner, made.id, RETAINED)
    assert house.again(made).closes_on == CLOSES + timedelta(days=7)


def test_an_assessment_whose_day_has_passed_can_still_be_extended(house: House) -> None:
    made = house.opened()
    token = house.link(made)
    house.clock.now = house.clock.now.replace(year=2026, month=12, day=16)
    with house.work() as work:
        commissioning.extend(work, house.commissioner, made.id, date(2026, 12, 18))
    house.send(token)


def test_a_draft_and_a_closed_assessment_are_not_extended(house: House) -> None:
    for made in (house.draft(), house.closed(constellation="Andere driehoek")):
        with pytest.raises(WrongState), house.work() as work:
            commissioning.extend(work, house.commissioner, made.id, CLOSES + timedelta(days=1))


def test_the_commissioner_sees_beforehand_what_is_still_to_do(house: House) -> None:
    made = house.draft({**FIVE_EACH, "wonen": 1}, about=replace(house.plan().about, purpose=""))
    with house.work(write=False) as work:
        found = commissioning.faults_for_opening(work, house.again(made), [])
    assert [fault.where for fault in found] == ["purpose", "parties.wonen"]
