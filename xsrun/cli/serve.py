"""The command serve."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated

import typer

from xsrun.cli.arguments import (
    DbOption,
    EnvFileOption,
    EnvOption,
    MapOption,
    MessagesOption,
    ProjectsArgument,
    SimulateOption,
)
from xsrun.cli.completion import job_names
from xsrun.cli.hostnames import names_of
from xsrun.cli.options import BadOption, run_options
from xsrun.cli.output import Output
from xsrun.cli.serving import At, Server, hosted
from xsrun.cli.tokens import token_of
from xsrun.diagnostics import Exit
from xsrun.extras import install_command, is_installed
from xsrun.late import Late

_run: Callable[..., int] = Late("xsrun.cli.composing", "run")


def serve(
    paths: ProjectsArgument = None,
    job: Annotated[
        str | None, typer.Option("--job", "-j", help="Which service, by its name.", autocompletion=job_names)
    ] = None,
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="The port; 0 takes a free one.")] = 8080,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    env: EnvOption = None,
    env_file: EnvFileOption = None,
    db: DbOption = None,
    simulate: SimulateOption = False,
    mapped: MapOption = None,
    timeout: Annotated[
        float | None,
        typer.Option(
            "--timeout", metavar="SECONDS", help="End a query or a job that takes longer, 0 for none; 300 for queries."
        ),
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
            "--served-as",
            metavar="NAME-OR-URL",
            help="A host name or address that clients use, e.g. that of a proxy in front; links lead to the address.",
        ),
    ] = None,
    allow_doc: Annotated[
        bool, typer.Option("--allow-doc", help="Run documents that arrive over HTTP, not only jobs of the projects.")
    ] = False,
    tasks: Annotated[bool, typer.Option("--tasks", help="Run tasks by their schedules, as xsrun schedule.")] = False,
    run_api: Annotated[bool, typer.Option("--run-api", hidden=True, help="The Run API is there in any case.")] = False,
    queue: Annotated[
        str | None, typer.Option("--queue", metavar="NAME", help="Have jobs of the Run API carried out by workers.")
    ] = None,
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="URL", help="The database of queues; XSRUN_ENGINE if left out.")
    ] = None,
    cache: Annotated[
        bool, typer.Option("--cache", help="Give answers again as `cache` of queries and functions says.")
    ] = False,
    reload: Annotated[bool, typer.Option("--reload", help="Serve projects as they are now.")] = False,
    max_body: Annotated[int, typer.Option("--max-body", min=1, metavar="MB", help="The largest request.")] = 16,
    as_json: MessagesOption = False,
) -> None:
    """Serve projects over HTTP until Ctrl-C.

    A query is at /api:GROUP/PATH, with GROUP as the canonical name of its api_group, and at /PROJECT/api:GROUP/PATH;
    where several projects have a group of that name, only there. /openapi.json describes them all, and
    /_xsrun/health says that the server answers, /_xsrun/ready that it may get work; /_xsrun is a page of runs, and
    /_xsrun/metrics its numbers for Prometheus. Everything but queries, health and ready needs the token, where there
    is one; with another --host than this machine's one is made and printed on stderr.

    `pre` of a service runs first, once. SIGTERM or Ctrl-C lets requests and runs under way end; a second one does not,
    and xsrun runs resume goes on with those runs. Needs the optional part `server`.

    --json: the first line of stdout is {url, endpoints: [{verb, url}], pre_result} as ever, with pre_result by the
    names of projects when there are several; messages as JSON lines on stderr.

    Examples:

      xsrun serve

      xsrun serve services/counter --port 0 --db postgresql:///counter

      xsrun serve services/counter services/notes --reload
    """
    output = Output(as_json)
    if not is_installed("server"):
        message = "xsrun serve needs packages that are not installed"
        raise typer.Exit(output.complain("missing-extra", message, install_command("server"), Exit.USAGE))
    options = run_options(
        job=job,
        env=env,
        env_file=env_file,
        db=db,
        simulate=simulate,
        map=mapped,
        timeout=timeout,
        queue=queue,
        engine=engine,
        json=as_json,
    )
    try:
        called = names_of(served_as or ())
        server = Server(options, as_json, token_of(token, token_file), max_body * 1_000_000, cache)
        projects = hosted(paths or [os.curdir], job)
        raise typer.Exit(_run(projects, server, At(host, port, called, reload, allow_doc, tasks), output))
    except BadOption as fault:
        raise typer.Exit(output.reject(fault)) from None
