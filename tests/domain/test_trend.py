"""Changes between two waves (scoring.md §5, §9): two independent samples, only where both waves are comparable."""

import json
from dataclasses import replace
from typing import Any

import pytest

from app.domain.constellation import Party
from app.domain.disclosure import REASONS
from app.domain.instrument import Instrument
from app.domain.snapshot import Snapshot, Wave
from app.domain.trend import read_private
from tests.domain.build import Case, Document, find, five, party, points, triangle

BAND = {"theme": "band", "of": "relation", "between": ["og", "on"]}


def wave(level: int, *parties: Party, instrument: Instrument | None = None, before: Snapshot | None = None) -> Snapshot:
    case = Case(instrument or points(), *(parties or triangle()))
    keys = [each.key for each in case.constellation.parties]
    for one, other in (("og", "on"), ("on", "og")):
        if one in keys and other in keys:
            size = next(each.invited for each in case.constellation.parties if each.key == one)
            case.score(one, "band", "relation", ([level] * 5)[:size], other)
    if "on" in keys:
        case.score("on", "rol", "self", five(level))
    return case.snapshot(wave=Wave("m", 2, before) if before else Wave("m", 1))


def change(snapshot: Snapshot, **identity: Any) -> Document:
    return find(snapshot.document, "changes", **identity)


def self_change(snapshot: Snapshot) -> Document:
    return change(snapshot, theme="rol", of="cell", block="self", source="on")


def test_a_first_wave_has_no_changes() -> None:
    assert wave(50).document["changes"] == []


def test_a_change_is_now_minus_before_between_two_independent_samples() -> None:
    """65 − 50: V = 20 + 20, df 8: 15 ± 14.58445."""
    found = self_change(wave(65, before=wave(50)))
    assert (found["a"], found["b"], found["value"]) == (65, 50, 15)
    assert (found["size"], found["evidence"], found["material"]) == ("moderate", "clear", True)
    assert found["exact"]["ci95"] == pytest.approx([0.41555, 29.58445], abs=1e-5)
    assert found["ci95"] == [0, 30]


def test_cells_relations_role_pairs_and_the_constellation_are_followed_and_views_are_not() -> None:
    followed = wave(65, before=wave(50)).document["changes"]
    assert {c["of"] for c in followed} == {"cell", "relation", "role_relation", "constellation"}
    pair = next(
        c
        for c in followed
        if c["of"] == "role_relation" and c["between"] == ["opdrachtgever", "opdrachtnemer"] and c["theme"] == "band"
    )
    assert pair["value"] == 15


def test_changes_stand_outside_the_gaps_and_are_no_comparisons() -> None:
    before = wave(50)
    now = wave(65, before=before).document
    assert now["comparisons"] == before.document["comparisons"]
    assert not [g for g in now["gaps"] if g["type"] == "change"]
    assert all("rank" not in c for c in now["changes"])


def test_what_one_wave_hides_has_that_waves_reason() -> None:
    small = triangle(og=[3])
    assert change(wave(65, before=wave(50, *small)), **BAND)["reason"] == "party_small"
    assert change(wave(65, *small, before=wave(50)), **BAND)["reason"] == "party_small"


def test_a_figure_that_the_earlier_wave_did_not_have_is_another_version() -> None:
    eig, og, on = triangle()
    found = change(wave(65, eig, og, on, before=wave(50, eig, on)), **BAND)
    assert (found["state"], found["reason"], found["value"]) == ("suppressed", "version", None)


def test_a_role_pair_over_other_parties_is_another_version() -> None:
    eig, og, on = triangle()
    more = Case(points(), eig, og, party("og2", "opdrachtgever", 5), on)
    for key in ("og", "og2"):
        more.score(key, "band", "relation", five(60), "on").score("on", "band", "relation", five(60), key)
    now = more.snapshot(wave=Wave("m", 2, wave(50)))
    assert change(now, **BAND)["value"] == 10
    pair = change(now, theme="band", of="role_relation", between=["opdrachtgever", "opdrachtnemer"])
    assert pair["reason"] == "version"


