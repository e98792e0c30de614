"""What the journal holds of runs and of their effects, as records."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, NamedTuple

from xsrun.diagnostics import Exit
from xsrun.engine.effects import State


class RunState(StrEnum):
    """How a run stands."""

    QUEUED = "queued"
    """It waits for a worker."""
    RUNNING = "running"
    COMPLETE = "complete"
    ERROR = "error"
    UNKNOWN = "unknown"
    """Something may have been done: the provider or a person has to say."""
    INTERRUPTED = "interrupted"
    """It can go on."""
    SETTLED = "settled"
    """What was unknown has been said, and it does not go on."""
    CANCELLED = "cancelled"
    """Somebody had it stop; it can go on."""
    GIVEN_UP = "given up"
    """Whoever worked on it died, again and again."""


UNFINISHED: Final = (RunState.QUEUED, RunState.RUNNING)
"""States of runs that somebody works on, or will."""
OPEN: Final = (*UNFINISHED, RunState.UNKNOWN, RunState.GIVEN_UP)
"""Those, and of runs that wait until somebody says what is to become of them."""


FINISHED: Final = frozenset({State.ANSWERED, State.NOT_SENT, State.UNANSWERED})


class RunRow(NamedTuple):
    """A run. Times count milliseconds since 1970 UTC."""

    id: str
    job: str
    path: str
    options: dict[str, Any]
    """What else decides where it goes and what it sees: the options of the command line that count on resuming."""
    input: dict[str, Any]
    """Sealed."""
    source: str
    """Hash of the texts it was made from."""
    seed: bytes | None
    """What its chance derives from."""
    state: str
    exit: int | None
    pid: int
    attempts: int
    started_at: int
    ended_at: int | None = None
    result: str | None = None
    """JSON, sealed."""
    error: str | None = None
    """JSON, sealed."""
    report: str | None = None
    """JSON, sealed: an object of ``logs``, ``pre_result`` and ``times``, as far as there are any."""

    @property
    def named(self) -> str:
        """What commands call it: its id, and for a run of a queue where it is kept."""
        return f"{self.id} --engine URL" if self.options.get("place") else self.id


class StepRow(NamedTuple):
    """An effect of a run, as far as it got."""

    run: str
    strand: str
    """Which function beside others did it; ``""`` for the run itself."""
    number: int
    """Its place within the strand, from 0."""
    kind: str
    title: str
    site: str
    """Where it stands in the source, e.g. ``function/notify.xs:12``."""
    policy: str
    args: str
    """JSON, sealed: what makes it this effect and no other."""
    key: str
    state: str
    """A ``State``."""
    readings: list[list[int]]
    """What the clock showed since the step before: pairs of a time and how often it was read."""
    prepared_at: int
    sent_at: int | None = None
    answered_at: int | None = None
    outcome: Any = None
    """What came of it, sealed."""

    @property
    def name(self) -> str:
        """Names it within its run: ``3``, or ``1.0`` for one of a function that runs beside it."""
        return f"{self.strand}.{self.number}" if self.strand else str(self.number)

    @property
    def finished(self) -> bool:
        """Whether the run learnt what came of it."""
        return self.state in FINISHED


CUT_SHORT: Final = frozenset({"journal", "diverged", "interrupted", "taken-over"})
"""Codes of failures after which a run can go on."""


def state_of(exit: int, code: str) -> RunState:
    """The state of a run that ended with an exit code, and the code of its failure."""
    if exit == Exit.UNKNOWN_OUTCOME:
        return RunState.UNKNOWN
    if code == "cancelled":
        return RunState.CANCELLED
    if exit == Exit.LIMIT or code in CUT_SHORT:
        return RunState.INTERRUPTED
    return RunState.ERROR if exit else RunState.COMPLETE
