"""Forms of `db.*` that change many rows."""

from __future__ import annotations

import ast

from xsrun.compile import python as py
from xsrun.compile.context import StackCompiler
from xsrun.compile.forms.record import Stack, form
from xsrun.compile.forms.rows import ADDED, calling, data_of, matched, on_table, value_of
from xsrun.compile.queries import Queries
from xsrun.data import statements
from xsrun.data.tables import Table
from xsrun.syntax import tree


def rows_meant(stack: StackCompiler, block: tree.Block, table: Table) -> tuple[ast.expr, ast.expr]:
    """The plan of `where`, None for all rows, and the values in it."""
    queries = Queries(stack, {table.name: table})
    where = block.attribute("where")
    plan = queries.condition(where.value) if where else None
    return py.constant(plan), queries.values()


@form(
    "db.increment",
    f'{ADDED}db.increment person {{ where = $db.person.id == 1 field_name = "age" value = 2 }} as $n\n'
    "db.get person { field_value = 1 } as $p\nvar $r { value = [$n, $p.age] } -> [1,38]",
    head="table",
    required=("field_name",),
    optional=("where", "value", "return"),
    parity="a sum beyond 64 bits stays at the bound, and filters of the column do not look at it",
)
@on_table
def _increment(stack: StackCompiler, block: tree.Block, table: Table) -> Stack:
    """Add to a numeric column of every row that meets a condition, and bind how many there were."""
    plan, given = rows_meant(stack, block, table)
    name, _ = matched(stack, block, table)
    amount = value_of(stack, block, "value", 1)
    return calling(stack, block, statements.increment, py.constant(table.name), plan, given, name, amount)


@form(
    "db.truncate",
    f"{ADDED}db.truncate person {{ reset = true }}\n{ADDED}var $r {{ value = $p.id }} -> 1",
    head="table",
    optional=("reset",),
)
@on_table
def _truncate(stack: StackCompiler, block: tree.Block, table: Table) -> Stack:
    """Delete all rows of a table; with `reset` the next `id` is 1."""
    reset = value_of(stack, block, "reset", False)
    return calling(stack, block, statements.truncate, py.constant(table.name), reset)


@form(
    "db.bulk.add",
    'db.bulk.add person { items = [{name: "Ada"}, {name: "Bob"}] } as $rows\n'
    "var $r { value = $rows|map:$$.id } -> [1,2]",
    head="table",
    optional=("items", "data", "allow_id_field"),
)
@on_table
def _bulk_add(stack: StackCompiler, block: tree.Block, table: Table) -> Stack:
    """Store many rows, all or none, and bind them; an `id` in them counts only with `allow_id_field`."""
    if not _given(stack, block, "items", "data"):
        return []
    items = value_of(stack, block, "items" if block.attribute("items") else "data")
    keys = value_of(stack, block, "allow_id_field", False)
    return calling(stack, block, statements.add_all, py.constant(table.name), items, keys)


@form(
    "db.bulk.update",
    f'{ADDED}db.bulk.update person {{ items = [{{id: 1, name: "Eve"}}] }} as $r -> [{{"id":1,"name":"Eve","age":0}}]',
    f"{ADDED}db.bulk.update person {{ where = $db.person.age > 18 data = {{age: 18}} }} as $r -> 1",
    head="table",
    optional=("items", "where", "data"),
)
@on_table
def _bulk_update(stack: StackCompiler, block: tree.Block, table: Table) -> Stack:
    """Replace whole rows by their `id` and bind them; with `where` and `data`, change columns and bind the number."""
    return _change(stack, block, table, whole=True)


@form(
    "db.bulk.patch",
    f'{ADDED}db.bulk.patch person {{ items = [{{id: 1, age: 1}}] }} as $r -> [{{"id":1,"name":"Ada","age":1}}]',
    head="table",
    optional=("items", "where", "data"),
)
@on_table
def _bulk_patch(stack: StackCompiler, block: tree.Block, table: Table) -> Stack:
    """Change the given columns of rows by their `id` and bind them; with `where` and `data` bind the number."""
    return _change(stack, block, table, whole=False)


@form(
    "db.bulk.delete",
    f"{ADDED}db.bulk.delete person {{ where = $db.person.age > 18 }} as $r -> 1",
    head="table",
    optional=("where",),
)
@on_table
def _bulk_delete(stack: StackCompiler, block: tree.Block, table: Table) -> Stack:
    """Delete every row that meets a condition, all rows without one, and bind how many there were."""
    return calling(stack, block, statements.delete_all, py.constant(table.name), *rows_meant(stack, block, table))


def _change(stack: StackCompiler, block: tree.Block, table: Table, whole: bool) -> Stack:
    if not _given(stack, block, "items", "data"):
        return []
    if block.attribute("items"):
        items = value_of(stack, block, "items")
        return calling(stack, block, statements.change_each, py.constant(table.name), items, py.constant(whole))
    plan, given = rows_meant(stack, block, table)
    data = data_of(stack, block, table)
    return calling(stack, block, statements.change_all, py.constant(table.name), plan, given, data)


def _given(stack: StackCompiler, block: tree.Block, *names: str) -> bool:
    """Whether one of two attributes is there; reports it when none is."""
    if any(block.attribute(name) for name in names):
        return True
    shown = f"add `{names[0]} = …`"
    stack.context.missing("missing-attribute", f"`{block.keyword}` needs `{names[0]}`", block, shown)
    return False
