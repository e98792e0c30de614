"""Elements by position read the way Python does, and the general way where that does not work.

``$list[$i]`` is ``list[i]``, negative positions included; what differs is a place that is not there, which
is null. Such places are rare, and asking at every access whether this is one costs more than the access.
So an expression that reads by position is compiled twice: straight, in a ``try``, and in general, for when
the straight way raises. Nothing has happened by then but evaluation, which is done again from the start.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from xsrun.builtins.records import Registry
from xsrun.compile import python as py
from xsrun.compile.context import Context
from xsrun.compile.infer import Inference
from xsrun.compile.types import NUMBER
from xsrun.syntax import tree


def tried(
    context: Context, node: tree.Node, make: Callable[[], ast.expr], local: str = ""
) -> tuple[list[ast.stmt], ast.expr]:
    """What ``make`` compiles of a node: statements to run first, and the expression of the value.

    Where there is something to try, the statements leave the value in ``local``, or in a temporary.
    """
    if not _may_be_tried(node, context.registry):
        return [], make()
    with context.straight() as trial, context.muted():
        straight = make()
    general = make()
    if not trial.relies:
        return [], general
    name = local or context.temporary()
    failed = ast.ExceptHandler(py.load("MISSED"), None, [py.assign(name, general)])
    return [ast.Try([py.assign(name, straight)], [failed], [], [])], py.load(name)


def cannot_fail(node: tree.Node, types: Inference) -> bool:
    """Whether a node always has a value: a variable, a literal, and sums of numbers."""
    if isinstance(node, tree.Group):
        return cannot_fail(node.value, types)
    if isinstance(node, tree.Operation) and node.operator in ("+", "-", "*"):
        return all(types.of(side).only(NUMBER) and cannot_fail(side, types) for side in (node.left, node.right))
    return isinstance(node, tree.Literal | tree.Variable)


def _may_be_tried(node: tree.Node, registry: Registry) -> bool:
    """Whether a node reads by position, and evaluating it twice changes nothing."""
    reads = False
    for each in node.walk():
        if isinstance(each, tree.Index):
            reads = True
        elif isinstance(each, tree.Filter):
            record = registry.filters.get(each.name)
            if record is None or record.needs_world or record.needs_scope or record.needs_bindings:
                return False
    return reads
