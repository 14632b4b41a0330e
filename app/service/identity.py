"""Owns signing in through the identity provider of an organisation: the attempt of one browser, and who comes back."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from app.domain.problems import SignInRefused
from app.service.access import begin_session
from app.service.tokens import stored
from app.service.work import Chance, Work
from app.store.access import Member

if TYPE_CHECKING:
    from app.delivery.identity_provider import Attempt

#: Time enough to find a telephone for the second factor.
ATTEMPT_LASTS = timedelta(minutes=10)
#: To choose between the offices of one's own.
CHOICE_LASTS = timedelta(minutes=5)


def new_attempt(now: datetime, chance: Chance) -> str:
    """What a browser holds of a fresh attempt: when it began, and a text that nobody can guess."""
    return f"{int(now.timestamp())}.{chance()}"


def attempt_of(secret: bytes, held: str) -> "Attempt":
    """The attempt behind what a browser holds: everything follows from that and the secret key, nothing is stored."""

    def derived(kind: Literal["state", "nonce", "verifier"]) -> str:
        return hmac.new(secret, f"attempt {kind}:{held}".encode(errors="replace"), hashlib.sha256).hexdigest()

    from app.delivery.identity_provider import Attempt  # noqa: PLC0415 - large, and not for everyone

    return Attempt(derived("state"), derived("nonce"), derived("verifier"))


def attempt_that_comes_back(secret: bytes, held: str | None, state: str, now: datetime) -> "Attempt":
    """The attempt that this browser began and that this state belongs to. Raises SignInRefused."""
    if held is None:
        raise SignInRefused(SignInRefused.OVER)
    attempt = attempt_of(secret, held)
    if not hmac.compare_digest(state.encode(errors="replace"), attempt.state.encode()):
        raise SignInRefused(SignInRefused.OVER)
    # What follows was written by us: the state hangs on every character of it.
    began = int(held.partition(".")[0])
    if not 0 <= now.timestamp() - began < ATTEMPT_LASTS.total_seconds():
        raise SignInRefused(SignInRefused.OVER)
    return attempt


def members_behind(work: Work, email: str) -> list[Member]:
    """The member in each office that knows this address. Raises SignInRefused where there is none."""
    found = work.store.access.members_with(email)
    if not found:
        raise SignInRefused(SignInRefused.NO_MEMBER)
    return found


def sign_in_or_choose(work: Work, email: str, earlier: str | None) -> tuple[str, datetime] | list[tuple[str, str]]:
    """A session and its end for somebody of one office; for somebody of several a choice.

    A choice is the name of the office (empty: the administration) and the token of a sign-in link, which works once.
    """
    members = members_behind(work, email)
    if len(members) == 1:
        return begin_session(work, members[0], earlier)
    names = {office.id: office.name for office in work.store.access.offices()}
    choices = []
    for member in members:
        token = work.chance()
        work.store.access.add_sign_in_link(stored(token), member.id, work.now + CHOICE_LASTS)
        choices.append((names.get(member.office, ""), token))
    return sorted(choices)
