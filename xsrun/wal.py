"""The log that SQLite keeps beside a file, so that one writes while others read."""

from __future__ import annotations

import sqlite3
import time

from xsrun.hints import Final

PAUSE: Final = 0.01
"""Seconds between two tries."""
KIND: Final = 0xFF
"""The part of an error's code that says what it is, and not why."""


def keep_log(db: sqlite3.Connection) -> None:
    """Have a database keep its log. Raises sqlite3.Error.

    Where others begin with the same file it waits as long as for any statement; SQLite fails at once here.
    """
    began = time.monotonic()
    while True:
        try:
            db.execute("PRAGMA journal_mode = wal")
            return
        except sqlite3.OperationalError as error:
            (patience,) = db.execute("PRAGMA busy_timeout").fetchone()
            waited = time.monotonic() - began
            if error.sqlite_errorcode & KIND != sqlite3.SQLITE_BUSY or waited * 1000 >= patience:
                raise
        time.sleep(PAUSE)
