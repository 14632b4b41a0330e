"""The page that explains the API: everything that one may send or gets back stands there."""

import re

from tests.web.conftest import Make


def test_every_parameter_and_every_field_is_explained(client: Make) -> None:
    described = client().get("/api/v1/openapi.json").json()
    page = client().get("/api/v1/docs?taal=en").text
    shapes = described["components"]["schemas"]
    fields = {name for shape in shapes.values() for name in shape.get("properties", {})}
    parameters = {
        given["name"]
        for operations in described["paths"].values()
        for operation in operations.values()
        for given in operation.get("parameters", ())
    }
    explained = set(re.findall(r'<dt lang="en"><code>([^<]+)</code></dt>', page))
    assert fields | parameters <= explained
    assert (
        set(re.findall(r'href="#shape-([^"]+)"', page)) <= set(re.findall(r'id="shape-([^"]+)"', page)) == set(shapes)
    )


def test_what_a_body_may_hold_is_said_with_its_limits(client: Make) -> None:
    page = client().get("/api/v1/docs?taal=en").text
    whole = re.sub(r"<[^>]+>", "", page.partition('id="shape-AssessmentIn"')[2].partition("</section>")[0])
    assert "constellation" in whole
    assert "string, at most 300 characters, required" in whole
    assert "list of PartyIn, at most 200" in whole
