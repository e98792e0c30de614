"""Rows that a table has from the start: ``items`` (database.md section 1), and files beside its declaration."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from xsrun.data import rows
from xsrun.data.columns import KEY
from xsrun.data.session import Session
from xsrun.diagnostics import Fault
from xsrun.effects.ports import NO_SECRETS, Secrets


class _Now:
    """The time of this machine."""

    def now(self) -> int:
        """Milliseconds since 1970."""
        return time.time_ns() // 1_000_000


class _Chance:
    """The chance of this machine."""

    def uuid(self) -> str:
        """A new UUID."""
        return str(uuid.uuid4())

    def bytes(self, count: int) -> bytes:
        """Random bytes."""
        return secrets.token_bytes(count)


class Upkeep(NamedTuple):
    """What rows are completed with outside any run: what of a world defaults and passwords need."""

    clock: Any = _Now()
    random: Any = _Chance()
    secrets: Secrets = NO_SECRETS


UPKEEP: Final = Upkeep()


def add(session: Session, table: str, given: Iterable[Mapping[str, Any]]) -> int:
    """Add those rows whose ``id`` is not there, and those without one to a table that had none; how many it added.

    Raises the Fault ``input-error`` for a row that its table does not take.
    """
    target = session.tables[table]
    empty = session.connection.execute(sa.select(target.c[KEY]).limit(1)).first() is None
    added = 0
    for number, each in enumerate(given, 1):
        key = each.get(KEY)
        if empty if key is None else not _has(session, target, table, key, number):
            store(session, table, [each], number)
            added += 1
    return added


def store(session: Session, table: str, given: list[Mapping[str, Any]], first: int) -> None:
    """Store rows as they are, of which the first has a number. Raises the Fault ``input-error`` with the number."""
    made = [_row(session, table, each, number) for number, each in enumerate(given, first)]
    for some in ([row for row in made if KEY in row], [row for row in made if KEY not in row]):
        rows.insert(session, table, some, (KEY,))


def _row(session: Session, table: str, given: Mapping[str, Any], number: int) -> dict[str, Any]:
    columns = session.catalog[table]
    for name in given:
        if name not in columns.by_name:
            fault = Fault("input-error", f"The table {table} has no column: {name}", payload={"param": name})
            raise _at(fault, table, number)
    try:
        return columns.row(given, UPKEEP)
    except Fault as fault:
        raise _at(fault, table, number) from None


def _has(session: Session, target: sa.Table, table: str, key: Any, number: int) -> bool:
    try:
        bound = session.catalog[table].changes({KEY: key}, UPKEEP)[KEY]
    except Fault as fault:
        raise _at(fault, table, number) from None
    return session.connection.execute(sa.select(target.c[KEY]).where(target.c[KEY] == bound)).first() is not None


def _at(fault: Fault, table: str, number: int) -> Fault:
    """A fault with the row that it is about."""
    column = (fault.payload or {}).get("param", "")
    place = f"{table}, row {number}{f', {column}' if column else ''}"
    return Fault(fault.code, f"{place}: {fault.message}", kind=fault.kind, payload=fault.payload, help=fault.help)
