"""What can go wrong with a run, as records; and the trials that a job undergoes, one for each fault at each place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

PATIENCE: Final = 0.4
"""Seconds that a request waits for an answer which is meant to come too late."""
WITHOUT_END: Final = 99_999
"""Requests that a lasting trouble meets."""


class Mishap(NamedTuple):
    """One thing that goes wrong: with a request, or with the process (``point``)."""

    name: str
    does: str
    """What happens, in a few words."""
    trouble: str = ""
    """An entry of a plan of troubles, for what the other side does."""
    entries: int = 1
    """How many of them one request uses up."""
    unresolved: bool = False
    """The name of the host is not found."""
    patience: float | None = None
    """Seconds that requests wait at most; None for as long as the job says."""
    lasts: bool = True
    """Whether it is tried as a lasting trouble, too."""
    point: str = ""
    """Where a write has got when the process is killed."""


FAULTS: Final = (
    Mishap("429", "too many requests; nothing is done", "429"),
    Mishap("500", "an error of the server; nothing is done", "500"),
    Mishap("503", "not available; nothing is done", "503"),
    Mishap("reset-before", "the connection breaks before the request is handled", "reset"),
    Mishap("reset-after", "the request is handled, then the connection ends without an answer", "lost"),
    Mishap("timeout", "the request is handled, the answer comes too late", "slow:2s", patience=PATIENCE),
    Mishap("slow", "the request is handled, the answer comes late", "slow:150ms", lasts=False),
    Mishap("half-body", "the request is handled, half of the answer arrives", "cut"),
    Mishap("invalid-json", "the request is handled, the answer is no JSON", "garbage"),
    Mishap("redirect-loop", "the answer sends the request to the same address for ever", "redirect", entries=11),
    Mishap("dns", "the name of the host is not found", unresolved=True),
    Mishap("kill-before-intent", "kill -9 before the journal knows of the write", point="before-intent"),
    Mishap("kill-after-intent", "kill -9 when the journal knows of the write", point="after-intent"),
    Mishap("kill-before-call", "kill -9 right before the first byte is sent", point="before-call"),
    Mishap("kill-call-made", "kill -9 when the answer is there and not yet kept", point="call-made"),
    Mishap("kill-after-checkpoint", "kill -9 when the answer is kept", point="after-checkpoint"),
)

NO_FAULT: Final = Mishap("none", "nothing goes wrong")


class Trial(NamedTuple):
    """A fault at one place of a run."""

    fault: Mishap
    at: int
    """Which request it meets, or which write when the process is killed, from 1."""
    lasting: bool = False
    """Whether it meets all requests after that one, too."""
    again: bool = False
    """Whether the job is run anew when it has failed and said so."""
    resume: str = ""
    """Where a write has got when the process that takes the run up is killed, too; ``""`` when it is not."""

    @property
    def title(self) -> str:
        """How reports name it."""
        if self.fault is NO_FAULT:
            return "without a fault"
        place = f"write {self.at}" if self.fault.point else f"request {self.at}"
        title = f"{self.fault.name} {'from' if self.lasting else 'at'} {place}{' on' if self.lasting else ''}"
        return f"{title}{self.then and ', '}{self.then}"

    @property
    def then(self) -> str:
        """What follows upon the fault, ``""`` for nothing but what an operator does."""
        return f"resume killed {self.resume}" if self.resume else "execute again" if self.again else ""

    @property
    def plan(self) -> str:
        """The plan for the other side, ``""`` when it has none."""
        if not self.fault.trouble:
            return ""
        before = f"ok:{self.at - 1}," if self.at > 1 else ""
        return f"{before}{self.fault.trouble}:{WITHOUT_END if self.lasting else self.fault.entries}"

    def meets(self, request: int) -> bool:
        """Whether it is this request that goes wrong, counted from 1."""
        return request == self.at or (self.lasting and request > self.at)


def trials(faults: Iterable[Mishap], requests: int, points: Mapping[str, int]) -> Iterator[Trial]:
    """Every trial of a job that makes so many requests and passes each point so often when nothing goes wrong."""
    for fault in faults:
        if fault.point:
            yield from (Trial(fault, at) for at in range(1, points.get(fault.point, 0) + 1))
            continue
        for at in range(1, requests + 1):
            yield Trial(fault, at)
            if fault.lasts:
                yield Trial(fault, at, lasting=True)
