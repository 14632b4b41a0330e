"""Owns who is asking: sign-in links, sessions, keys and reader links."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.assessment import Actor, Assessment, MemberRole, Scope, end_of_day
from app.domain.people import ADDRESS, no_address
from app.domain.problems import Fault, InvalidInput, NotFound, NotSignedIn, UnknownLink, WrongState, fault
from app.domain.text import Text
from app.service.letters import SIGN_IN_LINK_LASTS
from app.service.posting import queue
from app.service.tokens import link_token, stored
from app.service.work import Work
from app.store.access import Key, Member

#: A working day, however busy; and an hour without a request (NIST SP 800-63B, AAL2: at most 12 hours and one hour).
SESSION_LASTS = timedelta(hours=10)
SESSION_IDLES = timedelta(hours=1)
#: So much may the clocks of two machines that share a database differ.
CLOCKS_DIFFER = timedelta(minutes=5)
#: The last use of a session is noted no more often than this.
NOTED_EVERY = timedelta(minutes=1)


def make_office(work: Work, name: str) -> str:
    """The id of the office with this name, made when it does not exist."""
    work.store.access.hold()
    known = work.store.access.office_named(name)
    if known:
        return known
    office = work.chance()
    work.store.access.add_office(office, name)
    return office


def make_sign_in_link(
    work: Work, office: str, email: str, role: MemberRole = "commissioner", lasts: timedelta = SIGN_IN_LINK_LASTS
) -> str:
    """The token of a fresh single-use link for a member, who is added to the office when not known there."""
    _require(faults_of_address(email))
    email = as_asked(email)
    work.store.access.hold()
    member = work.store.access.member_of(office, email)
    if member is None:
        member = Member(work.chance(), office, email, role)
        work.store.access.add_member(member)
    token = work.chance()
    work.store.access.add_sign_in_link(stored(token), member.id, work.now + lasts)
    return token


def faults_of_address(email: str) -> list[Fault]:
    """What keeps this from being an address that mail servers take."""
    if ADDRESS.fullmatch(as_asked(email)):
        return []
    return [Fault("email", no_address(email))]


def _require(faults: list[Fault]) -> None:
    if faults:
        raise InvalidInput(faults)


def as_asked(email: str) -> str:
    """An address as members are known by."""
    return email.strip().lower()


def is_member(work: Work, address: str) -> bool:
    """Whether any office knows this address: one query, the same for every address."""
    return bool(work.store.access.members_with(address))


def mail_sign_in_link(work: Work, email: str) -> None:
    """Have a link sent to whoever is a member with this address; the worker makes it when the letter leaves.

    One letter at a time waits for an address.
    """
    address = as_asked(email)
    if ADDRESS.fullmatch(address) and len(address) <= 254 and not work.store.outbox.has("sign_in", address):
        queue(work, "sign_in", [("", address)])


def look_at_sign_in_link(work: Work, token: str) -> Member:
    """Whom a link would sign in. Looking consumes nothing: mail scanners look too."""
    member = work.store.access.sign_in_link(stored(token), work.now)
    if member is None:
        raise UnknownLink
    return member


def sign_in(work: Work, token: str, earlier: str | None = None) -> tuple[str, datetime]:
    """Spend a link; gives the token of a new session and when it ends. `earlier`: the browser's session until now."""
    member = look_at_sign_in_link(work, token)
    if not work.store.access.spend_sign_in_link(stored(token)):
        raise UnknownLink
    return begin_session(work, member, earlier)


def begin_session(work: Work, member: Member, earlier: str | None = None) -> tuple[str, datetime]:
    """A session for a member who was recognised, in place of the earlier one of that browser."""
    if earlier:
        sign_out(work, earlier)
    work.store.access.drop_expired(work.now, work.now - SESSION_IDLES)
    session, ends = work.chance(), work.now + SESSION_LASTS
    work.store.access.add_session(stored(session), member.id, work.now, ends)
    return session, ends


def sign_out(work: Work, session: str) -> None:
    work.store.access.end_session(stored(session))


def member_of_session(work: Work, session: str | None) -> Actor:
    kept = stored(session) if session else ""
    ends_by = work.now + SESSION_LASTS + CLOCKS_DIFFER
    found = work.store.access.session(kept, work.now, work.now - SESSION_IDLES, ends_by) if kept else None
    if found is None:
        raise NotSignedIn
    member, used_at = found
    if work.now - used_at >= NOTED_EVERY:
        work.sessions_used[kept] = work.now
    return member.actor


def make_key(work: Work, office: str, name: str, scope: Scope) -> str:
    """A fresh API key, in place of an earlier one with the same name; only its hash stays."""
    work.store.access.drop_keys_named(office, name)
    key = f"rolvast_{work.chance()}"
    work.store.access.add_key(stored(key), office, name, scope, work.now)
    return key


