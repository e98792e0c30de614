"""Rows out of a store and back into it, one piece at a time: JSON lines, which are exact, and CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, TextIO

import sqlalchemy as sa

from xsrun import csvtext, values
from xsrun.data import seeds
from xsrun.data.columns import KEY
from xsrun.data.schema import holds_nulls
from xsrun.data.session import Session
from xsrun.data.tables import Column, holds_json
from xsrun.diagnostics import Fault
from xsrun.types.fields import ABSENT
from xsrun.types.table import TYPES

BATCH: Final = 500
"""Rows that are held at once."""


def dump_lines(session: Session, tables: Iterable[str]) -> Iterator[str]:
    """The rows of tables as lines ``{"table": …, "row": {…}}``, with hidden columns and hashes of passwords."""
    for table in tables:
        for row in _rows(session, table):
            yield values.dumps({"table": table, "row": row}) + "\n"


def dump(session: Session, table: str, stream: TextIO, form: str) -> int:
    """Write the rows of one table; how many they are."""
    columns = session.catalog[table].table.columns
    if form == "csv":
        stream.write(csvtext.line(each.name for each in columns))
    count = 0
    for row in _rows(session, table):
        count += 1
        if form == "csv":
            stream.write(csvtext.line(_cell(each, row[each.name]) for each in columns))
        else:
            stream.write(values.dumps(row) + "\n")
    return count


def _rows(session: Session, table: str) -> Iterator[dict[str, Any]]:
    target = session.tables[table]
    names = [each.name for each in session.catalog[table].table.columns]
    query = sa.select(*(target.c[name] for name in names)).order_by(target.c[KEY])
    for row in session.connection.execute(query, execution_options={"yield_per": BATCH}):
        yield dict(zip(names, row, strict=True))


def _cell(column: Column, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or holds_json(column):
        return values.dumps(value)
    return str(value)


Placed = tuple[str, Mapping[str, Any]]
"""A row, and the table that it belongs to."""


def read(session: Session, pieces: Iterable[str], table: str, form: str) -> Iterator[Placed]:
    """The rows of a text of one table; JSON lines that name a table are rows of that. Raises the Fault ``bad-line``."""
    if form == "csv":
        columns = session.catalog[table]
        for row in csvtext.as_objects(csvtext.rows(pieces, ",", '"', '"')):
            cells = ((name, _of_cell(columns.by_name.get(name), text)) for name, text in row.items())
            yield table, {name: value for name, value in cells if value is not ABSENT}
        return
    for number, line in enumerate(pieces, 1):
        if line.strip():
            yield _placed(line, table, number)


def _of_cell(column: Column | None, text: str | None) -> Any:
    """What a cell of CSV means; in a column that has no text, an empty one means that nothing is given."""
    if column is None or text is None:
        return text or ""
    if not text:
        return None if holds_nulls(column) else "" if _is_textual(column) else ABSENT
    if not holds_json(column):
        return text
    try:
        return values.loads(text)
    except ValueError:
        return text


def _placed(line: str, table: str, number: int) -> Placed:
    try:
        found = values.loads(line)
    except ValueError:
        raise Fault("bad-line", f"Line {number} is no JSON.", help="give one object a line") from None
    if isinstance(found, dict) and found.keys() == {"table", "row"} and isinstance(found["row"], dict):
        return str(found["table"]), found["row"]
    if not isinstance(found, dict) or not table:
        help = 'give one object a line, {"table": …, "row": {…}} or a row and --table NAME'
        raise Fault("bad-line", f"Line {number} is no row.", help=help)
    return table, found


def load(session: Session, given: Iterable[Placed]) -> dict[str, int]:
    """Store rows as they are, with their ids; how many of each table.

    Raises the Fault ``input-error`` for a row that its table does not take, ``duplicate-record`` for one that is there.
    """
    counts: dict[str, int] = {}
    following = iter(given)
    while some := list(islice(following, BATCH)):
        by_table: dict[str, list[Mapping[str, Any]]] = {}
        for table, row in some:
            by_table.setdefault(table, []).append(row)
        for table, rows in by_table.items():
            seeds.store(session, table, rows, counts.get(table, 0) + 1)
            counts[table] = counts.get(table, 0) + len(rows)
    return counts


def _is_textual(column: Column) -> bool:
    return not column.is_list and TYPES[column.type].textual
