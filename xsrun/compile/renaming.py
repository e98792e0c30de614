"""Edits that give a variable of a function another name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from xsrun.diagnostics import Edit
from xsrun.source import Source, Span
from xsrun.syntax import tree


def renamed(source: Source, function: tree.Block, old: str, new: str) -> tuple[Edit, ...]:
    """Every mention of a variable under its new name; none when a text, which may be code, mentions it too.

    Tests are left out: they do not see the variables of the function, and their ``$response`` is its result.
    """
    found: list[Edit] = []
    parts = [part for part in function.children() if not (isinstance(part, tree.Block) and part.keyword == "test")]
    for node in chain.from_iterable(part.walk() for part in parts):
        if _may_mention(node, old):
            return ()
        for start, end in _mentions(node, old):
            place = Span(source, start, end)
            if place.text != old:
                return ()
            found.append(Edit(place, new))
    return tuple(found)


def _mentions(node: tree.Node, name: str) -> Iterator[tuple[int, int]]:
    """Where a node itself holds the name of the variable, its sign left out."""
    if isinstance(node, tree.Variable) and node.name == name:
        yield node.start + 1, node.end
    if isinstance(node, tree.Path) and isinstance(node.base, tree.Variable) and node.base.name == "var":
        first = node.steps[0]
        if isinstance(first, tree.Member) and first.name == name:
            yield first.end - len(name), first.end


def _may_mention(node: tree.Node, name: str) -> bool:
    """Whether a text or a part that could not be read names the variable."""
    text = node.raw if isinstance(node, tree.Literal) else node.text if isinstance(node, tree.Broken) else ""
    return f"${name}" in text or f"var.{name}" in text
