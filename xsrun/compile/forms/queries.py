"""The form of `db.query`."""

from __future__ import annotations

from xsrun.compile import python as py
from xsrun.compile.context import StackCompiler
from xsrun.compile.forms.record import Stack, form
from xsrun.compile.forms.rows import ADDED, calling, output_of, table_of, without_table
from xsrun.compile.queries import Queries
from xsrun.data import statements
from xsrun.data.plans import Query
from xsrun.syntax import tree


@form(
    "db.query",
    f'{ADDED}db.query person {{ where = $db.person.age > 18 }} as $r -> [{{"id":1,"name":"Ada","age":36}}]',
    head="table",
    optional=("where", "additional_where", "output"),
)
def _query(stack: StackCompiler, block: tree.Block) -> Stack:
    """Bind the rows of a table that meet a condition."""
    table = table_of(stack, block)
    if table is None:
        return without_table(stack, block)
    queries = Queries(stack, {table.name: table})
    where, extra = block.attribute("where"), block.attribute("additional_where")
    plan = Query(
        table.name,
        table.name,
        where=queries.condition(where.value) if where else None,
        additional=queries.value(extra.value) if extra else None,
        output=output_of(stack, block, table),
    )
    return calling(stack, block, statements.query, py.constant(tuple(plan)), queries.values())
