"""What stands in the place of Redis: its commands on a small database of the project, or of memory alone."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from xsrun.diagnostics import Fault
from xsrun.effects.files import hidden_folder
from xsrun.effects.ports import Answer, Command
from xsrun.files import make_private
from xsrun.wal import keep_log

FILE: Final = "redis.sqlite"
LONGEST_WAIT: Final = 10.0
"""Seconds that a process waits while others write."""
LARGEST: Final = 2**63 - 1
REMEMBERED: Final = 30 * 86_400_000
"""Milliseconds for which it is known what was done under a name."""
WRONG_KIND: Final = "WRONGTYPE Operation against a key holding the wrong kind of value"
NO_INTEGER: Final = "value is not an integer or out of range"
TOO_FAR: Final = "increment or decrement would overflow"
NO_TIME: Final = "invalid expire time in 'set' command"

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS keys (key TEXT PRIMARY KEY, value TEXT, expires INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS elements (key TEXT, place INTEGER, value TEXT, PRIMARY KEY (key, place)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS done (name TEXT PRIMARY KEY, answers TEXT, at INTEGER) WITHOUT ROWID;
"""
"""``value`` is null for a list, whose elements stand in the order of their places."""


class KeptCache:
    """Keeps what Redis would; implements ``ports.Cache``. Several processes may use one at the same time.

    ``home`` is the folder of a project, below which it lies in ``.xsrun/redis.sqlite``; without one it is in memory.
    ``now`` tells the time in milliseconds, by which keys expire.
    """

    def __init__(self, now: Callable[[], int], home: str = "") -> None:
        self._now = now
        self._lock = threading.Lock()
        with _reporting():
            self._database = _opened(home)

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            self._database.close()

    def execute(self, commands: Sequence[Command], once: str = "") -> list[Answer]:
        """Carry out commands, all or none. Raises Fault in the words of Redis."""
        with self._lock, _reporting(), _transaction(self._database) as run:
            if once and (kept := run("SELECT answers FROM done WHERE name = ?", (once,)).fetchone()):
                answers: list[Answer] = json.loads(kept[0])
                return answers
            now = self._now()
            run("DELETE FROM keys WHERE expires <= ?", (now,))
            answers = [COMMANDS[str(name)](_Keys(run, now), *arguments) for name, *arguments in commands]
            if once:
                run("DELETE FROM done WHERE at < ?", (now - REMEMBERED,))
                run("INSERT INTO done VALUES (?, ?, ?)", (once, json.dumps(answers), now))
            return answers


def memory_cache(now: Callable[[], int] = lambda: 0) -> KeptCache:
    """A cache in memory, empty."""
    return KeptCache(now)


def _opened(home: str) -> sqlite3.Connection:
    place = ":memory:"
    if home:
        place = os.path.join(hidden_folder(home), FILE)
        make_private(place)
    database = sqlite3.connect(place, LONGEST_WAIT, isolation_level=None, check_same_thread=False)
    if home:
        keep_log(database)
    database.executescript(SCHEMA)
    return database


Run = Callable[..., sqlite3.Cursor]


@contextlib.contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[Run]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield database.execute
        database.execute("COMMIT")
    finally:
        if database.in_transaction:
            database.execute("ROLLBACK")


