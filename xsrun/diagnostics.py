"""What can go wrong, as records: faults, their codes, and the exit code of each.

A *Diagnostic* is found by reading the source, a *Fault* happens while it runs. Both carry a code out
of one vocabulary (``CODES``), which programs may match on.
"""

from __future__ import annotations

from collections.abc import Iterable

from xsrun.hints import Any, Final
from xsrun.record import NamedTuple
from xsrun.source import Span


class Exit:
    """Process exit codes, the same for every command and output format."""

    DONE: Final = 0
    FAILED: Final = 1
    USAGE: Final = 2
    SOURCE: Final = 3
    ENVIRONMENT: Final = 4
    TEST: Final = 5
    NETWORK: Final = 6
    LIMIT: Final = 7
    UNKNOWN_OUTCOME: Final = 9
    INTERNAL: Final = 70
    INTERRUPTED: Final = 130


class Edit(NamedTuple):
    """One change of a source text: what stands in ``span`` becomes ``text``."""

    span: Span
    text: str


def around(span: Span, before: str, after: str) -> tuple[Edit, Edit]:
    """The two edits that put something before and behind a stretch of text."""
    source, start, end = span
    return Edit(Span(source, start, start), before), Edit(Span(source, end, end), after)


class Diagnostic(NamedTuple):
    """One finding about a source text.

    ``severity`` is ``"error"`` or ``"warning"``; a code that starts with ``unresolved-`` names
    something that another file of the project could still provide. ``edits`` mend it, all of them
    together, where there is one way to do so and nothing else is meant by the text.
    """

    code: str
    message: str
    span: Span | None = None
    severity: str = "error"
    help: str = ""
    label: str = ""
    edits: tuple[Edit, ...] = ()

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

    sent = True
    """Whether a request that it interrupts may have arrived."""


class RunStopped(Exception):
    """Ends the whole run with a value (``debug.stop``); it is no error and cannot be caught."""

    def __init__(self, value: Any) -> None:
        super().__init__("stopped")
        self.value = value


class Code(NamedTuple):
    """An entry of the fault vocabulary."""

    exit: int
    meaning: str


