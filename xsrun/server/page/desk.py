"""What the page is given by whoever serves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from xsrun.engine.orders import Engine
from xsrun.engine.resolving import Verdict
from xsrun.engine.rows import RunRow, StepRow
from xsrun.tracing.tracer import Step

Files = Mapping[str, str]


class Said(NamedTuple):
    """What came of something that somebody asked for, in one sentence."""

    text: str
    well: bool = True


class Desk(NamedTuple):
    """Runs, and what can be done with them. Everything in it is safe for threads."""

    engine: Engine
    statements: Callable[[RunRow, list[StepRow], Files], list[Step]]
    """The statements of a run, out of the journal; may take seconds. Raises Broken."""
    resolve: Callable[[str, Mapping[str, Verdict]], Said]
    """Take somebody's word for what became of the requests of a run that got no answer, by the names of their steps;
    where there is none ask the provider. Raises Broken."""
