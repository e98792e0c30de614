"""Python syntax trees, a little shorter to write, and placed on XanoScript lines.

Generated code carries the line and column of the ``.xs`` text it stands for, so that tracebacks,
debuggers, profilers and coverage work on XanoScript. Only nodes that can fail are placed; ``locate``
gives every other node the place of what it is part of.
"""

from __future__ import annotations

import ast
from typing import Any, TypeVar

from xsrun.source import Source
from xsrun.syntax.tree import Node

Placed = TypeVar("Placed", bound=ast.AST)


def load(name: str) -> ast.Name:
    """A variable to read."""
    return ast.Name(name, ast.Load())


def constant(value: Any) -> ast.Constant:
    """A literal."""
    return ast.Constant(value)


def call(function: str | ast.expr, *arguments: ast.expr, **keywords: ast.expr) -> ast.Call:
    """``function(arguments, name=value)``."""
    target = load(function) if isinstance(function, str) else function
    return ast.Call(target, list(arguments), [ast.keyword(name, value) for name, value in keywords.items()])


def attribute(base: str | ast.expr, name: str) -> ast.Attribute:
    """``base.name``."""
    return ast.Attribute(load(base) if isinstance(base, str) else base, name, ast.Load())


def assign(name: str, value: ast.expr) -> ast.Assign:
    """``name = value``."""
    return ast.Assign([ast.Name(name, ast.Store())], value)


def expression(value: ast.expr) -> ast.Expr:
    """A value for its effect."""
    return ast.Expr(value)


def is_(left: ast.expr, right: ast.expr) -> ast.Compare:
    """``left is right``."""
    return ast.Compare(left, [ast.Is()], [right])


def not_(value: ast.expr) -> ast.UnaryOp:
    """``not value``."""
    return ast.UnaryOp(ast.Not(), value)


def choose(test: ast.expr, chosen: ast.expr, other: ast.expr) -> ast.IfExp:
    """``chosen if test else other``."""
    return ast.IfExp(test, chosen, other)


def if_(test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt] | None = None) -> ast.If:
    """``if test: … else: …``; an empty body is ``pass``."""
    return ast.If(test, body or [ast.Pass()], orelse or [])


def parameters(*names: str, defaults: int = 0) -> ast.arguments:
    """Positional parameters, of which the last ``defaults`` default to None."""
    return ast.arguments(
        posonlyargs=[], args=[ast.arg(name) for name in names], kwonlyargs=[], kw_defaults=[],
        defaults=[constant(None) for _ in range(defaults)],
    )  # fmt: skip


def place(node: Placed, source: Source, where: Node) -> Placed:
    """Put a node on the text of a tree node."""
    return place_at(node, source, where.start, where.end)


def place_at(node: Placed, source: Source, start: int, end: int) -> Placed:
    """Put a node on a stretch of a source."""
    line, column = source.position(start)
    end_line, end_column = source.position(end)
    node.lineno = line  # type: ignore[attr-defined]
    node.col_offset = column - 1  # type: ignore[attr-defined]
    node.end_lineno = end_line  # type: ignore[attr-defined]
    node.end_col_offset = end_column - 1  # type: ignore[attr-defined]
    return node


def copy_place(node: Placed, other: ast.AST) -> Placed:
    """Put a node where another one stands, if that has a place."""
    return ast.copy_location(node, other) if hasattr(other, "lineno") else node


def locate(root: ast.AST) -> None:
    """Give every node without a place the place of what it is part of."""
    pending: list[tuple[ast.AST, tuple[int, int, int, int]]] = [(root, (1, 0, 1, 0))]
    while pending:
        node, inherited = pending.pop()
        if "lineno" in node._attributes:
            if hasattr(node, "lineno"):
                inherited = (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
            else:
                node.lineno, node.col_offset, node.end_lineno, node.end_col_offset = inherited  # type: ignore[attr-defined]
        pending.extend((child, inherited) for child in ast.iter_child_nodes(node))
