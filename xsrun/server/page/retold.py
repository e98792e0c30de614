"""The statements of runs, told anew out of the journal only when there is something new."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

from xsrun.engine.rows import UNFINISHED, RunRow, StepRow
from xsrun.server.page.desk import Files
from xsrun.tracing.tracer import Step

KEPT: Final = 16
"""Runs whose statements are kept."""
SHARE: Final = 10
"""Telling a run that goes on takes one part of so many of the time, however often somebody looks."""


class _Told(NamedTuple):
    key: tuple[str, int, int]
    """How far the run was: its state, its attempts and what it had finished."""
    statements: list[Step]
    again_at: float
    """When it may be told anew before it has ended."""


class Retold:
    """Remembers the statements of the runs that were looked at last. One run at a time is told anew."""

    def __init__(self, tell: Callable[[RunRow, list[StepRow], Files], list[Step]]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Told] = OrderedDict()

    def statements(self, run: RunRow, steps: list[StepRow], files: Files) -> list[Step]:
        """The statements of a run as far as it got. Raises Broken."""
        key = run.state, run.attempts, sum(step.finished for step in steps)
        with self._lock:
            told = self._kept.get(run.id)
            waits = told is not None and run.state in UNFINISHED and time.monotonic() < told.again_at
            if told is None or (told.key != key and not waits):
                begun = time.monotonic()
                statements = self._tell(run, steps, files)
                ended = time.monotonic()
                told = _Told(key, statements, ended + SHARE * (ended - begun))
            self._kept[run.id] = told
            self._kept.move_to_end(run.id)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return told.statements
