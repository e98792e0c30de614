"""The journal of one machine: a SQLite file in the user's state folder."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from xsrun.engine import holding
from xsrun.engine.folder import Broken
from xsrun.engine.journal import Journal
from xsrun.engine.tables import MIGRATIONS, SCHEMA, VERSION, Done
from xsrun.files import make_private
from xsrun.wal import keep_log

T = TypeVar("T")

BUSY_SECONDS: Final = 10
"""How long to wait for another process that writes."""


def journal_in(folder: str) -> Journal:
    """The journal in a state folder, made when there is none. Raises Broken."""
    return Journal(SqliteStore(folder))


@contextmanager
def _telling(place: str) -> Iterator[None]:
    """Raise Broken for whatever is wrong with the file at a place."""
    try:
        yield
    except sqlite3.Error as error:
        raise Broken(str(error), place) from None
    except OSError as error:
        raise Broken(error.strerror or str(error), error.filename or place) from None


class SqliteStore:
    """The file, open; implements ``Store``. Runs are held by locks that end with their process."""

    shared = ""
    keeping = ""
    dropping = ""
    bytewise = ""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._path = os.path.join(folder, "journal.sqlite")
        self._lock = threading.Lock()
        with _telling(self._path):
            os.makedirs(folder, mode=0o700, exist_ok=True)
            make_private(self._path)
            self._db = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            keep_log(self._db)
            for setting in ("synchronous = normal", "foreign_keys = on"):
                self._db.execute(f"PRAGMA {setting}")
            self._prepare()

    def _prepare(self) -> None:
        if self._version() == VERSION:
            return
        self.transact(self._upgrade)

    def _upgrade(self, db: sqlite3.Connection) -> None:
        found = self._version()
        if found not in (0, *MIGRATIONS, VERSION):
            raise sqlite3.DatabaseError(f"it was written by another version of xsrun (format {found})")
        statements: tuple[str, ...] = MIGRATIONS.get(found, ())
        if found == 0:
            statements = tuple(SCHEMA.format(bytes="BLOB", rows=" WITHOUT ROWID").split(";"))
        for statement in statements:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")

    def _version(self) -> int:
        return int(self._db.execute("PRAGMA user_version").fetchone()[0])

    def close(self) -> None:
        """Let go of the file, when nobody reads or writes it: SQLite crashes where it is closed beneath a thread."""
        with self._lock:
            self._db.close()

    def transact(self, work: Callable[[sqlite3.Connection], T], to_disk: bool = False) -> T:
        """What comes of work in one transaction: all of it, or nothing; on the disk at its end if wanted."""
        with self._lock, _telling(self._path):
            self._db.execute(f"PRAGMA synchronous = {'full' if to_disk else 'normal'}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                done = work(self._db)
                self._db.execute("COMMIT")
                return done
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def execute(self, statement: str, values: Sequence[Any], to_disk: bool = False) -> Done:
        """One statement that is a transaction of its own."""

        def work(db: sqlite3.Connection) -> Done:
            cursor = db.execute(statement, values)
            rows = cursor.fetchall()
            return Done(cursor.rowcount, rows)

        return self.transact(work, to_disk)

    def rows(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows that a query gives."""
        with self._lock, _telling(self._path):
            return self._db.execute(query, values).fetchall()

    def token(self) -> int:
        """The process: a run that it works on is held."""
        return os.getpid()

    def hold(self, run: str) -> int:
        """Take a run for this process. Raises Held."""
        return holding.hold(self.folder, run)

    def release(self, run: str, handle: int) -> None:
        """Let a run go."""
        holding.release(self.folder, run, handle)

    def is_held(self, run: str) -> bool:
        """Whether a process works on a run."""
        return holding.is_held(self.folder, run)
