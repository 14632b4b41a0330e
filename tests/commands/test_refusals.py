"""What an operator mistypes: each command refuses it at once, in one line that says what would be right."""

from pathlib import Path

import pytest

from app.settings import SettingsError, migrations_path, read_settings
from app.store.engine import Database
from app.store.migrate import migrate, newest_revision
from tests.commands.running import rolvast, told_well
from tests.people import House

# --- Ports ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["serve", "demo"])
@pytest.mark.parametrize("port", ["99999", "65536", "0", "-1", "tachtig"])
def test_a_port_that_is_none_is_refused_before_anything_is_made(tmp_path: Path, name: str, port: str) -> None:
    told = told_well(rolvast(name, "--port", port, folder=tmp_path))[0]
    assert f"'{port}'" in told
    assert "from 1 to 65535" in told
    assert list(tmp_path.iterdir()) == []


def test_a_health_check_asks_no_address_with_a_port_that_is_none(tmp_path: Path) -> None:
    for url in ("http://127.0.0.1:99999", "http://127.0.0.1:0", "127.0.0.1:8000"):
        told = told_well(rolvast("check-health", "--url", url, folder=tmp_path))[0]
        assert url in told
        assert "http://127.0.0.1:8000" in told.replace(url, "", 1), "an example of what is right"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("ROLVAST_BASE_URL", "http://127.0.0.1:{port}"),
        ("ROLVAST_SMTP_URL", "smtp://post.example:{port}"),
        ("ROLVAST_DATABASE_URL", "postgresql://rolvast:geheim@db.example:{port}/rolvast"),
    ],
)
def test_a_setting_with_a_port_that_is_none_is_named(tmp_path: Path, name: str, address: str) -> None:
    for port in ("99999", "0", "-1", "tachtig"):
        with pytest.raises(SettingsError, match=rf"{name}.*from 1 to 65535") as refused:
            read_settings({"ROLVAST_VAR": str(tmp_path), name: address.format(port=port)})
        assert "geheim" not in str(refused.value)
    for port in ("1", "65535"):
        read_settings({"ROLVAST_VAR": str(tmp_path), name: address.format(port=port)})


def test_a_password_in_the_address_of_a_database_may_look_like_a_port(tmp_path: Path) -> None:
    url = "postgresql://rolvast:ge/h:99999@db.example/rolvast"
    assert read_settings({"ROLVAST_VAR": str(tmp_path), "ROLVAST_DATABASE_URL": url}).database_url == url


# --- Files ------------------------------------------------------------------------------------------------------------

SCORE = ["score", "driehoek/1", "r.csv", "--parameters", "p.json"]


@pytest.fixture
def lying(tmp_path: Path) -> Path:
    """The folder in which a command runs, with files and a folder in it."""
    (tmp_path / "r.csv").write_text("person,party,item,about,value\n", encoding="utf-8")
    (tmp_path / "p.json").write_text("{}", encoding="utf-8")
    (tmp_path / "map").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["export-openapi", "--output", "weg/x"],
        ["backup", "weg/x"],
        ["restore", "weg/x"],
        ["check-instruments", "weg/x"],
        [word.replace("r.csv", "weg/x") for word in SCORE],
        [word.replace("p.json", "weg/x") for word in SCORE],
    ],
)
def test_a_file_in_a_folder_that_is_not_there_is_told_alike_by_every_command(
    command, lying: Path, arguments: list[str]
) -> None:
    assert command(*arguments) == (1, "", ["rolvast: weg/x: there is no folder weg"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["restore", "weg"],
        [word.replace("r.csv", "weg") for word in SCORE],
        [word.replace("p.json", "weg") for word in SCORE],
    ],
)
def test_a_file_that_is_not_there_is_named_once(command, lying: Path, arguments: list[str]) -> None:
    assert command(*arguments) == (1, "", ["rolvast: weg: there is no such file"])


@pytest.mark.parametrize(
    "arguments",
    [
        ["export-openapi", "--output", "map"],
        ["restore", "map"],
        [word.replace("r.csv", "map") for word in SCORE],
        [word.replace("p.json", "map") for word in SCORE],
    ],
)
def test_a_folder_in_place_of_a_file_is_told(command, lying: Path, arguments: list[str]) -> None:
    assert command(*arguments) == (1, "", ["rolvast: map: is a folder; a file must be named here"])


def test_a_file_in_place_of_a_folder_is_told_and_the_answers_do_not_count_as_exported(
    command, house: House, lying: Path
) -> None:
    made = house.closed()
    before = house.stored("SELECT count(*) FROM audit_event")
    told = "rolvast: r.csv: is a file; a folder must be named here"
    assert command("export-answers", made.id, "--to", "r.csv") == (1, "", [told])
    assert command("export-answers", made.id, "--to", "r.csv/uit")[2] == [
        "rolvast: r.csv/uit: there is no folder r.csv"
    ]
    assert house.stored("SELECT count(*) FROM audit_event") == before


