"""The projects that a server answers for: found, compiled, and each in its own world."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from xsrun.builtins.statements.security import AUTH_KEY
from xsrun.cli.find import NotFound, find, projects_at
from xsrun.cli.hostnames import Names
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.cli.preparing import Task, around, limits_of, prepare, variables_of
from xsrun.cli.reach import from_here
from xsrun.cli.tokens import VARIABLE
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.files import FolderFiles
from xsrun.engine import observing
from xsrun.engine.observing import Ending, Subject
from xsrun.engine.world import unkept
from xsrun.executable import Executable, executable
from xsrun.late import Late
from xsrun.program import SERVICE, Plan
from xsrun.runtime.environment import resolve
from xsrun.runtime.frame import Limits
from xsrun.runtime.job import Failure, Result, failure_of, run_job

LONGEST_QUERY: Final = 300.0
"""Seconds after which a query ends unless ``--timeout`` says otherwise. The platform names no limit; whoever waits in
front of a proxy has gone long before."""
AUTH_FILE: Final = "auth.key"
"""Where the key lies that signs the tokens of a service's users, if no variable holds one."""
KEY_HELP: Final = f"set {AUTH_KEY} to a long random text, e.g. in --env-file"

_answers: Callable[[], Any] = Late("xsrun.runtime.answers", "Answers")
_service: Callable[..., Any] = Late("xsrun.server.service", "Service")


class Hosted(NamedTuple):
    """A project that is to be served."""

    name: str
    """What stands for it in addresses."""
    folder: str
    """Its folder or file."""
    job: str | None
    """Its service, by name; None for the only one."""


class Begun(NamedTuple):
    """A service that may answer."""

    service: Any
    database: Any
    """Its tables."""
    pre_result: Any = None
    """What its ``pre`` gave, without secrets."""


class At(NamedTuple):
    """Where a server listens, and how it answers."""

    host: str
    port: int
    called: Names
    """What clients call it."""
    reload: bool
    """Whether services follow their source."""
    allow_doc: bool
    """Whether documents that arrive are run."""
    tasks: bool = False
    """Whether tasks run by their schedules."""


def hosted(paths: Sequence[str], job: str | None) -> list[Hosted]:
    """The projects at some paths; a folder without source of its own stands for those below it.

    Raises NotFound and BadOption.
    """
    if job is not None and len(paths) > 1:
        raise BadOption("--job chooses among the services of one folder", "leave --job away, or name one folder")
    found: dict[str, Hosted] = {}
    for folder in (each for path in paths for each in _homes(path, job)):
        name = _name(folder)
        if name in found:
            message = f"{found[name].folder} and {folder} would both be at /{name}"
            raise NotFound(message, "rename one of the folders, or serve them apart", "usage")
        found[name] = Hosted(name, folder, job)
    return list(found.values())


def _homes(path: str, job: str | None) -> Iterator[str]:
    if job is not None or not os.path.isdir(path):
        yield find(path, job)[0]
    else:
        yield from projects_at(path) or [path]


def _name(folder: str) -> str:
    """The name of a folder or file in small letters and hyphens."""
    base = os.path.basename(os.path.abspath(folder)).removesuffix(".xs")
    return re.sub(r"[^a-z0-9]+", "-", base.lower()).strip("-") or "project"


class Server(NamedTuple):
    """What holds for all projects of a server."""

    options: Mapping[str, Any]
    """Those of a run."""
    as_json: bool
    token: str | None
    largest: int
    """Bytes of the largest body."""
    cache: bool
    """Whether answers are kept as queries say."""


def begin(project: Hosted, server: Server) -> Begun | int:
    """Compile a project and run its ``pre``; gives back an exit code where that fails.

    Raises NotFound and BadOption.
    """
    made = _made(project, server, None)
    if isinstance(made, int):
        return made
    service = made.begun.service
    begun = _pre(service, made.plan, limits_of(server.options))
    if begun.error:
        made.output.failure(begun.error, begun.requests)
        return begun.error.exit
    return made.begun._replace(pre_result=made.output.masker.value(begun.pre_result))


def begin_again(project: Hosted, server: Server, before: Begun) -> Begun | None:
    """Compile a project anew, without its ``pre``; None where that fails. Raises NotFound and BadOption."""
    made = _made(project, server, before)
    return None if isinstance(made, int) else made.begun


