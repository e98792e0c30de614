"""What is counted and measured, as records, and where the numbers go.

Labels are words of the source, of ours or of the protocol: never an id, an address or an input.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple, Protocol

COUNTER: Final = "counter"
HISTOGRAM: Final = "histogram"
GAUGE: Final = "gauge"

OTHER: Final = "other"
"""The label in place of one that is one too many."""
MOST_SERIES: Final = 1000
"""Sets of labels of one metric: whoever may send sources decides on the names of jobs."""
BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Upper bounds of what histograms count, in seconds."""

Labels = tuple[str, ...]


class Metric(NamedTuple):
    """One number, or one a set of labels."""

    name: str
    """As OpenTelemetry writes it: ``xsrun.runs``."""
    kind: str
    unit: str
    labels: Labels
    help: str

    @property
    def prometheus(self) -> str:
        """Its name in the text for Prometheus."""
        named = self.name.replace(".", "_")
        return f"{named}_seconds" if self.unit == "s" else f"{named}_total" if self.kind == COUNTER else named


RUNS: Final = Metric("xsrun.runs", COUNTER, "{run}", ("job", "state"), "Attempts of runs that ended, by their state.")
RUN_DURATION: Final = Metric("xsrun.run.duration", HISTOGRAM, "s", ("job",), "How long attempts of runs took.")
RUNS_UNDER_WAY: Final = Metric("xsrun.runs.under_way", GAUGE, "{run}", (), "Attempts of runs under way.")
EFFECTS: Final = Metric(
    "xsrun.effects", COUNTER, "{effect}", ("kind", "policy", "outcome"), "What runs did outside, and what came of it."
)
RETRIES: Final = Metric("xsrun.retries", COUNTER, "{request}", (), "Requests that were sent again.")
REQUESTS: Final = Metric(
    "http.server.request.duration",
    HISTOGRAM,
    "s",
    ("http.request.method", "http.route", "http.response.status_code"),
    "Requests to queries, and what was refused before a query ran; that has no route where none was meant.",
)
QUEUED: Final = Metric("xsrun.queue.length", GAUGE, "{run}", ("queue",), "Runs that wait in a queue.")
QUEUE_AGE: Final = Metric("xsrun.queue.age", GAUGE, "s", ("queue",), "How long the oldest run in a queue has waited.")
WORKERS: Final = Metric("xsrun.workers", GAUGE, "{worker}", ("queue",), "Workers that are alive.")

METRICS: Final = (RUNS, RUN_DURATION, RUNS_UNDER_WAY, EFFECTS, RETRIES, REQUESTS, QUEUED, QUEUE_AGE, WORKERS)

Reading = Callable[[], Iterable[tuple[Labels, float]]]
"""What a gauge shows now, by its labels. Is not to raise."""


class Sink(Protocol):
    """Takes numbers somewhere."""

    def record(self, metric: Metric, amount: float, labels: Labels) -> None:
        """Count, or measure, on any thread."""

    def watch(self, metric: Metric, read: Reading) -> None:
        """Ask a gauge whenever somebody wants to know."""


class Meters:
    """Spreads every number to all sinks. Safe for threads."""

    def __init__(self) -> None:
        self._sinks: list[Sink] = []
        self._gauges: dict[Metric, Reading] = {}
        self._known: dict[Metric, set[Labels]] = {each: set() for each in METRICS}
        self._lock = threading.Lock()

    def into(self, sink: Sink) -> None:
        """Have a sink get everything from now on."""
        with self._lock:
            self._sinks.append(sink)
            for metric, read in self._gauges.items():
                sink.watch(metric, read)

    def gauge(self, metric: Metric, read: Reading) -> None:
        """Say how a gauge is read."""
        with self._lock:
            self._gauges[metric] = read
            for sink in self._sinks:
                sink.watch(metric, read)

    def record(self, metric: Metric, amount: float, *labels: str) -> None:
        """Count, or measure, under labels in the order of the metric."""
        known = self._known[metric]
        if labels not in known:
            labels = self._admitted(known, labels)
        for sink in self._sinks:
            sink.record(metric, amount, labels)

    def _admitted(self, known: set[Labels], labels: Labels) -> Labels:
        with self._lock:
            if len(known) >= MOST_SERIES:
                return (OTHER,) * len(labels)
            known.add(labels)
        return labels


def by_name(metric: Metric, labels: Labels) -> Mapping[str, str]:
    """Labels with their names."""
    return dict(zip(metric.labels, labels, strict=True))
