"""The whole command line: help, completion, and every command."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Annotated, Any, Final, Literal

import typer
from typer.main import get_command

from xsrun import __version__
from xsrun.cli import completion, task
from xsrun.cli.grouping import GroupedCommand
from xsrun.cli.options import ALERT, ALERT_FILE, EXECUTE, PATH, TEST, TORTURE, WHEN, Argument, Option
from xsrun.cli.output import Output
from xsrun.late import Late, LateModule

HELP: Final = {"help_option_names": ["-h", "--help"]}
EXAMPLES: Final = """Run a job and print its result as JSON.

--json: the result on stdout as ever; messages as JSON lines on stderr.

Examples:

  xsrun execute --job "PagerDuty Create Incident" --simulate

  xsrun execute jobs/pagerduty-create-incident --input title="Disk full" --env pagerduty_api_key

  xsrun execute run.xs --input-json -
"""

TESTING: Final = """Run the tests of job folders; nothing is sent.

Tests are `test` blocks of constructs, workflow tests, and cases: files beside a job that hold whole runs of it. Every
test gets a world of its own: no network, no variables, a clock that starts at 2026-01-01. The exit code is 0 when tests
ran and all passed, 5 when one failed, 2 when there are none.

--json: an object {passed, failed, results: [{obj_type, obj_name, name, status, message, timing}], total_timing}; status
is pass or fail, message stands where one failed, timing in seconds where it is a workflow test. With --coverage also
coverage: {percent, files: [{file, percent, lines, missing_lines, branches, missing_branches: [{line, column,
outcome}]}]}. With --mutate also mutation: {percent, mutants: [{file, line, column, rule, before, after, status, by}]};
status is killed, survived or unreached, by the test that noticed it.

Examples:

  xsrun test

  xsrun test jobs -k retry --junit report.xml

  xsrun test --workflow --tag nightly

  xsrun test jobs/pagerduty-create-incident/cases/refused.toml

  xsrun test jobs/pagerduty-create-incident --json
"""

TORTURING: Final = """Run jobs under every fault; report what became of their pages.

Each fault at each request is a run of its own against simulators on this machine: an answer of 429, 500 or 503, a
broken connection, a timeout, half an answer, kill -9 at every point that a write passes. What a run leaves open is
taken up as an operator would: xsrun runs resume, which is killed at every point too, and xsrun runs resolve; what
failed loudly is executed again. Then what was done is held against a run under no fault. No request leaves the machine;
variables that are not given are those of the simulators, or made up.

The exit code is 1 when something was done twice or lost, when a run ends well although it was refused, when a secret
shows, when a command hangs or xsrun breaks.

--json: an object {jobs: [{job, path, requests, does, trials: [{title, fault, at, lasting, then, outcome, exit, steps,
done, findings: [{outcome, detail}]}]}], tried, totals}; outcomes are done, failed, unknown, double, lost, silent, leak,
hang and crash, and totals count them.

Examples:

  xsrun torture jobs/pagerduty-create-incident

  xsrun torture --job "PagerDuty Create Incident" --only kill --only 429

  xsrun torture jobs --json
"""

ALERTING: Final = """Hand an alert to a policy; do what it asks for, once.

The policy is a rule `run[job]` in Rego, or a function `policy` in XanoScript. Every job it gives is done once: an
action by its name, or a job folder by its. An alert that comes again finds done what is done; what is unfinished goes
on. Rego needs the optional part `policy`.

--json: an object {alert, run, actions: [{id, uses, state, exit, run, result, error}]} on stdout as ever; messages as
JSON lines on stderr. state is done, already done, failed, interrupted, cancelled, unknown or not begun.

Examples:

  xsrun alert --policy route.rego < alert.json

  xsrun alert --policy jobs/alert-policy alert.json --dry-run

  xsrun alert --policy route.rego --dedup finding --simulate < alert.json
"""

TASKING: Final = """Run a task of a folder once, now.

Its schedule is not looked at, nor whether it is active: xsrun schedule does that. It runs with its middleware, and is
kept and resumed like a job. A task gives nothing back.

--json: null on stdout; messages as JSON lines on stderr.

