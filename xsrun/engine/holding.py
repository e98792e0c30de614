"""Who works on a run: a lock that ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress

from xsrun.engine.folder import Broken
from xsrun.hints import Final

LOOK: Final = 0.001
"""Seconds that a look at a lock may take."""


class Held(Broken):
    """Another process works on the run."""


def hold(folder: str, run: str) -> int:
    """Take a run. Gives back the handle to release it with. Raises Held and Broken."""
    try:
        os.makedirs(os.path.join(folder, "running"), mode=0o700, exist_ok=True)
        while (handle := _taken(_place(folder, run))) is None:
            pass
    except BlockingIOError as error:
        raise Held(error.strerror or str(error)) from None
    except OSError as error:
        raise Broken(error.strerror or str(error), error.filename or folder) from None
    return handle


def _taken(place: str) -> int | None:
    """The lock on a file; None when somebody has let go of it meanwhile, and taken it away."""
    handle = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(handle)
        if os.path.samestat(os.fstat(handle), os.stat(place)):
            return handle
    except FileNotFoundError:
        pass
    except OSError:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _lock(handle: int) -> None:
    """Take a lock. Raises BlockingIOError where another process has it."""
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            # Whoever only looks, in ``is_held``, lets others look, and is gone in a moment.
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(handle, fcntl.LOCK_UN)
        time.sleep(LOOK)


def release(folder: str, run: str, handle: int) -> None:
    """Let a run go."""
    with suppress(OSError):
        os.unlink(_place(folder, run))
    os.close(handle)


def forget_dead(folder: str) -> None:
    """Take away what processes that were killed have left."""
    with suppress(FileNotFoundError):
        for run in os.listdir(os.path.join(folder, "running")):
            with suppress(Held):
                release(folder, run, hold(folder, run))


def is_held(folder: str, run: str) -> bool:
    """Whether a process works on a run."""
    try:
        handle = os.open(_place(folder, run), os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _place(folder: str, run: str) -> str:
    return os.path.join(folder, "running", run)
