"""How each change of a table is made, with what becomes of the rows that are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import sqlalchemy as sa

from xsrun.data import memory, seeds
from xsrun.data.changes import Change
from xsrun.data.columns import KEY
from xsrun.data.losses import alike_groups, strange
from xsrun.data.schema import index_name, sql_type
from xsrun.data.session import Session
from xsrun.diagnostics import Fault

BATCH: Final = 1000
"""Rows whose values are converted together."""
CONVERTED: Final = "_xsrun_converted"
"""The column in which a converted value stands until its own is gone."""


def make(session: Session, change: Change) -> None:
    """Make a change."""
    MAKERS[change.kind](session, change)


def quoted(connection: sa.Connection, text: str, *names: str) -> None:
    """A statement with names, which take no parameters in either database."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    connection.exec_driver_sql(text.format(*map(quote, names)))


def _sql(session: Session, text: str, *names: str) -> None:
    quoted(session.connection, text, *names)


def _add_table(session: Session, change: Change) -> None:
    session.tables[change.table].create(session.connection)


def _drop_table(session: Session, change: Change) -> None:
    _sql(session, "DROP TABLE {}", change.table)
    memory.forget(session.connection, change.table)


def _make_anew(session: Session, change: Change) -> None:
    _drop_table(session, change)
    _add_table(session, change)


def _add_column(session: Session, change: Change) -> None:
    """Add a column, with what a row has in it that is added without it."""
    column = session.tables[change.table].c[change.column]
    type = column.type.compile(session.connection.dialect)
    _sql(session, f"ALTER TABLE {{}} ADD COLUMN {{}} {type}", change.table, change.column)
    stands = _default(session, change)
    if stands is not None:
        session.connection.execute(sa.update(column.table).values({change.column: stands}))


def _drop_column(session: Session, change: Change) -> None:
    _sql(session, "ALTER TABLE {} DROP COLUMN {}", change.table, change.column)


def _drop_index(session: Session, change: Change) -> None:
    assert change.of is not None
    _sql(session, "DROP INDEX IF EXISTS {}", index_name(change.table, change.of))


def _add_index(session: Session, change: Change) -> None:
    """Make an index; of rows that it allows once, the first stays."""
    assert change.of is not None
    table = session.tables[change.table]
    if change.rows:
        firsts = alike_groups(table, change.of, sa.func.min(table.c[KEY]))
        by = [table.c[name].is_not(None) for name, _ in change.of.fields]
        session.connection.execute(sa.delete(table).where(table.c[KEY].not_in(firsts), *by))
    name = index_name(change.table, change.of)
    for each in table.indexes:
        if each.name == name:
            each.create(session.connection)


def _fill_nulls(session: Session, change: Change) -> None:
    _fill(session, change, session.tables[change.table].c[change.column].is_(None))


def _fill_strange(session: Session, change: Change) -> None:
    declared = session.catalog[change.table].table
    _fill(session, change, strange(session.tables[change.table].c[change.column], declared))


def _fill(session: Session, change: Change, where: Any) -> None:
    """Put the default of a column where something is that it cannot hold."""
    if change.rows:
        table = session.tables[change.table]
        session.connection.execute(sa.update(table).where(where).values({change.column: _default(session, change)}))


def _convert(session: Session, change: Change) -> None:
    """Give a column another type: each value is what it would be if it were written now, else the default."""
    table, name = session.tables[change.table], change.column
    key, new = table.c[KEY], sa.column(CONVERTED, table.c[name].type)
    before = memory.recall(session.connection).get(change.table)
    old = sa.column(name, sql_type(before.columns[name])) if before else table.c[name]
    _sql(
        session,
        f"ALTER TABLE {{}} ADD COLUMN {{}} {new.type.compile(session.connection.dialect)}",
        change.table,
        CONVERTED,
    )
    stands, last = _default(session, change), None
    target = sa.table(change.table, key._copy(), new)
    write = sa.update(target).where(target.c[KEY] == sa.bindparam("at")).values({CONVERTED: sa.bindparam("made")})
    while True:
        query = sa.select(key, old).select_from(table).order_by(key).limit(BATCH)
        found = session.connection.execute(query if last is None else query.where(key > last)).all()
        if not found:
            break
        last = found[-1][0]
        session.connection.execute(
            write, [{"at": at, "made": _converted(session, change, value, stands)} for at, value in found]
        )
    _drop_column(session, change)
    _sql(session, "ALTER TABLE {} RENAME COLUMN {} TO {}", change.table, CONVERTED, name)


def _converted(session: Session, change: Change, value: Any, stands: Any) -> Any:
    if value is None:
        return stands
    try:
        return session.catalog[change.table].changes({change.column: value}, seeds.UPKEEP)[change.column]
    except Fault:
        return stands


def _default(session: Session, change: Change) -> Any:
    """What a column holds in a row that is added without it."""
    return session.catalog[change.table].row({}, seeds.UPKEEP)[change.column]


def _nothing(_session: Session, _change: Change) -> None:
    """What is declared is another; what is stored is not."""


MAKERS: Final[Mapping[str, Callable[[Session, Change], None]]] = {
    "add table": _add_table,
    "drop table": _drop_table,
    "make table anew": _make_anew,
    "add column": _add_column,
    "drop column": _drop_column,
    "retype column": _convert,
    "require column": _fill_nulls,
    "narrow column": _fill_strange,
    "widen column": _nothing,
    "add index": _add_index,
    "drop index": _drop_index,
}
