"""Addons: what a query of another table gives is put into rows (database.md section 8).

For all rows at once, wherever that is possible: a query that looks for one value in one column looks for those of
all rows, and what it finds is dealt out again. Every other one runs once for each different input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from xsrun import values
from xsrun.data.columns import KEY
from xsrun.data.plans import Plan, Query
from xsrun.data.queries import trimmed

MOST_TOGETHER: Final = 5000
"""Values that one query looks for."""
DEALT: Final = "_dealt"
"""The name under which rows carry the value that they were found by."""
Row = dict[str, Any]
Given = tuple[Any, ...]


class Addon(NamedTuple):
    """One addon of a statement, as generated code gives it."""

    number: int
    """The routine that makes its query."""
    into: str
    """Where its value goes: a path in the row."""
    output: tuple[str, ...] | None
    inputs: Callable[[Any], Row]
    """Its inputs for a row, or for an element of a list in it."""
    inner: tuple[Any, ...]
    """Addons of its own rows."""
    each: bool = False
    """Whether it is for each element of the list at ``into``, and takes its place."""


class Place(NamedTuple):
    """Where a value goes, and what the inputs of its addon are made of."""

    holder: Any
    key: str | int
    output: Any


class Call(NamedTuple):
    """The query that an addon makes of its inputs."""

    plan: Plan
    given: Given
    inner: tuple[Any, ...]


Make = Callable[[int, Row], Call]
"""Binds the inputs of an addon, and gives its query."""
Ask = Callable[[Plan, Given, tuple[Any, ...]], Any]
"""What a query gives."""
Match = Callable[[Plan, Any], Any]
"""A value as a column has it that it is compared with."""


class Attaching:
    """Puts what addons give into rows."""

    def __init__(self, make: Make, ask: Ask, match: Match) -> None:
        self._make = make
        self._ask = ask
        self._match = match

    def attach(self, rows: list[Row], addons: Iterable[Any]) -> None:
        """Put into each row what its addons give."""
        for each in addons:
            if rows:
                self._one(rows, Addon(*each))

    def _one(self, rows: list[Row], addon: Addon) -> None:
        path = addon.into.split(".")
        places = [place for row in rows for place in _places(row, row, path, addon.each)]
        if not places:
            return
        calls = [Call(*self._make(addon.number, addon.inputs(place.output))) for place in places]
        keys = [values.dumps(list(call.given)) for call in calls]
        different = dict(zip(keys, calls, strict=True))
        found = dict(zip(different, self._answers(list(different.values())), strict=True))
        inner = [row for value in found.values() for row in rows_in(value)]
        self.attach(inner, addon.inner)
        if addon.output is not None:
            names = [*addon.output, *(Addon(*each).into.partition(".")[0] for each in addon.inner)]
            found = {key: _limited(value, names) for key, value in found.items()}
        for place, key in zip(places, keys, strict=True):
            place.holder[place.key] = found[key]

    def _answers(self, calls: list[Call]) -> list[Any]:
        """What each of some different queries of one addon gives."""
        at = _varying(calls)
        plan = Query.of(calls[0].plan)
        column = None if at is None else _looked_for(plan, at)
        if at is None or column is None:
            return [self._ask(*call) for call in calls]
        together = [call for call in calls if call.given[at] is not None]
        dealt: dict[str, Any] = {}
        for start in range(0, len(together), MOST_TOGETHER):
            dealt |= self._dealt(plan, column, at, together[start : start + MOST_TOGETHER])
        return [self._ask(*call) if call.given[at] is None else dealt[values.dumps(call.given[at])] for call in calls]

    def _dealt(self, plan: Query, column: Plan, at: int, calls: list[Call]) -> dict[str, Any]:
        """One query for all, and its rows to those that look for them, by the JSON of what they look for."""
        first = calls[0].given
        given = (*first[:at], [call.given[at] for call in calls], *first[at + 1 :])
        counted = plan.kind in ("count", "exists")
        wide = plan._replace(where=_widened(plan.where, at))
        if counted:
            key: Plan = ("column", plan.alias, KEY, ())
            wide = wide._replace(kind="aggregate", group=((DEALT, column),), aggregates=(("n", "count", key),), sort=())
        else:
            wide = wide._replace(kind="list", evals=(*plan.evals, (DEALT, column)), output=_with(plan.output))
        groups: dict[str, list[Row]] = {}
        for row in self._ask(_plain(wide), given, calls[0].inner):
            groups.setdefault(values.dumps(row.pop(DEALT)), []).append(row)
        return {
            values.dumps(call.given[at]): _shaped(plan.kind, groups.get(self._key(column, call.given[at]), []))
            for call in calls
        }

    def _key(self, column: Plan, value: Any) -> str:
        return values.dumps(self._match(column, value))


def _varying(calls: list[Call]) -> int | None:
    """The one value in which some queries differ; None when there is none, or more than one."""
    first = calls[0].given
    if len(calls) == 1 or not first:
        return None
    differing = [
        at
        for at in range(len(first))
        if any(type(c.given[at]) is not type(first[at]) or c.given[at] != first[at] for c in calls)
    ]
    return differing[0] if len(differing) == 1 else None


def _looked_for(plan: Query, at: int) -> Plan | None:
    """The column that a query compares with its n-th value, if it does nothing else with it."""
    batchable = plan.kind in ("list", "single", "count", "exists") and plan.paging is None and plan.additional != at
    joined = bool(plan.joins) or plan.distinct == "yes"
    if not batchable or plan.where is None or (joined and plan.kind in ("count", "exists")):
        return None
    tests = [each for each in _conjuncts(plan.where) if _mentions(each, at)]
    elsewhere = _mentions((plan.evals, plan.sort, plan.joins, plan.group), at) or at in (plan.override, plan.lock)
    if len(tests) != 1 or elsewhere:
        return None
    kind, *rest = tests[0]
    if kind != "test" or rest[0] not in ("==", "="):
        return None
    sides = [side for side in rest[1:] if side != ("value", at)]
    return sides[0] if len(sides) == 1 and sides[0][:2] == ("column", plan.alias) and not sides[0][3] else None


def _conjuncts(where: Plan) -> Iterator[Plan]:
    if where[0] == "and":
        for each in where[1:]:
            yield from _conjuncts(each)
    else:
        yield where


def _mentions(plan: Any, at: int) -> bool:
    if isinstance(plan, tuple):
        return plan in (("value", at), ("given", at)) or any(_mentions(each, at) for each in plan)
    return False


def _widened(where: Any, at: int) -> Any:
    """A condition that looks for a list of values where it looked for one."""
    if where[0] == "and":
        return ("and", *(_widened(each, at) for each in where[1:]))
    if where[0] == "test" and _mentions(where, at):
        column = next(side for side in where[2:] if side != ("value", at))
        return ("test", "in", column, ("value", at))
    return where


def _with(output: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if output is None else (*output, DEALT)


def _shaped(kind: str, rows: list[Row]) -> Any:
    if kind == "count":
        return rows[0]["n"] if rows else 0
    if kind == "exists":
        return bool(rows)
    return rows if kind == "list" else rows[0] if rows else None


def rows_in(value: Any) -> list[Row]:
    """The rows in what a query gives: a list of them, a page, or one."""
    if isinstance(value, dict) and isinstance(value.get("items"), list) and "curPage" in value:
        value = value["items"]
    found = value if isinstance(value, list) else [value]
    return [each for each in found if isinstance(each, dict)]


def _limited(value: Any, names: Iterable[str]) -> Any:
    """Rows with nothing but what ``output`` of an addon names."""
    if isinstance(value, dict) and "curPage" in value:
        return {**value, "items": _limited(value["items"], names)}
    if isinstance(value, list):
        return [_limited(each, names) for each in value]
    return trimmed(value, names) if isinstance(value, dict) else value


def _places(holder: Row, output: Any, path: list[str], each: bool) -> Iterator[Place]:
    """The places that a path leads to: below a list one in each of its elements, and that is what they are made of."""
    name, rest = path[0], path[1:]
    inner = holder.get(name)
    if isinstance(inner, list) and (rest or each):
        holder[name] = elements = list(inner)
        for at, element in enumerate(inner):
            if rest:
                elements[at] = dict(element) if isinstance(element, dict) else {}
                yield from _places(elements[at], element, rest, each)
            else:
                yield Place(elements, at, element)
    elif rest:
        holder[name] = below = dict(inner) if isinstance(inner, dict) else {}
        yield from _places(below, output, rest, each)
    elif not each or inner is not None or name not in holder:  # Null in place of a list has no elements.
        yield Place(holder, name, output)


def _plain(value: Any) -> Any:
    """Records as tuples, all the way down."""
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value
