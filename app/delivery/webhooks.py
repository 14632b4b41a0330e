"""Owns what is sent to another system and how that went; `road` knows the way there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent to one webhook."""

    id: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """How it went: `http_204`, `timeout`, `unknown_host`, `address_refused`, `no_connection` or `no_answer`."""

    id: str
    delivered: bool
    outcome: str


@dataclass(frozen=True, slots=True)
class Courier:
    """Brings messages, all at the same time. `may_reach_private`: the operator allows addresses that are not public.

    `patience`: seconds for everything that one message takes, however slowly the other side goes on.
    """

    may_reach_private: bool = False
    patience: float = 10.0

    def deliver(self, messages: Sequence[Message]) -> list[Result]:
        """Bring each message once; gives how each went, in the same order."""
        from app.delivery.road import Road  # noqa: PLC0415 - large, and only where something is to be brought

        return Road(self.may_reach_private, self.patience).bring(messages)
