"""The command serve."""

from __future__ import annotations

import ipaddress
import json
import socket
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Annotated, Any, Final, NamedTuple

import typer

from xsrun.cli.arguments import MessagesOption
from xsrun.cli.completion import job_names
from xsrun.cli.find import NotFound
from xsrun.cli.options import EXECUTE, BadOption, parse
from xsrun.cli.output import Output, show
from xsrun.cli.serving import Begun, Hosted, begin, hosted
from xsrun.cli.signals import heeding_signals
from xsrun.cli.tokens import VARIABLE, made, token_of
from xsrun.diagnostics import Exit
from xsrun.extras import install_command, is_installed
from xsrun.late import Late

DEFAULTS: Final = parse(EXECUTE, [])
"""The options of a run that nobody gave."""

_serve: Callable[..., None] = Late("xsrun.server.running", "serve")
_listening: Callable[..., Any] = Late("xsrun.server.running", "listening")
_application: Callable[..., Any] = Late("xsrun.server.app", "application")
_engine: Callable[..., Any] = Late("xsrun.cli.hosting", "InProcess")
_run_api: Callable[..., list[Any]] = Late("xsrun.cli.runapi", "run_api")
_rules: Callable[..., Any] = Late("xsrun.server.guard", "Rules")
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
    token: Annotated[
        str | None,
        typer.Option("--token", help="What opens all but queries; others see it in ps: XSRUN_TOKEN hides it."),
    ] = None,
    token_file: Annotated[
        str | None, typer.Option("--token-file", metavar="FILE", help="Read the token from a file.")
    ] = None,
    served_as: Annotated[
        list[str] | None,
        typer.Option(
            "--served-as", metavar="NAME", help="A host name that clients use, e.g. that of a proxy in front."
        ),
    ] = None,
    allow_doc: Annotated[
        bool, typer.Option("--allow-doc", help="Run documents that arrive over HTTP, not only jobs of the projects.")
    ] = False,
    run_api: Annotated[bool, typer.Option("--run-api", hidden=True, help="The Run API is there in any case.")] = False,
    max_body: Annotated[int, typer.Option("--max-body", min=1, metavar="MB", help="The largest request.")] = 16,
    as_json: MessagesOption = False,
) -> None:
    """Serve projects over HTTP until Ctrl-C.

    A query is at /api:GROUP/PATH, with GROUP as the canonical name of its api_group, and at /PROJECT/api:GROUP/PATH;
    where several projects have a group of that name, only there. /openapi.json describes them all, and
    /_xsrun/health says that the server answers. Everything but queries and health needs the token, where there is
    one; with another --host than this machine's one is made and printed on stderr.

    `pre` of a service runs first, once. SIGTERM lets requests under way end; a second one does not. Needs the
    optional part `server`.

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
        names = tuple(each.lower() for each in served_as or ())
        at = At(host, port, max_body * 1_000_000, token_of(token, token_file), names, allow_doc)
        raise typer.Exit(_run(hosted(paths or ["."], job), options, output, at))
    except NotFound as fault:
        raise typer.Exit(output.complain(fault.code, fault.message, fault.help)) from None
    except BadOption as fault:
        raise typer.Exit(output.complain("usage", fault.message, fault.help)) from None
    except OSError as error:
        message = f"cannot listen on {host}:{port}: {error.strerror}"
        raise typer.Exit(output.complain("usage", message, "take another --port, or 0")) from None


class At(NamedTuple):
    """Where a server listens, and what it asks of a request."""

    host: str
    port: int
    largest: int
    """Bytes of the largest body."""
    token: str | None
    names: tuple[str, ...]
    """The host names that clients use."""
    allow_doc: bool
    """Whether documents that arrive are run."""


def _run(projects: list[Hosted], options: dict[str, Any], output: Output, at: At) -> int:
    with _listening(at.host, at.port) as address:
        token = at.token or (None if _is_local(address) else made())
        begun: list[Begun] = []
        for each in projects:
            own = Output(output.as_json)
            own.masker.add([token] if token else [], VARIABLE)
            service = begin(each, options, own, at.largest)
            if isinstance(service, int):
                return service
            begun.append(service)
        if token and not at.token:
            output.line({"type": "token", "token": token} if output.as_json else f"token: {token}")
        with closing(_engine(options, output)) as engine:
            _answer(begun, address, at._replace(token=token), lambda served: routes(served, engine, options, at))
    return Exit.DONE


def _answer(begun: list[Begun], address: socket.socket, at: At, beside: Callable[[Any], list[Any]]) -> None:
    """Say where everything is, and answer until the process is asked to end."""
    url = f"http://{f'[{at.host}]' if ':' in at.host else at.host}:{address.getsockname()[1]}"
    served = _served(each.service for each in begun)
    listed = [{"verb": each.endpoint.verb, "url": url + each.address} for each in served.now.listed()]
    show(json.dumps({"url": url, "endpoints": listed, "pre_result": _pre_results(begun)}, ensure_ascii=False))
    rules = _rules(at.token, at.names, any_name=not _is_local(address) and not at.names)
    # What was asked to end ends well: the signal comes once more when the last request is answered.
    with heeding_signals(), suppress(KeyboardInterrupt):
        _serve(_application(served, beside(served), rules), address)


def _is_local(address: socket.socket) -> bool:
    """Whether a socket can be reached from this machine alone."""
    return ipaddress.ip_address(address.getsockname()[0]).is_loopback


def _pre_results(begun: list[Begun]) -> Any:
    """What ``pre`` gave: of the only project, or by the names of several."""
    return begun[0].pre_result if len(begun) == 1 else {each.service.name: each.pre_result for each in begun}


def routes(served: Any, engine: Any, options: dict[str, Any], at: At) -> list[Any]:
    """What is served beside queries, as routes of Starlette. Raises BadOption."""
    return [*_run_api(engine, served, options, at.allow_doc, at.largest)]
