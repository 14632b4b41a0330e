"""The demo, as a newcomer starts it: a real process in an empty folder."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.commands.running import ROLVAST, Running, environment, free_port, rolvast, serving, told_well
from tests.web.visitor import Page


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def first(folder: Path) -> Iterator[Running]:
    """A first start that somebody interrupted halfway, and then the start that heals it."""
    port = free_port()
    with (folder / "half.txt").open("w", encoding="utf-8") as said:
        half = subprocess.Popen(
            [*ROLVAST, "demo", "--port", str(port)], cwd=folder, env=environment(), stdout=said, stderr=said
        )
    making = folder / "var/demo/making.db"
    until = time.monotonic() + 30
    while not making.exists() and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.3)
    half.kill()
    half.wait()
    assert making.exists(), "it was interrupted while making"
    assert not (folder / "var/demo/rolvast.db").exists()
    with serving(["demo", "--port", str(port)], folder, port) as running:
        yield running


def page(client: httpx.Client, url: str) -> Page:
    return Page(client.get(url, follow_redirects=True))


def test_an_interrupted_first_start_heals_and_every_printed_link_works(first: Running) -> None:
    with httpx.Client() as client:
        sign_in = page(client, first.link("/inloggen/"))
        assert sign_in.status == 200
        form = sign_in.form("/inloggen/" + sign_in.path.rpartition("/")[2])
        office = Page(client.post(form.action, data=form.filled_in(), follow_redirects=True))
        assert (office.status, office.path) == (200, "/bureau")
        assert len([link for link in office.links if "/bureau/metingen/" in link and "nieuw" not in link]) == 4
    with httpx.Client() as client:
        assert page(client, first.link("/lezen/")).path.startswith("/rapport/")
    with httpx.Client() as client:
        start = page(client, first.link("/invullen/"))
        begun = Page(client.post(start.form().action, data=start.form().filled_in(), follow_redirects=True))
        assert begun.status == 200
        assert begun.path.startswith("/invullen/")
    scores = httpx.get(first.link("/scores"), headers={"authorization": f"Bearer {first.key}"})
    assert scores.status_code == 200
    again = {"authorization": f"Bearer {first.key}", "if-none-match": scores.headers["etag"]}
    assert httpx.get(first.link("/scores"), headers=again).status_code == 304
    assert httpx.get(first.link("/api/v1/docs")).status_code == 200


def test_the_released_wave_tells_the_story_that_it_should(first: Running) -> None:
    key = {"authorization": f"Bearer {first.key}"}
    scores = httpx.get(first.link("/scores"), headers=key).json()
    assert scores["wave"] == 2
    assert sum(party["role"] == "opdrachtgever" for party in scores["parties"]) == 4
    assert any(party["voice"] == "statement" for party in scores["parties"])
    assert any(party["state"] == "suppressed" for party in scores["parties"])
    shown = [gap for gap in scores["gaps"] if gap["rank"]]
    kinds = {(gap["type"], gap["size"], gap["evidence"]) for gap in shown}
    assert ("perception", "large", "clear") in kinds
    assert any(kind == "asymmetry" for kind, _, _ in kinds)
    assert any(change["value"] for change in scores["changes"])
    states = [line["status"] for line in httpx.get(f"{first.base_url}/api/v1/assessments", headers=key).json()["items"]]
    assert sorted(states) == ["draft", "open", "released", "released"]


def test_the_released_snapshot_can_be_recomputed(first: Running, folder: Path) -> None:
    identifier = first.link("/scores").split("/")[-2]
    where = {"ROLVAST_VAR": str(folder / "var/demo"), "ROLVAST_BASE_URL": first.base_url}
    done = rolvast("export-answers", "--to", "uit", "--", identifier, folder=folder, **where)
    assert done.returncode == 0, done.stderr
    again = rolvast(*done.stdout.split()[1:], folder=folder)
    key = {"authorization": f"Bearer {first.key}"}
    assert f'"{httpx.get(first.link("/scores"), headers=key).json()["snapshot"]}"' in again.stdout


def test_a_command_with_the_printed_settings_gives_links_to_this_very_demo(first: Running, folder: Path) -> None:
    words = next(line for line in first.printed if "ROLVAST_VAR=" in line).split()
    given = dict(word.split("=", 1) for word in words if word.startswith("ROLVAST_"))
    key = {"authorization": f"Bearer {first.key}"}
    found = httpx.get(f"{first.base_url}/api/v1/assessments", headers=key).json()["items"]
    opened = next(line["id"] for line in found if line["status"] == "open")
    done = rolvast("invitation-links", opened, folder=folder, **given)
    assert done.returncode == 0, done.stderr
    link = done.stdout.splitlines()[1].split(",")[-1]
    assert link.startswith(f"{first.base_url}/invullen/")
    assert httpx.get(link, follow_redirects=True).status_code == 200


def test_a_second_demo_at_the_same_port_says_so_and_ends_no_key_of_the_first(first: Running, folder: Path) -> None:
    told = told_well(rolvast("demo", "--port", first.base_url.rpartition(":")[2], folder=folder))
    assert "--port" in told[0]
    scores = httpx.get(first.link("/scores"), headers={"authorization": f"Bearer {first.key}"})
    assert scores.status_code == 200


def test_a_second_start_keeps_the_data_and_prints_fresh_links(first: Running, folder: Path) -> None:
    """Beside the first, on a port of its own: the old links go on working where they may."""
    key = {"authorization": f"Bearer {first.key}"}
    made = httpx.post(
        f"{first.base_url}/api/v1/assessments",
        headers=key,
        json={"constellation": "Zelf gemaakt", "instrument": "driehoek"},
    )
    assert made.status_code == 201
    port = free_port()
    with serving(["demo", "--port", str(port)], folder, port) as second:
        assert second.key == first.key
        assert second.link("/inloggen/").rpartition("/")[2] != first.link("/inloggen/").rpartition("/")[2]
        assert second.link("/lezen/").rpartition("/")[2] == first.link("/lezen/").rpartition("/")[2]
        mine = f"{second.base_url}/api/v1/assessments/{made.json()['id']}"
        assert httpx.get(mine, headers=key).status_code == 200
        assert httpx.get(second.link("/inloggen/")).status_code == 200


def test_a_demo_on_another_database_makes_its_story_there_or_says_why_not(tmp_path: Path) -> None:
    port = free_port()
    given = {"ROLVAST_DATABASE_URL": f"sqlite:///{tmp_path}/eigen.db"}
    try:
        with serving(["demo", "--port", str(port)], tmp_path, port, **given) as running:
            assert running.link("/lezen/")
    except AssertionError:
        said = (tmp_path / "stderr.txt").read_text(encoding="utf-8")
        assert "Traceback" not in said
        assert said.startswith("rolvast: ")
