"""Owns the queries about offices, members, sign-in, sessions and keys."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update

from app.domain.assessment import Actor, MemberRole, Scope
from app.store import tables
from app.store.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Office:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an office; an administrator, whose `office` is empty."""

    id: str
    office: str
    email: str
    role: MemberRole

    @property
    def actor(self) -> Actor:
        return Actor(
            self.office,
            self.email,
            may_write=self.role == "commissioner",
            administers=self.role == "administrator",
        )


@dataclass(frozen=True, slots=True)
class Key:
    """An API key as its office sees it; the key itself is known to nobody but its user."""

    name: str
    scope: Scope
    created_at: datetime
    last_used_on: date | None


#: The office of a member; empty for an administrator.
_office_of = func.coalesce(tables.member.c.office_id, "")
_MEMBER = select(tables.member.c.id, _office_of, tables.member.c.email, tables.member.c.role)
_KEY = Prepared(
    select(tables.api_key.c.office_id, tables.api_key.c.name, tables.api_key.c.scope).where(
        tables.api_key.c.token_hash == bindparam("token_hash")
    )
)


class Access:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self) -> None:
        """Nobody else changes which offices there are and who belongs to them until this transaction ends."""
        if self._connection.dialect.name != "sqlite":  # where one writes at a time anyway
            self._connection.exec_driver_sql("LOCK TABLE office, member IN SHARE ROW EXCLUSIVE MODE")

    def office_named(self, name: str) -> str | None:
        return self._connection.scalar(select(tables.office.c.id).where(tables.office.c.name == name))

    def offices(self) -> list[Office]:
        rows = self._connection.execute(select(tables.office.c.id, tables.office.c.name).order_by(tables.office.c.name))
        return [Office(*row) for row in rows]

    def office(self, identifier: str) -> Office | None:
        row = self._connection.execute(
            select(tables.office.c.id, tables.office.c.name).where(tables.office.c.id == identifier)
        ).one_or_none()
        return Office(*row) if row else None

    def rename_office(self, office: str, name: str) -> None:
        self._connection.execute(update(tables.office).where(tables.office.c.id == office).values(name=name))

    def add_office(self, office: str, name: str) -> None:
        self._connection.execute(insert(tables.office).values(id=office, name=name))

    def member_of(self, office: str, email: str) -> Member | None:
        row = self._connection.execute(
            _MEMBER.where(_office_of == office, tables.member.c.email == email)
        ).one_or_none()
        return Member(*row) if row else None

    def members_with(self, email: str) -> list[Member]:
        """The member in each office that knows this address."""
        return [Member(*row) for row in self._connection.execute(_MEMBER.where(tables.member.c.email == email))]

    def add_member(self, member: Member) -> None:
        self._connection.execute(
            insert(tables.member).values(
                id=member.id, office_id=member.office or None, email=member.email, role=member.role
            )
        )

    def add_sign_in_link(self, token_hash: str, member: str, expires_at: datetime) -> None:
        self._connection.execute(
            insert(tables.sign_in_link).values(token_hash=token_hash, member_id=member, expires_at=expires_at)
        )

    def sign_in_link(self, token_hash: str, now: datetime) -> Member | None:
        """The member whom a link that is still good signs in."""
        row = self._connection.execute(
            _MEMBER.join(tables.sign_in_link, tables.sign_in_link.c.member_id == tables.member.c.id).where(
                tables.sign_in_link.c.token_hash == token_hash, tables.sign_in_link.c.expires_at > now
            )
        ).one_or_none()
        return Member(*row) if row else None

    def spend_sign_in_link(self, token_hash: str) -> bool:
        """Use up a link; False when somebody was first."""
        found = self._connection.execute(
            delete(tables.sign_in_link).where(tables.sign_in_link.c.token_hash == token_hash)
        )
        return found.rowcount == 1

    def add_session(self, token_hash: str, member: str, now: datetime, expires_at: datetime) -> None:
        self._connection.execute(
            insert(tables.session).values(token_hash=token_hash, member_id=member, expires_at=expires_at, used_at=now)
        )

    def session(
        self, token_hash: str, now: datetime, idle_since: datetime, ends_by: datetime
    ) -> tuple[Member, datetime] | None:
        """The member of a session that neither ended nor idled, and when it was last used.

        One that ends after `ends_by` began while a clock was ahead, and is over.
        """
        row = self._connection.execute(
            _MEMBER.add_columns(tables.session.c.used_at)
            .join(tables.session, tables.session.c.member_id == tables.member.c.id)
            .where(
                tables.session.c.token_hash == token_hash,
                tables.session.c.expires_at > now,
                tables.session.c.expires_at <= ends_by,
                tables.session.c.used_at > idle_since,
            )
        ).one_or_none()
        return (Member(*row[:-1]), row.used_at) if row else None

    def sessions_used(self, used: Mapping[str, datetime]) -> None:
        """Note when sessions, by hash, were last used."""
        self._connection.execute(
            update(tables.session)
            .where(tables.session.c.token_hash == bindparam("session"))
            .values(used_at=bindparam("at")),
            [{"session": token_hash, "at": at} for token_hash, at in used.items()],
        )

    def end_session(self, token_hash: str) -> None:
        self._connection.execute(delete(tables.session).where(tables.session.c.token_hash == token_hash))

    def drop_expired(self, now: datetime, idle_since: datetime) -> None:
        """Sessions and links whose time is over."""
        session = tables.session.c
        self._connection.execute(
            delete(tables.session).where(
                or_(session.expires_at <= now, session.used_at <= idle_since, session.used_at.is_(None))
            )
        )
        self._connection.execute(delete(tables.sign_in_link).where(tables.sign_in_link.c.expires_at <= now))

    def add_key(self, token_hash: str, office: str, name: str, scope: Scope, now: datetime) -> None:
        self._connection.execute(
            insert(tables.api_key).values(
                token_hash=token_hash, office_id=office, name=name, scope=scope, created_at=now
            )
        )

    def members(self, office: str) -> list[Member]:
        return [
            Member(*row)
            for row in self._connection.execute(_MEMBER.where(_office_of == office).order_by(tables.member.c.email))
        ]

    def drop_member(self, office: str, member: str) -> bool:
        """A member who is gone loses sessions and links at once."""
        done = self._connection.execute(delete(tables.member).where(_office_of == office, tables.member.c.id == member))
        return done.rowcount == 1

    def keys(self, office: str) -> list[Key]:
        rows = self._connection.execute(
            select(
                tables.api_key.c.name,
                tables.api_key.c.scope,
                tables.api_key.c.created_at,
                tables.api_key.c.last_used_on,
            )
            .where(tables.api_key.c.office_id == office)
            .order_by(tables.api_key.c.name)
        )
        return [Key(*row) for row in rows]

    def keys_used(self, token_hashes: Collection[str], day: date) -> None:
        self._connection.execute(
            update(tables.api_key).where(tables.api_key.c.token_hash.in_(token_hashes)).values(last_used_on=day)
        )

    def drop_keys_named(self, office: str, name: str) -> None:
        self._connection.execute(
            delete(tables.api_key).where(tables.api_key.c.office_id == office, tables.api_key.c.name == name)
        )

    def key(self, token_hash: str) -> Actor | None:
        row = _KEY.row(self._connection, token_hash=token_hash)
        return Actor(row.office_id, row.name, may_write=row.scope == "write", is_key=True) if row else None