@contextlib.contextmanager
def _reporting() -> Iterator[None]:
    """Errors of the system as faults."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Fault("redis-error", f".xsrun/{FILE} cannot be used: {reason}", help="look at .xsrun") from None


def _fits(number: int) -> bool:
    """Whether Redis holds a number of this size: it has 64 bits."""
    return -LARGEST <= number + 1 <= LARGEST + 1


class _Keys:
    """What is kept, at one moment."""

    def __init__(self, run: Run, now: int) -> None:
        self._run = run
        self._now = now

    def exists(self, key: str) -> int:
        return self._one("SELECT count(*) FROM keys WHERE key = ?", key)

    def get(self, key: str) -> str | None:
        row = self._run("SELECT value FROM keys WHERE key = ?", (key,)).fetchone()
        if row and row[0] is None:
            raise Fault("redis-error", WRONG_KIND)
        return str(row[0]) if row else None

    def set(self, key: str, value: str, *options: str | int) -> str | None:
        if "NX" in options and self.exists(key):
            return None
        lives = int(options[options.index("PX") + 1]) if "PX" in options else None
        if lives is not None and lives <= 0:
            raise Fault("redis-error", NO_TIME)
        self.delete(key)
        expires = None if lives is None else self._now + lives
        self._run("INSERT INTO keys VALUES (?, ?, ?)", (key, value, expires))
        return "OK"

    def delete(self, key: str) -> int:
        self._run("DELETE FROM elements WHERE key = ?", (key,))
        return self._run("DELETE FROM keys WHERE key = ?", (key,)).rowcount

    def add(self, key: str, by: int) -> int:
        present = self.get(key)
        if present is not None and not (re.fullmatch(r"0|-?[1-9][0-9]{0,18}", present) and _fits(int(present))):
            raise Fault("redis-error", NO_INTEGER)
        total = int(present or 0) + by
        if not _fits(total):
            raise Fault("redis-error", TOO_FAR)
        if present is None:
            self.set(key, str(total))
        else:
            self._run("UPDATE keys SET value = ? WHERE key = ?", (str(total), key))
        return total

    def append(self, key: str, value: str) -> int:
        return self._put(key, value, "coalesce(max(place), 0) + 1")

    def prepend(self, key: str, value: str) -> int:
        return self._put(key, value, "coalesce(min(place), 0) - 1")

    def take_last(self, key: str, count: int) -> list[str] | None:
        return self._take(key, count, "DESC")

    def take_first(self, key: str, count: int) -> list[str] | None:
        return self._take(key, count, "ASC")

    def length(self, key: str) -> int:
        self._demand_list(key)
        return self._one("SELECT count(*) FROM elements WHERE key = ?", key)

    def range(self, key: str, start: int, stop: int) -> list[str]:
        length = self.length(key)
        first = max(0, start + length if start < 0 else start)
        last = min(length - 1, stop + length if stop < 0 else stop)
        sql = "SELECT value FROM elements WHERE key = ? ORDER BY place LIMIT ? OFFSET ?"
        return [value for (value,) in self._run(sql, (key, max(0, last - first + 1), min(first, LARGEST)))]

    def remove(self, key: str, count: int, value: str) -> int:
        self._demand_list(key)
        sql = f"""DELETE FROM elements WHERE key = ?1 AND place IN (SELECT place FROM elements
            WHERE key = ?1 AND value = ?2 ORDER BY place {"DESC" if count < 0 else "ASC"} LIMIT ?3)"""
        removed = self._run(sql, (key, value, abs(count) or -1)).rowcount
        self._forget_empty(key)
        return removed

    def search(self, pattern: str) -> list[str]:
        # A character after a backslash stands for itself, for which GLOB has only brackets.
        glob = re.sub(r"\\(.)", r"[\1]", pattern, flags=re.DOTALL)
        return [key for (key,) in self._run("SELECT key FROM keys WHERE key GLOB ? ORDER BY key", (glob,))]

    def _put(self, key: str, value: str, place: str) -> int:
        self._demand_list(key)
        self._run("INSERT OR IGNORE INTO keys VALUES (?, NULL, NULL)", (key,))
        self._run(f"INSERT INTO elements SELECT ?1, {place}, ?2 FROM elements WHERE key = ?1", (key, value))
        return self.length(key)

    def _take(self, key: str, count: int, order: str) -> list[str] | None:
        if count < 0:
            raise Fault("redis-error", "value is out of range, must be positive")
        self._demand_list(key)
        sql = f"SELECT place, value FROM elements WHERE key = ? ORDER BY place {order} LIMIT ?"
        taken = self._run(sql, (key, count)).fetchall()
        for place, _ in taken:
            self._run("DELETE FROM elements WHERE key = ? AND place = ?", (key, place))
        known = self.exists(key)
        self._forget_empty(key)
        return [value for _, value in taken] if known else None

    def _forget_empty(self, key: str) -> None:
        self._run("DELETE FROM keys WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM elements WHERE key = ?1)", (key,))

    def _demand_list(self, key: str) -> None:
        if self._one("SELECT count(*) FROM keys WHERE key = ? AND value IS NOT NULL", key):
            raise Fault("redis-error", WRONG_KIND)

    def _one(self, sql: str, key: str) -> int:
        number: int = self._run(sql, (key,)).fetchone()[0]
        return number


COMMANDS: Final[dict[str, Callable[..., Any]]] = {
    "GET": _Keys.get,
    "SET": _Keys.set,
    "DEL": _Keys.delete,
    "EXISTS": _Keys.exists,
    "INCRBY": _Keys.add,
    "RPUSH": _Keys.append,
    "LPUSH": _Keys.prepend,
    "RPOP": _Keys.take_last,
    "LPOP": _Keys.take_first,
    "LRANGE": _Keys.range,
    "LLEN": _Keys.length,
    "LREM": _Keys.remove,
    "KEYS": _Keys.search,
}
"""What each command of ``ports.Cache`` does."""