Examples:

  xsrun task nightly

  xsrun task nightly services/shop --dry-run
"""

CALLING: Final = """Run one function, and print its response as JSON.

It is kept and resumed like a job, and may read what any function here reads. Inputs are given as to execute.

--json: the response on stdout as ever; messages as JSON lines on stderr.

Examples:

  xsrun function run create_incident jobs/pagerduty-create-incident -d title="Disk full" --dry-run

  xsrun function run create_incident --input-json input.json
"""

USAGE: Final[Any] = typer.BadParameter.__base__
"""What typer raises for a command line that it does not understand."""

NO_NUMBER: Final = re.compile(r"'([^']*)' is not a valid (?:float|int)")
"""How typer says that a value is no number."""
SPAN: Final = re.compile(r"([0-9]{1,9})([smhd])")
UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
"""Seconds."""

_client = LateModule("xsrun.cli.client")
_execute: Callable[[dict[str, Any]], int] = Late("xsrun.cli.execute", "execute")
_alert: Callable[[dict[str, Any]], int] = Late("xsrun.cli.alert", "alert")
_test: Callable[[dict[str, Any]], int] = Late("xsrun.cli.test", "test")
_torture: Callable[[dict[str, Any]], int] = Late("xsrun.cli.torture", "torture")


def run(argv: list[str]) -> int:
    """Run a command line. Gives back the exit code. Raises BrokenPipeError when nobody reads the output."""
    return _run(_made(argv[0] if argv and argv[0] in COMMANDS else None), argv, "xsrun")


def run_client(argv: list[str]) -> int:
    """Run a command line of the platform's client, behind ``run``. As ``run`` does it."""
    return _run(_made_client(), argv, "xsrun run")


def declared(name: str | None = None) -> typer.Typer:
    """The command line with all commands, or with one of them: what is not asked for need not be imported."""
    app = typer.Typer(
        name="xsrun",
        help="Run XanoScript job folders on this machine: no account, no upload, no server.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings=HELP,
    )
    app.callback(invoke_without_command=True)(_main)
    for each in COMMANDS if name is None else [name]:
        COMMANDS[each](app, each)
    return app


def _main(version: Annotated[bool, typer.Option("--version", "-V", help="Print the version.")] = False) -> None:
    """Run XanoScript job folders on this machine: no account, no upload, no server."""
    if version:
        sys.stdout.write(f"xsrun {__version__}\n")
        raise typer.Exit


@cache
def _made(name: str | None) -> Callable[..., Any]:
    return get_command(declared(name))


@cache
def _made_client() -> Callable[..., Any]:
    return get_command(_client.app)


def _run(command: Callable[..., Any], argv: list[str], program: str) -> int:
    stdout = sys.stdout
    try:
        return int(command(args=argv, prog_name=program, standalone_mode=False) or 0)
    except USAGE as fault:
        help = _number_for(fault)
        if "--json" in argv:
            return Output(True).complain("usage", fault.format_message(), help or "look with --help")
        fault.show()
        if help:
            sys.stderr.write(f"  = help: {help}\n")
        return int(fault.exit_code)
    except SystemExit as end:
        if sys.stdout is not stdout:  # how typer tells that nobody reads any longer
            raise BrokenPipeError from None
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1


def _number_for(fault: Any) -> str:
    """What to write in place of a value that is no number, ``""`` for any other fault."""
    option, value = getattr(fault, "param", None), NO_NUMBER.search(fault.format_message())
    if option is None or value is None:
        return ""
    flag, span = option.opts[0], SPAN.fullmatch(value[1])
    if span and option.metavar == "SECONDS":
        return f"write seconds: {flag} {int(span[1]) * UNITS[span[2]]}"
    return f"write a number: {flag} {option.metavar or 'N'}"


# ------------------------------------------------------------------ options as records


_TYPES: Final[dict[str, Any]] = {
    "flag": bool,
    "text": str | None,
    "texts": list[str] | None,
    "number": float | None,
    "whole": int | None,
    "when": Literal[WHEN] | None,
}


_COMPLETIONS: Final[dict[str, Callable[..., Any]]] = {"job": completion.job_names}
"""What the shell completes, by the name of the option."""


