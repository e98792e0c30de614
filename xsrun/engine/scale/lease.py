"""That a worker is alive, as others see it: a lock that its session holds, and a session that ends when it is silent.

Whoever gets the lock of another worker knows it is gone, and hands its runs over. A worker that was only taken for
dead does no harm: what it still wants to do is refused by the number of the attempt.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from xsrun.engine.folder import Broken
from xsrun.engine.scale.store import PostgresStore, engine_for, said_of

BEAT: Final = 1.0
"""Seconds between two signs of life."""
GRACE: Final = 5.0
"""Seconds after a lost lock in which nobody is taken for dead: after a restart of the server all have lost theirs."""
SILENCE: Final = 15
"""Seconds after which the server ends the session of a worker that gives none: a frozen one holds no lock for ever."""
_LOCK: Final = "hashtextextended('xsrun worker ' || %s, 0)"
_LOST: Final = (
    "SELECT DISTINCT executor_id FROM dbos.workflow_status WHERE status = 'PENDING' AND executor_id <> %s"
    " AND application_name = 'xsrun'"
)
_SEEN: Final = (
    "INSERT INTO worker VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at"
)


def new_worker() -> str:
    """The name of a worker, which no other one has, nor this machine again after its next start."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


class Lease:
    """The lock of one worker, held by a thread until ``close``."""

    def __init__(
        self,
        url: str,
        worker: str,
        queues: Sequence[str],
        hand_over: Callable[[str], None],
        tidy: Callable[[], None],
        tell: Callable[[str], None],
    ) -> None:
        """``hand_over`` is called with the name of a worker that is gone, ``tidy`` with every sign of life.

        ``tell`` is called with the reason when the database is away, with another one, and with ``""`` when it is back.
        """
        self.worker = worker
        self._row: tuple[Any, ...] = (worker, socket.gethostname(), os.getpid(), json.dumps(list(queues)), _now())
        self._hand_over = hand_over
        self._tidy = tidy
        self._tell = tell
        self._away = ""
        self._engine = engine_for(url, pool_size=1, max_overflow=0, isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None
        self._trusts_from = time.monotonic() + GRACE
        self._over = threading.Event()
        self.held = threading.Event()
        """Set while the lock is held."""
        self._thread = threading.Thread(target=self._live, name="lease", daemon=True)

    def start(self) -> None:
        """Take the lock, and hold it from now on. Raises SQLAlchemyError."""
        self._take()
        self._thread.start()

    def close(self) -> None:
        """Give the lock back."""
        self._over.set()
        self._thread.join()
        with suppress(SQLAlchemyError):
            if self._connection is not None:
                self._connection.exec_driver_sql("DELETE FROM worker WHERE id = %s", (self.worker,))
                self._connection.close()
        self._engine.dispose()

    def _live(self) -> None:
        while not self._over.wait(BEAT):
            try:
                self._beat()
                self._note("")
            except SQLAlchemyError as error:
                self._lose()
                self._note(said_of(error))
            except Broken:
                pass  # What could not be done for others is tried again with the next sign of life.

    def _note(self, reason: str) -> None:
        """Note whether the database is away, and why."""
        if self._away != reason:
            self._away = reason
            self._tell(reason)

    def _beat(self) -> None:
        if self._connection is None:
            self._take()
        assert self._connection is not None
        self._seen(self._connection)
        if time.monotonic() >= self._trusts_from:
            for (other,) in self._connection.exec_driver_sql(_LOST, (self.worker,)).fetchall():
                self._take_from(self._connection, other)
            self._tidy()

    def _take(self) -> None:
        connection = self._engine.connect()
        connection.exec_driver_sql(f"SET idle_session_timeout = '{SILENCE}s'")
        connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})", (self.worker,))
        self._connection = connection
        self._seen(connection)
        self.held.set()

    def _seen(self, connection: Connection) -> None:
        """Give a sign of life."""
        connection.exec_driver_sql(_SEEN, (*self._row, _now()))

    def _lose(self) -> None:
        self.held.clear()
        with suppress(SQLAlchemyError):
            if self._connection is not None:
                self._connection.close()
        self._connection = None
        self._trusts_from = time.monotonic() + GRACE
        self._engine.dispose()

    def _take_from(self, connection: Connection, other: str) -> None:
        """Hand the runs of another worker over, if it is gone."""
        if not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({_LOCK})", (other,)).scalar():
            return
        try:
            self._hand_over(other)
            connection.exec_driver_sql("DELETE FROM worker WHERE id = %s", (other,))
        finally:
            connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK})", (other,))


def _now() -> int:
    return time.time_ns() // 1_000_000


def is_idle_safe(store: PostgresStore) -> bool:
    """Whether the server can end sessions that are silent, as PostgreSQL 14 and later do."""
    return int(store.rows("SHOW server_version_num", ())[0][0]) >= 140_000
