"""Providers of identity on this machine: one that does whatever a test tells it, and a real one in its own process."""

import base64
import hashlib
import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import RSAKey

from app.delivery.identity_provider import IdentityProvider
from app.settings import OpenIdConnect
from app.web.pages.organisation import COMES_BACK
from tests.commands.running import free_port
from tests.people import House

CLIENT, SECRET_OF_CLIENT = "rolvast", "geheim: van & rolvast/1"
RS256 = {"alg": "RS256", "kid": "1"}


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


KEY = new_key("1")
Claims = dict[str, Any]


@dataclass
class Told:
    """A provider that signs in whoever comes by as `email`, and keeps to the rules but where a test says otherwise.

    `claims`: what it says more, or otherwise; None leaves one out. `sign`: makes the token of claims. `more`: what its
    document says otherwise. `people`: what it says of somebody apart from the token. `answers`: (status, headers,
    body) per path, in place of what belongs there. `slow`: seconds before each answer.
    """

    clock: Callable[[], datetime]
    email: str = "alice@bureau.example"
    claims: Claims = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    keys: list[Any] = field(default_factory=lambda: [KEY.as_dict(private=False)])
    sign: Callable[[Claims], str] = lambda claims: jwt.encode(RS256, claims, KEY)
    people: Claims = field(default_factory=dict)
    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    slow: float = 0
    issuer: str = ""
    asked: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def answer(self, handler: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        parts = urlsplit(handler.path)
        body = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        self.asked.append(parts.path)
        time.sleep(self.slow)
        if parts.path in self.answers:
            return self.answers[parts.path]
        if parts.path == "/sign-in":
            return self._sign_in(dict(parse_qsl(parts.query)))
        if parts.path == "/token":
            return self._token({name: value[0] for name, value in parse_qs(body.decode()).items()}, handler)
        if parts.path == "/people":
            return _json(self.people)
        if parts.path == "/keys":
            return _json({"keys": self.keys})
        return _json(self._document())

    def _document(self) -> dict[str, Any]:
        about = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/sign-in",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }
        return about | self.more

    def _sign_in(self, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        back = urlencode({"code": code, "state": query["state"]})
        return 302, {"location": f"{query['redirect_uri']}?{back}"}, b""

    def _token(self, given: dict[str, str], handler: BaseHTTPRequestHandler) -> tuple[int, dict[str, str], bytes]:
        """Everything that a provider must look at before it gives a token, PKCE included."""
        query = self.codes.pop(given.get("code", ""), None)
        who = {"client_id": given.get("client_id", ""), "secret": given.get("client_secret", "")}
        kind, _, basic = handler.headers.get("authorization", "").partition(" ")
        if kind == "Basic":
            name, _, secret = base64.b64decode(basic).decode().partition(":")
            who = {key: parse_qs(f"x={value}")["x"][0] for key, value in (("client_id", name), ("secret", secret))}
        if who != {"client_id": CLIENT, "secret": SECRET_OF_CLIENT}:
            return _json({"error": "invalid_client"}, 401)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        fits = query and (
            query["code_challenge"] == challenge.rstrip(b"=").decode()
            and query["code_challenge_method"] == "S256"
            and query["redirect_uri"] == given["redirect_uri"]
        )
        if query is None or not fits:
            return _json({"error": "invalid_grant"}, 400)
        self.tokens.append(self.sign(self._claims(query)))
        return _json({"access_token": "toegang", "token_type": "Bearer", "id_token": self.tokens[-1]})

    def _claims(self, query: dict[str, str]) -> Claims:
        now = int(self.clock().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": query["client_id"],
            "sub": "alice",
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
            "email": self.email,
            "email_verified": True,
        }
        return {name: value for name, value in (claims | self.claims).items() if value is not None}


def _json(found: object, status: int = 200) -> tuple[int, dict[str, str], bytes]:
    return status, {"content-type": "application/json"}, json.dumps(found).encode()


@contextmanager
def telling(told: Told) -> Iterator[Told]:
    """The provider, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, headers, body = told.answer(self)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 - the name that the library calls

        def handle(self) -> None:
            with suppress(OSError):  # the other side may hang up
                super().handle()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told.issuer = told.issuer or f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()


def use(app: FastAPI, house: House, issuer: str, base_url: str, **more: Any) -> None:
    """Let the application of a test, which has this address, sign people in at this provider."""
    patience = more.pop("patience", 5.0)
    settings = OpenIdConnect(issuer, CLIENT, SECRET_OF_CLIENT, **more)
    provider = IdentityProvider(settings, base_url + COMES_BACK, house.clock, patience)
    app.state.desk = replace(app.state.desk, identity_provider=provider)


# --- A real one -------------------------------------------------------------------------------------------------------

#: Where `npm install --prefix var/oidc oidc-provider` puts it.
PACKAGE = Path(os.environ.get("ROLVAST_OIDC_PROVIDER", "var/oidc/node_modules/oidc-provider")).absolute()


@contextmanager
def real_provider(redirect_uri: str) -> Iterator[str]:
    """The certified provider of Node.js, which demands PKCE, in a process of its own. Gives its issuer."""
    node, port = shutil.which("node"), free_port()
    if node is None or not PACKAGE.is_dir():
        pytest.skip(f"needs node and {PACKAGE} (npm install --prefix var/oidc oidc-provider)")
    script = Path(__file__).parent / "provider.mjs"
    process = subprocess.Popen(
        [node, str(script), (PACKAGE / "lib/index.js").as_uri(), str(port), redirect_uri, CLIENT, SECRET_OF_CLIENT],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    issuer = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            assert process.poll() is None, "the provider did not start"
            with suppress(httpx.HTTPError):
                httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=5)
                break
            time.sleep(0.1)
        yield issuer
    finally:
        process.terminate()
        process.wait(timeout=10)
