"""``db.query`` as one SQL query (database.md section 5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa

from xsrun.data.aggregates import aggregate, tidy
from xsrun.data.columns import KEY
from xsrun.data.conditions import Sql, SqlBuilder
from xsrun.data.plans import NUMBER, TEXT, Asked, Plan
from xsrun.data.schema import holds_nulls
from xsrun.data.session import Row, Session

HIDDEN: Final = "_xs_"
"""Begins the labels of what rows are sorted by and nobody sees."""


def query(session: Session, table: str, asked: Asked) -> Any:
    """What a settled query gives: rows, a number, or whether there are any."""
    return _KINDS[asked.kind](session, _Parts(session, asked), asked)


class _Parts:
    """The tables of a query and the parts of SQL that are made of them."""

    def __init__(self, session: Session, asked: Asked) -> None:
        self.asked = asked
        self.columns = session.catalog[asked.table].by_name
        self.main: Any = session.tables[asked.table].alias(asked.alias)
        aliases: dict[str, Any] = {asked.alias: self.main}
        aliases |= {each.alias: session.tables[each.table].alias(each.alias) for each in asked.joins}
        self.builder = SqlBuilder(aliases, session.dialect)
        self.source: Any = self.main
        for each in asked.joins:
            other, on = aliases[each.alias], self.builder.condition(each.where or ("always",))
            if each.kind == "right":
                self.source = sa.join(other, self.source, on, isouter=True)
            else:
                self.source = sa.join(self.source, other, on, isouter=each.kind == "left")

    def select(self, *columns: Any) -> sa.Select[Any]:
        """A query of these columns with its tables and its condition."""
        return sa.select(*columns).select_from(self.source).where(self.builder.condition(self.asked.where))

    def rows(self) -> list[Any]:
        """The columns of a row, then what `eval` adds."""
        evals = {name: self.builder.expression(plan).label(name) for name, plan in self.asked.evals}
        return [*(self.main.c[name] for name in self.asked.shown if name not in evals), *evals.values()]

    def order(self) -> Iterator[tuple[Sql, str, bool]]:
        """What rows are sorted by, the way, and whether it may be null; rows that are equal so far come by ``id``."""
        for plan, direction in self.asked.sort:
            if direction == "rand":
                yield sa.func.random(), "asc", False
                continue
            for each in self._sortable(plan):
                yield self.builder.expression(each), direction, self._nullable(each)
        yield self.main.c[KEY], "asc", any(each.kind == "right" for each in self.asked.joins)

    def _sortable(self, plan: Plan) -> list[Plan]:
        """What stands in JSON is sorted as a number, then as a text."""
        if plan[0] != "column" or not (plan[3] or self._is_json(plan)):
            return [plan]
        return [("part", *plan[1:], NUMBER), ("part", *plan[1:], TEXT)]

    def _is_json(self, plan: Plan) -> bool:
        return isinstance(self.builder.tables[plan[1]].c[plan[2]].type, sa.JSON)

    def _nullable(self, plan: Plan) -> bool:
        """Whether it may be null, so that it matters where nulls are sorted: an index cannot help then."""
        joined = bool(self.asked.joins)
        return joined or plan[0] != "column" or holds_nulls(self.columns[plan[2]])


def directed(parts: Sequence[tuple[Sql, str, bool]]) -> list[Any]:
    """What to sort by, nulls as PostgreSQL sorts them: last, and first where it goes down."""
    found = []
    for each, direction, nullable in parts:
        one: Any = each.desc() if direction == "desc" else each.asc()
        found.append((one.nulls_first() if direction == "desc" else one.nulls_last()) if nullable else one)
    return found


def _list(session: Session, parts: _Parts, asked: Asked) -> list[Row]:
    order = list(parts.order())
    if asked.distinct:
        return _distinct(session, parts, asked, order)
    chosen = parts.select(*parts.rows()).order_by(*directed(order))
    return session.rows(_locked(_paged(chosen, asked), parts, asked))


def _distinct(session: Session, parts: _Parts, asked: Asked, order: list[tuple[Sql, str, bool]]) -> list[Row]:
    """Rows none of which is there twice; they may only be sorted by what they have."""
    chance = {at for at, (each, _, _) in enumerate(order) if isinstance(each, sa.Function) and each.name == "random"}
    hidden = [each.label(f"{HIDDEN}{at}") for at, (each, _, _) in enumerate(order) if at not in chance]
    inner = parts.select(*parts.rows(), *hidden).distinct().subquery()
    outer = [
        (sa.func.random() if at in chance else inner.c[f"{HIDDEN}{at}"], direction, nullable)
        for at, (_, direction, nullable) in enumerate(order)
    ]
    wanted = [each for each in inner.c if not each.name.startswith(HIDDEN)]
    return session.rows(_paged(sa.select(*wanted).order_by(*directed(outer)), asked))


def _paged(chosen: sa.Select[Any], asked: Asked) -> sa.Select[Any]:
    if asked.skip:
        chosen = chosen.offset(asked.skip)
    return chosen if asked.limit is None else chosen.limit(asked.limit)


def _locked(chosen: sa.Select[Any], parts: _Parts, asked: Asked) -> sa.Select[Any]:
    return chosen.with_for_update(of=parts.main) if asked.lock and parts.builder.native else chosen


def _count(session: Session, parts: _Parts, asked: Asked) -> int:
    if asked.distinct:
        inner = parts.select(parts.main.c[KEY], *parts.rows()).distinct().subquery()
        counted: Any = sa.select(sa.func.count()).select_from(inner)
    else:
        counted = parts.select(sa.func.count())
    return int(session.connection.execute(counted).scalar() or 0)


def _exists(session: Session, parts: _Parts, asked: Asked) -> bool:
    found = sa.select(parts.select(sa.literal(1)).exists())
    return bool(session.connection.execute(found).scalar())


def _aggregate(session: Session, parts: _Parts, asked: Asked) -> list[Row]:
    """One row for each group; without groups one for all."""
    builder = parts.builder
    groups = [builder.expression(plan).label(f"g{at}") for at, (_, plan) in enumerate(asked.group)]
    made = [builder.expression(plan).label(f"a{at}") for at, (_, _, plan) in enumerate(asked.aggregates)]
    inner = parts.select(*groups, *made, parts.main.c[KEY].label("k")).order_by(parts.main.c[KEY]).subquery()
    keys = [inner.c[f"g{at}"].label(name) for at, (name, _) in enumerate(asked.group)]
    found = [
        aggregate(builder.native, how, inner.c[f"a{at}"], inner.c.k).label(name)
        for at, (name, how, _) in enumerate(asked.aggregates)
    ]
    named = {each.name: each for each in (*keys, *found)}
    order = [(named[plan[1]], direction, True) for plan, direction in asked.sort if plan[0] == "named"]
    order += [(each, "asc", True) for each in keys]
    chosen = sa.select(*keys, *found).group_by(*(inner.c[f"g{at}"] for at in range(len(groups))))
    rows = session.rows(_paged(chosen.order_by(*directed(order)), asked))
    return [tidy(row, asked.aggregates) for row in rows]


_KINDS: Final[dict[str, Any]] = {"list": _list, "count": _count, "exists": _exists, "aggregate": _aggregate}
