"""A collector of OpenTelemetry on a port of its own: what is sent to it over OTLP/HTTP, decoded."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.parser import text_string_to_metric_families


def samples(text: str) -> dict[tuple[Any, ...], float]:
    """The numbers in a text for Prometheus, by their names and labels."""
    families = text_string_to_metric_families(text)
    return {(each.name, *sorted(each.labels.items())): each.value for family in families for each in family.samples}


class Told(NamedTuple):
    """A span as it arrived."""

    name: str
    kind: int
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any]
    failed: bool
    message: str
    links: list[tuple[str, str]]


class Collector:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.spans: list[Told] = []
        self.resource: dict[str, Any] = {}
        self.metrics: dict[str, list[tuple[dict[str, Any], float]]] = {}
        self.status = 200
        self.hanging = threading.Event()
        self.hanging.set()
        self.url = ""
        self._lock = threading.Lock()

    def env(self) -> dict[str, str]:
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.url}

    def take(self, path: str, headers: dict[str, str], body: bytes) -> None:
        with self._lock:
            self.raw.append(body)
            self.headers.append(headers)
            if path == "/v1/traces":
                self._spans(ExportTraceServiceRequest.FromString(body))
            else:
                assert path == "/v1/metrics"
                self._metrics(ExportMetricsServiceRequest.FromString(body))

    def _spans(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            self.resource = _plain(resource.resource.attributes)
            for scope in resource.scope_spans:
                self.spans += map(_told, scope.spans)

    def _metrics(self, request: ExportMetricsServiceRequest) -> None:
        for resource in request.resource_metrics:
            for scope in resource.scope_metrics:
                for metric in scope.metrics:
                    data = getattr(metric, metric.WhichOneof("data"))
                    self.metrics[metric.name] = [
                        (_plain(point.attributes), _number(point)) for point in data.data_points
                    ]

    def named(self, name: str) -> list[Told]:
        return [each for each in self.spans if each.name == name]

    def only(self, name: str) -> Told:
        (found,) = self.named(name)
        return found

    def tree(self, span: Told | None = None) -> list[Any]:
        """The names of spans, each with what is below it, in the order they began."""
        inside = [each for each in self.spans if each.parent == (span.id if span else "")]
        return [[each.name, *self.tree(each)] for each in inside]


def _told(span: Any) -> Told:
    return Told(
        span.name,
        span.kind,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        _plain(span.attributes),
        span.status.code == 2,
        span.status.message,
        [(each.trace_id.hex(), each.span_id.hex()) for each in span.links],
    )


def _plain(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


def _number(point: Any) -> float:
    kind = point.WhichOneof("value") if hasattr(point, "as_int") else None
    return float(getattr(point, kind)) if kind else float(point.count)


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.hanging.wait()
            if collector.status == 200:
                collector.take(self.path, dict(self.headers), body)
            self.send_response(collector.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collector.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=lambda: server.serve_forever(0.02))
    thread.start()
    try:
        yield collector
    finally:
        collector.hanging.set()
        server.shutdown()
        server.server_close()
        thread.join()