def test_a_file_without_right_words_or_room_is_told(command, lying: Path) -> None:
    (lying / "r.csv").write_bytes(b"person,party,item,about,value\n\xff")
    assert command(*SCORE) == (1, "", ["rolvast: r.csv: is not text in UTF-8"])
    assert command("export-openapi", "--output", "/dev/full")[2] == ["rolvast: /dev/full: No space left on device"]


def test_a_place_where_no_database_can_lie_is_told(tmp_path: Path) -> None:
    given = {"ROLVAST_DATABASE_URL": f"sqlite:///{tmp_path}/bestand/rolvast.db", "ROLVAST_VAR": str(tmp_path)}
    (tmp_path / "bestand").touch()
    told = told_well(rolvast("migrate", folder=tmp_path, **given))
    assert told == [f"rolvast: {tmp_path}/bestand: is a file; a folder must be named here"]


# --- Offices and assessments ------------------------------------------------------------------------------------------


def test_a_key_is_made_for_an_office_that_is_there(command, house: House) -> None:
    before = house.stored("SELECT * FROM office"), house.stored("SELECT * FROM api_key")
    code, out, err = command("api-key", "dashboard", "--office", "Bureau van de secretaris generaal")
    assert (code, out, len(err)) == (1, "", 1)
    for name in ("'Bureau van de secretaris generaal'", "'Bureau van de secretaris-generaal'", "'Ander bureau'"):
        assert name in err[0], "what was typed, and each office that there is"
    assert (house.stored("SELECT * FROM office"), house.stored("SELECT * FROM api_key")) == before


def test_where_no_office_is_the_key_says_how_the_first_is_made(tmp_path: Path) -> None:
    rolvast("migrate", folder=tmp_path)
    told = told_well(rolvast("api-key", "dashboard", folder=tmp_path))[0]
    assert "rolvast sign-in-link" in told
    made = rolvast("sign-in-link", "a@b.example", "--office", "Bureau SG", folder=tmp_path)
    assert made.returncode == 0
    assert rolvast("api-key", "dashboard", "--office", "Bureau SG", folder=tmp_path).stdout.startswith("rolvast_")


@pytest.mark.parametrize("given", [["--office", "Bureau SG"], ["--office", "Bureau"]])
def test_an_administrator_belongs_to_no_office(command, house: House, given: list[str]) -> None:
    before = house.stored("SELECT * FROM member"), house.stored("SELECT * FROM office")
    code, out, err = command("sign-in-link", "a@b.example", "--role", "administrator", *given)
    assert (code, out, len(err)) == (1, "", 1)
    assert "--office" in err[0]
    assert (house.stored("SELECT * FROM member"), house.stored("SELECT * FROM office")) == before


@pytest.mark.parametrize("name", ["", "  ", "x" * 151])
def test_an_office_has_a_name_that_the_pages_would_take(command, house: House, name: str) -> None:
    before = house.stored("SELECT * FROM member"), house.stored("SELECT * FROM office")
    code, out, err = command("sign-in-link", "a@b.example", "--office", name)
    assert (code, out, len(err)) == (1, "", 1)
    assert "150" in err[0]
    assert (house.stored("SELECT * FROM member"), house.stored("SELECT * FROM office")) == before


@pytest.mark.parametrize("name", ["invitation-links", "export-answers"])
def test_an_assessment_that_is_not_there_is_named_with_where_its_id_is_found(command, name: str) -> None:
    code, out, err = command(name, "123")
    assert (code, out, len(err)) == (1, "", 1)
    assert "'123'" in err[0]
    assert "/bureau/metingen/" in err[0]
    assert "/api/v1/assessments" in err[0]


# --- What else is told plainly ----------------------------------------------------------------------------------------


def test_an_instrument_that_is_not_there_is_told_with_those_that_are(command, lying: Path) -> None:
    for name in ("driehoek/9", "vierhoek/1"):
        code, out, err = command(*[word.replace("driehoek/1", name) for word in SCORE])
        assert (code, out, len(err)) == (1, "", 1)
        assert err[0].startswith(f"rolvast: {name}: ")
        assert "driehoek/1, interbestuurlijk/1" in err[0]


def test_migrate_tells_tables_that_it_made_from_those_that_were_there(tmp_path: Path) -> None:
    first, second = (rolvast("migrate", folder=tmp_path).stdout for _ in range(2))
    assert "made" in first
    assert "made" not in second
    assert "up to date" in second


def test_migrate_tells_from_which_version_it_came(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/var/rolvast.db")
    migrate(database, migrations_path(), "0001")
    database.close()
    told = rolvast("migrate", folder=tmp_path).stdout
    assert "0001" in told
    assert newest_revision(migrations_path()) in told
