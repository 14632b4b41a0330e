"""Commissioning a draft: what may be left out, and that everything wrong is told at once."""

import pytest

from app.domain.constellation import Party
from app.domain.problems import InvalidInput, NotAllowed, NotFound, WrongState
from app.service import commissioning, reporting
from tests.people import FIVE_EACH, TRIANGLE, House


def places(refused: pytest.ExceptionInfo[InvalidInput]) -> list[str]:
    return [fault.where for fault in refused.value.faults]


def test_a_name_and_an_instrument_are_enough_for_a_draft(house: House) -> None:
    with house.work() as work:
        made = commissioning.create(work, house.commissioner, commissioning.Plan("Driehoek", "driehoek"))
    assert (made.state, made.wave, made.parties, made.label_set) == ("draft", 1, (), "klassiek")
    assert made.title == "Driehoek"


def test_a_draft_comes_back_as_it_was_filled_in(house: House) -> None:
    made = house.draft(people={}, params={"k_party": 6, "ambition": {"leren": "70"}})
    found = house.again(made)
    plan = house.plan()
    assert (found.title, found.about, found.closes_on, found.retention_on) == (
        plan.title,
        plan.about,
        plan.closes_on,
        plan.retention_on,
    )
    assert [(p.key, p.role, p.name, p.voice) for p in found.parties] == [
        (p.key, p.role, p.name, p.voice) for p in TRIANGLE
    ]
    assert found.params.k_party == 6
    assert found.params.ambition == {"leren": 70}


def test_everything_wrong_with_a_draft_is_told_at_once(house: House) -> None:
    wrong = house.plan(
        [Party("Eigenaar", "eigenaar", "Directie"), Party("twee", "bestaat-niet", " ")],
        constellation=" ",
        label_set="verzonnen",
        params={"k_party": 3, "onzin": 1, "ambition": {"leren": 101}},
    )
    with pytest.raises(InvalidInput) as refused, house.work() as work:
        commissioning.create(work, house.commissioner, wrong)
    assert set(places(refused)) == {
        "parties[1].key",
        "parties[2].role",
        "parties[2].name",
        "constellation",
        "labelSet",
        "params.k_party",
        "params.onzin",
        "params.ambition.leren",
    }
    assert house.number_of("assessment") == house.number_of("constellation") == 0


def test_two_parties_of_one_name_are_told_apart_by_nobody_and_refused(house: House) -> None:
    alike = [
        Party("eigenaar", "eigenaar", "Directie"),
        Party("een", "opdrachtgever", " directie "),
        Party("dienst", "opdrachtnemer", "Dienst"),
    ]
    with pytest.raises(InvalidInput) as refused, house.work() as work:
        commissioning.create(work, house.commissioner, house.plan(alike))
    assert places(refused) == ["parties[1].name", "parties[2].name"]


def test_a_threshold_below_its_floor_is_refused(house: House) -> None:
    with pytest.raises(InvalidInput) as refused, house.work() as work:
        commissioning.create(work, house.commissioner, house.plan(params={"k_cell": 3}))
    assert places(refused) == ["params.k_cell"]


def test_an_unknown_instrument_is_a_fault(house: House) -> None:
    with pytest.raises(InvalidInput) as refused, house.work() as work:
        commissioning.create(work, house.commissioner, house.plan(instrument="vierhoek"))
    assert places(refused) == ["instrument"]
    assert "'vierhoek'" in refused.value.faults[0].message.nl
    assert "driehoek, interbestuurlijk" in refused.value.faults[0].message.nl
    assert "/" not in refused.value.faults[0].message.nl, "no version was asked for"


def test_a_version_that_does_not_exist_names_those_that_do(house: House) -> None:
    with pytest.raises(InvalidInput) as refused, house.work() as work:
        commissioning.create(work, house.commissioner, house.plan(version=99))
    assert places(refused) == ["instrument"]
    assert "'driehoek/99'" in refused.value.faults[0].message.nl
    assert "driehoek/1" in refused.value.faults[0].message.nl


def test_what_else_is_wrong_is_told_beside_an_unknown_instrument(house: House) -> None:
    """What only an instrument can tell (its roles, its themes) is not told."""
    parties = [Party("A b", "x", ""), Party("c", "y", "Naam"), Party("c", "y", "naam ")]
    wrong = house.plan(
        parties,
        instrument="vierhoek",
        constellation="",
        label_set="z",
        params={"k_party": 1, "ambition": {"leren": 101}},
    )
    with pytest.raises(InvalidInput) as refused, house.work() as work:
        commissioning.create(work, house.commissioner, wrong)
    assert sorted(places(refused)) == [
        "constellation",
        "instrument",
        "params.k_party",
        "parties",
        "parties[1].key",
        "parties[1].name",
        "parties[2].name",
        "parties[3].name",
    ]


def test_a_viewer_may_look_and_not_create(house: House) -> None:
    with pytest.raises(NotAllowed), house.work() as work:
        commissioning.create(work, house.viewer, house.plan())
    made = house.draft()
    with house.work(write=False) as work:
        assert [a.id for _, a in commissioning.overview(work, house.viewer)] == [made.id]


def test_a_party_with_people_in_it_stays(house: House) -> None:
    made = house.draft()
    with pytest.raises(InvalidInput) as refused, house.work() as work:
        commissioning.revise(work, house.commissioner, made.id, house.plan(TRIANGLE[:2]))
    assert places(refused) == ["parties.dienst"]
    assert [p.key for p in house.again(made).parties] == [p.key for p in TRIANGLE]


def test_a_draft_may_change_until_it_is_opened(house: House) -> None:
    made = house.draft()
    with house.work() as work:
        changed = commissioning.revise(work, house.commissioner, made.id, house.plan(title="Anders"))
    assert changed.title == "Anders"
    assert {p.key: p.invited for p in changed.parties} == FIVE_EACH
    with house.work() as work:
        commissioning.open_assessment(work, house.commissioner, made.id)
    with pytest.raises(WrongState), house.work() as work:
        commissioning.revise(work, house.commissioner, made.id, house.plan(title="Nog anders"))
    assert house.again(made).title == "Anders"


def test_a_viewer_changes_nothing(house: House) -> None:
    made = house.draft()
    with pytest.raises(NotAllowed), house.work() as work:
        commissioning.revise(work, house.viewer, made.id, house.plan(title="Anders"))


def test_the_overview_has_every_assessment_of_the_office_newest_wave_first(house: House) -> None:
    first = house.released()
    second = house.draft(next_wave_of=first.constellation)
    other = house.draft(constellation="Aandere driehoek")
    with house.work(write=False) as work:
        found = [a.id for _, a in commissioning.overview(work, house.commissioner)]
    assert found == [other.id, second.id, first.id]


def test_the_questionnaire_can_be_seen_beforehand(house: House) -> None:
    made = house.draft()
    with house.work(write=False) as work:
        _, _, party = commissioning.preview(work, house.commissioner, made.id, "wonen")
        assert party.name == "Directie Wonen"
        with pytest.raises(NotFound):
            commissioning.preview(work, house.commissioner, made.id, "bestaat-niet")


def test_a_draft_shows_no_response(house: House) -> None:
    made = house.draft()
    with house.work(write=False) as work:
        bands = {party.key: band for party, band in reporting.response(work, house.commissioner, made.id)}
    assert bands == dict.fromkeys(FIVE_EACH, "too_small_to_tell")
