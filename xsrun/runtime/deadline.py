"""The time that a run has. When it is over the run ends wherever it is: in a loop, a filter or a wait.

It is over sooner when somebody has the run stop.
"""

from __future__ import annotations

import time
from _thread import LockType, allocate_lock, get_ident, start_new_thread
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from xsrun.diagnostics import LimitFault
from xsrun.effects.ports import Clock, Http, Request, Response, TransportFailure, World
from xsrun.hints import Any, Final, Protocol, TypeVar
from xsrun.late import Late
from xsrun.values import INFINITY

T = TypeVar("T", bound=Any)

_interrupt: Callable[[Iterable[int], type[Exception]], None] = Late("xsrun.runtime.interrupts", "interrupt")

LONGEST_PAUSE: Final = 1e8
"""Seconds; locks can count little further."""
LOOK: Final = 1.0
"""Seconds between two looks whether somebody has a run stop."""
AGAIN: Final = 0.01
"""Seconds until threads that have not ended are told again."""


class OutOfTime(LimitFault):
    """Raised inside a thread whose time is over; made without arguments, as Python raises it there."""

    def __init__(self) -> None:
        super().__init__("limit-time", "the run took longer than it may", help="raise --timeout, or do less")


class Stopping(Protocol):
    """Between a run and whoever may have it stop. Its methods are called in a thread of their own."""

    def look(self) -> LimitFault | None:
        """What the run is to end with, None when it may go on."""

    def end(self, fault: LimitFault) -> None:
        """Have what the run waits for end with a fault."""


class Deadline:
    """The end of one run. Threads say when they begin and end to work for it; waits ask what is left.

    With ``stopping`` it comes when that says so, too, and waits need not be cut: they end when they are told.
    A ``watchman`` looks after the time of many that have none; else each has a thread that does.
    """

    def __init__(
        self,
        seconds: float = INFINITY,
        what: str = "run",
        stopping: Stopping | None = None,
        watchman: Watchman | None = None,
    ) -> None:
        self.seconds = seconds
        self._watchman = watchman
        self.endless = seconds == INFINITY and stopping is None
        """Whether it never comes."""
        self.cuts = stopping is None
        """Whether waits have to be cut."""
        self._stopping = stopping
        self._sooner: LimitFault | None = None
        """What it ends with before its time is over."""
        self._what = what
        self._until = time.monotonic() + seconds
        self._threads: set[int] = set()
        self._lock = allocate_lock()

    def left(self) -> float:
        """Seconds until the end, 0 after it."""
        return max(0.0, self._until - time.monotonic())

    def check(self) -> None:
        """Raises OutOfTime after the end."""
        if self.left() <= 0:
            raise OutOfTime

    def over(self, world: World) -> World:
        """The same world, where no request and no wait takes longer."""
        if self.endless:
            return world
        return world._replace(http=TimedHttp(world.http, self), clock=TimedClock(world.clock, self))

    def run(self, call: Callable[[], T]) -> T:
        """What a call gives, whose thread is watched, and all that join it. Raises OutOfTime at the end."""
        if self.endless:
            return call()
        if self._watchman is not None:
            with self._watchman.over(self):
                return self.join(call)
        done = allocate_lock()
        done.acquire()
        self._start(done)
        try:
            return self.join(call)
        finally:
            done.release()

    def join(self, call: Callable[[], T]) -> T:
        """What a call gives that this thread makes for the run. Raises OutOfTime at the end."""
        if self.endless:
            return call()
        thread = get_ident()
        with self._lock:
            self._threads.add(thread)
        try:
            return call()
        except OutOfTime as fault:
            self._explain(fault)
            raise
        finally:
            # Let nothing interrupt this thread any more, and take in what is on its way to it. That cannot be taken
            # back: Python 3.11 would look for it ever after, and hang when it traces. Nor can this be a function or a
            # context manager: what is on its way would be raised where that begins, before its ``try``.
            while True:
                try:
                    with self._lock:
                        self._threads.discard(thread)
                    for _ in range(2):
                        pass
                    break
                except OutOfTime:
                    continue

    def _explain(self, fault: OutOfTime) -> None:
        """Have a fault say why this was the end."""
        if self._sooner is None:
            fault.message = f"the {self._what} took longer than {self.seconds:g} s"
        else:
            fault.code, fault.message, fault.help = self._sooner.code, self._sooner.message, self._sooner.help

    def _start(self, done: LockType) -> None:
        try:
            # A thread of ``threading`` would be waited for until it runs, for ever where its memory ends before.
            start_new_thread(self._wait, (done,))
        except RuntimeError:
            if self.seconds == INFINITY:
                return  # who has it stop has to wait for its next write
            raise LimitFault("limit-size", "there is no memory left to watch the time", help="raise --memory") from None

    def _wait(self, done: LockType) -> None:
        """Tell the threads to end when the time is over, until the run is ``done``."""
        while not done.acquire(timeout=self._pause()):
            if self._stopping is not None and self.left():
                self._sooner = self._stopping.look()
                self._until = self._until if self._sooner is None else time.monotonic()
            if not self.left():
                if self._stopping is not None:
                    self._stopping.end(self._sooner or OutOfTime())
                self.enforce()

    def enforce(self) -> None:
        """Tell the threads to end."""
        with self._lock:
            _interrupt(self._threads, OutOfTime)

    def _pause(self) -> float:
        """Seconds until there is something to do for whoever watches the time."""
        return min(self.left() or AGAIN, LONGEST_PAUSE if self._stopping is None else LOOK)


