"""What can go wrong, as records: faults, their codes, and the exit code of each.

A *Diagnostic* is found by reading the source, a *Fault* happens while it runs. Both carry a code out
of one vocabulary (``CODES``), which ``xsrun explain`` prints and which programs may match on.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Any, Final, NamedTuple

from xsrun.source import Span


class Exit(IntEnum):
    """Process exit codes, the same for every command and output format."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    SOURCE = 3
    ENVIRONMENT = 4
    TEST = 5
    NETWORK = 6
    LIMIT = 7
    UNKNOWN_OUTCOME = 9
    INTERNAL = 70
    INTERRUPTED = 130


class Diagnostic(NamedTuple):
    """One finding about a source text.

    ``severity`` is ``"error"`` or ``"warning"``; a code that starts with ``unresolved-`` names
    something that another file of the project could still provide.
    """

    code: str
    message: str
    span: Span | None = None
    severity: str = "error"
    help: str = ""
    label: str = ""

    @property
    def line(self) -> int:
        """Line of the finding, from 1; 0 when it has no place."""
        return self.span.line if self.span else 0

    def __str__(self) -> str:
        place = f"{self.span.place}: " if self.span else ""
        return f"{place}{self.severity}[{self.code}]: {self.message}"


class XsError(Exception):
    """The source cannot be used; ``diagnostics`` says why, every fault at once."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics: list[Diagnostic] = list(diagnostics)
        super().__init__("\n".join(str(found) for found in self.diagnostics))


class ErrorKind(NamedTuple):
    """A kind of run-time error of the language: its ``error_type``, ``$error.code`` and status."""

    error_type: str
    error_code: str
    status: int


STANDARD: Final = ErrorKind("standard", "ERROR_FATAL", 500)
INPUT_ERROR: Final = ErrorKind("inputerror", "ERROR_CODE_INPUT_ERROR", 400)
NOT_FOUND: Final = ErrorKind("notfound", "ERROR_CODE_NOT_FOUND", 404)
ACCESS_DENIED: Final = ErrorKind("accessdenied", "ERROR_CODE_ACCESS_DENIED", 403)
THROWN: Final = ErrorKind("throw", "ERROR_CODE_THROWN_ERROR", 500)

ERROR_KINDS: Final[dict[str, ErrorKind]] = {
    kind.error_type: kind
    for kind in (
        STANDARD,
        INPUT_ERROR,
        ErrorKind("badrequest", "ERROR_CODE_BAD_REQUEST", 400),
        ErrorKind("unauthorized", "ERROR_CODE_UNAUTHORIZED", 401),
        ACCESS_DENIED,
        NOT_FOUND,
        ErrorKind("toomanyrequests", "ERROR_CODE_TOO_MANY_REQUESTS", 429),
    )
}
"""The seven values that ``precondition { error_type = … }`` may take."""


class Frame(NamedTuple):
    """One call on the XanoScript stack: which function, at which place it was."""

    function: str
    place: str


class Fault(Exception):
    """A run-time error of the language.

    A builtin raises it without a place; the run adds ``span``, ``frames`` and ``values`` from the
    innermost XanoScript line, once.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        kind: ErrorKind = STANDARD,
        name: str = "Exception",
        result: Any = "",
        payload: Any = "",
        help: str = "",
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.kind = kind
        self.name = name
        self.result = result
        self.payload = payload
        self.help = help
        self.span: Span | None = None
        self.frames: list[Frame] = []
        self.values: list[tuple[str, Any]] = []

    def as_error(self) -> dict[str, Any]:
        """The ``$error`` object that a ``catch`` block sees."""
        return {
            "code": self.kind.error_code,
            "message": self.message,
            "name": self.name,
            "result": self.result,
            "payload": self.payload,
            "status": self.kind.status,
        }


class LimitFault(Fault):
    """A limit of the runner was reached; ``try_catch`` does not see it."""


class RunStopped(Exception):
    """Ends the whole run with a value (``debug.stop``); it is no error and cannot be caught."""

    def __init__(self, value: Any) -> None:
        super().__init__("stopped")
        self.value = value


class Code(NamedTuple):
    """An entry of the fault vocabulary."""

    exit: Exit
    meaning: str


class Found:
    """Collects diagnostics while a pass goes on after a fault."""

    def __init__(self) -> None:
        self.items: list[Diagnostic] = []

    def error(self, code: str, message: str, span: Span | None, help: str = "", label: str = "") -> None:
        """Report something that stops the program from being used."""
        self.items.append(Diagnostic(code, message, span, "error", help, label))

    def warn(self, code: str, message: str, span: Span | None, help: str = "", label: str = "") -> None:
        """Report something that works here but looks wrong or is not portable."""
        self.items.append(Diagnostic(code, message, span, "warning", help, label))


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like ``name``, or ``""`` when none is near.

    Case and underscores are folded before the distance is taken, and a far guess is not made:
    silence beats nonsense.
    """
    folded = _fold(name)
    best, best_distance = "", max(1, (len(folded) + 1) // 3) + 1
    for candidate in known:
        distance = _distance(folded, _fold(candidate), best_distance)
        if distance < best_distance:
            best, best_distance = candidate, distance
    return best


def _fold(name: str) -> str:
    return name.replace("_", "").replace("-", "").replace(" ", "").lower()


def _distance(a: str, b: str, limit: int) -> int:
    """Edits between two texts (insert, delete, replace, swap), ``limit`` when there are as many or more."""
    if abs(len(a) - len(b)) >= limit:
        return limit
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row = row, [i]
        for j, y in enumerate(b, 1):
            cost = min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (x != y))
            if before and i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = previous
        if min(row) >= limit:
            return limit
    return row[-1]
