"""``$env.$http_headers``: names are kept in Title-Case and looked up in any case (expressions.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xsrun.syntax import tree

HEADERS: Final = "$http_headers"
LOOKING_UP: Final = frozenset({"get", "has"})
"""The filters that look a name up."""
TITLED: Final = (("to_lower",), ("replace", "-", " "), ("capitalize",), ("replace", " ", "-"))
"""The filters that write a name in Title-Case."""


def way_into_env(node: tree.Node | None) -> list[tree.Member | tree.Index]:
    """The steps behind ``$env``, none for any other node."""
    if isinstance(node, tree.Path) and isinstance(node.base, tree.Variable) and node.base.name == "env":
        return node.steps
    return []


def are_headers(node: tree.Expr | None) -> bool:
    """Whether an expression is the headers of the request as they came."""
    return [getattr(step, "name", "") for step in way_into_env(node)] == [HEADERS]


def kept_as(steps: list[tree.Member | tree.Index]) -> list[tree.Member | tree.Index]:
    """The way into the headers by the name that they are kept by."""
    if not steps:
        return steps
    first, *others = steps
    if isinstance(first, tree.Index):
        return [replace(first, key=name_of(first.key)), *others]
    return [first if first.name.startswith("$") else replace(first, name=first.name.title()), *others]


def filter_kept_as(node: tree.Filter) -> tree.Filter:
    """A filter on the headers that looks a name up as it is kept."""
    if node.name not in LOOKING_UP or not node.arguments:
        return node
    name, *others = node.arguments
    return replace(node, arguments=[name_of(name), *others])


def name_of(node: tree.Expr) -> tree.Expr:
    """A name as it is kept."""
    if isinstance(node, tree.Literal):
        return replace(node, value=node.value.title()) if isinstance(node.value, str) else node
    return tree.Chain(node.start, node.end, node, [_filter(node, *each) for each in TITLED])


def _filter(node: tree.Expr, name: str, *arguments: str) -> tree.Filter:
    given: list[tree.Expr] = [tree.Literal(node.start, node.end, each, each) for each in arguments]
    return tree.Filter(node.start, node.end, name, given, False, node.start)