class Found:
    """Collects diagnostics while a pass goes on after a fault."""

    def __init__(self) -> None:
        self.items: list[Diagnostic] = []

    def error(
        self,
        code: str,
        message: str,
        span: Span | None,
        help: str = "",
        label: str = "",
        edits: Iterable[Edit] = (),
    ) -> None:
        """Report something that stops the program from being used."""
        self.items.append(Diagnostic(code, message, span, "error", help, label, tuple(edits)))

    def warn(
        self,
        code: str,
        message: str,
        span: Span | None,
        help: str = "",
        label: str = "",
        edits: Iterable[Edit] = (),
    ) -> None:
        """Report something that works here but looks wrong or is not portable."""
        self.items.append(Diagnostic(code, message, span, "warning", help, label, tuple(edits)))


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that looks most like ``name``, or ``""`` when none is near.

    Case and underscores are folded before the distance is taken, and a far guess is not made:
    silence beats nonsense.
    """
    folded = fold(name)
    best, best_distance = "", max(1, (len(folded) + 1) // 3) + 1
    for candidate in known:
        distance = _distance(folded, fold(candidate), best_distance)
        if distance < best_distance:
            best, best_distance = candidate, distance
    return best


def fold(name: str) -> str:
    """A name without what people often get wrong: case, underscores, dashes and blanks."""
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


SOURCE: Final[dict[str, Code]] = {
    "syntax": Code(Exit.SOURCE, "the text does not follow the grammar at this place"),
    "unclosed": Code(Exit.SOURCE, "a bracket is opened and never closed"),
    "unmatched": Code(Exit.SOURCE, "a bracket is closed that was never opened"),
    "nesting": Code(Exit.SOURCE, "brackets stand inside one another too deep to be read"),
    "unreadable": Code(Exit.SOURCE, "the file cannot be read"),
    "unwritable": Code(Exit.USAGE, "the file cannot be written"),
    "encoding": Code(Exit.SOURCE, "the file is no UTF-8"),
    "source-size": Code(Exit.SOURCE, "the text is too large to be a program"),
    "too-complex": Code(Exit.SOURCE, "the program is too large or too deeply nested to be compiled"),
    "misplaced": Code(Exit.SOURCE, "this may not stand here"),
    "unknown-construct": Code(Exit.SOURCE, "the word at the top of a document names no construct"),
    "unknown-clause": Code(Exit.SOURCE, "the construct has no clause of this name"),
    "unknown-statement": Code(Exit.SOURCE, "no statement has this name"),
    "unknown-filter": Code(Exit.SOURCE, "no filter has this name"),
    "unknown-attribute": Code(Exit.SOURCE, "the statement or field has no attribute of this name"),
    "unknown-input": Code(Exit.SOURCE, "the function declares no input of this name"),
    "unknown-type": Code(Exit.SOURCE, "inputs and columns have no type of this name"),
    "unknown-operator": Code(Exit.SOURCE, "the operator means nothing outside database expressions"),
    "unknown-variable": Code(Exit.FAILED, "no statement sets the variable"),
    "unknown-system-variable": Code(Exit.SOURCE, "`$env.$…` has no variable of this name"),
    "unresolved-table": Code(Exit.SOURCE, "the table is declared in no file of the folder"),
    "unknown-column": Code(Exit.SOURCE, "the table has no column of this name"),
    "missing-column": Code(Exit.SOURCE, "a table has a column `id` of type int or uuid"),
    "bad-index": Code(Exit.SOURCE, "the index makes no sense"),
    "addon-stack": Code(Exit.SOURCE, "an addon consists of one `db.query`"),
    "unresolved-function": Code(Exit.SOURCE, "the function is declared in no file of the folder"),
    "missing-name": Code(Exit.SOURCE, "a name is required here"),
    "missing-main": Code(Exit.SOURCE, "a job says in `main` which function it runs"),
    "missing-equals": Code(Exit.SOURCE, "the clause is written with `=`"),
    "missing-head": Code(Exit.SOURCE, "the statement works on an expression or variable that is not there"),
    "missing-target": Code(Exit.SOURCE, "the statement sets a variable that is not named"),
    "missing-each": Code(Exit.SOURCE, "the body of a loop stands in `each`"),
    "missing-block": Code(Exit.SOURCE, "the statement consists of blocks, one of which is not there"),
    "missing-attribute": Code(Exit.SOURCE, "a required attribute is not given"),
    "missing-schema": Code(Exit.SOURCE, "an object says in `schema` which fields it has"),
    "missing-argument": Code(Exit.SOURCE, "a filter lacks a required argument"),
    "missing-input": Code(Exit.FAILED, "a function is called without an input it requires"),
    "too-many-arguments": Code(Exit.SOURCE, "a filter got more arguments than it takes"),
    "route-collision": Code(Exit.SOURCE, "two queries answer the same addresses"),
    "path-input": Code(Exit.SOURCE, "a part of the path of a query is no input of it"),
    "no-auth": Code(Exit.SOURCE, "`auth` names a table that says auth = false"),
    "duplicate-name": Code(Exit.SOURCE, "two constructs or fields have the same name"),
    "duplicate-key": Code(Exit.SOURCE, "a key stands twice in one object"),
    "duplicate-attribute": Code(Exit.SOURCE, "an attribute is given twice"),
    "bad-case": Code(Exit.SOURCE, "a file of cases says something that makes no sense"),
    "duplicate-env": Code(Exit.SOURCE, "a name stands twice in `env`"),
    "run-job-clause": Code(Exit.SOURCE, "a job names a function and holds no statements itself"),
    "run-input-not-constant": Code(Exit.SOURCE, "the input of a job holds constants only"),
    "bad-key": Code(Exit.SOURCE, "a key of an object is no name and no text in quotes"),
    "bad-clause": Code(Exit.SOURCE, "the clause has another shape"),
    "bad-env": Code(Exit.SOURCE, "`env` is a list of names in quotes"),
    "bad-default": Code(Exit.SOURCE, "the default does not fit the type of its field"),
    "bad-bounds": Code(Exit.SOURCE, "the bounds of a list do not make sense"),
    "bad-target": Code(Exit.SOURCE, "the statement cannot set this"),
    "bad-error-type": Code(Exit.SOURCE, "`precondition` knows seven kinds of error"),
    "wrong-filter": Code(Exit.SOURCE, "the input filter does not work on this type"),
    "filter-needs-parentheses": Code(Exit.SOURCE, "an operator stands directly behind a filter"),
    "not-constant": Code(Exit.SOURCE, "a literal is required here"),
    "misplaced-db": Code(Exit.SOURCE, "`$db` exists only in database expressions"),
    "misplaced-element": Code(Exit.SOURCE, "`$$` and `$this` exist only in expressions that run per element"),
    "constant-comparison": Code(Exit.SOURCE, "a comparison gives the same whatever is compared"),
    "not-rego": Code(Exit.SOURCE, "a policy is not quite Rego at this place, and was read as it is meant"),
    "policy": Code(Exit.SOURCE, "a policy cannot be read or evaluated, or reaches for what no policy may"),
    "bad-action": Code(Exit.SOURCE, "a policy gives something that is no job, or one that cannot be done"),
    "unused-mock": Code(Exit.SOURCE, "a mock names a test that does not exist"),
    "undeclared-env": Code(Exit.SOURCE, "an environment variable is read that no job declares"),
}
"""What is wrong with a text or does not fit together."""

PORTABILITY: Final[dict[str, Code]] = {
    "missing-index": Code(Exit.SOURCE, "a table declares no primary index; the platform demands one"),
    "reserved-name": Code(Exit.SOURCE, "the name belongs to the language"),
    "missing-catch": Code(Exit.SOURCE, "an error in `try` would be dropped silently"),
    "not-portable": Code(Exit.SOURCE, "accepted here, and maybe not on the platform"),
    "unquoted-text": Code(Exit.SOURCE, "a text stands without quotes"),
    "computed-key": Code(Exit.SOURCE, "a variable stands where an object key should"),
    "unary-minus": Code(Exit.SOURCE, "a sign stands before a variable"),
    "mixed-logic": Code(Exit.SOURCE, "`&&` and `||` are mixed without parentheses"),
    "line-continuation": Code(Exit.SOURCE, "an expression goes on in the next line"),
    "comment-in-literal": Code(Exit.SOURCE, "a comment stands inside an object or array"),
    "trailing-comment": Code(Exit.SOURCE, "a comment stands behind a value on its line"),
    "trailing-comma": Code(Exit.SOURCE, "a comma stands behind the last entry of an object or list"),
    "unknown-escape": Code(Exit.SOURCE, "a backslash in a text begins no escape; the platform drops it"),
    "numeric-key": Code(Exit.SOURCE, "an object is written with numbers as keys; the platform makes a list of it"),
    "dotted-key": Code(Exit.SOURCE, "a key with a dot in it stands without quotes"),
    "greedy-argument": Code(Exit.SOURCE, "an argument of a filter takes in what was meant to follow the filter"),
    "short-argument": Code(Exit.SOURCE, "an argument of a filter ends before a comparison that was meant to be in it"),
    "filter-operand": Code(Exit.SOURCE, "a filter behind a product works on its last operand alone"),
    "mixed-modulo": Code(Exit.SOURCE, "`%` stands beside other arithmetic without parentheses"),
    "mixed-concatenation": Code(Exit.SOURCE, "`~` stands beside `+` or `-` without parentheses"),
    "now-in-arithmetic": Code(Exit.SOURCE, "the platform cannot calculate with a bare `now`"),
    "or-default": Code(Exit.SOURCE, "`||` stands where `??` is meant"),
    "fill-order": Code(Exit.SOURCE, "`fill` repeats the piped value, here an empty list"),
    "sorted-as-text": Code(Exit.SOURCE, "numbers are sorted as texts"),
    "sort-direction": Code(Exit.SOURCE, "a sort got its direction where it takes a path"),
    "throw-kind": Code(Exit.SOURCE, "the name of a `throw` is a kind of error, and selects no status"),
    "extension": Code(Exit.SOURCE, "the statement is one of this program; the platform does not have it"),
    "two-fields": Code(Exit.SOURCE, "two fields stand on one line"),
    "two-constructs": Code(Exit.SOURCE, "two constructs stand in one document"),
}
"""What runs here, and what the platform may refuse or read otherwise."""

REMARKS: Final[dict[str, Code]] = {
    "unreachable": Code(Exit.SOURCE, "no path leads to the statement"),
    "unused-variable": Code(Exit.SOURCE, "a variable is set and never read"),
    "maybe-unset": Code(Exit.SOURCE, "a variable is read that only some paths set"),
    "redeclared-variable": Code(Exit.SOURCE, "a variable is set again before anything read its value"),
    "shadowed-variable": Code(Exit.SOURCE, "a loop sets a variable that holds something else already"),
    "precedence": Code(Exit.SOURCE, "an operator binds tighter than it looks"),
    "hidden-column": Code(Exit.SOURCE, "a column is read of a row that leaves it out"),
    "shared-answer": Code(Exit.SOURCE, "`cache` gives an answer to clients who would get another"),
    "no-return": Code(Exit.SOURCE, "JavaScript of a lambda gives nothing back"),
    "quoted-expression": Code(Exit.SOURCE, "a text in quotes stands where an expression runs per element"),
    "omitted-input": Code(Exit.SOURCE, "an input that may be left out is calculated with"),
}
"""What the whole of a program says about its author's intent: found by ``check``, and no matter of a run."""

