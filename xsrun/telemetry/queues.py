"""The numbers of queues and workers in a database, among those of a process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from xsrun.engine.folder import Broken
from xsrun.engine.journal import Journal
from xsrun.engine.scale.standing import Inside, alive, inside
from xsrun.telemetry.metrics import QUEUE_AGE, QUEUED, WORKERS, Labels, Meters

FRESH: Final = 0.5
"""Seconds for which a look counts: whoever asks for all numbers at once has the database looked at once."""


class Found(NamedTuple):
    """What a look into the database found; nothing where it cannot be looked into."""

    waiting: Mapping[str, Inside] = {}
    """Queues that runs wait in."""
    workers: Mapping[str, int] = {}


def look_into(journal: Journal, meters: Meters) -> None:
    """Have the numbers of queues and workers in a database among those of this process."""
    look = _fresh(lambda: _found(journal))

    def gauge(numbers: Callable[[Found], Iterable[tuple[str, float]]]) -> Callable[[], Iterable[tuple[Labels, float]]]:
        return lambda: [((queue,), number) for queue, number in numbers(look())]

    meters.gauge(QUEUED, gauge(lambda found: ((name, each.waiting) for name, each in found.waiting.items())))
    meters.gauge(QUEUE_AGE, gauge(lambda found: ((name, each.oldest) for name, each in found.waiting.items())))
    meters.gauge(WORKERS, gauge(lambda found: found.workers.items()))


def _found(journal: Journal) -> Found:
    try:
        return Found({name: each for name, each in inside(journal).items() if each.waiting}, alive(journal))
    except Broken:  # no number is truer than an old one, and /_xsrun/ready says why
        return Found()


def _fresh(look: Callable[[], Found]) -> Callable[[], Found]:
    """What was looked at last, anew where that is long ago."""
    lock = threading.Lock()
    found, until = Found(), 0.0

    def latest() -> Found:
        nonlocal found, until
        with lock:
            if time.monotonic() >= until:
                found = look()
                until = time.monotonic() + FRESH
            return found

    return latest
