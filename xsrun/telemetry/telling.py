"""Somebody watches what a process runs: a collector, where the variables of OpenTelemetry name one, or Prometheus."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from xsrun.diagnostics import Fault
from xsrun.engine import observing
from xsrun.extras import install_command
from xsrun.late import Late
from xsrun.telemetry.metrics import Meters
from xsrun.telemetry.prometheus import Prometheus
from xsrun.telemetry.spans import untraced
from xsrun.telemetry.watch import Watch

if TYPE_CHECKING:
    from xsrun.telemetry.exporting import Exporting

PROTOCOL: Final = "http/protobuf"
ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
PARENT: Final = "TRACEPARENT"
"""The variable by which a program that starts another names the trace that this belongs to."""

_made: Callable[..., Exporting] = Late("xsrun.telemetry.exporting", "Exporting")

Warn = Callable[[str, str], None]
"""Takes a message, and what to do about it."""


class Asked(NamedTuple):
    """What the variables ask for."""

    traces: bool
    metrics: bool


class Refused(Exception):
    """The variables ask for what there is not; ``help`` is what to set instead."""

    def __init__(self, message: str, help: str) -> None:
        super().__init__(message)
        self.help = help


class Numbers(NamedTuple):
    """What is counted in a process."""

    meters: Meters
    text: Callable[[], bytes] | None
    """All of it for Prometheus; None where the package for that is not installed."""


@contextmanager
def telling(warn: Warn) -> Iterator[None]:
    """Have the runs in the block watched, and told to where the variables of OpenTelemetry say.

    ``warn`` is told once what does not work; the runs go on.
    """
    exporting = _exporting(warn)
    if exporting is None:
        yield
    else:
        with _watched(exporting, Meters(), os.environ.get(PARENT, "")):
            yield


@contextmanager
def serving(warn: Warn) -> Iterator[Numbers]:
    """The same in a process that works for others: its numbers are there for whoever asks."""
    meters = Meters()
    prometheus = _prometheus()
    if prometheus:
        meters.into(prometheus)
    with _watched(_exporting(warn), meters, ""):
        yield Numbers(meters, prometheus.text if prometheus else None)


def _prometheus() -> Prometheus | None:
    try:
        return Prometheus()
    except Fault:  # not installed: who asks for the text finds none
        return None


@contextmanager
def _watched(exporting: Exporting | None, meters: Meters, parent: str) -> Iterator[None]:
    if exporting:
        exporting.measure(meters)
    observing.observer = Watch(meters, exporting.tracing if exporting else untraced, parent)
    try:
        yield
    finally:
        observing.observer = None
        if exporting:
            exporting.close()


def _exporting(warn: Warn) -> Exporting | None:
    """What sends what is asked for, None for nothing."""
    try:
        asked = asked_for(os.environ)
    except Refused as refused:
        warn(f"traces and metrics are not sent: {refused}", refused.help)
        return None
    if not any(asked):
        return None
    told = False

    def lost(reason: str) -> None:
        nonlocal told
        if not told:
            told = True
            warn(f"the collector of OpenTelemetry did not take what was sent: {reason}", "look at " + ENDPOINT)

    try:
        return _made(*asked, lost)
    except ModuleNotFoundError as missing:
        if not str(missing.name).startswith("opentelemetry"):
            raise
        warn("traces and metrics are not sent: OpenTelemetry is not installed", install_command("otel"))
        return None
    except (ValueError, RuntimeError) as error:
        warn(f"traces and metrics are not sent: {error}", "look at the variables that begin with OTEL_")
        return None


def asked_for(env: Mapping[str, str]) -> Asked:
    """What variables ask for. Raises Refused."""
    if env.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return Asked(False, False)
    return Asked(_wanted(env, "TRACES"), _wanted(env, "METRICS"))


def _wanted(env: Mapping[str, str], signal: str) -> bool:
    exporter = env.get(f"OTEL_{signal}_EXPORTER", "").strip().lower()
    endpoint = env.get(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT") or env.get(ENDPOINT, "")
    if exporter == "none" or not (exporter or endpoint):
        return False
    if exporter not in ("", "otlp"):
        raise Refused(f"there is no exporter {exporter} here", f"set OTEL_{signal}_EXPORTER to otlp, or to none")
    protocol = env.get(f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL") or env.get("OTEL_EXPORTER_OTLP_PROTOCOL") or PROTOCOL
    if protocol != PROTOCOL:
        help = (
            f"set OTEL_EXPORTER_OTLP_PROTOCOL={PROTOCOL}, and the port of the collector for that, which often is 4318"
        )
        raise Refused(f"{protocol} is not spoken here", help)
    if endpoint and not endpoint.lower().startswith(("http://", "https://")):
        raise Refused("the collector has no address over HTTP", f"set {ENDPOINT}=http://127.0.0.1:4318")
    return True
