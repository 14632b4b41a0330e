"""Owns how often somebody may come: each holder of a link, key or account has room of its own, wherever they call from.

Memory of this process only; see docs/decisions for what that means with several processes.
"""

import hashlib
import os
import threading
from dataclasses import dataclass

from app.domain.problems import TooManyRequests

#: So many holders are remembered at most; the oldest are then forgotten.
MOST_HOLDERS = 100_000
#: With fewer than so many there is nothing to tidy up.
_FEW = 1000
#: Seconds: what adding up instants of today may be off.
_ROUNDING = 1e-3


@dataclass(frozen=True, slots=True)
class Limit:
    """Room for `most` at once, which comes back evenly over `seconds`."""

    name: str
    most: int
    seconds: float


#: A person who types is saved about once a second; a program sends a whole questionnaire in one go.
LINK = Limit("link", 300, 60)
#: One party shares one reader link, and everybody opens the report when the letter comes.
READER = Limit("reader", 3000, 60)
#: Taking back what was sent, with its receipt code.
WITHDRAWALS = Limit("withdrawals", 10, 600)
ACCOUNT = Limit("account", 600, 60)
UPLOADS = Limit("uploads", 30, 600)
#: Three at once, and then one every ten minutes. A link lasts a quarter of an hour, so that whoever asks in somebody
#: else's name can neither flood a mailbox nor keep its owner out.
SIGN_IN_LETTERS = Limit("sign-in letters", 3, 1800)
SIGN_IN_LINK = Limit("sign-in link", 30, 60)
#: Coming back from an identity provider, for one attempt to sign in: once, and again by who pressed reload.
RETURN = Limit("return", 3, 600)
KEY_WRITES = Limit("key writes", 300, 60)
#: Links and keys that nobody has, from everywhere together. A good one is looked up first and never waits for this.
UNKNOWN = Limit("unknown", 600, 60)


class Limits:
    """Counts what was spent (generic cell rate algorithm: one instant per holder). Holders are kept as hashes only."""

    def __init__(self, key_per_minute: int = 3000) -> None:
        self.key = Limit("key", key_per_minute, 60)
        self._salt = os.urandom(16)
        self._full_at: dict[bytes, float] = {}
        self._tidy_at = _FEW
        self._guard = threading.Lock()

    def spend(self, limit: Limit, holder: str, now: float) -> None:
        """Take one from the room of this holder; `now` in seconds. Raises TooManyRequests with the time to wait."""
        given = f"{limit.name}:{holder}".encode(errors="surrogateescape")
        who = hashlib.blake2b(given, digest_size=16, key=self._salt).digest()
        each = limit.seconds / limit.most
        with self._guard:
            full_at = max(self._full_at.get(who, now), now)
            if full_at > now + limit.seconds + each:
                full_at = now  # noted by a clock that was ahead: it must keep nobody out
            wait = full_at - now - (limit.seconds - each)
            if wait < _ROUNDING:
                if len(self._full_at) >= self._tidy_at:
                    self._forget(now)
                self._full_at[who] = full_at + each
                return
        raise TooManyRequests(wait)

    def _forget(self, now: float) -> None:
        """Who has all their room again needs no remembering; done again when there are twice as many as are left."""
        left = {who: full_at for who, full_at in self._full_at.items() if full_at > now}
        if len(self._full_at) >= MOST_HOLDERS:
            for who in list(left)[: max(0, len(left) - MOST_HOLDERS // 2)]:
                del left[who]
        self._full_at = left
        self._tidy_at = min(MOST_HOLDERS, max(_FEW, 2 * len(left)))
