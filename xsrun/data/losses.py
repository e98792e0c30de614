"""What rows lose by a change of their table, counted before it is made."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from xsrun.data.changes import Change
from xsrun.data.memory import Kept
from xsrun.data.schema import holds_nulls, sql_type
from xsrun.data.tables import Index, Table
from xsrun.diagnostics import Fault
from xsrun.types.fields import ABSENT

MOST_NAMED: Final = 5
"""Losses that a message names."""


def counted(connection: sa.Connection, change: Change, before: Kept, now: Table | None) -> Change:
    """A change with the number of rows that lose by it."""
    query = _losing(change, before, now)
    return change if query is None else change._replace(rows=connection.execute(query).scalar() or 0)


def _losing(change: Change, before: Kept, now: Table | None) -> sa.Select[Any] | None:
    """Counts the rows that lose something by a change, None for one by which none can."""
    table = sa.table(change.table, *(sa.column(each.name, sql_type(each)) for each in before.columns.values()))
    count = sa.select(sa.func.count()).select_from(table)
    if change.kind in ("drop table", "make table anew"):
        return count
    if change.kind in ("drop column", "retype column"):
        return count.where(table.c[change.column].is_not(None))
    if change.kind == "require column":
        return count.where(table.c[change.column].is_(None))
    if change.kind == "narrow column" and now is not None:
        return count.where(strange(table.c[change.column], now))
    if change.of is not None and change.kind == "add index" and change.of.kind == "unique" and now is not None:
        return _doubles(table, change.of, now)
    return None


def _doubles(table: sa.TableClause, index: Index, now: Table) -> sa.Select[Any] | None:
    """Counts the rows that have what another one has in the columns of an index."""
    new = [now.column(name) for name, _ in index.fields if name not in table.c]
    if any(each is not None and holds_nulls(each) and each.default is ABSENT for each in new):
        return None
    alike = alike_groups(table, index, sa.func.count().label("size")).subquery()
    return sa.select(sa.func.coalesce(sa.func.sum(alike.c.size - 1), 0))


def alike_groups(table: Any, index: Index, *what: Any) -> sa.Select[Any]:
    """Something of each group of rows that have the same values in the columns of an index; a null is like no other."""
    by = [table.c[name] for name, _ in index.fields if name in table.c]
    groups = sa.select(*what).select_from(table).where(*(each.is_not(None) for each in by))
    return groups.group_by(*by) if by else groups.having(sa.func.count() > 0)


def strange(column: Any, now: Table) -> Any:
    """Whether a value is none of those that a column may have."""
    declared = now.column(column.name)
    words = declared.attributes["values"] if declared else ()
    return sa.and_(column.is_not(None), column.not_in(["", *words]))


def cost(change: Change) -> str:
    """What a change costs, behind its name."""
    return f": {_count(change.rows)}, {change.detail}" if change.rows else ""


def loss(losses: list[Change]) -> Fault:
    """The fault of changes that may not be made unasked."""
    shown = [f"{each}{cost(each)}" for each in losses[:MOST_NAMED]]
    further = f"; and {len(losses) - MOST_NAMED} more" if len(losses) > MOST_NAMED else ""
    return Fault(
        "schema-loss",
        f"The declared tables cannot hold the rows that are there: {'; '.join(shown)}{further}",
        help="keep them under a new name with xsrun db migrate --rename TABLE.OLD=NEW, "
        "or lose them with xsrun db migrate --allow-loss",
    )


def _count(count: int) -> str:
    return f"{count} row" if count == 1 else f"{count} rows"
