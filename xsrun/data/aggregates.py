"""What ``return.eval`` of an aggregate gives for the rows of a group (database.md section 5.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from xsrun import values
from xsrun.data.conditions import Sql
from xsrun.data.schema import Decimal
from xsrun.data.session import Row

LISTS: Final = frozenset({"to_list", "to_distinct_list", "first_value", "last_value"})
"""Those that are made of a list of the values, in the order of the rows."""


def aggregate(native: bool, how: str, made: Sql, key: Sql) -> Any:
    """The aggregate of an expression; ``key`` is what the rows of a group are in the order of."""
    if how in LISTS:
        return _listed(native, made, key)
    if how in ("min", "max"):
        return _extreme(native, how, made)
    return _NUMBERS[how](native, made)


def _extreme(native: bool, how: str, made: Sql) -> Any:
    if native and isinstance(made.type, sa.Boolean):
        return (sa.func.bool_and if how == "min" else sa.func.bool_or)(made)
    if native and isinstance(made.type, sa.UUID):
        made = sa.cast(made, sa.Text)
    return (sa.func.min if how == "min" else sa.func.max)(made, type_=made.type)


def _listed(native: bool, made: Sql, key: Sql) -> Any:
    """All values as JSON."""
    if native:
        return sa.func.jsonb_agg(postgresql.aggregate_order_by(made, key), type_=postgresql.JSONB())
    if isinstance(made.type, sa.JSON):
        made = sa.func.json(sa.type_coerce(made, sa.Text()))
    elif isinstance(made.type, sa.Boolean):
        made = sa.func.json(sa.case((made, "true"), (sa.not_(made), "false"), else_="null"))
    return sa.func.json_group_array(made, type_=sa.JSON())


def _median(native: bool, made: Sql) -> Any:
    if native:
        within = sa.func.percentile_cont(sa.literal(0.5)).within_group(sa.cast(made, sa.Double))
        return sa.type_coerce(within, Decimal())
    return sa.func.xs_median(made, type_=Decimal())


_NUMBERS: Final[Mapping[str, Any]] = {
    "count": lambda _native, made: sa.func.count(made),
    "count_distinct": lambda _native, made: sa.func.count(made.distinct()),
    "sum": lambda _native, made: sa.func.coalesce(sa.func.sum(made, type_=Decimal()), 0, type_=Decimal()),
    "avg": lambda _native, made: sa.type_coerce(sa.func.avg(sa.cast(made, sa.Double)), Decimal()),
    "median": _median,
}


def tidy(row: Row, aggregates: tuple[tuple[str, str, Any], ...]) -> Row:
    """A row with what is made of lists."""
    for name, how, _ in aggregates:
        if how in LISTS:
            row[name] = _of_list(how, row[name] or [])
    return row


def _of_list(how: str, items: list[Any]) -> Any:
    if how == "to_distinct_list":
        return list({values.dumps(each): each for each in items}.values())
    if how == "first_value":
        return items[0] if items else None
    return (items[-1] if items else None) if how == "last_value" else items
