"""Slow, half and oversized requests on a real server and real sockets: whoever sends them waits alone."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from app.web.patience import LARGEST_HEAD, PatientProtocol
from app.web.security import LARGEST_BODY
from tests.commands.running import free_port, serving
from tests.people import House


class Hasty(PatientProtocol):
    """The same, with less patience than people have."""

    head_within = 2.0
    silence = 1.0
    body_within = 3.0
    unread = 1.0


@contextmanager
def listening(app: FastAPI) -> Iterator[str]:
    """This application behind a real socket, in a thread of its own."""
    config = uvicorn.Config(app, port=0, http=Hasty, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture
def url(app: FastAPI) -> Iterator[str]:
    with listening(app) as address:
        yield address


def connect(url: str) -> socket.socket:
    parts = httpx.URL(url)
    made = socket.create_connection((parts.host, parts.port or 80), timeout=10)
    made.settimeout(10)
    return made


def rest(talking: socket.socket) -> bytes:
    """Everything that still comes, until the other side closes."""
    found = b""
    with suppress(ConnectionError):
        while part := talking.recv(65536):
            found += part
    return found


def drip(talking: socket.socket, text: bytes, every: float, until: float) -> bytes:
    """Send byte after byte until closed; gives what came back. Fails when the other side never has enough of it."""
    start = time.monotonic()
    talking.settimeout(every)
    for letter in text:
        assert time.monotonic() - start < until, "it would have gone on for ever"
        try:
            talking.sendall(bytes([letter]))
            found = talking.recv(65536)
        except TimeoutError:
            continue
        except ConnectionError:
            return b""
        return found
    raise AssertionError("all of it was taken")


HALF_HEAD = b"GET / HTTP/1.1\r\nhost: a\r\nx-slow: "
POST = b"POST /inloggen HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-www-form-urlencoded\r\n"


def test_a_head_that_does_not_end_is_cut_off(url: str) -> None:
    with connect(url) as talking:
        talking.sendall(HALF_HEAD)
        assert rest(talking).startswith(b"HTTP/1.1 408 ")


def test_a_head_that_comes_byte_by_byte_is_cut_off(url: str) -> None:
    with connect(url) as talking:
        talking.sendall(HALF_HEAD)
        assert drip(talking, b"x" * 1000, every=0.05, until=20).startswith((b"HTTP/1.1 408 ", b""))


def test_a_connection_that_says_nothing_is_closed_without_a_word(url: str) -> None:
    with connect(url) as talking:
        assert rest(talking) == b""


def test_a_body_that_stops_halfway_is_cut_off(url: str) -> None:
    with connect(url) as talking:
        talking.sendall(POST + b"content-length: 100\r\n\r\nemail=")
        assert rest(talking).startswith(b"HTTP/1.1 408 ")


def test_a_body_that_drips_is_cut_off_although_it_never_stops(url: str) -> None:
    start = time.monotonic()
    with connect(url) as talking:
        talking.sendall(POST + b"content-length: 100000\r\n\r\n")
        drip(talking, b"x" * 1000, every=0.05, until=20)
    assert time.monotonic() - start > Hasty.silence, "a body that keeps coming has more time than a silent one"


def test_a_chunked_body_that_stops_is_cut_off(url: str) -> None:
    with connect(url) as talking:
        talking.sendall(POST + b"transfer-encoding: chunked\r\n\r\n5\r\nemail\r\n")
        assert rest(talking).startswith(b"HTTP/1.1 408 ")


def test_whoever_takes_no_answer_is_let_go(url: str) -> None:
    """Ask for far more than fits in the buffers, and read none of it."""
    with connect(url) as talking:
        talking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        ask = b"GET /static/rolvast.css HTTP/1.1\r\nhost: a\r\n\r\n"
        talking.settimeout(0.5)
        with suppress(OSError):
            for _ in range(2000):
                talking.sendall(ask)
        time.sleep(Hasty.unread + 1)
        talking.settimeout(10)
        with pytest.raises(ConnectionError):
            _go_on(talking, ask)


def _go_on(talking: socket.socket, ask: bytes) -> None:
    """As if nothing had happened."""
    for _ in range(100_000):
        talking.sendall(ask)
        talking.recv(65536)


def test_a_connection_may_be_used_again_after_an_answer(url: str) -> None:
    with connect(url) as talking:
        for _ in range(3):
            talking.sendall(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
            found = b""
            while b'"ok"' not in found:
                found += talking.recv(65536)
            assert found.startswith(b"HTTP/1.1 200 ")
        talking.sendall(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\nGET /heal")
        found = rest(talking)
    assert found.startswith(b"HTTP/1.1 200 ")
    assert found.count(b"HTTP/1.1 ") == 2, "the half request gets its 408 after the whole answer to the first"
    assert b"408" in found


def test_fifty_slow_clients_are_in_nobodys_way(app: FastAPI, house: House) -> None:
    token = house.link(house.opened())
    with listening(app) as url, ExitStack() as held:
        for number in range(50):
            talking = held.enter_context(connect(url))
            talking.sendall(HALF_HEAD if number % 2 else POST + b"content-length: 1000\r\n\r\nemail=")
        with httpx.Client(base_url=url, timeout=20) as client:
            for _ in range(5):
                assert client.get(f"/invullen/{token}").status_code == 200
            answers = client.put(
                "/api/v1/questionnaire/answers", json={"ratings": {}}, headers={"authorization": f"Bearer {token}"}
            )
            assert answers.status_code == 200


# --- Large heads ------------------------------------------------------------------------------------------------------

LARGE: dict[str, Callable[[], bytes]] = {
    "a long address": lambda: b"GET /" + b"x" * LARGEST_HEAD + b" HTTP/1.1\r\nhost: a\r\n\r\n",
    "a long query": lambda: b"GET /?taal=" + b"x" * LARGEST_HEAD + b" HTTP/1.1\r\nhost: a\r\n\r\n",
    "a long header": lambda: b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"x" * LARGEST_HEAD + b"\r\n\r\n",
    "a header without end": lambda: b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"x" * 4 * LARGEST_HEAD,
    "a header name without end": lambda: b"GET / HTTP/1.1\r\nhost: a\r\n" + b"x" * 4 * LARGEST_HEAD,
    "an address without end": lambda: b"GET /" + b"x" * 4 * LARGEST_HEAD,
    "many headers": lambda: (
        b"GET / HTTP/1.1\r\nhost: a\r\n" + b"".join(b"x-%d: y\r\n" % n for n in range(2000)) + b"\r\n"
    ),
    "thousands of cookies": lambda: (
        b"GET / HTTP/1.1\r\nhost: a\r\ncookie: " + b"; ".join(b"c%d=vvvvv" % n for n in range(5000)) + b"\r\n\r\n"
    ),
}


@pytest.mark.parametrize("kind", LARGE)
def test_a_head_that_is_too_large_is_refused_at_once(url: str, kind: str) -> None:
    start = time.monotonic()
    with connect(url) as talking:
        with suppress(ConnectionError):
            talking.sendall(LARGE[kind]())
        found = rest(talking)
    assert found == b"" or found.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 400 "))
    assert time.monotonic() - start < 20
    assert httpx.get(f"{url}/healthz").status_code == 200


def test_a_head_that_is_too_large_is_refused_also_when_its_body_comes_with_it(url: str) -> None:
    head = b"POST /inloggen HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\nx: " + b"x" * LARGEST_HEAD + b"\r\n\r\n"
    with connect(url) as talking:
        talking.sendall(head + b"a=")
        found = rest(talking)
    assert found == b"" or found.startswith(b"HTTP/1.1 431 ")


def test_a_large_body_that_comes_with_its_head_does_not_count_as_head(url: str) -> None:
    size = LARGEST_HEAD + 1
    head = b"POST /inloggen HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % size
    with connect(url) as talking:
        talking.sendall(head + b"a" * size)
        found = rest(talking)
    assert found.startswith(b"HTTP/1.1 ")
    assert not found.startswith(b"HTTP/1.1 431 ")


def test_a_head_as_large_as_browsers_make_them_is_answered(url: str) -> None:
    cookies = "; ".join(f"analytics_{number}={'v' * 200}" for number in range(40))
    answer = httpx.get(
        f"{url}/?taal=en", headers={"cookie": cookies, "referer": "https://intranet.example/" + "x" * 2000}
    )
    assert answer.status_code == 200


# --- Half requests ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more", [b"content-length: 100\r\n\r\nemail=", b"transfer-encoding: chunked\r\n\r\n5\r\nemail\r\n"]
)
def test_whoever_hangs_up_halfway_is_no_bug_of_ours(url: str, more: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        with connect(url) as talking:
            talking.sendall(POST + more)
            time.sleep(0.3)
        time.sleep(0.5)
    assert "bug" not in caplog.text
    assert "Traceback" not in caplog.text


def test_two_answers_cannot_be_smuggled_into_one(url: str) -> None:
    """A body length said twice, or in two ways, is no request at all."""
    for lengths in (
        b"content-length: 6\r\ntransfer-encoding: chunked\r\n",
        b"content-length: 6\r\ncontent-length: 7\r\n",
    ):
        with connect(url) as talking:
            talking.sendall(POST + lengths + b"\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nhost: a\r\n\r\n")
            found = rest(talking)
        assert b"200 OK" not in found


# --- The service as an operator starts it -----------------------------------------------------------------------------


def test_the_service_itself_has_this_patience(tmp_path: Path) -> None:
    port = free_port()
    with serving(["serve", "--port", str(port)], tmp_path, port) as running:
        with connect(running.base_url) as talking:
            talking.sendall(LARGE["a long header"]())
            assert rest(talking).startswith(b"HTTP/1.1 431 ")
        with connect(running.base_url) as talking:
            talking.settimeout(PatientProtocol.head_within * 2 + 5)
            start = time.monotonic()
            talking.sendall(HALF_HEAD)
            assert rest(talking).startswith(b"HTTP/1.1 408 ")
            assert time.monotonic() - start >= PatientProtocol.head_within - 1
        fields = {"email": "x" * (LARGEST_BODY + 1)}
        too_large = httpx.post(f"{running.base_url}/inloggen", data=fields, timeout=30)
        assert too_large.status_code in (400, 413)
