"""``db.query``: a plan with its values becomes what the store is asked, and its rows what the statement gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from xsrun import values
from xsrun.data.columns import KEY, Catalog
from xsrun.data.plans import DIRECTIONS, Asked, Join, Plan, Query
from xsrun.data.settling import ALWAYS, Settling
from xsrun.diagnostics import INPUT_ERROR, Fault
from xsrun.resources.stream import Stream
from xsrun.types.fields import Instant

PER_PAGE: Final = 25
FARTHEST: Final = 2**62
"""Rows beyond which no page begins: more than any database holds, and a number that all of them take."""
CHUNK: Final = 1000
"""Rows that a stream holds at once."""
ENVELOPE: Final = (
    "itemsReceived",
    "curPage",
    "nextPage",
    "prevPage",
    "offset",
    "perPage",
    "itemsTotal",
    "pageTotal",
    "items",
)

Ask = Callable[[Asked], Any]
"""Asks the store."""
Attach = Callable[[list[dict[str, Any]]], None]
"""Puts into rows what addons give."""


class Running(Settling):
    """One ``db.query`` with its values."""

    def __init__(
        self,
        plan: Query,
        catalog: Catalog,
        given: tuple[Any, ...],
        clock: Instant,
        attach: Attach | None = None,
        added: Iterable[str] = (),
    ) -> None:
        aliases = {plan.alias: plan.table, **{each.alias: each.table for each in plan.joins}}
        super().__init__(catalog, aliases, given, clock)
        self.plan = plan
        self._attach = attach
        self._added = {each.partition(".")[0] for each in added}

    def result(self, ask: Ask) -> Any:
        """What the query gives."""
        return self._KINDS[self.plan.kind](self, self.asked(), ask)

    # ------------------------------------------------------------ what is asked

    def asked(self) -> Asked:
        """The query for its rows."""
        plan = self.plan
        joins = tuple(Join(each.alias, each.table, each.kind, self.condition(each.where)) for each in plan.joins)
        distinct = plan.distinct == "yes" or (plan.distinct == "auto" and bool(joins))
        aggregating = plan.kind == "aggregate"
        return Asked(
            plan.table,
            plan.alias,
            () if aggregating else self._shown(),
            where=self._where(),
            joins=joins,
            evals=tuple((name, self.expression(each)) for name, each in plan.evals),
            sort=self._sort(aggregating),
            distinct=distinct and not aggregating,
            group=tuple((name, self.expression(each)) for name, each in plan.group),
            aggregates=tuple((name, how, self._aggregated(how, each)) for name, how, each in plan.aggregates),
            lock=plan.lock is not None and values.truth(self.given[plan.lock]),
        )

    def _aggregated(self, how: str, plan: Plan) -> Plan:
        made = self.expression(plan)
        return self.number(made) if how in ("sum", "avg", "median") else made

    def _where(self) -> Plan:
        where = self.condition(self.plan.where)
        extra = ALWAYS if self.plan.additional is None else self.additional(self.given[self.plan.additional])
        return where if extra == ALWAYS else extra if where == ALWAYS else ("and", where, extra)

    def _shown(self) -> tuple[str, ...]:
        """The columns of a row; addons see those too that ``output`` leaves out."""
        columns = self.catalog[self.plan.table]
        wanted = columns.shown(self._wanted())
        if self._attach is None or self.plan.output is None:
            return wanted
        return columns.shown([*wanted, *columns.shown(None)])

    def _wanted(self) -> Iterable[str] | None:
        """The columns that ``output`` names."""
        if self.plan.output is None:
            return None
        named = [each.removeprefix("items.") for each in self.plan.output]
        evals = {name for name, _ in self.plan.evals}
        evals |= self._added
        return [each for each in named if each not in ENVELOPE and each not in evals] or (
            None if all(each in ENVELOPE for each in named) else ()
        )

    def _sort(self, aggregating: bool) -> tuple[tuple[Plan, str], ...]:
        override = None if self.plan.override is None else self._override(self.given[self.plan.override])
        sort = override or self.plan.sort
        return tuple((self._sorted_by(each, aggregating), direction) for each, direction in sort)

    def _sorted_by(self, each: Plan | str, aggregating: bool) -> Plan:
        if not isinstance(each, str):
            return self.expression(each)
        evals = dict(self.plan.evals)
        known = {name for name, _ in self.plan.group} | {name for name, _, _ in self.plan.aggregates}
        if aggregating and each in known:
            return ("named", each)
        return self.expression(evals[each]) if each in evals else self._named(each)

    def _override(self, value: Any) -> list[tuple[str, str]]:
        """``[{sortBy, orderBy}]``, or an object of directions by name. Raises Fault."""
        if value in (None, "", [], {}):
            return []
        entries = value if isinstance(value, list) else [value]
        found: list[tuple[str, str]] = []
        for each in entries:
            if not isinstance(each, dict):
                raise Fault(
                    "bad-argument",
                    "override_sort is no list of sortings",
                    help='write [{sortBy: "id", orderBy: "desc"}]',
                )
            pairs = [(each["sortBy"], each.get("orderBy") or "asc")] if "sortBy" in each else each.items()
            found += [(values.text(name), _direction(values.text(way))) for name, way in pairs]
        return found

    # ------------------------------------------------------------ what it gives

    def _list(self, asked: Asked, ask: Ask) -> Any:
        if self.plan.paging is None:
            return self._trimmed(ask(asked))
        page, per_page, skip = self._page()
        rows = ask(asked._replace(skip=skip, limit=per_page + 1))
        more, items = len(rows) > per_page, self._trimmed(rows[:per_page])
        if not self._flag(self.plan.paging.metadata, True):
            return items
        envelope = {
            "itemsReceived": len(items),
            "curPage": page,
            "nextPage": page + 1 if more else None,
            "prevPage": page - 1 if page > 1 else None,
            "offset": skip,
            "perPage": per_page,
        }
        if self._flag(self.plan.paging.totals, False):
            total = ask(asked._replace(kind="count", sort=()))
            envelope |= {"itemsTotal": total, "pageTotal": -(-total // per_page)}
        return self._enveloped({**envelope, "items": items})

    def _page(self) -> tuple[int, int, int]:
        """Which page, how long it is, and how many rows come before it."""
        assert self.plan.paging is not None
        page = max(1, self._number(self.plan.paging.page, 1, "page"))
        per_page = self._number(self.plan.paging.per_page, PER_PAGE, "per_page")
        if per_page <= 0:
            raise Fault("input-error", "per_page must be more than 0", kind=INPUT_ERROR, payload={"param": "per_page"})
        skip = (page - 1) * per_page + max(0, self._number(self.plan.paging.offset, 0, "offset"))
        return page, min(per_page, FARTHEST), min(skip, FARTHEST)

    def _number(self, at: int | None, default: int, name: str) -> int:
        value = None if at is None else self.given[at]
        if value is None or value == "":
            return default
        try:
            return values.integer(value)
        except Fault:
            message = f"{name} must be a number"
            raise Fault("input-error", message, kind=INPUT_ERROR, payload={"param": name}) from None

    def _flag(self, at: int | None, default: bool) -> bool:
        return default if at is None or self.given[at] is None else values.truth(self.given[at])

    def _enveloped(self, found: dict[str, Any]) -> dict[str, Any]:
        """An envelope with what ``output`` names of it, or all when it names nothing of it."""
        named = set(self.plan.output or ()) & set(ENVELOPE) - {"items"}
        return {name: each for name, each in found.items() if name == "items" or name in named} if named else found

    def _trimmed(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rows with what addons give, and of the rest what ``output`` names."""
        if self._attach is not None:
            self._attach(rows)
        if self.plan.output is None:
            return rows
        names = [each.removeprefix("items.") for each in self.plan.output if each not in ENVELOPE]
        return [trimmed(row, [*names, *self._added]) for row in rows] if names else rows

    def _single(self, asked: Asked, ask: Ask) -> Any:
        rows = self._trimmed(ask(asked._replace(limit=1)))
        return rows[0] if rows else None

    def _count(self, asked: Asked, ask: Ask) -> Any:
        return ask(asked._replace(kind="count", sort=()))

    def _exists(self, asked: Asked, ask: Ask) -> Any:
        return ask(asked._replace(kind="exists", sort=(), distinct=False))

    def _aggregate(self, asked: Asked, ask: Ask) -> Any:
        return ask(asked._replace(kind="aggregate"))

    def _stream(self, asked: Asked, ask: Ask) -> Any:
        return Stream(self._in_chunks(asked, ask))

    def _in_chunks(self, asked: Asked, ask: Ask) -> Iterator[dict[str, Any]]:
        """Rows in chunks, each of which begins behind the last ``id``; what is sorted or joined comes as a whole."""
        if asked.sort or asked.joins:
            yield from self._trimmed(ask(asked))
            return
        key: Plan = ("column", asked.alias, KEY, ())
        keyed = asked._replace(limit=CHUNK, evals=(*asked.evals, ("_key", key)))
        where = asked.where
        while True:
            rows = ask(keyed._replace(where=where))
            last = [row.pop("_key") for row in rows]
            yield from self._trimmed(rows)
            if len(rows) < CHUNK:
                return
            where = ("and", asked.where, ("compare", ">", key, ("literal", last[-1])))

    _KINDS: Final[dict[str, Any]] = {
        "list": _list, "single": _single, "count": _count, "exists": _exists, "aggregate": _aggregate,
        "stream": _stream,
    }  # fmt: skip


def trimmed(row: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """A row with what some paths lead to, ``address.city`` for one field of an object."""
    below: dict[str, list[str]] = {}
    for name in names:
        first, _, rest = name.partition(".")
        below.setdefault(first, []).append(rest)
    return {name: _below(value, below[name]) for name, value in row.items() if name in below}


def _below(value: Any, paths: list[str]) -> Any:
    if "" in paths:
        return value
    if isinstance(value, list):
        return [_below(each, paths) for each in value]
    return trimmed(value, paths) if isinstance(value, dict) else value


def _direction(written: str) -> str:
    if written.lower() not in DIRECTIONS:
        raise Fault("bad-argument", f"Unknown sorting: {written}", help="it is asc, desc or rand")
    return written.lower()
