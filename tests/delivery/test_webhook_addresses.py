"""Which addresses are told nothing: what lies in a private network, however it is written or looked up."""

import socket
from ipaddress import ip_address
from typing import Any

import pytest

from app.delivery.webhooks import Courier, Message
from app.domain.problems import InvalidInput
from app.domain.webhooks import faults_of_url, is_public
from tests.delivery.receiver import CERTIFICATE, Receiver, receiving
from tests.people import House

STRICT, LENIENT = Courier(patience=3), Courier(may_reach_private=True, patience=3)

ANY = "0.0.0.0"  # noqa: S104 - nothing is bound to it
PRIVATE = (
    "127.0.0.1", "127.255.1.2", ANY,
    "192.88.99.1", "10.0.0.1", "172.16.5.4", "192.168.1.1", "100.64.0.1", "169.254.169.254",
    "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "203.0.113.9",
    "::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "fec0::1", "100::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00:1::",
)  # fmt: skip
PUBLIC = ("1.1.1.1", "145.97.39.155", "2606:4700::1111", "2a02:a450::1", "::ffff:1.1.1.1", "64:ff9b::101:101")


def post(courier: Courier, url: str) -> str:
    (result,) = courier.deliver([Message("m", url, {"content-type": "application/json"}, b"{}")])
    return result.outcome


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_on_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    [*(f"[{a}]" if ":" in a else a for a in PRIVATE), "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1"],
)
def test_nothing_is_sent_inside_however_it_is_written(host: str) -> None:
    assert post(STRICT, f"https://{host}:8/") in ("address_refused", "unknown_host")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "[::ffff:127.0.0.1]"])
def test_a_listener_inside_is_not_even_touched(host: str) -> None:
    receiver = Receiver()
    with receiving(receiver) as port:
        assert post(STRICT, f"http://{host}:{port}/") == "address_refused"
        assert post(STRICT, f"https://{host}:{port}/") == "address_refused"
    assert receiver.paths == []


def lookups(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Have the name systeem.example lead elsewhere at each look; gives the names that were looked up."""
    looked: list[str] = []
    real = socket.getaddrinfo

    def look(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        if host != "systeem.example":
            return real(host, port, *more, **options)
        found = answers[min(len(looked), len(answers) - 1)]
        looked.append(host)
        kind = socket.AF_INET6 if ":" in found[0] else socket.AF_INET
        return [(kind, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", look)
    return looked


def test_what_was_looked_up_is_what_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere a moment later (DNS rebinding) is not looked up a second time."""
    first, second = Receiver(), Receiver()
    with receiving(first, host="127.0.0.1") as port, receiving(second, port, host="127.0.0.2"):
        looked = lookups(monkeypatch, ["127.0.0.1"], ["127.0.0.2"])
        assert post(LENIENT, f"http://systeem.example:{port}/x") == "http_204"
    assert looked == ["systeem.example"]
    assert (first.paths, second.paths) == (["/x"], [])
    assert first.headers[0]["host"] == f"systeem.example:{port}"


def test_a_name_that_also_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver()
    with receiving(receiver) as port:
        lookups(monkeypatch, ["1.1.1.1", "127.0.0.1"])
        assert post(STRICT, f"https://systeem.example:{port}/") == "address_refused"
    assert receiver.paths == []


def test_where_one_address_does_not_answer_the_next_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver()
    with receiving(receiver, host="127.0.0.1") as port:
        lookups(monkeypatch, ["127.0.0.3", "127.0.0.1"])
        assert post(LENIENT, f"http://systeem.example:{port}/") == "http_204"


def test_a_certificate_is_asked_for_under_the_name_and_not_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver = Receiver()
    with receiving(receiver, tls=True) as port:
        lookups(monkeypatch, ["127.0.0.1"])
        assert post(LENIENT, f"https://systeem.example:{port}/") == "no_connection", "nobody vouches for it yet"
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        assert post(LENIENT, f"https://systeem.example:{port}/") == "http_204"
        assert post(LENIENT, f"https://127.0.0.1:{port}/") == "no_connection"
        assert post(LENIENT, f"https://localhost:{port}/") == "no_connection"
    assert len(receiver.paths) == 1


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy, receiver = Receiver(), Receiver()
    with receiving(proxy) as other, receiving(receiver) as port:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{other}")
        assert post(LENIENT, f"http://127.0.0.1:{port}/") == "http_204"
    assert proxy.paths == []


# --- What is refused at once ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "", " ", "systeem.example", "http://systeem.example/", "ftp://systeem.example/", "javascript:alert(1)",
        "https://", "https:///x", "https://x:99999/", "https://x:0/", "https://[::1/", "https://[zz]/",
        "https://naam:wachtwoord@systeem.example/", "https://naam@systeem.example/", "https://systeem.example/#deel",
        "https://systeem.example/ x", "https://systeem.example\\@127.0.0.1/", "https://systeem.example/\n",
        "https://systéém.example/", "https://systeem.example/" + "x" * 2000, "file:///etc/passwd",
        *(f"https://[{a}]/" if ":" in a else f"https://{a}/" for a in PRIVATE),
        "https://localhost/", "https://x.localhost/",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_is_refused_at_once(house: House, url: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        house.webhook(url)
    assert {fault.where for fault in refused.value.faults} == {"url"}
    assert "wachtwoord@" not in str(refused.value)
    assert house.number_of("webhook") == 0


@pytest.mark.parametrize(
    "url", ["https://systeem.example/x?y=z", "https://1.1.1.1:8443/", "https://xn--systm-esab.example/%20"]
)
def test_an_address_on_the_internet_is_taken(url: str) -> None:
    assert faults_of_url(url, may_reach_private=False) == []


def test_the_operator_may_allow_what_lies_inside(house: House) -> None:
    house.webhook("http://10.1.2.3:8080/meldingen", private=True)
    assert house.number_of("webhook") == 1
    for wrong in ("http://naam:geheim@10.1.2.3/", "ftp://10.1.2.3/"):
        assert faults_of_url(wrong, may_reach_private=True)


def test_an_office_has_at_most_twenty(house: House) -> None:
    for _ in range(20):
        house.webhook()
    with pytest.raises(InvalidInput):
        house.webhook()
