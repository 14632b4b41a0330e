"""The commands of the operator: what they print, how they end, and that every refusal is one clear line."""

import csv
import json
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cli import main
from app.domain.problems import NotSignedIn
from app.main import chance
from app.service import access
from app.service.administration import OPERATOR
from app.settings import OpenIdConnect, SettingsError, read_settings
from tests.commands.running import ROOT, rolvast, told_well
from tests.people import FIVE_EACH, SQUARE, TWENTY, House

INVALID = ROOT / "tests/instruments/invalid"


# --- Help and settings ------------------------------------------------------------------------------------------------


def test_help_answers_at_once_and_names_every_command(tmp_path: Path) -> None:
    start = time.monotonic()
    done = rolvast("--help", folder=tmp_path)
    assert time.monotonic() - start < 3, "generous: it is a tenth of that where nothing else runs"
    assert done.returncode == 0
    for name in ("serve", "demo", "migrate", "score", "check-instruments", "sign-in-link", "export-answers"):
        assert name in done.stdout


@pytest.mark.parametrize("name", ["serve", "demo", "migrate", "score", "sign-in-link", "api-key", "invitation-links"])
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert name in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["verzonnen"], ["score"], ["serve", "--port", "tachtig"]])
def test_a_command_that_is_none_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().out == ""


PROVIDER = {
    "ROLVAST_OIDC_ISSUER": "https://login.example/rijk",
    "ROLVAST_OIDC_CLIENT_ID": "rolvast",
    "ROLVAST_OIDC_CLIENT_SECRET": "geheim",
}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"ROLVAST_BASE_URL": "rolvast.example"}, "ROLVAST_BASE_URL"),
        ({"ROLVAST_BASE_URL": "https://rolvast.example/pad"}, "ROLVAST_BASE_URL"),
        ({"ROLVAST_BASE_URL": "https://rolvast.example"}, "ROLVAST_SECRET_KEY"),
        ({"ROLVAST_VAR": "/dev/null/var"}, "ROLVAST_VAR"),
        (
            {"ROLVAST_SECRET_KEY_FILE": "/dev/null/key"},
            "ROLVAST_SECRET_KEY_FILE is '/dev/null/key', which cannot be read: Not a",
        ),
        ({"ROLVAST_SECRET_KEY": "kort"}, "ROLVAST_SECRET_KEY"),
        ({"ROLVAST_DATABASE_URL": "mysql://x/y"}, "ROLVAST_DATABASE_URL"),
        ({"ROLVAST_OIDC_CLIENT_ID": "x", "ROLVAST_OIDC_CLIENT_SECRET": "y"}, "ROLVAST_OIDC_ISSUER"),
        ({"ROLVAST_OIDC_ISSUER": "https://a.example"}, "ROLVAST_OIDC_CLIENT_ID and ROLVAST_OIDC_CLIENT_SECRET"),
        ({**PROVIDER, "ROLVAST_OIDC_ISSUER": "http://login.example"}, "ROLVAST_OIDC_ISSUER"),
        ({**PROVIDER, "ROLVAST_OIDC_ISSUER": "https://login.example?x"}, "ROLVAST_OIDC_ISSUER"),
        ({**PROVIDER, "ROLVAST_OIDC_ISSUER": "https://[x"}, "ROLVAST_OIDC_ISSUER"),
        ({**PROVIDER, "ROLVAST_OIDC_ISSUER": "https://login.example:99999"}, "ROLVAST_OIDC_ISSUER"),
        ({"ROLVAST_BASE_URL": "http://[x"}, "ROLVAST_BASE_URL"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_before_anything_starts(
    tmp_path: Path, given: dict[str, str], name: str
) -> None:
    assert name in told_well(rolvast("serve", "--port", "1", folder=tmp_path, **given))[0]
    with pytest.raises(SettingsError, match=name):
        read_settings({"ROLVAST_VAR": str(tmp_path), **given})


def test_an_identity_provider_is_all_of_it_and_its_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("geheim\n")
    given = {"ROLVAST_VAR": str(tmp_path), **PROVIDER, "ROLVAST_OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret")}
    del given["ROLVAST_OIDC_CLIENT_SECRET"]
    found = read_settings(given).openid_connect
    assert found == OpenIdConnect("https://login.example/rijk", "rolvast", "geheim")
    assert "geheim" not in repr(found)
    assert read_settings({"ROLVAST_VAR": str(tmp_path)}).openid_connect is None


def test_on_loopback_a_key_is_made_once_and_kept_to_the_owner(tmp_path: Path) -> None:
    given = {"ROLVAST_VAR": str(tmp_path)}
    first = read_settings(given)
    assert read_settings(given).secret_key == first.secret_key
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0
    assert len(first.secret_key) >= 32


def test_migrate_makes_the_database_and_may_be_run_again(tmp_path: Path) -> None:
    for _ in range(2):
        done = rolvast("migrate", folder=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "var/rolvast.db").exists()


