"""Spans and numbers as OpenTelemetry has them. Only who wants to be told by it imports this."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any, Final, Self

from opentelemetry import metrics, trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.trace import Link, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from xsrun.telemetry.metrics import BUCKETS, COUNTER, GAUGE, METRICS, Labels, Metric, Reading, by_name
from xsrun.telemetry.spans import CLIENT, INTERNAL, SERVER, Masked, Opening, Value

KINDS: Final = {INTERNAL: SpanKind.INTERNAL, CLIENT: SpanKind.CLIENT, SERVER: SpanKind.SERVER}
HEADER: Final = "traceparent"
_PROPAGATOR: Final = TraceContextTextMapPropagator()


class Tracer:
    """Opens the spans of a process; implements ``Tracing``."""

    def __init__(self, tracer: trace.Tracer) -> None:
        self._tracer = tracer

    def __call__(self, opening: Opening) -> Spanned:
        """Open one."""
        masked = opening.masked
        shown = {name: _shown(value, masked) for name, value in opening.attributes.items()}
        context = _named(opening.parent) if opening.parent else None
        began = opening.began or time.time_ns()
        name, links = masked(opening.name), _linked(opening.link)
        return Spanned(self._tracer.start_span(name, context, KINDS[opening.kind], shown, links, began), masked)


class Spanned:
    """A span under way; nothing reaches it that was not masked. Implements ``Span``."""

    __slots__ = ("_masked", "_span", "_token")

    def __init__(self, span: trace.Span, masked: Masked) -> None:
        self._span = span
        self._masked = masked
        self._token: Any = None

    def __enter__(self) -> Self:
        self._token = attach(trace.set_span_in_context(self._span))
        return self

    def __exit__(self, *_: object) -> None:
        detach(self._token)
        self._span.end()

    def set(self, name: str, value: Value) -> None:
        """Say something about it."""
        self._span.set_attribute(name, _shown(value, self._masked))

    def fail(self, code: str, message: str) -> None:
        """Say that it went wrong, with a code of ours or of the protocol."""
        self._span.set_attribute("error.type", self._masked(code))
        self._span.set_status(Status(StatusCode.ERROR, self._masked(message) or None))

    @property
    def traceparent(self) -> str:
        """Names it for others."""
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier, trace.set_span_in_context(self._span))
        return carrier.get(HEADER, "")


def _shown(value: Value, masked: Masked) -> Value:
    return masked(value) if isinstance(value, str) else value


def _named(traceparent: str) -> Context:
    """The context that a header names, an empty one where it names none."""
    return _PROPAGATOR.extract({HEADER: traceparent}, Context())


def _linked(traceparent: str) -> list[Link]:
    found = trace.get_current_span(_named(traceparent)).get_span_context() if traceparent else None
    return [Link(found)] if found is not None and found.is_valid else []


class Instruments:
    """Takes numbers to the meters of OpenTelemetry; implements ``Sink``."""

    def __init__(self, meter: metrics.Meter) -> None:
        self._meter = meter
        self._made: dict[Metric, Any] = {each: _instrument(meter, each) for each in METRICS if each.kind != GAUGE}

    def record(self, metric: Metric, amount: float, labels: Labels) -> None:
        """Count, or measure."""
        made = self._made[metric]
        (made.add if metric.kind == COUNTER else made.record)(amount, by_name(metric, labels))

    def watch(self, metric: Metric, read: Reading) -> None:
        """Ask a gauge whenever numbers are sent."""

        def observed(_options: object) -> Iterable[metrics.Observation]:
            return [metrics.Observation(value, by_name(metric, labels)) for labels, value in read()]

        self._meter.create_observable_gauge(metric.name, [observed], metric.unit, metric.help)


def _instrument(meter: metrics.Meter, metric: Metric) -> Any:
    if metric.kind == COUNTER:
        return meter.create_counter(metric.name, metric.unit, metric.help)
    return meter.create_histogram(metric.name, metric.unit, metric.help, explicit_bucket_boundaries_advisory=BUCKETS)
