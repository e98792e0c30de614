"""Many things done in a few processes, each of which may die of one of them or take for ever.

The processes are forks, so that everything is loaded already: whoever calls this must not have threads.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final

CHUNK: Final = 65536

Act = Callable[[int], Any]
"""Does one of the things, told by its number; gives a JSON value."""


def possible() -> bool:
    """Whether the system has such processes."""
    return hasattr(os, "fork")


def spread(count: int, act: Act, processes: int, seconds: float) -> Iterator[Any]:
    """What ``act`` gives for every number below ``count``, in order, each as soon as all before it are there.

    None stands for what took longer than so many seconds, or took its process with it.
    """
    workers = [_Worker(act, deque(range(first, count, processes)), seconds) for first in range(min(processes, count))]
    found: dict[int, Any] = {}
    try:
        for number in range(count):
            while number not in found:
                for worker in _ready(workers):
                    found.update(worker.read())
            yield found.pop(number)
    finally:
        for worker in workers:
            worker.stop()


def _ready(workers: list[_Worker]) -> list[_Worker]:
    """The workers that have something to say, or whose time is over."""
    busy = [worker for worker in workers if worker.pending]
    ready, _, _ = select.select([worker.pipe for worker in busy], [], [], max(0.0, min(each.left() for each in busy)))
    return [worker for worker in busy if worker.pipe in ready or worker.left() <= 0]


class _Worker:
    """One process after another, each beginning where the one before it died."""

    def __init__(self, act: Act, pending: deque[int], seconds: float) -> None:
        self.pending = pending
        self._act = act
        self._seconds = seconds
        self._begun = b""
        self.pipe = self._child = 0
        self._until = 0.0
        self._start()

    def left(self) -> float:
        """Seconds for what it does now."""
        return self._until - time.monotonic()

    def read(self) -> dict[int, Any]:
        """What became of the numbers it is done with."""
        over = self.left() <= 0
        said = b"" if over else os.read(self.pipe, CHUNK)
        *lines, self._begun = (self._begun + said).split(b"\n")
        self._until = time.monotonic() + self._seconds
        found = {self.pending.popleft(): json.loads(line) for line in lines}
        if self.pending and not said:
            found[self.pending.popleft()] = None
            self.stop()
            self._start()
        return found

    def stop(self) -> None:
        """End the process."""
        if self._child:
            with suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
            os.close(self.pipe)
            self._child = 0

    def _start(self) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self._begun = b""
        self.pipe, told = os.pipe()
        self._child = os.fork()
        if not self._child:
            os.close(self.pipe)
            self._do(told)
        os.close(told)
        self._until = time.monotonic() + self._seconds

    def _do(self, told: int) -> None:
        """Be the process. Does not come back."""
        try:
            for number in self.pending:
                os.write(told, json.dumps(self._act(number)).encode() + b"\n")
        finally:
            os._exit(0)
