"""Forms that call functions of the folder."""

from __future__ import annotations

import ast

from xsrun.compile import fast, shape
from xsrun.compile import python as py
from xsrun.compile.context import Signature, StackCompiler
from xsrun.compile.forms.record import FORMS, Stack, form
from xsrun.compile.types import INTEGER
from xsrun.diagnostics import nearest
from xsrun.program import function_name
from xsrun.syntax import tree
from xsrun.types.fields import Field


@form(
    "function.run",
    'function.run "name" {\n  input = {a: 1}\n} as $result',
    head='"name"',
    optional=("input", "runtime_mode", "async"),
)
def _function_run(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a function of the folder and bind what it gives back."""
    made = _function_call(stack, block)
    return stack.bind(block, made) if made is not None else []


FORMS["service.function.run"] = FORMS["function.run"]._replace(name="service.function.run")


@form(
    "function.call",
    'function.call "name" {\n  input = {a: 1}\n} as $result',
    head='"name"',
    optional=("input", "runtime_mode"),
)
def _function_call_form(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run a function; an error becomes the bound value instead of ending the caller."""
    made = _function_call(stack, block)
    if made is None:
        return []
    if not stack.context.demands_error:
        made = py.place(py.call("calling", ast.Lambda(py.parameters(), made)), stack.context.source, block)
    return stack.bind(block, made)


def _function_call(stack: StackCompiler, block: tree.Block) -> ast.expr | None:
    context = stack.context
    given = block.attribute("input")
    callee = _callee(stack, block)
    if callee is None:
        if given is not None:
            stack.expressions.value(given.value, strict=True)
        return None
    if given is not None and isinstance(given.value, tree.ObjectLiteral):
        _check_inputs(stack, given.value, block.name, callee.inputs, callee.required)
    elif given is None and callee.required:
        place = block.heads[0].span(context.source)
        context.warn("missing-input", f"`{block.name}` needs the input `{callee.required[0]}`", place)
    depth = ast.BinOp(py.load("depth"), ast.Add(), py.constant(1))
    call = _straight_call(stack, given, callee, depth)
    if call is None:
        inputs = stack.expressions.value(given.value, strict=True) if given else ast.Dict([], [])
        call = py.call("call_function", py.load("rt"), depth, py.constant(callee.number), inputs)
    return py.place(call, context.source, block)


def _callee(stack: StackCompiler, block: tree.Block) -> Signature | None:
    """The function that a call names; its absence is reported."""
    context, name = stack.context, block.name
    if not name:
        shape.missing_callee(context, block)
        return None
    callee = context.callees.get(name)
    if callee is None:
        near = nearest(name, context.callees)
        context.error(
            "unresolved-function", f"there is no function `{name}`", block.heads[0].span(context.source),
            help=f'did you mean "{near}"?' if near else "add function/….xs that declares it",
        )  # fmt: skip
    return callee


def _straight_call(
    stack: StackCompiler, given: tree.Attribute | None, callee: Signature, depth: ast.expr
) -> ast.expr | None:
    """The call of a function whose inputs are all given by name, each converted only where it must be."""
    if given is None or not isinstance(given.value, tree.ObjectLiteral):
        return None
    pairs = {pair.key: pair for pair in given.value.pairs if isinstance(pair, tree.Pair) and not pair.disabled}
    plain = len(pairs) == len(given.value.pairs) and not any(pair.computed for pair in pairs.values())
    if not plain or list(pairs) != list(callee.inputs):
        return None
    arguments = [
        _input_argument(stack, callee, number, field, pairs[field.name].value)
        for number, field in enumerate(callee.fields)
    ]
    return py.call(function_name(callee.number), py.load("rt"), depth, *arguments)


def _input_argument(stack: StackCompiler, callee: Signature, number: int, field: Field, node: tree.Node) -> ast.expr:
    value, known = stack.expressions.value(node), stack.context.types.of(node)
    is_int = field.type == "int" and not (field.is_list or field.filters)
    if is_int and known.only(INTEGER):
        return value
    entry = ast.Subscript(py.attribute("rt", "entries"), py.constant(callee.number), ast.Load())
    convert = ast.Subscript(py.attribute(entry, "fields"), py.constant(number), ast.Load())
    clock = py.attribute(py.attribute("rt", "world"), "clock")
    if not is_int:
        return py.call(convert, value, clock)
    first, again = fast.twice(stack.context, value)
    return py.choose(fast.is_a(first, "int"), again, py.call(convert, again, clock))


def _check_inputs(
    stack: StackCompiler, given: tree.ObjectLiteral, name: str, known: tuple[str, ...], required: tuple[str, ...]
) -> None:
    keys = {pair.key for pair in given.pairs if isinstance(pair, tree.Pair) and not pair.disabled}
    spread = any(isinstance(pair, tree.Spread) for pair in given.pairs)
    for pair in given.pairs:
        if isinstance(pair, tree.Pair) and pair.key not in known and pair.computed is None:
            near = nearest(pair.key, known)
            stack.context.warn(
                "unknown-input", f"`{name}` has no input `{pair.key}`; it is ignored", pair,
                help=f"did you mean `{near}`?" if near else "",
            )  # fmt: skip
    missing = next((each for each in required if each not in keys), "")
    if missing and not spread:
        stack.context.warn("missing-input", f"`{name}` needs the input `{missing}`", given, help=f"add {missing}: …")
