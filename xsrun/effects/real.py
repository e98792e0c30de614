"""Clock, chance and log of the machine, and their fixed versions for `--now` and `--seed`."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property

from xsrun.hints import TYPE_CHECKING, Any, TextIO
from xsrun.late import Late

if TYPE_CHECKING:
    from random import Random

_system_random: Callable[[], Random] = Late("random", "SystemRandom")
_seeded_random: Callable[[int | str], Random] = Late("random", "Random")


class SystemClock:
    """The clock of the machine."""

    def now(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z."""
        return time.time_ns() // 1_000_000

    def sleep(self, seconds: float) -> None:
        """Wait that long."""
        time.sleep(seconds)


class FixedClock:
    """A clock that shows a given instant and moves on by what is slept, and by nothing else.

    Loops that wait for a deadline therefore end, and two runs see the same times. ``start`` counts
    milliseconds since 1970-01-01T00:00Z; ``wait`` is called with the seconds of every sleep.
    """

    def __init__(self, start: int, wait: Callable[[float], object] = time.sleep) -> None:
        self._now = start
        self._wait = wait

    def now(self) -> int:
        """The start plus what was slept since, in milliseconds."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Wait, and move the clock on."""
        self._wait(seconds)
        self._now += round(seconds * 1000)


class SystemRandom:
    """Chance from the operating system, fit for keys and passwords."""

    @cached_property
    def _source(self) -> Random:
        return _system_random()

    def uuid(self) -> str:
        """A new version 4 UUID, lower case."""
        drawn = bytearray(self._source.randbytes(16))
        drawn[6] = drawn[6] & 0x0F | 0x40
        drawn[8] = drawn[8] & 0x3F | 0x80
        digits = drawn.hex()
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def integer(self, low: int, high: int) -> int:
        """An integer between two bounds, both included. Raises ValueError when there is none."""
        return self._source.randint(low, high)

    def bytes(self, count: int) -> bytes:
        """That many random bytes."""
        return self._source.randbytes(count)


class SeededRandom(SystemRandom):
    """Chance that repeats itself for the same seed: for tests and `--seed`, never for secrets."""

    def __init__(self, seed: int | str) -> None:
        self._source = _seeded_random(seed)


class StderrLog:
    """Writes every entry as one formatted line, at once.

    ``formatter`` gets the value and its place in the source (``""`` when there is none) and gives the
    line without its end; masking secrets is its business.
    """

    def __init__(self, stream: TextIO, formatter: Callable[[Any, str], str]) -> None:
        self._stream = stream
        self._formatter = formatter

    def write(self, value: Any, place: str = "") -> None:
        """Add an entry."""
        self._stream.write(self._formatter(value, place) + "\n")
        self._stream.flush()
