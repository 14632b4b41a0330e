"""What the operator takes out after closing gives the same snapshot again, without a database."""

import json
from collections.abc import Callable

import pytest

from app.domain.assessment import Assessment
from app.domain.constellation import Rating
from app.domain.problems import NotFound, WrongState
from app.service import administration
from app.service.reference import score_files
from tests.people import FAN, FAN_PEOPLE, SQUARE, TWENTY, House


def by_place(rating: Rating) -> int | str:
    """Answers of every kind: all steps, both reasons for none, and some left open."""
    kinds = (1, 2, 3, 4, 5, "dont_know", "not_applicable", "", 4, 5)
    return kinds[sum(map(ord, rating.key)) % len(kinds)]


def recomputed(house: House, made: Assessment) -> str:
    with house.work() as work:
        files = administration.export_answers(work, made.id)
        instrument = work.instrument_of(made)
    assert files.instrument == "driehoek/1"
    return str(score_files(instrument, files.responses, files.parameters, exact=False)["snapshot"])


ONE_WAVE: dict[str, Callable[[House], Assessment]] = {
    "three groups": lambda house: house.released(answer=by_place),
    "a statement and two opdrachtgevers": lambda house: house.closed(TWENTY, SQUARE, answer=by_place),
    "small parties pooled, and a choice": lambda house: house.closed(FAN_PEOPLE, FAN, answer=by_place),
    "nobody answered": lambda house: house.close(house.opened()),
}


@pytest.mark.parametrize("story", ONE_WAVE)
def test_the_export_gives_the_same_hash(house: House, story: str) -> None:
    made = ONE_WAVE[story](house)
    assert recomputed(house, made) == house.document(made)["snapshot"]


@pytest.mark.parametrize(("people", "parties"), [(TWENTY, SQUARE), (FAN_PEOPLE, FAN)])
def test_the_export_of_a_second_wave_gives_the_same_hash(house: House, people: dict, parties: tuple) -> None:
    first = house.released(people, parties, answer=2)
    second = house.closed(people, parties, next_wave_of=first.constellation, answer=by_place)
    assert any(change["value"] is not None for change in house.document(second)["changes"])
    assert recomputed(house, second) == house.document(second)["snapshot"]


def test_someone_who_sent_words_only_counts_the_same(house: House) -> None:
    made = house.opened()
    house.send(house.link(made, "wonen", 1), "", {"oq-gesprek": "Eerst dit."})
    for number in range(2, 6):
        house.send(house.link(made, "wonen", number), by_place)
    house.close(made)
    assert recomputed(house, made) == house.document(made)["snapshot"]


def test_the_export_holds_no_person(house: House) -> None:
    made = house.closed(FAN_PEOPLE, FAN)
    with house.work() as work:
        files = administration.export_answers(work, made.id)
    whole = files.responses + files.parameters
    known = house.stored("SELECT id, email, name, token_hash FROM invitation")
    assert not [value for row in known for value in row if value in whole]


def test_the_export_says_how_many_were_invited(house: House) -> None:
    made = house.closed()
    with house.work() as work:
        parties = json.loads(administration.export_answers(work, made.id).parameters)["parties"]
    assert {party["key"]: party["invited"] for party in parties} == {"eigenaar": 5, "wonen": 5, "dienst": 5}


def test_nothing_is_exported_before_closing_or_of_what_does_not_exist(house: House) -> None:
    made = house.answered()
    with pytest.raises(WrongState), house.work() as work:
        administration.export_answers(work, made.id)
    with pytest.raises(NotFound), house.work() as work:
        administration.export_answers(work, "verzonnen")
