"""What an operator gets beside the code: documents, examples and lists that say what is so."""

import csv
import re
import subprocess
import sys
import tomllib
from importlib.metadata import metadata, requires
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from tests.commands.running import environment

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DEPLOYMENT = (ROOT / "docs/deployment.md").read_text(encoding="utf-8")


def known_settings() -> set[str]:
    source = (ROOT / "app/settings.py").read_text(encoding="utf-8")
    return {name for name in re.findall(r"ROLVAST_[A-Z_]+", source) if not name.endswith(("_", "_FILE"))}


# --- compose.yaml -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))
def test_every_container_runs_without_rights_on_a_file_system_it_cannot_write(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert service["user"].split(":")[0] not in ("0", "root")
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "/" not in service["image"], "a plain name, so that the operator's own registry is used"
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_no_secret_stands_in_compose_and_every_setting_in_it_exists() -> None:
    for service in SERVICES.values():
        for name in service["environment"]:
            assert not re.search("PASSWORD$|KEY$|_URL$|TOKEN$", name) or name == "ROLVAST_BASE_URL", name
    given = {name.removesuffix("_FILE") for name in SERVICES["web"]["environment"]}
    assert given <= known_settings()
    named = {f"/run/secrets/{name}" for name in COMPOSE["secrets"]}
    read = {str(value) for s in SERVICES.values() for value in s["environment"].values() if "/run/" in str(value)}
    assert read == named


def test_any_setting_may_stand_in_the_file_beside_compose() -> None:
    for name in ("migrate", "web", "worker"):
        assert SERVICES[name]["env_file"] == [".env"]
        for setting, value in SERVICES[name]["environment"].items():
            assert setting.endswith("_FILE") or f"${{{setting}:" in value, f"{setting} in .env would do nothing"


def test_nothing_serves_before_the_tables_are_there() -> None:
    for name in ("web", "worker"):
        assert SERVICES[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert SERVICES["web"]["healthcheck"]["test"] == ["CMD", "rolvast", "check-health"]


# --- Documents --------------------------------------------------------------------------------------------------------


def test_the_page_tells_every_setting_and_no_other() -> None:
    assert set(re.findall(r"(?m)^\| `(ROLVAST_[A-Z_]+)`", DEPLOYMENT)) == known_settings()


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_no_proxy_of_ours_logs_an_address(name: str) -> None:
    text = (ROOT / "docs/deployment" / name).read_text(encoding="utf-8")
    said = "\n".join(line.partition("#")[0] for line in text.splitlines())
    for form in re.findall(r"(?s)log_format.*?;", said):
        assert not re.search(r"\$(remote_addr|request_uri|uri|request|args|query_string|http_referer)\b", form)
    if name == "nginx.conf":
        assert "if=$rolvast_logged" in said
        quiet = re.search(r"~\^/\(([a-z|]+)\)", said)
        assert quiet is not None
        assert {"invullen", "lezen", "inloggen"} <= set(quiet[1].split("|"))
    else:
        assert "request delete" in said
    assert "/metrics" in said, "the figures are not for everybody"


def test_commands_of_the_systemd_unit_exist() -> None:
    unit = (ROOT / "docs/deployment/rolvast.service").read_text(encoding="utf-8")
    commands = re.findall(r"(?m)^Exec\w+=/opt/rolvast/bin/rolvast (.*)$", unit)
    assert len(commands) == 2
    for command in commands:
        subprocess.run(
            [sys.executable, "-m", "app.cli", *command.split(), "--help"],
            check=True, capture_output=True, env=environment(),
        )  # fmt: skip


# --- Lists ------------------------------------------------------------------------------------------------------------

#: Licences under which anyone may use, study, change and pass on, and that go together with the EUPL.
FREE = re.compile(
    r"MIT|BSD|Apache|PSF|Python Software Foundation|MPL|Mozilla|LGPL|ISC|0BSD|Zlib|CC0|Unlicense|EUPL|OFL"
)
NOT_FREE = re.compile(r"AGPL|Commons Clause|BUSL|SSPL|Elastic|proprietary|non-?commercial", re.IGNORECASE)


def libraries() -> set[str]:
    """Everything that an installation with PostgreSQL brings along."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    waiting = [(line, "") for line in (*project["dependencies"], *project["optional-dependencies"]["postgresql"])]
    found: set[str] = set()
    while waiting:
        line, extra = waiting.pop()
        needed = Requirement(line)
        if needed.name in found or (needed.marker and not needed.marker.evaluate({"extra": extra})):
            continue
        found.add(needed.name)
        waiting += [(more, one) for one in ("", *needed.extras) for more in requires(needed.name) or ()]
    return found


def licence(name: str) -> str:
    about = metadata(name)
    classes = [line for line in about.get_all("Classifier", []) if line.startswith("License")]
    return " ".join([about.get("License-Expression") or "", about.get("License") or "", *classes])


def test_every_library_that_comes_along_is_free() -> None:
    names = libraries()
    assert len(names) > 25
    doubtful = {name: licence(name)[:80] for name in sorted(names) if not FREE.search(licence(name))}
    assert doubtful == {}
    assert not [name for name in names if NOT_FREE.search(licence(name)[:300])]


with (ROOT / "docs/security/asvs.csv").open(encoding="utf-8", newline="") as file:
    REQUIREMENTS = list(csv.DictReader(file))


@pytest.mark.parametrize("row", REQUIREMENTS, ids=lambda row: f"{row['section']} {row['subject']}"[:60])
def test_every_requirement_of_asvs_names_a_test_that_exists_or_a_reason(row: dict[str, str]) -> None:
    assert re.fullmatch(r"V\d+\.\d+(\.\d+)?", row["section"])
    assert row["level"] in "123"
    assert row["state"] in ("test", "reason", "not met", "not applicable")
    if row["state"] == "test":
        path, _, name = row["where"].partition("::")
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")
    else:
        assert len(row["where"]) > 10


def test_every_chapter_of_asvs_is_looked_at() -> None:
    chapters = {int(row["section"].split(".")[0][1:]) for row in REQUIREMENTS}
    assert chapters == set(range(1, 18))
