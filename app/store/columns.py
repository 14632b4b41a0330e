"""Owns what every table is made of: one metadata, names of constraints, and the kinds of columns."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from sqlalchemy import JSON, Column, ColumnElement, DateTime, Dialect, ForeignKey, MetaData, Text, TypeDecorator, or_
from sqlalchemy import Table as CoreTable
from sqlmodel import Field, SQLModel

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An instant in UTC. SQLite forgets time zones; here they come back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC).replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Table(SQLModel):
    """Every table shares one metadata, so that constraints are named alike on both databases."""

    metadata = metadata


def parent(target: str, *, primary_key: bool = False, nullable: bool = False) -> Any:
    return Field(
        sa_column=Column(Text, ForeignKey(target, ondelete="CASCADE"), primary_key=primary_key, nullable=nullable)
    )


def text(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(Text, nullable=nullable))


def key() -> Any:
    return Field(sa_column=Column(Text, primary_key=True))


def json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


def instant(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(Instant, nullable=nullable))


def table(rows: type[SQLModel]) -> CoreTable:
    """The table itself (SQLAlchemy Core): a session and its objects cost several times the work of a query."""
    return cast(CoreTable, rows.__table__)  # type: ignore[attr-defined]  # SQLModel sets it on tables


def is_due(due_at: ColumnElement[datetime], now: datetime, longest: timedelta) -> ColumnElement[bool]:
    """Whether what waits may be taken up.

    Nothing waits longer than `longest`: what seems to was put off by a clock that was ahead.
    """
    return or_(due_at <= now, due_at > now + longest)
