"""``xsrun execute``: find the job, give it what it needs, run it, print its result."""

from __future__ import annotations

from collections.abc import Callable

from xsrun.cli.attempts import run
from xsrun.cli.find import NotFound, find
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.cli.preparing import Options, Staged, Task, variables_of
from xsrun.diagnostics import Exit
from xsrun.engine.folder import Broken
from xsrun.executable import Executable, executable
from xsrun.hints import Any, Final
from xsrun.late import Late
from xsrun.program import Plan
from xsrun.runtime.job import Failure
from xsrun.types.fields import Field

OF_QUEUES: Final = ("priority", "order_key", "delay", "id", "wait", "engine")
"""Options that say something of a run in a queue alone."""

ADDRESSES: Final = ("http://", "https://")

_queue: Callable[[Task], int] = Late("xsrun.cli.putting", "queue")
_fetched: Callable[[str], str] = Late("xsrun.cli.fetching", "fetched")
_execute_shown: Callable[[Options], int] = Late("xsrun.cli.clientrun", "execute_shown")
_read_inputs: Callable[[list[str], str | None, list[Field]], dict[str, Any]] = Late("xsrun.cli.inputs", "read_inputs")


def execute(
    options: Options,
    watch: Callable[[str], None] | None = None,
    staged: Staged | None = None,
    output: Output | None = None,
    id: str = "",
) -> int:
    """Run a job as the options say, and give back the exit code.

    ``watch`` is told each point that a write passes; ``staged`` puts another world in the place of the real one;
    ``output`` takes what there is to show, and ``id`` is that of the run where somebody has chosen them.
    """
    if options["output"] is not None:
        return _execute_shown(options)
    output = output or Output(options["json"], options["quiet"], options["color"])
    try:
        folder, name = find(_path(options), options["job"])
        project = executable(folder, cached=not options["no_cache"])
        output.diagnostics(project.diagnostics)
        if project.errors:
            return Exit.SOURCE
        inputs = options["input"], options["input_json"]
        job, variables = choose(project, name), variables_of(folder, options)
        given = _read_inputs(*inputs, project.inputs(job)) if inputs != ([], None) else {}
        typed = given if options["input_json"] is None else _read_inputs(options["input"], None, project.inputs(job))
        options = {**options, "typed": list(typed)}
        task = Task(project, job, folder, given, variables, options, output, watch=watch, staged=staged, id=id)
        return run(_alone(task)) if options["queue"] is None else _queue(task)
    except BadOption as fault:
        return output.reject(fault)
    except Broken as broken:
        message = f"the journal cannot be written ({broken}); nothing was run"
        return output.complain("journal", message, "mend the state folder, or run without --durable", Exit.FAILED)


def _alone(task: Task) -> Task:
    """A run of this process. Raises BadOption where something is said that is for queues."""
    for name in OF_QUEUES:
        if task.options[name]:
            raise BadOption(f"--{name.replace('_', '-')} is for runs in a queue", "write --queue NAME too")
    return task


def _path(options: Options) -> str | None:
    """The path that is meant, of a document that is elsewhere where it is kept. Raises BadOption."""
    named = [each for each in (options["path"], options["file"], "-" if options["stdin"] else None) if each is not None]
    if len(named) > 1:
        raise BadOption(f"{' and '.join(named)} are two things to run", "name one")
    path: str | None = named[0] if named else None
    return _fetched(path) if path is not None and (path == "-" or path.startswith(ADDRESSES)) else path


def choose(project: Executable, name: str | None) -> Plan:
    """The job of that name, or the only one. Raises NotFound."""
    chosen = project.choose(name)
    if isinstance(chosen, Failure):
        raise NotFound(chosen.message, chosen.help, chosen.code)
    return chosen
