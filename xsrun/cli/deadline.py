"""A time after which a run is stopped, wherever it is."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from xsrun.diagnostics import LimitFault


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise the fault ``limit-time`` in the block after so many seconds. For the main thread only."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise LimitFault("limit-time", f"the run took longer than {seconds:g} s", help="raise --timeout")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
