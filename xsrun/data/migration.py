"""Where tables come into being and change: a datasource is made to hold the tables as they are declared.

All of it is one transaction, with the note of what was made. Whoever comes second waits, and finds it done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import sqlalchemy as sa

from xsrun.data import memory, seeds
from xsrun.data.changes import Change, between
from xsrun.data.columns import KEY, Catalog
from xsrun.data.losses import counted, loss
from xsrun.data.making import make, quoted
from xsrun.data.memory import Kept
from xsrun.data.schema import Definitions, index_name
from xsrun.data.session import Session
from xsrun.data.tables import Table
from xsrun.diagnostics import Fault

LOCK: Final = 0x78737275
"""Held in PostgreSQL while tables are made."""
MADE: Final = frozenset({"add table", "make table anew"})


class Rename(NamedTuple):
    """A new name for a column, or for a table where ``column`` is ``""``."""

    table: str
    column: str
    name: str


class Terms(NamedTuple):
    """What a migration may do beyond adding."""

    allow_loss: bool = False
    renames: tuple[Rename, ...] = ()


ADDING: Final = Terms()


class Wanted(NamedTuple):
    """The tables that a project declares."""

    catalog: Catalog
    definitions: Definitions
    project: str
    seeded: bool = True
    """Whether tables that are made get their ``items``."""


def complete(connection: sa.Connection, wanted: Wanted) -> bool:
    """Whether a datasource has every table as it is declared, and none that is declared no longer."""
    kept = memory.recall(connection)
    own = {name for name, each in kept.items() if each.project == wanted.project}
    tables = wanted.catalog.tables
    if not tables and not own:
        return set(wanted.definitions.metadata.tables) <= set(sa.inspect(connection).get_table_names())
    return own <= tables.keys() and all(_is_current(kept.get(name), each) for name, each in tables.items())


def _is_current(known: Kept | None, table: Table) -> bool:
    return known is not None and known == memory.of(table, known.project)


def prepare(connection: sa.Connection, wanted: Wanted, empty: bool, terms: Terms = ADDING) -> list[Change]:
    """Have every table in a datasource as it is declared; the changes that were made.

    ``empty`` says that there is none yet, so that nobody has to look. Raises the Fault ``schema-loss`` for changes that
    lose or break rows, unless ``terms`` allow it.
    """
    session = Session(connection, wanted.definitions.tables, wanted.catalog, {})
    if empty:
        wanted.definitions.metadata.create_all(connection, checkfirst=False)
        _seed(session, wanted, wanted.catalog.tables)
        return []
    if connection.dialect.name == "postgresql":  # another process may be at it
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    memory.kept.create(connection, checkfirst=True)
    for name in wanted.definitions.metadata.tables.keys() - wanted.definitions.tables.keys():
        wanted.definitions.metadata.tables[name].create(connection, checkfirst=True)
    for each in terms.renames:
        _rename(connection, each, wanted.catalog.tables)
    changes = list(pending(connection, wanted))
    losses = [each for each in changes if each.rows]
    if losses and not terms.allow_loss:
        raise loss(losses)
    for change in changes:
        make(session, change)
    _seed(session, wanted, (each.table for each in changes if each.kind in MADE))
    kept = memory.recall(connection)
    for table in wanted.catalog.tables.values():
        known = kept.get(table.name)
        if not _is_current(known, table):
            memory.remember(connection, table, known.project if known else wanted.project)
    return changes


def _seed(session: Session, wanted: Wanted, made: Iterable[str]) -> None:
    """Give tables that were just made their ``items``."""
    for name in made if wanted.seeded else ():
        if wanted.catalog.tables[name].items:
            seeds.add(session, name, wanted.catalog.tables[name].items)


def counts(session: Session, wanted: Wanted) -> dict[str, int | None]:
    """How many rows each table has, None for one that is not there."""
    present = set(sa.inspect(session.connection).get_table_names())
    found: dict[str, int | None] = {}
    for name in wanted.catalog.tables:
        query = sa.select(sa.func.count()).select_from(sa.table(name))
        found[name] = session.connection.execute(query).scalar() if name in present else None
    return found


def as_stored(connection: sa.Connection, wanted: Wanted) -> Session:
    """A session to read what is there, with tables as they were last made: those of the project and the declared ones.

    What is read is of one moment.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    kept = memory.recall(connection)
    own = [name for name, each in kept.items() if each.project == wanted.project or name in wanted.catalog.tables]
    tables = [Table(name, tuple(kept[name].columns.values())) for name in own]
    return Session(connection, Definitions(tables).tables, Catalog(tables), {})