CONTRACTS: Final[dict[str, Code]] = {
    "contract-path": Code(Exit.SOURCE, "the provider has no such path, or none for this method"),
    "contract-auth": Code(Exit.SOURCE, "the provider does not take a key in this way"),
    "contract-from": Code(Exit.SOURCE, "a call that a person makes does not say who"),
    "contract-content-type": Code(Exit.SOURCE, "the body is not said to be what the provider reads"),
    "contract-missing": Code(Exit.SOURCE, "the body lacks a property that the provider needs"),
    "contract-value": Code(Exit.SOURCE, "the provider does not take this value"),
    "contract-unknown": Code(Exit.SOURCE, "the provider does not read a property or parameter of this name"),
    "contract-key": Code(Exit.SOURCE, "a write carries no key by which its provider would know it again"),
    "contract-timeout": Code(Exit.SOURCE, "a request to a provider does not say how long it may take"),
    "contract-status": Code(Exit.SOURCE, "an answer is compared with a status that the call never has"),
}
"""What a known provider would refuse, misread or ignore: found by ``check --contracts``."""

RUN: Final[dict[str, Code]] = {
    "thrown": Code(Exit.FAILED, "the job raised it with `throw`"),
    "precondition": Code(Exit.FAILED, "a `precondition` did not hold"),
    **{
        name: Code(Exit.FAILED, f"a `precondition` of type `{name}` did not hold")
        for name, kind in ERROR_KINDS.items()
        if kind is not STANDARD
    },
    "input-error": Code(Exit.FAILED, "an input does not fit its declaration"),
    "not-numeric": Code(Exit.FAILED, "arithmetic on something that is no number"),
    "wrong-type": Code(Exit.FAILED, "a filter or statement got a value of another type"),
    "division-by-zero": Code(Exit.FAILED, "a number was divided by zero"),
    "missing-variable": Code(Exit.FAILED, "a variable was read before any statement set it"),
    "missing-path": Code(Exit.FAILED, "a plain reference leads to nothing"),
    "bad-argument": Code(Exit.FAILED, "an argument makes no sense to the filter or statement"),
    "bad-regex": Code(Exit.FAILED, "the regular expression cannot be read"),
    "bad-token": Code(Exit.FAILED, "a signed or encrypted token is refused"),
    "lambda-error": Code(Exit.FAILED, "the JavaScript of a lambda threw an error"),
    "bad-path": Code(Exit.FAILED, "the path of a file might lead out of the folder of files, or can be no name"),
    "bad-archive": Code(Exit.FAILED, "the zip archive is damaged, or its password is another one"),
    "bad-line": Code(Exit.FAILED, "a line of a stream cannot be read"),
    "file-error": Code(Exit.FAILED, "the system refuses to read or write a file"),
    "redis-error": Code(Exit.FAILED, "Redis, or what stands in its place, refuses a command or does not answer"),
    "duplicate-record": Code(Exit.FAILED, "a unique index has this value already"),
    "database": Code(Exit.FAILED, "the database refuses, cannot be reached, or cannot be written"),
    "schema-loss": Code(Exit.FAILED, "the declared tables cannot hold the rows that the database has"),
    "no-function": Code(Exit.FAILED, "the called function does not exist"),
    "lost-reference": Code(Exit.FAILED, "a statement names nothing: its export lost the name"),
    "not-local": Code(Exit.FAILED, "the statement needs the platform or a provider"),
    "missing-extra": Code(Exit.FAILED, "an optional part of xsrun is not installed"),
    "api-error": Code(Exit.FAILED, "a provider refused what a statement asks of it, or did not answer"),
    "expectation": Code(Exit.FAILED, "an `expect` did not hold"),
    "low-coverage": Code(Exit.TEST, "the tests reach less of the source than is demanded"),
    "low-mutation": Code(Exit.TEST, "the tests notice fewer mutants than is demanded"),
    "unexpected-request": Code(Exit.TEST, "a case has no answer for a request"),
    "test-crashed": Code(Exit.TEST, "a test took its process with it, or did not end"),
    "network-disabled": Code(Exit.TEST, "a test sent a request that it does not mock"),
    "outcome-unknown": Code(Exit.UNKNOWN_OUTCOME, "a request may have arrived, and was not sent again"),
    "not-recorded": Code(Exit.FAILED, "the cassette holds no such request"),
    "diverged": Code(Exit.USAGE, "a resumed run does something else than it did"),
    "journal": Code(Exit.FAILED, "the journal of runs cannot be read or written"),
    "telemetry": Code(Exit.DONE, "what runs do could not be told to a collector; they go on"),
    "no-run": Code(Exit.USAGE, "no run has this id"),
    "limits": Code(Exit.DONE, "workers on one queue want different limits for it"),
    "no-worker": Code(Exit.DONE, "a run waits in a queue of which no worker takes runs"),
}
"""What happens while a job runs."""