def standing_key(work: Work, office: str, name: str, scope: Scope) -> str:
    """A key that is the same whenever it is asked for, and works from then on."""
    key = f"rolvast_{link_token(work.secret, 'key', f'{office}:{name}')}"
    if work.store.access.key(stored(key)) is None:
        work.store.access.add_key(stored(key), office, name, scope, work.now)
    return key


def owner_of_key(work: Work, key: str | None) -> Actor:
    actor = work.store.access.key(stored(key)) if key else None
    if actor is None or key is None:
        raise NotSignedIn
    work.keys_used.add(stored(key))
    return actor


# --- Who belongs to an office -----------------------------------------------------------------------------------------


def members(work: Work, actor: Actor) -> list[Member]:
    return work.store.access.members(actor.office)


def keys(work: Work, actor: Actor) -> list[Key]:
    return work.store.access.keys(actor.office)


def invite_member(work: Work, actor: Actor, email: str, role: MemberRole) -> None:
    """Add somebody to the office and send a sign-in link; somebody who was there gets a link only."""
    actor.require_write()
    add_member(work, actor, email, role)


def add_member(work: Work, actor: Actor, email: str, role: MemberRole) -> None:
    """Let somebody in where the actor is: an office, or among the administrators."""
    work.store.access.hold()
    known = len(work.store.access.members(actor.office))
    make_sign_in_link(work, actor.office, email, role)
    mail_sign_in_link(work, email)
    if len(work.store.access.members(actor.office)) > known:
        work.record_of_office(actor, "member_added", who=email.strip().lower(), role=role)


def remove_member(work: Work, actor: Actor, member: str) -> None:
    """Take somebody out of the office. Nobody takes out themselves: an office keeps its last commissioner."""
    actor.require_write()
    drop_colleague(work, actor, member)


def drop_colleague(work: Work, actor: Actor, member: str) -> None:
    """Take somebody out from among whom the actor is; of two who take each other out at once the second is too late."""
    work.store.access.hold()
    if all(found.email != actor.name for found in members(work, actor)):
        raise NotSignedIn
    drop_member(work, actor, member)


def drop_member(work: Work, actor: Actor, member: str) -> None:
    """Take somebody out from where the actor is; that person's sessions end at once."""
    gone = next((found for found in members(work, actor) if found.id == member), None)
    if gone is None:
        raise NotFound
    if gone.email == actor.name:
        raise WrongState(
            Text("U kunt uzelf niet weghalen; vraag het een collega.", "You cannot remove yourself; ask a colleague.")
        )
    work.store.access.drop_member(actor.office, member)
    work.record_of_office(actor, "member_removed", who=gone.email)


def make_key_for_office(work: Work, actor: Actor, name: str, scope: Scope) -> str:
    actor.require_write()
    if not name.strip() or len(name) > 100:
        raise InvalidInput(
            [
                fault(
                    "name",
                    "Geef de sleutel een naam van hoogstens 100 tekens.",
                    "Give the key a name of at most 100 characters.",
                )
            ]
        )
    key = make_key(work, actor.office, name.strip(), scope)
    work.record_of_office(actor, "key_made", what=name.strip(), scope=scope)
    return key


def drop_key(work: Work, actor: Actor, name: str) -> None:
    actor.require_write()
    revoke_key(work, actor, name)


def revoke_key(work: Work, actor: Actor, name: str) -> None:
    """End a key of the actor's office; nothing happens when there is none with this name."""
    if any(key.name == name for key in keys(work, actor)):
        work.store.access.drop_keys_named(actor.office, name)
        work.record_of_office(actor, "key_revoked", what=name)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody of a party, by a reader link: sees one released report, the same for every party."""

    assessment: Assessment
    party: str


def reader_of_link(work: Work, token: str | None) -> Reader:
    """Whom a reader link lets in, until the retention date."""
    link = work.store.results.reader_link_by_token(stored(token)) if token else None
    if link is None:
        raise UnknownLink
    assessment = work.store.assessments.of_link(link.assessment)
    if assessment.retention_on and work.now > end_of_day(assessment.retention_on):
        raise UnknownLink
    return Reader(assessment, link.party)


def reader_tokens(work: Work, actor: Actor, identifier: str) -> dict[str, str]:
    """Per party the token of its reader link; empty before release."""
    assessment = work.own(actor, identifier)
    links = {link.party: link for link in work.store.results.reader_links(assessment.id)}
    return {
        party.key: link_token(work.secret, "reader", links[party.key].id)
        for party in assessment.parties
        if party.key in links
    }
