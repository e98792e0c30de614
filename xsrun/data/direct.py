"""``db.direct_query``: SQL as a program has it, with its values bound (database.md section 10)."""

from __future__ import annotations

import base64
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from xsrun import values
from xsrun.data.session import Row, Session
from xsrun.data.tables import Table, holds_json
from xsrun.diagnostics import Fault

_REST: Final = (
    r"|(?P<cast>::\s*[A-Za-z_][\w ]*(?:\(\d+(?:,\s*\d+)?\))?(?:\[\])?)"
    r"|(?P<ilike>\bilike\b)|(?P<mark>\?)|(?P<percent>%)"
)
_TEXTS: Final = {
    "sqlite": r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/""",
    "postgresql": r"""\be'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"""
    r"""|--[^\n]*|/\*.*?\*/""",
    "mysql": r"""'(?:[^'\\]|''|\\.)*'|"(?:[^"\\]|""|\\.)*"|`(?:[^`]|``)*`|--\s[^\n]*|\#[^\n]*|/\*.*?\*/""",
}
TOKENS: Final = {
    dialect: re.compile(f"(?P<text>{texts}){_REST}", re.DOTALL | re.IGNORECASE) for dialect, texts in _TEXTS.items()
}
"""By dialect: texts and comments, which stay as they are, and what is written in another way for a driver."""
REFUSED: Final = frozenset(
    {sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT}
)
"""What SQL of a program may not do: other files are none of its business, and transactions are ours."""


def run(session: Session, table: str, sql: str, arguments: list[Any]) -> list[Row]:
    """The rows of a statement, ``[]`` for one that has none. Raises the Fault ``database``."""
    statement = bound(sql, arguments, session.dialect)
    with _restricted(session.connection) if session.dialect == "sqlite" else nullcontext():
        return rows(session.connection, *statement, _source(session, sql))


def bound(sql: str, arguments: Sequence[Any], dialect: str) -> tuple[str, tuple[Any, ...]]:
    """SQL and its values as a driver takes them. Raises the Fault ``database`` where their numbers differ."""
    text, marks = written(sql, dialect)
    if marks != len(arguments):
        raise Fault(
            "database",
            f"The SQL has {marks} placeholders and is given {len(arguments)} arguments.",
            help="give one arg = … for each ?",
        )
    return text, tuple(values.dumps(each) if isinstance(each, list | dict) else each for each in arguments)


def rows(connection: sa.Connection, text: str, given: tuple[Any, ...], table: Table | None = None) -> list[Row]:
    """The rows of SQL, with values of the language; those of a ``table`` as its columns say."""
    result = connection.exec_driver_sql(text, given)
    found = [row._asdict() for row in result] if result.returns_rows else []
    return [_decoded(row, table) for row in found]


def written(sql: str, dialect: str) -> tuple[str, int]:
    """SQL for the driver of a dialect, and how many placeholders it has."""
    marks, sqlite = 0, dialect == "sqlite"

    def one(match: re.Match[str]) -> str:
        nonlocal marks
        kind, found = match.lastgroup if match.lastgroup != "tag" else "text", match.group()
        if kind == "mark":
            marks += 1
            return "?" if sqlite else "%s"
        if sqlite:
            return {"cast": "", "ilike": "LIKE"}.get(str(kind), found)
        return found.replace("%", "%%")

    return TOKENS[dialect].sub(one, sql), marks


@contextmanager
def _restricted(connection: sa.Connection) -> Iterator[None]:
    """Refuse what SQL of a program may not do."""
    driver: Any = connection.connection.driver_connection
    driver.set_authorizer(lambda action, *_: sqlite3.SQLITE_DENY if action in REFUSED else sqlite3.SQLITE_OK)
    try:
        yield
    finally:
        driver.set_authorizer(None)


def _source(session: Session, sql: str) -> Table | None:
    """The one table of the project that SQL names."""
    words = {each.strip('"').lower() for each in re.findall(r'"[^"]+"|\w+', sql)}
    named = [each for name, each in session.catalog.tables.items() if name.lower() in words]
    return named[0] if len(named) == 1 else None


def _decoded(row: Row, table: Table | None) -> Row:
    return {name: _value(value, name, table) for name, value in row.items()}


def _value(value: Any, name: str, table: Table | None) -> Any:
    """A value of a driver as the language has it."""
    column = table.column(name) if table else None
    if column is not None and isinstance(value, str) and holds_json(column):
        return values.loads(value)
    if column is not None and column.type == "bool" and not column.is_list and type(value) is int:
        return bool(value)
    if isinstance(value, Decimal | float):
        number = float(value)
        return int(value) if number.is_integer() and abs(number) < values.INT_MAX else number
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, memoryview | bytes):
        return base64.b64encode(value).decode()
    if type(value) is int and not values.INT_MIN <= value <= values.INT_MAX:
        return float(value)
    return value if value is None or isinstance(value, bool | int | str | list | dict) else str(value)
