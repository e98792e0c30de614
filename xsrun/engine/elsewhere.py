"""Databases of others through the door: what was changed there is not changed again when a run goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from xsrun.diagnostics import Fault, LimitFault
from xsrun.effects.ports import DatabaseLost, Elsewhere, ForeignSql
from xsrun.engine.database import AGAIN, MOST_KEPT
from xsrun.engine.effects import Effect, Effects, Outcome, State
from xsrun.engine.faults import kept_fault, value_of
from xsrun.providers.policies import Policy


class JournaledElsewhere:
    """Databases whose every use is an effect; implements ``ports.Elsewhere``. Belongs to one strand."""

    def __init__(self, inner: Elsewhere, effects: Effects) -> None:
        self._inner = inner
        self._effects = effects

    def query(self, asked: ForeignSql) -> list[dict[str, Any]]:
        """The rows, of now or of an earlier attempt. Raises the Fault that came of the statement."""
        found: list[list[dict[str, Any]]] = []

        def perform(sending: Callable[[], None], _waited: int) -> Outcome:
            begun = False

            def begin() -> None:
                nonlocal begun
                sending()
                begun = True

            try:
                found.append(self._inner.query(asked._replace(sending=begin)))
            except LimitFault:
                raise
            except Fault as fault:
                lost = isinstance(fault, DatabaseLost)
                state = State.NOT_SENT if not begun else State.UNANSWERED if lost else State.ANSWERED
                return Outcome(kept_fault(fault), state)
            return Outcome(AGAIN if asked.reads and len(found[0]) > MOST_KEPT else {"value": found[0]})

        policy = Policy.READ if asked.reads else Policy.ONCE
        args = {"at": asked.shown, "sql": asked.sql, "given": list(asked.arguments)}
        answer = self._effects.do(Effect("sql", f"SQL to {asked.shown}", args, policy, perform))
        if answer == AGAIN:
            return found[0] if found else self._inner.query(asked)
        rows: list[dict[str, Any]] = value_of(answer)
        return rows


class DryElsewhere:
    """Shows what would be done in databases of others, and asks none: no statement gives a row."""

    def __init__(self, show: Callable[[str, str], None]) -> None:
        self._show = show

    def query(self, asked: ForeignSql) -> list[dict[str, Any]]:
        """Show where a statement would go."""
        self._show(asked.shown, asked.sql)
        return []
