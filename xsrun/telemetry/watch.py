"""What watches runs: their spans, those of their functions and effects, and what is counted of them.

What is under way is known by context variables: threads that functions run on beside their caller take over those of
the caller, and a run has a context of its own that ends with it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar, copy_context
from typing import Any, Final, Self
from weakref import WeakSet

from xsrun.diagnostics import Fault, RunStopped
from xsrun.effects.ports import TransportFailure, World
from xsrun.engine.effects import State
from xsrun.engine.observing import Ending, Subject
from xsrun.engine.rows import state_of
from xsrun.engine.world import Layer
from xsrun.faults import fault_of
from xsrun.late import Late
from xsrun.program import Routine
from xsrun.runtime.run import Loaded
from xsrun.telemetry.metrics import (
    EFFECTS,
    REQUESTS,
    RETRIES,
    RUN_DURATION,
    RUNS,
    RUNS_UNDER_WAY,
    Labels,
    Meters,
)
from xsrun.telemetry.requests import method_of
from xsrun.telemetry.spans import CLIENT, INTERNAL, NOTHING, SERVER, Opening, Span, Tracing, Value, untraced

_around: Callable[[Layer], Layer] = Late("xsrun.telemetry.ports", "around")
_below: Callable[[World, Callable[[str], bool]], World] = Late("xsrun.telemetry.ports", "below")

MOST_SPANS: Final = 2000
"""Spans of one run, which is what waits in the queue of the library; later ones are only counted."""
FOR_EFFECTS: Final = 1000
"""How many of them are kept for effects, however many functions a loop calls."""
UNKEPT: Final = "none"
"""The policy of an effect of which nothing is kept."""
ASKING: Final = frozenset(("http", "database", "redis", "sql"))
"""Kinds of effects that ask another program."""
OK: Final = "ok"
ERROR: Final = "error"
REPLAYED: Final = "replayed"
STOPPED: Final = "stopped"


class Watch:
    """Watches the runs and requests of a process; implements ``Observer``."""

    def __init__(self, meters: Meters, tracing: Tracing = untraced, parent: str = "") -> None:
        self.meters = meters
        self.tracing = tracing
        self._parent = parent
        """A traceparent for runs that nobody else asked for."""
        self._surrounded: WeakSet[Loaded] = WeakSet()
        self._lock = threading.Lock()
        self._under_way = 0
        meters.gauge(RUNS_UNDER_WAY, self._counted)

    def begin(self, subject: Subject) -> Seen:
        """A subject begins."""
        if self.tracing is not untraced:
            self._surround(subject.loaded)
        if self._parent and not subject.parent and current() is None:
            subject = subject._replace(parent=self._parent)
        return Seen(self, subject)

    def refused(self, verb: str, route: str, status: int, seconds: float) -> None:
        """A request was answered before a query ran."""
        self.meters.record(REQUESTS, seconds, method_of(verb), route, str(status))

    def kept_from(self, job: str, state: str) -> None:
        """An attempt of a run could not begin."""
        self.meters.record(RUNS, 1, job, state)

    def around(self, layer: Layer) -> Layer:
        """A layer with what watches the effects in it."""
        return _around(layer)

    def below(self, world: World, traced: Callable[[str], bool]) -> World:
        """The world below the door, with what watches it; hosts that are ``traced`` are told of the trace."""
        return _below(world, traced)

    def count(self, by: int) -> None:
        """A run begins or ends."""
        with self._lock:
            self._under_way += by

    def _counted(self) -> Iterable[tuple[Labels, float]]:
        return [((), self._under_way)]

    def _surround(self, loaded: Loaded) -> None:
        """Have every function of a program open a span, where a run is being watched."""
        with self._lock:
            if loaded not in self._surrounded:
                self._surrounded.add(loaded)
                loaded.surround(_spanned)


_SEEN: ContextVar[Seen | None] = ContextVar("seen", default=None)
_EFFECT: ContextVar[Effect | None] = ContextVar("effect", default=None)


def current() -> Seen | None:
    """What is being watched on this thread."""
    return _SEEN.get()


def under_way() -> Effect | None:
    """The effect that is under way on this thread."""
    return _EFFECT.get()


class Seen:
    """A run or a request that is being watched; implements ``Watched``."""

    def __init__(self, watch: Watch, subject: Subject) -> None:
        self.watch = watch
        self.subject = subject
        self.masked = subject.masked
        self._left, self._left_out = MOST_SPANS, 0
        self._span = watch.tracing(_root(subject))
        self.traceparent = self._span.traceparent

    def during(self, perform: Callable[[], Any], ended: Callable[[Any], Ending]) -> Any:
        """Do it in a context of its own."""
        return copy_context().run(self._during, perform, ended)

    def _during(self, perform: Callable[[], Any], ended: Callable[[Any], Ending]) -> Any:
        _SEEN.set(self)
        _EFFECT.set(None)
        began = time.perf_counter()
        self.watch.count(1)
        try:
            with self._span:
                try:
                    outcome = perform()
                except BaseException as error:
                    self._span.fail(type(error).__name__, "")
                    raise
                self._tell(ended(outcome), time.perf_counter() - began)
                return outcome
        finally:
            self.watch.count(-1)

    def _tell(self, ending: Ending, seconds: float) -> None:
        for name, value in _attributes(self.subject, ending).items():
            self._span.set(name, value)
        if self._left_out:
            self._span.set("xsrun.spans.left_out", self._left_out)
        if ending.code:
            self._span.fail(ending.code, ending.message)
        record, name = self.watch.meters.record, self.masked(self.subject.name)
        if self.subject.verb:
            record(REQUESTS, seconds, method_of(self.subject.verb), name, str(ending.status))
        else:
            record(RUNS, 1, name, state_of(ending.exit, ending.code))
            record(RUN_DURATION, seconds, name)

    def opened(
        self, name: str, kind: str, attributes: Mapping[str, Value], began: int | None = None, spare: int = 0
    ) -> Span:
        """A span in it; none once no more than ``spare`` are left."""
        if self._left <= spare:
            self._left_out += 1
            return NOTHING
        self._left -= 1
        return self.watch.tracing(Opening(name, kind, attributes, self.masked, began))


def _root(subject: Subject) -> Opening:
    told: dict[str, Value]
    if subject.verb:
        verb = method_of(subject.verb)
        told = {"http.request.method": verb, "http.route": subject.name}
        return Opening(f"{verb} {subject.name}", SERVER, told, subject.masked, parent=subject.parent)
    told = {"xsrun.job": subject.name}
    if subject.rehearsed:
        told["xsrun.rehearsed"] = subject.rehearsed
    opening = Opening(f"run {subject.name}", INTERNAL, told, subject.masked, parent=subject.parent)
    return opening._replace(link=subject.earlier)


def _attributes(subject: Subject, ending: Ending) -> dict[str, Value]:
    if subject.verb:
        return {"http.response.status_code": ending.status}
    told: dict[str, Value] = {"xsrun.exit": ending.exit, "xsrun.state": state_of(ending.exit, ending.code)}
    return {**told, "xsrun.run.id": ending.run} if ending.run else told


def _spanned(routine: Routine, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of a program with a span around it."""
    name = f"{routine.kind} {routine.name}"
    told: dict[str, Value] = {"code.function.name": routine.name, "code.line.number": routine.line}

    def spanned(*arguments: Any) -> Any:
        seen = _SEEN.get()
        if seen is None:
            return function(*arguments)
        with seen.opened(name, INTERNAL, told, spare=FOR_EFFECTS) as span:
            try:
                return function(*arguments)
            except (Fault, TypeError) as error:
                fault = fault_of(error)
                span.fail(fault.code, fault.message)
                raise
            except RunStopped:
                raise
            except BaseException as error:
                span.fail(type(error).__name__, "")
                raise

    return spanned


