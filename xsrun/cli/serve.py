"""The command serve."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, Final

import typer

from xsrun.builtins.statements.security import AUTH_KEY
from xsrun.cli.arguments import MessagesOption
from xsrun.cli.completion import job_names
from xsrun.cli.execute import Ready, Task, around, limits_of, prepare, variables_of
from xsrun.cli.find import NotFound, find
from xsrun.cli.options import EXECUTE, BadOption, parse
from xsrun.cli.output import Output
from xsrun.cli.signals import heeding_signals
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.files import FolderFiles
from xsrun.engine.world import unkept
from xsrun.executable import Executable, executable
from xsrun.extras import install_command, is_installed
from xsrun.late import Late
from xsrun.program import Plan
from xsrun.runtime.job import Failure, failure_of, run_job

SERVICE: Final = "run.service"
AUTH_FILE: Final = "auth.key"
"""Where the key lies that signs the tokens of a service's users, if no variable holds one."""
DEFAULTS: Final = parse(EXECUTE, [])
"""The options of a run that nobody gave."""

_serve: Callable[..., None] = Late("xsrun.server.running", "serve")
_service: Callable[..., Any] = Late("xsrun.server.app", "Service")


def serve(
    path: Annotated[str, typer.Argument(help="The folder of the service.", show_default=False)] = ".",
    job: Annotated[
        str | None, typer.Option("--job", "-j", help="Which service, by its name.", autocompletion=job_names)
    ] = None,
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="The port; 0 takes a free one.")] = 8080,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    env: Annotated[
        list[str] | None, typer.Option("--env", "-e", metavar="K=V", help="One variable; K alone passes it on.")
    ] = None,
    env_file: Annotated[str | None, typer.Option("--env-file", metavar="FILE", help="Read variables from it.")] = None,
    db: Annotated[str | None, typer.Option("--db", metavar="URL", help="Where the rows of tables are.")] = None,
    simulate: Annotated[bool, typer.Option("--simulate", help="Answer for providers from simulators.")] = False,
    mapped: Annotated[
        list[str] | None, typer.Option("--map", metavar="HOST=URL", help="Send requests for a host elsewhere.")
    ] = None,
    timeout: Annotated[
        float | None, typer.Option("--timeout", metavar="SECONDS", help="End a request that takes longer.")
    ] = None,
    max_body: Annotated[int, typer.Option("--max-body", min=1, metavar="MB", help="The largest request.")] = 16,
    as_json: MessagesOption = False,
) -> None:
    """Serve the queries of a project over HTTP until Ctrl-C.

    A query is at /api:GROUP/PATH, with GROUP as the canonical name of its api_group; /openapi.json describes them all,
    and /_xsrun/health says that the server answers. `pre` of the service runs first, once. SIGTERM lets requests under
    way end; a second one does not. Needs the optional part `server`.

    --json: the first line of stdout is {url, endpoints: [{verb, url}], pre_result} as ever; messages as JSON lines on
    stderr.

    Examples:

      xsrun serve

      xsrun serve services/counter --port 0 --db postgresql:///counter
    """
    output = Output(as_json)
    if not is_installed("server"):
        message = "xsrun serve needs packages that are not installed"
        raise typer.Exit(output.complain("missing-extra", message, install_command("server"), Exit.USAGE))
    options = {
        **DEFAULTS,
        "job": job,
        "env": env or [],
        "env_file": env_file,
        "db": db,
        "simulate": simulate,
        "map": mapped or [],
        "timeout": timeout,
        "json": as_json,
        "path": path,
    }
    try:
        raise typer.Exit(_run(path, job, options, output, (host, port, max_body * 1_000_000)))
    except NotFound as fault:
        raise typer.Exit(output.complain(fault.code, fault.message, fault.help)) from None
    except BadOption as fault:
        raise typer.Exit(output.complain("usage", fault.message, fault.help)) from None
    except OSError as error:
        message = f"cannot listen on {host}:{port}: {error.strerror}"
        raise typer.Exit(output.complain("usage", message, "take another --port, or 0")) from None


def _run(path: str, name: str | None, options: dict[str, Any], output: Output, at: tuple[str, int, int]) -> int:
    folder = path if os.path.isdir(path) and name is None else find(path, name)[0]
    project = executable(folder)
    output.diagnostics(project.diagnostics)
    if project.errors:
        return Exit.SOURCE
    plan = _plan(project, folder, name)
    ready = prepare(Task(project, plan, folder, {}, variables_of(folder, options), options, output))
    if isinstance(ready, Failure):
        output.failure(ready)
        return ready.exit
    return _answer(folder, project, plan, ready, options, output, at)


def _plan(project: Executable, folder: str, name: str | None) -> Plan:
    """The service of that name, the only one, or one of all queries where none is declared. Raises NotFound."""
    services = [each for each in project.jobs.values() if each.kind == SERVICE and name in (None, each.name)]
    if len(services) == 1:
        return services[0]
    if services:
        shown = ", ".join(f'"{each.name}"' for each in services)
        raise NotFound("several-jobs", f"the services here are {shown}", "choose one with --job")
    if name is not None or not project.program.endpoints:
        help = 'write run.service "name" and queries in api/GROUP/NAME.xs'
        raise NotFound("no-job", f"there is no service {name or 'here'}", help)
    env = tuple(project.program.env_read)
    return Plan(os.path.basename(os.path.abspath(folder)), SERVICE, None, None, None, env, "")


def _answer(
    folder: str,
    project: Executable,
    plan: Plan,
    ready: Ready,
    options: dict[str, Any],
    output: Output,
    at: tuple[str, int, int],
) -> int:
    host, port, largest = at
    env = ready.world.env
    key = env.get(AUTH_KEY) or FolderFiles(folder).secret(AUTH_FILE).hex()
    output.masker.add([key], AUTH_KEY)
    real = ready.world.with_env({**env, AUTH_KEY: key})
    world = unkept(real, around(options, ready.config, real.clock.now()))
    limits = limits_of(options)
    begun = run_job(project.loaded, plan, {}, world, limits)
    if begun.error:
        output.failure(begun.error, begun.requests)
        return begun.error.exit
    address = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)

    def failing(fault: Fault) -> None:
        output.failure(failure_of(fault, []))

    service = _service(plan.name, project.loaded, world, limits, output.masker.text, failing, largest)
    url = f"http://{f'[{host}]' if ':' in host else host}:{address.getsockname()[1]}"
    listed = [{"verb": each.verb, "url": f"{url}/api:{each.group}/{each.path}"} for each in project.program.endpoints]
    first = {"url": url, "endpoints": listed, "pre_result": output.masker.value(begun.pre_result)}
    sys.stdout.write(json.dumps(first, ensure_ascii=False) + "\n")
    sys.stdout.flush()
    # What was asked to end ends well: the signal comes once more when the last request is answered.
    with heeding_signals(), suppress(KeyboardInterrupt):
        _serve(service, address)
    return Exit.DONE
