"""The ``test`` blocks of constructs and the workflow tests, read into records (testing.md sections 1 and 5).

A ``test`` holds no statements, so it is compiled as what it stands for: a function that gives its input, and one a line
of ``expect`` that sees the result of the tested construct as ``$response``. For ``expect.to_throw``, which is about
the construct itself, that function gives the text that the error has to mention.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from xsrun.compile.calls import attributes
from xsrun.compile.context import Findings
from xsrun.diagnostics import Found, nearest
from xsrun.project import Construct
from xsrun.source import Span
from xsrun.syntax import tree
from xsrun.syntax.static import NotStatic, static_value

PART: Final = "test"
"""The kind of the functions that tests are compiled to."""
RESULT: Final = "response"
"""The variable that holds the result of the tested construct."""
THROWS: Final = "expect.to_throw"
CLAUSES: Final = ("input", "datasource", "description")
ELEMENT: Final = frozenset({"$", "this", "index", "parent", "result", ""})


class Assertion(NamedTuple):
    """One ``expect`` of a test and the number of the routine that checks it, or gives the text it wants."""

    name: str
    span: Span
    number: int


class UnitTest(NamedTuple):
    """One ``test`` block; ``subject`` and ``given`` are the numbers of what it tests and of what gives its input."""

    subject: int
    name: str
    span: Span
    given: int
    datasource: str
    tags: tuple[str, ...]
    """Those of its construct."""
    assertions: tuple[Assertion, ...]

    @property
    def thrown(self) -> tuple[Assertion, ...]:
        """What it expects of the error that its construct raises."""
        return tuple(each for each in self.assertions if each.name == THROWS)


class WorkflowTest(NamedTuple):
    """A ``workflow_test``; ``subject`` is the number of its own routine."""

    subject: int
    name: str
    span: Span
    datasource: str
    tags: tuple[str, ...]


class Tests:
    """Reads the tests of one construct after another; ``parts`` are the functions to be compiled for them.

    The routines of the parts are numbered from ``first``. What is wrong with a test is reported.
    """

    def __init__(self, first: int, found: Found) -> None:
        self.first = first
        self.found = found
        self.parts: list[Construct] = []
        self.tests: list[UnitTest | WorkflowTest] = []

    def read(self, number: int, construct: Construct) -> None:
        """Read the tests of the construct with this number."""
        if construct.kind == "workflow_test":
            clauses = {each.name: each for each in construct.block.body or () if isinstance(each, tree.Attribute)}
            datasource = _datasource(Findings(construct.source, self.found), clauses)
            self.tests.append(
                WorkflowTest(
                    number, construct.name, _head(construct, construct.block), datasource, tags_of(construct.block)
                )
            )
        seen: dict[str, tree.Block] = {}
        for block in construct.block.blocks("test"):
            if block.disabled:
                continue
            findings = Findings(construct.source, self.found)
            if not block.name:
                findings.missing("missing-name", "`test` needs a name", block, 'write test "what it shows" { … }')
            elif block.name in seen:
                findings.error(
                    "duplicate-name",
                    f"two tests of `{construct.name}` are called `{block.name}`",
                    block.heads[0],
                    help=f"the other one stands at {seen[block.name].span(construct.source).place}; rename one of them",
                )
            seen.setdefault(block.name, block)
            self.tests.append(self._test(number, construct, block, findings))

    def _test(self, number: int, construct: Construct, block: tree.Block, findings: Findings) -> UnitTest:
        clauses: dict[str, tree.Attribute] = {}
        assertions: list[Assertion] = []
        for entry in block.body or ():
            if isinstance(entry, tree.Attribute):
                _check_clause(findings, entry, clauses)
            elif isinstance(entry, tree.Block) and entry.keyword.startswith("expect."):
                if not entry.disabled:
                    made = self._assertion(construct, block, entry, findings)
                    assertions.append(Assertion(entry.keyword, entry.span(construct.source), made))
            else:
                _misplaced(findings, entry)
        given = self._part(construct, block, [_input(findings, block, clauses.get("input"))])
        datasource, tags = _datasource(findings, clauses), tags_of(construct.block)
        return UnitTest(number, block.name, _head(construct, block), given, datasource, tags, tuple(assertions))

    def _assertion(self, construct: Construct, test: tree.Block, block: tree.Block, findings: Findings) -> int:
        """The number of the function of an assertion."""
        if block.keyword == THROWS:
            return self._part(construct, test, [_wanted(findings, block)])
        sound = _looks_at_response(findings, block)
        for entry in block.body or ():
            if isinstance(entry, tree.Attribute):
                sees = f"an assertion sees `${RESULT}` alone"
                sound &= _knows(findings, entry.value, {RESULT}, sees)
        stack = tree.Block(block.start, block.end, "stack", [], [block], None, False, block.start, [])
        return self._part(construct, test, [stack] if sound else [])

    def _part(self, construct: Construct, test: tree.Block, body: list[tree.Node]) -> int:
        block = tree.Block(test.start, test.end, PART, [], body, None, False, test.keyword_start, [])
        self.parts.append(Construct(PART, test.name, block, construct.source))
        return self.first + len(self.parts) - 1


def _head(construct: Construct, block: tree.Block) -> Span:
    """The keyword of a block and its name."""
    return Span(construct.source, block.keyword_start, block.heads[-1].end if block.heads else block.keyword_start)


def tags_of(block: tree.Block) -> tuple[str, ...]:
    """The texts in the ``tags`` of a construct."""
    clause = block.attribute("tags")
    listed = clause.value.items if clause and isinstance(clause.value, tree.ListLiteral) else []
    return tuple(str(each.value) for each in listed if isinstance(each, tree.Literal))


def _gives(value: tree.Expr) -> tree.Attribute:
    """The clause by which a function gives a value."""
    return tree.Attribute(value.start, value.end, "response", value, False, value.start)


# ------------------------------------------------------------------ clauses


def _check_clause(findings: Findings, entry: tree.Attribute, seen: dict[str, tree.Attribute]) -> None:
    if entry.disabled:
        return
    if entry.name in seen:
        findings.error("duplicate-attribute", f"`{entry.name}` is given twice", entry, help="keep one of the two")
    elif entry.name not in CLAUSES:
        near = nearest(entry.name, CLAUSES)
        findings.error(
            "unknown-clause",
            f"`test` has no clause `{entry.name}`",
            tree.Word(entry.start, entry.name_end, entry.name),
            help=f"did you mean `{near}`?" if near else f"it takes {', '.join(CLAUSES)} and lines of expect.…",
        )
    seen.setdefault(entry.name, entry)


def _misplaced(findings: Findings, entry: tree.Node) -> None:
    if isinstance(entry, tree.Block) and entry.keyword in CLAUSES:
        span = entry.head_span(findings.source)
        findings.error("missing-equals", f"expected `=` behind `{entry.keyword}`", span, f"write {entry.keyword} = …")
    elif isinstance(entry, tree.Block):
        findings.error(
            "misplaced",
            f"`{entry.keyword}` cannot stand in a `test`",
            entry.head_span(findings.source),
            help="a test holds `input = {…}` and lines of expect.…; statements stand in the `stack` it tests",
        )


def _input(findings: Findings, block: tree.Block, clause: tree.Attribute | None) -> tree.Attribute:
    """The input of a test as the result of a function."""
    nothing = tree.ObjectLiteral(block.start, block.start, [])
    if clause is None or tree.is_broken(clause):
        return _gives(nothing)
    if not isinstance(clause.value, tree.ObjectLiteral):
        findings.error("bad-clause", "`input` is an object", clause, help="write input = {key: value}")
        return _gives(nothing)
    sound = _knows(findings, clause.value, set(), "the input of a test knows no variables")
    return _gives(clause.value if sound else nothing)


def _datasource(findings: Findings, clauses: dict[str, tree.Attribute]) -> str:
    for name in ("datasource", "description"):
        clause = clauses.get(name)
        if clause is not None and not isinstance(clause.value, tree.Literal | tree.Word | tree.Broken):
            findings.error("not-constant", f"`{name}` must be a literal", clause.value, help="write the text itself")
    found = clauses.get("datasource")
    return str(found.value.value or "") if found and isinstance(found.value, tree.Literal) else ""


# ------------------------------------------------------------------ assertions


def _wanted(findings: Findings, block: tree.Block) -> tree.Attribute:
    """What the error has to mention, null for any error."""
    stack = block.block("stack")
    if stack is not None:
        findings.error(
            "misplaced",
            f"`{THROWS}` of a test takes no `stack`",
            stack.head_span(findings.source),
            help='it is about the construct itself: write expect.to_throw { value = "text of the error" }',
        )
        return _gives(tree.Literal(block.start, block.end, None, "null"))
    for each in attributes(findings, block, ("value", "exception")):
        try:
            static_value(each.value)
        except NotStatic as fault:
            findings.error("not-constant", f"`{each.name}` of `{THROWS}` must be a literal", fault.node)
        else:
            return _gives(each.value)
    return _gives(tree.Literal(block.start, block.end, None, "null"))


def _looks_at_response(findings: Findings, block: tree.Block) -> bool:
    """Whether the head of an assertion is ``($response)`` or a path behind it."""
    head = next((each for each in block.heads if isinstance(each, tree.Argument)), None)
    if head is None or head.value is None or tree.is_broken(head):
        return True  # compiling it reports what is missing
    base = head.value.base if isinstance(head.value, tree.Path) else head.value
    steps = head.value.steps if isinstance(head.value, tree.Path) else []
    plain = all(isinstance(step, tree.Member) or isinstance(step.key, tree.Literal) for step in steps)
    if isinstance(base, tree.Variable) and base.name == RESULT and plain:
        return True
    findings.error(
        "misplaced",
        f"in a test `{block.keyword}` looks at `${RESULT}`",
        head.value,
        help=f"write {block.keyword} (${RESULT}.…), names and positions alone",
    )
    return False


def _knows(findings: Findings, node: tree.Node, known: set[str], sees: str) -> bool:
    """Whether an expression reads no variables but these; the first other one is reported."""
    for each in node.walk():
        if isinstance(each, tree.Variable) and each.name not in known | ELEMENT and not each.name.isdigit():
            findings.error("not-constant", f"`${each.name}` stands in a test: {sees}", each, "write the value itself")
            return False
    return True
