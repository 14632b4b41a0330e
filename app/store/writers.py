"""Owns whose turn it is to write on SQLite, and the one commit that all who were waiting share.

A commit that survives a power cut costs a write to the disk, and SQLite has one writer. So writers that wait for each
other take turns inside one transaction, each in a savepoint of its own, and the last of them commits for all. Nobody
gets an answer before that commit, for what a writer read may stand on what another wrote in the same transaction.
"""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from app.domain.problems import Busy

#: So long a commit stays open to those who come, in seconds: in a stream of writers the first must not wait for all.
LONGEST_TOGETHER = 0.05


class FairLock:
    """A lock that is handed over in the order of asking: under load nobody waits for seconds by bad luck."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[threading.Event] = deque()

    def acquire(self, timeout: float) -> bool:
        with self._guard:
            if not self._held:
                self._held = True
                return True
            turn = threading.Event()
            self._waiting.append(turn)
        if turn.wait(timeout):
            return True
        with self._guard:
            if turn.is_set():  # handed over at the last moment
                return True
            self._waiting.remove(turn)
            return False

    def hand_over(self) -> bool:
        """Give the lock to whoever waits longest; False, and still held, when nobody waits."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
                return True
            return False

    def release(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._held = False


class Together:
    """One transaction that several writers share, and how it ended."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._began = time.monotonic()
        self._ended = threading.Event()
        self._failed = False
        try:
            self._transaction = connection.begin()
        except BaseException:
            connection.close()
            raise

    @property
    def full(self) -> bool:
        """Whoever comes next belongs to the next commit."""
        return self._lost or time.monotonic() - self._began > LONGEST_TOGETHER

    @property
    def _lost(self) -> bool:
        """Some faults (a full disk) make SQLite undo the whole transaction, savepoints and all."""
        return not cast(sqlite3.Connection, self._connection.connection.dbapi_connection).in_transaction

    @contextmanager
    def part(self) -> Iterator[Connection]:
        """What one writer does: kept when the block ends, undone when it raises, whatever the others do."""
        self._connection.exec_driver_sql("SAVEPOINT part")
        try:
            yield self._connection
        except BaseException:
            if not self._lost:
                self._connection.exec_driver_sql("ROLLBACK TO part")
            raise
        finally:
            if not self._lost:
                self._connection.exec_driver_sql("RELEASE part")

    def end(self) -> None:
        """Commit for all. Never raises: every writer asks how it went."""
        try:
            if self._lost:
                self._failed = True
            else:
                self._transaction.commit()
        except DBAPIError:
            self._connection.invalidate()  # whatever is left of the transaction goes with it
            self._failed = True
        finally:
            self._connection.close()
            self._ended.set()

    def wait(self) -> None:
        """Until the commit. Raises Busy when it failed: then nothing of any writer was kept."""
        self._ended.wait()
        if self._failed:
            raise Busy


class Writers:
    """Lets writers on one SQLite file take turns. `connect` gives a connection that begins as a writer."""

    def __init__(self, connect: Callable[[], Connection], patience: float) -> None:
        self._connect = connect
        self._patience = patience
        self._turns = FairLock()
        self._together: Together | None = None

    @contextmanager
    def together(self) -> Iterator[Together]:
        """The transaction that is shared, for as long as the block has the turn; it is committed when this ends.

        Raises Busy when the turn does not come within `patience`, in seconds, or when the shared commit fails.
        """
        if not self._turns.acquire(self._patience):
            raise Busy
        try:
            together = self._together = self._together or Together(self._connect())
        except BaseException:
            self._turns.release()
            raise
        try:
            yield together
        finally:
            if together.full or not self._turns.hand_over():
                self._end()
                self._turns.release()
            together.wait()

    @contextmanager
    def turn(self) -> Iterator[Connection]:
        """One writer's transaction, kept when the block ends and undone when it raises. Raises Busy as `together`."""
        with self.together() as together, together.part() as connection:
            yield connection

    @contextmanager
    def alone(self, patience: float) -> Iterator[bool]:
        """Nobody writes meanwhile, and nothing waits for a commit; False when the turn does not come."""
        if not self._turns.acquire(patience):
            yield False
            return
        try:
            self._end()
            yield True
        finally:
            self._turns.release()

    def _end(self) -> None:
        if self._together:
            self._together.end()
            self._together = None
