"""Which variables an expression reads, and which reads mind that the variable may be unset."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from xsrun.syntax import tree

ANYTHING: Final = ""
"""The name of a read that may be of any variable."""

NAMED_IN_TEXT: Final = re.compile(r"\$(?:var\.)?([A-Za-z_]\w*)")
"""A variable in the text of a template, of a lambda or of an expression to be evaluated."""

TAKES_NULL: Final = frozenset(
    {"is_null", "is_empty", "first_notnull", "first_notempty", "to_bool", "json_encode", "lambda", "to_expr"}
)
"""Filters that are meant for null, which an unset variable is."""

EVALUATES: Final = frozenset({"to_expr", "lambda"})
"""Filters and beginnings of statements and filters whose text is code that sees every variable."""

ELEMENT: Final = frozenset({"index", "parent", "result", "this"})
"""Names that expressions per element bind. In an argument that is none they are variables, so they count as read."""


class Read(NamedTuple):
    """One read; ``tolerant`` when null is as good as a value there."""

    name: str
    node: tree.Node
    tolerant: bool


def reads(node: tree.Node | None, tolerant: bool = False, per_element: bool = False) -> Iterator[Read]:
    """Every variable that an expression reads, in source order.

    ``per_element`` says that the expression may run once an element, so that some names may be no variables.
    """
    if node is None:
        return
    if isinstance(node, tree.Variable):
        bound = per_element and node.name in ELEMENT
        yield Read(ANYTHING if node.name == "var" else node.name, node, tolerant or bound)
    elif isinstance(node, tree.Path):
        yield from _path(node, tolerant, per_element)
    elif isinstance(node, tree.Operation):
        yield from _operation(node, tolerant, per_element)
    elif isinstance(node, tree.Chain):
        yield from _chain(node, tolerant, per_element)
    elif isinstance(node, tree.Literal):
        yield from _text(node)
    else:
        for child in node.children():
            inner = tolerant and isinstance(node, tree.Group | tree.Backtick)
            yield from reads(child, inner, per_element)


def _path(node: tree.Path, tolerant: bool, per_element: bool) -> Iterator[Read]:
    first = node.steps[0]
    if isinstance(node.base, tree.Variable) and node.base.name == "var" and isinstance(first, tree.Member):
        yield Read(first.name, node, tolerant)
    else:
        yield from reads(node.base, tolerant, per_element)
    for step in node.steps:
        if isinstance(step, tree.Index):
            yield from reads(step.key, False, per_element)
        elif step.name.startswith("$"):
            yield Read(step.name[1:], step, False)


def _operation(node: tree.Operation, tolerant: bool, per_element: bool) -> Iterator[Read]:
    if node.operator in ("??", "?:"):
        yield from reads(node.left, True, per_element)
        yield from reads(node.right, tolerant, per_element)
        return
    judges = node.operator in ("==", "!=", "===", "!==") and (_is_nothing(node.left) or _is_nothing(node.right))
    yield from reads(node.left, judges, per_element)
    yield from reads(node.right, judges, per_element)


def _is_nothing(node: tree.Node) -> bool:
    return isinstance(node, tree.Literal) and node.value in (None, "", False)


def _chain(node: tree.Chain, tolerant: bool, per_element: bool) -> Iterator[Read]:
    names = [each.name for each in node.filters if not each.disabled]
    yield from reads(node.subject, tolerant or not TAKES_NULL.isdisjoint(names), per_element)
    for each in node.filters:
        if each.name.startswith(tuple(EVALUATES)) and not _is_code(node.subject if each.name == "to_expr" else each):
            yield Read(ANYTHING, each, True)
        for argument in each.arguments:
            yield from reads(argument, False, True)


def _is_code(node: Any) -> bool:
    """Whether the code that a filter evaluates is written out, so that the names in it are found."""
    if isinstance(node, tree.Filter):
        return any(isinstance(argument, tree.Literal) for argument in node.arguments)
    return isinstance(node, tree.Literal)


def _text(node: tree.Literal) -> Iterator[Read]:
    if isinstance(node.value, str) and "$" in node.value:
        for name in NAMED_IN_TEXT.findall(node.value):
            yield Read(ANYTHING if name == "var" else name, node, True)
