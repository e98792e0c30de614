"""Who works on a run: a lock that ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress

from xsrun.engine.folder import Broken


class Held(Broken):
    """Another process works on the run."""


def hold(folder: str, run: str) -> int:
    """Take a run. Gives back the handle to release it with. Raises Held and Broken."""
    try:
        os.makedirs(os.path.join(folder, "running"), mode=0o700, exist_ok=True)
        handle = os.open(_place(folder, run), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Broken(error.strerror or str(error)) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise (Held if isinstance(error, BlockingIOError) else Broken)(error.strerror or str(error)) from None
    return handle


def release(folder: str, run: str, handle: int) -> None:
    """Let a run go."""
    with suppress(OSError):
        os.unlink(_place(folder, run))
    os.close(handle)


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
