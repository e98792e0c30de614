"""Literal values: what clauses such as ``main``, ``env`` and ``tags`` may hold."""

from __future__ import annotations

from typing import Any

from xsrun.syntax import tree


class NotStatic(Exception):
    """A node that is no literal; ``node`` is the part that is not."""

    def __init__(self, node: tree.Node) -> None:
        super().__init__("not a literal")
        self.node = node


def static_value(node: tree.Node) -> Any:
    """The value of a literal: text, number, boolean, null, and lists and objects of them. Raises NotStatic.

    A part that made no sense, which was reported when it was read, is null or left out.
    """
    if isinstance(node, tree.Literal):
        return node.value
    if isinstance(node, tree.Broken):
        return None
    if isinstance(node, tree.Group):
        return static_value(node.value)
    if isinstance(node, tree.ListLiteral):
        return [static_value(item) for item in node.items]
    if isinstance(node, tree.ObjectLiteral):
        return _static_object(node)
    if isinstance(node, tree.Word) and node.name != "now":
        return node.name
    if isinstance(node, tree.Cast):
        return node.text.value
    raise NotStatic(node)


def _static_object(node: tree.ObjectLiteral) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in node.pairs:
        if tree.is_broken(pair):
            continue
        if not isinstance(pair, tree.Pair) or pair.computed is not None:
            raise NotStatic(pair)
        if not pair.disabled:
            found[pair.key] = static_value(pair.value)
    return found
