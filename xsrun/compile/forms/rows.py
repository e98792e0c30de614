"""Forms of `db.*` that read or change single rows."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from xsrun.compile import python as py
from xsrun.compile.context import StackCompiler
from xsrun.compile.forms.addons import addons_of
from xsrun.compile.forms.record import Compile, Stack, form
from xsrun.compile.queries import Queries
from xsrun.data import statements
from xsrun.data.tables import Table
from xsrun.diagnostics import nearest
from xsrun.syntax import tree
from xsrun.syntax.static import NotStatic, static_value

SHAPING: Final = ("output", "addon")
ADDED: Final = 'db.add person { data = {name: "Ada", age: 36} } as $p\n'
"""Begins examples; the table `person` has the columns id, name and age."""


def table_of(stack: StackCompiler, block: tree.Block) -> Table | None:
    """The table in the head of a statement; its absence is reported.

    In a `try` it is no error: the statement fails when it is reached.
    """
    if not block.name:
        shown = f"write {block.keyword} table_name {{ … }}"
        stack.context.missing("missing-name", f"`{block.keyword}` needs the name of a table", block, shown)
        return None
    return table_named(stack, block.name, block.heads[0])


def table_named(stack: StackCompiler, name: str, place: tree.Node) -> Table | None:
    """The table of a name; its absence is reported."""
    context = stack.context
    table = context.tables.get(name)
    if table is None:
        near = nearest(name, context.tables)
        report = context.warn if context.trying else context.error
        shown = f"did you mean `{near}`?" if near else "add table/….xs that declares it"
        report("unresolved-table", f"there is no table `{name}`", context.span(place), help=shown)
    return table


def without_table(stack: StackCompiler, block: tree.Block, name: str) -> Stack:
    """A statement with a table that is not there: its expressions are compiled for what may be wrong with them."""
    with stack.context.aside():
        for entry in block.body or ():
            if isinstance(entry, tree.Attribute) and entry.name in ("data", "field_value", "items"):
                stack.expressions.value(entry.value)
    made = py.call(stack.context.builtin(statements.missing_table), py.constant(name))
    return [*stack.bind(block, py.constant(None)), ast.Raise(made)]


def on_table(make: Callable[[StackCompiler, tree.Block, Table], Stack]) -> Compile:
    """Compiles a statement on the table in its head; one whose table is not there fails when it is reached."""

    @wraps(make)
    def made(stack: StackCompiler, block: tree.Block) -> Stack:
        table = table_of(stack, block)
        return without_table(stack, block, block.name) if table is None else make(stack, block, table)

    return made


def calling(stack: StackCompiler, block: tree.Block, function: Any, *arguments: ast.expr, **named: ast.expr) -> Stack:
    """The call of a statement's function, bound to what stands behind `as`; what is too large is refused."""
    made = py.call(stack.context.builtin(function), py.load("rt"), *arguments, **named)
    made = py.call("sized", py.load("rt"), py.place(made, stack.context.source, block))
    return stack.bind(block, py.place(made, stack.context.source, block))


def value_of(stack: StackCompiler, block: tree.Block, name: str, default: Any = None) -> ast.expr:
    """The value of an attribute."""
    found = block.attribute(name)
    return stack.expressions.value(found.value, strict=True) if found else py.constant(default)


def matched(stack: StackCompiler, block: tree.Block, table: Table) -> list[ast.expr]:
    """``field_name`` and ``field_value``; a column that is named by a literal must be there."""
    name = block.attribute("field_name")
    if name is not None and isinstance(name.value, tree.Literal | tree.Word):
        written = name.value.value if isinstance(name.value, tree.Literal) else name.value.name
        Queries(stack, {table.name: table}).column(table, str(written), name.value)
        return [py.constant(str(written)), value_of(stack, block, "field_value")]
    return [value_of(stack, block, "field_name", "id"), value_of(stack, block, "field_value")]


def data_of(stack: StackCompiler, block: tree.Block, table: Table, name: str = "data") -> ast.expr:
    """What is stored; a key of a literal must be a column."""
    found = block.attribute(name)
    if found is None:
        return py.constant(None)
    if isinstance(found.value, tree.ObjectLiteral):
        known = Queries(stack, {table.name: table})
        for pair in found.value.pairs:
            if isinstance(pair, tree.Pair) and not pair.disabled and pair.computed is None:
                known.column(table, pair.key, pair)
    return stack.expressions.value(found.value, strict=True)


def output_of(stack: StackCompiler, block: tree.Block, table: Table) -> tuple[str, ...] | None:
    """The names in ``output``, None for all; those of no column are reported, and left out."""
    found = block.attribute("output")
    if found is None:
        return None
    try:
        names = static_value(found.value)
    except NotStatic as fault:
        stack.context.error("not-constant", "`output` is a list of literals", fault.node, 'write output = ["id"]')
        return None
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        stack.context.error("bad-clause", "`output` is a list of names", found, 'write output = ["id"]')
        return None
    known = Queries(stack, {table.name: table})
    nodes: list[tree.Node] = found.value.items  # type: ignore[attr-defined]
    kept = (
        name
        for node, name in zip(nodes, names, strict=True)
        if known.column(table, name.partition(".")[0], node, shown=True)
    )
    return tuple(kept) or None


