"""What a datasource remembers of the tables it has: how they were declared when they were last made or changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from xsrun.data.tables import Column, Index, Table

TABLE: Final = "_xsrun_tables"

kept: Final = sa.Table(
    TABLE,
    sa.MetaData(),
    sa.Column("name", sa.Text(), primary_key=True),
    sa.Column("project", sa.Text(), nullable=False),
    sa.Column("definition", sa.Text(), nullable=False),
)


class Kept(NamedTuple):
    """A table as it is in a datasource."""

    project: str
    """The name of the folder that declared it; several projects may share a database."""
    columns: Mapping[str, Column]
    indexes: tuple[Index, ...]


def recall(connection: sa.Connection) -> dict[str, Kept]:
    """The tables that are remembered; none in a datasource that remembers nothing yet."""
    if not sa.inspect(connection).has_table(TABLE):
        return {}
    return {name: _read(project, text) for name, project, text in connection.execute(sa.select(kept))}


def remember(connection: sa.Connection, table: Table, project: str) -> None:
    """Note how a table is declared."""
    forget(connection, table.name)
    row = {"name": table.name, "project": project, "definition": _written(of(table, project))}
    connection.execute(sa.insert(kept), row)


def forget(connection: sa.Connection, table: str) -> None:
    """Know nothing of a table any longer."""
    connection.execute(sa.delete(kept).where(kept.c.name == table))


def rename(connection: sa.Connection, table: str, column: str, name: str) -> None:
    """Note another name: of a column, or of the table where none is given."""
    known = recall(connection)[table]
    if column:
        columns = [each._replace(name=name) if each.name == column else each for each in known.columns.values()]
        kept_as = Table(table, tuple(columns), tuple(_renamed(each, column, name) for each in known.indexes))
    else:
        kept_as = Table(name, tuple(known.columns.values()), known.indexes)
        forget(connection, table)
    remember(connection, kept_as, known.project)


def of(table: Table, project: str) -> Kept:
    """What is remembered of a table: what a change of it is told by."""
    return Kept(project, {each.name: _essence(each) for each in table.columns}, table.indexes)


def _essence(column: Column) -> Column:
    said = {"values": list(column.attributes["values"])} if column.type == "enum" else {}
    return Column(column.name, column.type, is_list=column.is_list, nullable=column.nullable, attributes=said)


def _renamed(index: Index, column: str, name: str) -> Index:
    return index._replace(fields=tuple((name if each == column else each, op) for each, op in index.fields))


def _written(table: Kept) -> str:
    columns = [[c.name, c.type, c.is_list, c.nullable, c.attributes.get("values")] for c in table.columns.values()]
    return json.dumps({"columns": columns, "indexes": table.indexes}, ensure_ascii=False)


def _read(project: str, text: str) -> Kept:
    found: dict[str, Any] = json.loads(text)
    columns = {
        name: Column(name, type, is_list=is_list, nullable=nullable, attributes={"values": words} if words else {})
        for name, type, is_list, nullable, words in found["columns"]
    }
    indexes = (Index(kind, tuple((name, op) for name, op in fields), *rest) for kind, fields, *rest in found["indexes"])
    return Kept(project, columns, tuple(indexes))
