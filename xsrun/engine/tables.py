"""The tables of the journal, and what a database does to hold them.

``run`` holds a row a run, ``step`` a row an effect, ``source`` the texts that runs were made from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, Protocol, TypeVar

T = TypeVar("T")

VERSION: Final = 2
SCHEMA: Final = """
CREATE TABLE run (
    id TEXT PRIMARY KEY, job TEXT NOT NULL, path TEXT NOT NULL, options TEXT NOT NULL, input TEXT NOT NULL,
    source TEXT NOT NULL, seed {bytes}, state TEXT NOT NULL, exit INTEGER, pid INTEGER NOT NULL,
    attempts INTEGER NOT NULL, started_at BIGINT NOT NULL, ended_at BIGINT, result TEXT, error TEXT, report TEXT
){rows};
CREATE INDEX run_started ON run (started_at);
CREATE TABLE step (
    run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE, strand TEXT NOT NULL, number INTEGER NOT NULL,
    kind TEXT NOT NULL, title TEXT NOT NULL, site TEXT NOT NULL, policy TEXT NOT NULL, args TEXT NOT NULL,
    key TEXT NOT NULL, state TEXT NOT NULL, readings TEXT NOT NULL, prepared_at BIGINT NOT NULL, sent_at BIGINT,
    answered_at BIGINT, outcome {bytes}, PRIMARY KEY (run, strand, number)
){rows};
CREATE INDEX step_key ON step (key) WHERE key <> '';
CREATE TABLE source (hash TEXT PRIMARY KEY, files {bytes} NOT NULL){rows}
"""
"""The tables; ``bytes`` is the type of bytes, ``rows`` what follows a table."""
MIGRATIONS: Final = {1: ("ALTER TABLE run ADD COLUMN report TEXT",)}
"""What makes the next version of each."""


class Rows(Protocol):
    """What a statement came to."""

    @property
    def rowcount(self) -> int:
        """Rows that it changed."""
        ...

    def fetchone(self) -> Any:
        """The next row, None behind the last."""
        ...

    def fetchall(self) -> Any:
        """All further rows."""
        ...


class Db(Protocol):
    """A connection within a transaction; values stand for ``?`` in the statement."""

    def execute(self, statement: str, values: Sequence[Any] = ..., /) -> Rows:
        """Execute one statement."""
        ...


class Done(NamedTuple):
    """What a statement came to that was a transaction of its own."""

    changed: int
    """How many rows."""
    rows: list[tuple[Any, ...]]
    """What it gives back of them."""


class Store(Protocol):
    """A database with the tables of the journal. Safe for threads; every method raises Broken."""

    folder: str
    """Where this machine keeps what belongs to runs: locks, unpacked sources."""
    keeping: str
    """Has sources stay until the transaction ends; ``""`` where transactions come one after the other."""
    dropping: str
    """Waits until nobody is about to need a source."""
    shared: str
    """What a SELECT ends with that keeps others from changing the row until the transaction ends."""
    bytewise: str
    """What follows a column that is compared byte by byte."""

    def token(self) -> int:
        """Tells an attempt that begins from all others; on one machine it is the process."""
        ...

    def transact(self, work: Callable[[Db], T], to_disk: bool = False) -> T:
        """What comes of work in one transaction: all of it, or nothing; on the disk at its end if wanted.

        Where the database cannot be reached for a while the work may be done again, after one that was done already
        and whose answer was lost, too.
        """
        ...

    def execute(self, statement: str, values: Sequence[Any], to_disk: bool = False) -> Done:
        """One statement that is a transaction of its own; for the database the quickest way to change something."""
        ...

    def rows(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows that a query gives."""
        ...

    def hold(self, run: str) -> int:
        """Take a run for this process. Gives back the handle to release it with. Raises Held."""
        ...

    def release(self, run: str, handle: int) -> None:
        """Let a run go."""
        ...

    def is_held(self, run: str) -> bool:
        """Whether a process works on a run."""
        ...

    def close(self) -> None:
        """Let go of the database."""
        ...
