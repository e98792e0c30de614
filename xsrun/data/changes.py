"""In what a declared table differs from the one that a datasource has, as records; no SQL.

What adds is done whenever a store is first used. What may lose or break rows is counted by ``migration`` first, and
done only where that is allowed; a ``Change`` says what it would do to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from xsrun.data.columns import KEY
from xsrun.data.memory import Kept
from xsrun.data.schema import holds_nulls
from xsrun.data.tables import Column, Index
from xsrun.types.table import TYPES

WIDENINGS: Final = frozenset(
    {(each, "text") for each in ("email", "enum", "uuid", "date")}
    | {("timestamp", "int")}
    | {(each, "json") for each in TYPES if each == "object" or each.startswith("geo_")}
)
"""Types whose every value is one of another type, and is stored alike."""


class Change(NamedTuple):
    """One change of a datasource."""

    kind: str
    """``add`` or ``drop`` with ``table``, ``column`` or ``index`` behind it, ``retype column``, ``require column``,
    ``narrow column``, ``widen column``, ``make table anew``."""
    table: str
    column: str = ""
    """A column, or what an index is of."""
    of: Index | None = None
    detail: str = ""
    """What the change does to rows that do not fit."""
    rows: int = 0
    """How many rows lose something."""

    def __str__(self) -> str:
        place = f"{self.table}.{self.column}" if self.column else self.table
        verb, _, what = self.kind.partition(" ")
        return f"{verb} {what} {place}" if what != "table anew" else f"make table {place} anew"


def between(before: Kept, now: Kept, table: str) -> Iterator[Change]:
    """The changes that make one of the other, in the order in which they are made."""
    if before.columns[KEY].type != now.columns[KEY].type:
        detail = f"an id of type {now.columns[KEY].type} cannot be made of {before.columns[KEY].type}"
        yield Change("make table anew", table, detail=detail)
        return
    altered = {each.column: each for each in _columns(before.columns, now.columns, table)}
    moved = {each.column for each in altered.values() if each.kind in ("drop column", "retype column")}
    stays = [each for each in now.indexes if each in before.indexes and not moved & dict(each.fields).keys()]
    yield from (_index("drop", table, each) for each in before.indexes if each not in stays)
    yield from altered.values()
    yield from (_index("add", table, each) for each in now.indexes if each not in stays)


def _index(verb: str, table: str, index: Index) -> Change:
    """An index comes or goes; a new one may find rows that are not alone."""
    detail = "only the first of rows with the same values stays" if verb == "add" and index.kind == "unique" else ""
    return Change(f"{verb} index", table, named(index), index, detail)


def named(index: Index) -> str:
    """The columns of an index, to be read."""
    return "+".join(name for name, _ in index.fields)


def _columns(before: Mapping[str, Column], now: Mapping[str, Column], table: str) -> Iterator[Change]:
    for name in sorted(before.keys() - now.keys()):
        yield Change("drop column", table, name, detail="its values are lost")
    for name, column in now.items():
        if name not in before:
            yield Change("add column", table, name)
        elif not _alike(before[name], column):
            detail = f"from {_type(before[name])} to {_type(column)}; what cannot be converted gets the default"
            yield Change("retype column", table, name, detail=detail)
        else:
            yield from _narrower(before[name], column, table)


def _narrower(before: Column, now: Column, table: str) -> Iterator[Change]:
    """What becomes of a column whose values are of the type they were."""
    if holds_nulls(before) and not holds_nulls(now):
        yield Change("require column", table, now.name, detail="null becomes the default")
    words, known = now.attributes.get("values"), before.attributes.get("values")
    if now.type == "enum" and (before.type != "enum" or not set(known or ()) <= set(words or ())):
        yield Change("narrow column", table, now.name, detail="what is none of its values becomes the default")
    elif now != before and not (holds_nulls(before) and not holds_nulls(now)):
        yield Change("widen column", table, now.name)


def _alike(before: Column, now: Column) -> bool:
    """Whether every value of a column can stay as it is stored."""
    if before.is_list != now.is_list:
        return False
    return before.type == now.type or (before.type, now.type) in WIDENINGS


def _type(column: Column) -> str:
    return f"{column.type}[]" if column.is_list else column.type