def _parameter(option: Option) -> inspect.Parameter:
    """An option record as a typer parameter."""
    kind = _TYPES[option.kind]
    default: Any = False if option.kind == "flag" else None
    declared = typer.Option(
        *option.flags,
        metavar=option.metavar or None,
        help=option.help,
        rich_help_panel=option.panel,
        show_default=False,
        autocompletion=_COMPLETIONS.get(option.name),
    )
    annotation: Any = Annotated[kind, declared]
    return inspect.Parameter(option.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _argument(argument: Argument, kind: Any) -> inspect.Parameter:
    """An argument record as a typer parameter; one that may be left out is None then."""
    default: Any = inspect.Parameter.empty if kind is str else None
    declared = typer.Argument(help=argument.help, show_default=False)
    kwonly = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(argument.name, kwonly, default=default, annotation=Annotated[kind, declared])


def _from_records(
    options: tuple[Option, ...],
    function: Callable[[dict[str, Any]], int],
    argument: Argument = PATH,
    required: tuple[Argument, ...] = (),
) -> Callable[..., None]:
    """A typer command whose parameters are arguments and option records."""

    def command(**given: Any) -> None:
        for option in options:
            if option.kind == "texts":
                given[option.name] = given[option.name] or []
        raise typer.Exit(function(given))

    arguments = [*(_argument(each, str) for each in required), _argument(argument, str | None)]
    parameters = [*arguments, *map(_parameter, options)]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


# ------------------------------------------------------------------ the commands

Declare = Callable[[typer.Typer, str], Any]
"""Adds a command of a name to a command line."""


def _recorded(help: str, *records: Any, hidden: bool = False) -> Declare:
    """A command whose options are records; ``records`` are what ``_from_records`` takes."""
    return lambda app, name: app.command(name, help=help, hidden=hidden, cls=GroupedCommand)(_from_records(*records))


def _typed(module: str, function: str = "") -> Declare:
    """A command that is a typer function, by default of the name of the command."""
    return lambda app, name: app.command(name)(getattr(import_module(module), function or name))


def _group(module: str) -> Declare:
    """Commands behind a word."""
    return lambda app, name: app.add_typer(import_module(module).app, name=name)


def _functions() -> typer.Typer:
    """What is done with one function."""
    app = typer.Typer(no_args_is_help=True, help="One function of a folder.")
    _recorded(CALLING, task.FUNCTION_OPTIONS, task.function, task.PATH, (task.FUNCTION_NAME,))(app, "run")
    return app


COMMANDS: Final[dict[str, Declare]] = {
    "execute": _recorded(EXAMPLES, EXECUTE, _execute),
    "run": _recorded(EXAMPLES, EXECUTE, _execute, hidden=True),
    "exec": _recorded(EXAMPLES, EXECUTE, _execute, hidden=True),
    "alert": _recorded(ALERTING, ALERT, _alert, ALERT_FILE),
    "check": _typed("xsrun.cli.check"),
    "fmt": _typed("xsrun.cli.fmt"),
    "test": _recorded(TESTING, TEST, _test),
    "task": _recorded(TASKING, task.OPTIONS, task.task, task.PATH, (task.NAME,)),
    "function": lambda app, name: app.add_typer(_functions(), name=name),
    "torture": _recorded(TORTURING, TORTURE, _torture),
    "new": _typed("xsrun.cli.new"),
    "lsp": _typed("xsrun.cli.lsp"),
    "info": _typed("xsrun.cli.commands"),
    "list": _typed("xsrun.cli.commands", "list_jobs"),
    "docs": _typed("xsrun.cli.docs"),
    "explain": _typed("xsrun.cli.docs"),
    "mock": _typed("xsrun.cli.mock"),
    "schedule": _typed("xsrun.cli.schedule"),
    "serve": _typed("xsrun.cli.serve"),
    "worker": _typed("xsrun.cli.worker"),
    "mcp": _typed("xsrun.cli.commands"),
    "top": _typed("xsrun.cli.top"),
    "runs": _group("xsrun.cli.runs"),
    "db": _group("xsrun.cli.db"),
    "secrets": _group("xsrun.cli.secrets"),
}
"""Every command, in the order of the help."""
