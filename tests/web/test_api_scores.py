"""Scores and gaps over JSON: once released, the stored document in camelCase, and cheap to ask for again."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic.alias_generators import to_camel
from starlette.testclient import TestClient

from tests.people import SQUARE, TWENTY, House


def camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {to_camel(key): camel(inner) for key, inner in value.items()}
    return [camel(inner) for inner in value] if isinstance(value, list) else value


def place(identifier: str, what: str) -> str:
    return f"/api/v1/assessments/{identifier}/{what}"


def test_the_figures_are_those_of_the_snapshot(client: Callable[..., TestClient], house: House) -> None:
    made = house.released(TWENTY, SQUARE, answer=lambda rating: 1 + len(rating.key) % 5)
    answer = client(house.key("read")).get(place(made.id, "scores"))
    assert answer.json() == camel(house.document(made))
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["etag"] == f'"{house.document(made)["snapshot"]}"'


def test_the_gaps_are_a_part_of_the_scores(api: TestClient, house: House) -> None:
    made = house.released(TWENTY, SQUARE, answer=lambda rating: 5 if rating.block == "self" else 2)
    whole = api.get(place(made.id, "scores")).json()
    part = api.get(place(made.id, "gaps")).json()
    assert part == {key: whole[key] for key in part}
    assert {"gaps", "changes", "divisions", "strengths", "comparisons", "expectedChanceFlags", "snapshot"} <= set(part)
    assert [gap for gap in part["gaps"] if gap["rank"] == 1]


@pytest.mark.parametrize("what", ["scores", "gaps"])
def test_whoever_has_it_already_gets_304(api: TestClient, house: House, what: str) -> None:
    made = house.released()
    address = place(made.id, what)
    tag = api.get(address).headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = api.get(address, headers={"if-none-match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
        assert answer.headers["api-version"] == "1.0.0"
        assert answer.headers["vary"] == "Accept", "as with the whole answer (RFC 9110, 15.4.5)"
    assert api.get(address, headers={"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize("what", ["scores", "gaps"])
def test_before_release_there_is_a_problem_and_no_tag(api: TestClient, house: House, what: str) -> None:
    for made in (house.draft(), house.answered(constellation="Open"), house.closed(constellation="Gesloten")):
        for headers in ({}, {"if-none-match": "*"}):
            answer = api.get(place(made.id, what), headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (409, "not_released")
            assert "etag" not in answer.headers


def test_scores_and_gaps_of_nothing_are_not_found(api: TestClient) -> None:
    for what in ("scores", "gaps"):
        assert api.get(place("verzonnen", what)).status_code == 404


def test_two_tags_are_never_confused(api: TestClient, house: House) -> None:
    one, other = house.released(), house.released(constellation="Andere driehoek", answer=2)
    tag = api.get(place(one.id, "scores")).headers["etag"]
    assert api.get(place(other.id, "scores"), headers={"if-none-match": tag}).status_code == 200
