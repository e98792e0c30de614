"""Exceptions that one thread raises in another."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterable
from types import FrameType
from typing import Final

from xsrun.faults import MODULE

CALCULATING: Final = (MODULE, "xsrun.builtins.filters.", "xsrun.runtime.support", "xsrun.values", "xsrun.paths")
"""Modules of code that holds nothing: no lock, no connection, no half of a message."""
CALLING: Final = (*CALCULATING, "xsrun.builtins.", "xsrun.runtime.")
"""Those, and modules that call them for generated code."""


def interrupt(threads: Iterable[int], error: type[Exception]) -> None:
    """Have those threads raise an exception that do nothing but calculate.

    Anywhere else, e.g. between taking a lock and remembering to give it back, an exception out of nowhere would
    do harm. A thread that is interrupted raises where it is, or at the very beginning of what it calls next.
    """
    frames = sys._current_frames()
    for thread in threads:
        if calculates(frames.get(thread)):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))


def calculates(frame: FrameType | None) -> bool:
    """Whether a thread is in generated code, or in what calculates for that.

    What calculates for others is not interrupted: the journal does while it writes down that an answer is there.
    """
    if not _in(frame, CALCULATING):
        return False
    while _in(frame, CALLING) and not _in(frame, (MODULE,)):
        frame = frame and frame.f_back
    return _in(frame, (MODULE,))


def _in(frame: FrameType | None, modules: tuple[str, ...]) -> bool:
    return frame is not None and str(frame.f_globals.get("__name__")).startswith(modules)
