"""A real listener on loopback, as another system has one: it can be down, slow, broken, or point elsewhere."""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CERTIFICATE = Path(__file__).parent / "systeem.example.pem"


@dataclass
class Receiver:
    """What arrived. `status`: what is answered. `drip`: seconds between the bytes of an answer that never ends."""

    status: int = 204
    location: str = ""
    drip: float = 0
    endless: bool = False
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        if self.drip:
            while True:  # ends when the other side has had enough
                handler.wfile.write(b"H")
                handler.wfile.flush()
                time.sleep(self.drip)
        self.bodies.append(body)
        self.headers.append({name.lower(): value for name, value in handler.headers.items()})
        self.paths.append(handler.path)
        handler.send_response(self.status)
        if self.location:
            handler.send_header("location", self.location)
        handler.end_headers()
        while self.endless:
            handler.wfile.write(b"x" * 65536)


@contextmanager
def receiving(receiver: Receiver, port: int = 0, host: str = "127.0.0.1", *, tls: bool = False) -> Iterator[int]:
    """The listener, for as long as the block lasts; outside it the port is closed. Gives the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.answer(self)

        do_GET = do_POST  # noqa: N815 - idem

        def handle(self) -> None:
            with suppress(OSError):  # the other side may hang up
                super().handle()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
