"""Forms of `db.*` that are about the database as a whole."""

from __future__ import annotations

import ast
from typing import Any, Final

from xsrun.compile import python as py
from xsrun.compile.context import StackCompiler
from xsrun.compile.forms.record import Stack, form
from xsrun.compile.forms.rows import ADDED, calling, table_of, value_of, without_table
from xsrun.data import statements
from xsrun.syntax import tree


@form(
    "db.transaction",
    f"db.transaction {{\n  stack {{ {ADDED.strip()} }}\n}}\nvar $r {{ value = $p.id }} -> 1",
    "try_catch {\n  try {\n    db.transaction {\n      stack {\n"
    '        db.add person { data = {name: "Ada"} }\n        throw { name = "x" value = "no" }\n      }\n    }\n  }\n'
    "  catch { debug.log { value = $error.message } }\n}\ndb.query person as $r -> []",
    blocks=("stack",),
    optional=("isolation",),
)
def _transaction(stack: StackCompiler, block: tree.Block) -> Stack:
    """Do all database work of a stack together: an error that leaves it undoes everything."""
    begin = py.call(
        stack.context.builtin(statements.transaction), py.load("rt"), value_of(stack, block, "isolation", "")
    )
    body = stack.body(block.block("stack")) or [ast.Pass()]
    return [ast.With([ast.withitem(py.place(begin, stack.context.source, block))], body)]


@form(
    "db.set_datasource",
    f'{ADDED}db.set_datasource {{ value = "draft" }}\ndb.query person as $r -> []',
    optional=("value", "name"),
)
def _set_datasource(stack: StackCompiler, block: tree.Block) -> Stack:
    """Have the database statements that follow use another datasource; `live` and `default` are the first one."""
    name = "name" if block.attribute("name") else "value"
    if block.attribute(name) is None:
        stack.context.missing("missing-attribute", f"`{block.keyword}` needs `value`", block, "add `value = …`")
        return []
    return calling(stack, block, statements.set_datasource, value_of(stack, block, name))


@form(
    "db.schema",
    'db.schema person { path = "age" } as $c\nvar $r { value = $c.type } -> "int"',
    'db.schema { table = "person" } as $s\nvar $r { value = $s.columns|map:$$.name } -> ["id","name","age"]',
    head="table",
    optional=("path", "table"),
)
def _schema(stack: StackCompiler, block: tree.Block) -> Stack:
    """Bind what a table declares, or with `path` one of its columns."""
    named = block.attribute("table")
    if named is not None and isinstance(named.value, tree.Literal | tree.Word):
        block.heads.append(named.value)
    table = table_of(stack, block)
    if table is None:
        return without_table(stack, block, block.name)
    return calling(stack, block, statements.schema, py.constant(table.name), value_of(stack, block, "path"))


@form(
    "db.direct_query",
    f'{ADDED}db.direct_query {{\n  sql = "select name from person where age > ?"\n  arg = 18\n}} as $r'
    ' -> [{"name":"Ada"}]',
    f'{ADDED}db.direct_query {{\n  sql = "select name from person"\n  response_type = "single"\n}} as $r'
    ' -> {"name":"Ada"}',
    'db.direct_query { sql = "select 1 as one" arg = 1 } as $r'
    " -> !The SQL has 0 placeholders and is given 1 arguments.",
    optional=("sql", "code", "response_type", "parser"),
    repeated=("arg",),
    parity="the SQL runs on the database that is chosen: in SQLite `::type` is left out, and LIKE does not tell case",
)
def _direct_query(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run SQL with a value for each `?`, and bind its rows, or the first of them with `response_type = "single"`."""
    asked = _asked(stack, block)
    return calling(stack, block, statements.direct_query, *asked) if asked else []


_FOREIGN: Final[dict[str, Any]] = {
    "optional": ("sql", "code", "response_type", "parser", "connection_string"),
    "repeated": ("arg",),
    "parity": "what begins with SELECT, SHOW, VALUES, TABLE or EXPLAIN is run in a transaction that only reads",
}


@form(
    "db.external.postgres.direct_query",
    'db.external.postgres.direct_query { sql = "select 1" } as $r -> !Missing param: connection_string',
    'db.external.postgres.direct_query {\n  sql = "select 1"\n  connection_string = "postgres://ada:secret@host/db"\n}'
    " as $r -> !This world does not reach postgresql://host/db",
    **_FOREIGN,
)
def _postgres(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run SQL in a PostgreSQL elsewhere, with a value for each `?`, and bind its rows, or the first of them."""
    return _foreign(stack, block, "postgresql")


@form(
    "db.external.mysql.direct_query",
    'db.external.mysql.direct_query { sql = "select 1" } as $r -> !Missing param: connection_string',
    'db.external.mysql.direct_query {\n  sql = "select 1"\n  connection_string = "mysql://ada:secret@host/db"\n}'
    " as $r -> !This world does not reach mysql://host/db",
    **_FOREIGN,
)
def _mysql(stack: StackCompiler, block: tree.Block) -> Stack:
    """Run SQL in a MySQL or MariaDB elsewhere, with a value for each `?`, and bind its rows, or the first of them."""
    return _foreign(stack, block, "mysql")


def _foreign(stack: StackCompiler, block: tree.Block, kind: str) -> Stack:
    asked = _asked(stack, block)
    address = value_of(stack, block, "connection_string", "")
    return calling(stack, block, statements.foreign_query, py.constant(kind), address, *asked) if asked else []


def _asked(stack: StackCompiler, block: tree.Block) -> list[ast.expr]:
    """The SQL of a statement, its values, and whether one row is wanted; nothing where it has no SQL."""
    text = "sql" if block.attribute("sql") else "code"
    if block.attribute(text) is None:
        stack.context.missing("missing-attribute", f"`{block.keyword}` needs `sql`", block, 'add `sql = "select …"`')
        return []
    sql = value_of(stack, block, text)
    if _word(block, "parser") == "template_engine":
        given = stack.expressions.value(tree.Variable(block.start, block.end, "input"))
        sql = py.call("render", py.load("rt"), sql, stack.expressions.all_variables(), given)
    written = [each for each in block.body or () if isinstance(each, tree.Attribute) and each.name == "arg"]
    values = [each.value for each in written if not each.disabled]
    if len(values) == 1 and isinstance(values[0], tree.ListLiteral):
        arguments = stack.expressions.value(values[0])
    else:
        arguments = ast.List([stack.expressions.value(each, strict=True) for each in values], ast.Load())
    return [sql, arguments, py.constant(_word(block, "response_type") == "single")]


def _word(block: tree.Block, name: str) -> str:
    found = block.attribute(name)
    if found is None:
        return ""
    return found.value.name if isinstance(found.value, tree.Word) else str(getattr(found.value, "value", ""))
