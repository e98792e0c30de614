"""What the passes over one function share: its source, names, findings and generated parts."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, Protocol

from xsrun.builtins.records import Registry
from xsrun.compile import python as py
from xsrun.compile.callees import Callees
from xsrun.compile.infer import Inference
from xsrun.compile.marks import NO_MARKS, Marks
from xsrun.compile.names import Names
from xsrun.data.tables import Table
from xsrun.diagnostics import Edit, Found
from xsrun.source import Source, Span
from xsrun.syntax import tree


class Piece(NamedTuple):
    """An operand of ``~``; ``short`` when it is a text of some characters at most."""

    made: ast.expr
    short: bool


class Evaluator(Protocol):
    """Compiles expressions; what the binding of arguments needs of them."""

    def value(self, node: tree.Node, strict: bool = False) -> ast.expr:
        """The Python expression that gives the value of a node."""
        ...

    def condition(self, node: tree.Node) -> ast.expr:
        """The Python expression that is true when a node is truthy."""
        ...

    def condition_value(self, node: tree.Node) -> ast.expr:
        """A condition whose value is asked for."""
        ...

    def all_variables(self) -> ast.expr:
        """An object of every variable that is set."""
        ...

    def pieces(self, node: tree.Operation) -> list[Piece]:
        """The operands of ``a ~ b ~ c``, each a part of one formatted string."""
        ...

    def constant_of(self, node: tree.Node) -> tuple[bool, Any]:
        """Whether a node is a literal, and its value."""
        ...


class StackCompiler(Protocol):
    """Compiles statements; what the forms need of it."""

    @property
    def context(self) -> Context:
        """State of the function."""
        ...

    @property
    def expressions(self) -> Evaluator:
        """Its expressions."""
        ...

    def body(self, block: tree.Block | None) -> list[ast.stmt]:
        """The statements in a block."""
        ...

    def store(self, target: tree.Node, value: ast.expr, fresh: bool = False) -> list[ast.stmt]:
        """Set a variable, or the place in it that a path leads to."""
        ...

    def assign(self, target: tree.Node, value: tree.Node) -> list[ast.stmt]:
        """Set a variable or a place in it to the value of an expression."""
        ...

    def shared(self, names: set[str]) -> list[ast.stmt]:
        """Note that variables may no longer be the only holders of what they hold."""
        ...

    def bind(self, block: tree.Block, value: ast.expr, fresh: bool = False) -> list[ast.stmt]:
        """``as $name`` of a statement, or its value for the effect alone."""
        ...


class Bound(NamedTuple):
    """The Python names of what an element expression binds."""

    element: str
    position: str
    whole: str
    result: str
    reduces: bool


class Trial:
    """Code that may raise where the general code gives null."""

    relies = False
    """Whether any of it does."""


class Mocking(NamedTuple):
    """What the mocks of statements may name, and whether they take effect."""

    tests: frozenset[str] = frozenset()
    active: bool = False


NO_MOCKS: Final = Mocking()
NO_SECRETS: Final[Mapping[tree.Node, str]] = {}
NO_TABLES: Final[Mapping[str, Table]] = {}


class Removal(NamedTuple):
    """A loop that removes elements from the list it goes through."""

    variable: str
    """The variable of the list."""
    counter: str
    """The local that counts what was removed."""
    position: str
    """The local of the element's position in the whole list."""


class Findings:
    """Reports what is wrong with one source."""

    def __init__(self, source: Source, found: Found) -> None:
        self.source = source
        self.found = found

    def span(self, node: tree.Node) -> Span:
        """The place of a node."""
        return Span(self.source, node.start, node.end)

    def error(
        self,
        code: str,
        message: str,
        node: tree.Node | Span,
        help: str = "",
        label: str = "",
        edits: Iterable[Edit] = (),
    ) -> None:
        """Report an error."""
        self.found.error(code, message, node if isinstance(node, Span) else self.span(node), help, label, edits)

    def warn(
        self,
        code: str,
        message: str,
        node: tree.Node | Span,
        help: str = "",
        label: str = "",
        edits: Iterable[Edit] = (),
    ) -> None:
        """Report a warning."""
        self.found.warn(code, message, node if isinstance(node, Span) else self.span(node), help, label, edits)

    def missing(self, code: str, message: str, block: tree.Block, help: str = "", edits: Iterable[Edit] = ()) -> None:
        """Report what a block lacks, unless a part of it made no sense and may have been just that."""
        if not block.broken and not any(map(tree.is_broken, block.heads)):
            self.error(code, message, block.head_span(self.source), help, edits=edits)


