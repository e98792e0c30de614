"""Signals that ask a run to end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from xsrun.diagnostics import Exit
from xsrun.hints import TYPE_CHECKING, Any
from xsrun.late import Late

if TYPE_CHECKING:
    import signal
else:
    import _signal as signal  # What ``signal`` imports and dresses with enums, which take a tenth of a start.

_named: Callable[[int], Any] = Late("signal", "Signals")
_thread: Callable[..., Any] = Late("threading", "Thread")


@contextmanager
def heeding_signals() -> Iterator[None]:
    """Raise KeyboardInterrupt with the name of the signal in the block when the process is asked to end.

    Signals that the process was started to ignore are ignored still. For the main thread only.
    """

    def stop(number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt(_named(number).name)

    heeded = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) is signal.SIG_DFL]
    for each in heeded:
        signal.signal(each, stop)
    try:
        yield
    finally:
        for each in heeded:
            signal.signal(each, signal.SIG_DFL)


@contextmanager
def ending_in_two_steps(stop: Callable[[], object]) -> Iterator[None]:
    """Call ``stop`` in the block when the process is asked to end; a second time it ends at once, whatever it does.

    ``stop`` is called in a thread of its own: the kernel gives a signal to any thread, and a main thread that waits
    does not learn of it. Signals that the process was started to ignore are ignored still. For the main thread only.
    """
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    heeded = {each: handler for each, handler in before.items() if handler is not signal.SIG_IGN}
    told, tell = os.pipe()
    os.set_blocking(tell, False)

    def heed() -> None:
        asked = False
        while number := os.read(told, 1):
            if asked and number[0] in heeded:
                os._exit(Exit.INTERRUPTED)
            if number[0] in heeded:
                asked = True
                stop()

    heeding = _thread(target=heed, name="signals", daemon=True)
    told_before = signal.set_wakeup_fd(tell)
    for each in heeded:
        signal.signal(each, _noted)
    heeding.start()
    try:
        yield
    finally:
        for each, handler in heeded.items():
            signal.signal(each, handler)
        signal.set_wakeup_fd(told_before)
        os.close(tell)
        heeding.join()
        os.close(told)


def _noted(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: who listens has been told."""
