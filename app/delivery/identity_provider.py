"""Owns what is said with the identity provider of an organisation: OpenID Connect, code flow with PKCE and a nonce.

Signatures, keys and claims are read by joserfc; see docs/decisions for why, and for which addresses are believed.
"""

import asyncio
import base64
import hashlib
import json
import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote, quote_plus, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import Claims, JWTClaimsRegistry

from app.domain.people import ADDRESS
from app.domain.problems import ProviderOutOfReach, SignInRefused
from app.domain.text import Language
from app.settings import OpenIdConnect, is_loopback

log = logging.getLogger("rolvast")

#: What a provider may sign with: only what takes a private key of its own. Never `none`, never a shared secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
#: What a provider tells of itself is asked again after an hour, and at a key that is not known yet.
KEPT = timedelta(hours=1)
#: For so long nothing is asked anew, neither of a provider that could not be used nor for yet another unknown key.
AT_REST = timedelta(seconds=10)
#: Seconds that the clocks of two machines may differ.
LEEWAY = 60
#: Bytes. A list of keys is a few thousand.
LARGEST_ANSWER = 512 * 1024
_PLAIN_JSON = {"accept": "application/json", "accept-encoding": "identity"}
#: What an access token may hold (RFC 6750, 2.1); anything else in it never becomes a header.
_OF_A_TOKEN = "-._~+/="  # noqa: S105 - signs, not a password
#: Faults of ours that a provider tells of (RFC 6749, 5.2); any other word of it stays out of the log.
_OUR_FAULTS = ("invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_request", "invalid_scope")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in, as this browser alone knows it. `verifier`: 43 to 128 characters (RFC 7636, 4.1)."""

    state: str
    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider told of itself at `at`, as far as we need it."""

    at: datetime
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    algorithms: list[str]
    secret_in_header: bool
    names_itself: bool
    keys: KeySet


class _Unfit(Exception):
    """The provider could not be used. The message is a word of ours for the log."""


