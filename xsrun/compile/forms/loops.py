"""Forms that repeat: `foreach`, `for`, `while`, and what leaves them."""

from __future__ import annotations

import ast
from typing import Final

from xsrun.builtins.registry import INT
from xsrun.compile import proofs, shape
from xsrun.compile import python as py
from xsrun.compile.context import Removal, StackCompiler
from xsrun.compile.forms.record import FORMS, Stack, form
from xsrun.compile.forms.variables import declarable
from xsrun.compile.marks import head_of
from xsrun.compile.names import root_name
from xsrun.compile.reach import constant, head_value
from xsrun.compile.straight import tried
from xsrun.compile.types import INTEGER, LIST
from xsrun.syntax import tree

GONE: Final = -1
"""The position of an element that was removed already."""


@form(
    "foreach",
    "var $r { value = 0 }\nforeach ([1, 2, 3]) {\n  each as $n { var.update $r { value = $r + $n } }\n} -> 6",
    head="($list)",
    blocks=("each",),
)
def _foreach(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a block for every element of a list, or every value of an object."""
    each, subject = shape.loop(stack.context, block)
    if subject is None:
        return _never(stack, each)
    source = _elements(stack, subject)
    removes = _removes(each)
    name = root_name(subject)
    if removes and (not isinstance(subject, tree.Variable) or name not in stack.context.names.declared):
        stack.context.error(
            "misplaced", "`remove` needs a loop over a plain variable", block, help="put the list into a variable first"
        )
        return []
    return _loop(stack, block, each, source, name if removes else "")


@form(
    "for",
    "var $r { value = [] }\nfor (3) {\n  each as $i { array.push $r { value = $i } }\n} -> [0,1,2]",
    head="($count)",
    blocks=("each",),
)
def _for(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a block a number of times, counting from 0."""
    each, subject = shape.loop(stack.context, block)
    if subject is None:
        return _never(stack, each)
    count = stack.expressions.value(subject, strict=True)
    proofs.of_value(stack.context, INT, stack.context.types.of(subject), subject, "for")
    if not stack.context.types.of(subject).only(INTEGER):
        count = py.call("integer", count)
    source = py.call("range", count)
    return _loop(stack, block, each, source, "")


def _elements(stack: StackCompiler, subject: tree.Node) -> ast.expr:
    """What a loop goes through; a range is not made a list first."""
    types = stack.context.types
    inner = subject.value if isinstance(subject, tree.Group) else subject
    if isinstance(inner, tree.Operation) and inner.operator == "..":
        return py.call("span_range", stack.expressions.value(inner.left), stack.expressions.value(inner.right))
    made = stack.expressions.value(subject, strict=True)
    proofs.of_elements(stack.context, types.of(subject), subject)
    return made if types.of(subject).only(LIST) else py.call("iterate", made)


def _never(stack: StackCompiler, each: tree.Block) -> Stack:
    """The body of a loop whose head makes no sense: compiled for what may be wrong in it."""
    stack.context.loops.append(None)
    with stack.context.branch():
        stack.body(each)
    stack.context.loops.pop()
    return []


def _removes(each: tree.Block) -> bool:
    """Whether the body of a loop, inner loops left out, removes elements."""
    pending = list(each.body or ())
    while pending:
        entry = pending.pop()
        if isinstance(entry, tree.Block):
            if entry.keyword in ("remove", "foreach.remove") and not entry.disabled:
                return True
            if entry.keyword != "foreach":
                pending.extend(entry.body or ())
    return False


def _plain_local(stack: StackCompiler, target: tree.Node | None) -> str:
    """The local of a loop variable that can be set by Python's own loop, else ``""``."""
    if not isinstance(target, tree.Variable) or not declarable(stack, target):
        return ""
    context = stack.context
    return "" if target.name in context.tracked else context.names.declared.get(target.name, "")


def _loop(stack: StackCompiler, block: tree.Block, each: tree.Block, source: ast.expr, removed_from: str) -> Stack:
    """``for element in source``, for every turn of which the run's budget pays."""
    context = stack.context
    target = each.binding.target if each.binding else None
    local = _plain_local(stack, target)
    item = local or context.temporary()
    setup: Stack = []
    counter = position = ""
    if removed_from:
        counter, position = context.temporary(), context.temporary()
        setup = [py.assign(counter, py.constant(0))]
        source = py.call("enumerate", source)
    context.loops.append(Removal(removed_from, counter, position) if removed_from else None)
    with context.branch():
        body: Stack = []
        if local:
            context.names.certain.add(root_name(target) if target else "")
        elif target is not None and declarable(stack, target):
            body += stack.store(target, py.load(item))
        body += stack.body(each)
    context.loops.pop()
    turns, ends = _marks(stack, block, each)
    element: ast.expr = ast.Name(item, ast.Store())
    if removed_from:
        element = ast.Tuple([ast.Name(position, ast.Store()), element], ast.Store())
    body = [*turns, *body] or [ast.Pass()]
    if not context.counted:
        return [*setup, ast.For(element, source, body, [])]
    return [*setup, ast.For(element, py.call("compress", source, _budget()), body, [*_exhausted(), *ends])]


def _marks(stack: StackCompiler, block: tree.Block, each: tree.Block) -> tuple[Stack, Stack]:
    """What notes in tests that a loop turns, and that it comes to its end; one without end has none."""
    place, marks = head_of(stack.context.source, block), stack.context.marks
    endless = block.keyword == "while" and constant(head_value(block)) is True
    return ([], []) if endless else (marks.branch(place, "turns", each), marks.branch(place, "ends"))


def _budget() -> ast.expr:
    """An iterator that all loops of a run share; it ends when the turns are used up."""
    return py.attribute("rt", "budget")


def _exhausted() -> Stack:
    """Behind a loop that was not left by ``break``."""
    spent = py.attribute(py.attribute("rt", "turns"), "spent")
    return [py.if_(spent, [py.expression(py.call("too_long", py.load("rt")))])]


@form(
    "while",
    "var $r { value = 1 }\nwhile ($r < 100) {\n  each { var.update $r { value = $r * 2 } }\n} -> 128",
    head="($condition)",
    blocks=("each",),
)
def _while(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a block as long as a condition is true."""
    each, subject = shape.loop(stack.context, block)
    if subject is None:
        return _never(stack, each)
    setup, test = tried(stack.context, subject, lambda: stack.expressions.condition(subject))
    stack.context.loops.append(None)
    with stack.context.branch():
        body = stack.body(each)
    stack.context.loops.pop()
    turns, ends = _marks(stack, block, each)
    turn = [*setup, py.if_(py.not_(test), [*ends, ast.Break()]), *turns, *body]
    if not stack.context.counted:
        return [ast.While(py.constant(True), turn, [])]
    return [ast.For(ast.Name("_", ast.Store()), _budget(), turn, _exhausted())]


def _in_loop(stack: StackCompiler, block: tree.Block) -> bool:
    if stack.context.loops:
        return True
    stack.context.error(
        "misplaced", f"`{block.keyword}` stands outside a loop", block, help="remove it, or use `return`"
    )
    return False


@form("break", "for (3) {\n  each as $r { break }\n} -> 0")
def _break(stack: StackCompiler, block: tree.Block) -> Stack:
    """Leave the innermost loop."""
    return [ast.Break()] if _in_loop(stack, block) else []


@form("continue", "for (3) {\n  each as $r { continue }\n} -> 2")
def _continue(stack: StackCompiler, block: tree.Block) -> Stack:
    """Go on with the next turn of the innermost loop."""
    return [ast.Continue()] if _in_loop(stack, block) else []


@form(
    "remove",
    "var $r { value = [1, 2, 3] }\nforeach ($r) {\n  each as $n {\n    conditional { if ($n == 2) { remove } }\n  }\n"
    "} -> [1,3]",
)
def _remove(stack: StackCompiler, block: tree.Block) -> Stack:
    """Drop the current element from the list variable that the loop goes through."""
    loop = next((each for each in reversed(stack.context.loops) if each), None)
    if loop is None:
        stack.context.error("misplaced", f"`{block.keyword}` stands outside a `foreach`", block)
        return []
    variable, counter, position = loop
    at = ast.BinOp(py.load(position), ast.Sub(), py.load(counter))
    target = tree.Variable(block.start, block.end, variable)
    left = py.place(py.call("without", stack.expressions.value(target), at), stack.context.source, block)
    removed = [
        *stack.store(target, left, fresh=True),
        ast.AugAssign(ast.Name(counter, ast.Store()), ast.Add(), py.constant(1)),
        py.assign(position, py.constant(GONE)),
    ]
    return [py.if_(ast.Compare(py.load(position), [ast.NotEq()], [py.constant(GONE)]), removed)]


FORMS["foreach.remove"] = FORMS["remove"]._replace(name="foreach.remove")
