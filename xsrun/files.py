"""Which files belong to a project, reading and replacing them."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from xsrun.hints import BinaryIO, Final
from xsrun.late import Late

_mkstemp: Callable[..., tuple[int, str]] = Late("tempfile", "mkstemp")

RUN_FILES: Final = ("run.xs", "run.job.xs")
"""The files that make their folder a project of its own."""
SKIPPED: Final = frozenset({"node_modules", "__pycache__", "venv"})
"""Folders of other programs, in which no project is looked for."""


class LeadsOut(OSError):
    """A file of a folder is a link that leads out of it, to ``target``, and was not read."""

    def __init__(self, path: str, target: str) -> None:
        super().__init__(errno.EXDEV, f"it leads out of the folder, to {target}", path)
        self.target = target


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
    folders too. Links inside the folder are followed, and what has two names goes by the first of them. What
    cannot be read is named all the same: a broken link, a folder that may not be entered, and links that lead
    out of the folder, to a file or to a folder, which is not entered either.
    """
    root = os.path.realpath(path)
    return list(_walk(path, root, root, set())) if os.path.isdir(path) else [path]


def _walk(folder: str, real: str, root: str, seen: set[str]) -> Iterator[str]:
    """The files of a folder of the project ``root``; all but ``folder`` are real paths, those in ``seen`` are done."""
    seen.add(real)
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError:
        yield folder
        return
    if real != root and any(entry.name in RUN_FILES for entry in entries):
        return
    for entry in entries:
        if entry.name.startswith(".") or entry.name in SKIPPED:
            continue
        target = real_path(entry.path) if entry.is_symlink() else os.path.join(real, entry.name)
        is_folder = _is_folder(entry) and entry.name not in RUN_FILES
        if target in seen or not (is_folder or entry.name.endswith(".xs")):
            continue
        if is_folder and _is_below(target, root):
            yield from _walk(entry.path, target, root, seen)
        else:
            seen.add(target)
            yield entry.path


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False) or (entry.is_symlink() and os.path.isdir(entry.path))


def real_path(path: str) -> str:
    """Where a path leads; the path itself where a link on it may not be read: whoever opens it is told."""
    try:
        return os.path.realpath(path)
    except OSError:
        return os.path.abspath(path)


def inside(files: Iterable[str], folder: str) -> Iterator[str]:
    """The files without links that lead out of the folder, and without second names of one file."""
    root, seen = os.path.realpath(folder), set[str]()
    for file in files:
        target = real_path(file)
        if target not in seen and _is_below(target, root):
            seen.add(target)
            yield file


def refuse_stray(path: str, project: str) -> None:
    """Raise LeadsOut for a file that leads out of the folder of its project. One that is a file may lie anywhere."""
    target = os.path.realpath(path)
    if os.path.isdir(project) and not _is_below(target, os.path.realpath(project)):
        raise LeadsOut(path, target)


def _is_below(target: str, root: str) -> bool:
    return target == root or target.startswith(os.path.join(root, ""))


def content(path: str, project: str = "") -> bytes:
    """The bytes of a file of a project, or of any. Raises OSError, for what is no plain file too, and LeadsOut."""
    refuse_stray(path, project)
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


def private(path: str, flags: int) -> int:
    """A descriptor to write to a file, which only its owner may read where it is made. Raises OSError for a link.

    Fit to be the ``opener`` of ``open``.
    """
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | flags, 0o600)


def make_private(path: str) -> None:
    """Create a file readable by its owner alone, unless it is there. Raises OSError for a link, or somebody else's.

    One that is there is not opened: closing it would end the locks that SQLite has on it in this process.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    except FileExistsError:
        mode = os.lstat(path).st_mode
        code = errno.EISDIR if stat.S_ISDIR(mode) else errno.ELOOP if stat.S_ISLNK(mode) else 0
        if not code and not os.access(path, os.R_OK | os.W_OK):
            code = errno.EACCES
        if code:
            raise OSError(code, os.strerror(code), path) from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            os.chmod(path, 0o600)
