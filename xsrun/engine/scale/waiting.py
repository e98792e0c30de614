"""What waits in queues, and who works on them, as numbers."""

from __future__ import annotations

import json
from collections import Counter
from typing import Final, NamedTuple

from xsrun.engine.scale.lease import SILENCE
from xsrun.engine.scale.queues import APPLICATION, ORDERED
from xsrun.engine.scale.store import PostgresStore

_WAITING: Final = (
    "SELECT queue_name, count(*),"
    " extract(epoch FROM clock_timestamp()) * 1000 - min(greatest(created_at, delay_until_epoch_ms))"
    " FROM dbos.workflow_status WHERE status = 'ENQUEUED' AND application_name = ? GROUP BY queue_name"
)
_ALIVE: Final = "SELECT queues FROM worker WHERE seen_at > extract(epoch FROM clock_timestamp()) * 1000 - ?"


class Waiting(NamedTuple):
    """The runs in a queue that may begin."""

    queue: str
    runs: int
    oldest: float
    """Seconds that the oldest of them has waited."""


def waiting(store: PostgresStore) -> list[Waiting]:
    """What waits, in every queue that something waits in. Raises Broken."""
    found: dict[str, Waiting] = {}
    for queue, runs, age in store.rows(_WAITING, (APPLICATION,)):
        name = str(queue).removesuffix(ORDERED)
        before = found.get(name, Waiting(name, 0, 0.0))
        found[name] = Waiting(name, before.runs + int(runs), max(before.oldest, float(age) / 1000))
    return list(found.values())


def alive(store: PostgresStore) -> dict[str, int]:
    """How many workers on a queue give signs of life, by its name. Raises Broken."""
    rows = store.rows(_ALIVE, (SILENCE * 1000,))
    return dict(Counter(str(queue) for (queues,) in rows for queue in json.loads(queues)))
