"""A constellation over its waves: what snapshots published, and no difference that they did not."""

from datetime import timedelta
from typing import Any

import pytest

from app.domain.assessment import Actor, Assessment
from app.domain.dialogue import Agreement
from app.domain.problems import NotAllowed, NotFound
from app.domain.series import Series
from app.service import commissioning, constellations, learning
from app.service.constellations import Trend
from app.service.housekeeping import erase_expired
from tests.people import FIVE_EACH, House
from tests.service.test_conversation import FIRST, agree


def following(house: House, made: Assessment, state: str = "released", **more: Any) -> Assessment:
    house.clock.pass_by(days=1)
    return getattr(house, state)(next_wave_of=made.constellation, **more)  # type: ignore[no-any-return]


def trend(house: House, made: Assessment, actor: Actor | None = None) -> Trend:
    with house.work(write=False) as work:
        return constellations.trend(work, actor or house.viewer, made.constellation)


def one(found: Trend, kind: str, theme: str, *between: str) -> Series:
    (series,) = [s for s in found.series if (s.kind, s.theme, s.between) == (kind, theme, between)]
    return series


def test_every_point_and_every_change_is_the_one_that_a_snapshot_published(house: House) -> None:
    first = house.released(answer=3)
    second = following(house, first, answer=4)
    found = trend(house, first)
    documents = [house.document(first), house.document(second)]
    names = {"constellation": "constellation", "role_relation": "role_relations", "relation": "relations"}
    seen = 0
    for series in found.series:
        for document, point in zip(documents, series.points, strict=True):
            rows = document[names.get(series.kind, "views")]
            (row,) = [
                r
                for r in rows
                if r["theme"] == series.theme
                and tuple(r.get("between", [r["from"], r["about"]] if "from" in r else [])) == series.between
            ]
            assert (point.figure.score, [point.figure.low, point.figure.high]) == (row["score"], row["ci95"])
            changes = [
                c
                for c in document["changes"]
                if c["of"] == series.kind
                and c["theme"] == series.theme
                and tuple(c.get("between", ())) == series.between
            ]
            assert [c["value"] for c in changes] == ([] if point.change is None else [point.change.value])
            seen += 1
    assert seen == 2 * sum(len(documents[1][name]) for name in (*names.values(), "views"))


def test_what_rose_is_told_by_the_later_wave_alone(house: House) -> None:
    first = house.released(answer=3)
    following(house, first, answer=4)
    found = trend(house, first)
    earlier, later = one(found, "relation", "rolhulp", "wonen", "dienst").points
    assert (earlier.figure.score, later.figure.score) == (50, 75)
    assert earlier.change is None
    assert later.change is not None
    assert (later.change.value, later.change.material) == (25, True)
    assert [wave.compared_with for wave in found.waves] == [None, 1]
    view = one(found, "view", "rolhulp", "wonen", "dienst")
    assert [point.change for point in view.points] == [None, None], "no snapshot publishes changes of views"


def test_a_figure_that_is_hidden_once_shows_why_and_no_change(house: House) -> None:
    first = house.released(answer=3)
    following(house, first, people={**FIVE_EACH, "wonen": 3}, answer=4)
    earlier, later = one(trend(house, first), "relation", "rolhulp", "wonen", "dienst").points
    assert earlier.figure.score == 50
    assert (later.figure.score, later.figure.reason) == (None, "party_small")
    assert later.change is not None
    assert (later.change.value, later.change.reason) == (None, "party_small")


def test_only_released_waves_are_in_it(house: House) -> None:
    first = house.released(answer=3)
    following(house, first, "closed", answer=4)
    found = trend(house, first)
    assert [wave.assessment.wave for wave in found.waves] == [1]
    assert trend(house, house.closed()).series == []


def test_a_wave_that_was_erased_is_gone_from_it(house: House) -> None:
    first = house.released(answer=3, retention_on=house.clock().date() + timedelta(days=60))
    second = following(house, first, answer=4)
    agree(house, second, FIRST)
    house.clock.pass_by(days=70)

    assert erase_expired(house.workshop, house.clock) == 1
    found = trend(house, first)
    assert [wave.assessment.wave for wave in found.waves] == [2]
    assert [wave for wave, _ in found.agreements] == [2]


def test_agreements_stand_beside_what_moved_and_hold_no_address(house: House) -> None:
    first = house.released(answer=3)
    with house.work() as work:
        agreement = Agreement("", "Ruil", "wonen", FIRST.due_on, "rolhulp", contact="hanna@wonen.example")
        learning.record_agreements(work, house.commissioner, first.id, [agreement])
    following(house, first, answer=4)
    ((wave, found),) = trend(house, first).agreed_on("rolhulp")
    assert (wave, found.what, found.contact) == (1, "Ruil", "")
    assert trend(house, first).agreed_on(None) == []


# --- Side by side -----------------------------------------------------------------------------------------------------


def names(house: House) -> list[str]:
    with house.work(write=False) as work:
        return [line.constellation.name for line in constellations.portfolio(work, house.viewer)]


def test_the_portfolio_keeps_the_order_of_the_office_whatever_the_scores(house: House) -> None:
    low = house.released(answer=2, constellation="Beheer")
    house.released(answer=5, constellation="Aanleg")
    house.draft(constellation="Controle")
    assert names(house) == ["Aanleg", "Beheer", "Controle"]
    with house.work() as work:
        constellations.move_up(work, house.commissioner, low.constellation)
    assert names(house) == ["Beheer", "Aanleg", "Controle"]
    with house.work() as work:
        constellations.move_up(work, house.commissioner, low.constellation)
    assert names(house) == ["Beheer", "Aanleg", "Controle"], "the first stays the first"


def test_the_portfolio_shows_the_newest_released_wave(house: House) -> None:
    first = house.released(answer=3)
    second = following(house, first, answer=4)
    following(house, first, "closed", answer=2)
    with house.work(write=False) as work:
        (line,) = constellations.portfolio(work, house.viewer)
    assert line.newest is not None
    assert line.newest.assessment.id == second.id
    assert line.newest.levels["rolhulp"].score == 75


def test_another_office_has_none_of_it(house: House) -> None:
    made = house.released()
    with house.work() as work:
        assert constellations.portfolio(work, house.stranger) == []
        assert constellations.constellations(work, house.stranger) == []
        for step in (constellations.constellation, constellations.trend, constellations.move_up):
            with pytest.raises(NotFound):
                step(work, house.stranger, made.constellation)
        with pytest.raises(NotAllowed):
            constellations.move_up(work, house.viewer, made.constellation)


def test_the_name_of_a_party_is_that_of_the_newest_wave(house: House) -> None:
    first = house.released()
    with house.work() as work:
        plan = commissioning.next_plan(work, first)
    renamed = tuple(p if p.key != "wonen" else type(p)(p.key, p.role, "Directie Bouwen") for p in plan.parties)
    following(house, first, parties=renamed)
    found = trend(house, first)
    assert found.name(one(found, "relation", "rolhulp", "wonen", "dienst")).nl == "Directie Bouwen – Dienst Registers"
