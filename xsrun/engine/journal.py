"""The journal: a SQLite file in the user's state folder that tells what every run did to the outside.

``run`` holds a row a run, ``step`` a row an effect, ``source`` the texts that runs were made from. Nothing in it is
secret: what comes here went through the vault of its run. What is written survives the end of the process at once;
that a request is about to leave it survives the end of the power too.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from xsrun.engine.effects import State
from xsrun.engine.folder import Broken
from xsrun.engine.holding import Held
from xsrun.engine.rows import RunRow, RunState, StepRow, storable
from xsrun.files import make_private

T = TypeVar("T")

VERSION: Final = 1
BUSY_SECONDS: Final = 10
"""How long to wait for another process that writes."""

SCHEMA: Final = """
CREATE TABLE run (
    id TEXT PRIMARY KEY, job TEXT NOT NULL, path TEXT NOT NULL, options TEXT NOT NULL, input TEXT NOT NULL,
    source TEXT NOT NULL, seed BLOB, state TEXT NOT NULL, exit INTEGER, pid INTEGER NOT NULL, attempts INTEGER NOT NULL,
    started_at INTEGER NOT NULL, ended_at INTEGER, result TEXT, error TEXT
) WITHOUT ROWID;
CREATE INDEX run_started ON run (started_at);
CREATE TABLE step (
    run TEXT NOT NULL REFERENCES run (id) ON DELETE CASCADE, strand TEXT NOT NULL, number INTEGER NOT NULL,
    kind TEXT NOT NULL, title TEXT NOT NULL, site TEXT NOT NULL, policy TEXT NOT NULL, args TEXT NOT NULL,
    key TEXT NOT NULL, state TEXT NOT NULL, readings TEXT NOT NULL, prepared_at INTEGER NOT NULL, sent_at INTEGER,
    answered_at INTEGER, outcome BLOB, PRIMARY KEY (run, strand, number)
) WITHOUT ROWID;
CREATE INDEX step_key ON step (key) WHERE key <> '';
CREATE TABLE source (hash TEXT PRIMARY KEY, files BLOB NOT NULL) WITHOUT ROWID;
"""


@contextmanager
def _telling() -> Iterator[None]:
    """Raise Broken for whatever is wrong with the file."""
    try:
        yield
    except sqlite3.Error as error:
        raise Broken(str(error)) from None
    except OSError as error:
        raise Broken(error.strerror or str(error)) from None


class Journal:
    """An open journal. Safe for threads and for several processes. Every method raises Broken."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        with _telling():
            os.makedirs(folder, mode=0o700, exist_ok=True)
            path = os.path.join(folder, "journal.sqlite")
            make_private(path)
            self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            for setting in ("journal_mode = wal", "synchronous = normal", "foreign_keys = on"):
                self._db.execute(f"PRAGMA {setting}")
            self._prepare()

    def _prepare(self) -> None:
        found = self._db.execute("PRAGMA user_version").fetchone()[0]
        if found == VERSION:
            return
        with self._writing() as db:
            found = db.execute("PRAGMA user_version").fetchone()[0]
            if found not in (0, VERSION):
                raise sqlite3.DatabaseError(f"it was written by another version of xsrun (format {found})")
            if found == 0:
                for statement in SCHEMA.split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def _writing(self, to_disk: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it, or nothing; on the disk at its end if wanted."""
        with self._lock, _telling():
            self._db.execute(f"PRAGMA synchronous = {'full' if to_disk else 'normal'}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _rows(self, read: Callable[[tuple[Any, ...]], T], query: str, values: tuple[Any, ...]) -> list[T]:
        with self._lock, _telling():
            try:
                return [read(row) for row in self._db.execute(query, values)]
            except (ValueError, zlib.error) as error:
                raise Broken(f"it is damaged: {error}") from None

    # ------------------------------------------------------------ runs

    def begin(self, run: RunRow, files: Mapping[str, str], steps: Iterable[StepRow] = ()) -> None:
        """Add a run with its first steps, and the texts of its source unless they are there."""
        with self._writing() as db:
            if not db.execute("SELECT 1 FROM source WHERE hash = ?", (run.source,)).fetchone():
                packed = zlib.compress(json.dumps(dict(files)).encode())
                db.execute("INSERT INTO source VALUES (?, ?)", (run.source, packed))
            values = {**run._asdict(), "options": json.dumps(run.options), "input": json.dumps(run.input)}
            _insert(db, "INSERT INTO run", values)
            _insert_steps(db, steps)

    def again(self, run: RunRow, pid: int) -> None:
        """Another attempt of a run begins. Raises Held when there was one since ``run`` was read."""
        with self._writing() as db:
            begun = db.execute(
                "UPDATE run SET state = ?, exit = NULL, pid = ?, attempts = attempts + 1, ended_at = NULL"
                " WHERE id = ? AND attempts = ? AND state = ?",
                (RunState.RUNNING, pid, run.id, run.attempts, run.state),
            ).rowcount
        if not begun:
            raise Held("it went on since")

    def end(self, run: RunRow, steps: Iterable[StepRow] = ()) -> None:
        """A run has ended, as its state, exit code, time, result and error say; with its last steps."""
        texts = [each and storable(each) for each in (run.result, run.error)]
        with self._writing() as db:
            _insert_steps(db, steps)
            db.execute(
                "UPDATE run SET state = ?, exit = ?, ended_at = ?, result = ?, error = ? WHERE id = ?",
                (run.state, run.exit, run.ended_at, *texts, run.id),
            )

    def restate(self, run: RunRow) -> None:
        """Replace the options and the input of a run."""
        options, given = json.dumps(run.options), json.dumps(run.input)
        with self._writing() as db:
            db.execute("UPDATE run SET options = ?, input = ? WHERE id = ?", (options, given, run.id))

    def set_state(self, run: str, state: str, before: str) -> None:
        """Note what is known of a run that no process works on, unless its state has changed since."""
        with self._writing() as db:
            db.execute("UPDATE run SET state = ? WHERE id = ? AND state = ?", (state, run, before))

    def running(self) -> list[str]:
        """The ids of the runs that have not ended, as far as they could say."""
        return self._rows(lambda row: str(row[0]), "SELECT id FROM run WHERE state = ?", (RunState.RUNNING,))

    def runs(self, prefix: str = "", limit: int = -1) -> list[RunRow]:
        """The runs whose id begins with a text, newest first."""
        query = "SELECT * FROM run WHERE substr(id, 1, ?) = ? ORDER BY started_at DESC, id DESC LIMIT ?"
        return self._rows(_run, query, (len(prefix), prefix, limit))

    def with_option(self, name: str, value: str, since: int) -> list[RunRow]:
        """The runs that have a text among their options and began since a time, oldest first."""
        query = (
            "SELECT * FROM run WHERE started_at >= ? AND json_extract(options, '$.' || ?) = ? ORDER BY started_at, id"
        )
        return self._rows(_run, query, (since, name, value))

    def files(self, source: str) -> dict[str, str]:
        """The texts of a source by file name."""
        found = self._rows(_files, "SELECT files FROM source WHERE hash = ?", (source,))
        return found[0] if found else {}

    def sources(self) -> set[str]:
        """The hashes of the sources that runs were made from."""
        return set(self._rows(lambda row: str(row[0]), "SELECT hash FROM source", ()))

    def prune(self, before: int, keep: int) -> int:
        """Delete runs that began before a time, and all but the newest; running ones stay. Gives back how many went."""
        with self._writing() as db:
            gone = db.execute(
                "DELETE FROM run WHERE state <> ? AND (started_at < ? OR id NOT IN"
                " (SELECT id FROM run ORDER BY started_at DESC, id DESC LIMIT ?))",
                (RunState.RUNNING, before, keep),
            ).rowcount
            db.execute("DELETE FROM source WHERE hash NOT IN (SELECT source FROM run)")
        return gone

    # ------------------------------------------------------------ steps

    def write(self, steps: Iterable[StepRow], to_disk: bool = False) -> None:
        """Add or replace steps; with ``to_disk`` they are there after a loss of power too."""
        with self._writing(to_disk) as db:
            _insert_steps(db, steps)

    def steps(self, run: str) -> list[StepRow]:
        """The steps of a run, by strand and number."""
        return self._rows(_step, "SELECT * FROM step WHERE run = ? ORDER BY strand, number", (run,))

    def settle(self, run: RunRow, state: str, dropped: Iterable[tuple[str, int]], answered: Iterable[StepRow]) -> None:
        """Write down what became of the steps of a run, and its state, all at once.

        ``dropped`` names steps that are forgotten, by strand and number, with the ones of their strand that follow.
        Raises Held when the run went on since it was read.
        """
        with self._writing() as db:
            found = db.execute("UPDATE run SET state = ? WHERE id = ? AND state = ?", (state, run.id, run.state))
            if not found.rowcount:
                raise Held("it went on since")
            for strand, number in dropped:
                db.execute("DELETE FROM step WHERE run = ? AND strand = ? AND number >= ?", (run.id, strand, number))
            _insert_steps(db, answered)

    def with_key(self, key: str) -> list[StepRow]:
        """The answered steps of any run that carry a key, newest first."""
        query = "SELECT * FROM step WHERE key = ? AND state = ? ORDER BY answered_at DESC"
        return self._rows(_step, query, (key, State.ANSWERED))


def _run(row: tuple[Any, ...]) -> RunRow:
    found = RunRow(*row)
    return found._replace(options=json.loads(str(found.options)), input=json.loads(str(found.input)))


def _files(row: tuple[Any, ...]) -> dict[str, str]:
    files: dict[str, str] = json.loads(zlib.decompress(row[0]))
    return files


def _step(row: tuple[Any, ...]) -> StepRow:
    found = StepRow(*row)
    outcome = json.loads(zlib.decompress(found.outcome)) if found.outcome is not None else None
    return found._replace(readings=json.loads(str(found.readings)), outcome=outcome)


def _packed(outcome: Any) -> bytes | None:
    if outcome is None:
        return None
    return zlib.compress(json.dumps(outcome, ensure_ascii=False).encode("utf-8", "backslashreplace"), 1)


def _insert_steps(db: sqlite3.Connection, steps: Iterable[StepRow]) -> None:
    for step in steps:
        values = {**step._asdict(), "readings": json.dumps(step.readings), "outcome": _packed(step.outcome)}
        _insert(db, "INSERT OR REPLACE INTO step", values)


def _insert(db: sqlite3.Connection, into: str, row: Mapping[str, Any]) -> None:
    values = tuple(storable(each) if isinstance(each, str) else each for each in row.values())
    db.execute(f"{into} VALUES ({', '.join('?' * len(values))})", values)
