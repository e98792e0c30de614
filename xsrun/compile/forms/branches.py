"""Forms that choose: `conditional` and `switch`."""

from __future__ import annotations

import ast
from typing import NamedTuple

from xsrun.compile import python as py
from xsrun.compile import shape
from xsrun.compile.context import StackCompiler
from xsrun.compile.forms.record import Stack, form
from xsrun.compile.marks import head_of
from xsrun.compile.reach import breaks
from xsrun.compile.straight import tried
from xsrun.syntax import tree


@form(
    "conditional",
    'conditional {\n  if (1 > 2) { var $r { value = "a" } }\n  else { var $r { value = "b" } }\n} -> "b"',
    blocks=("if", "elseif", "else"),
)
def _conditional(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run the first branch whose condition is true."""
    branches = [entry for entry in block.body or () if isinstance(entry, tree.Block)]
    branches = [entry for entry in branches if entry.keyword in ("if", "elseif", "else") and not entry.disabled]
    shape.branches_in_order(stack.context, block, branches)
    names = stack.context.names
    before, outcomes = set(names.certain), []
    made: list[_Branch] = []
    for branch in branches:
        names.certain = set(before)
        setup, test = ([], None) if branch.keyword == "else" else _test(stack, branch)
        made.append(_marked(stack, branch, _Branch(setup, test, stack.body(branch), [])))
        outcomes.append(names.certain)
    complete = bool(branches) and branches[-1].keyword == "else"
    names.certain = set.intersection(*outcomes) if complete else before
    return _if_chain(made)


class _Branch(NamedTuple):
    setup: Stack
    """Statements that must have run for the test."""
    test: ast.expr | None
    """None for ``else``."""
    body: Stack
    otherwise: Stack
    """What begins the case that the test fails."""


def _marked(stack: StackCompiler, branch: tree.Block, made: _Branch) -> _Branch:
    """A branch that notes in tests whether its condition is looked at, and how that ends."""
    if made.test is None:
        return made
    place, marks = head_of(stack.context.source, branch), stack.context.marks
    body = [*marks.branch(place, "true", branch), *made.body]
    return _Branch([*marks.statement(place), *made.setup], made.test, body, marks.branch(place, "false"))


def _test(stack: StackCompiler, branch: tree.Block) -> tuple[Stack, ast.expr]:
    asked = shape.parenthesised(stack.context, branch)
    if asked is None:
        return [], py.constant(False)
    return tried(stack.context, asked, lambda: stack.expressions.condition(asked))


def _if_chain(made: list[_Branch]) -> Stack:
    result: Stack = []
    for setup, test, body, otherwise in reversed(made):
        result = body if test is None else [*setup, py.if_(test, body, [*otherwise, *result])]
    return result


@form(
    "switch",
    'switch (2) {\n  case (1) { var $r { value = "a" } } break\n  case (2) { var $r { value = "b" } } break\n'
    '  default { var $r { value = "c" } }\n} -> "b"',
    head="($value)",
    blocks=("case", "default", "break"),
)
def _switch(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run the case that equals the value, and the following ones up to a `break`."""
    subject = shape.parenthesised(stack.context, block)
    if subject is None:
        return []
    context = stack.context
    value, chosen = context.temporary(), context.temporary()
    made: Stack = [py.assign(value, stack.expressions.value(subject, strict=True))]
    cases = [each for each in block.body or () if isinstance(each, tree.Block) and each.keyword in ("case", "default")]
    made.append(py.assign(chosen, _choice(stack, value, cases)))
    first = 0
    outcomes: list[set[str]] = []
    before = set(context.names.certain)
    for at, case in enumerate(cases):
        context.names.certain = set(before)
        body = stack.body(case)
        outcomes.append(context.names.certain)
        tests: list[ast.expr] = [ast.Compare(py.load(chosen), [ast.LtE()], [py.constant(at)])]
        if first:
            tests.append(ast.Compare(py.load(chosen), [ast.GtE()], [py.constant(first)]))
        made.append(py.if_(ast.BoolOp(ast.And(), tests) if len(tests) > 1 else tests[0], body))
        if breaks(block, case):
            first = at + 1
    complete = bool(cases) and cases[-1].keyword == "default" and all(breaks(block, case) for case in cases[:-1])
    context.names.certain = set.intersection(*outcomes) if complete else before
    return made


def _choice(stack: StackCompiler, value: str, cases: list[tree.Block]) -> ast.expr:
    """The number of the first case that equals the value."""
    marks = stack.context.marks
    default = next((at for at, case in enumerate(cases) if case.keyword == "default"), len(cases))
    choice: ast.expr = py.constant(default)
    for at in reversed(range(len(cases))):
        case = cases[at]
        if case.keyword == "default":
            if at < len(cases) - 1:
                stack.context.error("syntax", "`default` stands last", case, help="move it behind the cases")
            continue
        compared = shape.parenthesised(stack.context, case)
        if compared is not None:
            test = py.call("equal", py.load(value), stack.expressions.value(compared, strict=True))
            place, chosen = head_of(stack.context.source, case), py.constant(at)
            choice = py.choose(
                test, marks.value(place, "chosen", chosen, case), marks.value(place, "passed over", choice)
            )
            choice = marks.value(place, "", choice)
    return choice
