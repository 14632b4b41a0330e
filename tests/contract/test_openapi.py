"""The description of the API: well-formed, true to the routes, and changed only knowingly.

Renew the kept description with ROLVAST_RENEW_OPENAPI=1.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic.alias_generators import to_camel
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.people import SECRET

KEPT = Path(__file__).parent / "openapi.json"
METHODS = {"get", "put", "post", "patch", "delete", "head", "options"}


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    var = tmp_path_factory.mktemp("var")
    app = create_app(Settings(f"sqlite:///{var}/unused.db", "https://rolvast.example", SECRET, var))
    answer = TestClient(app).get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    return dict(answer.json())


def operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in description["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def every(value: object, key: str) -> Iterator[Any]:
    """Every value of this key, however deep."""
    if isinstance(value, dict):
        if key in value:
            yield value[key]
        for inner in value.values():
            yield from every(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from every(inner, key)


def test_the_description_is_the_kept_one(description: dict[str, Any]) -> None:
    now = json.dumps(description, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    if os.environ.get("ROLVAST_RENEW_OPENAPI"):
        KEPT.write_text(now, encoding="utf-8")
    assert KEPT.read_text(encoding="utf-8") == now, "the API changed; if meant, run with ROLVAST_RENEW_OPENAPI=1"


def test_it_says_what_it_is(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    assert {"title", "version", "description", "contact", "license"} <= set(description["info"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", description["info"]["version"])
    assert description["servers"] == [{"url": "https://rolvast.example/api/v1"}]


def test_every_operation_has_a_name_of_its_own_a_summary_and_a_tag(description: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(description)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(description):
        assert method in METHODS
        assert re.fullmatch(r"[a-z][A-Za-z]+", operation["operationId"])
        assert operation["summary"], path
        assert operation["tags"], path


def test_every_parameter_of_a_path_is_described_and_required(description: dict[str, Any]) -> None:
    for path, method, operation in operations(description):
        given = {p["name"]: p for p in operation.get("parameters", []) if p["in"] == "path"}
        assert set(given) == set(re.findall(r"{(\w+)}", path)), (method, path)
        assert all(p["required"] for p in given.values())


def test_every_reference_leads_somewhere(description: dict[str, Any]) -> None:
    for reference in every(description, "$ref"):
        here: Any = description
        for step in reference.removeprefix("#/").split("/"):
            here = here[step]


def test_no_schema_is_there_for_nothing(description: dict[str, Any]) -> None:
    used = {reference.rpartition("/")[2] for reference in every(description, "$ref")}
    assert set(description["components"]["schemas"]) == used


def test_every_answer_says_what_it_is_and_names_the_version(description: dict[str, Any]) -> None:
    for path, method, operation in operations(description):
        assert any(status.startswith("2") for status in operation["responses"]), (method, path)
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        assert ("422" in operation["responses"]) == ("Idempotency-Key" in names), "invalid input is a 400"
        for status, response in operation["responses"].items():
            assert response["description"]
            assert "API-Version" in response["headers"], (method, path, status)
            if status.startswith(("4", "5")):
                assert set(response["content"]) == {"application/problem+json"}, (method, path, status)


def test_every_field_is_camel_case(description: dict[str, Any]) -> None:
    for properties in every(description["components"]["schemas"], "properties"):
        for name in properties:
            assert name == to_camel(name), name
            assert "_" not in name


def test_every_object_that_comes_in_refuses_what_it_does_not_know(description: dict[str, Any]) -> None:
    for _, _, operation in operations(description):
        for schema in every(operation.get("requestBody", {}), "$ref"):
            body = description["components"]["schemas"][schema.rpartition("/")[2]]
            assert body["additionalProperties"] is False, schema


def test_paths_follow_the_rules_of_the_government(description: dict[str, Any]) -> None:
    for path in description["paths"]:
        assert not path.endswith("/")
        assert all(re.fullmatch(r"[a-z-]+(\.[a-z]+)?|{\w+}", part) for part in path.strip("/").split("/")), path


def test_every_day_and_every_instant_says_that_it_is_one(description: dict[str, Any]) -> None:
    """What the government's linter asks, for machines without it."""
    for properties in every(description["components"]["schemas"], "properties"):
        for name, schema in properties.items():
            formats = {schema.get("format"), *(one.get("format") for one in schema.get("anyOf", ()))}
            if name.endswith("Date"):
                assert schema.get("format") == "date", name
            if name.endswith("At"):
                assert "date-time" in formats, name


def test_no_secret_has_a_place_in_an_address(description: dict[str, Any]) -> None:
    """Addresses are logged on their way."""
    names = [
        parameter["name"]
        for _, _, operation in operations(description)
        for parameter in operation.get("parameters", ())
        if parameter["in"] in ("path", "query")
    ]
    assert names
    assert not [name for name in names if re.search("code|token|key|secret|mail", name, re.IGNORECASE)]
