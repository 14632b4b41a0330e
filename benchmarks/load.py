"""Owns the load: ready-made requests over kept connections, weighing as little as it can on the server it shares with.

A request is bytes that were made before the clock starts; of an answer only the status and the length are read. The
same few lines of work stand beside either side of a ratio.
"""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import uvloop

_STATUS = re.compile(rb"HTTP/1\.1 (\d{3})")
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_LONGEST = 300.0


@dataclass(frozen=True)
class Round:
    """What one round of requests took."""

    per_second: float
    p99: float  # seconds


def request(
    method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"", media: str = "application/json"
) -> bytes:
    """One request as it goes over the line."""
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines += [f"content-type: {media}", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


#: What one client asks, one after the other, each with the status that its answer must have.
Chain = Sequence[tuple[bytes, int]]


def run(port: int, requests: Sequence[bytes], at_once: int, expected: int) -> Round:
    """Send all requests over so many connections; every answer must have the expected status."""
    return run_chains(port, [[(asking, expected)] for asking in requests], at_once)


def run_chains(port: int, chains: Sequence[Chain], at_once: int) -> Round:
    """The same for chains of requests, each of which stays on one connection; what is counted is whole chains."""
    return uvloop.run(_run(port, chains, at_once))


async def _run(port: int, chains: Sequence[Chain], at_once: int) -> Round:
    waiting = iter(chains)
    times: list[float] = []
    loop = asyncio.get_running_loop()
    lines = [_Line(waiting, times) for _ in range(at_once)]
    for line in lines:
        await loop.create_connection(lambda line=line: line, "127.0.0.1", port)  # type: ignore[misc]
    start = time.perf_counter()
    for line in lines:
        line.begin()
    await asyncio.wait_for(asyncio.gather(*(line.done for line in lines)), _LONGEST)
    seconds = time.perf_counter() - start
    for line in lines:
        line.close()
    times.sort()
    return Round(len(times) / seconds, times[max(0, -(-len(times) * 99 // 100) - 1)])


class _Line(asyncio.Protocol):
    """One connection: asks, reads the answer, asks again until nothing waits."""

    def __init__(self, waiting: Iterator[Chain], times: list[float]) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting, self._times = waiting, times
        self._chain: Chain = ()
        self._place = 0
        self._got = b""
        self._whole = 0
        self._began = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def begin(self) -> None:
        """The next chain, if any waits."""
        chain = next(self._waiting, None)
        if chain is None:
            self.done.set_result(None)
            return
        self._chain, self._place = chain, 0
        self._began = time.perf_counter()
        self._ask()

    def _ask(self) -> None:
        assert self._transport
        self._transport.write(self._chain[self._place][0])

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._whole:
            head = self._got.find(b"\r\n\r\n")
            if head < 0:
                return
            length = _LENGTH.search(self._got, 0, head)
            self._whole = head + 4 + (int(length[1]) if length else 0)
            status = _STATUS.match(self._got)
            if not status or int(status[1]) != self._chain[self._place][1]:
                self.done.set_exception(AssertionError(self._got.decode(errors="replace")))
                return
        if len(self._got) < self._whole:
            return
        self._got, self._whole = b"", 0
        self._place += 1
        if self._place < len(self._chain):
            self._ask()
        else:
            self._times.append(time.perf_counter() - self._began)
            self.begin()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(AssertionError("the server hung up"))

    def close(self) -> None:
        if self._transport:
            self._transport.close()
