"""Work on single rows and on lists of rows: each function is one SQL statement (database.md sections 3 and 4).

Which rows are meant is a settled condition. Of several the one with the lowest ``id`` counts.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from xsrun import values
from xsrun.data.columns import KEY
from xsrun.data.conditions import Sql, SqlBuilder
from xsrun.data.plans import Plan
from xsrun.data.session import Row, Session


def insert(session: Session, table: str, made: list[Row], shown: tuple[str, ...]) -> list[Row]:
    """Store whole rows. Gives back these columns of each, in the same order."""
    target = session.tables[table]
    several = len(made) > 1
    statement = session.prepared.get((table, shown, several))
    if statement is None:
        statement = sa.insert(target).returning(*_columns(target, shown), sort_by_parameter_order=several)
        session.prepared[table, shown, several] = statement
    found = session.rows(statement, made) if made else []
    keys = [row[KEY] for row in made if KEY in row]
    if keys and session.dialect == "postgresql" and not session.catalog[table].makes_keys:
        continue_above(session, table, max(keys))
    return found


def get(session: Session, table: str, where: Plan, shown: tuple[str, ...], lock: bool) -> Row | None:
    """The first row."""
    target = session.tables[table]
    query = sa.select(*_columns(target, shown)).where(condition(session, table, where)).order_by(target.c[KEY]).limit(1)
    return session.first(query.with_for_update() if lock else query)


def has(session: Session, table: str, where: Plan) -> bool:
    """Whether there is a row."""
    found = sa.select(sa.exists().where(condition(session, table, where)).select_from(session.tables[table]))
    return bool(session.connection.execute(found).scalar())


def update(session: Session, table: str, where: Plan, changes: Row, shown: tuple[str, ...]) -> Row | None:
    """Change the first row; gives it back as it is then, None when there is none."""
    if not changes:
        return get(session, table, where, shown, False)
    target = session.tables[table]
    statement = sa.update(target).where(_first(session, table, where)).values(changes)
    return session.first(statement.returning(*_columns(target, shown)))


def delete(session: Session, table: str, where: Plan) -> bool:
    """Delete the first row; whether there was one."""
    target = session.tables[table]
    return bool(session.connection.execute(sa.delete(target).where(_first(session, table, where))).rowcount)


def upsert(
    session: Session, table: str, where: Plan | None, changes: Row, new: Row, shown: tuple[str, ...]
) -> Row | None:
    """Change the first row, or store a new one where there is none."""
    found = update(session, table, where, changes, shown) if where is not None else None
    return found or insert(session, table, [new], shown)[0]


def increment(session: Session, table: str, where: Plan, name: str, amount: int | float) -> int:
    """Add to a column of every row that meets a condition, up to the bounds of 64 bits; how many there were."""
    target = session.tables[table]
    column = target.c[name]
    more: Any = column + amount
    if isinstance(column.type, sa.Integer) and amount:
        bound = values.INT_MAX if amount > 0 else values.INT_MIN
        beyond = column > bound - amount if amount > 0 else column < bound - amount
        more = sa.case((beyond, sa.literal(bound, sa.BigInteger())), else_=more)
    statement = sa.update(target).where(condition(session, table, where)).values({name: more})
    return session.connection.execute(statement).rowcount


def truncate(session: Session, table: str, reset: bool) -> None:
    """Delete all rows; with ``reset`` the next ``id`` is 1."""
    session.connection.execute(sa.delete(session.tables[table]))
    if not reset or session.catalog[table].makes_keys:
        return
    if session.dialect == "sqlite":
        sequences = sa.table("sqlite_sequence", sa.column("name"))
        session.connection.execute(sa.delete(sequences).where(sequences.c.name == table))
    else:
        session.connection.execute(sa.select(sa.func.setval(_sequence(session, table), 1, sa.false())))


def continue_above(session: Session, table: str, key: int) -> None:
    """Have PostgreSQL give the next row an ``id`` above one, and above all it gave before; SQLite does so by itself."""
    sequence = _sequence(session, table)
    given = sa.func.coalesce(sa.func.pg_sequence_last_value(sa.cast(sequence, postgresql.REGCLASS)), 0)
    session.connection.execute(sa.select(sa.func.setval(sequence, sa.func.greatest(given, key))))


def _sequence(session: Session, table: str) -> Sql:
    name = session.connection.dialect.identifier_preparer.format_table(session.tables[table])
    return sa.func.pg_get_serial_sequence(name, KEY)


def set_all(session: Session, table: str, where: Plan, changes: Row) -> int:
    """Change every row that meets a condition; how many there were."""
    if not changes:
        return 0
    statement = sa.update(session.tables[table]).where(condition(session, table, where)).values(changes)
    return session.connection.execute(statement).rowcount


def delete_all(session: Session, table: str, where: Plan) -> int:
    """Delete every row that meets a condition; how many there were."""
    return session.connection.execute(sa.delete(session.tables[table]).where(condition(session, table, where))).rowcount


def update_each(session: Session, table: str, changed: list[Row], shown: tuple[str, ...]) -> list[Row]:
    """Change rows by their ``id``. Gives back those that are there, in the order they were given."""
    target = session.tables[table]
    key = sa.bindparam("_key", type_=target.c[KEY].type)
    for names, group in _by_names(changed).items():
        if names:
            statement = (
                sa.update(target).where(target.c[KEY] == key).values({name: sa.bindparam(name) for name in names})
            )
            session.connection.execute(statement, group)
    keys = [row[KEY] for row in changed]
    query = sa.select(target.c[KEY].label("_key"), *_columns(target, shown)).where(target.c[KEY].in_(keys))
    found = {row.pop("_key"): row for row in session.rows(query)}
    return [found[key] for key in dict.fromkeys(keys) if key in found]


def _by_names(changed: list[Row]) -> dict[tuple[str, ...], list[Row]]:
    """Rows with the same columns together, as the parameters of one statement."""
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in changed:
        names = tuple(name for name in row if name != KEY)
        groups.setdefault(names, []).append({"_key": row[KEY], **{name: row[name] for name in names}})
    return groups


def condition(session: Session, table: str, where: Plan) -> Sql:
    """A settled condition on one table, which is called by its own name."""
    return SqlBuilder({table: session.tables[table]}, session.dialect).condition(where)


def _first(session: Session, table: str, where: Plan) -> Sql:
    """The condition that only the first row meets."""
    target = session.tables[table]
    meant = condition(session, table, where)
    if where[:3] == ("compare", "==", ("column", table, KEY, ())):
        return meant
    first = sa.select(target.c[KEY]).where(meant).order_by(target.c[KEY]).limit(1)
    return target.c[KEY] == first.scalar_subquery()


def _columns(target: sa.Table, shown: tuple[str, ...]) -> list[sa.Column[Any]]:
    return [target.c[name] for name in shown]
