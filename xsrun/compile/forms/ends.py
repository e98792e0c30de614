"""Forms that end, fail and hold together: `return`, `throw`, `precondition`, `group`, `try_catch`."""

from __future__ import annotations

import ast

from xsrun.compile import python as py
from xsrun.compile import shape
from xsrun.compile.context import StackCompiler
from xsrun.compile.forms.record import Stack, attribute_value, form
from xsrun.compile.marks import head_of
from xsrun.compile.reach import ends
from xsrun.diagnostics import ERROR_KINDS, Edit, fold, nearest
from xsrun.syntax import tree


@form("return", "return { value = 1 }", required=("value",))
def _return(stack: StackCompiler, block: tree.Block) -> Stack:
    """End the function with a value, in place of its response."""
    return [ast.Return(attribute_value(stack, block, "value"))]


@form(
    "throw",
    'try_catch {\n  try { throw { name = "Broken" value = "no" } }\n'
    '  catch { var $r { value = $error.message } }\n} -> "no"',
    required=("value",),
    optional=("name",),
)
def _throw(stack: StackCompiler, block: tree.Block) -> Stack:
    """Raise an error with a name and a value."""
    if block.attribute("name") is None and block.body and not block.broken:
        stack.context.warn(
            "missing-name", "`throw` has no name", block.head_span(stack.context.source), help='add name = "…"'
        )
    made = py.call("thrown", attribute_value(stack, block, "name", ""), attribute_value(stack, block, "value"))
    return [ast.Raise(py.place(made, stack.context.source, block))]


@form(
    "precondition",
    'try_catch {\n  try { precondition (1 > 2) { error_type = "inputerror" error = "too small" } }\n'
    '  catch { var $r { value = $error.code } }\n} -> "ERROR_CODE_INPUT_ERROR"',
    head="($condition)",
    optional=("error_type", "error", "payload"),
)
def _precondition(stack: StackCompiler, block: tree.Block) -> Stack:
    """Raise an error unless a condition is true."""
    subject = shape.parenthesised(stack.context, block)
    if subject is None:
        return []
    kind = block.attribute("error_type")
    _check_error_type(stack, kind)
    made = py.call(
        "failed",
        attribute_value(stack, block, "error_type", "standard"),
        attribute_value(stack, block, "error", ""),
        attribute_value(stack, block, "payload", ""),
    )
    place = next((head for head in block.heads if isinstance(head, tree.Condition)), block)
    raising = py.place(ast.Raise(made), stack.context.source, place)
    marks, noted = stack.context.marks, head_of(stack.context.source, block)
    fails = [*marks.branch(noted, "fails"), raising]
    return [py.if_(py.not_(stack.expressions.condition(subject)), fails, marks.branch(noted, "holds"))]


def _check_error_type(stack: StackCompiler, kind: tree.Attribute | None) -> None:
    if kind is None or not isinstance(kind.value, tree.Literal | tree.Word):
        return
    given = kind.value.value if isinstance(kind.value, tree.Literal) else kind.value.name
    if given not in ERROR_KINDS:
        near = nearest(str(given), ERROR_KINDS)
        meant = next((each for each in ERROR_KINDS if each == fold(str(given))), "")
        stack.context.warn(
            "bad-error-type",
            f"there is no error_type `{given}`; it counts as `standard`",
            kind.value,
            help=f'did you mean "{near}"? It is one of {", ".join(ERROR_KINDS)}'
            if near
            else f"write one of {', '.join(ERROR_KINDS)}",
            edits=[Edit(stack.context.span(kind.value), f'"{meant}"')] if meant else (),
        )


@form("group", "group {\n  stack { var $r { value = 1 } }\n} -> 1", blocks=("stack",))
def _group(stack: StackCompiler, block: tree.Block) -> Stack:
    """Hold statements together; they run as if they stood alone."""
    return stack.body(block.block("stack"))


@form("comment", 'comment { description = "why" }', optional=("description",))
def _comment(stack: StackCompiler, block: tree.Block) -> Stack:
    """Do nothing: the stored form of a comment."""
    return []


@form(
    "try_catch",
    "try_catch {\n  try { var $r { value = 1 / 0 } }\n  catch { var $r { value = $error.message } }\n"
    '} -> "Division by zero"',
    blocks=("try", "catch", "finally"),
)
def _try_catch(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a block; on an error run `catch` with `$error` set; run `finally` in every case."""
    context = stack.context
    attempt, catch, finally_ = block.block("try"), block.block("catch"), block.block("finally")
    if attempt is None:
        context.missing(
            "missing-block", "`try_catch` needs `try { … }`", block, "write try { … } around its statements"
        )
        return []
    shape.without_variable(context, catch)
    if catch is None and not block.broken:
        context.warn(
            "missing-catch",
            "without `catch` every error is dropped",
            block.head_span(context.source),
            "add `catch { … }`",
        )
    outer, error = context.error_name, context.temporary()
    before = set(context.names.certain)
    context.trying += 1
    tried = stack.body(attempt) or [ast.Pass()]
    context.trying -= 1
    after_try = context.names.certain
    context.names.certain = set(before)
    context.error_name = error
    caught = stack.body(catch)
    after_catch = context.names.certain
    context.names.certain = set(before)
    last = stack.body(finally_)
    after_finally = context.names.certain
    context.error_name = outer
    context.names.certain = (after_try & after_catch) | after_finally
    caught, succeeds = _marked(stack, block, caught)
    handler = ast.ExceptHandler(
        ast.Tuple([py.load("Fault"), py.load("TypeError")], ast.Load()),
        "fault",
        [py.assign(error, py.call("caught", py.load("fault"))), *caught],
    )
    return [py.assign(error, py.load("NO_ERROR")), ast.Try(tried, [handler], succeeds, last)]


def _marked(stack: StackCompiler, block: tree.Block, caught: Stack) -> tuple[Stack, Stack]:
    """What handles an error, and what stands behind `try`, each noting in tests that it runs.

    A `try` that never comes to its end, since it gives back a value or fails, is no choice between the two.
    """
    attempt, place, marks = block.block("try"), head_of(stack.context.source, block), stack.context.marks
    if ends(attempt):
        return caught, []
    return [*marks.branch(place, "catches", block.block("catch")), *caught], marks.branch(place, "succeeds")
