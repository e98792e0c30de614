"""The page of the command line, made from the commands themselves: their help, options and shapes of output."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import typer

from xsrun.cli import client
from xsrun.cli.app import declared
from xsrun.diagnostics import CODES, Exit


class Message(NamedTuple):
    """A kind of JSON line on stderr: what it holds beside its ``type``, and when it is written."""

    fields: str
    meaning: str


MESSAGES: Final[dict[str, Message]] = {
    "diagnostic": Message(
        "severity, code, message, file, line, column, end_line, end_column, help, fix", "a finding about the source"
    ),
    "error": Message(
        "code, message, exit, name, error, file, line, column, calls, values, requests, help",
        "why there is no result; what does not apply is left out",
    ),
    "log": Message("value", "a `debug.log` of the job"),
    "trace": Message(
        "kind, at_ms, took_ms, depth, place, title, values, pass", "with `--trace`: a statement that was run"
    ),
    "would-send": Message("method, url, headers, body", "with `--dry-run`: a request that was not sent"),
    "would-write": Message("path", "with `--dry-run`: a file that was not written"),
    "would-append": Message("path", "with `--dry-run`: a file that was not appended to"),
    "would-delete": Message("path", "with `--dry-run`: a file that was not deleted"),
    "would-redis": Message("command, key", "with `--dry-run`: a command that was not sent to Redis"),
    "would-database": Message("do, table", "with `--dry-run`: work on the rows of a table that was not done"),
    "action": Message("id, state, run", "`alert`: what came of an action"),
    "nothing": Message("", "`alert`: the policy asks for nothing"),
    "tick": Message(
        "state, job, path, run, due, code, reason, help",
        "`schedule`: what happened to a run: begun, resumed, skipped, missed, refused, waiting, back, or how it ended",
    ),
    "engine": Message("state, reason", "`worker`, `serve`: the database of queues is away, or is back"),
    "over": Message("", "`schedule`: nothing is due any more"),
    "resolved": Message(
        "title, verdict, reason, state", "`runs resolve`: what became of a request, and the state of its run now"
    ),
    "ending": Message("runs", "`serve` and `schedule`: the runs that are waited for before it ends"),
    "reloaded": Message("project", "`serve --reload`: it is served as it is now"),
    "kept": Message(
        "project, jobs",
        "`serve --reload`, `schedule`: what it is now cannot be served or scheduled; it is as it was",
    ),
    "rescheduled": Message("jobs", "`schedule`: its schedules have changed, and are these from now on"),
    "health": Message("url", "`worker` and `schedule` with `--health`: where they say how they are"),
    "token": Message("token", "`serve`: the token that was made for this server"),
    "changed": Message("lines", "`runs resume`: how the source differs from the one the run began with"),
}
"""Every ``type`` of a message that ``--json`` writes to stderr."""

EXITS: Final[dict[int, str]] = {
    Exit.DONE: "done",
    Exit.FAILED: "the job failed; `fmt --check`: a file would change",
    Exit.USAGE: "usage, or nothing found",
    Exit.SOURCE: "the source does not compile",
    Exit.ENVIRONMENT: "an environment variable is missing; nothing was sent",
    Exit.TEST: "a test failed",
    Exit.NETWORK: "the network failed, and surely nothing was sent",
    Exit.LIMIT: "a limit was reached",
    Exit.UNKNOWN_OUTCOME: "outcome unknown: sent, and no answer came",
    Exit.INTERNAL: "a bug of xsrun",
    Exit.INTERRUPTED: "stopped by the keyboard or a signal",
}
"""What each exit code means, the same for every command."""

INTRODUCTION: Final = f"""\
stdout carries the result and nothing else; everything for people goes to stderr. No command asks, but for `secrets set`
on a terminal: what is missing ends it with a message. `--json` is an option of every command; with it each message is
one JSON object a line on stderr, a misunderstood command line included. Codes are stable: programs may match on `code`
and on the exit code. [errors.md](errors.md) lists all {len(CODES)} codes, `xsrun explain CODE` shows each.
"""


class Found(NamedTuple):
    """A command and what is typed for it."""

    path: str
    command: Any


def commands() -> list[Found]:
    """Every command that does something, in the order of the help."""
    typed = {"xsrun": declared(), "xsrun run": client.app}
    return [found for path, each in typed.items() for found in _below(typer.main.get_command(each), path)]


def _below(command: Any, path: str) -> Iterator[Found]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield Found(path, command)
        return
    for name, each in inner.items():
        if not each.hidden:
            yield from _below(each, f"{path} {name}")


def page() -> str:
    """The page, without its first lines."""
    parts = [INTRODUCTION, "## Exit codes\n", "| code | meaning |", "| --- | --- |"]
    parts += [f"| {code} | {meaning} |" for code, meaning in EXITS.items()]
    parts += ["", "## Messages\n", "| type | holds | when |", "| --- | --- | --- |"]
    parts += [f"| `{name}` | {each.fields} | {each.meaning} |" for name, each in MESSAGES.items()]
    return "\n".join([*parts, "", *map(_section, commands())])


def _section(found: Found) -> str:
    arguments = [each for each in found.command.params if each.param_type_name == "argument"]
    options = [each for each in found.command.params if each.param_type_name == "option"]
    shown = [f"[{_name(each)}]" if not each.required else _name(each) for each in arguments]
    parts = [f"## {found.path}\n", f"`{' '.join([found.path, *shown])}`\n", *_paragraphs(found.command.help)]
    parts += [f"- `{_name(each)}`: {each.help}\n" for each in arguments if each.help]
    parts += ["| option | does |", "| --- | --- |", *(_option(each) for each in options), ""]
    return "\n".join(parts)


def _name(argument: Any) -> str:
    many = "…" if argument.nargs == -1 else ""
    return f"{argument.metavar or argument.name.upper()}{many}"


def _option(option: Any) -> str:
    flags = ", ".join(f"`{flag}`" for flag in option.opts)
    metavar = f" {option.metavar}" if option.metavar and not option.is_flag else ""
    return f"| {flags}{metavar} | {option.help or ''} |"


def _paragraphs(help: str) -> Iterator[str]:
    """The help as Markdown: examples as code, the shape of ``--json`` set off."""
    for paragraph in help.strip().split("\n\n"):
        text = " ".join(paragraph.split())
        if text in ("Examples:", "Example:"):
            continue
        if text.startswith("xsrun "):
            yield f"```sh\n{text}\n```\n"
        elif text.startswith(("Example: ", "Examples: ")):
            yield f"```sh\n{text.partition(': ')[2]}\n```\n"
        else:
            yield f"{text.replace('--json:', '`--json`:', 1)}\n"
