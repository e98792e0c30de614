"""The command serve."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, Final

import typer

from xsrun.cli.arguments import MessagesOption
from xsrun.cli.completion import job_names
from xsrun.cli.find import NotFound
from xsrun.cli.options import EXECUTE, BadOption, parse
from xsrun.cli.output import Output, show
from xsrun.cli.serving import Begun, Hosted, begin, hosted
from xsrun.cli.signals import heeding_signals
from xsrun.diagnostics import Exit
from xsrun.extras import install_command, is_installed
from xsrun.late import Late

DEFAULTS: Final = parse(EXECUTE, [])
"""The options of a run that nobody gave."""

_serve: Callable[..., None] = Late("xsrun.server.running", "serve")
_application: Callable[..., Any] = Late("xsrun.server.app", "application")
_served: Callable[..., Any] = Late("xsrun.server.service", "Served")


def serve(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]…", help="Folders of projects, or of several.", show_default=False),
    ] = None,
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
    """Serve projects over HTTP until Ctrl-C.

    A query is at /api:GROUP/PATH, with GROUP as the canonical name of its api_group, and at /PROJECT/api:GROUP/PATH;
    where several projects have a group of that name, only there. /openapi.json describes them all, and
    /_xsrun/health says that the server answers. `pre` of the service runs first, once. SIGTERM lets requests under
    way end; a second one does not. Needs the optional part `server`.

    --json: the first line of stdout is {url, endpoints: [{verb, url}], pre_result} as ever, with pre_result by the
    names of projects when there are several; messages as JSON lines on stderr.

    Examples:

      xsrun serve

      xsrun serve services/counter --port 0 --db postgresql:///counter

      xsrun serve services/counter services/notes
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
    }
    try:
        raise typer.Exit(_run(hosted(paths or ["."], job), options, output, (host, port, max_body * 1_000_000)))
    except NotFound as fault:
        raise typer.Exit(output.complain(fault.code, fault.message, fault.help)) from None
    except BadOption as fault:
        raise typer.Exit(output.complain("usage", fault.message, fault.help)) from None
    except OSError as error:
        message = f"cannot listen on {host}:{port}: {error.strerror}"
        raise typer.Exit(output.complain("usage", message, "take another --port, or 0")) from None


def _run(projects: list[Hosted], options: dict[str, Any], output: Output, at: tuple[str, int, int]) -> int:
    host, port, largest = at
    begun: list[Begun] = []
    for each in projects:
        made = begin(each, options, Output(output.as_json), largest)
        if isinstance(made, int):
            return made
        begun.append(made)
    address = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    url = f"http://{f'[{host}]' if ':' in host else host}:{address.getsockname()[1]}"
    served = _served(each.service for each in begun)
    listed = [{"verb": each.endpoint.verb, "url": url + each.address} for each in served.now.listed()]
    first = {"url": url, "endpoints": listed, "pre_result": _pre_results(begun)}
    show(json.dumps(first, ensure_ascii=False))
    # What was asked to end ends well: the signal comes once more when the last request is answered.
    with heeding_signals(), suppress(KeyboardInterrupt):
        _serve(_application(served, routes(served)), address)
    return Exit.DONE


def _pre_results(begun: list[Begun]) -> Any:
    """What ``pre`` gave: of the only project, or by the names of several."""
    return begun[0].pre_result if len(begun) == 1 else {each.service.name: each.pre_result for each in begun}


def routes(_served: Any) -> list[Any]:
    """What is served beside queries, as routes of Starlette."""
    return []