def test_another_voice_is_another_version() -> None:
    eig, og, _ = triangle()
    alone = Case(points(), eig, og, party("on", "opdrachtnemer", 1, "statement")).score("on", "rol", "self", [90])
    before = alone.snapshot(wave=Wave("m", 1))
    found = self_change(wave(65, before=before))
    assert found["reason"] == "version"


def test_two_statements_change_in_size_only() -> None:
    eig, og, _ = triangle()
    speaker = party("on", "opdrachtnemer", 1, "statement")
    before = Case(points(), eig, og, speaker).score("on", "rol", "self", [40]).snapshot(wave=Wave("m", 1))
    now = Case(points(), eig, og, speaker).score("on", "rol", "self", [90]).snapshot(wave=Wave("m", 2, before))
    found = self_change(now)
    assert (found["value"], found["evidence"], found["ci95"]) == (50, "stated", None)


def pool(*keys: str, before: Snapshot | None = None) -> Snapshot:
    case = Case(points(), *triangle()[::2], *(party(key, "opdrachtgever", 3) for key in keys))
    for key in keys:
        case.score(key, "rol", "self", [50] * 3)
    return case.snapshot(wave=Wave("m", 2, before) if before else Wave("m", 1))


def test_a_pool_of_other_parties_is_another_version() -> None:
    cell = {"theme": "rol", "of": "cell", "block": "self", "source": "overige-opdrachtgever"}
    assert change(pool("og1", "og2", before=pool("og1", "og2")), **cell)["value"] == 0
    assert change(pool("og1", "og3", before=pool("og1", "og2")), **cell)["reason"] == "version"


# --- another version of the instrument --------------------------------------------------------------------------------


def next_version(**equal_to: str | None) -> Instrument:
    """Version 2, whose items equal the old ones unless said otherwise."""
    old = points()
    items = tuple(replace(i, equal_to=equal_to.get(i.id.replace("-", "_"), f"{old.name}:{i.id}")) for i in old.items)
    return replace(old, version=2, items=items)


def test_equal_items_in_a_new_version_carry_the_series_on() -> None:
    found = self_change(wave(65, instrument=next_version(), before=wave(50)))
    assert found["value"] == 15


@pytest.mark.parametrize("equal_to", [None, "punten/1:rol-9", "punten/7:rol-1"])
def test_an_item_that_is_not_declared_equal_breaks_the_series_of_its_block_only(equal_to: str | None) -> None:
    now = wave(65, instrument=next_version(rol_1=equal_to), before=wave(50))
    assert self_change(now)["reason"] == "version"
    assert change(now, **BAND)["value"] == 15


# --- the private part -------------------------------------------------------------------------------------------------


def test_the_private_part_survives_being_stored_to_the_last_digit() -> None:
    before = wave(50)
    stored = read_private(json.loads(json.dumps(before.private.as_json())))
    assert stored == before.private
    kept = Snapshot(before.document, stored)
    assert wave(65, before=kept).document == wave(65, before=before).document


@pytest.mark.parametrize("raw", [{}, {"instrument": "x", "voices": [], "sources": {}, "items": {}, "figures": {}}])
def test_something_else_is_no_private_part(raw: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_private(raw)


def test_the_private_part_stands_in_no_document() -> None:
    before = wave(50)
    assert "spreads" not in json.dumps(wave(65, before=before).document)


def test_without_the_kept_figures_a_change_is_hidden_and_closing_goes_on() -> None:
    """The private part goes when its assessment is erased; the published document may live on."""
    before = wave(50)
    erased = Snapshot(before.document, replace(before.private, figures={}, items={}))
    found = self_change(wave(65, before=erased))
    assert found["state"] == "suppressed"
    assert found["reason"] in REASONS
