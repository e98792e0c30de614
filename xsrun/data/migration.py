"""Where tables come into being and change: a datasource is made to hold the tables as they are declared.

All of it is one transaction, with the note of what was made. Whoever comes second waits, and finds it done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from xsrun.data import memory, seeds
from xsrun.data.changes import Change, between
from xsrun.data.columns import KEY, Catalog
from xsrun.data.memory import Kept
from xsrun.data.schema import Definitions, holds_nulls, index_name, sql_type
from xsrun.data.session import Session
from xsrun.data.tables import Index, Table
from xsrun.diagnostics import Fault
from xsrun.types.fields import ABSENT

LOCK: Final = 0x78737275
"""Held in PostgreSQL while tables are made."""
BATCH: Final = 1000
"""Rows whose values are converted together."""
CONVERTED: Final = "_xsrun_converted"
"""The column in which a converted value stands until its own is gone."""
MADE: Final = frozenset({"add table", "make table anew"})
MOST_NAMED: Final = 5
"""Losses that a message names."""


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
        MAKERS[change.kind](session, change)
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
        _sql(session, "DROP TABLE {}", name)
        if name in kept:
            memory.forget(session.connection, name)


def cost(change: Change) -> str:
    """What a change costs, behind its name."""
    return f": {_rows(change.rows)}, {change.detail}" if change.rows else ""


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


def _rows(count: int) -> str:
    return f"{count} row" if count == 1 else f"{count} rows"


# ------------------------------------------------------------------ what is to be done


def pending(connection: sa.Connection, wanted: Wanted) -> Iterator[Change]:
    """The changes that a datasource lacks, each with the rows that lose by it."""
    kept = memory.recall(connection)
    present = set(sa.inspect(connection).get_table_names())
    for name, known in kept.items():
        if known.project == wanted.project and name not in wanted.catalog.tables and name in present:
            yield _counted(connection, Change("drop table", name, detail="all of them are lost"), known, None)
    for name, table in wanted.catalog.tables.items():
        known_as = kept.get(name) if name in present else None
        if name not in present:
            yield Change("add table", name)
            continue
        before = known_as or _found(connection, table)
        for change in between(before, memory.of(table, before.project), name):
            yield _counted(connection, change, before, table)


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


def _counted(connection: sa.Connection, change: Change, before: Kept, now: Table | None) -> Change:
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
        return count.where(_strange(table.c[change.column], now))
    if change.of is not None and change.kind == "add index" and change.of.kind == "unique" and now is not None:
        return _doubles(table, change.of, now)
    return None


def _doubles(table: sa.TableClause, index: Index, now: Table) -> sa.Select[Any] | None:
    """Counts the rows that have what another one has in the columns of an index."""
    new = [now.column(name) for name, _ in index.fields if name not in table.c]
    if any(each is not None and holds_nulls(each) and each.default is ABSENT for each in new):
        return None
    alike = _alike_groups(table, index, sa.func.count().label("size")).subquery()
    return sa.select(sa.func.coalesce(sa.func.sum(alike.c.size - 1), 0))


def _alike_groups(table: Any, index: Index, *what: Any) -> sa.Select[Any]:
    """Something of each group of rows that have the same values in the columns of an index; a null is like no other."""
    by = [table.c[name] for name, _ in index.fields if name in table.c]
    groups = sa.select(*what).select_from(table).where(*(each.is_not(None) for each in by))
    return groups.group_by(*by) if by else groups.having(sa.func.count() > 0)


def _strange(column: Any, now: Table) -> Any:
    """Whether a value is none of those that a column may have."""
    declared = now.column(column.name)
    words = declared.attributes["values"] if declared else ()
    return sa.and_(column.is_not(None), column.not_in(["", *words]))


# ------------------------------------------------------------------ doing it


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
        firsts = _alike_groups(table, change.of, sa.func.min(table.c[KEY]))
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
    _fill(session, change, _strange(session.tables[change.table].c[change.column], declared))


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
            _quoted(connection, "DROP INDEX IF EXISTS {}", index_name(wanted.table, each))
    if wanted.column:
        _quoted(connection, "ALTER TABLE {} RENAME COLUMN {} TO {}", wanted.table, wanted.column, wanted.name)
    else:
        _quoted(connection, "ALTER TABLE {} RENAME TO {}", wanted.table, wanted.name)
    memory.rename(connection, wanted.table, wanted.column, wanted.name)


def _sql(session: Session, text: str, *names: str) -> None:
    _quoted(session.connection, text, *names)


def _quoted(connection: sa.Connection, text: str, *names: str) -> None:
    """A statement with names, which take no parameters in either database."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    connection.exec_driver_sql(text.format(*map(quote, names)))
