"""What ``db.schema`` says of a table (database.md section 9)."""

from __future__ import annotations

from typing import Any

from xsrun.data.tables import Column, Table, is_internal
from xsrun.types.fields import ABSENT


def described(table: Table) -> dict[str, Any]:
    """The columns and indexes of a table."""
    return {
        "columns": [_column(each) for each in table.columns],
        "indexes": [
            {"type": each.kind, "fields": [{"name": name, "op": op} for name, op in each.fields]}
            for each in table.indexes
        ],
        "constraints": [],
    }


def _column(column: Column) -> dict[str, Any]:
    said = column.attributes
    found = {
        "name": column.name,
        "type": column.type,
        "style": "list" if column.is_list else "single",
        "nullable": column.nullable,
        "required": not column.may_be_omitted,
        "default": "" if column.default is ABSENT else column.default,
        "description": said.get("description", ""),
        "sensitive": column.sensitive,
        "access": "internal" if is_internal(column) else said.get("visibility", "public"),
    }
    further = {name: said[name] for name in ("values", "table") if name in said}
    children = {"children": [_column(each) for each in column.children]} if column.children else {}
    return {**found, **further, **children}
