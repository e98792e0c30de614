"""The turns of loops that a run has left, and a look at what its loops have made so far.

Loops take their turns from shares, so that one turn costs no more than a step of a C iterator. Between two
shares the variables of the functions that run are measured: what grows turn by turn is found there, what
grows faster (a text of two others, a filter that repeats) where it grows.
"""

from __future__ import annotations

import sys
from _thread import allocate_lock
from collections.abc import Iterator
from itertools import repeat
from types import FrameType

from xsrun import values
from xsrun.faults import MODULE
from xsrun.hints import Any, Final

SHARE: Final = 16_384
"""Turns between two looks; fewer where values may have few entries or characters."""
MOST_FRAMES: Final = 32
"""Functions inside one another that are looked at, the innermost first."""
FEW: Final = 64
"""Entries of a list or object that is looked into."""


class Turns:
    """Hands out shares of turns until they are used up. For all threads of a run."""

    __slots__ = ("_characters", "_items", "_left", "_lock", "_share", "spent")

    def __init__(self, turns: int, items: int, characters: int) -> None:
        self.spent = False
        """Whether a loop asked for a turn when none was left."""
        self._left = turns
        self._items = items
        self._characters = characters
        self._share = max(1, min(SHARE, items // 8, characters // 8))
        self._lock = allocate_lock()

    def __iter__(self) -> Iterator[Iterator[bool]]:
        return self

    def __next__(self) -> Iterator[bool]:
        with self._lock:
            share = min(self._left, self._share)
            self._left -= share
        if not share:
            self.spent = True
            raise StopIteration
        self._look(sys._getframe(1))
        return repeat(True, share)

    def _look(self, frame: FrameType | None) -> None:
        """Measure the variables of the functions of the program that led to a place. Raises ``limit-size``."""
        seen = 0
        while frame is not None and seen < MOST_FRAMES:
            if frame.f_globals.get("__name__") == MODULE:
                seen += 1
                self._measure(frame)
            frame = frame.f_back

    def _measure(self, frame: FrameType) -> None:
        held = frame.f_locals
        try:
            for value in held.values():
                self._demand(value)
        finally:
            if type(held) is dict:
                held.clear()  # A copy, which would keep texts and rows from being changed in place.

    def _demand(self, value: Any) -> None:
        values.demand_size(value, self._items, self._characters)
        if type(value) is list and len(value) <= FEW:
            for each in value:
                values.demand_size(each, self._items, self._characters)
        elif type(value) is dict and len(value) <= FEW:
            for each in value.values():
                values.demand_size(each, self._items, self._characters)
