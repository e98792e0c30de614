"""Tells what a program does while it does it. The compiled code is the same: Python's own tracing sees its lines."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import CodeType, FrameType, TracebackType
from typing import Any, Final, NamedTuple, Self

from xsrun.effects.ports import Http, Request, Response, TransportFailure
from xsrun.program import Routine
from xsrun.runtime.run import Loaded
from xsrun.runtime.support import UNSET
from xsrun.tracing.statements import Statement, statements

OFTEN: Final = 50
"""Passes of one statement that are told; of further ones only the hundredth, the thousandth and so on."""


Values = tuple[tuple[str, Any], ...]


class Step(NamedTuple):
    """One line of a trace."""

    kind: str
    """``statement``, ``call``, ``return``, ``request`` or ``error``."""
    at: float
    """Milliseconds since the run began."""
    took: float
    """Milliseconds, 0 where that makes no sense."""
    depth: int
    """Calls around it, from 0."""
    place: str
    """``function/notify.xs:12``."""
    title: str
    values: Values = ()
    """What it set or gave back, by name."""
    passed: int = 1
    """How often the statement was reached so far."""


Tell = Callable[[Step], None]


class Tracer:
    """While it is entered, every statement of the program on this thread and on new ones is told."""

    def __init__(self, loaded: Loaded, tell: Tell, clock: Callable[[], float] = time.perf_counter) -> None:
        self._routines: dict[CodeType, Routine] = loaded.by_code
        self._sources = loaded.sources
        self._statements = {name: statements(source) for name, source in loaded.sources.items()}
        self._tell = tell
        self.clock = clock
        """Seconds; the trace begins at what it shows now."""
        self._begun = clock()
        self._over = False
        self._passed: Counter[tuple[str, int]] = Counter()
        self._lock = threading.Lock()
        self._depths = threading.local()

    def __enter__(self) -> Self:
        threading.settrace(self._enter)
        sys.settrace(self._enter)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over = True
        sys.settrace(None)
        threading.settrace(None)

    def around(self, http: Http) -> Http:
        """A port that tells of the requests that pass through it."""
        return _TracedHttp(http, self)

    def tell(self, kind: str, begun: float, title: str, place: str = "", values: Values = (), passed: int = 1) -> None:
        """Tell of something that began at a time and is over."""
        at, took = (begun - self._begun) * 1000, (self.clock() - begun) * 1000
        with self._lock:
            self._tell(Step(kind, at, took, self.depth, place, title, values, passed))

    @property
    def depth(self) -> int:
        """Calls around what runs on this thread."""
        return getattr(self._depths, "depth", 0)

    def _enter(self, frame: FrameType, event: str, _arg: Any) -> Any:
        if self._over:  # A thread of somebody else, which began meanwhile.
            sys.settrace(None)
            return None
        routine = self._routines.get(frame.f_code)
        if event != "call" or routine is None:
            return None
        return _Followed(self, routine, frame).event

    def statement(self, frame: FrameType, line: int) -> Statement | None:
        """The statement that begins on a line of the text that a frame runs."""
        return self._statements.get(frame.f_code.co_filename, {}).get(line)

    def place(self, frame: FrameType, line: int) -> str:
        """A line of the text that a frame runs."""
        return f"{self._sources[frame.f_code.co_filename].name}:{line}"

    def passes(self, frame: FrameType, line: int) -> int:
        """How often a line has been reached, this time included; 0 where it is not told any more."""
        key = frame.f_code.co_filename, line
        self._passed[key] += 1
        count = self._passed[key]
        return count if count <= OFTEN or (count % 100 == 0 and str(count).strip("0") == "1") else 0

    def deeper(self, by: int) -> None:
        """A call begins or ends on this thread."""
        self._depths.depth = self.depth + by


class _Followed:
    """One call that is being followed, from statement to statement."""

    def __init__(self, tracer: Tracer, routine: Routine, frame: FrameType) -> None:
        self._tracer = tracer
        self._routine = routine
        self._shown = {shown: name for name, shown in routine.variables.items()}
        self._line = 0
        self._begun = tracer.clock()
        self._passed = 0
        tracer.tell("call", self._begun, f"{routine.kind} {routine.name}", tracer.place(frame, routine.line))
        tracer.deeper(1)

    def event(self, frame: FrameType, event: str, arg: Any) -> Any:
        """What Python's tracing tells of the frame."""
        if event == "line" and frame.f_lineno != self._line and self._tracer.statement(frame, frame.f_lineno):
            self._over(frame)
            self._line, self._begun = frame.f_lineno, self._tracer.clock()
            self._passed = self._tracer.passes(frame, self._line)
        elif event == "return":
            self._over(frame)
            self._tracer.deeper(-1)
        return self.event

    def _over(self, frame: FrameType) -> None:
        """The statement under way is over."""
        statement = self._tracer.statement(frame, self._line) if self._line else None
        if statement is None or not self._passed:
            return
        local = frame.f_locals
        values = tuple(
            (target, value)
            for target in statement.targets
            if (value := local.get(self._shown.get(target, ""), UNSET)) is not UNSET
        )
        place = self._tracer.place(frame, self._line)
        self._tracer.tell("statement", self._begun, statement.title, place, values, self._passed)
        self._line = 0


class _TracedHttp:
    def __init__(self, inner: Http, tracer: Tracer) -> None:
        self._inner = inner
        self._tracer = tracer

    def send(self, request: Request) -> Response:
        begun = self._tracer.clock()
        title = f"{request.method} {request.url}"
        try:
            response = self._inner.send(request)
        except TransportFailure as failure:
            self._tracer.tell("request", begun, f"{title}: {failure.message}", values=(("sent", failure.sent),))
            raise
        self._tracer.tell("request", begun, f"{title}: {response.status} {response.reason}".rstrip())
        return response
