"""What works: recorded by an office per theme, shared or not, and offered where a report shows a gap."""

from dataclasses import replace

import pytest

from app.domain.assessment import Assessment
from app.domain.constellation import Rating
from app.domain.problems import InvalidInput, NotAllowed, NotFound
from app.service import practices, reporting
from app.service.practices import PracticePlan
from tests.people import INSTRUMENT, House

PRACTICE = PracticePlan(
    INSTRUMENT, "rolvastheid", "Vraag welke pet", "In elk overleg vragen wij wie er spreekt.", False
)
SHARED = replace(PRACTICE, title="Zeg het hardop", shared=True)


def titles(house: House, *, of_stranger: bool = False) -> list[str]:
    actor = house.stranger if of_stranger else house.viewer
    with house.work(write=False) as work:
        return [practice.title for practice, _ in practices.known(work, actor)]


def offered(house: House, made: Assessment) -> dict[str, list[str]]:
    with house.work(write=False) as work:
        found = reporting.report_for_member(work, house.commissioner, made.id)
        return {
            offer.theme.key: [practice.title for practice in offer.practices]
            for offer in practices.offered(work, found.assessment, found.report)
        }


def released_with_a_gap(house: House) -> Assessment:
    """Everyone praises their own steadfastness and doubts that of the others."""

    def answer(rating: Rating) -> int:
        if rating.theme == "rolvastheid":
            return 5 if rating.block == "self" else 2
        return 4

    return house.released(answer=answer)


def test_only_what_is_shared_reaches_another_office(house: House) -> None:
    with house.work() as work:
        practices.record(work, house.commissioner, PRACTICE)
        practices.record(work, house.commissioner, SHARED)
    assert sorted(titles(house)) == [PRACTICE.title, SHARED.title]
    assert titles(house, of_stranger=True) == [SHARED.title]


def test_an_office_stops_sharing_and_throws_away_its_own_only(house: House) -> None:
    with house.work() as work:
        kept = practices.record(work, house.commissioner, SHARED)
        for step in (
            lambda: practices.share(work, house.stranger, kept.id, shared=False),
            lambda: practices.drop(work, house.stranger, kept.id),
        ):
            with pytest.raises(NotFound):
                step()
    assert titles(house, of_stranger=True) == [SHARED.title]
    with house.work() as work:
        practices.share(work, house.commissioner, kept.id, shared=False)
    assert titles(house, of_stranger=True) == []
    with house.work() as work:
        practices.drop(work, house.commissioner, kept.id)
    assert titles(house) == []


def test_who_may_only_look_records_nothing(house: House) -> None:
    with pytest.raises(NotAllowed), house.work() as work:
        practices.record(work, house.viewer, PRACTICE)
    assert titles(house) == []


def test_a_practice_names_every_fault_together(house: House) -> None:
    with pytest.raises(InvalidInput) as wrong, house.work() as work:
        practices.record(work, house.commissioner, PracticePlan("weer", "zon", " ", "x" * 2001, shared=False))
    assert {fault.where for fault in wrong.value.faults} == {"instrument", "theme", "title", "words"}


def test_a_report_with_a_gap_on_a_theme_offers_what_others_share_on_it(house: House) -> None:
    made = released_with_a_gap(house)
    with house.work() as work:
        practices.record(work, house.stranger, SHARED)
        practices.record(work, house.stranger, replace(PRACTICE, title="Niet gedeeld"))
        practices.record(work, house.stranger, replace(SHARED, theme="leren", title="Bij een ander thema"))
        practices.record(work, house.commissioner, replace(SHARED, title="Van het eigen bureau"))
    assert offered(house, made) == {"rolvastheid": [SHARED.title]}


def test_a_report_without_a_gap_offers_nothing(house: House) -> None:
    made = house.released()
    with house.work() as work:
        practices.record(work, house.stranger, SHARED)
    assert offered(house, made) == {}


def test_a_report_offers_three_of_a_theme_and_no_more(house: House) -> None:
    made = released_with_a_gap(house)
    with house.work() as work:
        for number in range(5):
            practices.record(work, house.stranger, replace(SHARED, title=f"Nummer {number}"))
    assert [len(found) for found in offered(house, made).values()] == [3]
