"""The actions of one alert, each as a run of its own: those that were done stay done, unfinished ones go on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from xsrun.cli.execute import Task, choose, run, variables_of
from xsrun.cli.find import NotFound, find
from xsrun.cli.network import simulated_keys
from xsrun.cli.options import EXECUTE, parse
from xsrun.cli.output import Output
from xsrun.cli.resume import Again, resume
from xsrun.diagnostics import Exit, Fault, Found, nearest
from xsrun.effects.real import SystemClock
from xsrun.engine.deliveries import ACTION, ALERT, Deliveries
from xsrun.engine.folder import Broken
from xsrun.engine.holding import Held
from xsrun.engine.journal import Journal
from xsrun.engine.rows import RunRow, RunState
from xsrun.engine.starting import source_hash
from xsrun.engine.unpacked import written
from xsrun.executable import Executable, executable
from xsrun.policies.actions import Action, unread
from xsrun.policies.native import FILE, job_text, problems, statements
from xsrun.program import Plan
from xsrun.runtime.environment import resolve as resolve_variables
from xsrun.runtime.job import Failure
from xsrun.source import Source
from xsrun.types.binding import bind

Options = Mapping[str, Any]
Watch = Callable[[str], None]

WORST: Final = (Exit.INTERRUPTED, Exit.UNKNOWN_OUTCOME)
"""Exit codes that count more than others when actions end in several ways."""


class Given(NamedTuple):
    """What all actions of an alert have in common."""

    policy: str
    """Its path: jobs are looked for below it, and below the current folder."""
    name: str
    """Names the alert in the journal."""
    key: str
    """Names the alert for providers."""
    env: Mapping[str, str]
    """The variables that the policy got."""
    options: Options
    output: Output
    watch: Watch | None = None


class Job(NamedTuple):
    """An action that can be run."""

    action: Action
    project: Executable
    plan: Plan
    path: str
    given: dict[str, Any]


class Step(NamedTuple):
    """An action, and how it is to be done: as a job that begins, or else by the run that there is."""

    action: Action
    job: Job | None
    run: RunRow | None


class Done(NamedTuple):
    """What came of an action. ``state`` is ``done``, ``already done``, ``failed``, ``unknown`` or ``not begun``."""

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


# ------------------------------------------------------------------ before anything is done


def planned(given: Given, actions: Iterable[Action], deliveries: Deliveries | None, found: Found) -> list[Step]:
    """How the actions are to be done. Reports all that cannot be done."""
    return [_planned(given, each, deliveries, found) for each in actions]


def _planned(given: Given, action: Action, deliveries: Deliveries | None, found: Found) -> Step:
    run = deliveries.runs.get(action.id) if deliveries else None
    if deliveries and run is not None:
        run = deliveries.taken_up(run)
    if run is not None and run.state != RunState.ERROR:
        return Step(action, None, run)
    return Step(action, _job(given, action, found), None)


def _job(given: Given, action: Action, found: Found) -> Job | None:
    known = statements()
    record = known.get(action.uses)
    if record is not None:
        wrong = list(problems(record, action.args))
        _report(action, wrong, found)
        return None if wrong else _statement_job(action, job_text(record, action.args), found)
    place = _place(given, action.uses)
    if isinstance(place, NotFound):
        _report(action, [_unknown(action.uses, place, known)], found)
        return None
    return _folder_job(action, place, found)


def _unknown(name: str, place: NotFound, known: Iterable[str]) -> tuple[str, str]:
    """Why no action and no job has a name."""
    if place.code != "no-job":
        return place.message, place.help
    near = nearest(name, known)
    return f"there is no action and no job `{name}`", f"did you mean `{near}`?" if near else place.help


def _report(action: Action, wrong: Iterable[tuple[str, str]], found: Found) -> None:
    for message, help in wrong:
        found.error("bad-action", f"the job `{action.id}` of the policy: {message}", None, help)


def _statement_job(action: Action, text: str, found: Found) -> Job | None:
    source = Source(FILE, text)
    path = written(source_hash([source]), {FILE: text})
    return _checked(action, path, None, {"args": action.args}, found)


def _place(given: Given, name: str) -> tuple[str, str | None] | NotFound:
    """Where the job of a name stands."""
    home = given.policy if os.path.isdir(given.policy) else os.path.dirname(given.policy)
    first: NotFound | None = None
    for root in dict.fromkeys((home, os.getcwd())):
        try:
            return find(root, name)
        except NotFound as none:
            first = first or none
    assert first is not None
    return first


def _folder_job(action: Action, place: tuple[str, str | None], found: Found) -> Job | None:
    path, name = place
    return _checked(action, path, name, action.args, found)


def _checked(action: Action, path: str, name: str | None, args: dict[str, Any], found: Found) -> Job | None:
    """The job, when it compiles and takes its input."""
    project = executable(path)
    if project.errors:
        found.items += project.errors
        return None
    try:
        plan = choose(project, name)
    except NotFound as none:
        _report(action, [(none.message, none.help)], found)
        return None
    fields = project.inputs(plan)
    known = [field.name for field in fields]
    surplus = list(unread([each for each in args if each not in known], plan.name, known))
    _report(action, surplus, found)
    constants = plan.main.input if plan.main else {}
    try:
        bind(fields, {**constants, **args}, clock=SystemClock())
    except Fault as fault:
        _report(action, [(f"`{plan.name}` does not take its input: {fault.message}", "")], found)
        return None
    return None if surplus else Job(action, project, plan, path, args)


def missing_variables(given: Given, steps: Iterable[Step]) -> Failure | None:
    """The failure where jobs lack variables: all of them at once."""
    if given.options["dry_run"]:
        return None
    lacking: dict[str, list[str]] = {}
    for job in (step.job for step in steps if step.job):
        for name in resolve_variables(job.plan.env, *_variables(given, job.path)).missing:
            lacking.setdefault(name, []).append(job.action.id)
    if not lacking:
        return None
    shown = ", ".join(f"{name} (for {', '.join(ids)})" for name, ids in lacking.items())
    help = f"set it in the environment, or give {' '.join(f'--env {name}=…' for name in lacking)}"
    return Failure("missing-env", f"the jobs of the policy need {shown}; nothing was sent", Exit.ENVIRONMENT, help)


def _variables(given: Given, path: str) -> tuple[Mapping[str, str], ...]:
    flags, *others = variables_of(path, given.options)
    return flags, simulated_keys(given.options["simulate"], given.options["map"]), *others


# ------------------------------------------------------------------ doing it


def perform(given: Given, steps: Iterable[Step], deliveries: Deliveries | None) -> list[Done]:
    """Do what is not done yet, one after the other; an action that fails does not keep the next from being done."""
    came: list[Done] = []
    for step in steps:
        if came and came[-1].exit == Exit.INTERRUPTED:
            came.append(Done(step.action, "not begun", Exit.INTERRUPTED))
            continue
        done = _performed(given, step, deliveries)
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
    if step.job is not None:
        return _begun(given, step.job, deliveries)
    run = step.run
    assert run is not None
    assert deliveries is not None
    if run.state in (RunState.COMPLETE, RunState.SETTLED):
        result = json.loads(run.result) if run.result else None
        return Done(step.action, "already done", Exit.DONE, run.id, result)
    return _resumed(given, step.action, run, deliveries)


def _again(given: Given) -> Again:
    env = [f"{name}={value}" for name, value in given.env.items()]
    return Again([*env, *given.options["env"]], given.options["env_file"], [], True, False)


def _resumed(given: Given, action: Action, run: RunRow, deliveries: Deliveries) -> Done:
    """Go on with a run as it was: what came of what it did is in the journal."""
    output = _Kept(given.output, given.env)
    exit = resume(Journal(deliveries.journal.folder), run, _again(given), output)
    return _done(action, exit, output, run.id)


def _begun(given: Given, job: Job, deliveries: Deliveries | None) -> Done:
    """A run of its own, from the beginning."""
    output = _Kept(given.output, given.env)
    options = {
        **parse(EXECUTE, []),
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
    try:
        exit = run(task)
    except Held:
        exit = output.complain("no-run", f"the action `{job.action.id}` is under way in another process", "wait for it")
    except Broken as broken:
        message = f"the journal cannot be written ({broken}); `{job.action.id}` was not run"
        exit = output.complain("journal", message, "mend the state folder", Exit.FAILED)
    newest = deliveries.newest(job.action.id) if deliveries else None
    return _done(job.action, exit, output, newest.id if newest else None)


_PASSED: Final = frozenset(
    {"env", "env_file", "simulate", "map", "no_cache", "dry_run", "retry", "allow_host", "public_only"}
    | {"timeout", "limit", "memory", "now", "seed", "json", "quiet", "color"}
)
"""Options that the run of an action gets as they are."""


def _done(action: Action, exit: int, output: _Kept, run: str | None) -> Done:
    state = "done" if exit == Exit.DONE else "unknown" if exit == Exit.UNKNOWN_OUTCOME else "failed"
    return Done(action, state, exit, run, output.value, output.error)
