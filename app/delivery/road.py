"""Owns how a message reaches another system: over HTTP, to the very address that was found fit, within seconds."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx

from app.delivery.webhooks import Message, Result
from app.domain.webhooks import is_public

#: Seconds for reaching one address.
CONNECT = 4.0
MOST_ADDRESSES = 3


class _Refused(Exception):
    """The name leads to an address that may not be reached."""


class Road:
    """The way of some messages. `may_reach_private` and `patience` are those of the courier."""

    def __init__(self, may_reach_private: bool, patience: float) -> None:  # noqa: FBT001 - as the courier has it
        self._may_reach_private = may_reach_private
        self._patience = patience

    def bring(self, messages: Sequence[Message]) -> list[Result]:
        """Bring all at the same time, each once; gives how each went, in the same order."""

        async def all_of_them() -> list[Result]:
            trusted = ssl.create_default_context()
            return list(await asyncio.gather(*(self._deliver(message, trusted) for message in messages)))

        return asyncio.run(all_of_them())

    async def _deliver(self, message: Message, trusted: ssl.SSLContext) -> Result:
        try:
            async with asyncio.timeout(self._patience):
                status = await self._post(message, trusted)
        except (TimeoutError, httpx.TimeoutException):
            return Result(message.id, delivered=False, outcome="timeout")
        except _Refused:
            return Result(message.id, delivered=False, outcome="address_refused")
        except (socket.gaierror, UnicodeError, httpx.InvalidURL):
            return Result(message.id, delivered=False, outcome="unknown_host")
        except (httpx.ConnectError, OSError):
            return Result(message.id, delivered=False, outcome="no_connection")
        except httpx.HTTPError:
            return Result(message.id, delivered=False, outcome="no_answer")
        return Result(message.id, delivered=200 <= status < 300, outcome=f"http_{status}")

    async def _post(self, message: Message, trusted: ssl.SSLContext) -> int:
        """The status of the answer. A redirect is not followed, and the body of an answer is not read."""
        url = httpx.URL(message.url)
        if url.scheme != "https" and not self._may_reach_private:
            raise _Refused
        addresses = await self._addresses(url)
        for address in addresses[:-1]:
            try:
                return await _post_to(address, url, message, trusted)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await _post_to(addresses[-1], url, message, trusted)

    async def _addresses(self, url: httpx.URL) -> list[IPv4Address | IPv6Address]:
        """Where the name leads now; _Refused when any of it is not public.

        What is looked up here is what is connected to: a name that changes in between (DNS rebinding) changes nothing.
        """
        port = url.port or (443 if url.scheme == "https" else 80)
        found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(ip_address(str(place[0]).partition("%")[0]) for *_, place in found))
        if not self._may_reach_private and not all(is_public(address) for address in addresses):
            raise _Refused
        return addresses[:MOST_ADDRESSES]


async def _post_to(
    address: IPv4Address | IPv6Address, url: httpx.URL, message: Message, trusted: ssl.SSLContext
) -> int:
    """Post to this address, in the name of the host: its certificate is still asked for under that name."""
    async with (
        httpx.AsyncClient(verify=trusted, trust_env=False, timeout=httpx.Timeout(None, connect=CONNECT)) as client,
        client.stream(
            "POST",
            url.copy_with(host=str(address)),
            headers={**message.headers, "host": url.netloc.decode("ascii")},
            content=message.body,
            extensions={"sni_hostname": url.host},
        ) as answer,
    ):
        return answer.status_code