def giving_row(
    stack: StackCompiler, block: tree.Block, table: Table, function: Any, *arguments: ast.expr, **named: ast.expr
) -> Stack:
    """The call of a statement that gives back a row, with `output` and what addons put into it."""
    output = output_of(stack, block, table)
    addons, _ = addons_of(stack, block)
    if output is not None and addons is None:
        named["output"] = py.constant(output)
    hidden = block.attribute("enforce_hidden_fields")
    if hidden is not None and isinstance(hidden.value, tree.Literal) and hidden.value.value is True:
        named["hidden"] = py.constant(True)
    context = stack.context
    made = py.call(context.builtin(function), py.load("rt"), py.constant(table.name), *arguments, **named)
    if addons is not None:
        made = py.call(
            context.builtin(statements.attached),
            *(py.load("rt"), py.place(made, context.source, block), addons, py.load("depth"), py.constant(output)),
        )
    return stack.bind(block, py.place(made, context.source, block))


@form(
    "db.add",
    'db.add person { data = {name: "Ada", age: 36} } as $r -> {"id":1,"name":"Ada","age":36}',
    'db.add person { data = {age: "old"} } as $r -> !Value is not a valid integer.',
    head="table",
    required=("data",),
    optional=(*SHAPING, "enforce_hidden_fields"),
)
@on_table
def _add(stack: StackCompiler, block: tree.Block, table: Table) -> Stack:
    """Store a new row and bind it; what is left out gets its default, null or the zero value of its type."""
    return giving_row(stack, block, table, statements.add, data_of(stack, block, table))


@form(
    "db.get",
    f'{ADDED}db.get person {{ field_name = "name" field_value = "Ada" }} as $r -> {{"id":1,"name":"Ada","age":36}}',
    "db.get person { field_value = 7 } as $r -> null",
    "db.get person { field_value = null } as $r -> !Missing param: field_value",
    head="table",
    required=("field_value",),
    optional=("field_name", "lock", *SHAPING),
    instead={"where": 'field_name = "email"', "id": "field_value"},
)
@on_table
def _get(stack: StackCompiler, block: tree.Block, table: Table) -> Stack:
    """Bind the first row with a value in a column, `id` unless `field_name` names another; null when there is none."""
    where = matched(stack, block, table)
    lock = {"lock": value_of(stack, block, "lock")} if block.attribute("lock") else {}
    return giving_row(stack, block, table, statements.get, *where, **lock)


@form(
    "db.has",
    f'{ADDED}db.has person {{ field_name = "age" field_value = "36" }} as $r -> true',
    head="table",
    required=("field_value",),
    optional=("field_name",),
)
@on_table
def _has(stack: StackCompiler, block: tree.Block, table: Table) -> Stack:
    """Bind whether there is a row with a value in a column."""
    return calling(stack, block, statements.has, py.constant(table.name), *matched(stack, block, table))


@form(
    "db.edit",
    f'{ADDED}db.edit person {{ field_value = 1 data = {{age: 37}} }} as $r -> {{"id":1,"name":"Ada","age":37}}',
    "db.edit person { field_value = 7 data = {age: 1} } as $r -> !Record not found",
    head="table",
    required=("field_value", "data"),
    optional=("field_name", *SHAPING, "enforce_hidden_fields"),
)
@on_table
def _edit(stack: StackCompiler, block: tree.Block, table: Table) -> Stack:
    """Change the given columns of the first row with a value in a column, and bind the row."""
    where = matched(stack, block, table)
    return giving_row(stack, block, table, statements.edit, *where, data_of(stack, block, table))


@form(
    "db.patch",
    f"{ADDED}var $new {{ value = {{age: 37}} }}\ndb.patch person {{ field_value = 1 data = $new }} as $r"
    ' -> {"id":1,"name":"Ada","age":37}',
    head="table",
    required=("field_value", "data"),
    optional=("field_name", *SHAPING, "enforce_hidden_fields"),
)
def _patch(stack: StackCompiler, block: tree.Block) -> Stack:
    """Change the columns of a computed object in the first row with a value in a column, and bind the row."""
    return _edit(stack, block)


@form(
    "db.add_or_edit",
    'db.add_or_edit person { field_name = "name" field_value = "Ada" data = {age: 1} } as $r'
    ' -> {"id":1,"name":"Ada","age":1}',
    f'{ADDED}db.add_or_edit person {{ field_name = "name" field_value = "Ada" data = {{age: 1}} }} as $r'
    ' -> {"id":1,"name":"Ada","age":1}',
    head="table",
    required=("field_value", "data"),
    optional=("field_name", *SHAPING, "enforce_hidden_fields"),
)
@on_table
def _add_or_edit(stack: StackCompiler, block: tree.Block, table: Table) -> Stack:
    """Change the first row with a value in a column, or store a new one with that value; bind the row."""
    where = matched(stack, block, table)
    return giving_row(stack, block, table, statements.add_or_edit, *where, data_of(stack, block, table))


@form(
    "db.del",
    f"{ADDED}db.del person {{ field_value = 1 }}\ndb.get person {{ field_value = 1 }} as $r -> null",
    head="table",
    required=("field_value",),
    optional=("field_name",),
)
@on_table
def _del(stack: StackCompiler, block: tree.Block, table: Table) -> Stack:
    """Delete the first row with a value in a column."""
    return calling(stack, block, statements.delete, py.constant(table.name), *matched(stack, block, table))
