"""The files of the reference mode: a published snapshot can be computed again from them, and every fault is named."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.answers import pack
from app.domain.problems import InvalidInput
from app.domain.snapshot import Snapshot, Wave, make
from app.service.reference import score_files, write_parameters, write_responses
from tests.domain.build import Case, find, points, several, sheets_of, triangle
from tests.domain.chance import Drawn, assessments

HEADER = "person,party,item,about,value\n"
PARTIES: list[dict[str, Any]] = [
    {"key": "eig", "role": "eigenaar", "invited": 5},
    {"key": "og", "role": "opdrachtgever", "invited": 5},
    {"key": "on", "role": "opdrachtnemer", "invited": 5},
]


def again(drawn: Drawn, wave: Wave) -> dict[str, Any]:
    """Through the files and back."""
    constellation = drawn.constellation
    packed = {
        party.key: [
            pack(constellation.sheet(party), person.ratings, person.judged) for person in drawn.people[party.key]
        ]
        for party in constellation.parties
    }
    responses = "".join(write_responses(constellation, packed))
    return score_files(
        constellation.instrument, responses, write_parameters(constellation, drawn.params, wave), exact=False
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(assessments())
def test_stored_answers_and_the_files_made_of_them_give_the_same_hash(drawn: Drawn) -> None:
    wave = Wave("meting-1", 1)
    made = make(drawn.constellation, drawn.params, sheets_of(drawn.constellation, drawn.people), wave)
    assert again(drawn, wave)["snapshot"] == made.document["snapshot"]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(assessments(several()))
def test_a_second_wave_goes_through_the_files_with_its_changes(drawn: Drawn) -> None:
    wave = Wave("meting-2", 2, drawn.snapshot())
    made = make(drawn.constellation, drawn.params, sheets_of(drawn.constellation, drawn.people), wave)
    assert made.document["changes"]
    assert again(drawn, wave)["snapshot"] == made.document["snapshot"]


def refused(responses: str, *, exact: bool = False, parties: object = PARTIES, **more: object) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        score_files(points(5), responses, json.dumps({"parties": parties, **more}), exact=exact)
    return [f"{fault.where}: {fault.message.en}" for fault in caught.value.faults]


def test_every_broken_line_of_the_answers_is_named() -> None:
    lines = [
        "p1,on,rol-1,,3",
        "p1,on,rol-1,,4",  # again
        "p1,og,geheel-1,,4",  # in two parties
        "p2,on,rol-1",
        "p3,wie,rol-1,,3",
        "p4,on,rol-1,on,3",  # about one's own party
        "p4,on,niets,,3",
        "p5,on,rol-1,,9",
    ]
    found = refused(HEADER + "\n".join(lines[:3] + lines[4:]))
    assert [fault.split(":")[1].strip() for fault in found] == [
        "line 3",
        "line 4",
        "line 5",
        "line 6",
        "line 7",
        "line 8",
    ]
    assert "line 5: has 3 fields" in refused(HEADER + "\n".join(lines))[0]


def test_a_file_without_its_header_is_refused() -> None:
    assert refused("person;party;item;about;value\n") == [f"responses: line 1: must be the header {HEADER.strip()}"]
    assert refused("")


def test_every_fault_of_the_parameters_is_named() -> None:
    parties = [
        {"key": "eig", "role": "eigenaar", "invited": "veel", "kleur": "rood"},
        {"key": "og", "role": "opdrachtgever", "voice": "koor"},
        {"key": "on", "role": "opdrachtnemer", "voice": "statement"},
    ]
    answers = HEADER + "p1,on,rol-1,,3\np2,on,rol-1,,3\n"
    told = "\n".join(refused(answers, parties=parties, params={"k_party": 3}))
    for place in ("parties[1].kleur", "parties[1].invited", "parties[2].voice", "parties[3].voice", "params.k_party"):
        assert place in told
    assert refused(answers, wave=0, smaak="zoet") == [
        "parameters: smaak: is not a known key; known are: assessment, params, parties, previous, wave",
        "parameters: wave: must be a whole number from 1",
    ]


@pytest.mark.parametrize("parties", [None, [], {}, ["on"], "on"])
def test_the_parties_must_be_a_list(parties: object) -> None:
    assert any("parties: must be a list" in fault for fault in refused(HEADER, parties=parties))


@pytest.mark.parametrize("text", ["", "[]", "{", "3", "null"])
def test_parameters_must_be_a_json_object(text: str) -> None:
    with pytest.raises(InvalidInput):
        score_files(points(5), HEADER, text, exact=False)


def test_no_floor_only_with_exact() -> None:
    assert refused(HEADER, params={"s_min": 0})
    with_floor = json.dumps({"parties": PARTIES, "params": {"s_min": 0, "sd_step": 0}})
    assert score_files(points(5), HEADER, with_floor, exact=True)["comparisons"] == 0


def test_who_is_left_out_of_invited_is_counted_from_the_answers() -> None:
    parties = [{"key": p["key"], "role": p["role"]} for p in PARTIES]
    answers = HEADER + "".join(f"p{n},on,rol-1,,3\n" for n in range(5))
    document = score_files(points(5), answers, json.dumps({"parties": parties}), exact=False)
    found = find(document, "parties", key="on")
    assert (found["name"], found["voice"], found["response"]) == ("on", "group", "80–100")


# --- previous waves ---------------------------------------------------------------------------------------------------


def earlier() -> Snapshot:
    return Case(points(5), *triangle()).give("on", "rol", "self", [[3]] * 5).snapshot(wave=Wave("m", 1))


@pytest.mark.parametrize(
    "previous", [3, [], {"document": {}, "private": {}}, {"private": {"figures": {"x": {}}}}, {"document": []}]
)
def test_something_else_is_no_earlier_wave(previous: object) -> None:
    assert any("parameters: previous" in fault for fault in refused(HEADER, previous=previous))


@pytest.mark.parametrize(
    "broken",
    [
        {"cells": [{}]},
        {"cells": [3]},
        {"relations": [{"theme": "band", "between": 3}]},
        {"constellation": [{"score": 3}]},
    ],
)
def test_an_earlier_document_that_is_none_is_a_fault_and_no_crash(broken: dict[str, object]) -> None:
    private = earlier().private.as_json()
    assert refused(HEADER, previous={"document": broken, "private": private}) != []


def test_an_earlier_wave_without_its_kept_figures_gives_hidden_changes() -> None:
    before = earlier()
    private = replace(before.private, figures={}).as_json()
    answers = HEADER + "".join(f"p{n},on,rol-1,,4\n" for n in range(5))
    text = json.dumps({"parties": PARTIES, "wave": 2, "previous": {"document": before.document, "private": private}})
    changes = score_files(points(5), answers, text, exact=False)["changes"]
    assert changes
    assert {change["state"] for change in changes} == {"suppressed"}


# --- anything at all --------------------------------------------------------------------------------------------------

FIELDS = st.sampled_from(
    ["p1", "p2", "on", "og", "eig", "rol-1", "band-1", "3", "9", "dont_know", "", '"', "\n"]
) | st.text(max_size=5)
ANSWERS = st.lists(st.lists(FIELDS, max_size=6).map(",".join), max_size=6).map(lambda lines: HEADER + "\n".join(lines))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 50) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["key", "role", "name", "voice", "invited", "k_party", "ambition", "rol", "document", "private"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    ANSWERS | st.text(max_size=60),
    st.dictionaries(st.sampled_from(["parties", "params", "wave", "assessment", "previous", "x"]), JSON, max_size=4),
)
def test_any_files_give_a_document_or_faults_and_never_a_crash(responses: str, parameters: dict[str, object]) -> None:
    try:
        document = score_files(points(5), responses, json.dumps({"parties": PARTIES} | parameters), exact=False)
    except InvalidInput as invalid:
        told = invalid.faults
    else:
        told = ()
        assert document["schema"] == "rolvast.score/1"
    assert all(fault.where for fault in told)


def test_a_field_as_long_as_a_book_is_a_fault() -> None:
    assert refused(HEADER + 'p1,on,rol-1,,"' + "x" * 140_000 + '"\n')
