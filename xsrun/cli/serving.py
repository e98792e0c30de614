"""The projects that a server answers for: found, compiled, and each in its own world."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from xsrun.builtins.statements.security import AUTH_KEY
from xsrun.cli.find import NotFound, find, homes_below
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.cli.preparing import Task, around, limits_of, prepare, variables_of
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.files import FolderFiles
from xsrun.engine.world import unkept
from xsrun.executable import Executable, executable
from xsrun.files import is_home, source_files
from xsrun.late import Late
from xsrun.program import Plan
from xsrun.runtime.environment import resolve
from xsrun.runtime.job import Failure, failure_of, run_job

SERVICE: Final = "run.service"
AUTH_FILE: Final = "auth.key"
"""Where the key lies that signs the tokens of a service's users, if no variable holds one."""
KEY_HELP: Final = f"set {AUTH_KEY} to a long random text, e.g. in --env-file"

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
    pre_result: Any
    """What its ``pre`` gave, without secrets."""


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
    elif is_home(path) or source_files(path):
        yield path
    else:
        yield from homes_below(path) or [path]


def _name(folder: str) -> str:
    """The name of a folder or file in small letters and hyphens."""
    base = os.path.basename(os.path.abspath(folder)).removesuffix(".xs")
    return re.sub(r"[^a-z0-9]+", "-", base.lower()).strip("-") or "project"


def begin(project: Hosted, options: Mapping[str, Any], output: Output, largest: int) -> Begun | int:
    """Compile a project and run its ``pre``; gives back an exit code where that fails. Raises NotFound and BadOption.

    ``output`` is of this project alone: it masks its secrets.
    """
    compiled = executable(project.folder)
    output.diagnostics(compiled.diagnostics)
    if compiled.errors:
        return Exit.SOURCE
    plan = _plan(compiled, project)
    folder = project.folder
    variables = variables_of(folder, options)
    ready = prepare(Task(compiled, plan, folder, {}, variables, options, output))
    if isinstance(ready, Failure):
        output.failure(ready)
        return ready.exit
    try:
        key = _auth_key(folder, variables)
    except Fault as fault:
        if any(each.auth for each in compiled.program.endpoints):
            return output.complain("missing-env", f"{AUTH_KEY} is not set. {fault.message}", KEY_HELP, Exit.ENVIRONMENT)
        key = ""
    output.masker.add([key], AUTH_KEY)
    real = ready.world.with_env({**ready.world.env, AUTH_KEY: key})
    world = unkept(real, around(options, ready.config, real.clock.now()))
    limits = limits_of(options)
    begun = run_job(compiled.loaded, plan, {}, world, limits)
    if begun.error:
        output.failure(begun.error, begun.requests)
        return begun.error.exit

    def failing(fault: Fault) -> None:
        output.failure(failure_of(fault, []))

    mask = output.masker.text
    service = _service(project.name, folder, plan.name, compiled.loaded, world, limits, mask, failing, largest)
    return Begun(service, output.masker.value(begun.pre_result))


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
