"""A worker: takes runs out of queues and has them carried out, until it is told to end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from xsrun import extras
from xsrun.engine.folder import Broken, EngineBroken
from xsrun.engine.scale.lease import Lease, is_idle_safe, new_worker
from xsrun.engine.scale.queues import APPLICATION, EFFECTS, MOST_ATTEMPTS, ORDERED, WORKFLOW, Limits, Queues, serializer
from xsrun.engine.scale.store import said_of

POLL: Final = 0.1
"""Seconds between two looks into a queue."""
LAST_CLAIMS: Final = 2
"""Seconds in which what was claimed when the worker was told to end begins, and counts as under way."""
SPARE_THREADS: Final = 8
"""Threads of DBOS beside those that carry out runs."""

Carry = Callable[[str], Mapping[str, Any]]
"""Carries out the run of an id; gives back what is noted of it, as JSON."""


class Worker:
    """A worker on queues, of which a process has one. ``start`` before, and ``stop`` after."""

    def __init__(
        self,
        queues: Queues,
        wanted: Mapping[str, Limits],
        carry: Carry,
        tell: Callable[[str], None],
        leased: bool = True,
    ) -> None:
        """``wanted`` are the queues by name, ``tell`` is that of ``Lease``.

        Without ``leased`` nobody can tell that it is gone: for tests alone.
        """
        self.name = new_worker()
        self._queues = queues
        self._wanted = wanted
        self._dbos: Any = extras.load("dbos", extra="scale", needed_by="xsrun worker").DBOS
        self._carry = carry
        named = list(wanted)
        self._lease = Lease(queues.url, self.name, named, self._hand_over, queues.mend, tell) if leased else None
        self._under_way: set[str] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Begin to take runs. Raises Broken."""
        try:
            self._start()
        except SQLAlchemyError as error:
            raise EngineBroken(said_of(error)) from None

    def _start(self) -> None:
        if not is_idle_safe(self._queues.store):
            raise EngineBroken("PostgreSQL 14 or a later one is needed")
        for name, limits in self._wanted.items():
            self._queues.register(name, limits, POLL)
        if self._lease:
            self._lease.start()
        at_once = sum(2 * limits.worker for limits in self._wanted.values())
        self._dbos(
            config={
                "name": APPLICATION,
                "system_database_url": self._queues.url,
                "sys_db_pool_size": at_once + SPARE_THREADS,
                "executor_id": self.name,
                "application_version": EFFECTS,
                "serializer": serializer(),
                "log_level": "CRITICAL",
                "max_executor_threads": at_once + SPARE_THREADS,
            }
        )

        def carried(run: str) -> dict[str, Any]:
            return self._carried(run)

        self._dbos.workflow(name=WORKFLOW, max_recovery_attempts=MOST_ATTEMPTS - 1)(carried)
        self._dbos.listen_queues([each for name in self._wanted for each in (name, name + ORDERED)])
        self._dbos.launch()

    def _carried(self, run: str) -> dict[str, Any]:
        with self._lock:
            self._under_way.add(run)
        try:
            return dict(self._carry(run))
        finally:
            with self._lock:
                self._under_way.discard(run)

    def under_way(self) -> list[str]:
        """The runs that it works on."""
        with self._lock:
            return sorted(self._under_way)

    def seen(self) -> None:
        """Raise Broken where others cannot see that it is alive."""
        if self._lease and not self._lease.held.is_set():
            raise Broken("it gives no sign of life")

    def stop(self, seconds: int) -> None:
        """Take no further runs, and wait so long for those under way. Their attempts go on elsewhere after that."""
        self._dbos.destroy(workflow_completion_timeout_sec=max(seconds, LAST_CLAIMS))
        if self._lease:
            self._lease.close()

    def _hand_over(self, other: str) -> None:
        """Have the runs of another worker taken up: the one call that is not public, see tests/test_scale.py."""
        try:
            self._dbos._recover_pending_workflows([other])
        except Exception as error:  # whatever DBOS raises: the next sign of life tries again
            raise Broken(str(error)) from error
