"""``table_trigger``: functions that run behind what changes rows (database.md section 11).

They run when a statement is done, in a ``db.transaction`` when that is done. What they raise is logged, and changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from xsrun.data.columns import KEY
from xsrun.data.plans import Asked, Plan
from xsrun.diagnostics import Fault, LimitFault, RunStopped
from xsrun.effects.ports import Database, Work
from xsrun.program import Trigger
from xsrun.runtime.frame import Run

DEEPEST: Final = 10
"""Triggers that run because of triggers."""
ACTIONS: Final = {
    "insert": ("insert",), "update": ("update",), "upsert": ("insert", "update"), "delete": ("delete",),
    "increment": ("update",), "truncate": ("truncate",), "set all": ("update",), "delete all": ("delete",),
    "update each": ("update",),
}  # fmt: skip
"""What each verb of work may do to a row."""
Row = dict[str, Any]


class Change(NamedTuple):
    """What was done to one row: ``{}`` stands for the row that was not there, or is not there any more."""

    action: str
    new: Row
    old: Row


def triggering(database: Database, run: Run, triggers: Iterable[Trigger]) -> Database:
    """A database that runs triggers for one run, whomever it ran them for before."""
    return TriggeringDatabase(database.inner if isinstance(database, TriggeringDatabase) else database, run, triggers)


class TriggeringDatabase:
    """A database that runs triggers behind what it does; implements ``ports.Database``."""

    def __init__(self, inner: Database, run: Run, triggers: Iterable[Trigger]) -> None:
        self.inner = inner
        self._run = run
        self._triggers = tuple(triggers)
        self._waiting: list[Callable[[], None]] | None = None
        """What runs when the open transaction is done."""
        self._depth = 0

    @property
    def catalog(self) -> Any:
        """The tables that it has, by name."""
        return self.inner.catalog

    @property
    def lasting(self) -> bool:
        """Whether its rows outlive the process."""
        return self.inner.lasting

    def do(self, work: Work, once: str = "") -> Any:
        """What comes of a piece of work; its triggers run behind it."""
        due = [each for action in ACTIONS.get(work.verb, ()) for each in self._due(work, action)]
        if not due:
            return self.inner.do(work, once)
        changes: list[Change] = []
        with self.inner.transaction("", work.datasource):
            found = self._HOW[work.verb](self, work, changes)
        for change in changes:
            for each in self._due(work, change.action):
                self._start(each, change, work.datasource)
        return found

    @contextmanager
    def transaction(self, isolation: str = "", datasource: str = "") -> Iterator[None]:
        """All work inside is done together, or not at all; triggers run behind the outermost one."""
        outer = self._waiting
        waiting = self._waiting = [] if outer is None else outer
        before = len(waiting)
        try:
            with self.inner.transaction(isolation, datasource):
                yield
        except RunStopped:
            raise
        except BaseException:
            del waiting[before:]
            raise
        finally:
            self._waiting = outer
        if outer is None:
            for each in waiting:
                each()

    def remember(self, name: str, outcome: Any, datasource: str = "") -> None:
        """Note something under a name."""
        self.inner.remember(name, outcome, datasource)

    def recall(self, name: str, datasource: str = "") -> tuple[Any] | None:
        """What was noted under a name, None for nothing."""
        return self.inner.recall(name, datasource)

    # ------------------------------------------------------------ triggers

    def _due(self, work: Work, action: str) -> list[Trigger]:
        source = work.datasource or "live"
        return [
            each
            for each in self._triggers
            if each.table == work.table and action in each.actions and source in (each.datasources or (source,))
        ]

    def _start(self, trigger: Trigger, change: Change, datasource: str) -> None:
        if self._waiting is None:
            self._fire(trigger, change, datasource)
        else:
            self._waiting.append(lambda: self._fire(trigger, change, datasource))

    def _fire(self, trigger: Trigger, change: Change, datasource: str) -> None:
        log = self._run.world.log.write
        if self._depth >= DEEPEST:
            log(f"the trigger {trigger.name} was not run: {DEEPEST} triggers have run because of triggers")
            return
        given = {"new": change.new, "old": change.old, "action": change.action, "datasource": datasource or "live"}
        self._depth += 1
        try:
            self._run.call(1, trigger.number, given)
        except LimitFault:
            raise
        except Fault as fault:
            log(f"the trigger {trigger.name} failed: {fault.message}")
        finally:
            self._depth -= 1

    # ------------------------------------------------------------ work with what it changes

    def _all(self, work: Work) -> tuple[str, ...]:
        return tuple(self.catalog[work.table].by_name)

    def _again(self, work: Work, verb: str, *given: Any) -> Any:
        return self.inner.do(Work(verb, work.table, given, work.datasource))

    def _rows(self, work: Work, where: Plan) -> dict[Any, Row]:
        """Whole rows by their ``id``."""
        rows = self._again(work, "query", Asked(work.table, work.table, self._all(work), where=where))
        return {row[KEY]: row for row in rows}

    def _with_keys(self, work: Work, keys: Iterable[Any]) -> Plan:
        found = tuple(keys)
        return ("in", ("column", work.table, KEY, ()), found) if found else ("never",)

    def _insert(self, work: Work, changes: list[Change]) -> Any:
        made, shown = work.given
        rows = self._again(work, "insert", made, self._all(work))
        changes += [Change("insert", row, {}) for row in rows]
        return [{name: row[name] for name in shown} for row in rows]

    def _update(self, work: Work, changes: list[Change]) -> Any:
        where, changed, shown = work.given
        old = self._again(work, "get", where, self._all(work), False)
        if old is None:
            return None
        new = self._again(work, "update", self._with_keys(work, [old[KEY]]), changed, self._all(work))
        changes.append(Change("update", new, old))
        return {name: new[name] for name in shown}

    def _upsert(self, work: Work, changes: list[Change]) -> Any:
        where, changed, made, shown = work.given
        found = where and self._update(work._replace(given=(where, changed, shown)), changes)
        return found or self._insert(work._replace(given=([made], shown)), changes)[0]

    def _delete(self, work: Work, changes: list[Change]) -> Any:
        old = self._again(work, "get", work.given[0], self._all(work), False)
        if old is None:
            return False
        changes.append(Change("delete", {}, old))
        return self._again(work, "delete", self._with_keys(work, [old[KEY]]))

    def _change_all(self, work: Work, changes: list[Change]) -> Any:
        """Work on every row that a condition finds."""
        before = self._rows(work, work.given[0])
        found = self.inner.do(work)
        after = self._rows(work, self._with_keys(work, before))
        action = ACTIONS[work.verb][0]
        changes += [Change(action, after.get(key, {}), old) for key, old in before.items()]
        return found

    def _change_each(self, work: Work, changes: list[Change]) -> Any:
        changed, shown = work.given
        before = self._rows(work, self._with_keys(work, [row[KEY] for row in changed]))
        rows = self._again(work, "update each", changed, self._all(work))
        changes += [Change("update", row, before[row[KEY]]) for row in rows]
        return [{name: row[name] for name in shown} for row in rows]

    def _truncate(self, work: Work, changes: list[Change]) -> Any:
        changes.append(Change("truncate", {}, {}))
        return self.inner.do(work)

    _HOW: Final[dict[str, Any]] = {
        "insert": _insert, "update": _update, "upsert": _upsert, "delete": _delete, "increment": _change_all,
        "set all": _change_all, "delete all": _change_all, "update each": _change_each, "truncate": _truncate,
    }  # fmt: skip
