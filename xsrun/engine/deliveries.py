"""What became of an alert that comes again: its delivery, and the run of each of its actions, out of the journal.

A delivery is a row of the journal like a run: it keeps the alert and the actions that the policy gave. The runs of its
actions are ordinary runs, which carry the name of the alert and of the action among their options.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Final, NamedTuple, Self

from xsrun.engine.effects import State
from xsrun.engine.folder import Broken
from xsrun.engine.history import open_history
from xsrun.engine.http import succeeded
from xsrun.engine.resolving import unclear
from xsrun.engine.rows import RunRow, RunState, StepRow, state_of
from xsrun.engine.starting import new_id
from xsrun.providers.policies import READING, Policy

ALERT: Final = "alert"
ACTION: Final = "action"
"""Options by which rows are found again."""
WAIT: Final = "sleep"
"""The kind of steps that change nothing, whatever their policy."""


class Delivered(NamedTuple):
    """An alert as it came before."""

    policy: str
    """The digest of the policy then."""
    actions: list[list[Any]]
    """``[id, uses, args]`` each, sealed."""


class Deliveries:
    """The journal, as far as it tells of one alert, for one process at a time. Every method raises Broken.

    To be used in a ``with``, which raises Held where another process handles the same alert.
    """

    def __init__(self, name: str, since: int = 0) -> None:
        self._name = name
        self.journal = open_history()
        self._guards: list[tuple[str, int]] = []
        self.delivery: RunRow | None = None
        self.runs: dict[str, RunRow] = {}
        """The newest run of every action."""
        self._since = since

    def __enter__(self) -> Self:
        try:
            self._hold(f"alert-{self._name}")
            self._look()
        except Broken:
            self._release()
            raise
        return self

    def _hold(self, name: str) -> None:
        self._guards.append((name, self.journal.hold(name)))

    def _look(self) -> None:
        for row in self.journal.with_option(ALERT, self._name, self._since):
            if action := row.options.get(ACTION):
                self.runs[action] = row
            else:
                self.delivery = row

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._release()

    def _release(self) -> None:
        self.journal.close()
        for name, guard in reversed(self._guards):
            self.journal.release(name, guard)

    def before(self) -> Delivered | None:
        """The alert as it came before."""
        if self.delivery is None:
            return None
        return Delivered(self.delivery.options["policy"], self.delivery.input["actions"])

    def begin(self, title: str, path: str, kept: Mapping[str, Any], policy: str, now: int) -> str:
        """Keep that the alert is being handled, before anything is done about it. Gives back the id of the delivery.

        ``kept`` holds ``alert`` and ``actions``, sealed.
        """
        options = {ALERT: self._name, "policy": policy}
        if self.delivery is None:
            self.delivery = RunRow(
                id=new_id(now),
                job=title,
                path=path,
                options=options,
                input=dict(kept),
                source="",
                seed=None,
                state=RunState.RUNNING,
                exit=None,
                pid=os.getpid(),
                attempts=1,
                started_at=now,
            )
            self._hold(self.delivery.id)
            self.journal.begin(self.delivery, {})
        else:
            self._hold(self.delivery.id)
            self.delivery = self.delivery._replace(options=options, input=dict(kept))
            self.delivery = self.journal.again(self.delivery, os.getpid())
            self.journal.restate(self.delivery)
        return self.delivery.id

    def end(self, exit: int, code: str, result: str, now: int) -> None:
        """Keep how it was handled; ``result`` is JSON without secrets."""
        assert self.delivery is not None
        state = state_of(exit, code)
        self.journal.end(self.delivery._replace(state=state, exit=exit, ended_at=now, result=result))

    def left_behind(self, actions: Iterable[str]) -> list[tuple[str, RunRow]]:
        """The unfinished runs of other actions than these."""
        wanted = set(actions)
        open_states = (RunState.INTERRUPTED, RunState.UNKNOWN)
        return [(each, run) for each, run in self.runs.items() if each not in wanted and run.state in open_states]

    def newest(self, action: str) -> RunRow | None:
        """The run of an action as it stands now."""
        self._look()
        return self.runs.get(action)

    def taken_up(self, run: RunRow) -> RunRow:
        """The run of an action as it can go on: interrupted, or as it is where it cannot.

        One that was cut short or failed goes on behind the last thing that it did, and not at all when it did nothing:
        it has ended then, with the state ``error``. One of which it is unknown what it did goes on at the first write
        that may have arrived, where keys make that safe: its policy says whether it is sent again or asked for.
        """
        steps = self.journal.steps(run.id)
        if run.state == RunState.UNKNOWN:
            return self._from(run, _first_unclear(steps))
        if run.state == RunState.SETTLED and not any(map(_arrived, steps)):
            return run._replace(state=RunState.ERROR)
        if run.state not in (RunState.ERROR, RunState.INTERRUPTED):
            return run
        done = [step.number for step in steps if _may_be_done(step)]
        if not done:
            self.journal.set_state(run.id, RunState.ERROR, run.state)
            return run._replace(state=RunState.ERROR)
        if run.state == RunState.INTERRUPTED:
            return run
        alone = not any(step.strand for step in steps)
        return self._interrupted(run, [("", done[-1] + 1)] if alone else [])

    def _from(self, run: RunRow, first: StepRow | None) -> RunRow:
        """A run that goes on at a step, as if it had ended there."""
        if first is None:
            return run
        sent = first._replace(state=State.SENT, outcome=None, answered_at=None)
        return self._interrupted(run, [(first.strand, first.number)], [sent])

    def _interrupted(self, run: RunRow, dropped: list[tuple[str, int]], steps: Iterable[StepRow] = ()) -> RunRow:
        self.journal.settle(run, RunState.INTERRUPTED, dropped, steps)
        return run._replace(state=RunState.INTERRUPTED)


def _first_unclear(steps: list[StepRow]) -> StepRow | None:
    """The first write that may have arrived; None where it is not safe to go on there."""
    open_steps = unclear(steps)
    alone = not any(step.strand for step in steps)
    if not open_steps or not alone or any(step.policy not in (Policy.KEYED, Policy.LOOKUP) for step in open_steps):
        return None
    first = open_steps[0]
    return None if any(_was_done(step) for step in steps if step.number > first.number) else first


def _writes(step: StepRow) -> bool:
    """Whether a step is meant to change something outside."""
    if step.kind == "http":
        return json.loads(step.args)["method"] not in READING
    return step.kind != WAIT and step.policy != Policy.READ


def _was_done(step: StepRow) -> bool:
    """Whether a step surely changed something outside."""
    return _arrived(step) if step.kind == "http" else _writes(step) and step.state == State.ANSWERED


def _arrived(step: StepRow) -> bool:
    """Whether a request that changes something was taken: the answer says so, or a person does, who knows no answer."""
    taken = step.outcome is None or succeeded(step.outcome)
    return step.kind == "http" and _writes(step) and step.state == State.ANSWERED and taken


def _may_be_done(step: StepRow) -> bool:
    """Whether a step changed something outside, or may have."""
    return _was_done(step) or (_writes(step) and step.state in (State.SENT, State.UNANSWERED))
