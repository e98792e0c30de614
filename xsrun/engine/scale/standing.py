"""How things stand on many machines: queues with what is in them, and workers with what they do."""

from __future__ import annotations

import json
from typing import Any, Final

from xsrun.engine.journal import Journal
from xsrun.engine.rows import RunState
from xsrun.engine.scale.queues import APPLICATION, ORDERED
from xsrun.engine.standing import Queue, Standing, Worker, standing

_IN: Final = (
    "SELECT queue_name, status, count(*) FROM dbos.workflow_status"
    " WHERE status IN ('ENQUEUED', 'DELAYED', 'PENDING') AND application_name = ? AND queue_name IS NOT NULL"
    " GROUP BY queue_name, status"
)
_LIMITS: Final = "SELECT name, worker_concurrency, concurrency, rate_limit_max, rate_limit_period_sec FROM dbos.queues"
_WORKERS: Final = "SELECT id, host, pid, queues, seen_at FROM worker ORDER BY id"
_WORK: Final = (
    "SELECT w.executor_id, w.workflow_uuid FROM dbos.workflow_status w JOIN run ON run.id = w.workflow_uuid"
    " WHERE w.status = 'PENDING' AND run.state = ? ORDER BY w.workflow_uuid"
)


def standing_of_all(journal: Journal, now: int) -> Standing:
    """How things stand in a database of queues, and where nobody has put anything into one yet. Raises Broken."""
    if journal.store.rows("SELECT to_regclass('dbos.queues')::text", ())[0][0] is None:
        return standing(journal, now)._replace(workers=())
    return standing(journal, now)._replace(queues=_queues(journal), workers=_workers(journal))


def _queues(journal: Journal) -> tuple[Queue, ...]:
    """The queues as users name them: what has an order is in one of its own behind the name."""
    found: dict[str, dict[str, int]] = {}
    limits: dict[str, tuple[Any, ...]] = {}
    for name, *limit in journal.store.rows(_LIMITS, ()):
        found.setdefault(name.removesuffix(ORDERED), {})
        limits[name] = tuple(limit)
    for name, status, count in journal.store.rows(_IN, (APPLICATION,)):
        inside = found.setdefault(name.removesuffix(ORDERED), {})
        inside[status] = inside.get(status, 0) + int(count)
    return tuple(_queue(name, found[name], limits.get(name, (None, None, None, None))) for name in sorted(found))


def _queue(name: str, inside: dict[str, int], limits: tuple[Any, ...]) -> Queue:
    worker, everywhere, most, seconds = limits
    waiting, delayed, running = (inside.get(status, 0) for status in ("ENQUEUED", "DELAYED", "PENDING"))
    rate = (int(most), float(seconds)) if most else None
    return Queue(name, waiting, delayed, running, worker, everywhere, rate)


def _workers(journal: Journal) -> tuple[Worker, ...]:
    runs: dict[str, list[str]] = {}
    for worker, run in journal.store.rows(_WORK, (RunState.RUNNING,)):
        runs.setdefault(str(worker), []).append(str(run))
    return tuple(
        Worker(name, host, pid, tuple(json.loads(queues)), seen_at, tuple(runs.get(name, ())))
        for name, host, pid, queues, seen_at in journal.store.rows(_WORKERS, ())
    )
