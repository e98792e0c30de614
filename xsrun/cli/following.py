"""Schedules that follow their files: they are read again when one of those has changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from xsrun.cli.find import projects_at
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.cli.scheduler import Timed
from xsrun.config import FILE
from xsrun.engine.orders import Refused
from xsrun.files import source_files
from xsrun.program import spoken
from xsrun.watching import Seen, states


class Followed:
    """What is scheduled at some paths, again whenever that has changed. What makes no sense leaves it as it was."""

    def __init__(
        self,
        paths: Sequence[str],
        read: Callable[[], list[Timed]],
        check: Callable[[list[Timed]], None],
        output: Output,
    ) -> None:
        """``read`` says what is scheduled, ``check`` is asked whether that can run; both raise what they refuse.

        That is NotFound, BadOption and Refused, which making one raises from ``read``.
        """
        self._paths = paths
        self._read = read
        self.check = check
        self._output = output
        self._seen = _seen(paths)
        self.found = read()

    def __call__(self) -> list[Timed] | None:
        """What is scheduled now, None where it is what it was."""
        seen = _seen(self._paths)
        if seen == self._seen:
            return None
        self._seen = seen
        try:
            found = self._read()
            self.check(found)
        except Refused as refused:
            self._output.failure(refused.failure)
        except BadOption as fault:
            self._output.reject(fault)
        else:
            if _told(found) == _told(self.found):
                return None
            self.found = found
            self._tell("rescheduled", "from now on these are scheduled")
            return found
        self._tell("kept", "the files have changed, and these are scheduled as before")
        return None

    def _tell(self, kind: str, said: str) -> None:
        jobs = list(dict.fromkeys(each.series.job for each in self.found))
        named = ", ".join(spoken(each) for each in jobs) or "none"
        self._output.line({"type": kind, "jobs": jobs} if self._output.as_json else f"{said}: {named}")


def _told(found: list[Timed]) -> list[Any]:
    return [(each.begins, each.series) for each in found]


def _seen(paths: Sequence[str]) -> Seen:
    """The files that say what is scheduled, as they are now."""
    return states(_files(paths))


def _files(paths: Sequence[str]) -> Iterator[str]:
    yield FILE
    for path in paths:
        for home in (path, *projects_at(path)):
            yield os.path.join(home if os.path.isdir(home) else os.path.dirname(home), FILE)
            yield from source_files(home)
