"""Owns statements that are asked all the time: written out once per database, then handed to its driver as they are.

For a short statement SQLAlchemy's way of executing costs many times what the database needs. Here it still writes the
statement and turns values to and fro, so that nothing is spelled in two dialects; what it would decide anew at every
call is decided once.
"""

from collections import namedtuple
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Statement = Select[*tuple[Any, ...]] | Insert | Update | Delete
#: What PostgreSQL says in a session that only reads, as on a server that follows another one.
READ_ONLY = "25006"


class Prepared:
    """A statement with named values: a query, or a change. `columns`: those that a change sets by name."""

    def __init__(self, statement: Statement, columns: Sequence[str] | None = None) -> None:
        self._statement = statement
        self._columns = columns
        self._written: dict[str, _Written] = {}

    def rows(self, connection: Connection, **values: object) -> list[Any]:
        """Everything that was found: tuples with names. Raises DBAPIError, as SQLAlchemy does."""
        written = self.written_for(connection)
        return [written.row(found) for found in written.execute(connection, values).fetchall()]

    def row(self, connection: Connection, **values: object) -> Any:
        """The one row that was found, or None."""
        written = self.written_for(connection)
        found = written.execute(connection, values).fetchone()
        return None if found is None else written.row(found)

    def change(self, connection: Connection, **values: object) -> int:
        """How many rows were changed."""
        return int(self.written_for(connection).execute(connection, values).rowcount)

    def written_for(self, connection: Connection) -> "_Written":
        """The statement in the words of this database."""
        dialect = connection.dialect
        written = self._written.get(dialect.name)
        if written is None:
            written = self._written[dialect.name] = _Written(self._statement, self._columns, dialect)
        return written


@dataclass(frozen=True, slots=True)
class Found:
    """What a query found, as the driver gave it; turned into rows when they are asked for."""

    written: "_Written"
    given: list[Any]

    def rows(self) -> list[Any]:
        """Tuples with names."""
        return [self.written.row(row) for row in self.given]

    def apart(self, column: str) -> dict[Any, "Found"]:
        """The same rows in the same order, apart for each value of one column."""
        place = self.written.place_of(column)
        found: dict[Any, Found] = {}
        for row in self.given:
            found.setdefault(row[place], Found(self.written, [])).given.append(row)
        return found

    @property
    def key(self) -> str:
        """The same text for the same rows, and for no others."""
        return repr(self.given)


#: A statement with its values.
Asked = tuple[Prepared, Mapping[str, object]]


def found_by_all(connection: Connection, *asked: Asked) -> list[Found]:
    """What several queries found, asked in this order.

    Over a network they go together: each still sees what those before it waited for, but the way is gone once.
    """
    driver: Any = connection.connection.dbapi_connection
    going = [(query.written_for(connection), values) for query, values in asked]
    try:
        with _in_one_go(driver):
            cursors = [(written, written.execute(connection, values)) for written, values in going]
            return [Found(written, cursor.fetchall()) for written, cursor in cursors]
    except connection.dialect.loaded_dbapi.Error as error:
        raise going[0][0].as_sqlalchemy(connection, error) from error


def changed_by_all(connection: Connection, asked: Sequence[Asked]) -> list[int]:
    """How many rows each of several changes changed, made in this order; over a network they go together."""
    if not asked:
        return []
    driver: Any = connection.connection.dbapi_connection
    going = [(change.written_for(connection), values) for change, values in asked]
    try:
        with _in_one_go(driver):
            cursors = [written.execute(connection, values) for written, values in going]
        return [int(cursor.rowcount) for cursor in cursors]
    except connection.dialect.loaded_dbapi.Error as error:
        raise going[0][0].as_sqlalchemy(connection, error) from error


def _in_one_go(driver: Any) -> AbstractContextManager[Any]:
    """Within this block a driver that can sends statements without waiting for what came of those before them."""
    return driver.pipeline() if hasattr(driver, "pipeline") else nullcontext()


def only_reads(error: BaseException) -> bool:
    """Whether a session says that it only reads. It stays so when the server writes again: it is of no more use."""
    return getattr(error, "sqlstate", None) == READ_ONLY


class _Written:
    """A statement in the words of one database."""

    def __init__(self, statement: Statement, columns: Sequence[str] | None, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=columns)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what a statement with rows or values compiles to
        self._words = str(compiled)
        self._given: Mapping[str, Any] = compiled.params
        self._order = compiled.positiontup
        self._in = [
            (name, turn)
            for value, name in compiled.bind_names.items()
            if (turn := value.type.dialect_impl(dialect).bind_processor(dialect))
        ]
        found = list(statement.selected_columns) if isinstance(statement, Select) else []
        # The same names as SQLAlchemy's own rows; a column without one goes by its place.
        self._names = names = [column.key or "" for column in found]
        self._make: Any = namedtuple("Found", names, rename=True)._make  # type: ignore[attr-defined]  # noqa: PYI024
        turns = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in found]
        self._out = [(place, turn) for place, turn in enumerate(turns) if turn]

    def execute(self, connection: Connection, values: Mapping[str, object]) -> Any:
        """The driver's cursor after this statement."""
        given = {**self._given, **values}
        for name, turn in self._in:
            given[name] = turn(given[name])
        handed = [given[name] for name in self._order] if self._order else given
        for look in connection.dispatch.before_cursor_execute:  # whoever watches statements sees these too
            look(connection, None, self._words, handed, None, False)  # noqa: FBT003 - as SQLAlchemy calls it
        driver: Any = connection.connection.dbapi_connection
        try:
            return driver.execute(self._words, handed)
        except connection.dialect.loaded_dbapi.Error as error:
            raise self.as_sqlalchemy(connection, error) from error

    def place_of(self, column: str) -> int:
        """Where a column stands in what the driver finds."""
        return self._names.index(column)

    def row(self, found: Any) -> Any:
        """What the driver found, as SQLAlchemy would give it."""
        if self._out:
            found = list(found)
            for place, turn in self._out:
                found[place] = turn(found[place])
        return self._make(found)

    def as_sqlalchemy(self, connection: Connection, error: Any) -> BaseException:
        """The same error as from any other statement; a connection that is lost is never used again."""
        dialect = connection.dialect
        lost = only_reads(error) or dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
        if lost:
            connection.invalidate(error)
        told: BaseException = DBAPIError.instance(
            self._words,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=dialect,
        )
        return told
