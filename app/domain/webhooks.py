"""Owns what an office may have told to other systems, and which addresses on the network are fit to be told."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Literal
from urllib.parse import urlsplit

from app.domain.problems import Fault, fault
from app.domain.text import Text

EventName = Literal["opened", "closed", "released"]
EVENTS: dict[EventName, Text] = {
    "opened": Text("geopend", "opened"),
    "closed": Text("gesloten", "closed"),
    "released": Text("vrijgegeven", "released"),
}
#: The state that an assessment is in after an event.
STATE_AFTER: dict[EventName, str] = {"opened": "open", "closed": "closed", "released": "released"}

DeliveryState = Literal["waiting", "delivered", "failed"]


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where an office wants to hear of which events."""

    id: str
    office: str
    url: str
    events: tuple[EventName, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to a webhook, and how far it came. `outcome`: of the last try."""

    id: str
    webhook: str
    number: int
    event: EventName
    assessment: str
    constellation: str
    wave: int
    at: datetime
    state: DeliveryState
    attempts: int
    outcome: str
    queued_at: datetime
    due_at: datetime
    delivered_at: datetime | None


LONGEST_URL = 2000
#: For protocols and for tunnels; not every Python knows them as such.
_SPECIAL = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
#: Tunnels and the like, by which an address inside is reached under one that looks public: 6to4 and Teredo.
_TUNNELS = (IPv6Network("2002::/16"), IPv6Network("2001::/23"))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one on the open internet: not private, loopback, link-local, multicast or reserved.

    An IPv4 address in the clothes of IPv6 (mapped, NAT64) is judged as what it is.
    """
    if isinstance(address, IPv4Address):
        special = address.is_multicast or address.is_reserved or any(address in network for network in _SPECIAL)
        return address.is_global and not special
    inner = address.ipv4_mapped
    if inner is None and address in _NAT64:
        inner = IPv4Address(int(address) & 0xFFFF_FFFF)
    if inner is not None:
        return is_public(inner)
    tunnelled = any(address in network for network in _TUNNELS)
    return address.is_global and address in _GLOBAL_UNICAST and not tunnelled


def faults_of_url(url: str, *, may_reach_private: bool) -> list[Fault]:
    """What is wrong with the address of a webhook. Never repeats it: it may hold a password.

    A name is looked up when something is sent, each time anew; here only what can be seen in the address itself.
    """
    if not url.strip():
        return [fault("url", "Vul een adres in.", "Fill in an address.")]
    shaped = url.isascii() and url.isprintable() and not set(url) & set(' \\"<>^`{|}') and len(url) <= LONGEST_URL
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        shaped, host, port, parts = False, "", None, urlsplit("")
    if not shaped or not host or port == 0 or parts.fragment:
        return [
            fault(
                "url",
                "Dit is geen bruikbaar adres. Het ziet eruit als https://systeem.example/meldingen.",
                "This is not a usable address. It looks like https://system.example/messages.",
            )
        ]
    faults = []
    if parts.scheme not in (("https", "http") if may_reach_private else ("https",)):
        faults.append(fault("url", "Het adres moet met https:// beginnen.", "The address must begin with https://."))
    if "@" in parts.netloc:
        faults.append(
            fault(
                "url",
                "Zet geen naam of wachtwoord in het adres; elk bericht is ondertekend.",
                "Put no name or password in the address; every message is signed.",
            )
        )
    if not may_reach_private and not _may_be_public(host):
        faults.append(
            fault(
                "url",
                "Dit adres ligt in een besloten netwerk; kies een adres op het internet.",
                "This address lies in a private network; choose one on the internet.",
            )
        )
    return faults


def _may_be_public(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return False
    try:
        return is_public(ip_address(host))
    except ValueError:
        return True


def origin_of(url: str) -> str:
    """The address without its path, which may hold a secret: for whoever may look on but not change anything."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/…"
