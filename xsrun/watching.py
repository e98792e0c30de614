"""What changes in files, seen by looking at them again and again: that works on every system."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping

Seen = Mapping[str, tuple[int, int]]
"""Time of change and size of every file, by path."""


def states(files: Iterable[str]) -> Seen:
    """Files as they are now; those that are not there are left out."""
    return {file: state for file in files if (state := _state(file)) is not None}


def changes(before: Mapping[str, Seen], look: Callable[[str], Seen], wait: Callable[[], object]) -> Iterator[list[str]]:
    """The projects whose files are no longer as they were, by path, whenever there are any.

    ``before`` is how they were, ``look`` says how they are; ``wait`` passes the time between two looks.
    """
    while True:
        wait()
        now = {path: look(path) for path in before}
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
