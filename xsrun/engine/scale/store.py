"""The journal of many machines: tables in PostgreSQL.

Nobody holds a run by a lock: who works on it is the attempt whose number the row of the run bears, and every write
asks for that. A database that cannot be reached is waited for as long as the store is patient.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from xsrun import extras
from xsrun.engine.folder import EngineAway, EngineBroken, state_folder
from xsrun.engine.journal import Journal
from xsrun.engine.tables import SCHEMA, VERSION, Db, Done, Rows

T = TypeVar("T")

HOME: Final = "xsrun"
"""The schema of our tables."""
AWAY: Final = ("08", "57P")
"""How the codes begin of a server that is not there, or going."""
PAUSES: Final = (0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds between one look for the server and the next; the last one again and again."""
PREPARING: Final = 72_137_201
"""Names the lock of whoever makes the tables."""
SOURCES: Final = 72_137_203
"""Names the lock of whoever needs sources, or drops them."""
ALIVE: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""A server that is gone without a word is noticed by the network, and not by waiting for its answer for ever."""
UNTIL_STOPPED: Final = float("inf")

LATELY: Final = 30_000
"""Milliseconds after which a worker that gave no sign of life counts for nothing."""
AT_WORK: Final = (
    "SELECT 1 FROM run JOIN dbos.workflow_status w ON w.workflow_uuid = run.id JOIN worker k ON k.id = w.executor_id"
    " WHERE run.id = ? AND run.ended_at IS NULL AND run.attempts > 0 AND k.seen_at >= ?"
    " AND w.status IN ('PENDING', 'CANCELLED')"
)

NAMED: Final = 'CREATE INDEX run_named ON run (id COLLATE "C")'
"""Finds runs by how their ids begin: the primary key is in the order of a language."""
TABLES: Final = (
    f"CREATE SCHEMA IF NOT EXISTS {HOME}",
    *(each.strip() for each in SCHEMA.format(bytes="BYTEA", rows="").split(";")),
    NAMED,
    "CREATE INDEX run_running ON run (id) WHERE state = 'running'",
    "CREATE TABLE worker (id TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, queues TEXT NOT NULL,"
    " started_at BIGINT NOT NULL, seen_at BIGINT NOT NULL)",
    # What SQLite calls so.
    "CREATE FUNCTION json_extract(document TEXT, path TEXT) RETURNS TEXT LANGUAGE sql IMMUTABLE AS"
    " 'SELECT document::json ->> substr(path, 3)'",
    # Which release of what carries runs has made its tables here.
    "CREATE TABLE format (version INTEGER NOT NULL, carrier TEXT NOT NULL)",
    f"INSERT INTO format VALUES ({VERSION}, '')",
)


def engine_for(url: str, **settings: Any) -> Engine:
    """The pool of connections for the journal at a URL ``postgresql://…``. Raises Broken."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise EngineBroken("this is no address of a database: write postgresql://HOST/NAME") from None
    if address.get_backend_name() != "postgresql":
        raise EngineBroken(f"runs of many machines are kept in PostgreSQL, not in {address.get_backend_name()}")
    extras.load("psycopg", extra="scale", needed_by="--engine")
    engine = create_engine(address.set(drivername="postgresql+psycopg"), **{"connect_args": ALIVE, **settings})

    @event.listens_for(engine, "connect")
    def _settle(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET search_path TO {HOME}")
        connection.commit()

    return engine


class PostgresStore:
    """The tables, through a pool of connections; implements ``Store``.

    ``patience`` are the seconds that a server is waited for that is away. ``tell`` is called with the reason when it
    is, and with ``""`` whenever it answers.
    """

    shared = " FOR SHARE"
    bytewise = ' COLLATE "C"'
    keeping = f"SELECT pg_advisory_xact_lock_shared({SOURCES})"
    dropping = f"SELECT pg_advisory_xact_lock({SOURCES})"

    def __init__(
        self, engine: Engine, patience: float = 0.0, stopped: Callable[[], bool] = lambda: False, own: bool = False
    ) -> None:
        """``stopped`` ends the patience; with ``own`` nobody else uses the pool."""
        self.engine = engine
        self._refused: type[Exception] = engine.dialect.loaded_dbapi.Error
        self.folder = state_folder()
        self.patience = patience
        self.tell: Callable[[str], None] = lambda _reason: None
        self._stopped = stopped
        self._own = own

    def transact(self, work: Callable[[Marked], T], to_disk: bool = False) -> T:
        """What comes of work in one transaction, which is on the disk at its end."""

        def once() -> T:
            with self.engine.begin() as connection:
                return work(Marked(connection))

        return self.trying(once)

    def execute(self, statement: str, values: Sequence[Any], _to_disk: bool = False) -> Done:
        """One statement that is a transaction of its own: one message to the server, and one back."""

        def once() -> Done:
            with self._alone() as connection:
                done = connection.execute(_marked(statement), tuple(values))
                rows = [tuple(map(_plain, row)) for row in done.fetchall()] if done.description else []
                return Done(done.rowcount, rows)

        return self.trying(once)

    @contextmanager
    def _alone(self) -> Iterator[Any]:
        """A connection of the driver, where each statement is a transaction: SQLAlchemy would cost twice as much."""
        held = self.engine.raw_connection()
        driver: Any = held.driver_connection
        try:
            driver.autocommit = True
            yield driver
        finally:
            if driver.closed:
                self.engine.dispose()  # the others in the pool have lost their server too
                held.invalidate()
            else:
                driver.autocommit = False
                held.close()

    def rows(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows that a query gives."""
        return self.execute(query, values).rows

    def trying(self, once: Callable[[], T]) -> T:
        """Do something with the server, again while it is away. Raises Broken."""
        begun, tried = time.monotonic(), 0
        while True:
            try:
                done = once()
                self.tell("")
                return done
            except (SQLAlchemyError, self._refused) as error:
                if not _is_away(error):
                    raise EngineBroken(said_of(error)) from None
                self.tell(said_of(error))
                if self._stopped() or time.monotonic() - begun >= self.patience:
                    raise EngineAway(said_of(error)) from None
            except UnicodeError as error:  # of a name that no host has; the driver leaves it as it is
                raise EngineBroken(f"its address is none: {error}") from None
            time.sleep(PAUSES[min(tried, len(PAUSES) - 1)])
            tried += 1

    def token(self) -> int:
        """A number of its own for each attempt: one process may get a run twice."""
        return int.from_bytes(os.urandom(4)) >> 1

    def hold(self, _run: str) -> int:
        """Nothing is held: the number of the attempt says whose the run is."""
        return 0

    def release(self, _run: str, _handle: int) -> None:
        """Nothing was held."""

    def is_held(self, run: str) -> bool:
        """Whether a worker that lives is at a run, if only at the end of what was cancelled."""
        return bool(self.rows(AT_WORK, (run, time.time_ns() // 1_000_000 - LATELY)))

    def close(self) -> None:
        """Let go of the pool, unless others use it."""
        if self._own:
            self.engine.dispose()


def prepare(store: PostgresStore) -> None:
    """Make the tables, or see that they are there. Raises Broken."""

    def work(db: Db) -> None:
        db.execute("SELECT pg_advisory_xact_lock(?)", (PREPARING,))
        if db.execute("SELECT to_regclass(?)", (f"{HOME}.format",)).fetchone()[0] is None:
            for statement in TABLES:
                db.execute(statement)
        found, named = db.execute("SELECT version, to_regclass(?) FROM format", (f"{HOME}.run_named",)).fetchone()
        if found != VERSION:
            raise EngineBroken(f"it was written by another version of xsrun (format {found})")
        if named is None:
            db.execute(NAMED)

    store.transact(work)


def journal_at(url: str, patience: float = 0.0) -> Journal:
    """The journal in a database, whose tables are made when there are none. Raises Broken."""
    store = PostgresStore(engine_for(url), patience, own=True)
    try:
        prepare(store)
    except EngineBroken:
        store.close()
        raise
    return Journal(store)


class Marked:
    """A connection whose statements mark their values as those of SQLite do; implements ``Db``."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Rows:
        """Execute one statement."""
        return self.connection.exec_driver_sql(_marked(statement), tuple(values))


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def _marked(statement: str) -> str:
    return statement.replace("?", "%s")


def _is_away(error: Exception) -> bool:
    """Whether it is about the connection: what has no code of the server was not said by it."""
    if isinstance(error, PoolTimeout) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return True
    said = getattr(error, "orig", None) or error
    code = getattr(said, "sqlstate", None)
    return str(code).startswith(AWAY) or (code is None and type(said).__name__ == "OperationalError")


def said_of(error: Exception) -> str:
    """What is wrong, without the statement and its values."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0] if said else type(error).__name__
