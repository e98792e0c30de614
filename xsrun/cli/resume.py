"""``xsrun runs resume`` and ``resolve``: a run that was cut short goes on, or what became of it is found out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Any, Final, NamedTuple

from xsrun.cli.attempts import run
from xsrun.cli.inputs import read_inputs
from xsrun.cli.network import simulated_keys
from xsrun.cli.options import BadOption, run_options
from xsrun.cli.output import Output
from xsrun.cli.preparing import Ready, Staged, Task, prepare, variables_of
from xsrun.diagnostics import Exit
from xsrun.engine.going_on import why_not
from xsrun.engine.holding import Held
from xsrun.engine.journal import Journal
from xsrun.engine.keeper import Earlier
from xsrun.engine.orders import Refused
from xsrun.engine.resolving import Resolved, Verdict, ask, settle, unclear
from xsrun.engine.rows import UNFINISHED, RunRow, RunState, StepRow
from xsrun.engine.starting import source_hash
from xsrun.engine.unpacked import unpacked
from xsrun.engine.vault import OPEN, Vault
from xsrun.engine.views import source_diff
from xsrun.executable import Executable, executable
from xsrun.runtime.environment import resolve as resolve_variables
from xsrun.runtime.job import Failure
from xsrun.runtime.secrets import Masker

THEN: Final[Mapping[str, str]] = {
    RunState.INTERRUPTED: "the run can go on",
    RunState.SETTLED: "the run is settled and does not go on; look what it has not done",
}
"""What follows for a run whose requests were resolved, by its state."""

Word = Verdict | Mapping[str, Verdict] | None
"""What somebody says became of requests: of the only one, or of each by the name of its step; None for nothing."""


class Again(NamedTuple):
    """What the command line says about a run that is taken up again."""

    env: list[str]
    env_file: str | None
    input: list[str]
    as_it_was: bool
    with_changes: bool
    given: Mapping[str, Any] | None = None
    """All inputs, in place of those that were kept."""
    allow_host: tuple[str, ...] = ()
    """Hosts beside those that the run was allowed."""
    home: str = ""
    """Where files, keys and rows of the project are, if not where the run began."""
    claimed: bool = False
    """Whether it is this process that got the run out of a queue."""
    project: Executable | None = None
    """The source that the run began with, where somebody has it."""


def resume(
    journal: Journal,
    kept: RunRow,
    again: Again,
    output: Output,
    staged: Staged | None = None,
    watch: Callable[[str], None] | None = None,
) -> int:
    """Go on with a run at the first effect that it has not finished. Gives back the exit code, as ``execute``.

    ``staged`` puts another world in the place of the real one; ``watch`` is told each point that a write passes.
    """
    try:
        task = taken_up(journal, kept, again, output)
        journal.close()
        return run(task._replace(staged=staged, watch=watch))
    except Refused as refused:
        return _refused(output, refused)
    except BadOption as fault:
        return output.reject(fault)
    except Held:
        return output.complain("no-run", f"run {kept.id} is under way in another process", "wait for it, or stop it")


def taken_up(journal: Journal, kept: RunRow, again: Again, output: Output) -> Task:
    """A run as it goes on at the first effect that it has not finished. Raises Refused, BadOption and Broken."""
    steps = journal.steps(kept.id)
    refuse(kept, steps, not again.claimed and journal.is_held(kept.id))
    return _task(journal, kept, again, output)._replace(earlier=Earlier(kept, steps))


def _refused(output: Output, refused: Refused) -> int:
    output.failure(refused.failure)
    return refused.failure.exit


def refusal(code: str, message: str, help: str, exit: int = Exit.USAGE) -> Refused:
    """Why a run does not go on, and the one thing to type."""
    return Refused(Failure(code, message, exit, help))


def refuse(kept: RunRow, steps: list[StepRow], under_way: bool) -> None:
    """Raise Refused for a run that does not go on."""
    failure = why_not(kept, steps, under_way)
    if failure is not None:
        raise Refused(failure)


def _task(journal: Journal, kept: RunRow, again: Again, output: Output) -> Task:
    """The run as it is to go on. Raises Refused and BadOption."""
    project = _project(journal, kept, again, output)
    job = project.choose(kept.job)
    if isinstance(job, Failure):
        raise refusal(job.code, job.message, f"go on with its own source: xsrun runs resume {kept.named} --as-it-was")
    options = {**run_options(), **kept.options, "env": again.env, "env_file": again.env_file}
    options |= {"json": output.as_json, "quiet": output.quiet}
    options["allow_host"] = [*(options["allow_host"] or []), *again.allow_host]
    home = again.home or kept.path
    flags, *others = variables_of(home, options)
    variables = flags, simulated_keys(options["simulate"], options["map"] or []), *others
    lent = resolve_variables(kept.options.get("lent") or (), *variables)
    if lent.missing:
        help = f"give it again: --env {lent.missing[0]}=…"
        raise refusal("missing-env", f"the input holds {', '.join(lent.missing)}", help, Exit.ENVIRONMENT)
    known = {**lent.values, **resolve_variables(job.env, *variables).values}
    opened: dict[str, Any] = Vault(known, Masker(())).open_value(kept.input)
    given = again.given or {**opened, **read_inputs(again.input, None, project.inputs(job))}
    withheld = [name for name, value in given.items() if f"{OPEN}input " in str(value)]
    if withheld:
        raise refusal(
            "missing-input",
            f"{', '.join(withheld)} is sensitive or too large, and was not kept",
            f"give it again: --input {withheld[0]}=…",
        )
    settings = kept.options.get("settings")
    return Task(project, job, home, given, (flags, *others), options, output, settings=settings)


def _project(journal: Journal, kept: RunRow, again: Again, output: Output) -> Executable:
    """The source to go on with. Raises Refused when it has changed and nobody has said which to take."""
    if again.project is not None:
        return again.project
    if again.as_it_was:
        return executable(unpacked(kept, journal.files(kept.source)))
    if not os.path.exists(kept.path):
        help = f"go on with the source it began with: xsrun runs resume {kept.named} --as-it-was"
        raise refusal("not-found", f"{kept.path} is not there any more", help)
    project = executable(kept.path)
    if source_hash(project.program.sources) != kept.source and not again.with_changes:
        now = {source.name: source.text for source in project.program.sources}
        lines = source_diff(journal.files(kept.source), now)
        output.line({"type": "changed", "lines": lines} if output.as_json else "\n".join(lines))
        raise refusal(
            "diverged",
            f"the source has changed since run {kept.id} began; nothing was done",
            "go on with --as-it-was, the source it began with, or --with-changes, the source as it is now",
        )
    output.diagnostics(project.diagnostics)
    if project.errors:
        raise refusal("syntax", "the source does not compile", "mend it, or go on with --as-it-was", Exit.SOURCE)
    return project


# ------------------------------------------------------------------ resolve


def resolve(
    journal: Journal,
    kept: RunRow,
    again: Again,
    said: Word,
    output: Output,
    staged: Staged | None = None,
) -> int:
    """Find out what became of the requests of a run that got no answer, or take somebody's word for it.

    A single verdict is a word about the only one; about several it is given for each, by the names of their steps.
    """
    try:
        if kept.state in UNFINISHED or journal.is_held(kept.id):
            raise Held("somebody is at it")
        guard = journal.hold(kept.id)
        try:
            return _resolved(journal, kept, again, said, output, staged)
        finally:
            journal.release(kept.id, guard)
    except Held:
        return output.complain("no-run", f"run {kept.id} is under way", "wait for it, or stop it")
    except Refused as refused:
        return _refused(output, refused)
    except BadOption as fault:
        return output.reject(fault)


def _resolved(journal: Journal, kept: RunRow, again: Again, said: Word, output: Output, staged: Staged | None) -> int:
    steps = journal.steps(kept.id)
    open_steps = unclear(steps)
    if not open_steps:
        return output.complain("no-run", f"nothing is unclear about run {kept.id}: {kept.state}", "see xsrun runs list")
    words = _words(said, open_steps, kept.named)
    task = _task(journal, kept, again._replace(as_it_was=True), output)
    ready = prepare(task._replace(staged=staged))
    if isinstance(ready, Failure):
        output.failure(ready)
        return ready.exit
    vault = Vault(ready.secrets, output.masker)
    with closing(ready):
        verdicts = [_verdict(step, vault, ready, words.get(step.name)) for step in open_steps]
    state = settle(journal, kept, steps, verdicts, vault)
    for each in verdicts:
        told = {"type": "resolved", "title": each.step.title, "verdict": each.verdict, "reason": each.reason}
        shown = f"{each.step.title}: {each.verdict} ({each.reason})"
        output.line({**told, "state": state} if output.as_json else shown)
    if state == RunState.UNKNOWN:
        help = f"look there yourself, then type xsrun runs resolve {kept.named} --assume-sent, or --assume-lost"
        return output.complain("outcome-unknown", "what became of it is not known", help, Exit.UNKNOWN_OUTCOME)
    if not output.as_json:
        output.line(f"{THEN[state]}: xsrun runs {'resume' if state == RunState.INTERRUPTED else 'show'} {kept.named}")
    return Exit.DONE


def _words(said: Word, open_steps: list[StepRow], run: str) -> Mapping[str, Verdict]:
    """What somebody says of each step, by name. Raises BadOption when it is about some of several, or about none."""
    names = [step.name for step in open_steps]
    if not isinstance(said, Mapping):
        said = dict.fromkeys(names, said) if said and len(names) == 1 else {"": said} if said else {}
    if said and {*said} != {*names}:
        shown = ", ".join(f"{step.name} {step.title}" for step in open_steps)
        each = " ".join(f"--{Verdict.SENT if at else Verdict.LOST} {name}" for at, name in enumerate(names))
        message = f"{len(names)} request{'s are' if len(names) > 1 else ' is'} unclear: {shown}"
        raise BadOption(message, f"say of each what became of it, e.g. xsrun runs resolve {run} {each}")
    return said


def _verdict(step: StepRow, vault: Vault, ready: Ready, said: Verdict | None) -> Resolved:
    if said is not None:
        return Resolved(step, said, "as you say")
    return ask(step, vault, ready.world.http)
