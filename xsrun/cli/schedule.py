"""The command schedule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import typer

from xsrun.cli.arguments import (
    DbOption,
    EnvFileOption,
    EnvOption,
    HealthOption,
    MapOption,
    MessagesOption,
    ProjectsArgument,
    SimulateOption,
)
from xsrun.cli.options import run_options
from xsrun.cli.output import Output
from xsrun.late import Late

MOST: Final = 100_000
"""Runs that are listed."""

_schedule: Callable[..., int] = Late("xsrun.cli.scheduling", "schedule")


def schedule(
    paths: ProjectsArgument = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only list the next runs.")] = False,
    number: Annotated[int, typer.Option("--number", "-n", min=1, max=MOST, help="How many --dry-run lists.")] = 20,
    once: Annotated[bool, typer.Option("--once", help="Begin what is due now, and end when that has ended.")] = False,
    now: Annotated[str | None, typer.Option("--now", metavar="TIME", help="Let the clock begin at this time.")] = None,
    project: Annotated[
        str | None,
        typer.Option(
            "--project", metavar="NAME", help="Names the projects where machines have them at different paths."
        ),
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(
            "--engine", metavar="URL", help="Put runs into a queue for workers; else XSRUN_ENGINE says where."
        ),
    ] = None,
    queue: Annotated[
        str | None, typer.Option("--queue", metavar="NAME", help="Which queue, of --engine; default when left out.")
    ] = None,
    env: EnvOption = None,
    env_file: EnvFileOption = None,
    db: DbOption = None,
    simulate: SimulateOption = False,
    mapped: MapOption = None,
    timeout: Annotated[
        float | None, typer.Option("--timeout", metavar="SECONDS", help="End a run that takes longer.")
    ] = None,
    health: HealthOption = None,
    as_json: MessagesOption = False,
) -> None:
    """Run tasks by their schedules, and jobs by xsrun.toml.

    A task says in `schedule` when it runs; a job runs as [schedule."JOB NAME"] in xsrun.toml says: every = "5m", or
    cron = "0 3 * * 1-5". However many schedulers there are, each time has one run. Of the times that were missed the
    latest is made up for. A run whose predecessor has not ended is skipped. A run that was cut short goes on. SIGTERM
    lets runs under way end, a second one leaves them to be taken up. With --engine the runs wait in a queue for xsrun
    worker, and schedulers on several machines begin each once.

    --json: a line {type: tick, state, job, path, run, due, code, reason, help} on stderr for all that happens; with
    --dry-run a list of {due, local, zone, job, path, run} on stdout, times as ISO 8601.

    Examples:

      xsrun schedule

      xsrun schedule services/shop jobs --dry-run -n 5

      xsrun schedule --once

      xsrun schedule jobs --engine postgresql:///xsrun --queue nightly
    """
    options = run_options(
        env=env, env_file=env_file, db=db, simulate=simulate, map=mapped, timeout=timeout, json=as_json
    )
    output = Output(as_json)
    chosen = {
        "now": now,
        "project": project,
        "dry_run": dry_run,
        "number": number,
        "once": once,
        "engine": engine,
        "queue": queue,
        "health": health,
    }
    raise typer.Exit(_schedule(paths or ["."], chosen, options, output))
