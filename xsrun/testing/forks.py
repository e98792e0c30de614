"""Many things done in a few processes, each of which may die of one of them or take for ever.

The processes are forks, so that everything is loaded already: whoever calls this must not have
threads, or none that a fork would wait for.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import struct
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple

from xsrun.values import INFINITY

CHUNK: Final = 65536
BROKEN: Final = 70
"""What a process ends with that has not done everything."""

HEAD: Final = struct.Struct(">Q")
"""The length of what follows."""

Act = Callable[[int], Any]
"""Does one of the things, told by its number; gives plain data."""


class Lost(NamedTuple):
    """What stands for a thing that took its process with it, or took longer than it may."""

    why: str


def possible() -> bool:
    """Whether the system has such processes."""
    return hasattr(os, "fork")


def spread(count: int, act: Act, processes: int, seconds: float) -> Iterator[Any]:
    """What ``act`` gives for every number below ``count``, in order, each as soon as all before it are there.

    ``Lost`` stands for what took longer than so many seconds, or took its process with it.
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
    left = min(each.left() for each in busy)
    ready, _, _ = select.select([each.pipe for each in busy], [], [], max(0.0, left) if left < INFINITY else None)
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
        self._begun += said
        self._until = time.monotonic() + self._seconds
        found = {self.pending.popleft(): each for each in self._whole()}
        if self.pending and not said:
            ended = _shown(self.stop(kill=over))
            found[self.pending.popleft()] = Lost(f"it took longer than {self._seconds:g} s" if over else ended)
            if self.pending:
                self._start()
        return found

    def _whole(self) -> Iterator[Any]:
        """What has come in as a whole."""
        while len(self._begun) >= HEAD.size:
            end = HEAD.size + HEAD.unpack_from(self._begun)[0]
            if len(self._begun) < end:
                return
            said, self._begun = self._begun[HEAD.size : end], self._begun[end:]
            yield pickle.loads(said)

    def stop(self, kill: bool = True) -> int:
        """End the process, or see it end by itself, and give back how it did."""
        if not self._child:
            return 0
        if kill:
            with suppress(ProcessLookupError):
                os.kill(self._child, signal.SIGKILL)
        status = os.waitpid(self._child, 0)[1]
        os.close(self.pipe)
        self._child = 0
        return status

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
                try:
                    done = pickle.dumps(self._act(number))
                except Exception as error:
                    done = pickle.dumps(Lost(f"xsrun itself broke: {type(error).__name__}"))
                with open(told, "wb", closefd=False) as pipe:
                    pipe.write(HEAD.pack(len(done)) + done)
        finally:
            os._exit(BROKEN)


def _shown(status: int) -> str:
    """How a process ended, in words."""
    if os.WIFSIGNALED(status):
        names = {each.value: each.name for each in signal.Signals}
        return f"its process was killed by {names.get(os.WTERMSIG(status), os.WTERMSIG(status))}"
    return f"its process ended with exit code {os.waitstatus_to_exitcode(status)}"
