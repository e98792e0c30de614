"""The command worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import typer

from xsrun.cli.arguments import EnvFileOption, EnvOption, HealthOption, MessagesOption
from xsrun.cli.output import Output
from xsrun.diagnostics import Exit
from xsrun.extras import install_command, is_installed
from xsrun.late import Late

DRAIN: Final = 3600
"""Seconds that runs under way are waited for at the end, unless somebody says otherwise."""

_work: Callable[..., int] = Late("xsrun.cli.working", "work")


def worker(
    queue: Annotated[
        list[str],
        typer.Option(
            "--queue",
            metavar="NAME[:N][,all=N][,rate=N/SECONDS]",
            help="Take runs of this queue, N at a time; all=N on all workers, rate=N/SECONDS begin within a time.",
        ),
    ],
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="URL", help="The database; the variable XSRUN_ENGINE if left out.")
    ] = None,
    env: EnvOption = None,
    env_file: EnvFileOption = None,
    db: Annotated[
        str | None, typer.Option("--db", metavar="URL", help="Where the rows of tables are, of runs that do not say.")
    ] = None,
    drain: Annotated[
        int, typer.Option("--drain", min=0, metavar="SECONDS", help="Wait so long for runs under way at the end.")
    ] = DRAIN,
    health: HealthOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No debug.log and no warnings of runs.")] = False,
    as_json: MessagesOption = False,
) -> None:
    """Carry out runs that wait in queues, until Ctrl-C or SIGTERM.

    They have the variables of this process. SIGTERM lets runs under way end and takes no further ones; a second one
    ends at once, and another worker goes on with them. So it is with a worker that dies. Needs the optional part
    `scale`.

    With --health it says over HTTP whether it is ready: it reaches the database, and others see that it lives.

    --json: the first line of stdout is {worker, queues}; messages as JSON lines on stderr.

    Examples:

      xsrun worker --queue paging:4 --engine postgresql:///xsrun

      xsrun worker --queue paging:4,all=10,rate=5/2 --queue reports:1
    """
    output = Output(as_json, quiet)
    if not is_installed("scale"):
        message = "xsrun worker needs packages that are not installed"
        raise typer.Exit(output.complain("missing-extra", message, install_command("scale"), Exit.USAGE))
    options = {"env": env or [], "env_file": env_file, "db": db, "health": health}
    raise typer.Exit(_work(queue, engine, options, drain, output))
