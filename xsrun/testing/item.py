"""A test as everything that runs, counts or reports tests sees it, of whatever kind it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from xsrun.diagnostics import Fault, LimitFault
from xsrun.runtime.deadline import Deadline
from xsrun.source import Span
from xsrun.testing.outcome import Outcome, problem_of
from xsrun.testing.world import Surroundings
from xsrun.values import INFINITY

TIMEOUT: Final = 10.0
"""Seconds that a test may take unless somebody says otherwise."""

Check = Callable[[Surroundings, Deadline], Iterator[Fault]]
"""Runs a test in a world of its own and gives everything that is wrong, or raises what stopped it."""


class Item(NamedTuple):
    """One test."""

    folder: str
    """The path of the project it belongs to, as it was given."""
    kind: str
    """``unit``, ``workflow`` or ``case``."""
    obj_type: str
    """What it tests: the keyword of the construct, ``workflow_test`` for one that stands by itself."""
    obj_name: str
    name: str
    span: Span
    tags: tuple[str, ...]
    check: Check
    reached: set[int]
    """Where the program notes which marks it reaches."""
    network: bool = False
    """Whether requests that are not mocked are sent; a case sends none."""
    listed_in: str = ""
    """The path of the file that lists it, where it stands in another one: a row of a table of inputs."""

    @property
    def file(self) -> str:
        """The path of the file that it belongs to."""
        return self.listed_in or self.span.source.path

    @property
    def label(self) -> str:
        """How it is called in reports: ``adds two numbers [function: add]``."""
        return self.name if self.kind == "workflow" else f"{self.name} [{self.obj_type}: {self.obj_name}]"

    @property
    def id(self) -> str:
        """What names it within its project: ``function:add#adds two numbers``."""
        subject = f"{self.obj_type}:{self.obj_name}"
        return subject if self.kind == "workflow" else f"{subject}#{self.name}"

    def run(self, seconds: float = TIMEOUT) -> Outcome:
        """Run it in a fresh world. It fails when it takes longer than so many seconds; 0 is no bound."""
        around = Surroundings(self.name, self.network)
        self.reached.clear()
        deadline = Deadline(seconds or INFINITY, "test")
        begun = time.perf_counter()
        faults: list[Fault] = []
        try:
            deadline.run(lambda: faults.extend(self.check(around, deadline)))
        except Fault as stopped:
            faults.append(stopped)
        except MemoryError:
            faults.append(LimitFault("limit-size", "there is no memory left for this test"))
        taken = time.perf_counter() - begun
        problems = tuple(problem_of(fault, around.secrets) for fault in faults)
        logs = tuple(around.secrets.value(each) for each in around.log.values)
        return Outcome(problems, taken, logs, tuple(around.env.asked), frozenset(self.reached))
