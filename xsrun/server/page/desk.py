"""What the page is given by whoever serves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from xsrun.engine.orders import Engine
from xsrun.engine.resolving import Verdict
from xsrun.engine.rows import RunRow, StepRow
from xsrun.tracing.tracer import Step
from xsrun.types.fields import Field

Files = Mapping[str, str]


class Said(NamedTuple):
    """What came of something that somebody asked for, in one sentence."""

    text: str
    well: bool = True


class Offered(NamedTuple):
    """A job that may be started."""

    project: str
    """What stands for its project in addresses."""
    folder: str
    job: str
    description: str
    fields: tuple[Field, ...]
    """What its main function takes."""
    constants: Mapping[str, Any]
    """What ``main`` gives it unless somebody gives something else."""
    env: tuple[str, ...]
    """The variables that it needs."""


class Desk(NamedTuple):
    """Runs, and what can be done with them. Everything in it is safe for threads."""

    engine: Engine
    statements: Callable[[RunRow, list[StepRow], Files], list[Step]]
    """The statements of a run, out of the journal; may take seconds. Raises Broken."""
    resolve: Callable[[str, Mapping[str, Verdict]], Said]
    """Take somebody's word for what became of the requests of a run that got no answer, by the names of their steps;
    where there is none ask the provider. Raises Broken."""
    jobs: Callable[[], Sequence[Offered]]
    """The jobs of the projects that are served now."""
    start: Callable[[Offered, Mapping[str, str], str], str]
    """Have a job run with inputs as somebody wrote them, empty ones left out, and with an id; gives it back.
    Raises Refused and Broken."""
