"""Which store a project has, and how it is opened."""

from __future__ import annotations

import atexit
import os
import sqlite3
import weakref
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any, Final
from urllib.parse import quote

import sqlalchemy as sa

from xsrun import files, values
from xsrun.data.functions import register
from xsrun.data.store import Source, Store
from xsrun.data.tables import Table
from xsrun.diagnostics import Fault
from xsrun.effects.ports import Work, World
from xsrun.late import Late
from xsrun.wal import keep_log

_hidden_folder: Callable[[str], str] = Late("xsrun.effects.files", "hidden_folder")
_postgres: Callable[[str], Callable[[str], Source]] = Late("xsrun.data.postgres", "source")

FOLDER: Final = ".xsrun"
FILE: Final = "data.sqlite"
POSTGRES: Final = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
MEMORY: Final = ":memory:"
DEFAULT: Final = ""
"""The name of the default datasource."""
BUSY_SECONDS: Final = 10
"""How long to wait for another process that writes."""


def fresh(tables: Iterable[Table], seeding: World | None = None) -> Store:
    """A database in memory with every table: without a row, or with their ``items`` as added in the ``seeding`` world.

    Raises the Fault ``input-error`` for an item that its table does not take.
    """
    store = Store(tables, _memory, shared=True, seeded=False)
    if seeding is not None:
        for name, table in store.catalog.tables.items():
            columns = store.catalog[name]
            for each in table.items:
                store.do(Work("insert", name, ([columns.row(each, seeding)], columns.shown(None))))
    return store


def database_of(home: str, tables: Iterable[Table], url: str = "", copied: bool = False, project: str = "") -> Store:
    """The store of the project in a folder: ``.xsrun/data.sqlite`` there, or what ``url`` says.

    ``url`` is ``:memory:``, the path of an SQLite file (``sqlite:///…?timeout=SECONDS`` too), or ``postgresql://…``.
    ``project`` is the name under which a database that several share remembers the tables, that of the folder when left
    out. Nothing is opened before it is used. An SQLite file is ``copied`` into memory where nothing may change it.
    Raises the Fault ``database`` for a URL that means nothing here.
    """
    project = project or _project(home)
    if url == MEMORY:
        return Store(tables, _memory, shared=True)
    address = _address(url)
    if address.drivername in POSTGRES:
        return Store(tables, _postgres(url), project=project)
    path = address.database or os.path.join(home, FOLDER, FILE)
    if copied:
        return Store(tables, _copies(path), shared=True, project=project)
    wait = float(str(address.query.get("timeout", BUSY_SECONDS)))
    return Store(tables, _files(path, wait, "" if address.database else home), project=project)


def _address(url: str) -> sa.URL:
    """A URL in its parts; a path is that of an SQLite file. Raises the Fault ``database``."""
    scheme, separator, _ = url.partition("://")
    if not separator:
        return sa.URL.create("sqlite", database=url or None)
    if scheme not in POSTGRES and scheme != "sqlite":
        help = "write sqlite:///file or postgresql://…"
        raise Fault("database", f"There is no database of the kind {scheme}://", help=help)
    try:
        address = sa.make_url(url)
        float(str(address.query.get("timeout", BUSY_SECONDS)))
    except (sa.exc.ArgumentError, ValueError):
        help = "write sqlite:///file or postgresql://user@host/name"
        raise Fault("database", "This is no URL of a database.", help=help) from None
    return address


def file_of(home: str, url: str = "", datasource: str = DEFAULT) -> str:
    """The SQLite file of a datasource, ``""`` where rows are in no file."""
    address = _address(url)
    if url == MEMORY or address.drivername in POSTGRES:
        return ""
    return _place(address.database or os.path.join(home, FOLDER, FILE), datasource)


def shown_address(home: str, url: str, datasource: str = DEFAULT) -> str:
    """Where a datasource is, without a password."""
    file = file_of(home, url, datasource)
    return file or sa.make_url(url).render_as_string(hide_password=True) + (f" ({datasource})" if datasource else "")


def _project(home: str) -> str:
    """The name under which a database that several projects share remembers the tables of one."""
    return os.path.basename(os.path.realpath(home)) if home else ""


def _memory(_datasource: str) -> Source:
    options: dict[str, Any] = {"poolclass": sa.StaticPool, "connect_args": {"check_same_thread": False}}
    return Source(_sqlite("sqlite://", **options), empty=True)


def _place(path: str, datasource: str) -> str:
    """The file of a datasource."""
    stem, ending = os.path.splitext(path)
    return path if datasource == DEFAULT else f"{stem}.{datasource}{ending}"


def _copies(path: str) -> Callable[[str], Source]:
    def copy_file(datasource: str) -> Source:
        source, place = _memory(datasource), _place(path, datasource)
        if not os.path.exists(place):
            return source
        with closing(sqlite3.connect(f"file:{quote(os.path.abspath(place))}?mode=ro", uri=True)) as original:
            copy: Any = source.engine.raw_connection()
            original.backup(copy.driver_connection)
            copy.close()
        return source._replace(empty=False)

    return copy_file


_OPEN: Final[weakref.WeakSet[sa.Engine]] = weakref.WeakSet()
"""The engines of files."""


@atexit.register
def _close_all() -> None:
    """Close the connections that are still there: with the last one SQLite makes one file of its log."""
    for engine in list(_OPEN):
        engine.dispose()


def _files(path: str, wait: float, home: str) -> Callable[[str], Source]:
    """SQLite files; ``home`` is the project in whose hidden folder they are, ``""`` for those that somebody named."""

    def open_file(datasource: str) -> Source:
        place = _place(path, datasource)
        if home:
            _hidden_folder(home)
        make_private(place)
        engine = _sqlite(sa.URL.create("sqlite", database=place), max_overflow=-1, connect_args={"timeout": wait})
        sa.event.listen(engine, "handle_error", lambda context: context.original_exception.add_note(place))
        _OPEN.add(engine)
        return Source(engine, empty=False)

    return open_file


def _sqlite(url: str | sa.URL, **options: Any) -> sa.Engine:
    engine = sa.create_engine(url, json_serializer=values.dumps, json_deserializer=values.loads, **options)
    sa.event.listen(engine, "connect", _connected)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _connected(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy says when a transaction begins, and which
    keep_log(connection)
    for setting in ("synchronous = normal", "foreign_keys = off"):
        connection.execute(f"PRAGMA {setting}")
    register(connection)


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.info.get("writes", True) else "BEGIN")


def make_private(path: str) -> None:
    """Create a file readable by its owner alone, and its folder. Raises OSError, also for a link."""
    os.makedirs(os.path.dirname(path) or os.curdir, 0o700, exist_ok=True)
    files.make_private(path)
