"""Who watches runs from outside of them: nobody, until a command has somebody watch what its process does.

A run that nobody watches pays for one look at ``observer``, and nothing at its effects and functions.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from xsrun.engine.world import Layer
from xsrun.hints import TYPE_CHECKING, Any, Final, Protocol
from xsrun.late import Late, re
from xsrun.record import NamedTuple

if TYPE_CHECKING:
    from xsrun.effects.ports import World
    from xsrun.runtime.run import Loaded

VARIABLES: Final = (
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
    "OTEL_TRACES_EXPORTER",
    "OTEL_METRICS_EXPORTER",
)
"""Whoever sets one of these wants to be told what runs do."""

_telling: Callable[..., AbstractContextManager[None]] = Late("xsrun.telemetry.telling", "telling")


class Subject(NamedTuple):
    """An attempt of a run, or a request to a query, that is about to begin."""

    name: str
    """Of the job, or of the query as ``/api:group/path/{id}``."""
    loaded: Loaded
    masked: Callable[[str], str]
    """Takes secrets out of a text."""
    verb: str = ""
    """Of a request, ``""`` for a run."""
    parent: str = ""
    """Names the trace of whoever asked for it, as the header ``traceparent`` does."""
    earlier: str = ""
    """Names that of the first attempt."""
    rehearsed: str = ""
    """What answers in the place of others, ``simulate`` or ``replay``; ``""`` for the real ones."""


class Ending(NamedTuple):
    """How it ended."""

    exit: int = 0
    """Of a run."""
    status: int = 0
    """Of a request."""
    code: str = ""
    """Of the failure, ``""`` for none."""
    message: str = ""
    run: str = ""
    """The id of a run in the journal, ``""`` where that does not know of it."""


class Watched(Protocol):
    """What an observer makes of a subject."""

    traceparent: str
    """Names it for others; ``""`` where there is no trace."""

    def during(self, perform: Callable[[], Any], ended: Callable[[Any], Ending]) -> Any:
        """Do it, and say by ``ended`` how its outcome is to be taken. Gives back the outcome."""


class Observer(Protocol):
    """Watches all that runs in a process, on any thread."""

    def begin(self, subject: Subject) -> Watched:
        """A subject begins."""

    def refused(self, verb: str, route: str, status: int, seconds: float) -> None:
        """A request was answered before a query ran; ``route`` is ``""`` where it is not known what was meant."""

    def kept_from(self, job: str, state: str) -> None:
        """An attempt of a run could not begin, which left the run in a state."""

    def around(self, layer: Layer) -> Layer:
        """A layer with what watches the effects in it."""

    def below(self, world: World, traced: Callable[[str], bool]) -> World:
        """The world below the door, with what watches it; ``traced`` says which hosts are told of the trace."""


observer: Observer | None = None
"""Set by a command, once for its process."""


def traceparent(given: str) -> str:
    """A header or variable of that name as it is; ``""`` for what names no trace."""
    return given if re.fullmatch("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", given) else ""


def telling(warn: Callable[[str, str], None]) -> AbstractContextManager[None]:
    """Have what runs in the block told to where the variables of OpenTelemetry say, if they say anything.

    ``warn`` takes a message and what to do about it.
    """
    if observer is not None or os.environ.keys().isdisjoint(VARIABLES):
        return nullcontext()
    return _telling(warn)
