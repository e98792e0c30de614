"""Something done in a process of its own, which may die of it, and must not take for ever.

The process is a fork, so that everything is imported already: whoever calls this must not have threads.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from xsrun.diagnostics import Exit

STDOUT: Final = "stdout"
STDERR: Final = "stderr"


class Ended(NamedTuple):
    """How a process ended: with an exit code, by a signal, or because its time was over."""

    exit: int
    """As a shell counts: 128 and more for an end by a signal."""
    signal: int = 0
    hung: bool = False


def apart(act: Callable[[], int], folder: Path, environment: Mapping[str, str], deadline: float) -> Ended:
    """Do something in another process, whose output is added to two files in a folder, within so many seconds."""
    sys.stdout.flush()
    sys.stderr.flush()
    alive, held = os.pipe()
    child = os.fork()
    if not child:
        os.close(alive)
        _do(act, folder, environment)
    os.close(held)
    try:
        ready, _, _ = select.select([alive], [], [], deadline)
        if not ready:
            os.kill(child, signal.SIGKILL)
    except BaseException:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(alive)
        _, status = os.waitpid(child, 0)
    killed = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return Ended(128 + killed if killed else os.WEXITSTATUS(status), killed, not ready)


def _do(act: Callable[[], int], folder: Path, environment: Mapping[str, str]) -> None:
    """Be the other process. Does not come back."""
    code: int = Exit.INTERNAL
    try:
        for name, stream in ((STDOUT, 1), (STDERR, 2)):
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(handle, stream)
            os.close(handle)
        os.environ.update(environment)
        code = act()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
