"""What generated code calls for ``db.*`` statements: values are bound here, then the store does its work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from xsrun import values
from xsrun.data.columns import Columns
from xsrun.data.plans import Plan, Query
from xsrun.data.settling import ALWAYS, Settling
from xsrun.diagnostics import INPUT_ERROR, NOT_FOUND, Fault
from xsrun.effects.ports import Work, World

Output = tuple[str, ...] | None
Row = dict[str, Any]


class Running(Protocol):
    """What the statements see of a run."""

    world: World
    system: dict[str, Any]


def add(run: Running, table: str, data: Any, output: Output = None, hidden: bool = False) -> Row:
    """Store a new row; gives it back."""
    columns = run.world.database.catalog[table]
    row = columns.row(_given(run, columns, data, hidden), run.world)
    return _done(run, "insert", table, [row], columns.shown(output))[0]  # type: ignore[no-any-return]


def get(run: Running, table: str, name: Any, value: Any, output: Output = None, lock: Any = False) -> Row | None:
    """The first row with a value in a column."""
    columns = run.world.database.catalog[table]
    where = _match(run, columns, name, value)
    return _done(run, "get", table, where, columns.shown(output), values.truth(lock))  # type: ignore[no-any-return]


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
    return row


def delete(run: Running, table: str, name: Any, value: Any) -> None:
    """Delete the first row with a value in a column. Raises the Fault ``notfound``."""
    if not _done(run, "delete", table, _match(run, run.world.database.catalog[table], name, value)):
        raise _no_row()


def query(run: Running, plan: Plan, given: tuple[Any, ...]) -> Any:
    """What a ``db.query`` gives."""
    meant = Query.of(plan)
    catalog = run.world.database.catalog
    settling = Settling(catalog, {meant.alias: meant.table}, given, run.world.clock)
    where = settling.condition(meant.where)
    if meant.additional is not None:
        extra = settling.additional(given[meant.additional])
        where = where if extra == ALWAYS else ("and", where, extra)
    settled = {"alias": meant.alias, "where": where, "shown": catalog[meant.table].shown(meant.output)}
    return _done(run, "query", meant.table, settled)


def missing_table(name: str) -> Fault:
    """The fault of a statement whose table is declared nowhere."""
    return Fault("database", f"Table does not exist: {name}", help="add table/….xs that declares it")


def _done(run: Running, verb: str, table: str, *given: Any) -> Any:
    return run.world.database.do(Work(verb, table, given, run.system["datasource"]))


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
