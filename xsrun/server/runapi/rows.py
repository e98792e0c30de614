"""The rows that the tables of a project have now."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Final

import sqlalchemy as sa

from xsrun.data import migration
from xsrun.data.columns import KEY
from xsrun.data.opening import MEMORY, database_of, file_of
from xsrun.data.session import Session
from xsrun.data.tables import Column, Table
from xsrun.runtime.secrets import MASK
from xsrun.server.runapi.shapes import NAMES

MOST_ROWS: Final = 1_000
"""Rows of a table that are shown."""


def tables(path: str, tables: Iterable[Table], url: str) -> list[dict[str, Any]]:
    """The tables of a project with their newest rows; sensitive columns are masked. Raises the Fault ``database``."""
    home = path if os.path.isdir(path) else os.path.dirname(path)
    wanted = list(tables)
    file = "" if url == MEMORY else file_of(home, url)
    if not wanted or url == MEMORY or (file and not os.path.lexists(file)):
        return [_table(each.name, each.columns, []) for each in wanted]
    store = database_of(home, wanted, url, project=os.path.basename(os.path.realpath(path)))
    try:
        with store.upkeep(writes=False) as (session, made):
            stored = migration.as_stored(session.connection, made)
            declared = {each.name: each for each in wanted}
            return [_stored(stored, each, declared.get(each.name, each)) for each in stored.catalog.tables.values()]
    finally:
        store.close()


def _stored(session: Session, table: Table, declared: Table) -> dict[str, Any]:
    """A table as it is stored; what is kept there does not say what columns are for."""
    columns = [declared.column(each.name) or each for each in table.columns]
    return _table(table.name, columns, _rows(session, table.name, columns))


def _rows(session: Session, name: str, columns: list[Column]) -> Iterator[dict[str, Any]]:
    target = session.tables[name]
    query = sa.select(*(target.c[each.name] for each in columns)).order_by(target.c[KEY].desc()).limit(MOST_ROWS)
    for row in reversed(session.connection.execute(query).fetchall()):
        yield {each.name: MASK if each.sensitive else value for each, value in zip(columns, row, strict=True)}


def _table(name: str, columns: Iterable[Column], rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {
        "guid": str(uuid.uuid5(NAMES, f"table {name}")),
        "name": name,
        "columns": [_column(each) for each in columns],
        "content": list(rows),
    }


def _column(column: Column) -> dict[str, Any]:
    description = column.attributes.get("description", "")
    shown = f"{column.type}{'[]' if column.is_list else ''}"
    return {"name": column.name, "type": shown, "isPrimaryKey": column.name == KEY, "description": description}
