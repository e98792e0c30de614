"""``db.external.*``: SQL on databases that are not those of the project (database.md section 10)."""

from __future__ import annotations

import threading
from typing import Any, Final

import sqlalchemy as sa

from xsrun import extras
from xsrun.data import direct
from xsrun.data.columns import Catalog
from xsrun.data.refusals import telling
from xsrun.data.session import Row, Session
from xsrun.diagnostics import Fault

DRIVERS: Final = {"postgres": "postgresql+psycopg"}
"""By the kind of database in the name of the statement."""
CONNECT_SECONDS: Final = 10


class Outside:
    """Runs SQL on databases by their URL; connections to one are kept. Safe for threads."""

    def __init__(self) -> None:
        self._engines: dict[str, sa.Engine] = {}
        self._lock = threading.Lock()

    def run(self, kind: str, url: str, sql: str, arguments: list[Any]) -> list[Row]:
        """The rows of a statement. Raises the Faults ``database`` and ``missing-extra``."""
        with telling(), self._engine(kind, url).begin() as connection:
            return direct.run(Session(connection, {}, Catalog(()), {}), "", sql, arguments)

    def close(self) -> None:
        """Let go of the connections."""
        for each in self._engines.values():
            each.dispose()

    def _engine(self, kind: str, url: str) -> sa.Engine:
        with self._lock:
            if url not in self._engines:
                extras.load("psycopg", extra="postgresql", needed_by=f"db.external.{kind}.direct_query")
                try:
                    address = sa.make_url(url).set(drivername=DRIVERS[kind])
                except sa.exc.ArgumentError:
                    help = "write postgres://user:password@host:5432/name"
                    raise Fault("database", "connection_string is no URL of a database.", help=help) from None
                wait = {"connect_timeout": CONNECT_SECONDS}
                self._engines[url] = sa.create_engine(address, pool_pre_ping=True, max_overflow=-1, connect_args=wait)
            return self._engines[url]