class Watchman:
    """One thread for the deadlines of a process in which runs begin all the time. It ends with the process.

    A run that ends in time costs it nothing: it sleeps until the first time is over that it knew of.
    """

    def __init__(self) -> None:
        self._watched: set[Deadline] = set()
        self._lock = allocate_lock()
        self._called = allocate_lock()
        self._called.acquire()
        self._wakes: float | None = None
        """When it looks again by itself; None before its thread has begun."""

    @contextmanager
    def over(self, deadline: Deadline) -> Iterator[None]:
        """Watch a deadline in the block."""
        until = time.monotonic() + deadline.left()
        with self._lock:
            self._watched.add(deadline)
            wakes = self._wakes
            self._wakes = until if wakes is None else min(wakes, until)
        if wakes is None:
            try:
                start_new_thread(self._watch, ())
            except RuntimeError:  # there is no memory left; the next one may find some
                self._wakes = None
        elif until < wakes:
            with suppress(RuntimeError):  # it was called already
                self._called.release()
        try:
            yield
        finally:
            with self._lock:
                self._watched.discard(deadline)

    def _watch(self) -> None:
        while True:
            with self._lock:
                late = [each for each in self._watched if not each.left()]
                pause = min((each.left() or AGAIN for each in self._watched), default=LONGEST_PAUSE)
                self._wakes = time.monotonic() + pause
            for each in late:
                each.enforce()
            self._called.acquire(timeout=min(pause, LONGEST_PAUSE))


ENDLESS: Final = Deadline()
"""For runs that may take as long as they like."""


class TimedHttp:
    """Sends through another port; no request takes longer than the run may."""

    def __init__(self, inner: Http, deadline: Deadline) -> None:
        self.inner = inner
        self.deadline = deadline

    def send(self, request: Request) -> Response:
        """Send. Raises ``limit-time`` when the time of the run is over before or meanwhile."""
        self.deadline.check()
        try:
            return self.inner.send(request._replace(timeout=min(request.timeout, self.deadline.left())))
        except TransportFailure:
            self.deadline.check()
            raise


class TimedClock:
    """Another clock; no wait takes longer than the run may."""

    def __init__(self, inner: Clock, deadline: Deadline) -> None:
        self.inner = inner
        self.deadline = deadline

    def now(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z."""
        return self.inner.now()

    def sleep(self, seconds: float) -> None:
        """Wait. Raises OutOfTime when the time of the run is over meanwhile."""
        if not self.deadline.cuts:
            self.inner.sleep(seconds)
            self.deadline.check()
            return
        left = self.deadline.left()
        self.inner.sleep(min(seconds, left))
        if seconds > left:
            raise OutOfTime
