"""The numbers of queues and workers in a database, among those of a process."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from xsrun.engine.folder import Broken
from xsrun.engine.scale.store import PostgresStore
from xsrun.engine.scale.waiting import alive, waiting
from xsrun.telemetry.metrics import QUEUE_AGE, QUEUED, WORKERS, Labels, Meters, Metric

Gauge = Iterable[tuple[Labels, float]]


def look_into(store: PostgresStore, meters: Meters) -> None:
    """Have the numbers of queues and workers in a database among those of this process."""

    def gauge(metric: Metric, read: Callable[[], Gauge]) -> None:
        def reading() -> Gauge:
            try:
                return list(read())
            except Broken:  # no number is truer than an old one, and /_xsrun/ready says why
                return ()

        meters.gauge(metric, reading)

    gauge(QUEUED, lambda: (((each.queue,), each.runs) for each in waiting(store)))
    gauge(QUEUE_AGE, lambda: (((each.queue,), each.oldest) for each in waiting(store)))
    gauge(WORKERS, lambda: (((queue,), number) for queue, number in alive(store).items()))
