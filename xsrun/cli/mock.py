"""The command mock."""

from __future__ import annotations

import json
import ssl
import sys
from collections.abc import Sequence
from typing import Annotated, Final

import typer

from xsrun.cli.arguments import MessagesOption
from xsrun.cli.completion import provider_names
from xsrun.cli.output import Output
from xsrun.cli.signals import heeding_signals
from xsrun.diagnostics import nearest
from xsrun.simulators import SIMULATORS, start
from xsrun.simulators.faults import Troubles
from xsrun.simulators.keeping import BadState
from xsrun.simulators.seeding import NO_SEEDS, BadSeed, read_seeds

FAULTS: Final = "Have the next requests fail, by a plan: 429:2,reset,slow:5s,500."


def mock(
    provider: Annotated[
        str,
        typer.Argument(
            help=f"Which provider: {', '.join(SIMULATORS)}.", show_default=False, autocompletion=provider_names
        ),
    ],
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="The port; 0 takes a free one.")] = 0,
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    fault: Annotated[list[str] | None, typer.Option("--fault", metavar="PLAN", help=FAULTS, show_default=False)] = None,
    state: Annotated[
        str | None,
        typer.Option("--state", metavar="FILE", help="Go on from this file and keep it true.", show_default=False),
    ] = None,
    seed_file: Annotated[
        str | None,
        typer.Option("--seed-file", metavar="FILE", help="Records to begin with, TOML or JSON.", show_default=False),
    ] = None,
    certificate: Annotated[
        str | None,
        typer.Option(
            "--certificate",
            metavar="FILE",
            help="Speak HTTPS with the certificate and key of a PEM file.",
            show_default=False,
        ),
    ] = None,
    as_json: MessagesOption = False,
) -> None:
    """Serve a simulator of a provider over HTTP until Ctrl-C.

    The first line of stdout is JSON with its url and the keys it knows. GET /_xsrun/state shows what it holds and every
    request it has seen; POST /_xsrun/troubles takes a further plan; POST /_xsrun/reset begins anew.

    --json: the same line {url, keys}; messages as JSON lines on stderr.

    Examples:

      xsrun mock pagerduty --port 8080

      xsrun mock pagerduty --fault 429:2,reset,slow:5s,500

      xsrun mock incident-io --seed-file account.toml --state account.json
    """
    output = Output(as_json)
    if provider not in SIMULATORS:
        near = nearest(provider, SIMULATORS)
        help = f"did you mean `{near}`?" if near else f"there are {', '.join(SIMULATORS)}"
        raise typer.Exit(output.complain("usage", f"there is no simulator `{provider}`", help))
    troubles = _plan(fault or (), output)
    try:
        seeds = read_seeds(seed_file) if seed_file else NO_SEEDS
        at = {"host": host, "port": port, "certificate": certificate}
        started = start(provider, troubles=troubles, seeds=seeds, state=state, **at)
        with heeding_signals(), started as simulator:
            sys.stdout.write(json.dumps({"url": simulator.url, "keys": dict(simulator.keys)}) + "\n")
            sys.stdout.flush()
            simulator.wait()
    except BadSeed as bad:
        raise typer.Exit(output.complain("usage", f"--seed-file {seed_file}: {bad.message}", bad.help)) from None
    except BadState as bad:
        raise typer.Exit(
            output.complain("usage", f"--state {state}: {bad}", "name another file, or a new one")
        ) from None
    except ssl.SSLError:
        message = f"--certificate {certificate}: it holds no certificate with its key"
        raise typer.Exit(output.complain("usage", message, "name a PEM file that holds both")) from None
    except OSError as error:
        raise typer.Exit(output.complain("usage", *_unavailable(error, host, port, certificate))) from None


def _plan(faults: Sequence[str], output: Output) -> str:
    """The plan of all ``--fault`` together."""
    plan = ",".join(faults)
    try:
        Troubles(plan)
    except ValueError as wrong:
        raise typer.Exit(
            output.complain("usage", f"--fault {plan}: {wrong}", "write --fault 429:2,reset,slow:5s,500")
        ) from None
    return plan


def _unavailable(error: OSError, host: str, port: int, certificate: str | None) -> tuple[str, str]:
    """What could not be had, and what to do about it."""
    if error.filename and error.filename == certificate:
        return f"--certificate {certificate} cannot be read: {error.strerror}", "name a PEM file with a key"
    if error.filename:
        return f"--state {error.filename} cannot be written: {error.strerror}", "name a file in a folder of yours"
    return f"cannot listen on {host}:{port}: {error.strerror}", "take another --port, or 0"
