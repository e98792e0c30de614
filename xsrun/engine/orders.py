"""What somebody wants run, and who runs it: in threads of this process, or on workers behind a queue."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple, Protocol

from xsrun.engine.journal import Journal
from xsrun.engine.rows import RunRow
from xsrun.runtime.job import Failure

ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:+-]{0,199}", re.ASCII)
"""What may be the id of a run: it is the name of a file, and stands in addresses."""


QUEUE: Final = re.compile(r"[A-Za-z0-9][\w-]{0,99}", re.ASCII)
"""What may be the name of a queue."""


DEFAULT_QUEUE: Final = "default"
"""The queue of runs that name none."""


class Place(NamedTuple):
    """Where in a queue a run waits."""

    queue: str
    priority: int = 0
    """Smaller ones first, from 0."""
    key: str = ""
    """Runs with the same key run one after the other, in the order they were ordered; ``""`` for any order."""
    delay: float = 0.0
    """Seconds before it may begin."""


class Order(NamedTuple):
    """A run that somebody wants."""

    path: str
    """The folder or file of the project."""
    job: str | None = None
    """Its job, by name; None for the only one."""
    input: Mapping[str, Any] = {}
    options: Mapping[str, Any] = {}
    """Options of ``execute`` by their names in ``cli.options``; those left out have their defaults."""
    env: Mapping[str, str] = {}
    """Variables of this run alone. They are not kept: only a run in this process can have them."""
    id: str = ""
    """The id of the run. A second order with the id of the first is the same run, and starts nothing."""
    place: Place | None = None
    """None for at once."""


class Refused(Exception):
    """An order that cannot be carried out; nothing was run."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class Engine(Protocol):
    """Runs jobs, and keeps them in a journal. Safe for threads."""

    def submit(self, order: Order) -> str:
        """Have a run in the journal, and on its way; gives back its id. Raises Refused and Broken."""
        ...

    def wait(self, run: str, seconds: float | None = None) -> RunRow | None:
        """The run when it has ended; None when it has not in that time. Raises Broken."""
        ...

    def taken(self, runs: Iterable[RunRow]) -> set[str]:
        """The ids of those that somebody works on, or is about to; the others wait. Raises Broken."""
        ...

    def cancel(self, run: str) -> bool:
        """Have a run stop where it is, or before its first one; False when it had ended. Raises Broken."""
        ...

    def resume(self, run: str) -> None:
        """Have a run go on that was cut short, with the source it began with. Raises Refused and Broken."""
        ...

    def forget(self, run: str) -> bool:
        """Forget a run that has ended; False when it has not, or is not there. Raises Broken."""
        ...

    def journal(self) -> Journal:
        """An open journal, to be closed by the caller. Raises Broken."""
        ...
