"""How everything here is measured: contenders take turns, and what counts is the median ratio of the turns."""

from __future__ import annotations

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

SHORTEST: Final = 0.02
"""Seconds that a timed stretch takes at least; shorter work is repeated within it."""


class Plan(NamedTuple):
    """How thorough a run is."""

    rounds: int = 9
    quick: bool = False
    corpus: Path | None = None
    """A folder of ``.xs`` files to read instead of the ones here."""


class Bar(NamedTuple):
    """What a figure shall reach: ``sign`` is ``<=`` or ``>=``."""

    sign: str
    number: float

    def met(self, value: float) -> bool:
        """Whether a figure reaches it."""
        return value <= self.number if self.sign == "<=" else value >= self.number


class Row(NamedTuple):
    """One figure. ``value`` is None when it was not measured; ``note`` then says why."""

    measure: str
    subject: str
    value: float | None
    bar: Bar | None = None
    note: str = ""
    unit: str = "×"


def in_turn(contenders: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """The costs of every contender, taken A B A B; each contender measures itself."""
    costs: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            costs[name].append(contender())
    return costs


def ratio(costs: Sequence[float], against: Sequence[float]) -> float:
    """The median of the ratios, turn by turn: a slow spell of the machine hits both sides of a turn."""
    return statistics.median(one / other for one, other in zip(costs, against, strict=True))


def geometric_mean(values: Iterable[float]) -> float:
    """The mean for ratios."""
    return math.exp(statistics.fmean(math.log(value) for value in values))


def cpu(work: Callable[[], object]) -> Callable[[], float]:
    """A contender: CPU seconds of one piece of work, repeated when it is short."""
    repeats = max(1, math.ceil(SHORTEST / max(_cpu_seconds(work, 1), 1e-9)))
    return lambda: _cpu_seconds(work, repeats)


def _cpu_seconds(work: Callable[[], object], repeats: int) -> float:
    gc.collect()
    start = time.process_time()
    for _ in range(repeats):
        work()
    return (time.process_time() - start) / repeats


def elapsed(work: Callable[[], object]) -> Callable[[], float]:
    """A contender: seconds on the wall clock of one piece of work."""

    def measure() -> float:
        gc.collect()
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return measure
