"""What generated code calls for ``db.*`` statements: values are bound here, then the store does its work."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol

from xsrun import values
from xsrun.data import queries
from xsrun.data.addons import Addon, Attaching, Call
from xsrun.data.columns import KEY, Columns
from xsrun.data.descriptions import described
from xsrun.data.plans import NUMBER, TIME, Plan, Query
from xsrun.data.settling import ALWAYS, FAMILIES, Settling, aligned, family_of
from xsrun.diagnostics import INPUT_ERROR, NOT_FOUND, Fault
from xsrun.effects.ports import ForeignSql, Work, World
from xsrun.exchange.passwords import passwords_of

ISOLATIONS: Final = ("", "read_committed", "repeatable_read", "serializable")
DEFAULTS: Final = frozenset({"", "default", "live"})
"""What the default datasource is called."""
DATASOURCE: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")
Output = tuple[str, ...] | None
Addons = tuple[Any, ...]
"""The fields of ``addons.Addon``, one tuple for each."""
Row = dict[str, Any]


class Running(Protocol):
    """What the statements see of a run."""

    world: World
    system: dict[str, Any]
    unsettled: int

    def call(self, depth: int, number: int, given: Mapping[str, Any]) -> Any:
        """Run a routine."""


def add(run: Running, table: str, data: Any, output: Output = None, hidden: bool = False) -> Row:
    """Store a new row; gives it back."""
    columns = run.world.database.catalog[table]
    row = columns.row(_given(run, columns, data, hidden), run.world)
    stored: Row = _done(run, "insert", table, [row], columns.shown(output))[0]
    return _limited(stored, output)


def get(run: Running, table: str, name: Any, value: Any, output: Output = None, lock: Any = False) -> Row | None:
    """The first row with a value in a column."""
    columns = run.world.database.catalog[table]
    where = _match(run, columns, name, value)
    row: Row | None = _done(run, "get", table, where, columns.shown(output), values.truth(lock))
    return row and _limited(row, output)


def has(run: Running, table: str, name: Any, value: Any) -> bool:
    """Whether there is a row with a value in a column."""
    return _done(run, "has", table, _match(run, run.world.database.catalog[table], name, value))  # type: ignore[no-any-return]


def edit(
    run: Running, table: str, name: Any, value: Any, data: Any, output: Output = None, hidden: bool = False
) -> Row:
    """Change the first row with a value in a column. Raises the Fault ``notfound``."""
    columns = run.world.database.catalog[table]
    where = _match(run, columns, name, value)
    changes = columns.changes(_given(run, columns, data, hidden), run.world)
    row: Row | None = _done(run, "update", table, where, changes, columns.shown(output))
    if row is None:
        raise _no_row()
    return _limited(row, output)


def add_or_edit(
    run: Running, table: str, name: Any, value: Any, data: Any, output: Output = None, hidden: bool = False
) -> Row:
    """Change the first row with a value in a column, or store a new one with that value; null and "" find none."""
    columns = run.world.database.catalog[table]
    given = dict(_given(run, columns, data, hidden))
    column = columns.column(values.text(name))
    blank = value is None or value == ""
    where = None if blank else _match(run, columns, name, value)
    whole = given if blank or column.name in given else {**given, column.name: value}
    changes, new = columns.changes(given, run.world), columns.row(whole, run.world)
    row: Row = _done(run, "upsert", table, where, changes, new, columns.shown(output))
    return _limited(row, output)


def delete(run: Running, table: str, name: Any, value: Any) -> None:
    """Delete the first row with a value in a column. Raises the Fault ``notfound``."""
    if not _done(run, "delete", table, _match(run, run.world.database.catalog[table], name, value)):
        raise _no_row()


def query(run: Running, plan: Plan, given: tuple[Any, ...], addons: Addons = (), depth: int = 0) -> Any:
    """What a ``db.query`` gives, with what addons put into its rows."""
    meant = Query.of(plan)
    attaching = _attaching(run, depth)
    running = queries.Running(
        meant,
        run.world.database.catalog,
        given,
        run.world.clock,
        (lambda rows: attaching.attach(rows, addons)) if addons else None,
        [Addon(*each).into for each in addons],
    )
    return running.result(lambda asked: _done(run, "query", meant.table, asked))


def asked(run: Running, call: tuple[Plan, tuple[Any, ...], Addons], depth: int) -> Any:
    """What the query of an addon gives."""
    return query(run, *call, depth)


def attached(run: Running, row: Any, addons: Addons, depth: int, output: Output = None) -> Any:
    """A row with what addons put into it."""
    if isinstance(row, dict):
        _attaching(run, depth).attach([row], addons)
        if output is not None:
            return queries.trimmed(row, [*output, *(Addon(*each).into.partition(".")[0] for each in addons)])
    return row


def _attaching(run: Running, depth: int) -> Attaching:
    def match(column: Plan, value: Any) -> Any:
        table = run.world.database.catalog[column[1]]
        return aligned(family_of(table.by_name[column[2]]), value, run.world.clock)[0]

    return Attaching(
        lambda number, inputs: Call(*run.call(depth + 1, number, inputs)),
        lambda plan, given, inner: query(run, plan, given, inner, depth + 1),
        match,
    )


def increment(run: Running, table: str, plan: Plan | None, given: tuple[Any, ...], name: Any, amount: Any) -> int:
    """Add to a numeric column of every row that meets a condition; how many there were."""
    columns = run.world.database.catalog[table]
    column = columns.column(values.text(name))
    if FAMILIES.get(column.type) not in (NUMBER, TIME) or column.is_list:
        raise Fault(
            "wrong-type", f"The column {column.name} is no number.", help="name a column of type int or decimal"
        )
    number = values.number(amount)
    if column.type != "decimal":
        number = values.truncate(number)
    count: int = _done(run, "increment", table, _where(run, table, plan, given), column.name, number)
    return count


def truncate(run: Running, table: str, reset: Any = False) -> None:
    """Delete all rows of a table."""
    _done(run, "truncate", table, values.truth(reset))


# ------------------------------------------------------------------ lists of rows


def add_all(run: Running, table: str, items: Any, keys: Any = False) -> list[Row]:
    """Store new rows, all or none; gives them back. Their ``id`` counts only where ``keys`` says so."""
    columns = run.world.database.catalog[table]
    kept = values.truth(keys)
    made = []
    for item in values.array(items):
        given = _given(run, columns, item, False)
        made.append(
            columns.row(given if kept else {name: each for name, each in given.items() if name != KEY}, run.world)
        )
    with_keys = [row for row in made if KEY in row]
    if with_keys and len(with_keys) < len(made):
        raise Fault(
            "input-error", "Missing param: id", kind=INPUT_ERROR, payload={"param": KEY}, help="give all or none"
        )
    rows: list[Row] = _done(run, "insert", table, made, columns.shown(None))
    return rows


def change_each(run: Running, table: str, items: Any, whole: bool) -> list[Row]:
    """Change rows by the ``id`` of each item, ``whole`` or only what is given; gives back those that are there."""
    columns = run.world.database.catalog[table]
    changed = []
    for item in values.array(items):
        given = _given(run, columns, item, False)
        key = given.get(KEY)
        if key is None:
            raise Fault("input-error", "Missing param: id", kind=INPUT_ERROR, payload={"param": KEY})
        made = columns.row(given, run.world) if whole else columns.changes(given, run.world)
        changed.append(made)
    rows: list[Row] = _done(run, "update each", table, changed, columns.shown(None))
    return rows


def change_all(run: Running, table: str, plan: Plan | None, given: tuple[Any, ...], data: Any) -> int:
    """Change the given columns of every row that meets a condition; how many there were."""
    columns = run.world.database.catalog[table]
    changes = columns.changes(_given(run, columns, data, False), run.world)
    count: int = _done(run, "set all", table, _where(run, table, plan, given), changes)
    return count


def delete_all(run: Running, table: str, plan: Plan | None, given: tuple[Any, ...]) -> int:
    """Delete every row that meets a condition; how many there were."""
    count: int = _done(run, "delete all", table, _where(run, table, plan, given))
    return count


# ------------------------------------------------------------------ the database itself


@contextmanager
def transaction(run: Running, isolation: Any = "") -> Iterator[None]:
    """All database work inside is done together, or not at all when an error leaves it."""
    level = values.text(isolation).lower()
    if level not in ISOLATIONS:
        raise Fault(
            "bad-argument", f"Unknown isolation: {level}", help=f"it is one of {', '.join(filter(None, ISOLATIONS))}"
        )
    with run.world.database.transaction(level, run.system["datasource"]):
        run.unsettled += 1
        try:
            yield
        finally:
            run.unsettled -= 1


def set_datasource(run: Running, name: Any) -> None:
    """Have the statements that follow use another datasource."""
    named = values.text(name)
    if named in DEFAULTS:
        named = ""
    elif not DATASOURCE.fullmatch(named):
        raise Fault(
            "bad-argument", f"This cannot be the name of a datasource: {named}", help="letters, digits, - and _"
        )
    run.system["datasource"] = named


def direct_query(run: Running, sql: Any, arguments: list[Any], single: bool = False) -> Any:
    """The rows of SQL, or the first of them."""
    rows = _done(run, "sql", "", values.text(sql), [values.plain(each) for each in arguments])
    return (rows[0] if rows else None) if single else rows


def foreign_query(run: Running, kind: str, url: Any, sql: Any, arguments: list[Any], single: bool = False) -> Any:
    """The rows of SQL in a database of others, or the first of them; an address with a password is a secret then."""
    address = values.text(url)
    if not address:
        raise Fault(
            "missing-argument", "Missing param: connection_string", kind=INPUT_ERROR,
            payload={"param": "connection_string"}, help="add connection_string = $env.…",
        )  # fmt: skip
    passwords = passwords_of(address)
    run.world.secrets.add([address, *passwords] if passwords else [], "connection_string")
    given = tuple(values.plain(each) for each in arguments)
    rows = run.world.elsewhere.query(ForeignSql(kind, address, values.text(sql), given))
    return (rows[0] if rows else None) if single else rows


def schema(run: Running, table: str, path: Any = None) -> Any:
    """What a table declares, or one of its columns; null for one that it does not have."""
    found = described(run.world.database.catalog[table].table)
    name = values.text(path) if path is not None else ""
    return next((each for each in found["columns"] if each["name"] == name), None) if name else found


def missing_table(name: str) -> Fault:
    """The fault of a statement whose table is declared nowhere."""
    return Fault("database", f"Table does not exist: {name}", help="add table/….xs that declares it")


def _done(run: Running, verb: str, table: str, *given: Any) -> Any:
    """What comes of work; values of sensitive columns in it are hidden from then on."""
    found = run.world.database.do(Work(verb, table, given, run.system["datasource"]))
    rows = [found] if isinstance(found, dict) else found if isinstance(found, list) else []
    for columns in [run.world.database.catalog[table]] if table and rows else []:
        columns.conceal(rows, run.world)
    return found


def _limited(row: Row, output: Output) -> Row:
    """A row with what ``output`` names below its columns."""
    return row if output is None else queries.trimmed(row, output)


def _given(run: Running, columns: Columns, data: Any, hidden: bool) -> Mapping[str, Any]:
    """What ``data`` says of the columns of a table; what it says beside is ignored, with a warning."""
    given = values.mapping(data)
    found = {}
    for name, value in given.items():
        if name not in columns.by_name:
            run.world.log.write(f"the table {columns.table.name} has no column {name}; it is ignored")
        elif not (hidden and name in columns.internal):
            found[name] = value
    return found


def _where(run: Running, table: str, plan: Plan | None, given: tuple[Any, ...]) -> Plan:
    """A condition on the rows of one table, with its values."""
    return Settling(run.world.database.catalog, {table: table}, given, run.world.clock).condition(plan)


def _match(run: Running, columns: Columns, name: Any, value: Any) -> Plan:
    """The condition that a column has a value. Raises the Fault ``input-error``."""
    column = columns.column(values.text(name))
    if value is None or (value == "" and column.type == "int"):
        raise Fault("input-error", "Missing param: field_value", kind=INPUT_ERROR, payload={"param": "field_value"})
    alias = columns.table.name
    settling = Settling(run.world.database.catalog, {alias: alias}, (), run.world.clock)
    return settling.test("==", ("column", alias, column.name, ()), ("literal", value)) or ALWAYS


def _no_row() -> Fault:
    return Fault("notfound", "Record not found", kind=NOT_FOUND)
