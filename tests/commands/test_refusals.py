"""What an operator mistypes: each command refuses it at once, in one line that says what would be right."""

from pathlib import Path

import pytest

from app.settings import SettingsError, read_settings
from tests.commands.running import rolvast, told_well

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
