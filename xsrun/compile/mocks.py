"""``mock`` of a statement: the value that stands for it while a test of that name runs (testing.md section 4).

Mocks take effect only in programs that are compiled for tests; in all others they are read for what may be wrong
with them, and leave no trace in the code.
"""

from __future__ import annotations

import ast

from xsrun.compile import python as py
from xsrun.compile.context import StackCompiler
from xsrun.compile.forms.variables import is_fresh
from xsrun.compile.names import root_name
from xsrun.diagnostics import nearest
from xsrun.syntax import tree


def mocked(stack: StackCompiler, block: tree.Block, before: set[str], made: list[ast.stmt]) -> list[ast.stmt]:
    """A compiled statement, with its mocks before it; ``before`` are the variables that were set before it."""
    values = _values(stack, block)
    context = stack.context
    if not context.mocking.active:
        with context.aside():
            for value in values.values():
                stack.expressions.value(value, strict=True)
        return made
    names = context.names
    outcomes = [names.certain]
    for name, value in reversed(values.items()):
        names.certain = set(before)
        stands_for = _instead(stack, block, value)
        outcomes.append(names.certain)
        runs = ast.Compare(py.attribute("rt", "test"), [ast.Eq()], [py.constant(name)])
        made = [py.if_(runs, stands_for, made)]
    names.certain = set.intersection(*outcomes)
    return made


def _values(stack: StackCompiler, block: tree.Block) -> dict[str, tree.Expr]:
    """The values by the names of tests."""
    found = block.attribute("mock")
    if found is None or tree.is_broken(found):
        return {}
    context = stack.context
    if not isinstance(found.value, tree.ObjectLiteral):
        context.error("bad-clause", "`mock` is an object", found, help='write mock = {"name of a test": value}')
        return {}
    values: dict[str, tree.Expr] = {}
    for pair in found.value.pairs:
        if not isinstance(pair, tree.Pair) or pair.computed is not None:
            context.error("not-constant", "`mock` names tests by literals", pair, help='write "name of a test": value')
        elif pair.key in values:
            context.error("duplicate-key", f"`{pair.key}` is mocked twice", pair, help="remove one of the two")
        elif not pair.disabled:
            values[pair.key] = pair.value
            _check_name(stack, pair)
    return values


def _check_name(stack: StackCompiler, pair: tree.Pair) -> None:
    known = stack.context.mocking.tests
    if pair.key in known:
        return
    near = nearest(pair.key, known)
    help = f'did you mean "{near}"?' if near else f'write test "{pair.key}" {{ … }}, or remove the mock'
    length = len(pair.key) + 2 * bool(pair.quoted)
    name = tree.Word(pair.start, pair.start + length, pair.key)
    stack.context.warn("unused-mock", f"no test is called `{pair.key}`", name, help)


def _instead(stack: StackCompiler, block: tree.Block, value: tree.Expr) -> list[ast.stmt]:
    """What happens in place of the statement: its result, or the value of its target, is the mock."""
    with stack.context.unmarked():
        made = stack.expressions.value(value, strict=True)
    if block.binding is None:
        target = _target(stack, block)
        if target is not None:
            return stack.store(target, made, is_fresh(value))
    return stack.bind(block, made, is_fresh(value))


def _target(stack: StackCompiler, block: tree.Block) -> tree.Node | None:
    """The variable that a statement sets or changes, or the place in one."""
    record = stack.context.registry.statements.get(block.keyword)
    changes = record is not None and record.target in ("update", "mutate")
    if not changes and block.keyword not in ("var", "var.update"):
        return None
    heads = (head for head in block.heads if isinstance(head, tree.Variable | tree.Path))
    return next((head for head in heads if root_name(head) in stack.context.names.declared), None)
