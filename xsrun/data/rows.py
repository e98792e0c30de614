"""Work on single rows and on lists of rows: each function is one SQL statement (database.md sections 3 and 4).

Which rows are meant is a settled condition. Of several the one with the lowest ``id`` counts.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from xsrun.data.columns import KEY
from xsrun.data.conditions import Sql, SqlBuilder
from xsrun.data.plans import Plan
from xsrun.data.session import Row, Session


def insert(session: Session, table: str, made: list[Row], shown: tuple[str, ...]) -> list[Row]:
    """Store whole rows. Gives back these columns of each, in the same order."""
    target = session.tables[table]
    statement = sa.insert(target).returning(*_columns(target, shown), sort_by_parameter_order=len(made) > 1)
    return session.rows(statement, made) if made else []


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
