"""Columns that are read of a row and are not in it: results leave them out unless ``output`` names them
(database.md section 1), so that a password that is read so is never the right one.

One pass over the tree of each construct. It matters to no run, so only ``check`` asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xsrun.compile.context import Findings
from xsrun.compile.names import root_name
from xsrun.data.tables import Table, is_internal
from xsrun.diagnostics import Found
from xsrun.project import STACK_KINDS, Construct, Folder
from xsrun.syntax import tree

ROWS: Final = frozenset({"db.get", "db.add", "db.edit", "db.patch", "db.add_or_edit"})
"""Statements that give back one row."""
SHAPING: Final = ("output", "eval")
"""Attributes with which a row may have such a column all the same."""


def check_hidden(folder: Folder, tables: Mapping[str, Table]) -> None:
    """Report every column that a construct reads of a row that does not have it."""
    hidden = {
        name: frozenset(each.name for each in table.columns if is_internal(each)) for name, table in tables.items()
    }
    if any(hidden.values()):
        for each in folder.constructs:
            if each.kind in STACK_KINDS:
                _Reader(each, hidden, folder.found).check()


class _Reader(Findings):
    def __init__(self, construct: Construct, hidden: Mapping[str, frozenset[str]], found: Found) -> None:
        super().__init__(construct.source, found)
        self.block = construct.block
        self.hidden = hidden

    def check(self) -> None:
        lacking = self._lacking()
        for node in self.block.walk() if lacking else ():
            read = _read(node)
            if read and read[1] in lacking.get(read[0], ()):
                self.warn(
                    "hidden-column",
                    f"`${read[0]}` has no `{read[1]}`: rows leave it out unless `output` names it",
                    node,
                    help=f'write output = ["id", "{read[1]}"] in the statement that gives the row',
                )

    def _lacking(self) -> dict[str, frozenset[str]]:
        """What rows in variables lack; variables that may hold something else are left out."""
        found: dict[str, frozenset[str]] = {}
        for node in self.block.walk():
            if not isinstance(node, tree.Block):
                continue
            set_here = [root_name(head) for head in node.heads if node.keyword.startswith("var")]
            set_here += [root_name(node.binding.target)] if node.binding else []
            for name in filter(None, set_here):
                found[name] = found.get(name, self._left_out(node)) & self._left_out(node)
        return {name: columns for name, columns in found.items() if columns}

    def _left_out(self, node: tree.Block) -> frozenset[str]:
        """What the row that a statement gives back lacks, nothing for any other statement."""
        gives_row = node.keyword in ROWS or (node.keyword == "db.query" and _is_single(node))
        plain = node.binding is not None and not node.binding.filters and not any(map(node.attribute, SHAPING))
        return self.hidden.get(_table(node), frozenset()) if gives_row and plain else frozenset()


def _table(node: tree.Block) -> str:
    head = node.heads[0] if node.heads else None
    return head.name if isinstance(head, tree.Word) else str(head.value) if isinstance(head, tree.Literal) else ""


def _is_single(node: tree.Block) -> bool:
    """Whether a query gives back one row."""
    returned = node.attribute("return")
    pairs = returned.value.pairs if returned and isinstance(returned.value, tree.ObjectLiteral) else ()
    return any(
        isinstance(pair, tree.Pair) and isinstance(pair.value, tree.Literal) and pair.value.value == "single"
        for pair in pairs
    )


def _read(node: tree.Node) -> tuple[str, str] | None:
    """The variable and the column of ``$row.column`` and ``$row|get:"column"``."""
    if isinstance(node, tree.Path) and isinstance(node.base, tree.Variable):
        first = node.steps[0]
        return (node.base.name, first.name) if isinstance(first, tree.Member) else None
    if isinstance(node, tree.Chain) and isinstance(node.subject, tree.Variable) and node.filters[0].name == "get":
        named = node.filters[0].arguments[:1]
        return (node.subject.name, str(named[0].value)) if named and isinstance(named[0], tree.Literal) else None
    return None
