"""From the actions of a policy to what is to be done: everything is looked at before anything is done."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from xsrun.cli.execute import choose
from xsrun.cli.find import NotFound, find
from xsrun.cli.network import simulated_keys
from xsrun.cli.output import Output
from xsrun.cli.preparing import settings_of, variables_of
from xsrun.config import FILE as SETTINGS
from xsrun.diagnostics import Exit, Fault, Found
from xsrun.effects.real import SystemClock
from xsrun.engine.deliveries import Deliveries
from xsrun.engine.folder import Broken
from xsrun.engine.rows import RunRow, RunState
from xsrun.engine.starting import source_hash
from xsrun.engine.unpacked import written
from xsrun.engine.vault import OPEN
from xsrun.executable import Executable, executable
from xsrun.policies.actions import Action, unread
from xsrun.policies.native import FILE, job_text, problems, statement, unknown
from xsrun.program import Plan
from xsrun.runtime.environment import resolve as resolve_variables
from xsrun.runtime.job import Failure
from xsrun.runtime.secrets import MASK
from xsrun.source import Source
from xsrun.types.binding import bind

Options = Mapping[str, Any]
Watch = Callable[[str], None]

GOES_ON: Final = (RunState.INTERRUPTED, RunState.CANCELLED)
"""States in which the run of an action is taken up again."""


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
    """An action, and how it is to be done: by the run that there is, or else as a job that begins.

    A run that goes on has a job where its input cannot be taken from the journal.
    """

    action: Action
    job: Job | None
    run: RunRow | None


def planned(given: Given, actions: Iterable[Action], deliveries: Deliveries | None, found: Found) -> list[Step]:
    """How the actions are to be done. Reports all that cannot be done."""
    return [_planned(given, each, deliveries, found) for each in actions]


def _planned(given: Given, action: Action, deliveries: Deliveries | None, found: Found) -> Step:
    run = deliveries.runs.get(action.id) if deliveries else None
    if deliveries and run is not None:
        run = deliveries.taken_up(run)
    begins = run is None or run.state == RunState.ERROR
    withheld = run is not None and run.state in GOES_ON and _is_withheld(run.input)
    return Step(action, _job(given, action, found) if begins or withheld else None, None if begins else run)


def _is_withheld(kept: Mapping[str, Any]) -> bool:
    """Whether not all of an input is in the journal: what was made of secrets is not, nor what is sensitive."""
    text = json.dumps(kept, ensure_ascii=False)
    return MASK in text or f"{OPEN}input " in text


def _job(given: Given, action: Action, found: Found) -> Job | None:
    record = statement(action.uses)
    if record is not None:
        wrong = list(problems(record, action.args))
        _report(action, wrong, found)
        return None if wrong else _statement_job(given, action, job_text(record, action.args), found)
    place = _place(given, action.uses)
    if isinstance(place, NotFound):
        _report(action, [_unknown(action.uses, place)], found)
        return None
    return _folder_job(action, place, found)


def _unknown(name: str, place: NotFound) -> tuple[str, str]:
    """Why no action and no job has a name."""
    if place.code != "no-job":
        return place.message, place.help
    message, help = unknown(name)
    return message, help or place.help


def _report(action: Action, wrong: Iterable[tuple[str, str]], found: Found) -> None:
    for message, help in wrong:
        found.error("bad-action", f"the job `{action.id}` of the policy: {message}", None, help)


def _statement_job(given: Given, action: Action, text: str, found: Found) -> Job | None:
    files = {FILE: text, **_settings(given.policy)}
    return _checked(action, _folder_of(files), None, {"args": action.args}, found)


def _settings(policy: str) -> dict[str, str]:
    """The settings that hold for the jobs of a policy, as a file to put beside them. Raises BadOption."""
    place = settings_of(policy)
    return {SETTINGS: Path(place).read_text(encoding="utf-8")} if place else {}


def _folder_of(files: Mapping[str, str]) -> str:
    """A folder with these files: where a run finds it again, or one that goes with this process."""
    try:
        return written(source_hash([Source(name, text) for name, text in files.items()]), files)
    except Broken:
        folder = tempfile.mkdtemp(prefix="xsrun-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        for name, text in files.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        return folder


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
        param = fault.payload["param"] if isinstance(fault.payload, dict) else ""
        _report(action, [(f"`{plan.name}` does not take its input `{param}`: {fault.message}", "")], found)
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
