"""The record of a form, and the table of all of them.

A form is a statement with control flow or with access to the frame: everything that is no ordinary
function. Each is a function from a block to Python statements, recorded with what it takes, so that
the same record serves the compiler and the generated pages.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from xsrun.compile import python as py
from xsrun.compile import shape
from xsrun.compile.context import StackCompiler
from xsrun.syntax import tree

Stack = list[ast.stmt]
Compile = Callable[[StackCompiler, tree.Block], Stack]


NOTHING: Final[Mapping[str, str]] = {}


class Form(NamedTuple):
    """A statement that the compiler itself knows."""

    name: str
    head: str
    """How the head is written, e.g. ``($condition)``."""
    required: tuple[str, ...]
    optional: tuple[str, ...]
    blocks: tuple[str, ...]
    """The blocks it consists of; ``*`` for statements of any kind."""
    compile: Compile
    summary: str
    examples: tuple[str, ...]
    repeated: tuple[str, ...] = ()
    """Attributes that may be given several times."""
    instead: Mapping[str, str] = NOTHING
    """What to write for attributes that people take it to have: another one, or one with its value."""
    parity: str = ""
    """``""`` when exact, else what differs from the platform."""


FORMS: Final[dict[str, Form]] = {}

NAMING: Final = ("table", '"name"', '"path" verb=GET')
"""The heads that name a table or another construct."""


def form(
    name: str,
    *examples: str,
    head: str = "",
    required: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    blocks: tuple[str, ...] = (),
    repeated: tuple[str, ...] = (),
    instead: Mapping[str, str] = NOTHING,
    parity: str = "",
) -> Callable[[Compile], Compile]:
    """Record a function as the compiler of a form; its docstring is the sentence of the catalogue."""

    def record(function: Compile) -> Compile:
        summary = " ".join((function.__doc__ or "").split())

        def checked(stack: StackCompiler, block: tree.Block) -> Stack:
            shape.check(stack.context, block, FORMS[name])
            if head in NAMING and any(map(names_nothing, block.heads[:1])):
                return lost(stack, block, block.heads[0], block.keyword)
            return function(stack, block)

        FORMS[name] = Form(
            name, head, required, (*optional, *repeated), blocks, checked, summary, examples, repeated, instead, parity
        )
        return function

    return record


def names_nothing(node: tree.Node) -> bool:
    """Whether it is an empty name."""
    return isinstance(node, tree.Literal) and node.value == ""


def lost(stack: StackCompiler, block: tree.Block, place: tree.Node, part: str) -> Stack:
    """A statement in which a part has an empty name, as exports of the platform have where they lost what it named."""
    context = stack.context
    context.warn("lost-reference", f"`{part}` names nothing", place, help=f"write {part} with its name")
    with context.aside():
        for entry in block.body or ():
            if isinstance(entry, tree.Attribute) and entry.name in ("data", "field_value", "items", "input"):
                stack.expressions.value(entry.value)
    return stack.bind(block, py.place(py.call("lost_reference", py.constant(part)), context.source, block))


def attribute_value(stack: StackCompiler, block: tree.Block, name: str, default: Any = None) -> ast.expr:
    """The value of an attribute as a Python expression, a literal default when it is not given."""
    found = block.attribute(name)
    return stack.expressions.value(found.value, strict=True) if found else py.constant(default)
