"""Parameters: fixed when an assessment opens, never below the floors of scoring.md §0."""

import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.parameters import Parameters, read_parameters
from app.domain.problems import InvalidInput

THEMES = ["rol", "leren"]


def places(raw: dict[str, object], *, exact: bool = False) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read_parameters(raw, THEMES, exact=exact)
    return [fault.where for fault in caught.value.faults]


def test_what_is_left_out_takes_the_default_of_the_specification() -> None:
    assert read_parameters({}, THEMES).as_json() == {
        "k_party": 5,
        "k_cell": 4,
        "min_response": 0.4,
        "k_target": 3,
        "k_detail": 8,
        "k_distribution": 10,
        "cuts": [5, 10, 20],
        "s_min": 5,
        "sd_step": 10,
        "ambition": {},
    }


@pytest.mark.parametrize(
    ("key", "floor"),
    [
        ("k_party", 4),
        ("k_cell", 4),
        ("k_target", 3),
        ("k_detail", 8),
        ("k_distribution", 10),
        ("s_min", 5),
        ("sd_step", 10),
    ],
)
def test_a_limit_may_stand_at_its_floor_and_not_below(key: str, floor: int) -> None:
    assert read_parameters({key: floor}, THEMES).as_json()[key] == floor
    assert places({key: floor - 1}) == [f"params.{key}"]


def test_the_response_may_not_be_asked_below_forty_percent_nor_above_a_hundred() -> None:
    assert read_parameters({"min_response": 0.4}, THEMES).min_response == Fraction(2, 5)
    assert read_parameters({"min_response": 1}, THEMES).min_response == 1
    assert places({"min_response": 0.39}) == ["params.min_response"]
    assert places({"min_response": 1.01}) == ["params.min_response"]


def test_forty_percent_is_two_fifths_and_no_binary_float() -> None:
    assert read_parameters({"min_response": 0.45}, THEMES).min_response == Fraction(9, 20)


def test_no_floor_and_no_classes_only_in_the_exact_reference_mode() -> None:
    assert places({"s_min": 0, "sd_step": 0}) == ["params.s_min", "params.sd_step"]
    exact = read_parameters({"s_min": 0, "sd_step": 0}, THEMES, exact=True)
    assert (exact.s_min, exact.sd_step) == (0, 0)
    assert places({"k_party": 3}, exact=True) == ["params.k_party"]


def test_every_fault_is_told_at_once() -> None:
    raw: dict[str, object] = {
        "k_party": 3,
        "k_cell": "four",
        "min_response": True,
        "k_target": 2.5,
        "cuts": [1, 2, 3],
        "colour": "red",
        "ambition": {"rol": 101, "moed": 50, "leren": None},
    }
    assert set(places(raw)) == {
        *(f"params.{key}" for key in ("k_party", "k_cell", "min_response", "k_target", "cuts", "colour")),
        *(f"params.ambition.{theme}" for theme in ("rol", "moed", "leren")),
    }


def test_the_cuts_may_be_repeated_and_not_changed() -> None:
    assert read_parameters({"cuts": [5, 10, 20]}, THEMES) == Parameters()
    assert places({"cuts": [5, 10, 25]}) == ["params.cuts"]


def test_an_ambition_is_a_number_of_points_per_theme_in_theme_order() -> None:
    found = read_parameters({"ambition": {"leren": 62.5, "rol": "70"}}, THEMES)
    assert list(found.ambition.items()) == [("rol", Fraction(70)), ("leren", Fraction(125, 2))]
    assert found.as_json()["ambition"] == {"rol": 70, "leren": 62.5}
    assert read_parameters({"ambition": {"rol": 0, "leren": 100}}, THEMES).ambition["leren"] == 100
    assert places({"ambition": [70]}) == ["params.ambition"]


def test_a_fault_says_what_would_be_right_in_both_languages() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_parameters({"k_party": 3}, THEMES)
    (fault,) = caught.value.faults
    assert "'3'" in fault.message.nl
    assert "4" in fault.message.nl
    assert "from 4 to 100" in fault.message.en


@given(
    st.dictionaries(
        st.sampled_from(["k_party", "k_cell", "min_response", "s_min", "cuts", "ambition", "iets"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.lists(st.integers()),
    )
)
def test_anything_unusable_is_a_fault_and_never_a_crash(raw: dict[str, object]) -> None:
    told: list[str] = []
    try:
        found = read_parameters(raw, THEMES)
    except InvalidInput as invalid:
        told = [fault.where for fault in invalid.faults]
    else:
        assert found.k_party >= 4
        assert found.min_response >= Fraction(2, 5)
        assert read_parameters(found.as_json(), THEMES) == found
    assert all(where.startswith("params") for where in told)


@pytest.mark.parametrize("given", [0, 0.1, 33.3, 62.5, 100, "70", "62.5", " 70 ", "1/3", "200/3", "0x1", "7e1"])
def test_an_ambition_is_refused_or_stored_without_loss(given: object) -> None:
    """Parameters are fixed at opening: what is read back from the store is what was agreed."""
    try:
        found = read_parameters({"ambition": {"rol": given}}, THEMES)
    except InvalidInput:
        return
    assert read_parameters(found.as_json(), THEMES) == found


@pytest.mark.parametrize("key", ["min_response", "k_party", "ambition"])
def test_a_number_too_long_to_write_out_is_refused_at_once(key: str) -> None:
    """Ten to the hundred millionth would take minutes and gigabytes to write out; it is no number of points."""
    words = "1e100000000"
    raw = {key: {"rol": words} if key == "ambition" else words}
    program = (
        "from app.domain.parameters import read_parameters\n"
        "from app.domain.problems import InvalidInput\n"
        f"try: read_parameters({raw!r}, ['rol'])\n"
        "except InvalidInput: print('refused')\n"
    )
    try:
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True)
    except subprocess.TimeoutExpired:
        pytest.fail("still busy after 20 seconds")
    assert run.stdout.strip() == "refused"
