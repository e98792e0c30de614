"""The actions of one alert, each as a run of its own: those that were done stay done, unfinished ones go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from typing import Any, Final, NamedTuple

from xsrun.cli.attempts import run
from xsrun.cli.options import BadOption, run_options
from xsrun.cli.output import Output
from xsrun.cli.planning import Given, Job, Step
from xsrun.cli.preparing import Task, variables_of
from xsrun.cli.resume import Again, resume
from xsrun.diagnostics import Exit
from xsrun.engine.deliveries import ACTION, ALERT, Deliveries
from xsrun.engine.folder import Broken
from xsrun.engine.holding import Held
from xsrun.engine.rows import RunRow, RunState, state_of
from xsrun.engine.sqlite import journal_in
from xsrun.policies.actions import Action
from xsrun.runtime.job import Failure

WORST: Final = (Exit.INTERRUPTED, Exit.UNKNOWN_OUTCOME)
"""Exit codes that count more than others when actions end in several ways."""
CANCELLED: Final = "cancelled"


class Done(NamedTuple):
    """What came of an action.

    ``state`` is ``done``, ``already done``, ``failed``, ``interrupted``, ``cancelled``, ``unknown`` or ``not begun``.
    """

    action: Action
    state: str
    exit: int
    run: str | None = None
    result: Any = None
    error: dict[str, Any] | None = None

    def shown(self) -> dict[str, Any]:
        """``{id, uses, state, exit, run, result}``, and ``error`` where there is one."""
        whole = {name: getattr(self, name) for name in ("state", "exit", "run", "result")}
        return {
            "id": self.action.id, "uses": self.action.uses, **whole, **({"error": self.error} if self.error else {}),
        }  # fmt: skip


class _Kept(Output):
    """The output of one action: its result is kept, its messages are shown."""

    def __init__(self, outer: Output, env: Mapping[str, str]) -> None:
        super().__init__(outer.as_json, outer.quiet)
        self.coloured = outer.coloured
        self.value: Any = None
        self.error: dict[str, Any] | None = None
        for name, value in env.items():
            self.masker.add([value], name)

    def result(self, document: str) -> None:
        """Keep the result."""
        self.value = json.loads(document)

    def failure(self, failure: Failure, exchanges: Iterable[Any] = ()) -> None:
        """Keep the failure, and show it."""
        self.error = self.masker.value({"code": failure.code, "message": failure.message})
        super().failure(failure, exchanges)


def perform(given: Given, steps: Iterable[Step], deliveries: Deliveries | None) -> list[Done]:
    """Do what is not done yet, one after the other; an action that fails does not keep the next from being done."""
    came: list[Done] = []
    stopped = False
    for step in steps:
        if stopped:
            came.append(Done(step.action, "not begun", Exit.INTERRUPTED))
            continue
        done = _performed(given, step, deliveries)
        stopped = done.exit == Exit.INTERRUPTED and done.state != CANCELLED  # who cancels a run means no other
        came.append(done)
        _tell(given.output, done)
        if given.watch:
            given.watch("action-over")
    return came


def exit_of(came: Iterable[Done]) -> int:
    """The exit code of an alert: that of the worst that came of its actions."""
    codes = [each.exit for each in came if each.exit != Exit.DONE]
    return next((worst for worst in WORST if worst in codes), codes[0] if codes else Exit.DONE)


def _tell(output: Output, done: Done) -> None:
    if output.quiet:
        return
    if output.as_json:
        output.line({"type": "action", "id": done.action.id, "state": done.state, "run": done.run})
    else:
        where = f" (run {done.run})" if done.run else ""
        output.line(output.masker.text(f"{done.action.id}: {done.state}{where}"))


def _performed(given: Given, step: Step, deliveries: Deliveries | None) -> Done:
    run = step.run
    if run is None or deliveries is None:
        assert step.job is not None
        return _begun(given, step.job, deliveries)
    if run.state in (RunState.COMPLETE, RunState.SETTLED):
        result = json.loads(run.result) if run.result else None
        return Done(step.action, "already done", Exit.DONE, run.id, result)
    return _resumed(given, step, run, deliveries)


def _again(given: Given, job: Job | None) -> Again:
    env = [f"{name}={value}" for name, value in given.env.items()]
    options = given.options
    return Again(
        [*env, *options["env"]],
        options["env_file"],
        [],
        as_it_was=True,
        with_changes=False,
        given=job.given if job else None,
        allow_host=tuple(options["allow_host"]),
    )


def _resumed(given: Given, step: Step, run: RunRow, deliveries: Deliveries) -> Done:
    """Go on with a run as it was: what came of what it did is in the journal."""
    output = _Kept(given.output, given.env)
    again = _again(given, step.job)

    def go() -> int:
        with closing(journal_in(deliveries.journal.folder)) as journal:
            return resume(journal, run, again, output)

    return _done(step.action, _ended(step.action, output, go), output, run.id)


def _ended(action: Action, output: Output, go: Callable[[], int]) -> int:
    """The exit code of a run; what keeps it from being run is shown, and keeps no other one."""
    try:
        return go()
    except Held:
        return output.complain("no-run", f"the action `{action.id}` is under way in another process", "wait for it")
    except BadOption as fault:
        return output.reject(fault)
    except Broken as broken:
        message = f"the journal cannot be written ({broken}); `{action.id}` was not run"
        return output.complain("journal", message, "mend the state folder", Exit.FAILED)


def _begun(given: Given, job: Job, deliveries: Deliveries | None) -> Done:
    """A run of its own, from the beginning."""
    output = _Kept(given.output, given.env)
    options = {
        **run_options(),
        **{name: value for name, value in given.options.items() if name in _PASSED},
        "key": f"{given.key}.{job.action.id}",
        "force": True,  # what was done before is told by the run of the action, not by its key
        "durable": deliveries is not None,
        "ephemeral": deliveries is None,
        "typed": [],
        "lent": list(given.env),
        ALERT: given.name,
        ACTION: job.action.id,
    }
    flags, *others = variables_of(job.path, options)
    variables = ({**given.env, **flags}, *others)
    task = Task(job.project, job.plan, job.path, job.given, variables, options, output, watch=given.watch)
    exit = _ended(job.action, output, lambda: run(task))
    newest = deliveries.newest(job.action.id) if deliveries else None
    return _done(job.action, exit, output, newest.id if newest else None)


_PASSED: Final = frozenset(
    {"env", "env_file", "simulate", "map", "no_cache", "dry_run", "retry", "allow_host", "public_only"}
    | {"timeout", "limit", "memory", "now", "seed", "json", "quiet", "color"}
)
"""Options that the run of an action gets as they are."""


def _done(action: Action, exit: int, output: _Kept, run: str | None) -> Done:
    state = _STATES[state_of(exit, output.error["code"] if output.error else "")]
    return Done(action, state, exit, run, output.value, output.error)


_STATES: Final = {
    RunState.COMPLETE: "done",
    RunState.ERROR: "failed",
    RunState.INTERRUPTED: "interrupted",
    RunState.CANCELLED: CANCELLED,
    RunState.UNKNOWN: "unknown",
}
"""What is said of an action whose run ended so."""