START: Final[dict[str, Code]] = {
    "missing-env": Code(Exit.ENVIRONMENT, "an environment variable that the job declares has no value"),
    "no-job": Code(Exit.USAGE, "no job was found under this name"),
    "several-jobs": Code(Exit.USAGE, "several jobs were found, and none was chosen"),
    "no-test": Code(Exit.USAGE, "no test was found, or none of this name"),
    "not-found": Code(Exit.USAGE, "the file or folder does not exist"),
    "bad-alert": Code(Exit.USAGE, "an alert is no JSON, lacks a field, or is of a schema that nobody handles"),
    "usage": Code(Exit.USAGE, "the command line cannot be understood"),
}
"""What keeps a command from beginning."""

LIMITS: Final[dict[str, Code]] = {
    "limit-steps": Code(Exit.LIMIT, "loops made more turns than allowed"),
    "limit-depth": Code(Exit.LIMIT, "calls stand too deep inside one another"),
    "limit-size": Code(Exit.LIMIT, "a value became too large"),
    "limit-time": Code(Exit.LIMIT, "something took longer than allowed"),
    "secret-to-host": Code(Exit.LIMIT, "a secret would go to a host that neither the source nor the user names"),
    "blocked-address": Code(Exit.LIMIT, "a request would go to an address that is not of the public network"),
    "interrupted": Code(Exit.INTERRUPTED, "the run was stopped by the keyboard"),
    "cancelled": Code(Exit.INTERRUPTED, "somebody had the run stop, or the client that a query answers is gone"),
    "taken-over": Code(Exit.INTERRUPTED, "another attempt goes on with the run"),
    "internal": Code(Exit.INTERNAL, "a fault of xsrun itself"),
}
"""Limits, and faults of our own."""

CODES: Final[dict[str, Code]] = {**SOURCE, **PORTABILITY, **REMARKS, **CONTRACTS, **RUN, **START, **LIMITS}
"""Every code that a diagnostic or fault may carry, with the exit code it ends with."""
