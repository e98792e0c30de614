"""What changes in the files of projects, seen by looking at them again and again: that works on every system."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping

from xsrun.files import source_files
from xsrun.testing.cases.reading import FOLDER

Seen = Mapping[str, tuple[int, int]]
"""Time of change and size of every file, by path."""


def seen(path: str) -> Seen:
    """The files that the tests of a project are made of, as they are now."""
    home = path if os.path.isdir(path) else os.path.dirname(path) or os.curdir
    beside = os.path.join(home, FOLDER)
    names = os.listdir(beside) if os.path.isdir(beside) else []
    files = [*source_files(path), *(os.path.join(beside, name) for name in names)]
    return {file: state for file in files if (state := _state(file)) is not None}


def changes(before: Mapping[str, Seen], wait: Callable[[], object]) -> Iterator[list[str]]:
    """The projects whose files are no longer as they were, by path, whenever there are any.

    ``before`` is how they were; ``wait`` passes the time between two looks.
    """
    while True:
        wait()
        now = {path: seen(path) for path in before}
        changed = [path for path in before if now[path] != before[path]]
        before = now
        if changed:
            yield changed


def _state(file: str) -> tuple[int, int] | None:
    try:
        state = os.stat(file)
    except OSError:  # it went away in this moment
        return None
    return state.st_mtime_ns, state.st_size
