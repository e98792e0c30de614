"""Forms that set variables."""

from __future__ import annotations

from itertools import count
from typing import Final

from xsrun.compile.context import Context, StackCompiler
from xsrun.compile.forms.record import Stack, form
from xsrun.compile.names import RESERVED, place_steps, root_name
from xsrun.syntax import tree

FRESH: Final = frozenset({"map", "filter", "split", "keys", "values", "entries", "range", "push"})
"""Filters whose result nobody else holds."""


@form("var", "var $r { value = 1 + 2 } -> 3", head="$name", required=("value",))
def _var(stack: StackCompiler, block: tree.Block) -> Stack:
    """Set a variable of the function, new or not."""
    target = _target(stack, block)
    found = block.attribute("value")
    if target is None or found is None:
        return []
    if place_steps(target):
        stack.context.error(
            "bad-target", "`var` sets a plain variable", target, help="change a part of it with `var.update`"
        )
        return []
    return stack.assign(target, found.value)


@form(
    "var.update",
    'var $r { value = {a: {b: 1}} }\nvar.update $r.a.c { value = 2 } -> {"a":{"b":1,"c":2}}',
    head="$name.path",
    required=("value",),
)
def _var_update(stack: StackCompiler, block: tree.Block) -> Stack:
    """Change a variable, or the place in it that a path leads to."""
    target = _target(stack, block)
    found = block.attribute("value")
    if target is None or found is None:
        return []
    return stack.assign(target, found.value)


def _target(stack: StackCompiler, block: tree.Block) -> tree.Node | None:
    target = next((head for head in block.heads if isinstance(head, tree.Variable | tree.Path)), None)
    if target is None:
        word = next((head for head in block.heads if isinstance(head, tree.Word)), None)
        if word is not None:
            stack.context.error(
                "missing-target",
                "the name of a variable begins with `$`",
                word,
                help=f"write {block.keyword} ${word.name}",
            )
            return None
        written = next((head for head in block.heads if isinstance(head, tree.Attribute)), None)
        name, value = (written.name, stack.context.span(written.value).text) if written else ("name", "…")
        shown = f"write {block.keyword} ${name} {{ value = {value} }}"
        stack.context.missing("missing-target", f"`{block.keyword}` needs the variable it sets", block, shown)
        return None
    return target if declarable(stack, target) else None


def declarable(stack: StackCompiler, target: tree.Node) -> bool:
    """Whether a variable may be set; a reserved name is reported."""
    name, context = root_name(target), stack.context
    if name in RESERVED and name != "error":
        new = _unused(context, f"{name}_value")
        context.error(
            "reserved-name",
            f"'${name}' is a reserved variable name and should not be used as a variable.",
            target,
            help=f"rename it, e.g. ${new}",
        )
        return False
    return bool(name)


def _unused(context: Context, name: str) -> str:
    """The name, with a number behind it when the function uses it already."""
    numbers = count(2)
    while name in context.names.declared:
        name = f"{name.rstrip('0123456789')}{next(numbers)}"
    return name


def is_fresh(node: tree.Node) -> bool:
    """Whether an expression makes a list or object that nobody else holds."""
    if isinstance(node, tree.Group | tree.Backtick):
        return is_fresh(node.value)
    if isinstance(node, tree.Chain):
        return node.filters[-1].name in FRESH and not node.filters[-1].disabled
    return isinstance(node, tree.ListLiteral | tree.ObjectLiteral)
