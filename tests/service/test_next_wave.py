"""The next wave: as the last one was, with people and dates chosen anew, and changes where both can be compared."""

import pytest

from app.domain.assessment import Assessment
from app.domain.problems import InvalidInput, NotAllowed, NotFound, Problem
from app.service import commissioning
from tests.people import FAN, FAN_PEOPLE, FIVE_EACH, TRIANGLE, House
from tests.service.storm import while_held


def next_of(house: House, made: Assessment) -> Assessment:
    with house.work() as work:
        plan = commissioning.next_plan(work, work.own(house.commissioner, made.id))
        return commissioning.create(work, house.commissioner, plan, next_wave_of=made.constellation)


def test_the_next_wave_is_a_copy_without_people_and_dates(house: House) -> None:
    made = house.released(params={"k_party": 5, "ambition": {"leren": 70}})
    copy = next_of(house, made)
    assert (copy.wave, copy.state, copy.closes_on, copy.retention_on) == (2, "draft", None, None)
    assert (copy.title, copy.about, copy.params) == (made.title, made.about, made.params)
    assert [(p.key, p.invited) for p in copy.parties] == [(key, 0) for key in FIVE_EACH]
    assert copy.constellation == made.constellation


def test_a_draft_of_the_next_wave_is_not_made_twice(house: House) -> None:
    first = house.released()
    with house.work() as work:
        second, is_new = commissioning.next_wave(work, house.commissioner, first.id)
    with house.work() as work:
        again, is_new_again = commissioning.next_wave(work, house.commissioner, first.id)
    assert (second.wave, is_new, is_new_again) == (2, True, False)
    assert again.id == second.id
    with pytest.raises(NotAllowed), house.work() as work:
        commissioning.next_wave(work, house.viewer, first.id)
    with house.work() as work:
        commissioning.discard(work, house.commissioner, second.id)
        third, is_new = commissioning.next_wave(work, house.commissioner, first.id)
    assert (third.wave, is_new) == (2, True)


def test_a_second_wave_says_what_changed(house: House) -> None:
    first = house.released(answer=2)
    second = house.released(next_wave_of=first.constellation, answer=5)
    document = house.document(second)
    assert document["wave"] == 2
    moved = [change for change in document["changes"] if change["value"] is not None]
    assert moved
    assert house.document(first)["changes"] == []


def test_a_party_that_was_not_there_has_no_change(house: House) -> None:
    first = house.released(answer=2)
    parties = [*TRIANGLE[:2], type(TRIANGLE[2])("andere-dienst", "opdrachtnemer", "Andere Dienst")]
    people = {"eigenaar": 5, "wonen": 5, "andere-dienst": 5}
    document = house.document(house.released(people, parties, next_wave_of=first.constellation))
    assert all("dienst" not in str(change) for change in document["changes"] if change["value"] is not None)


def test_a_wave_that_was_never_closed_is_passed_over(house: House) -> None:
    first = house.released(answer=2)
    house.draft(next_wave_of=first.constellation)
    third = house.released(next_wave_of=first.constellation, answer=5)
    document = house.document(third)
    assert document["wave"] == 3
    assert any(change["value"] for change in document["changes"])


def test_pools_have_a_next_wave_too(house: House) -> None:
    first = house.released(FAN_PEOPLE, FAN, answer=2)
    second = house.released(FAN_PEOPLE, FAN, next_wave_of=first.constellation, answer=5)
    assert house.document(second)["audit"]["passed"]


def test_a_wave_of_somebody_elses_constellation_cannot_be_made(house: House) -> None:
    made = house.draft()
    for actor, constellation in ((house.stranger, made.constellation), (house.commissioner, "verzonnen")):
        with pytest.raises(NotFound), house.work() as work:
            commissioning.create(work, actor, house.plan(), next_wave_of=constellation)


def test_of_two_next_waves_at_once_both_have_a_number_of_their_own_or_one_is_refused(house: House) -> None:
    made = house.released()
    found = while_held(
        house.workshop.database, "INSERT INTO assessment", lambda: next_of(house, made), lambda: next_of(house, made)
    )
    waves = [result.wave for result in found if isinstance(result, Assessment)]
    assert waves
    assert sorted(waves) == list(range(2, 2 + len(waves)))
    assert all(isinstance(result, Assessment | Problem) for result in found)


def test_a_wave_that_is_not_released_is_compared_with_nothing(house: House) -> None:
    first = house.closed()
    second = house.released(next_wave_of=first.constellation, answer=2)
    assert house.document(second)["changes"] == []


def test_a_next_wave_keeps_its_questionnaire(house: House) -> None:
    first = house.released()
    with pytest.raises(InvalidInput) as refused:
        house.draft({}, (), next_wave_of=first.constellation, instrument="interbestuurlijk")
    assert [fault.where for fault in refused.value.faults] == ["instrument"]
