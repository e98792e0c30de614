"""The journal: what every run did to the outside, in a database.

Nothing in it is secret: what comes here went through the vault of its run. What is written survives the end of the
process at once; that a request is about to leave it survives the end of the power too.

The database is a ``Store``: SQLite for the runs of one machine, PostgreSQL for those of many.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from xsrun.engine.effects import State
from xsrun.engine.folder import Broken
from xsrun.engine.holding import Held
from xsrun.engine.rows import OPEN, UNFINISHED, RunRow, RunState, StepRow
from xsrun.engine.tables import Db, Rows, Store
from xsrun.values import storable

T = TypeVar("T")

ALL: Final = 1 << 62
"""Rows, more than there are."""
BEHIND: Final = "\x7f"
"""Behind every character that an id may have."""


class Known(Broken):
    """There is a run with this id."""


class Taken(Broken):
    """Another attempt works on the run."""


class Journal:
    """An open journal. Safe for threads and for several processes. Every method raises Broken."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.folder = store.folder
        self.token = store.token
        self.hold = store.hold
        self.release = store.release
        self.is_held = store.is_held
        self.close = store.close
        self._transact = store.transact

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows that a query gives; values stand for its ``?``."""
        return self.store.rows(query, _storable(values))

    def _read(self, read: Callable[[tuple[Any, ...]], T], query: str, values: Sequence[Any] = ()) -> list[T]:
        rows = self.rows(query, values)
        try:
            return [read(row) for row in rows]
        except (ValueError, zlib.error) as error:
            raise Broken(f"it is damaged: {error}") from None

    # ------------------------------------------------------------ runs

    def begin(self, run: RunRow, files: Mapping[str, str], steps: Iterable[StepRow] = ()) -> None:
        """Add a run with its first steps, and the texts of its source unless they are there. Raises Known."""
        kept = list(steps)
        self._transact(lambda db: insert_run(db, run, files, kept, self.store.keeping))

    def again(self, run: RunRow, token: int) -> RunRow:
        """Another attempt of a run begins: the row of it. Raises Held when there was one since ``run`` was read."""
        begun = run._replace(state=RunState.RUNNING, attempts=run.attempts + 1, pid=token, exit=None, ended_at=None)
        change = (
            "UPDATE run SET state = ?, exit = NULL, pid = ?, attempts = ?, ended_at = NULL"
            # What an answer was lost of that did get through is found as it was left.
            " WHERE id = ? AND (attempts = ? AND state = ? OR attempts = ? AND pid = ?)"
        )
        values = (begun.state, token, begun.attempts, run.id, run.attempts, run.state, begun.attempts, token)
        if not self._changed(change, values):
            raise Held("it went on since")
        return begun

    def end(self, run: RunRow, steps: Iterable[StepRow] = ()) -> None:
        """An attempt has ended, as the row of its run says; with its last steps. Raises Taken."""
        kept = list(steps)
        texts = [each and storable(each) for each in (run.result, run.error, run.report)]
        change = "UPDATE run SET state = ?, exit = ?, ended_at = ?, result = ?, error = ?, report = ? WHERE id = ?"

        def work(db: Db) -> None:
            self._standing(db, run)
            _insert_steps(db, kept)
            db.execute(change, (run.state, run.exit, run.ended_at, *texts, run.id))

        self._transact(work)

    def cancel(self, run: str) -> bool:
        """Have a run stop where it is; False when it had ended."""
        states = (*UNFINISHED, RunState.INTERRUPTED, RunState.CANCELLED, RunState.GIVEN_UP)
        change = f"UPDATE run SET state = ? WHERE id = ? AND state IN ({_marks(states)})"
        return self._changed(change, (RunState.CANCELLED, run, *states)) > 0

    def is_cancelled(self, run: RunRow) -> bool:
        """Whether somebody has had an attempt of a run stop."""
        asked = "SELECT 1 FROM run WHERE id = ? AND attempts = ? AND state = ?"
        return bool(self.store.rows(asked, (run.id, run.attempts, RunState.CANCELLED)))

    def _changed(self, change: str, values: tuple[Any, ...]) -> int:
        """How many rows a statement changes."""
        return self.store.execute(change, values).changed

    def _standing(self, db: Db, run: RunRow) -> str:
        """The state of the run that an attempt works on, which nobody else goes on with. Raises Taken."""
        asked = f"SELECT state, attempts, pid FROM run WHERE id = ?{self.store.shared}"
        found = db.execute(asked, (run.id,)).fetchone()
        if found is None or (found[1], found[2]) != (run.attempts, run.pid):
            raise Taken("another attempt goes on with the run")
        return str(found[0])

    def restate(self, run: RunRow) -> None:
        """Replace the options and the input of a run."""
        options, given = json.dumps(run.options), json.dumps(run.input)
        self._changed("UPDATE run SET options = ?, input = ? WHERE id = ?", (options, given, run.id))

    def set_state(self, run: str, state: str, before: str) -> bool:
        """Note what is known of a run that no process works on; False when its state has changed since."""
        return self._changed("UPDATE run SET state = ? WHERE id = ? AND state = ?", (state, run, before)) > 0

    def interrupt(self, run: str, attempt: int) -> None:
        """Note that whoever worked on a run is gone, unless somebody has taken it up since that attempt."""
        change = "UPDATE run SET state = ? WHERE id = ? AND state = ? AND attempts = ?"
        self._changed(change, (RunState.INTERRUPTED, run, RunState.RUNNING, attempt))

    def running(self) -> list[tuple[str, int]]:
        """The runs that have not ended, as far as they could say: their ids and attempts."""
        query = "SELECT id, attempts FROM run WHERE state = ?"
        return self._read(lambda row: (str(row[0]), int(row[1])), query, (RunState.RUNNING,))

    def runs(self, prefix: str = "", limit: int = ALL, states: Sequence[str] = ()) -> list[RunRow]:
        """The runs whose id begins with a text, and of some states those in one of them, newest first."""
        said, values = [], list[Any]()
        if "\0" in prefix:
            return []  # PostgreSQL takes no such text
        if prefix:
            column = f"id{self.store.bytewise}"
            said.append(f"{column} >= ? AND {column} < ?")  # a range, which an index finds
            values += [prefix, prefix + BEHIND]
        if states:
            said.append(f"state IN ({_marks(states)})")
            values += states
        where = f"WHERE {' AND '.join(said)} " if said else ""
        return self.select(f"{where}ORDER BY started_at DESC, id DESC LIMIT ?", *values, limit)

    def run(self, id: str) -> RunRow | None:
        """The run with this id."""
        if "\0" in id:
            return None  # PostgreSQL takes no such text
        return next(iter(self.select("WHERE id = ?", id)), None)

    def select(self, rest: str, *values: Any) -> list[RunRow]:
        """The runs that ``SELECT * FROM run`` gives with the rest of a statement; values stand for its ``?``."""
        return self._read(_run, f"SELECT * FROM run {rest}", values)

    def with_option(self, name: str, value: str, since: int) -> list[RunRow]:
        """The runs that have a text among their options and began since a time, oldest first."""
        rest = "WHERE started_at >= ? AND json_extract(options, '$.' || ?) = ? ORDER BY started_at, id"
        return self.select(rest, since, name, value)

    def files(self, source: str) -> dict[str, str]:
        """The texts of a source by file name."""
        found = self._read(_files, "SELECT files FROM source WHERE hash = ?", (source,))
        return found[0] if found else {}

    def sources(self) -> set[str]:
        """The hashes of the sources that runs were made from."""
        return set(self._read(lambda row: str(row[0]), "SELECT hash FROM source"))

    def prune(self, before: int, keep: int) -> int:
        """Delete runs that began before a time, and all but the newest. Gives back how many.

        The open ones stay, and one that was cut short and can go on does as long as its time is not over.
        """
        gone = self._changed(
            "DELETE FROM run WHERE state NOT IN (?, ?, ?, ?) AND (started_at < ? OR state <> ? AND id NOT IN"
            " (SELECT id FROM run ORDER BY started_at DESC, id DESC LIMIT ?))",
            (*OPEN, before, RunState.INTERRUPTED, keep),
        )
        self._drop_sources()
        return gone

    def forget(self, run: str) -> bool:
        """Delete a run that has ended, with its steps; False when it has not, or is not there."""
        if self.is_held(run):
            return False
        gone = self._changed("DELETE FROM run WHERE id = ? AND state NOT IN (?, ?)", (run, *UNFINISHED))
        self._drop_sources()
        return gone > 0

    def _drop_sources(self) -> None:
        """Delete the sources that no run needs, nor one that is about to be added."""

        def work(db: Db) -> None:
            if self.store.dropping:
                db.execute(self.store.dropping)
            db.execute("DELETE FROM source WHERE hash NOT IN (SELECT source FROM run)")

        self._transact(work)

    # ------------------------------------------------------------ steps

    def write(self, run: RunRow, steps: Iterable[StepRow], to_disk: bool = False) -> str:
        """Add or replace steps of an attempt; with ``to_disk`` they are there after a loss of power too.

        Gives back the state of the run, which somebody may have cancelled. Raises Taken.
        """
        kept = list(steps)
        if len(kept) == 1:
            values = (*_storable(_step_values(kept[0]).values()), run.id, run.attempts, run.pid, run.id)
            found = self.store.execute(_ONE_STEP.format(self.store.shared), values, to_disk).rows
            if not found:
                raise Taken("another attempt goes on with the run")
            return str(found[0][0])

        def work(db: Db) -> str:
            state = self._standing(db, run)
            _insert_steps(db, kept)
            return state

        return self._transact(work, to_disk)

    def steps(self, run: str, since: int = 0) -> list[StepRow]:
        """The steps of a run, by strand and number; all but those that were answered before a time."""
        query = "SELECT * FROM step WHERE run = ? AND (answered_at IS NULL OR answered_at >= ?) ORDER BY strand, number"
        return self._read(_step, query, (run, since))

    def settle(self, run: RunRow, state: str, dropped: Iterable[tuple[str, int]], answered: Iterable[StepRow]) -> None:
        """Write down what became of the steps of a run, and its state, all at once.

        ``dropped`` names steps that are forgotten, by strand and number, with the ones of their strand that follow.
        Raises Held when the run went on since it was read.
        """
        gone, known = list(dropped), list(answered)

        def work(db: Db) -> None:
            found = db.execute("UPDATE run SET state = ? WHERE id = ? AND state = ?", (state, run.id, run.state))
            if not found.rowcount:
                raise Held("it went on since")
            for strand, number in gone:
                db.execute("DELETE FROM step WHERE run = ? AND strand = ? AND number >= ?", (run.id, strand, number))
            _insert_steps(db, known)

        self._transact(work)

    def with_key(self, key: str) -> list[StepRow]:
        """The answered steps of any run that carry a key, newest first."""
        query = "SELECT * FROM step WHERE key = ? AND state = ? ORDER BY answered_at DESC"
        return self._read(_step, query, (key, State.ANSWERED))


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


def insert_run(db: Db, run: RunRow, files: Mapping[str, str], steps: Iterable[StepRow] = (), keeping: str = "") -> None:
    """Add a run within a transaction that others have begun; ``keeping`` is that of the store. Raises Known."""
    if keeping:
        db.execute(keeping)
    if not db.execute("SELECT 1 FROM source WHERE hash = ?", (run.source,)).fetchone():
        packed = zlib.compress(json.dumps(dict(files)).encode())
        db.execute("INSERT INTO source VALUES (?, ?) ON CONFLICT DO NOTHING", (run.source, packed))
    values = {**run._asdict(), "options": json.dumps(run.options), "input": json.dumps(run.input)}
    if not _insert(db, "INSERT INTO run", values, " ON CONFLICT DO NOTHING").rowcount:
        raise Known(f"there is a run {run.id}")
    _insert_steps(db, steps)


def _insert_steps(db: Db, steps: Iterable[StepRow]) -> None:
    for step in steps:
        _insert(db, "INSERT INTO step", _step_values(step), _REPLACING)


def _step_values(step: StepRow) -> dict[str, Any]:
    return {**step._asdict(), "readings": json.dumps(step.readings), "outcome": _packed(step.outcome)}


def _insert(db: Db, into: str, row: Mapping[str, Any], conflict: str = "") -> Rows:
    values = _storable(row.values())
    return db.execute(f"{into} VALUES ({_marks(values)}){conflict}", values)


def _marks(values: Sequence[Any]) -> str:
    """What stands for values in a statement."""
    return ", ".join("?" * len(values))


def _storable(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(storable(each) if isinstance(each, str) else each for each in values)


_KEY: Final = ("run", "strand", "number")
_REPLACING: Final = f" ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in StepRow._fields if name not in _KEY
)
_ONE_STEP: Final = (
    f"INSERT INTO step SELECT {_marks(StepRow._fields)} WHERE EXISTS"
    f" (SELECT 1 FROM run WHERE id = ? AND attempts = ? AND pid = ?{{}})"
    f"{_REPLACING} RETURNING (SELECT state FROM run WHERE id = ?)"
)
"""Adds or replaces a step of an attempt that has its run still, and gives back the state of that."""
