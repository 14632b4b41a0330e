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


def request(method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """One request as it goes over the line."""
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def run(port: int, requests: Sequence[bytes], at_once: int, expected: int) -> Round:
    """Send all requests over so many connections; every answer must have the expected status."""
    return uvloop.run(_run(port, requests, at_once, expected))


async def _run(port: int, requests: Sequence[bytes], at_once: int, expected: int) -> Round:
    waiting = iter(requests)
    times: list[float] = []
    loop = asyncio.get_running_loop()
    lines = [_Line(waiting, times, expected) for _ in range(at_once)]
    for line in lines:
        await loop.create_connection(lambda line=line: line, "127.0.0.1", port)  # type: ignore[misc]
    start = time.perf_counter()
    for line in lines:
        line.ask()
    await asyncio.wait_for(asyncio.gather(*(line.done for line in lines)), _LONGEST)
    seconds = time.perf_counter() - start
    for line in lines:
        line.close()
    times.sort()
    return Round(len(times) / seconds, times[max(0, -(-len(times) * 99 // 100) - 1)])


class _Line(asyncio.Protocol):
    """One connection: asks, reads the answer, asks again until no request waits."""

    def __init__(self, waiting: Iterator[bytes], times: list[float], expected: int) -> None:
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting, self._times, self._expected = waiting, times, expected
        self._got = b""
        self._whole = 0
        self._asked = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def ask(self) -> None:
        assert self._transport
        asking = next(self._waiting, None)
        if asking is None:
            self.done.set_result(None)
            return
        self._asked = time.perf_counter()
        self._transport.write(asking)

    def data_received(self, data: bytes) -> None:
        self._got += data
        if not self._whole:
            head = self._got.find(b"\r\n\r\n")
            if head < 0:
                return
            length = _LENGTH.search(self._got, 0, head)
            self._whole = head + 4 + (int(length[1]) if length else 0)
            status = _STATUS.match(self._got)
            if not status or int(status[1]) != self._expected:
                self.done.set_exception(AssertionError(self._got.decode(errors="replace")))
                return
        if len(self._got) >= self._whole:
            self._times.append(time.perf_counter() - self._asked)
            self._got, self._whole = b"", 0
            self.ask()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(AssertionError("the server hung up"))

    def close(self) -> None:
        if self._transport:
            self._transport.close()
