"""Which files belong to a project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

RUN_FILES: Final = ("run.xs", "run.job.xs")
"""The files that make their folder a project of its own."""


def home_of(path: str) -> str:
    """What to load for a path: the folder of a run file, anything else as it is."""
    folder, name = os.path.split(path)
    return (folder or os.curdir) if name in RUN_FILES and os.path.isfile(path) else path


def is_home(folder: str) -> bool:
    """Whether a folder holds a run file."""
    return any(os.path.exists(os.path.join(folder, name)) for name in RUN_FILES)


def source_files(path: str) -> list[str]:
    """The ``.xs`` files that belong together: the named file, or all below the folder in the order of their paths.

    A folder that holds its own ``run.xs`` below another one is a project of its own and left out, hidden
    folders too. Raises OSError when a folder cannot be read.
    """
    return [path] if os.path.isfile(path) else list(_walk(path, top=True))


def _walk(folder: str, top: bool) -> Iterator[str]:
    with os.scandir(folder) as scan:
        entries = sorted(scan, key=lambda entry: entry.name)
    if not top and any(entry.name in RUN_FILES for entry in entries):
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(entry.path, top=False)
        elif entry.name.endswith(".xs") and entry.is_file():
            yield entry.path
