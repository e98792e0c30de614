"""The three statements by which programs change one cell of a table, recognised as one.

    var $row { value = $table|get:$i }
    var.update $row { value = $row|set:$j:$cell }
    var.update $table { value = $table|set:$i:$row }

Taken one by one they copy the row, since both variables hold it. Together they change one cell in
place when nobody else holds the row; then both variables hold the changed row, as they would.
"""

from __future__ import annotations

from typing import NamedTuple

from xsrun.compile.names import mentions, place_steps, root_name
from xsrun.syntax import tree


class CellUpdate(NamedTuple):
    """``table[i][j] = cell``, with ``row`` left holding the row."""

    table: tree.Variable
    row: tree.Variable
    row_key: tree.Expr
    cell_key: tree.Expr
    cell: tree.Expr
    strict: bool
    """Whether a plain reference to the new cell must lead somewhere."""


def cell_update(entries: list[tree.Node], at: int) -> CellUpdate | None:
    """What three statements from position ``at`` do, when they are such an update."""
    if at + 3 > len(entries):
        return None
    taken, changed, stored = (_assignment(entry) for entry in entries[at : at + 3])
    if taken is None or changed is None or stored is None or place_steps(taken.target):
        return None
    source = _read(taken.value)
    change, store = _written(changed), _written(stored)
    if source is None or change is None or store is None:
        return None
    table, row = source.base, root_name(taken.target)
    back = isinstance(store.value, tree.Variable) and store.value.name == row
    fits = change.base == row and store.base == table.name and back and source.key.same(store.key) and row != table.name
    plain = all(isinstance(key, tree.Variable | tree.Literal) for key in (source.key, change.key))
    if not (fits and plain) or any(mentions(each, row) for each in (source.key, change.key, change.value)):
        return None
    if mentions(source.key, table.name) or mentions(change.key, table.name):
        return None
    held = tree.Variable(table.start, table.end, row)
    return CellUpdate(table, held, source.key, change.key, change.value, strict=change.by_path)


class _Assignment(NamedTuple):
    target: tree.Node
    value: tree.Expr


class _Read(NamedTuple):
    base: tree.Variable
    key: tree.Expr


class _Written(NamedTuple):
    base: str
    key: tree.Expr
    value: tree.Expr
    by_path: bool


def _assignment(entry: tree.Node) -> _Assignment | None:
    if not isinstance(entry, tree.Block) or entry.disabled or entry.keyword not in ("var", "var.update"):
        return None
    value = entry.attribute("value")
    target = next((head for head in entry.heads if isinstance(head, tree.Variable | tree.Path)), None)
    if value is None or target is None or len(entry.body or ()) != 1:
        return None
    return _Assignment(target, value.value)


def _read(value: tree.Expr) -> _Read | None:
    """``$table|get:$i`` or ``$table[$i]``."""
    if isinstance(value, tree.Chain) and isinstance(value.subject, tree.Variable) and len(value.filters) == 1:
        only = value.filters[0]
        if only.name == "get" and len(only.arguments) == 1 and not only.disabled:
            return _Read(value.subject, only.arguments[0])
    if isinstance(value, tree.Path) and isinstance(value.base, tree.Variable) and len(value.steps) == 1:
        step = value.steps[0]
        if isinstance(step, tree.Index) and value.base.name not in ("input", "env", "var", "auth", "error"):
            return _Read(value.base, step.key)
    return None


def _written(made: _Assignment) -> _Written | None:
    """``$x = $x|set:$k:$v`` or ``var.update $x[$k] { value = $v }``."""
    steps = place_steps(made.target)
    if len(steps) == 1 and isinstance(steps[0], tree.Index):
        return _Written(root_name(made.target), steps[0].key, made.value, by_path=True)
    value = made.value
    if steps or not isinstance(value, tree.Chain) or not isinstance(value.subject, tree.Variable):
        return None
    only = value.filters[0]
    if len(value.filters) != 1 or only.name != "set" or len(only.arguments) != 2 or only.disabled:
        return None
    if value.subject.name != root_name(made.target):
        return None
    return _Written(value.subject.name, only.arguments[0], only.arguments[1], by_path=False)
