"""Owns the settings: from the environment to one frozen value, or a refusal that names the variable."""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

LogFormat = Literal["text", "json"]

HERE = Path(__file__).parent

#: Where a service can be reached.
PORTS = range(1, 65536)
PORTS_IN_WORDS = f"from {PORTS[0]} to {PORTS[-1]}"


class SettingsError(Exception):
    """A setting that cannot be used: which one, and what would be right."""


def _beside(name: str) -> Path:
    """A folder of the project: beside `app/` in a checkout, inside it in an installed wheel."""
    inside = HERE / name
    return inside if inside.is_dir() else HERE.parent / name


def assessments_path() -> Path:
    return _beside("assessments")


def migrations_path() -> Path:
    return _beside("migrations")


@dataclass(frozen=True, slots=True)
class OpenIdConnect:
    """The identity provider through which members may sign in.

    `addresses_are_verified`: the operator vouches for the addresses of a provider that says nothing about them.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    addresses_are_verified: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """What the service runs with. `var` holds what it makes itself: the database, the key."""

    database_url: str
    base_url: str
    secret_key: bytes
    var: Path
    smtp_url: str = ""
    mail_from: str = "rolvast@localhost"
    theme_css: Path | None = None
    webhooks_may_reach_private: bool = False
    key_per_minute: int = 3000
    log_format: LogFormat = "text"
    workers: int = 1
    metrics_token: str = ""
    security_contact: str = ""
    openid_connect: OpenIdConnect | None = None

    @property
    def secure(self) -> bool:
        """The public address is https, so cookies may be held to it."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def shown_mail(self) -> Path | None:
        """Where letters lie that a page may list: only without a mail server, and only on this machine itself."""
        here = not self.smtp_url and is_loopback(urlsplit(self.base_url).hostname or "")
        return self.var / "mail" if here else None


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from `ROLVAST_…` variables. Raises SettingsError that names the variable."""
    given = _with_files(os.environ if environment is None else environment)
    var = Path(given.get("ROLVAST_VAR", "var"))
    base_url = given.get("ROLVAST_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
    parts = parts_of(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path:
        raise SettingsError(
            f"ROLVAST_BASE_URL is '{base_url}'; it must look like https://rolvast.example; "
            f"a port, if any, is a number {PORTS_IN_WORDS}"
        )
    smtp_url = given.get("ROLVAST_SMTP_URL", "")
    if smtp_url and parts_of(smtp_url).scheme not in ("smtp", "smtps"):
        raise SettingsError(
            "ROLVAST_SMTP_URL must look like smtps://user:password@mail.example:465 or smtp://…:587; "
            f"a port is a number {PORTS_IN_WORDS}"
        )
    mail_from = given.get("ROLVAST_MAIL_FROM", f"rolvast@{parts.hostname}")
    if "@" not in mail_from or any(letter.isspace() for letter in mail_from):
        raise SettingsError(
            f"ROLVAST_MAIL_FROM is '{mail_from}'; it must be an address such as rolvast@ministerie.example"
        )
    theme = given.get("ROLVAST_THEME_CSS_PATH", "")
    if theme and not Path(theme).is_file():
        raise SettingsError(f"ROLVAST_THEME_CSS_PATH is '{theme}'; there is no such file")
    key_per_minute = given.get("ROLVAST_KEY_PER_MINUTE", "3000")
    if not (key_per_minute.isascii() and key_per_minute.isdigit() and int(key_per_minute[:10]) > 0):
        raise SettingsError(f"ROLVAST_KEY_PER_MINUTE is '{key_per_minute}'; it must be a whole number above 0")
    return Settings(
        database_url=database_url(given.get("ROLVAST_DATABASE_URL", f"sqlite:///{var}/rolvast.db")),
        base_url=base_url,
        secret_key=_secret_key(given, parts.hostname, var),
        var=var,
        smtp_url=smtp_url,
        mail_from=mail_from,
        theme_css=Path(theme) if theme else None,
        webhooks_may_reach_private=given.get("ROLVAST_WEBHOOKS_MAY_REACH_PRIVATE", "") == "1",
        key_per_minute=int(key_per_minute),
        log_format=_log_format(given),
        workers=_workers(given),
        metrics_token=_metrics_token(given),
        security_contact=_security_contact(given),
        openid_connect=_openid_connect(given),
    )


def parts_of(address: str) -> SplitResult:
    """The parts of an address; all empty when it names no host, or a port that does not exist."""
    with suppress(ValueError):  # half an IPv6 address; a port that is no number, or beyond the last
        parts = urlsplit(address)
        if parts.hostname and (parts.port is None or parts.port in PORTS):
            return parts
    return urlsplit("")


def database_url(given: str) -> str:
    """The address of a database of a kind that we know."""
    from sqlalchemy.engine import make_url  # noqa: PLC0415 - large
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 - idem

    if not given.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")):
        raise SettingsError(
            "the address of a database (ROLVAST_DATABASE_URL) must begin with sqlite:/// or postgresql://, "
            "such as sqlite:///var/rolvast.db"
        )
    try:  # as SQLAlchemy reads it: a password may hold what looks like a port
        port = make_url(given).port
    except (ArgumentError, ValueError):
        port = 0
    if port is not None and port not in PORTS:
        raise SettingsError(
            "the address of a database (ROLVAST_DATABASE_URL) must look like postgresql://user:password@host/name; "
            f"a port, if any, is a number {PORTS_IN_WORDS}"
        )
    return given


def _with_files(given: Mapping[str, str]) -> Mapping[str, str]:
    """The settings, with those that stand in a file: `ROLVAST_SECRET_KEY_FILE` names where ROLVAST_SECRET_KEY is."""
    read = dict(given)
    for name, path in given.items():
        if name.startswith("ROLVAST_") and name.endswith("_FILE"):
            if name.removesuffix("_FILE") in given:
                raise SettingsError(f"{name} and {name.removesuffix('_FILE')} are both set; one of them is enough")
            try:
                read[name.removesuffix("_FILE")] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise SettingsError(f"{name} is '{path}', which cannot be read: {error.strerror}") from error
            except UnicodeDecodeError as error:
                raise SettingsError(f"{name} is '{path}', which is not text in UTF-8") from error
    return read


def _log_format(given: Mapping[str, str]) -> LogFormat:
    found = given.get("ROLVAST_LOG_FORMAT", "text")
    if found not in ("text", "json"):
        raise SettingsError(f"ROLVAST_LOG_FORMAT is '{found}'; it must be text or json")
    return "json" if found == "json" else "text"


def _workers(given: Mapping[str, str]) -> int:
    found = given.get("ROLVAST_WORKERS", "1")
    if not found.isascii() or not found.isdigit() or not 1 <= int(found) <= 64:
        raise SettingsError(f"ROLVAST_WORKERS is '{found}'; it must be a number from 1 to 64")
    return int(found)


def _metrics_token(given: Mapping[str, str]) -> str:
    token = given.get("ROLVAST_METRICS_TOKEN", "")
    if token and len(token) < 20:
        raise SettingsError("ROLVAST_METRICS_TOKEN is too short; use at least 20 random characters")
    return token


def _security_contact(given: Mapping[str, str]) -> str:
    contact = given.get("ROLVAST_SECURITY_CONTACT", "")
    fit = contact.startswith(("mailto:", "https://", "tel:")) and contact.isprintable() and " " not in contact
    if contact and not fit:
        raise SettingsError(
            f"ROLVAST_SECURITY_CONTACT is '{contact}'; it must look like mailto:beveiliging@ministerie.example"
        )
    return contact


def _openid_connect(given: Mapping[str, str]) -> OpenIdConnect | None:
    """The identity provider: all of it, or nothing."""
    names = ("ROLVAST_OIDC_ISSUER", "ROLVAST_OIDC_CLIENT_ID", "ROLVAST_OIDC_CLIENT_SECRET")
    missing = [name for name in names if not given.get(name)]
    if len(missing) == len(names):
        return None
    if missing:
        raise SettingsError(f"{' and '.join(missing)} must be set too: signing in by OpenID Connect needs all three")
    issuer, client_id, client_secret = (given[name] for name in names)
    parts = parts_of(issuer)
    near = is_loopback(parts.hostname or "")
    if (
        not parts.hostname
        or parts.scheme not in (("http", "https") if near else ("https",))
        or parts.query
        or parts.fragment
    ):
        raise SettingsError(
            f"ROLVAST_OIDC_ISSUER is '{issuer}'; it must be the issuer as the provider itself writes it, such as "
            "https://login.ministerie.example/realms/rijk"
        )
    verified = given.get("ROLVAST_OIDC_ADDRESSES_ARE_VERIFIED", "") == "1"
    return OpenIdConnect(issuer, client_id, client_secret, verified)


def _secret_key(given: Mapping[str, str], hostname: str, var: Path) -> bytes:
    """The key of all personal links: from the environment, or made and kept where only this machine can reach us."""
    key = given.get("ROLVAST_SECRET_KEY", "")
    if key:
        if len(key) < 32:
            raise SettingsError("ROLVAST_SECRET_KEY is too short; use at least 32 random characters")
        return key.encode()
    if not is_loopback(hostname):
        raise SettingsError(
            "ROLVAST_SECRET_KEY is missing; set it to at least 32 random characters and keep it as long as links live"
        )
    path = var / "secret.key"
    try:
        if not path.exists():
            var.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(48))
        return path.read_text().strip().encode()
    except OSError as error:
        raise SettingsError(f"ROLVAST_VAR is '{var}', where no key can be kept: {error.strerror}") from error


def is_loopback(hostname: str) -> bool:
    """Whether a name or address means this machine itself."""
    try:
        return ip_address(hostname).is_loopback
    except ValueError:
        return hostname == "localhost"
