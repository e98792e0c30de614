"""The metrics as text for Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from xsrun.extras import load
from xsrun.telemetry.metrics import BUCKETS, COUNTER, GAUGE, METRICS, Labels, Metric, Reading

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Prometheus:
    """Keeps the numbers until somebody asks for them; implements ``Sink``. Raises the Fault ``missing-extra``."""

    def __init__(self) -> None:
        library: Any = load("prometheus_client", extra="server", needed_by="/_xsrun/metrics")
        library.disable_created_metrics()  # a further series for each of ours, which nobody asks for
        self._library = library
        self._registry = library.CollectorRegistry()
        self._kept = {each: self._made(each) for each in METRICS if each.kind != GAUGE}
        self._series: dict[tuple[str, Labels], Any] = {}
        self._gauges: dict[Metric, Reading] = {}
        self._registry.register(self)

    def _made(self, metric: Metric) -> Any:
        names = [each.replace(".", "_") for each in metric.labels]
        if metric.kind == COUNTER:
            return self._library.Counter(metric.prometheus, metric.help, names, registry=self._registry)
        return self._library.Histogram(metric.prometheus, metric.help, names, registry=self._registry, buckets=BUCKETS)

    def record(self, metric: Metric, amount: float, labels: Labels) -> None:
        """Count, or measure."""
        kept = self._series.get((metric.name, labels))
        if kept is None:
            of_all = self._kept[metric]
            kept = self._series[(metric.name, labels)] = of_all.labels(*labels) if labels else of_all
        if metric.kind == COUNTER:
            kept.inc(amount)
        else:
            kept.observe(amount)

    def watch(self, metric: Metric, read: Reading) -> None:
        """Ask a gauge whenever the text is asked for."""
        self._gauges[metric] = read

    def collect(self) -> Iterator[Any]:
        """The gauges, as the library wants them."""
        for metric, read in list(self._gauges.items()):
            family = self._library.metrics_core.GaugeMetricFamily(
                metric.prometheus, metric.help, labels=[each.replace(".", "_") for each in metric.labels]
            )
            for labels, value in read():
                family.add_metric(labels, value)
            yield family

    def describe(self) -> list[Any]:
        """No names: the gauges have none of the others'."""
        return []

    def text(self) -> bytes:
        """All metrics, in the text format."""
        made: bytes = self._library.generate_latest(self._registry)
        return made