# --- Access -----------------------------------------------------------------------------------------------------------


def done_by_the_operator(house: House, office: str) -> Counter[str]:
    """What the audit trail of an office holds of commands."""
    with house.work(write=False) as work:
        found = work.store.results.newest_events(office, 100)
    return Counter(event.action for event in found if event.actor == OPERATOR)


def test_a_sign_in_link_is_printed_alone_and_works_once(command, house: House) -> None:
    code, out, err = command("sign-in-link", "nieuw@bureau.example", "--office", "Nieuw bureau", "--role", "viewer")
    assert code == 0
    assert err == ["rolvast: there was no office of the name 'Nieuw bureau' yet; it was made"]
    assert out.startswith("https://rolvast.example/inloggen/")
    assert out.count("\n") == 1
    house.clock.now = datetime.now(UTC)  # a command has the real time
    with house.work() as work:
        session, _ = access.sign_in(work, out.strip().rpartition("/")[2])
        actor = access.member_of_session(work, session)
    assert (actor.name, actor.may_write) == ("nieuw@bureau.example", False)
    assert command("sign-in-link", "nieuw@bureau.example", "--office", "Nieuw bureau")[2] == []
    assert done_by_the_operator(house, actor.office) == {
        "office_added": 1,
        "member_added": 1,
        "link_to_sign_in_made": 2,
    }


def test_a_wrong_address_is_told_in_one_line(command) -> None:
    code, out, err = command("sign-in-link", "geen-adres")
    assert (code, out, len(err)) == (1, "", 1)
    assert err[0].startswith("rolvast: email: ")


def test_a_key_is_printed_alone_and_replaces_the_one_of_the_same_name(command, house: House) -> None:
    office = "Bureau van de secretaris-generaal"
    first = command("api-key", "dashboard", "--office", office)[1].strip()
    second = command("api-key", "dashboard", "--office", office, "--scope", "write")[1].strip()
    with house.work(write=False) as work:
        assert access.owner_of_key(work, second).office == house.office
        assert access.owner_of_key(work, second).may_write
        with pytest.raises(NotSignedIn):
            access.owner_of_key(work, first)
    assert done_by_the_operator(house, house.office) == {"key_made": 2}


def test_invitation_links_are_csv_with_everyones_link(command, house: House) -> None:
    made = house.opened()
    code, out, err = command("invitation-links", made.id)
    assert (code, err) == (0, [])
    lines = list(csv.DictReader(out.splitlines()))
    links = {line["email"]: line["link"] for line in lines}
    assert links == {email: f"https://rolvast.example/invullen/{token}" for email, token in house.links(made).items()}
    assert {line["party"] for line in lines} == set(FIVE_EACH)
    assert done_by_the_operator(house, house.office) == {"links_shown": 1}


def test_links_and_answers_of_what_does_not_exist_are_refused_in_one_line(command) -> None:
    for name in ("invitation-links", "export-answers"):
        code, out, err = command(name, "verzonnen")
        assert (code, out, len(err)) == (1, "", 1)


def test_an_id_never_looks_like_an_option_of_a_command() -> None:
    made = [chance() for _ in range(2000)]
    assert not [identifier for identifier in made if identifier.startswith("-")]
    assert len(set(made)) == 2000


@pytest.mark.parametrize(
    "arguments", [["sign-in-link", "a@b.example"], ["api-key", "x"], ["invitation-links", "x"], ["export-answers", "x"]]
)
def test_a_database_without_tables_is_told_in_one_line_that_says_what_to_do(
    tmp_path: Path, arguments: list[str]
) -> None:
    told = told_well(rolvast(*arguments, folder=tmp_path))
    assert "migrate" in told[0]
    assert not (tmp_path / "var/rolvast.db").exists(), "whoever mistyped a setting has no second database"
    (tmp_path / "var/rolvast.db").touch()
    assert "migrate" in told_well(rolvast(*arguments, folder=tmp_path))[0]


@pytest.mark.parametrize(
    "arguments",
    [
        ["migrate"],
        ["sign-in-link", "a@b.example"],
    ],
)
def test_a_database_out_of_reach_is_told_in_one_line(tmp_path: Path, arguments: list[str]) -> None:
    pytest.importorskip("psycopg", reason="needs psycopg: pip install 'psycopg[binary]'")
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    told_well(rolvast(*arguments, folder=tmp_path, ROLVAST_DATABASE_URL=url))


# --- Answers and scores -----------------------------------------------------------------------------------------------


