"""A run that is to end: what it waits for within the door of its journal ends, but for the answer to a write."""

from __future__ import annotations

from collections.abc import Callable

from xsrun.diagnostics import LimitFault
from xsrun.effects.ports import Clock, Http, Request, Response, World
from xsrun.hints import Final

READING: Final = ("GET", "HEAD")
"""Methods of requests whose answers need not be waited for: they can be sent again."""
SLICE: Final = 0.25
"""Seconds between two looks in a wait; a whole number of milliseconds, as clocks that are set by hand count those."""


class Stop:
    """Whether a run is to end, as far as anybody has looked; implements ``Stopping``."""

    def __init__(self, ask: Callable[[], LimitFault | None]) -> None:
        """``ask`` gives what the run is to end with where somebody has had it stop, None when it may go on."""
        self._ask = ask
        self._fault: LimitFault | None = None

    def look(self) -> LimitFault | None:
        """What the run is to end with, None when it may go on."""
        return self._ask()

    def end(self, fault: LimitFault) -> None:
        """Have waits and reads end with a fault."""
        self._fault = fault

    def check(self) -> None:
        """Raise what the run is to end with."""
        if self._fault is not None:
            raise self._fault

    def over(self, world: World) -> World:
        """The same world, where waits and reads end when the run is to."""
        return world._replace(http=_StoppableHttp(world.http, self), clock=_StoppableClock(world.clock, self))


class _StoppableHttp:
    def __init__(self, inner: Http, stop: Stop) -> None:
        self._inner = inner
        self._stop = stop

    def send(self, request: Request) -> Response:
        """Send, unless the run is to end; a write that has begun is waited for."""
        self._stop.check()
        if request.method in READING:
            request = request._replace(waiting=self._stop.check)
        return self._inner.send(request)


class _StoppableClock:
    def __init__(self, inner: Clock, stop: Stop) -> None:
        self._inner = inner
        self._stop = stop

    def now(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z."""
        return self._inner.now()

    def sleep(self, seconds: float) -> None:
        """Wait, unless the run is to end."""
        while seconds > SLICE:
            self._inner.sleep(SLICE)
            seconds -= SLICE
            self._stop.check()
        self._inner.sleep(seconds)
