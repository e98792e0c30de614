"""The database through the door: what a run did to it is not done again when the run goes on.

Work that changes something carries a name under which the database itself knows whether it was done. A transaction
is one thing: the outcomes of all work in it are kept with it, under one name, and come again once it was committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final

from xsrun.diagnostics import Fault, LimitFault, RunStopped
from xsrun.effects.ports import READING_WORK, Database, Work
from xsrun.engine.effects import Effect, Effects, Outcome
from xsrun.engine.faults import kept_fault, value_of
from xsrun.providers.policies import Policy

MOST_KEPT: Final = 1000
"""Rows that are kept of what a query gives; when there are more, a resumed run sees what the database holds by then."""
AGAIN: Final = {"again": True}
"""Kept in place of an outcome for which the database itself is asked."""


def journaled(inner: Database, effects: Effects) -> Database:
    """A database of the run alone needs no door: a run that goes on fills it again."""
    return JournaledDatabase(inner, effects) if inner.lasting else inner


class JournaledDatabase:
    """A database whose every use is an effect; implements ``ports.Database``. Belongs to one strand."""

    lasting = True

    def __init__(self, inner: Database, effects: Effects) -> None:
        self._inner = inner
        self._effects = effects
        self._open: _Recorded | _Repeated | None = None

    @property
    def catalog(self) -> Any:
        """The tables that it has, by name."""
        return self._inner.catalog

    def do(self, work: Work, once: str = "") -> Any:
        """What came of a piece of work, now or in an earlier attempt. Raises the Fault that did."""
        if self._open is not None:
            return self._open.do(work)
        name = "" if work.verb in READING_WORK else once or self._effects.next
        found: list[Any] = []

        def perform(_sending: Callable[[], None], _waited: int) -> Outcome:
            found.append(_outcome(lambda: self._inner.do(work, name)))
            return Outcome(AGAIN if self._keeps_to_itself(work, found[0]) else found[0])

        policy = Policy.KEYED if name else Policy.READ
        args = {"do": work.verb, "table": work.table, "source": work.datasource, "given": _plain(work.given)}
        answer = self._effects.do(Effect("database", _title(work), args, policy, perform))
        if answer == AGAIN:
            answer = found[0] if found else _outcome(lambda: self._inner.do(work, name))
        return value_of(answer)

    def remember(self, name: str, outcome: Any, datasource: str = "") -> None:
        """Note something under a name."""
        self._inner.remember(name, outcome, datasource)

    def recall(self, name: str, datasource: str = "") -> tuple[Any] | None:
        """What was noted under a name, None for nothing."""
        return self._inner.recall(name, datasource)

    @contextmanager
    def transaction(self, isolation: str = "", datasource: str = "") -> Iterator[None]:
        """All work inside is done together, or not at all; what an earlier attempt committed is not done again."""
        if self._open is not None:
            with self._open.inner(isolation, datasource):
                yield
            return
        name = f"{self._effects.next} transaction"
        known = self._inner.recall(name, datasource)
        try:
            if known is not None:
                self._open = _Repeated(known[0])
                try:
                    yield
                except LimitFault:
                    raise
                except (Fault, RunStopped):
                    self._mark(datasource)
                    raise
                self._mark(datasource)
            else:
                yield from self._recorded(name, isolation, datasource)
        finally:
            self._open = None

    def _recorded(self, name: str, isolation: str, datasource: str) -> Iterator[None]:
        """A transaction that is done now; its outcomes are in it, or behind it when it was undone."""
        self._open = recorded = _Recorded(self._inner)
        ended = False
        try:
            with self._inner.transaction(isolation, datasource):
                try:
                    yield
                except RunStopped:
                    ended = self._end(name, recorded, datasource)
                    raise
                ended = self._end(name, recorded, datasource)
        except LimitFault:
            raise
        except Fault:
            if ended and self._inner.recall(name, datasource) is not None:
                return  # it was committed, and only the answer is lost
            if not ended:
                self._mark(datasource)
                self._inner.remember(name, recorded.outcomes, datasource)
            raise

    def _end(self, name: str, recorded: _Recorded, datasource: str) -> bool:
        self._mark(datasource)
        self._inner.remember(name, recorded.outcomes, datasource)
        return True

    def _mark(self, datasource: str) -> None:
        """Have what the run read of clock and world in the journal, before the transaction counts."""
        effect = Effect(
            "database", "db.transaction", {"do": "transaction", "source": datasource}, Policy.KEYED, _nothing
        )
        self._effects.do(effect)

    def _keeps_to_itself(self, work: Work, outcome: dict[str, Any]) -> bool:
        """Whether an outcome is too large for the journal, or holds what may not be in it."""
        value = outcome.get("value")
        if isinstance(value, list) and len(value) > MOST_KEPT:
            return True
        named = [work.table] if work.table else list(self.catalog.tables)
        named += [each.table for asked in work.given for each in getattr(asked, "joins", ())]
        return any(self.catalog[name].sensitive for name in named)


class _Recorded:
    """A transaction that is done now."""

    def __init__(self, inner: Database) -> None:
        self._inner = inner
        self.outcomes: list[Any] = []

    def do(self, work: Work) -> Any:
        """What comes of a piece of work in it."""
        self.outcomes.append(_outcome(lambda: self._inner.do(work)))
        return value_of(self.outcomes[-1])

    def inner(self, isolation: str, datasource: str) -> AbstractContextManager[None]:
        """A transaction inside it."""
        return self._inner.transaction(isolation, datasource)


class _Repeated:
    """A transaction that an earlier attempt has done."""

    def __init__(self, outcomes: list[Any]) -> None:
        self._outcomes = iter(outcomes)

    def do(self, work: Work) -> Any:
        """What came of a piece of work in it."""
        answer = next(self._outcomes, None)
        if answer is None:
            message = "in this transaction the run did less than it wants now; nothing was done"
            help = "go on with the source it began with: xsrun runs resume RUN --as-it-was"
            raise LimitFault("diverged", message, help=help)
        return value_of(answer)

    def inner(self, _isolation: str, _datasource: str) -> AbstractContextManager[None]:
        """A transaction inside it."""
        return nullcontext()


def _nothing(_sending: Callable[[], None], _waited: int) -> Outcome:
    return Outcome(None)


def _title(work: Work) -> str:
    return f"database {work.verb} {work.table}".rstrip()


def _outcome(perform: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"value": perform()}
    except LimitFault:
        raise
    except Fault as fault:
        return kept_fault(fault)


def _plain(value: Any) -> Any:
    """Work as JSON holds it."""
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return {key: _plain(each) for key, each in value.items()} if isinstance(value, dict) else value