class Effect:
    """One thing done outside, from when it is wanted until it is done. Its span is opened when it really begins.

    The door says ``performing`` when it does; where there is no door, it did when it was wanted.
    """

    def __init__(self, seen: Seen, kind: str, name: str, attributes: Mapping[str, Value]) -> None:
        self._seen = seen
        self._kind = kind
        self._span_kind = CLIENT if kind in ASKING else INTERNAL
        self._name = name
        self._told: dict[str, Value] = {"xsrun.effect": kind, **attributes}
        self._began = time.time_ns()
        self._span: Span | None = None
        self._outcome = OK
        self._failed: tuple[str, str] | None = None
        self._policy = ""
        self._maybe_kept = self._performed = False

    def __enter__(self) -> Self:
        self._token = _EFFECT.set(self)
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _at: object) -> None:
        _EFFECT.reset(self._token)
        if error is not None and not isinstance(error, RunStopped):
            self._ended_by(error)
        span = self._opened(INTERNAL if self._replayed else self._span_kind)
        for name, value in {**self._told, **self._judged()}.items():
            span.set(name, value)
        if self._failed:
            span.fail(*self._failed)
        span.__exit__()
        outcome = REPLAYED if self._replayed else self._outcome
        self._seen.watch.meters.record(EFFECTS, 1, self._kind, self._policy or UNKEPT, outcome)

    def _judged(self) -> dict[str, Value]:
        policy: dict[str, Value] = {"xsrun.policy": self._policy} if self._policy else {}
        return {**policy, "xsrun.replayed": True} if self._replayed else policy

    @property
    def _replayed(self) -> bool:
        """Whether an earlier attempt of the run did it, and nothing was done now."""
        return self._maybe_kept and not self._performed

    def judged(self, policy: str = "") -> None:
        """It is done now only if it is not in the journal, under a policy that decides when in doubt."""
        self._policy = policy or self._policy
        self._maybe_kept = True

    def begin(self) -> None:
        """Have others belong to it from now on."""
        self._opened(self._span_kind)

    def performing(self) -> None:
        """It is done now."""
        self._performed = True
        self._opened(self._span_kind)

    def _opened(self, kind: str) -> Span:
        if self._span is None:
            place = self._seen.subject.loaded.here()
            told: dict[str, Value] = {**self._told, "xsrun.place": place} if place else self._told
            self._span = self._seen.opened(self._name, kind, told, self._began).__enter__()
        return self._span

    @property
    def traceparent(self) -> str:
        """Names it for others, from when it really begins; ``""`` where there is no trace."""
        return self._opened(self._span_kind).traceparent

    def resent(self) -> None:
        """It was done before, and is done again."""
        self._seen.watch.meters.record(RETRIES, 1)

    def set(self, name: str, value: Value) -> None:
        """Say something about it."""
        self._told[name] = value

    def fail(self, code: str, message: str, outcome: str = ERROR) -> None:
        """Say that it went wrong."""
        self._failed, self._outcome = (code, message), outcome

    def _ended_by(self, error: BaseException) -> None:
        if isinstance(error, TransportFailure):
            state = State.UNANSWERED if error.sent else State.NOT_SENT
            self.fail(str(error.code), error.message, state)
        elif isinstance(error, Fault):
            self.fail(error.code, error.message)
        else:
            self.fail(type(error).__name__, "", STOPPED)