def test_export_and_score_give_the_snapshot_again(command, house: House, tmp_path: Path) -> None:
    first = house.released(TWENTY, SQUARE, answer=2)
    made = house.released(TWENTY, SQUARE, next_wave_of=first.constellation, answer=lambda r: 1 + len(r.key) % 5)
    code, out, err = command("export-answers", made.id, "--to", str(tmp_path / "uit"))
    assert (code, err) == (0, [])
    words = out.split()
    assert words[:3] == ["rolvast", "score", "driehoek/1"]
    done = rolvast(*words[1:], folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert document == house.document(made)
    exact = json.loads(rolvast(*words[1:], "--exact", folder=tmp_path).stdout)
    assert any("exact" in view for view in exact["views"])


def test_answers_leave_before_closing_never(command, house: House, tmp_path: Path) -> None:
    code, _, err = command("export-answers", house.answered().id, "--to", str(tmp_path / "uit"))
    assert (code, len(err)) == (1, 1)
    assert not (tmp_path / "uit").exists()


def test_exported_answers_can_be_read_by_their_owner_alone(command, house: House, tmp_path: Path) -> None:
    command("export-answers", house.closed().id, "--to", str(tmp_path / "uit"))
    assert (tmp_path / "uit/responses.csv").stat().st_mode & 0o077 == 0


PARTIES = [
    {"key": "ei", "role": "eigenaar", "name": "Eigenaar"},
    {"key": "og", "role": "opdrachtgever", "name": "Opdrachtgever"},
    {"key": "on", "role": "opdrachtnemer", "name": "Opdrachtnemer"},
]


def scored(folder: Path, responses: str, parameters: object) -> list[str]:
    """The faults, by what they are about."""
    (folder / "r.csv").write_text(responses, encoding="utf-8")
    words = parameters if isinstance(parameters, str) else json.dumps(parameters)
    (folder / "p.json").write_text(words, encoding="utf-8")
    done = rolvast("score", "driehoek/1", "r.csv", "--parameters", "p.json", folder=folder)
    return [line.split(": ")[1] + ": " + line.split(": ")[2] for line in told_well(done, done.stderr.count("\n"))]


def test_score_names_every_fault_in_the_answers(tmp_path: Path) -> None:
    lines = ["person,party,item,about,value", "a,og,lr-wad,,6", "a,og,lr-wad,,3", "b,weg,lr-wad,,3", "c,og,weg,,3"]
    lines += ["a,on,lr-wad,,3"]
    found = scored(tmp_path, "\n".join(lines), {"parties": PARTIES})
    assert {place.partition(": ")[2] for place in found} == {"line 2", "line 3", "line 4", "line 5", "line 6"}


def test_score_names_every_fault_in_shape_parties_and_parameters_together(tmp_path: Path) -> None:
    parameters = {"parties": [{**PARTIES[0], "voice": "x"}, PARTIES[1]], "params": {"k_cell": 1, "x": 1}, "onzin": 1}
    found = scored(tmp_path, "person,party,item,about,value\na,og,lr-wad,3", parameters)
    assert len(found) >= 5, found
    assert any("onzin" in place for place in found)


@pytest.mark.parametrize("parameters", ["{", "[]", "{}", '{"parties": []}', '{"parties": [1]}'])
def test_parameters_that_are_none_are_told(tmp_path: Path, parameters: str) -> None:
    assert scored(tmp_path, "person,party,item,about,value\n", parameters)


def test_both_files_that_are_missing_are_told(tmp_path: Path) -> None:
    done = rolvast("score", "driehoek/1", "geen.csv", "--parameters", "geen.json", folder=tmp_path)
    told = told_well(done, done.stderr.count("\n"))
    assert "geen.csv" in "".join(told)
    assert "geen.json" in "".join(told)


def test_an_instrument_that_is_missing_is_told(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("x", encoding="utf-8")
    told_well(rolvast("score", "vierhoek/9", "r.csv", "--parameters", "r.csv", folder=tmp_path))


# --- Instruments ------------------------------------------------------------------------------------------------------


def test_instruments_that_come_along_are_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-instruments"]) == 0
    assert "driehoek/1" in capsys.readouterr().out


def test_a_faulty_instrument_is_told_with_file_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    path = min(INVALID.glob("*.toml"))
    assert main(["check-instruments", str(path)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert all(path.name in line for line in told.err.splitlines())


def test_the_faults_of_all_files_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    paths = sorted(INVALID.glob("*.toml"))[:3]
    assert main(["check-instruments", *map(str, paths)]) == 1
    told = capsys.readouterr().err
    assert [path.name for path in paths if path.name not in told] == []


def test_the_description_of_the_api_is_written_as_the_service_gives_it(tmp_path: Path) -> None:
    kept = json.loads((ROOT / "tests" / "contract" / "openapi.json").read_text(encoding="utf-8"))
    given = {"ROLVAST_BASE_URL": "https://rolvast.example", "ROLVAST_SECRET_KEY": "x" * 32}
    shown = rolvast("export-openapi", folder=tmp_path, **given)
    written = rolvast("export-openapi", "--output", "api.json", folder=tmp_path, **given)
    assert (shown.returncode, written.returncode, written.stdout) == (0, 0, "")
    assert json.loads(shown.stdout) == kept
    assert json.loads((tmp_path / "api.json").read_text(encoding="utf-8")) == kept
