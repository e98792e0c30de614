"""Runs that did nothing outside: a line each in a file beside the journal, which takes them in when it is read."""

from __future__ import annotations

import os
from contextlib import suppress

from xsrun import values
from xsrun.engine.folder import state_folder
from xsrun.files import private
from xsrun.hints import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from xsrun.engine.keeper import Started

FILE: Final = "quiet.jsonl"


def note(started: Started, exit: int, begun_at: int) -> None:
    """Add a run. That it cannot be noted keeps nobody from their result."""
    row = [started.job, started.path, exit, begun_at, started.now()]
    with suppress(OSError):
        folder = state_folder()
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handle = private(os.path.join(folder, FILE), os.O_APPEND)
        try:
            os.write(handle, (values.dumps(row) + "\n").encode("utf-8", "backslashreplace"))
        finally:
            os.close(handle)


def taken(folder: str) -> list[tuple[str, str, int, int, int]]:
    """The runs noted since the last time: job, path, exit code, begin and end. They are gone from the file then."""
    place = os.path.join(folder, f"{FILE}.{os.urandom(8).hex()}")
    try:
        os.rename(os.path.join(folder, FILE), place)
        with open(place, encoding="utf-8") as stream:
            lines = stream.readlines()
        os.unlink(place)
    except OSError:
        return []
    found = []
    for line in lines:
        with suppress(ValueError, TypeError):  # a line that was cut short
            job, path, exit, begun_at, ended_at = values.loads(line)
            found.append((job, path, exit, begun_at, ended_at))
    return found
