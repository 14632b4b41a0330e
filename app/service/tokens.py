"""Owns tokens: how links are derived from the secret key, and in what form they are stored."""

import base64
import hashlib
import hmac
import re
from typing import Literal

#: Without I, L, O and U: a code that is read aloud or typed over stays right.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RECEIPT = re.compile(rf"[{_ALPHABET}]{{26}}")


def link_token(secret: bytes, kind: Literal["invitation", "reader", "key"], identifier: str) -> str:
    """The token of a personal link: always the same for one invitation, so that a reminder can carry it again.

    `key`: the API key of an office of the demo, the same at every start.
    """
    digest = hmac.new(secret, f"{kind}:{identifier}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def webhook_key(secret: bytes, identifier: str) -> bytes:
    """The key with which messages to one webhook are signed."""
    return hmac.new(secret, f"webhook:{identifier}".encode(), hashlib.sha256).digest()


def mark_of_address(secret: bytes, assessment: str, address: str) -> str:
    """By which an address is known again within one assessment, by this service alone."""
    return hmac.new(secret, f"took part:{assessment}:{address}".encode(), hashlib.sha256).hexdigest()


def stored(token: str) -> str:
    """The form in which a token is kept; random tokens of 128 bits and more need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def receipt_code(chance: str) -> str:
    """A receipt code of 130 bits from random text, in groups of four: `7K3M-…`."""
    number = int.from_bytes(hashlib.sha256(chance.encode()).digest()) >> (256 - 130)
    return written_receipt("".join(_ALPHABET[number >> (5 * place) & 31] for place in range(26)))


def written_receipt(plain: str) -> str:
    """A receipt code as people read it, in groups of four."""
    return "-".join(plain[start : start + 4] for start in range(0, 26, 4))


def plain_receipt(code: str) -> str | None:
    """A code as typed, without hyphens and spaces, in capitals; None when it cannot be a receipt code."""
    plain = re.sub(r"[\s-]", "", code).upper().translate(str.maketrans("ILO", "110"))
    return plain if _RECEIPT.fullmatch(plain) else None


def receipt_hashes(invitation: str, plain_code: str) -> tuple[str, str]:
    """(for the submission, for its comments): without the code neither leads to the invitation, nor to each other."""
    return (
        stored(f"submission:{invitation}:{plain_code}"),
        stored(f"comments:{invitation}:{plain_code}"),
    )
