"""Which files belong to a project, reading and replacing them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress

from xsrun.hints import BinaryIO, Final
from xsrun.late import Late

_mkstemp: Callable[..., tuple[int, str]] = Late("tempfile", "mkstemp")

RUN_FILES: Final = ("run.xs", "run.job.xs")
"""The files that make their folder a project of its own."""


def home_of(path: str) -> str:
    """What to load for a path: the folder of a run file, anything else as it is."""
    folder, name = os.path.split(path)
    return (folder or os.curdir) if name in RUN_FILES and os.path.lexists(path) else path


def is_home(folder: str) -> bool:
    """Whether a folder holds a run file."""
    return any(os.path.lexists(os.path.join(folder, name)) for name in RUN_FILES)


def source_files(path: str) -> list[str]:
    """The ``.xs`` files that belong together: the named file, or all below the folder in the order of their paths.

    A folder that holds its own ``run.xs`` below another one is a project of its own and left out, hidden
    folders too. What cannot be read is named all the same: a broken link, or a folder that may not be entered.
    """
    return list(_walk(path, top=True)) if os.path.isdir(path) else [path]


def _walk(folder: str, top: bool) -> Iterator[str]:
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError:
        yield folder
        return
    if not top and any(entry.name in RUN_FILES for entry in entries):
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False) and entry.name not in RUN_FILES:
            yield from _walk(entry.path, top=False)
        elif entry.name.endswith(".xs"):
            yield entry.path


def content(path: str) -> bytes:
    """The bytes of a file. Raises OSError, for what is no plain file too."""
    with opened(path) as stream:
        return stream.read()


def opened(path: str) -> BinaryIO:
    """A file to be read and closed. Raises OSError, for what is no plain file too: reading a pipe might never end."""
    stream = open(path, "rb", opener=_at_once)  # noqa: SIM115
    if stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        return stream
    stream.close()
    raise OSError(errno.EINVAL, "it is no plain file", path)


def replace(path: str, data: bytes) -> None:
    """Let a file hold something else, whole or not at all; its mode stays. Raises OSError."""
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
    handle, unfinished = _mkstemp(prefix=".", dir=os.path.dirname(os.path.abspath(path)))
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(handle)
        os.chmod(unfinished, stat.S_IMODE(os.stat(path).st_mode))
        os.replace(unfinished, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(unfinished)


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
