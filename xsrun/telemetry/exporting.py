"""Traces and metrics on their way to a collector over OTLP/HTTP, as the variables of OpenTelemetry say.

A collector that is down or slow costs a run nothing but the spans: they wait in a bounded queue, a thread sends
them, and the end of the process waits for it only as long as there is hope.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Final

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from xsrun.build import VERSION
from xsrun.telemetry.metrics import Meters
from xsrun.telemetry.otel import Instruments, Tracer
from xsrun.telemetry.spans import Tracing, untraced

SCOPE: Final = "xsrun"
PATIENCE: Final = 2.0
"""Seconds that the end of a process waits for a collector that has not failed."""
LITTLE_PATIENCE: Final = 0.3
"""Seconds that it waits for one that has."""
SENDING: Final = "opentelemetry.exporter"
"""Where the complaints of those come from that send."""
AGAIN: Final = "Transient error"
"""How the library begins to say that it tries again."""
FULL: Final = "Queue full"
"""How it begins to say that it drops something."""
LOOK: Final = 0.01
"""Seconds between two looks whether there is still hope."""
ATTRIBUTES: Final = "OTEL_RESOURCE_ATTRIBUTES"


class Exporting:
    """What a process sends, until ``close``. Raises ValueError and RuntimeError for settings that make no sense."""

    def __init__(self, traces: bool, metrics: bool, lost: Callable[[str], None]) -> None:
        self._failing = threading.Event()
        self._closed = threading.Event()
        _listen(_Complaints(self._failing, lost))
        self._lost = lost
        resource = _resource()
        self._exporters: list[OTLPSpanExporter | OTLPMetricExporter] = []
        self._tracers: TracerProvider | None = None
        self._meters: MeterProvider | None = None
        if traces:
            spans = OTLPSpanExporter()
            self._exporters.append(spans)
            self._tracers = TracerProvider(resource=resource, shutdown_on_exit=False)
            self._tracers.add_span_processor(BatchSpanProcessor(spans))
        if metrics:
            numbers = OTLPMetricExporter()
            self._exporters.append(numbers)
            reader = PeriodicExportingMetricReader(numbers)
            self._meters = MeterProvider([reader], resource, shutdown_on_exit=False)

    @property
    def tracing(self) -> Tracing:
        """Takes spans, if they are wanted."""
        return Tracer(self._tracers.get_tracer(SCOPE, VERSION)) if self._tracers else untraced

    def measure(self, meters: Meters) -> None:
        """Have numbers sent, if they are wanted."""
        if self._meters:
            meters.into(Instruments(self._meters.get_meter(SCOPE, VERSION)))

    def close(self) -> None:
        """Send what is left, as long as there is hope that it arrives."""
        until = time.monotonic() + (LITTLE_PATIENCE if self._failing.is_set() else PATIENCE)
        self._failing.clear()
        threading.Thread(target=self._end, daemon=True).start()
        while not self._closed.wait(LOOK) and not self._failing.is_set() and time.monotonic() < until:
            pass
        if not self._closed.is_set():
            self._lost("it does not answer")
            for exporter in self._exporters:
                exporter.shutdown()  # tries no further

    def _end(self) -> None:
        for provider in (self._tracers, self._meters):
            if provider:
                provider.shutdown()
        self._closed.set()


class _Complaints(logging.Handler):
    """Hears what the library has to complain of: that it tries again makes hope small, that it gave up is told."""

    def __init__(self, failing: threading.Event, lost: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._failing = failing
        self._lost = lost

    def emit(self, record: logging.LogRecord) -> None:
        """Take a complaint; what it says may hold more than it should, but for a status."""
        said = record.getMessage()
        if said.startswith(FULL):
            self._lost("more came than could be sent; OTEL_BSP_MAX_QUEUE_SIZE says how much may wait")
        if not record.name.startswith(SENDING):
            return  # of settings that make no sense: their defaults hold
        gave_up = record.levelno >= logging.ERROR
        if gave_up or said.startswith(AGAIN):
            self._failing.set()
        if gave_up:
            status = [each for each in record.args or () if isinstance(each, int)]
            self._lost(f"it answered {status[0]}" if status else "it does not answer")


def _listen(handler: logging.Handler) -> None:
    """Have the complaints of the library come here, and nowhere else."""
    logger = logging.getLogger("opentelemetry")
    logger.propagate = False
    logger.handlers = [handler]


def _resource() -> Resource:
    """What the process is."""
    told = {"service.version": VERSION}
    if not os.environ.get("OTEL_SERVICE_NAME") and "service.name=" not in os.environ.get(ATTRIBUTES, ""):
        told["service.name"] = SCOPE
    return Resource.create(told)