def drop(session: Session, wanted: Wanted) -> None:
    """Drop every table of a project, declared or not any longer."""
    kept = memory.recall(session.connection)
    own = {name for name, each in kept.items() if each.project == wanted.project}
    for name in set(sa.inspect(session.connection).get_table_names()) & (own | wanted.catalog.tables.keys()):
        quoted(session.connection, "DROP TABLE {}", name)
        if name in kept:
            memory.forget(session.connection, name)


def pending(connection: sa.Connection, wanted: Wanted) -> Iterator[Change]:
    """The changes that a datasource lacks, each with the rows that lose by it."""
    kept = memory.recall(connection)
    present = set(sa.inspect(connection).get_table_names())
    for name, known in kept.items():
        if known.project == wanted.project and name not in wanted.catalog.tables and name in present:
            yield counted(connection, Change("drop table", name, detail="all of them are lost"), known, None)
    for name, table in wanted.catalog.tables.items():
        known_as = kept.get(name) if name in present else None
        if name not in present:
            yield Change("add table", name)
            continue
        before = known_as or _found(connection, table)
        for change in between(before, memory.of(table, before.project), name):
            yield counted(connection, change, before, table)


def _found(connection: sa.Connection, table: Table) -> Kept:
    """A table that was made by somebody else. What it has beside the declared columns is left alone."""
    inspector = sa.inspect(connection)
    there = {each["name"] for each in inspector.get_columns(table.name)}
    names = {each["name"] for each in inspector.get_indexes(table.name)}
    if KEY not in there:
        raise Fault(
            "database", f"The table {table.name} in the database has no column id.", help="choose another with --db"
        )
    declared = memory.of(table, "")
    columns = {name: each for name, each in declared.columns.items() if name in there}
    return Kept("", columns, tuple(each for each in table.indexes if index_name(table.name, each) in names))


def _rename(connection: sa.Connection, wanted: Rename, declared: Mapping[str, Table]) -> None:
    """Give a table or a column another name. Raises the Fault ``database`` where there is none."""
    table = declared.get(wanted.table)
    if (table is not None and table.column(wanted.name) is None) if wanted.column else wanted.name not in declared:
        raise Fault("database", f"Nothing is declared as {wanted.name}.", help="rename it in table/….xs first")
    kept = memory.recall(connection)
    known = kept.get(wanted.table)
    if known is None or (wanted.column and wanted.column not in known.columns) or wanted.column == KEY:
        place = f"{wanted.table}.{wanted.column}" if wanted.column else wanted.table
        raise Fault("database", f"The database has no {place} to be renamed.", help="look with xsrun db status")
    taken = known.columns if wanted.column else kept
    if wanted.name in taken:
        raise Fault("database", f"The database has {wanted.name} already.", help="choose another name")
    for each in known.indexes:  # their names follow those of the table and its columns
        if not wanted.column or wanted.column in dict(each.fields):
            quoted(connection, "DROP INDEX IF EXISTS {}", index_name(wanted.table, each))
    if wanted.column:
        quoted(connection, "ALTER TABLE {} RENAME COLUMN {} TO {}", wanted.table, wanted.column, wanted.name)
    else:
        quoted(connection, "ALTER TABLE {} RENAME TO {}", wanted.table, wanted.name)
    memory.rename(connection, wanted.table, wanted.column, wanted.name)
