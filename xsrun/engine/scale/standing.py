"""How things stand on many machines: queues with what is in them, and workers with what they do."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final, NamedTuple

from xsrun.engine.journal import Journal
from xsrun.engine.rows import RunState
from xsrun.engine.scale.lease import SILENCE
from xsrun.engine.scale.queues import APPLICATION, ORDERED, Limits
from xsrun.engine.standing import Queue, Standing, Worker, standing

_INSIDE: Final = (
    "SELECT queue_name, status, count(*),"
    " extract(epoch FROM clock_timestamp()) * 1000 - min(greatest(created_at, delay_until_epoch_ms))"
    " FROM dbos.workflow_status WHERE status IN ('ENQUEUED', 'DELAYED', 'PENDING') AND application_name = ?"
    " AND queue_name IS NOT NULL GROUP BY queue_name, status"
)
_LIMITS: Final = "SELECT name, worker_concurrency, concurrency, rate_limit_max, rate_limit_period_sec FROM dbos.queues"
_WORKERS: Final = "SELECT id, host, pid, queues, seen_at FROM worker ORDER BY id"
_ALIVE: Final = "SELECT queues FROM worker WHERE seen_at > extract(epoch FROM clock_timestamp()) * 1000 - ?"
_WORK: Final = (
    "SELECT w.executor_id, w.workflow_uuid FROM dbos.workflow_status w JOIN run ON run.id = w.workflow_uuid"
    " WHERE w.status = 'PENDING' AND run.state = ? ORDER BY w.workflow_uuid"
)


class Inside(NamedTuple):
    """The runs of a queue."""

    waiting: int = 0
    """That may begin."""
    oldest: float = 0.0
    """Seconds that the oldest of these has waited."""
    delayed: int = 0
    running: int = 0

    def with_some(self, status: str, runs: int, age: float) -> Inside:
        """The same with some more in a status of DBOS, the oldest of them of an age in milliseconds."""
        if status == "ENQUEUED":
            return self._replace(waiting=self.waiting + runs, oldest=max(self.oldest, age / 1000))
        if status == "DELAYED":
            return self._replace(delayed=self.delayed + runs)
        return self._replace(running=self.running + runs)


def inside(journal: Journal) -> dict[str, Inside]:
    """What is in every queue that something is in, by the names that users know: what has an order lies behind one.

    Raises Broken.
    """
    found: dict[str, Inside] = {}
    for queue, status, runs, age in journal.rows(_INSIDE, (APPLICATION,)):
        name = str(queue).removesuffix(ORDERED)
        found[name] = found.get(name, Inside()).with_some(status, int(runs), float(age))
    return found


def alive(journal: Journal) -> dict[str, int]:
    """How many workers on a queue give signs of life, by its name. Raises Broken."""
    rows = journal.rows(_ALIVE, (SILENCE * 1000,))
    return dict(Counter(str(queue) for (queues,) in rows for queue in json.loads(queues)))


def limits_of(journal: Journal) -> dict[str, Limits]:
    """How many runs of each queue may go on at once, as a worker has said last. Raises Broken."""
    return {name: Limits(worker, *others) for name, (worker, *others) in _limits(journal).items() if worker}


def _limits(journal: Journal) -> dict[str, tuple[Any, ...]]:
    """How many may go on on a worker and on all, and begin within a time, each None for any number, by queue."""
    rows = journal.rows(_LIMITS)
    return {
        str(name): (worker, everywhere, (int(most), float(seconds)) if most else None)
        for name, worker, everywhere, most, seconds in rows
    }


def standing_of_all(journal: Journal, now: int) -> Standing:
    """How things stand in a database of queues, and where nobody has put anything into one yet. Raises Broken."""
    if journal.rows("SELECT to_regclass('dbos.queues')::text")[0][0] is None:
        return standing(journal, now)._replace(workers=())
    return standing(journal, now)._replace(queues=_queues(journal), workers=_workers(journal))


def _queues(journal: Journal) -> tuple[Queue, ...]:
    limits, found = _limits(journal), inside(journal)
    names = {*found, *(name.removesuffix(ORDERED) for name in limits)}
    return tuple(_queue(name, found.get(name, Inside()), limits.get(name, ())) for name in sorted(names))


def _queue(name: str, found: Inside, limits: tuple[Any, ...]) -> Queue:
    return Queue(name, found.waiting, found.delayed, found.running, *limits)


def _workers(journal: Journal) -> tuple[Worker, ...]:
    runs: dict[str, list[str]] = {}
    for worker, run in journal.rows(_WORK, (RunState.RUNNING,)):
        runs.setdefault(str(worker), []).append(str(run))
    return tuple(
        Worker(name, host, pid, tuple(json.loads(queues)), seen_at, tuple(runs.get(name, ())))
        for name, host, pid, queues, seen_at in journal.rows(_WORKERS)
    )
