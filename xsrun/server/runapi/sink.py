"""What a session leaves behind: the rows of its tables, as they are now, and its log."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Final

import sqlalchemy as sa

from xsrun.config import BadConfig, config_file, read_config
from xsrun.data import migration
from xsrun.data.columns import KEY
from xsrun.data.opening import MEMORY, database_of, file_of
from xsrun.data.session import Session
from xsrun.data.tables import Column, Table
from xsrun.diagnostics import Fault
from xsrun.engine.listing import part
from xsrun.engine.rows import UNFINISHED, RunRow
from xsrun.runtime.secrets import MASK, Masker
from xsrun.server.runapi.executing import DATABASE, Api
from xsrun.server.runapi.offers import Offer
from xsrun.server.runapi.sessions import found, opened
from xsrun.server.runapi.shapes import NAMES, effects_of, logs_of
from xsrun.server.runapi.wrong import Wrong
from xsrun.values import plain

MOST_ROWS: Final = 1_000
"""Rows of a table that are shown."""
MOST_SINKS: Final = 20
"""Sessions whose sink can be had."""


def sink(api: Api, id: str) -> dict[str, Any]:
    """The tables and the log of one of the newest sessions, when it is over. Raises Wrong."""
    with opened(api) as journal:
        row = found(api, journal, id)
        steps = journal.steps(id)
        kept = id in (each.id for each in part(journal, api.among, MOST_SINKS))
    if row.state in UNFINISHED:
        raise Wrong("badrequest", "the session is under way: it has a sink when it is over")
    if not kept:
        raise Wrong("notfound", f"the sinks of the {MOST_SINKS} newest sessions alone are kept")
    logs = logs_of(row)
    return {"tables": _shown_tables(api, row), "logs": [*logs, *effects_of(steps, len(logs))]}


def _shown_tables(api: Api, row: RunRow) -> list[dict[str, Any]]:
    offer = next((each for each in api.offers if (each.path, each.plan.name) == (row.path, row.job)), None)
    if offer is None and not os.path.exists(row.path):
        return []
    offer = offer or api.documents.at(row.path)
    masker = Masker(api.variables.values(offer).values())
    try:
        shown = tables(row.path, offer.compiled.program.tables, _url(api, offer))
    except (Fault, BadConfig) as fault:
        raise Wrong("standard", fault.message) from None
    masked: list[dict[str, Any]] = masker.value(plain(shown))
    return masked


def _url(api: Api, offer: Offer) -> str:
    """Where the rows of a job are, ``""`` for in its project."""
    if offer.is_document:
        return os.path.join(offer.path, DATABASE)
    file = config_file(offer.path)
    return api.db or (read_config(file).db if file else "")


def tables(path: str, tables: Iterable[Table], url: str) -> list[dict[str, Any]]:
    """The tables of a project with their newest rows; sensitive columns are masked. Raises the Fault ``database``."""
    home = path if os.path.isdir(path) else os.path.dirname(path)
    wanted = list(tables)
    file = "" if url == MEMORY else file_of(home, url)
    if not wanted or url == MEMORY or (file and not os.path.lexists(file)):
        return [_table(each.name, each.columns, []) for each in wanted]
    store = database_of(home, wanted, url, project=os.path.basename(os.path.realpath(path)))
    try:
        with store.upkeep(writes=False) as (session, made):
            stored = migration.as_stored(session.connection, made)
            declared = {each.name: each for each in wanted}
            return [_stored(stored, each, declared.get(each.name, each)) for each in stored.catalog.tables.values()]
    finally:
        store.close()


def _stored(session: Session, table: Table, declared: Table) -> dict[str, Any]:
    """A table as it is stored; what is kept there does not say what columns are for."""
    columns = [declared.column(each.name) or each for each in table.columns]
    return _table(table.name, columns, _rows(session, table.name, columns))


def _rows(session: Session, name: str, columns: list[Column]) -> Iterator[dict[str, Any]]:
    target = session.tables[name]
    query = sa.select(*(target.c[each.name] for each in columns)).order_by(target.c[KEY].desc()).limit(MOST_ROWS)
    for row in reversed(session.connection.execute(query).fetchall()):
        yield {each.name: MASK if each.sensitive else value for each, value in zip(columns, row, strict=True)}


def _table(name: str, columns: Iterable[Column], rows: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {
        "guid": str(uuid.uuid5(NAMES, f"table {name}")),
        "name": name,
        "columns": [_column(each) for each in columns],
        "content": list(rows),
    }


def _column(column: Column) -> dict[str, Any]:
    description = column.attributes.get("description", "")
    shown = f"{column.type}{'[]' if column.is_list else ''}"
    return {"name": column.name, "type": shown, "isPrimaryKey": column.name == KEY, "description": description}
