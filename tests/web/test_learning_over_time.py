"""A constellation over time, all of them side by side, and what works: as pages and over JSON."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.domain.assessment import Assessment
from tests.people import House
from tests.service.test_conversation import FIRST, agree
from tests.service.test_practices import PRACTICE, SHARED, practices
from tests.web.visitor import Visitor

API = "/api/v1"


@pytest.fixture
def waves(house: House) -> tuple[Assessment, Assessment]:
    """Two released waves: three everywhere, then four."""
    first = house.released(answer=3)
    agree(house, first, FIRST)
    house.clock.pass_by(days=1)
    return first, house.released(next_wave_of=first.constellation, answer=4)


def test_the_page_of_a_constellation_shows_its_waves_changes_and_agreements(
    waves: tuple[Assessment, Assessment], member: Visitor
) -> None:
    page = member.open(f"/bureau/driehoeken/{waves[0].constellation}")
    assert page.heading == "Driehoek Registers"
    assert "Verandering sinds meting 1" in page.said("th")
    assert "Directie Wonen – Dienst Registers" in page.said("th")
    assert "+25" in page.said("td")
    assert FIRST.what in page.said("li")


def test_the_order_of_the_portfolio_is_changed_by_hand(house: House, member: Visitor) -> None:
    for name in ("Aanleg", "Beheer"):
        house.released(constellation=name)
    page = member.open("/bureau/driehoeken")
    assert page.said("th").index("Aanleg") < page.said("th").index("Beheer")
    page = member.send(page.form("/hoger"))
    assert page.said("th").index("Beheer") < page.said("th").index("Aanleg")


def test_a_practice_is_recorded_shared_and_thrown_away(house: House, member: Visitor) -> None:
    page = member.open("/bureau/praktijken")
    page = member.send(page.form("/praktijken"), {"theme": "driehoek/leren", "title": "", "words": "Zo doen wij het."})
    assert page.status == 400
    assert page.form("/praktijken").controls["words"].values == ["Zo doen wij het."]
    page = member.send(page.form("/praktijken"), {"title": "Eerst terugkijken"})
    assert "Alleen uw bureau leest dit." in page.said()
    page = member.send(page.form("/delen"), {"shared": "yes"})
    with house.work(write=False) as work:
        assert [practice.title for practice, _ in practices.known(work, house.stranger)] == ["Eerst terugkijken"]
    page = member.send(page.form("/weg"))
    assert "Eerst terugkijken" not in page.said()


# --- Over JSON --------------------------------------------------------------------------------------------------------


def test_constellations_come_with_their_waves(api: TestClient, waves: tuple[Assessment, Assessment]) -> None:
    (found,) = api.get(f"{API}/constellations").json()
    assert found["id"] == waves[0].constellation
    assert [(wave["assessmentId"], wave["wave"], wave["status"]) for wave in found["waves"]] == [
        (waves[0].id, 1, "released"),
        (waves[1].id, 2, "released"),
    ]
    assert api.get(f"{API}/constellations/{found['id']}").json() == found


def test_a_trend_gives_the_published_figures_and_changes(
    api: TestClient, house: House, waves: tuple[Assessment, Assessment]
) -> None:
    found = api.get(f"{API}/constellations/{waves[0].constellation}/trend").json()
    documents = [house.document(wave) for wave in waves]
    assert [(wave["wave"], wave["comparedWith"], wave["snapshot"]) for wave in found["waves"]] == [
        (1, None, documents[0]["snapshot"]),
        (2, 1, documents[1]["snapshot"]),
    ]

    def relation(document: dict[str, Any], what: str) -> dict[str, Any]:
        rows = [r for r in document[what] if r["theme"] == "rolhulp" and r.get("between") == ["wonen", "dienst"]]
        return next(r for r in rows if r.get("of", "relation") == "relation")

    (series,) = [
        s
        for s in found["series"]
        if (s["kind"], s["theme"], s["between"]) == ("relation", "rolhulp", ["wonen", "dienst"])
    ]
    figures = [relation(document, "relations") for document in documents]
    change = relation(documents[1], "changes")
    earlier, later = series["points"]
    assert [p["score"] for p in (earlier, later)] == [figure["score"] for figure in figures] == [50, 75]
    assert [[p["low"], p["high"]] for p in (earlier, later)] == [figure["ci95"] for figure in figures]
    assert earlier["change"] is None
    told = later["change"]
    assert (told["value"], [told["low"], told["high"]], told["evidence"]) == (
        change["value"],
        change["ci95"],
        change["evidence"],
    )
    assert [(a["wave"], a["what"], a["status"]) for a in found["agreements"]] == [(1, FIRST.what, "unknown")]


def test_no_wave_is_in_it_before_its_release(api: TestClient, house: House) -> None:
    made = house.closed()
    found = api.get(f"{API}/constellations/{made.constellation}/trend").json()
    assert (found["waves"], found["series"], found["agreements"]) == ([], [], [])
    (line,) = api.get(f"{API}/portfolio").json()
    assert (line["constellationId"], line["assessmentId"], line["themes"]) == (made.constellation, None, [])


def test_a_hidden_figure_carries_its_reason(api: TestClient, house: House) -> None:
    made = house.released({"eigenaar": 5, "wonen": 3, "dienst": 5})
    (line,) = api.get(f"{API}/portfolio").json()
    hidden = {figure["reason"] for figure in line["themes"] if figure["score"] is None}
    assert hidden == {"party_small"}
    found = api.get(f"{API}/constellations/{made.constellation}/trend").json()
    assert all((p["score"] is None) == (p["reason"] is not None) for s in found["series"] for p in s["points"])


def test_the_portfolio_keeps_the_order_of_the_office(api: TestClient, house: House) -> None:
    for name, answer in (("Beheer", 5), ("Aanleg", 2), ("Controle", 4)):
        house.released(constellation=name, answer=answer)
    found = api.get(f"{API}/portfolio").json()
    assert [line["name"] for line in found] == ["Aanleg", "Beheer", "Controle"]
    levels = [next(f["score"] for f in line["themes"] if f["theme"] == "rolhulp") for line in found]
    assert levels == [25, 95, 75]
    assert {len(line) for line in found} == {7}, "nothing over triangles beside them"


def test_a_practice_is_recorded_once_under_one_key(api: TestClient, house: House) -> None:
    given = {
        "instrument": "driehoek",
        "theme": "leren",
        "title": "Terugkijken",
        "words": "Elk kwartaal.",
        "shared": True,
    }
    made = [api.post(f"{API}/practices", json=given, headers={"Idempotency-Key": "een"}) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert made[0].json()["origin"] == "own"
    assert api.get(f"{API}/practices").json() == [made[0].json()]


def test_practices_of_others_are_marked_as_theirs(api: TestClient, house: House) -> None:
    with house.work() as work:
        practices.record(work, house.stranger, SHARED)
        practices.record(work, house.stranger, PRACTICE)
    (found,) = api.get(f"{API}/practices").json()
    assert (found["origin"], found["office"], found["title"]) == ("other", "Ander bureau", SHARED.title)


def test_faults_of_a_practice_come_together(api: TestClient) -> None:
    given = {"instrument": "driehoek", "theme": "weer", "title": "", "words": ""}
    answer = api.post(f"{API}/practices", json=given)
    assert answer.status_code == 400
    assert {error["location"] for error in answer.json()["errors"]} == {"theme", "title", "words"}


def test_another_office_gets_nothing_of_it(
    client: Callable[..., TestClient], house: House, waves: tuple[Assessment, Assessment]
) -> None:
    foreign = client(house.key("read", of_stranger=True))
    assert foreign.get(f"{API}/constellations").json() == []
    assert foreign.get(f"{API}/portfolio").json() == []
    for path in (f"/constellations/{waves[0].constellation}", f"/constellations/{waves[0].constellation}/trend"):
        assert foreign.get(API + path).status_code == 404


def test_a_dashboard_that_has_the_trend_already_gets_304(api: TestClient, waves: tuple[Assessment, Assessment]) -> None:
    address = f"{API}/constellations/{waves[0].constellation}/trend"
    tag = api.get(address).headers["etag"]
    assert api.get(address, headers={"if-none-match": tag}).status_code == 304
