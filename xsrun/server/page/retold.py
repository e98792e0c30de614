"""The statements of runs, told anew out of the journal only when there is something new."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from xsrun.engine.rows import RunRow, StepRow
from xsrun.server.page.desk import Files
from xsrun.tracing.tracer import Step

KEPT: Final = 16
"""Runs whose statements are kept."""


class Retold:
    """Remembers the statements of the runs that were looked at last. One run at a time is told anew."""

    def __init__(self, tell: Callable[[RunRow, list[StepRow], Files], list[Step]]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int, int], list[Step]] = OrderedDict()

    def statements(self, run: RunRow, steps: list[StepRow], files: Files) -> list[Step]:
        """The statements of a run as far as it got. Raises Broken."""
        key = run.id, run.attempts, sum(step.finished for step in steps)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = self._tell(run, steps, files)
            self._kept.move_to_end(key)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[key]
