"""Tests one after another, or several at a time in processes that may die of one of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from xsrun.testing.forks import Lost, possible, spread
from xsrun.testing.item import Item
from xsrun.testing.outcome import Outcome, Problem
from xsrun.values import INFINITY

GRACE: Final = 5.0
"""Seconds that a test may take to end when its time is over, until its process is ended."""
CRASHED: Final = "test-crashed"


def outcomes(
    items: Sequence[Item], seconds: float, processes: int = 1, grace: float = GRACE
) -> Iterator[tuple[Item, Outcome]]:
    """The tests with what became of them, in order, each as soon as all before it are there.

    With several ``processes`` a test that takes its process with it fails alone, as does one that has not ended
    ``grace`` seconds after its time. Where a system has no such processes there is one.
    """
    if processes == 1 or not possible():
        for item in items:
            yield item, item.run(seconds)
        return
    patience = seconds + grace if seconds else INFINITY
    found = spread(len(items), lambda number: items[number].run(seconds), processes, patience)
    for item, outcome in zip(items, found, strict=True):
        yield item, _crashed(item, outcome) if isinstance(outcome, Lost) else outcome


def _crashed(item: Item, lost: Lost) -> Outcome:
    return Outcome((Problem(CRASHED, f"the test crashed: {lost.why}", item.span, stopped=True),))
