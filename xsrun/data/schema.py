"""Declared tables as SQL tables (database.md sections 1.2 to 1.4)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from xsrun import values
from xsrun.data import outbox
from xsrun.data.columns import KEY
from xsrun.data.tables import Column, Index, Table, holds_json
from xsrun.types.table import TYPES

LONGEST_NAME: Final = 63
"""Bytes of a name in PostgreSQL."""
LOCAL_INDEXES: Final = frozenset({"btree", "unique"})
"""The kinds of indexes that SQLite has."""


class Decimal(sa.types.TypeDecorator[int | float]):
    """A double that reads back as an int when it is whole, as decimals of the language do."""

    impl = sa.Double
    cache_ok = True

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> int | float | None:
        """The number as the language has it."""
        if value is None or type(value) is int:
            return value
        number = float(value)
        return int(value) if number.is_integer() and abs(number) <= values.INT_MAX else number


_INT: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT: Final = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
_JSON: Final = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
_UUID: Final = sa.Text().with_variant(postgresql.UUID(as_uuid=False), "postgresql")
_SCALARS: Final[Mapping[str, Any]] = {
    "int": _INT,
    "timestamp": _INT,
    "decimal": Decimal().with_variant(Decimal(), "sqlite"),
    "bool": sa.Boolean(),
}


def sql_type(column: Column) -> Any:
    """The SQL type of a column."""
    if holds_json(column):
        return _JSON
    if column.name == KEY and column.type == "uuid":
        return _UUID
    return _SCALARS.get(column.type, _TEXT)


class Definitions:
    """The SQL tables of a project by name."""

    def __init__(self, tables: Iterable[Table], with_outbox: bool = False) -> None:
        self.metadata = sa.MetaData()
        self.tables = {each.name: _sql_table(each, self.metadata) for each in tables}
        if with_outbox:
            outbox.done.to_metadata(self.metadata)


def _sql_table(table: Table, metadata: sa.MetaData) -> sa.Table:
    made = sa.Table(
        table.name,
        metadata,
        *(_sql_column(each) for each in table.columns),
        quote=True,
        sqlite_autoincrement=True,
    )
    for each in table.indexes:
        _add_index(made, each)
    return made


def _sql_column(column: Column) -> sa.Column[Any]:
    if column.name != KEY:
        return sa.Column(column.name, sql_type(column), quote=True)
    made = (sa.Identity(),) if column.type == "int" else ()
    return sa.Column(KEY, sql_type(column), *made, primary_key=True, quote=True)


def _add_index(table: sa.Table, index: Index) -> None:
    """Give an SQL table an index. SQLite has two kinds of them, and does without the others."""
    if index.kind in LOCAL_INDEXES:
        parts = [table.c[name].desc() if op == "desc" else table.c[name] for name, op in index.fields]
        sa.Index(index_name(table.name, index), *parts, unique=index.kind == "unique")
    elif index.kind == "search":
        _native_index(table, index, "gin", _searched(table, index))
    elif index.kind == "gin":
        ops = {name: "jsonb_path_ops" for name, op in index.fields if op.startswith("jsonb_path_op")}
        _native_index(table, index, "gin", *(table.c[name] for name, _ in index.fields), postgresql_ops=ops)
    elif index.kind in ("hash", "gist"):
        _native_index(table, index, index.kind, *(table.c[name] for name, _ in index.fields))


def _native_index(table: sa.Table, index: Index, using: str, *parts: Any, **options: Any) -> None:
    """An index that only PostgreSQL has."""
    name = index_name(table.name, index)
    sa.Index(name, *parts, postgresql_using=using, _table=table, **options).ddl_if(dialect="postgresql")


def _searched(table: sa.Table, index: Index) -> Any:
    """The words of some columns, each with its weight."""
    language: Any = sa.literal_column("'{}'".format(re.sub(r"\W", "", index.language) or "english"))
    made: Any = None
    for name, op in index.fields:
        words: Any = sa.func.to_tsvector(language, sa.func.coalesce(table.c[name], sa.literal_column("''")))
        if op.upper() in ("A", "B", "C", "D"):
            words = sa.func.setweight(words, sa.literal_column(f"'{op.upper()}'"))
        made = words if made is None else made.op("||")(words)
    return made


def index_name(table: str, index: Index) -> str:
    """Its name in the database: that of its table before its own, as long as PostgreSQL lets names be."""
    own = index.name or f"{'_'.join(name for name, _ in index.fields)}_{index.kind}"
    name = f"{table}_{own}"
    if len(name.encode()) <= LONGEST_NAME:
        return name
    return f"{name[:40]}_{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def holds_nulls(column: Column) -> bool:
    """Whether a column may be null."""
    return column.name != KEY and (column.nullable or (TYPES[column.type].nullable and not column.is_list))