class Context(Findings):
    """State of compiling one function."""

    def __init__(
        self,
        source: Source,
        found: Found,
        names: Names,
        registry: Registry,
        callees: Callees,
        tracked: set[str],
        inference: Inference,
        counted: bool = True,
        construct: tree.Block | None = None,
        mocking: Mocking = NO_MOCKS,
        derived: Mapping[tree.Node, str] = NO_SECRETS,
        marks: Marks = NO_MARKS,
        tables: Mapping[str, Table] = NO_TABLES,
    ) -> None:
        super().__init__(source, found)
        self.construct = construct
        """What is compiled; None for an expression alone."""
        self.names = names
        self.registry = registry
        self.callees = callees
        self.imports: dict[str, Callable[..., Any]] = {}
        """Builtin functions that the generated code calls, by the name it calls them."""
        self.env_read: dict[str, tree.Node] = {}
        self.bound: list[Bound] = []
        self.named: dict[str, str] = {}
        """The locals of names that ``|as:`` gave to values in the chains around."""
        self.in_backtick = 0
        self.loops: list[Removal | None] = []
        """The loops around, the innermost last; None for one that removes nothing."""
        self.escaped: set[str] = set()
        """Variables whose value the current statement may keep elsewhere."""
        self.tracked = tracked
        """Variables that are updated in place and therefore have an ownership bit."""
        self.types: Inference = inference
        """What is known of variables and expressions."""
        self.counted = counted
        """Whether every turn of a loop is paid from the run's budget."""
        self.mocking = mocking
        self.derived = derived
        """The nodes whose values are other texts of secrets, and the names of these secrets."""
        self.marks = marks
        """What notes the way of a test; none in other programs."""
        self.tables = tables
        """The tables of the folder by name."""
        self.trying = 0
        """How many ``try`` blocks stand around: what is missing there is met when it runs."""
        self.temporaries = 0
        self.trial: Trial | None = None
        """The straight code that is being compiled, None while the code is general."""
        self.error_name = ""
        self.demands_error = False
        """Whether the statements stand in ``expect.to_throw``, where ``function.call`` raises."""

    # ------------------------------------------------------------ generated names

    def temporary(self) -> str:
        """A fresh Python local."""
        self.temporaries += 1
        return f"t{self.temporaries}"

    def builtin(self, function: Callable[..., Any]) -> str:
        """The name under which generated code calls a builtin."""
        name = f"{function.__module__}.{function.__qualname__}".replace(".", "_")
        self.imports[name] = function
        return name

    def concealed(self, node: tree.Node, made: ast.expr) -> ast.expr:
        """The value of a node; where it is another text of a secret, the run is told of it."""
        names = self.derived.get(node)
        return py.call("derived", py.load("rt"), py.constant(names), made) if names else made

    @contextmanager
    def element(self, reduces: bool) -> Iterator[Bound]:
        """Compile inside an element expression: ``$$``, ``$this``, ``$index`` … are bound."""
        depth = len(self.bound)
        bound = Bound(f"e{depth}", f"n{depth}", f"w{depth}", f"r{depth}", reduces)
        self.bound.append(bound)
        try:
            yield bound
        finally:
            self.bound.pop()

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Compile something a second time, without reporting again what is wrong with it."""
        found, self.found = self.found, Found()
        try:
            yield
        finally:
            self.found = found

    @contextmanager
    def straight(self) -> Iterator[Trial]:
        """Compile code that is left for the general one when it raises what a missing place raises."""
        with self._trying(Trial()) as trial:
            assert trial is not None
            yield trial

    @contextmanager
    def general(self) -> Iterator[None]:
        """Compile a part that runs where nobody would catch such an exception."""
        with self._trying(None):
            yield

    @contextmanager
    def _trying(self, trial: Trial | None) -> Iterator[Trial | None]:
        before, self.trial = self.trial, trial
        self.types.present = trial is not None
        try:
            yield trial
        finally:
            self.trial = before
            self.types.present = before is not None

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Compile something only for what is wrong with it: the rest of the function does not notice."""
        names = self.names
        noted = self.imports, self.env_read, self.escaped, self.temporaries
        known = names.certain, names.doubtful
        self.imports, self.env_read, self.escaped = {}, {}, set()
        names.certain, names.doubtful = set(names.certain), set()
        try:
            yield
        finally:
            self.imports, self.env_read, self.escaped, self.temporaries = noted
            names.certain, names.doubtful = known

    @contextmanager
    def unmarked(self) -> Iterator[None]:
        """Compile what belongs to a test and not to what it tests."""
        marks, self.marks = self.marks, NO_MARKS
        try:
            yield
        finally:
            self.marks = marks

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Compile a read whose value is looked at and not kept."""
        before = set(self.escaped)
        try:
            yield
        finally:
            self.escaped = before

    @contextmanager
    def branch(self) -> Iterator[None]:
        """Compile a part that may not run: what it sets is not certain afterwards."""
        before = set(self.names.certain)
        try:
            yield
        finally:
            self.names.certain = before
