"""What a database refuses or cannot do, as faults: the cause in the words of the driver, without SQL and values."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa

from xsrun.data.functions import cause
from xsrun.diagnostics import Fault
from xsrun.effects.ports import DatabaseLost

UNIQUE: Final = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")
KEYS: Final = re.compile(r"Key \((?P<columns>.+?)\)=")
CONFLICTS: Final = frozenset({"40001", "40P01"})
"""SQLSTATE of transactions that must give way to others."""
UNIQUE_VIOLATION: Final = "23505"
IN_THE_WAY: Final = "a file stands in the place of its folder: take it away, or choose another with --db"
HELP: Final = (
    ("database is locked", "another process writes to it; run again when that has ended"),
    ("readonly database", "let its file and folder be writable, or choose another with --db"),
    ("unable to open", "let its folder exist and be writable, or choose another with --db"),
    ("disk is full", "make room on the disk; nothing of this statement was stored"),
    ("disk I/O error", "look at the disk; nothing of this statement was stored"),
    ("no such table", "a name in the SQL is no table of the project"),
    ("malformed", "the file is damaged or no SQLite database; choose another with --db"),
    ("symbolic link", "a link stands in the place of the file: put the file itself there, or choose another with --db"),
    ("Is a directory", "name a file in that folder with --db"),
    ("File exists", IN_THE_WAY),
    ("Not a directory", IN_THE_WAY),
    ("No such file", "let its folder exist and be writable, or choose another with --db"),
    ("Permission denied", "let its file and folder be writable, or choose another with --db"),
    ("Read-only file", "let its file and folder be writable, or choose another with --db"),
    ("Connection refused", "start PostgreSQL there, or name another with --db postgresql://user@host:port/name"),
    ("resolve host", "name a server that is there with --db postgresql://user@host:port/name"),
    ("timeout expired", "see whether the server can be reached, or name another with --db"),
    ("password authentication failed", "give the right password: export PGPASSWORD=…, or a line in ~/.pgpass"),
    ("no password supplied", "give the password: export PGPASSWORD=…, or a line in ~/.pgpass"),
    ('FATAL:  database "', "make it with createdb, or name another with --db"),
    ('FATAL:  role "', "name a user that is there with --db postgresql://user@host/name"),
    ("not a database", "the file is damaged or no SQLite database; choose another with --db"),
)


@contextmanager
def telling() -> Iterator[None]:
    """Raise a Fault for whatever the driver raises."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _fault(error.orig or error, lost=error.connection_invalidated) from None
    except sa.exc.SQLAlchemyError as error:
        raise Fault("database", str(error).partition("\n")[0]) from None
    except (sqlite3.Error, OSError) as error:
        raise _fault(error) from None
    except UnicodeError as error:  # of a name that no host has; the driver leaves it as it is
        help = "name a server that is there with --db postgresql://user@host:port/name"
        raise Fault("database", f"The address of the database is none: {error}", help=help) from None
    except OverflowError:
        raise Fault("database", "A number is too large for the database.", help="it holds 64-bit integers") from None


def _fault(error: BaseException, lost: bool = False) -> Fault:
    state, message = getattr(error, "sqlstate", None) or "", _message(error)
    if columns := _unique(error, state):
        return Fault(
            "duplicate-record",
            f"Duplicate record detected. Please check your table's unique indexes: {columns}",
            help="edit the row that is there, or use db.add_or_edit",
        )
    if state in CONFLICTS:
        return Fault("database", message, name="DeadlockError", help="run the transaction again")
    if lost:
        return DatabaseLost("database", f"The connection to the database was lost: {message}", help="run again")
    help = next((help for part, help in HELP if part in message), "")
    place = _place(error)
    return Fault("database", message, help=f"{help} ({place})" if help and place else help)


def _place(error: BaseException) -> str:
    """The file that an error is about, ``""`` for none. Help names it and no message: clients of a server see those."""
    return getattr(error, "filename", None) or next(iter(getattr(error, "__notes__", ())), "")


def _message(error: BaseException) -> str:
    if "user-defined function" in str(error):
        return cause()
    diagnosis: Any = getattr(error, "diag", None)
    told = getattr(diagnosis, "message_primary", None)
    if len(error.args) == 2 and isinstance(error.args[0], int) and isinstance(error.args[1], str):
        told = error.args[1]  # a number, then its text: MySQL
    return told or getattr(error, "strerror", None) or str(error).strip().partition("\n")[0] or type(error).__name__


def _unique(error: BaseException, state: str) -> str:
    """The columns of the unique index that a new row violates, ``""`` for any other error."""
    if state == UNIQUE_VIOLATION:
        diagnosis: Any = getattr(error, "diag", None)
        found = KEYS.match(getattr(diagnosis, "message_detail", None) or "")
        return found["columns"].replace('"', "") if found else str(getattr(diagnosis, "constraint_name", "?"))
    found = UNIQUE.search(str(error)) if isinstance(error, sqlite3.IntegrityError) else None
    return ", ".join(each.rpartition(".")[2] for each in found["columns"].split(", ")) if found else ""
