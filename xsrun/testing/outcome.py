"""What became of a test, as plain data: it crosses processes, and keeps nothing alive of the run it tells of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from xsrun.builtins.statements.expect import Failed, Unequal
from xsrun.diagnostics import Fault, LimitFault
from xsrun.render import note, particulars
from xsrun.runtime.job import failure_of
from xsrun.runtime.secrets import Masker
from xsrun.source import Span
from xsrun.testing.comparing import comparison

NOTHING: Final = Masker()
"""For tests without secrets."""


class Mismatch(LimitFault):
    """Something that is not as a test wants it. ``notes`` are lines below its place, ``compared`` the difference."""

    def __init__(
        self,
        message: str,
        compared: Iterable[str] = (),
        *,
        code: str = "expectation",
        span: Span | None = None,
        notes: Iterable[str] = (),
        help: str = "",
    ) -> None:
        super().__init__(code, message, help=help)
        self.compared = tuple(compared)
        self.span = span
        self.notes = tuple(notes)


class Problem(NamedTuple):
    """One thing that is wrong."""

    code: str
    message: str
    """What is wrong, in one line."""
    span: Span | None = None
    notes: tuple[str, ...] = ()
    """Lines below the excerpt: values, calls, what to do."""
    compared: tuple[str, ...] = ()
    """The lines in which what was expected (``-``) and what came (``+``) differ."""
    stopped: bool = False
    """Whether the test could not be brought to an end."""
    hidden: tuple[str, ...] = ()
    """What must not show in the excerpt, either."""


class Outcome(NamedTuple):
    """What became of a test: it passed when there are no problems."""

    problems: tuple[Problem, ...] = ()
    seconds: float = 0.0
    logs: tuple[Any, ...] = ()
    """The latest values that ``debug.log`` wrote, as JSON values."""
    unset: tuple[str, ...] = ()
    """Environment variables that were read and have no value."""
    reached: frozenset[int] = frozenset()
    """The marks of its program that it reached."""

    @property
    def message(self) -> str:
        """Why it failed, in one line, of what stopped it with its place; ``""`` when it passed."""
        if not self.problems:
            return ""
        first = self.problems[0]
        return f"{first.message} ({first.span.place})" if first.stopped and first.span else first.message


def problem_of(fault: Fault, secrets: Masker = NOTHING) -> Problem:
    """What a fault has to say, without secrets."""
    if isinstance(fault, Mismatch):
        compared, notes, stopped = fault.compared, fault.notes or particulars(fault), False
    else:
        compared = comparison(fault.expected, fault.actual) if isinstance(fault, Unequal) else ()
        notes, stopped = particulars(fault), isinstance(fault, LimitFault) and not isinstance(fault, Failed)
    help = failure_of(fault, []).help
    lines = [*notes, *([note(fault.span, "help", help)] if help else [])]
    return Problem(
        fault.code,
        secrets.text(headline(fault)),
        fault.span,
        tuple(map(secrets.text, lines)),
        tuple(map(secrets.text, compared)),
        stopped,
        tuple(secrets.known),
    )


def headline(fault: Fault) -> str:
    """A failure in one line: the words of an assertion or of what stopped the test, else the code and the error."""
    return fault.message if isinstance(fault, LimitFault) else f"{fault.kind.error_code}: {fault.message}"
