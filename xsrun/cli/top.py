"""The command top."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from xsrun.cli.arguments import JsonOption
from xsrun.cli.journals import EngineOption, journals
from xsrun.cli.output import Output
from xsrun.late import Late

_overview: Callable[..., None] = Late("xsrun.cli.overview", "overview")


def top(
    once: Annotated[bool, typer.Option("--once", help="Show it once, and end; as where there is no terminal.")] = False,
    engine: EngineOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show queues, workers, rates, and which run waits longest.

    On a terminal it is drawn anew every second, until q or Ctrl-C.

    --json: once, a list of an object for this machine and one for the engine, if there is one: {where, at, runs:
    {STATE: number}, minute: {begun, ended: {STATE: number}}, oldest: {id, job, waited} or null, queues: [{name,
    waiting, delayed, running, worker_limit, limit, rate: [number, seconds]}], workers: [{name, host, pid, queues,
    runs, seen}]}; waited and seen are seconds.

    Examples:

      xsrun top

      xsrun top --once --engine postgresql:///xsrun
    """
    output = Output(as_json)
    with journals(output, engine) as kept:
        _overview(kept, output, once)
