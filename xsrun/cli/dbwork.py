"""What ``xsrun db`` does: opens the database of a project, and looks after it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import typer

from xsrun.cli import dbfiles, dbshell
from xsrun.cli.find import NotFound, folder_of
from xsrun.cli.output import Output, to_stdout
from xsrun.config import BadConfig, config_file, read_config
from xsrun.data import migration, seeds, transfer
from xsrun.data.changes import Change
from xsrun.data.losses import cost
from xsrun.data.migration import Rename, Terms, Wanted
from xsrun.data.opening import MEMORY, database_of, file_of, shown_address
from xsrun.data.session import Session
from xsrun.diagnostics import CODES, Exit, Fault, XsError
from xsrun.exchange.passwords import passwords_of
from xsrun.late import Late

if TYPE_CHECKING:
    from xsrun.api import Project
    from xsrun.data.store import Store

_load_project: Callable[[str], Project] = Late("xsrun.api", "load")

TABLES: Final = "table"
"""The folder in which a project declares its tables."""


class At(NamedTuple):
    """Which database of which project is meant, and how to tell of it."""

    path: str
    db: str | None
    datasource: str
    as_json: bool


class Opened(NamedTuple):
    """The database of a project, for one command."""

    project: Project
    store: Store
    datasource: str
    url: str
    output: Output

    @property
    def file(self) -> str:
        """Its SQLite file, ``""`` for any other."""
        return file_of(_home(self.project), self.url, self.datasource)

    @property
    def address(self) -> str:
        """Where it is, without a password."""
        return shown_address(_home(self.project), self.url, self.datasource)


def _home(project: Project) -> str:
    """The folder of a project, which may be a file."""
    return project.path if os.path.isdir(project.path) else os.path.dirname(project.path) or os.curdir


@contextmanager
def _opened(at: At) -> Iterator[Opened]:
    """The database of a project; what goes wrong ends the command with one fault."""
    output, path = Output(at.as_json), at.path
    try:
        project = _load_project(path if os.path.isdir(os.path.join(path, TABLES)) else folder_of(path))
        if project.errors:
            output.diagnostics(project.errors)
            raise typer.Exit(Exit.SOURCE)
        file = config_file(project.path)
        url = at.db or (read_config(file).db if file else "")
        output.masker.add(passwords_of(url), "db")
        if url == MEMORY:
            raise Fault("database", "A database in memory is gone with the run that had it.", help="name a file")
        named = os.path.basename(os.path.realpath(project.path))
        store = database_of(_home(project), project.program.tables, url, project=named)
        yield Opened(project, store, at.datasource, url, output)
        store.close()
    except (NotFound, BadConfig) as fault:
        code = getattr(fault, "code", "usage")
        raise typer.Exit(output.complain(code, fault.message, fault.help)) from None
    except XsError as error:
        output.diagnostics(error.diagnostics)
        raise typer.Exit(Exit.USAGE) from None
    except Fault as fault:
        raise typer.Exit(output.complain(fault.code, fault.message, fault.help, CODES[fault.code].exit)) from None
    except OSError as error:
        message = f"{error.filename or path}: {error.strerror}"
        raise typer.Exit(output.complain("file-error", message, "", Exit.FAILED)) from None


def _tell(as_json: bool, document: Any, lines: list[str]) -> None:
    """The outcome of a command."""
    to_stdout(f"{json.dumps(document, ensure_ascii=False)}\n" if as_json else "".join(f"{each}\n" for each in lines))


@contextmanager
def _current(opened: Opened) -> Iterator[tuple[Session, Wanted]]:
    """A transaction with the tables as they are declared."""
    with opened.store.upkeep(opened.datasource) as (session, wanted):
        migration.prepare(session.connection, wanted, False)
        yield session, wanted


def status(at: At) -> None:
    """Show the tables, their rows, and what a migration would change."""
    with _opened(at) as opened:
        names = list(opened.store.catalog.tables)
        if opened.file and not os.path.lexists(opened.file):
            counts: dict[str, int | None] = dict.fromkeys(names)
            pending = [Change("add table", name) for name in names]
        else:
            with opened.store.upkeep(at.datasource, writes=False) as (session, wanted):
                counts = migration.counts(session, wanted)
                pending = list(migration.pending(session.connection, wanted))
        document = {
            "database": opened.address,
            "tables": [{"name": name, "rows": count} for name, count in counts.items()],
            "pending": [_change(each) for each in pending],
        }
        width = max(map(len, names), default=0)
        lines = [opened.address]
        lines += [f"  {name:<{width}}  {'not made yet' if n is None else n}" for name, n in counts.items()]
        lines += [f"  pending  {each}{cost(each)}" for each in pending]
    _tell(at.as_json, document, lines)


def _change(change: Change) -> dict[str, Any]:
    found = {"change": change.kind, "table": change.table, "column": change.column or None, "rows": change.rows}
    return {**found, "detail": change.detail, "lossy": bool(change.rows)}


def migrate(at: At, allow_loss: bool, rename: list[str]) -> None:
    """Change the tables as they are declared."""
    output = Output(at.as_json)
    terms = Terms(allow_loss, tuple(_rename(each, output) for each in rename))
    with (
        _opened(at) as opened,
        opened.store.upkeep(at.datasource) as (session, wanted),
    ):
        done = migration.prepare(session.connection, wanted, False, terms)
    lines = [f"renamed {each}" for each in rename] + [f"{each}{cost(each)}" for each in done]
    _tell(at.as_json, [_change(each) for each in done], lines or ["nothing to change"])


def _rename(written: str, output: Output) -> Rename:
    old, equals, new = written.partition("=")
    table, _, column = old.partition(".")
    new = new.removeprefix(f"{table}.") if column else new
    if not (equals and table and new) or not new.isidentifier():
        raise typer.Exit(output.complain("usage", f"this renames nothing: {written}", "write --rename TABLE.OLD=NEW"))
    return Rename(table, column, new)


def reset(at: At, yes: bool) -> None:
    """Drop the tables and make them anew."""
    output = Output(at.as_json)
    with (
        _opened(at) as opened,
        opened.store.upkeep(at.datasource) as (session, wanted),
    ):
        counts = {name: count or 0 for name, count in migration.counts(session, wanted).items()}
        if not yes:
            message = f"{sum(counts.values())} rows of {len(counts)} tables in {opened.address} would be lost"
            raise typer.Exit(output.complain("usage", message, "xsrun db reset --yes"))
        migration.drop(session, wanted)
        migration.prepare(session.connection, wanted, False)
    lines = [f"{name}  {count} rows dropped" for name, count in counts.items()]
    _tell(at.as_json, {"dropped": counts}, lines)


def seed(at: At) -> None:
    """Add the rows that tables have from the start."""
    with (
        _opened(at) as opened,
        _current(opened) as (session, wanted),
    ):
        added: dict[str, int] = {}
        for name, table in wanted.catalog.tables.items():
            given = dbfiles.seed_rows(session, opened.project, name)
            added[name] = seeds.add(session, name, chain(table.items, (row for _, row in given)))
    _tell(at.as_json, {"added": added}, [f"{name}  {count} rows added" for name, count in added.items()])


def dump(at: At, to: str, form: str, table: list[str]) -> None:
    """Write rows."""
    written: dict[str, int] = {}
    with _opened(at) as opened:
        if not opened.file or os.path.lexists(opened.file):
            with opened.store.upkeep(at.datasource, writes=False) as (session, wanted):
                stored = migration.as_stored(session.connection, wanted)
                names = [stored.catalog[each].table.name for each in table or stored.catalog.tables]
                written = dbfiles.write(stored, names, to, form)
    if to != dbfiles.STDIO:
        _tell(at.as_json, {"written": written}, [f"{name}  {count} rows" for name, count in written.items()])


def load(at: At, source: str, table: str) -> None:
    """Store written rows."""
    with (
        _opened(at) as opened,
        _current(opened) as (session, _),
    ):
        counts: dict[str, int] = {}
        for name, form, pieces in dbfiles.sources(source, table):
            for loaded, count in transfer.load(session, transfer.read(session, pieces, name, form)).items():
                counts[loaded] = counts.get(loaded, 0) + count
    _tell(at.as_json, {"loaded": counts}, [f"{name}  {count} rows loaded" for name, count in counts.items()])


def shell(at: At, sql: str | None) -> None:
    """Open a shell, or run one statement."""
    with _opened(at) as opened:
        with _current(opened):
            pass
        if sql is None and not at.as_json:
            dbshell.hand_over(opened.url, opened.file, at.datasource)
        text = sys.stdin.read() if sql in (None, "-") else str(sql)
        with opened.store.upkeep(at.datasource) as (session, _):
            rows = dbshell.statement(session, text)
    _tell(at.as_json, rows, [json.dumps(each, ensure_ascii=False) for each in rows])
