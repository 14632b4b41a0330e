"""A short, always equal run over the targets; the long one is `tests/fuzz/long_run.py`."""

import json

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.settings import assessments_path
from tests.fuzz.targets import TARGETS, answers, instrument, people, questionnaire

FIXED = settings(
    max_examples=300, derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
WHOLE = (assessments_path() / "driehoek" / "1" / "instrument.toml").read_bytes()

fields = st.sampled_from(
    ["a@b.nl", "A@B.NL", "é@b.nl", "wonen", "Directie Wonen", "dienst", "eigenaar|dienst", "=1+1", "\x00", "²", '"', ""]
)
lines = st.lists(st.lists(fields | st.text(max_size=20), max_size=6), max_size=8)


@pytest.mark.parametrize("target", TARGETS)
def test_any_bytes_end_well_or_in_a_refusal(target: str) -> None:
    @FIXED
    @given(st.binary(max_size=200))
    @example(b"\xff\xfe\x00\xd8")
    @example(b"PK\x03\x04")
    @example(b"x = " + b"9" * 5000)
    @example(b"x = " + b"[" * 5000)
    def run(data: bytes) -> None:
        TARGETS[target](data)

    run()


@FIXED
@given(
    lines,
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_any_table_is_a_list_of_people_or_names_its_faults(
    table: list[list[str]], between: str, ending: str, encoding: str
) -> None:
    people(ending.join(between.join(line) for line in table).encode(encoding, errors="replace"))


@FIXED
@given(st.data())
def test_a_sound_instrument_with_a_part_cut_out_or_put_in_is_sound_or_names_its_faults(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(WHOLE) - 1))
    end = data.draw(st.integers(start, min(len(WHOLE), start + 200)))
    instrument(WHOLE[:start] + data.draw(st.binary(max_size=20)) + WHOLE[end:])


keys = st.sampled_from([rating.key for rating in questionnaire().ratings] + [c.key for c in questionnaire().comments])
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["1", "dont_know"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@FIXED
@given(st.dictionaries(keys | st.text(max_size=10), values | st.integers(1, 5), max_size=12))
def test_any_answers_are_kept_as_given_or_refused(given_: dict[str, object]) -> None:
    answers(json.dumps(given_).encode())