class IdentityProvider:
    """The provider of these settings. `redirect_uri`: where it sends people back to.

    `patience`: seconds for each request to it, however slowly it goes on.
    """

    def __init__(
        self, settings: OpenIdConnect, redirect_uri: str, clock: Callable[[], datetime], patience: float = 8.0
    ) -> None:
        self._settings = settings
        self._redirect_uri = redirect_uri
        self._clock = clock
        self._patience = patience
        self._known: _Known | None = None
        self._failed_at: datetime | None = None
        self._one_at_a_time = asyncio.Lock()

    async def address_to_sign_in(self, attempt: Attempt, language: Language) -> str:
        """Where a browser goes for this attempt. Raises ProviderOutOfReach."""
        known = await self._about()
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid email",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
            "ui_locales": language,
        }
        joint = "&" if urlsplit(known.authorization_endpoint).query else "?"
        return f"{known.authorization_endpoint}{joint}{urlencode(asked)}"

    async def email_behind(self, code: str, attempt: Attempt, names_itself: str | None) -> str:
        """The address, in small letters, that the provider vouches for. `names_itself`: `iss` beside the code.

        Raises SignInRefused where anything is not as it must be, and ProviderOutOfReach.
        """
        known = await self._about()
        if names_itself != self._settings.issuer and (names_itself is not None or known.names_itself):
            raise _not_believed("another provider sent the code")  # RFC 9207
        token, access = await self._exchange(known, code, attempt)
        try:
            claims = self._read(token, known, attempt)
        except InvalidKeyIdError:
            claims = self._read_again(token, await self._about(but_not=known), attempt)
        if "email" not in claims and known.userinfo_endpoint:
            claims = await self._claims_elsewhere(known, access, claims["sub"])
        return self._email(claims)

    # --- The token ---

    async def _exchange(self, known: _Known, code: str, attempt: Attempt) -> tuple[str, str]:
        """The ID token and the access token for a code (OpenID Connect Core 1.0, 3.1.3)."""
        given = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": attempt.verifier,
        }
        name, secret = self._settings.client_id, self._settings.client_secret
        auth = None
        if known.secret_in_header:
            auth = httpx.BasicAuth(quote_plus(name), quote_plus(secret))  # RFC 6749, 2.3.1
        else:
            given |= {"client_id": name, "client_secret": secret}
        try:
            status, answer = await self._ask("POST", known.token_endpoint, data=given, auth=auth)
        except _Unfit as unfit:
            raise _out_of_reach(unfit) from None
        if status != 200 and answer.get("error") in _OUR_FAULTS:
            raise _out_of_reach(answer["error"])
        if status not in (200, 400):
            raise _out_of_reach(f"http_{status}")
        token, access = answer.get("id_token"), answer.get("access_token")
        if status != 200 or not isinstance(token, str) or not isinstance(access, str):
            raise _not_believed("no token for the code")
        return token, access

    async def _claims_elsewhere(self, known: _Known, access: str, subject: str) -> Claims:
        """What a provider says of somebody apart from the token, of nobody else (5.3.4)."""
        try:
            status, claims = await self._ask(
                "GET", known.userinfo_endpoint, {"authorization": f"Bearer {quote(access, safe=_OF_A_TOKEN)}"}
            )
        except _Unfit as unfit:
            raise _out_of_reach(unfit) from None
        if status != 200:
            raise _out_of_reach(f"http_{status}")
        if claims.get("sub") != subject:
            raise _not_believed("claims of somebody else")
        return claims

    def _read(self, token: str, known: _Known, attempt: Attempt) -> Claims:
        """The claims of a token that is signed by this provider, for us, now, and for this attempt (3.1.3.7).

        Raises InvalidKeyIdError for a key that the provider did not tell of.
        """
        ours = self._settings.client_id
        demanded = JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self._settings.issuer},
            sub={"essential": True},
            aud={"essential": True, "value": ours},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": attempt.nonce},
        )
        try:
            claims = jwt.decode(token, known.keys, algorithms=known.algorithms).claims
            demanded.validate(claims)
        except InvalidKeyIdError:
            raise
        except JoseError as error:
            raise _not_believed(f"{error.error} {getattr(error, 'claim', '')}".strip()) from None
        except (ValueError, TypeError, RecursionError):
            raise _not_believed("unreadable token") from None
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", None if several else ours) != ours:
            raise _not_believed("issued to another party")
        return claims

    def _read_again(self, token: str, known: _Known, attempt: Attempt) -> Claims:
        try:
            return self._read(token, known, attempt)
        except InvalidKeyIdError:
            raise _not_believed("unknown key") from None

    def _email(self, claims: Mapping[str, Any]) -> str:
        """The address among the claims, where the provider, or the operator for it, vouches for it."""
        email = claims.get("email")
        # Before small letters are made: of some letters outside ASCII these are in it.
        if not isinstance(email, str) or len(email) > 254 or not ADDRESS.fullmatch(email):
            raise SignInRefused(SignInRefused.NO_ADDRESS)
        vouched = claims.get("email_verified", self._settings.addresses_are_verified)
        if vouched is not True and vouched != "true":
            raise SignInRefused(SignInRefused.NO_ADDRESS)
        return email.lower()

    # --- What the provider tells of itself ---

    async def _about(self, but_not: _Known | None = None) -> _Known:
        """What is known of the provider; asked where nothing is, or it is old, or it is what did not do."""
        async with self._one_at_a_time:
            now, known = self._clock(), self._known
            if known and (now - known.at < AT_REST or (known is not but_not and now - known.at < KEPT)):
                return known
            if self._failed_at and now - self._failed_at < AT_REST:
                raise ProviderOutOfReach
            try:
                known = await self._discover(now)
            except _Unfit as unfit:
                self._failed_at = now
                raise _out_of_reach(unfit) from None
            self._known, self._failed_at = known, None
            return known

    async def _discover(self, now: datetime) -> _Known:
        """OpenID Connect Discovery 1.0, 4: the document, which must be of this very issuer, and then the keys."""
        issuer = self._settings.issuer
        about = await self._fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != issuer:
            raise _Unfit("the document is of another issuer")
        people = self._end(about["userinfo_endpoint"]) if "userinfo_endpoint" in about else ""
        sign_in, exchange, keys = map(
            self._end, map(about.get, ("authorization_endpoint", "token_endpoint", "jwks_uri"))
        )
        may_sign = about.get("id_token_signing_alg_values_supported")
        algorithms = [name for name in ALGORITHMS if isinstance(may_sign, list) and name in may_sign]
        if not algorithms:
            raise _Unfit("no fit algorithm")
        ways = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return _Known(
            now,
            sign_in,
            exchange,
            people,
            algorithms,
            secret_in_header=not isinstance(ways, list) or "client_secret_basic" in ways,
            names_itself=about.get("authorization_response_iss_parameter_supported") is True,
            keys=_keys((await self._fetch(keys)).get("keys")),
        )

    def _end(self, url: object) -> str:
        """An address of the provider, which is https unless all of it is on this machine."""
        parts = urlsplit(url) if isinstance(url, str) else None
        near = is_loopback(urlsplit(self._settings.issuer).hostname or "")
        if not parts or not parts.hostname or parts.fragment:
            raise _Unfit("an address is missing")
        if parts.scheme != "https" and not (parts.scheme == "http" and near and is_loopback(parts.hostname)):
            raise _Unfit("an address is not https")
        return str(url)

    async def _fetch(self, url: str) -> dict[str, Any]:
        status, answer = await self._ask("GET", url)
        if status != 200:
            raise _Unfit(f"http_{status}")
        return answer

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> tuple[int, dict[str, Any]]:
        """Status and JSON object of one answer. No redirect is followed, and nothing is unpacked."""
        try:
            async with (
                asyncio.timeout(self._patience),
                httpx.AsyncClient(verify=_trusted(), trust_env=False, timeout=None) as client,  # noqa: S113 - above
                client.stream(method, url, headers={**_PLAIN_JSON, **(headers or {})}, **more) as answer,
            ):
                body = bytearray()
                async for part in answer.aiter_raw():
                    body += part
                    if len(body) > LARGEST_ANSWER:
                        raise _Unfit("too large")
        except TimeoutError:
            raise _Unfit("timeout") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise _Unfit(type(error).__name__) from None
        try:
            found = json.loads(body) if answer.status_code in (200, 400, 401, 403) else {}
        except (ValueError, RecursionError):
            raise _Unfit("no JSON") from None
        if not isinstance(found, dict):
            raise _Unfit("no JSON object")
        return answer.status_code, found


@cache
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


def _keys(told: object) -> KeySet:
    """The public keys for signatures; whatever else a provider tells of is left aside."""
    if not isinstance(told, list):
        raise _Unfit("no keys")
    keys = []
    for one in told:
        if isinstance(one, dict) and one.get("kty") in ("RSA", "EC", "OKP") and one.get("use", "sig") == "sig":
            try:
                keys += KeySet.import_key_set({"keys": [one]}).keys
            except (JoseError, ValueError, TypeError, KeyError):
                continue
    if not keys:
        raise _Unfit("no keys")
    return KeySet(keys)


def _out_of_reach(reason: _Unfit | str) -> ProviderOutOfReach:
    log.warning("the identity provider cannot be used: %s", reason)
    return ProviderOutOfReach()


def _not_believed(reason: str) -> SignInRefused:
    log.warning("an answer of the identity provider was not believed: %s", reason)
    return SignInRefused(SignInRefused.NOT_BELIEVED)
