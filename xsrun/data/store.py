"""A store: the rows of a project's tables in SQLite or PostgreSQL; implements ``ports.Database``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from xsrun.data import direct, outbox, rows, selects
from xsrun.data.columns import Catalog
from xsrun.data.migration import Wanted, complete, prepare
from xsrun.data.refusals import telling
from xsrun.data.schema import Definitions
from xsrun.data.session import Session
from xsrun.data.tables import Table
from xsrun.diagnostics import RunStopped
from xsrun.effects.ports import Work

READS: Final[Mapping[str, Callable[..., Any]]] = {
    "get": rows.get,
    "has": rows.has,
    "query": selects.query,
}
"""Work that changes nothing."""
WRITES: Final[Mapping[str, Callable[..., Any]]] = {
    "insert": rows.insert,
    "update": rows.update,
    "upsert": rows.upsert,
    "delete": rows.delete,
    "increment": rows.increment,
    "truncate": rows.truncate,
    "set all": rows.set_all,
    "delete all": rows.delete_all,
    "update each": rows.update_each,
    "sql": direct.run,
}


class Source(NamedTuple):
    """One datasource of a store."""

    engine: sa.Engine
    empty: bool
    """Whether it certainly holds nothing yet."""


class _Open(NamedTuple):
    """A transaction that is open, of one level."""

    begun: dict[str, sa.Transaction]
    isolation: str


class _Thread(threading.local):
    """What one thread has open."""

    def __init__(self) -> None:
        self.levels: list[_Open] = []
        self.connections: dict[str, sa.Connection] = {}


class Store:
    """Rows behind engines; ``source`` makes that of a datasource when it is first used.

    ``shared`` is for a database that all threads reach through one connection: it is used by one at a time.
    ``project`` is the name under which a database that several share remembers the tables;
    with ``seeded`` a table that is made in the default datasource has its ``items``.
    """

    def __init__(
        self,
        tables: Iterable[Table],
        source: Callable[[str], Source],
        shared: bool = False,
        project: str = "",
        seeded: bool = True,
    ) -> None:
        self.catalog = Catalog(tables)
        self._definitions = Definitions(self.catalog.tables.values(), with_outbox=not shared)
        self._wanted = Wanted(self.catalog, self._definitions, project, seeded)
        self.lasting = not shared
        """Whether its rows outlive the process."""
        self._prepared: dict[Any, Any] = {}
        self._source = source
        self._sources: dict[str, Source] = {}
        self._making = threading.Lock()
        self._turn: Any = threading.RLock() if shared else nullcontext()
        self._thread = _Thread()

    def do(self, work: Work, once: str = "") -> Any:
        """What comes of a piece of work, all of which is done or nothing; under a name only once."""
        perform = READS.get(work.verb)
        writes = perform is None
        perform = perform or WRITES[work.verb]
        with telling(), self._turn, self._session(work.datasource, writes) as session:
            known = outbox.recall(session.connection, once) if once else None
            if known is not None:
                return known[0]
            outcome = perform(session, work.table, *work.given)
            if once:
                outbox.remember(session.connection, once, outcome)
            return outcome

    def remember(self, name: str, outcome: Any, datasource: str = "") -> None:
        """Note something under a name, inside a transaction as a part of that."""
        with telling(), self._turn, self._session(datasource, True) as session:
            outbox.remember(session.connection, name, outcome)

    def recall(self, name: str, datasource: str = "") -> tuple[Any] | None:
        """What was noted under a name, None for nothing."""
        with telling(), self._turn, self._session(datasource, False) as session:
            return outbox.recall(session.connection, name)

    @contextmanager
    def transaction(self, isolation: str = "", datasource: str = "") -> Iterator[None]:
        """All work inside is done together, or not at all; inside another transaction it is a part of that."""
        thread = self._thread
        with self._turn:
            level = _Open({}, isolation or (thread.levels[0].isolation if thread.levels else ""))
            thread.levels.append(level)
            try:
                yield
            except RunStopped:
                self._end(level, lambda each: each.commit())
                raise
            except BaseException:
                self._end(level, lambda each: each.rollback())
                raise
            else:
                self._end(level, lambda each: each.commit())

    @contextmanager
    def upkeep(self, datasource: str = "", writes: bool = True) -> Iterator[tuple[Session, Wanted]]:
        """A transaction for who looks after a datasource, which is as it was found; and what it should be."""
        with telling():
            engine = self._source(datasource).engine
            try:
                with engine.connect() as connection:
                    connection.info["writes"] = writes
                    with connection.begin():
                        yield self._over(connection), self._wanted_in(datasource)
            finally:
                engine.dispose()

    def close(self) -> None:
        """Let go of the connections."""
        for source in self._sources.values():
            source.engine.dispose()

    # ------------------------------------------------------------ transactions

    def _end(self, level: _Open, how: Callable[[sa.Transaction], None]) -> None:
        thread = self._thread
        thread.levels.remove(level)
        try:
            with telling():
                for each in level.begun.values():
                    how(each)
        finally:
            if not thread.levels:
                connections, thread.connections = thread.connections, {}
                for connection in connections.values():
                    connection.close()

    @contextmanager
    def _session(self, datasource: str, writes: bool) -> Iterator[Session]:
        if self._thread.levels:
            yield self._over(self._joined(datasource))
            return
        with self._engine(datasource).connect() as connection:
            connection.info["writes"] = writes
            with connection.begin():
                yield self._over(connection)

    def _joined(self, datasource: str) -> sa.Connection:
        """The connection of the open transactions to a datasource."""
        thread = self._thread
        connection = thread.connections.get(datasource)
        if connection is None:
            isolation = thread.levels[0].isolation
            connection = self._engine(datasource).connect()
            if isolation and connection.dialect.name == "postgresql":
                connection = connection.execution_options(isolation_level=isolation.replace("_", " ").upper())
            connection.info["writes"] = True
            thread.connections[datasource] = connection
        for depth, level in enumerate(thread.levels):
            if datasource not in level.begun:
                level.begun[datasource] = connection.begin_nested() if depth else connection.begin()
        return connection

    def _prepare(self, source: Source, datasource: str) -> None:
        """Have every table; who only reads what is there need not wait for those who write."""
        wanted = self._wanted_in(datasource)
        with source.engine.connect() as connection:
            if not source.empty:
                connection.info["writes"] = False
                with connection.begin():
                    if complete(connection, wanted):
                        return
            connection.info["writes"] = True
            with connection.begin():
                prepare(connection, wanted, source.empty)

    def _wanted_in(self, datasource: str) -> Wanted:
        return self._wanted._replace(seeded=self._wanted.seeded and not datasource)

    def _over(self, connection: sa.Connection) -> Session:
        return Session(connection, self._definitions.tables, self.catalog, self._prepared)

    def _engine(self, datasource: str) -> sa.Engine:
        """The engine of a datasource, whose tables are there."""
        known = self._sources.get(datasource)
        if known is None:
            with self._making:
                known = self._sources.get(datasource) or self._opened(datasource)
        return known.engine

    def _opened(self, datasource: str) -> Source:
        source = self._source(datasource)
        try:
            self._prepare(source, datasource)
        except BaseException:
            source.engine.dispose()
            raise
        self._sources[datasource] = source
        return source
