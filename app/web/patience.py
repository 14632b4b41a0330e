"""Owns how long the server waits for a client, and how much it lets a request's head be: a slow client holds nobody up.

uvicorn itself only ends connections that idle *between* two requests.
"""

import asyncio
import logging
from typing import Any, Literal

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

log = logging.getLogger("rolvast")

#: Bytes of address and headers together; the largest that we ever ask for is a few cookies.
LARGEST_HEAD = 32 * 1024
MOST_HEADERS = 100

#: Of a message that is not whole yet; None between two.
Part = Literal["head", "body"] | None

_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's own protocol with an end to its patience. All of it in seconds."""

    #: For a whole head, from its first byte, and for that first byte on a new connection.
    head_within = 15.0
    #: Without one byte of a body, and for the whole of it: 4 MB in two minutes is a poor telephone line.
    silence = 30.0
    body_within = 120.0
    #: How long an answer may lie ready without the client taking any of it.
    unread = 60.0

    def __init__(self, *about: Any, **more: Any) -> None:
        super().__init__(*about, **more)
        self._deadline: asyncio.TimerHandle | None = None
        self._silence: asyncio.TimerHandle | None = None
        self._untaken: asyncio.TimerHandle | None = None
        self._coming = 0
        self._head = 0
        self._in_head = True
        self._coming_part: Part = "head"
        self._timed_part: Part = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self._keep_time()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        self._took_some()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._silence is not None:
            self._silence.cancel()
            self._silence = self.loop.call_later(self.silence, self._too_slow)
        self._coming = len(data)
        if self._in_head:
            self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > LARGEST_HEAD:
            self._refuse(_TOO_LARGE)
        self._keep_time()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        # Not yet known how much of what is coming is head: so much at most.
        self._head = self._coming
        self._coming_part, self._timed_part = "head", None

    def on_headers_complete(self) -> None:
        if len(self.headers) > MOST_HEADERS or self._is_too_large():
            self._refuse(_TOO_LARGE)
            return
        self._in_head = False
        super().on_headers_complete()
        self._coming_part = "body"

    def _is_too_large(self) -> bool:
        """Of a head that is complete; what came in with it may be more than the head, never less."""
        if self._head <= LARGEST_HEAD:
            return False
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > LARGEST_HEAD

    def on_body(self, body: bytes) -> None:
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._coming_part = None
        if not self.transport.is_closing():
            super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._untaken = self._untaken or self.loop.call_later(self.unread, self.transport.abort)

    def resume_writing(self) -> None:
        self._took_some()
        super().resume_writing()

    def _keep_time(self) -> None:
        """Time what is still to come of a message. Most messages come whole, and are never timed."""
        part = None if self.transport.is_closing() else self._coming_part
        if part is None:
            self._stop_waiting()
        elif part != self._timed_part:
            self._wait(self.head_within if part == "head" else self.body_within)
            if part == "body":
                self._silence = self.loop.call_later(self.silence, self._too_slow)
        self._timed_part = part

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(seconds, self._too_slow)

    def _stop_waiting(self) -> None:
        for timer in (self._deadline, self._silence):
            if timer is not None:
                timer.cancel()
        self._deadline = self._silence = None

    def _took_some(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None

    def _too_slow(self) -> None:
        if self.flow.read_paused:
            # We ourselves stopped reading: an answer before this one, or a handler, takes its time.
            self._wait(self.silence)
            return
        log.info("a client was too slow")
        self._refuse(_TOO_SLOW)

    def _refuse(self, answer: bytes) -> None:
        """Close, with a word to whoever sent something and is not in the middle of an answer."""
        self._stop_waiting()
        if self.transport.is_closing():
            return
        if self._head and not self._is_answering():
            self.transport.write(answer)
        self.transport.close()

    def _is_answering(self) -> bool:
        """A part of an answer is out; another status line would end up in the middle of it."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or not cycle.response_started:
            return False
        return not (self._in_head and cycle.response_complete)
