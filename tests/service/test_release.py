"""Release: all parties at the same moment, and nobody a figure before."""

from datetime import datetime

import pytest

from app.domain.problems import Erased, NotAllowed, NotFound, NotReleased, UnknownLink, WrongState
from app.service import access, commissioning, erasing, reporting
from app.service.access import Reader
from tests.people import FIVE_EACH, RETAINED, TRIANGLE, House


def test_nobody_gets_a_figure_before_release(house: House) -> None:
    stages = (
        house.draft(constellation="Concept"),
        house.answered(constellation="Open"),
        house.closed(constellation="Gesloten"),
    )
    for made in stages:
        assert house.readers(made) == {}
        for actor in (house.commissioner, house.viewer):
            with house.work(write=False) as work:
                for read in (reporting.scores, reporting.scores_hash, reporting.report_for_member):
                    with pytest.raises(NotReleased):
                        read(work, actor, made.id)
        with house.work(write=False) as work, pytest.raises(NotReleased):
            reporting.report_for_reader(work, Reader(made, "wonen"), made.id)


def test_what_was_erased_is_not_said_to_come_yet(house: House) -> None:
    made = house.released()
    with house.work() as work:
        erasing.erase_by_hand(work, house.commissioner, made.id)
    with house.work(write=False) as work:
        for read in (reporting.scores, reporting.scores_hash, reporting.report_for_member):
            with pytest.raises(Erased):
                read(work, house.commissioner, made.id)


def test_every_party_gets_one_link_and_all_read_the_same(house: House) -> None:
    made = house.released()
    readers = house.readers(made)
    assert set(readers) == set(FIVE_EACH)
    assert len(set(readers.values())) == 3
    with house.work(write=False) as work:
        hashes = {
            reporting.report_for_reader(work, access.reader_of_link(work, token), made.id).hash
            for token in readers.values()
        }
        hashes.add(reporting.report_for_member(work, house.commissioner, made.id).hash)
        hashes.add(reporting.scores_hash(work, house.viewer, made.id))
    assert hashes == {house.document(made)["snapshot"]}


def test_releasing_changes_no_figure(house: House) -> None:
    made = house.closed()
    before = house.document(made)
    house.release(made)
    assert house.document(made) == before


def test_a_reader_link_opens_its_own_report_only(house: House) -> None:
    made, other = house.released(), house.released(constellation="Andere driehoek")
    with house.work(write=False) as work:
        reader = access.reader_of_link(work, house.readers(made)["wonen"])
        with pytest.raises(NotFound):
            reporting.report_for_reader(work, reader, other.id)


def test_a_reader_link_works_until_the_retention_date(house: House) -> None:
    token = house.readers(house.released())["wonen"]
    house.clock.now = datetime.fromisoformat(f"{RETAINED}T22:59:59+00:00")
    with house.work(write=False) as work:
        assert access.reader_of_link(work, token).party == "wonen"
    house.clock.pass_by(seconds=1)
    with pytest.raises(UnknownLink), house.work(write=False) as work:
        access.reader_of_link(work, token)


def test_a_reader_link_is_stored_as_a_hash_only(house: House) -> None:
    readers = house.readers(house.released())
    stored = str(house.stored("SELECT * FROM reader_link"))
    assert not [token for token in readers.values() if token in stored]


def test_only_a_closed_assessment_is_released_and_once(house: House) -> None:
    for made in (house.draft(constellation="Concept"), house.opened(constellation="Open"), house.released()):
        with pytest.raises(WrongState):
            house.release(made)
    assert house.number_of("reader_link") == len(TRIANGLE)


def test_a_viewer_releases_nothing(house: House) -> None:
    made = house.closed()
    with pytest.raises(NotAllowed), house.work() as work:
        commissioning.release(work, house.viewer, made.id)
    assert house.again(made).state == "closed"