def _pre(service: Any, plan: Plan, limits: Limits) -> Result:
    """Run the ``pre`` of a service, where there is one, under the eyes of whoever watches."""

    def run() -> Result:
        return run_job(service.loaded, plan, {}, service.world, limits)

    def ending(done: Result) -> Ending:
        failure = done.error
        return Ending(failure.exit, 0, failure.code, failure.message) if failure else Ending()

    observer = observing.observer
    if observer is None or plan.pre is None:
        return run()
    watched = observer.begin(Subject(plan.name, service.loaded, service.masked))
    result: Result = watched.during(run, ending)
    return result


class _Made(NamedTuple):
    begun: Begun
    plan: Plan
    output: Output


def _made(project: Hosted, server: Server, before: Begun | None) -> _Made | int:
    """A service before its ``pre``. What is wrong is said, and gives an exit code."""
    # Of this project alone: it masks its secrets.
    output = Output(server.as_json)
    output.masker.add([server.token] if server.token else [], VARIABLE)
    compiled = executable(project.folder)
    output.diagnostics(from_here(project.folder, compiled.diagnostics))
    if compiled.errors:
        return Exit.SOURCE
    folder, options = project.folder, server.options
    plan = _plan(compiled, project)
    variables = variables_of(folder, options)
    ready = prepare(Task(compiled, plan, folder, {}, variables, options, output))
    if isinstance(ready, Failure):
        output.failure(ready)
        return ready.exit
    real, database = ready.world, _usable(ready.world.database)
    if before is not None and before.service.loaded.program.tables == compiled.program.tables:
        database = before.database  # rows may be nowhere but in memory
    try:
        key = _auth_key(folder, variables)
    except Fault as fault:
        if any(each.auth for each in compiled.program.endpoints):
            return output.complain("missing-env", f"{AUTH_KEY} is not set. {fault.message}", KEY_HELP, Exit.ENVIRONMENT)
        key = ""
    output.masker.add([key], AUTH_KEY)
    real = real.with_env({**real.env, AUTH_KEY: key})._replace(database=database)
    world, limits = unkept(real, around(options, ready.config, real.clock.now())), _limits_of_queries(options)

    def failing(fault: Fault, query: str) -> None:
        failure = failure_of(fault, [])
        output.failure(failure if fault.span else failure._replace(message=f"{query}: {failure.message}"))

    mask, largest = output.masker.text, server.largest
    kept = _answers() if server.cache else None
    service = _service(project.name, folder, plan.name, compiled.loaded, world, limits, mask, failing, largest, kept)
    return _Made(Begun(service, database), plan, output)


def _limits_of_queries(options: Mapping[str, Any]) -> Limits:
    """How far a query may go. Raises BadOption."""
    limits = limits_of(options)
    return limits._replace(seconds=LONGEST_QUERY) if options["timeout"] is None else limits


def _usable(database: Any) -> Any:
    """The same database, which need not answer yet. Raises BadOption for an address that is none."""
    try:
        database.catalog  # noqa: B018  it is made when first asked for something
    except Fault as fault:
        raise BadOption(fault.message, fault.help) from None
    return database


def _auth_key(folder: str, variables: Sequence[Mapping[str, str]]) -> str:
    """What signs the tokens of users. Raises Fault where there is no variable and the folder cannot keep one."""
    given = resolve([AUTH_KEY], *variables).values
    return given.get(AUTH_KEY) or FolderFiles(folder).secret(AUTH_FILE).hex()


def _plan(compiled: Executable, project: Hosted) -> Plan:
    """The service that is meant, the only one, or one of all queries where none is declared. Raises NotFound."""
    services = [each for each in compiled.jobs.values() if each.kind == SERVICE and project.job in (None, each.name)]
    if len(services) == 1:
        return services[0]
    if services:
        shown = ", ".join(f'"{each.name}"' for each in services)
        raise NotFound(f"the services in {project.folder} are {shown}", "choose one with --job NAME", "several-jobs")
    served = compiled.program.endpoints
    if project.job is not None or not (served or compiled.jobs):
        missing = f"service `{project.job}`" if project.job else "query and no job"
        help = 'write run.service "name" and queries in api/GROUP/NAME.xs'
        raise NotFound(f"there is no {missing} in {project.folder}", help)
    env = tuple(compiled.program.env_read) if served else ()
    return Plan(os.path.basename(os.path.abspath(project.folder)), SERVICE, None, None, None, env, "")
