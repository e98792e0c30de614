"""Values for columns: what a statement is given becomes what is stored (database.md section 2). No SQL here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, Protocol

from xsrun import values
from xsrun.crypto.passwords import SALT_SIZE, hash_password, is_hash
from xsrun.data.tables import Column, Table, is_internal
from xsrun.diagnostics import INPUT_ERROR, Fault, nearest
from xsrun.effects.ports import Random, Secrets
from xsrun.types.binding import compile_binder, field_binders
from xsrun.types.fields import Instant, missing
from xsrun.types.table import TYPES

KEY: Final = "id"
MOST_CONCEALED: Final = 1000
"""Rows of one result whose sensitive values are told to what hides them."""


class Surroundings(Protocol):
    """The part of a world that rows are completed with."""

    @property
    def clock(self) -> Instant:
        """What the default ``now`` is."""

    @property
    def random(self) -> Random:
        """Makes ids and salts."""

    @property
    def secrets(self) -> Secrets:
        """Is told of sensitive values."""


class Columns:
    """A table, ready to take values."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.by_name = {each.name: each for each in table.columns}
        self.internal = frozenset(each.name for each in table.columns if is_internal(each))
        self.sensitive = any(each.holds_sensitive for each in table.columns)
        """Whether it has columns whose values must not show."""
        self.passwords = tuple(each.name for each in table.columns if each.type == "password")
        taken = [_lenient(each) for each in table.columns]
        self._binders = dict(zip(self.by_name, field_binders(taken), strict=True))
        self._whole = compile_binder((each for each in taken if each.name != KEY), zero_omitted=True)
        filled = [each for each in table.columns if not _takes_null(each)]
        self._refusing = frozenset(each.name for each in filled if not each.optional)
        self._zeros = {each.name: [] if each.is_list else TYPES[each.type].zero for each in filled if each.optional}
        """What null changes an optional column to that holds none; in a new row it counts as left out."""

    @property
    def makes_keys(self) -> bool:
        """Whether the runtime, and not the database, makes the ``id`` of a new row."""
        return self.by_name[KEY].type == "uuid"

    def row(self, given: Mapping[str, Any], world: Surroundings) -> dict[str, Any]:
        """A whole row to store: defaults and zero values where nothing is given, no ``id`` where the store makes it.

        Raises the Fault ``input-error``.
        """
        self._refuse_nulls(given)
        bound = self._whole(given, world.clock)
        key = given.get(KEY)
        if key is not None:
            bound = {KEY: self._bound(KEY, key, world.clock), **bound}
        elif self.makes_keys:
            bound = {KEY: world.random.uuid(), **bound}
        return self._stored(bound, world)

    def changes(self, given: Mapping[str, Any], world: Surroundings) -> dict[str, Any]:
        """What an edit changes: the given columns, in their order. Raises the Fault ``input-error``."""
        self._refuse_nulls(given)
        bound = {
            name: self._zeros[name]
            if given[name] is None and name in self._zeros
            else self._bound(name, given[name], world.clock)
            for name in self.by_name
            if name in given
        }
        return self._stored(bound, world)

    def conceal(self, rows: Iterable[Mapping[str, Any]], world: Surroundings) -> None:
        """Have the values of sensitive columns shown nowhere; of long lists those of the first rows."""
        if self.sensitive:
            for row in islice(rows, MOST_CONCEALED):
                world.secrets.add(_sensitive(self.table.columns, row), self.table.name)

    def column(self, name: str) -> Column:
        """A column by a name that was computed. Raises the Fault ``input-error``."""
        found = self.by_name.get(name)
        if found is None:
            near = nearest(name, self.by_name)
            raise Fault(
                "input-error",
                f"The table {self.table.name} has no column: {name}",
                kind=INPUT_ERROR,
                payload={"param": "field_name"},
                help=f'did you mean "{near}"?' if near else f"it has {', '.join(self.by_name)}",
            )
        return found

    def shown(self, output: Iterable[str] | None) -> tuple[str, ...]:
        """The columns of a result, in their order: those that ``output`` names, or all that are not internal."""
        if output is None:
            return tuple(name for name in self.by_name if name not in self.internal)
        wanted = {path.partition(".")[0] for path in output}
        return tuple(name for name in self.by_name if name in wanted)

    def _bound(self, name: str, value: Any, clock: Instant) -> Any:
        return self._binders[name](value, clock)

    def _refuse_nulls(self, given: Mapping[str, Any]) -> None:
        for name in self.by_name:
            if name in self._refusing and name in given and given[name] is None and name != KEY:
                raise missing().inside(name).fault()

    def _stored(self, bound: dict[str, Any], world: Surroundings) -> dict[str, Any]:
        self.conceal([bound], world)
        for name in self.passwords:
            clear = bound.get(name)
            if clear and not is_hash(clear):
                bound[name] = hash_password(clear, world.random.bytes(SALT_SIZE))
        for name, value in bound.items():
            bound[name] = storable(value, name)
        self.conceal([bound], world)
        return bound


class Catalog(dict[str, Columns]):
    """The tables of a project by name, each made ready when it is first used."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self.tables = {each.name: each for each in tables}

    def __missing__(self, name: str) -> Columns:
        if name not in self.tables:
            raise Fault("database", f"Table does not exist: {name}", help="add table/….xs that declares it")
        made = self[name] = Columns(self.tables[name])
        return made


def storable(value: Any, name: str) -> Any:
    """A value that both databases can hold, JSON all the way down. Raises the Fault ``input-error``."""
    if type(value) is str:
        if "\0" in value or not _is_unicode(value):
            raise _unstorable(name)
        return value
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes):
        raise _unstorable(name)
    plain = values.plain(value)
    return _ordered(plain, name)


def _ordered(value: Any, name: str) -> Any:
    """The keys of objects as PostgreSQL keeps them: shorter ones first, then by their bytes."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode("utf-8", "surrogatepass")), key))
        return {storable(key, name): _ordered(value[key], name) for key in keys}
    if isinstance(value, list):
        return [_ordered(each, name) for each in value]
    return storable(value, name)


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= each <= "\udfff" for each in text)


def _unstorable(name: str) -> Fault:
    return Fault(
        "input-error",
        "Value contains characters that a database cannot hold.",
        kind=INPUT_ERROR,
        payload={"param": name},
        help="store raw bytes and NUL characters as base64",
    )


def _lenient(column: Column) -> Column:
    """A column as it is bound: nothing is required, since what is left out has a zero value."""
    return column._replace(optional=True, children=tuple(map(_lenient, column.children)))


def _sensitive(columns: Iterable[Column], given: Mapping[str, Any]) -> Iterator[str]:
    """The texts in sensitive columns, those inside objects too."""
    for column in columns:
        value = given.get(column.name)
        for each in value if isinstance(value, list) else [value]:
            if column.sensitive and isinstance(each, str):
                yield each
            elif isinstance(each, dict):
                yield from _sensitive(column.children, each)


def _takes_null(column: Column) -> bool:
    return column.nullable or (TYPES[column.type].nullable and not column.is_list)
