"""Waits that end: who waits in vain fails and says so."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

PATIENCE: Final = 60.0
"""Seconds that something may take to come true, and a process to say a line or to end."""


def until(
    said: Callable[[], Any], what: str = "", seconds: float = PATIENCE, told: Callable[[], str] = lambda: ""
) -> Any:
    """What is said as soon as it is true. Raises AssertionError, with what is told then, when it is not in time."""
    end = time.monotonic() + seconds
    while not (found := said()):
        assert time.monotonic() < end, f"not so after {seconds:g} s: {what}\n{told()}"
        time.sleep(0.02)
    return found


@contextmanager
def bounded(process: subprocess.Popen[Any], seconds: float = PATIENCE) -> Iterator[subprocess.Popen[Any]]:
    """A block that waits for a process or reads from it: when it takes longer, the process is killed, and that said."""
    late = threading.Event()

    def kill() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, kill)
    timer.daemon = True
    timer.start()
    try:
        yield process
    finally:
        timer.cancel()
        if late.is_set():
            raise AssertionError(f"killed, for it took more than {seconds:g} s: {process.args!r}")


@contextmanager
def ending(process: subprocess.Popen[Any], seconds: float = PATIENCE) -> Iterator[subprocess.Popen[Any]]:
    """A process that is asked to end behind the block, and has to."""
    try:
        yield process
    finally:
        process.terminate()
        with bounded(process, seconds), process:
            pass


def ended(process: subprocess.Popen[Any], seconds: float = PATIENCE) -> int:
    """The exit code of a process that has to end."""
    with bounded(process, seconds):
        return process.wait()


def line_of(process: subprocess.Popen[str], seconds: float = PATIENCE) -> str:
    """The next line of its stdout, ``""`` when it has ended."""
    assert process.stdout is not None
    with bounded(process, seconds):
        return process.stdout.readline()


def joined(*threads: threading.Thread, seconds: float = PATIENCE) -> None:
    """Have threads come to their end."""
    end = time.monotonic() + seconds
    for each in threads:
        each.join(max(0.0, end - time.monotonic()))
    assert not [each for each in threads if each.is_alive()], f"still under way after {seconds:g} s"
