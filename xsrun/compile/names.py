"""Names bound before anything runs: the variables and inputs of one function.

A XanoScript function has one flat table of variables: no block scope, callers invisible. Each
becomes a Python local, named by its position and never by source text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from xsrun.syntax import tree

RESERVED: Final = frozenset({"input", "auth", "env", "db", "error", "this", "var"})
"""Names no statement may declare."""

DISCOURAGED: Final = frozenset({"response", "output", "result", "index", "error"})
"""Names that documentation reserves and programs declare all the same."""


class Names:
    """The variables of a function: their Python locals and what is known to be set."""

    def __init__(self, inputs: Iterable[str], body: list[tree.Node]) -> None:
        self.inputs = {name: f"i{at}" for at, name in enumerate(inputs)}
        self.declared = {name: f"v{at}" for at, name in enumerate(dict.fromkeys(declared_names(body)))}
        self.certain: set[str] = set()
        """Variables that every path to the current statement has set."""
        self.assumed: set[str] = set()
        """Variables that nothing sets, which follows from a fault that was reported."""
        self.doubtful: set[str] = set()
        """Variables that are read where they may be unset; they start as ``UNSET``."""

    def assume(self, name: str) -> None:
        """Count a variable as set, since that nothing sets it follows from a fault that was reported."""
        if name not in self.declared:
            self.declared[name] = f"v{len(self.declared)}"
            self.assumed.add(name)

    def expose(self, name: str) -> None:
        """Let an input be read as a variable, too."""
        self.declared[name] = self.inputs[name]
        self.certain.add(name)

    def local(self, name: str) -> str:
        """The Python local of a declared variable."""
        return self.declared[name]

    def bit(self, name: str) -> str:
        """The Python local that says whether a declared variable owns its value."""
        return f"o{self.declared[name][1:]}"


def declared_names(entries: Iterable[tree.Node]) -> Iterator[str]:
    """Every variable that a statement below may set, in source order."""
    for entry in entries:
        if not isinstance(entry, tree.Block) or entry.keyword == "test":
            continue
        for head in entry.heads:
            if entry.keyword == "var" and isinstance(head, tree.Variable | tree.Word):
                yield head.name
            elif entry.keyword == "var" and isinstance(head, tree.Path) and not place_steps(head):
                yield root_name(head)
        for lost in entry.broken:
            yield from lost.variables
        if entry.binding and root_name(entry.binding.target):
            yield root_name(entry.binding.target)
        yield from declared_names(entry.body or ())


def root_name(target: tree.Node) -> str:
    """The variable a place starts from: ``$x``, ``$x.a`` and ``$var.x.a`` all give ``x``."""
    if isinstance(target, tree.Variable):
        return target.name
    if isinstance(target, tree.Path) and isinstance(target.base, tree.Variable):
        if target.base.name == "var" and isinstance(target.steps[0], tree.Member):
            return target.steps[0].name
        return target.base.name
    return ""


def place_steps(target: tree.Node) -> list[tree.Member | tree.Index]:
    """The accesses of a place behind its variable."""
    if not isinstance(target, tree.Path):
        return []
    is_var = isinstance(target.base, tree.Variable) and target.base.name == "var"
    return target.steps[1:] if is_var else target.steps


def mentions(node: tree.Node, name: str) -> bool:
    """Whether an expression reads a variable in any way."""
    return any(
        (isinstance(each, tree.Variable) and each.name in (name, "var"))
        or (isinstance(each, tree.Filter) and each.name.startswith("lambda"))
        or isinstance(each, tree.Word)
        for each in node.walk()
    )
