"""The commands info, list and mcp."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xsrun.cli.arguments import JobOption, JsonOption, MessagesOption, PathArgument
from xsrun.cli.find import NotFound, find, jobs_below, tasks_below, unread_below
from xsrun.cli.output import Output, to_stdout
from xsrun.diagnostics import Exit
from xsrun.extras import install_command, is_installed
from xsrun.files import source_files
from xsrun.late import Late
from xsrun.runtime.job import Failure

if TYPE_CHECKING:
    from xsrun.api import Project

_load: Callable[[str], Project] = Late("xsrun.api", "load")
_describe: Callable[..., dict[str, Any]] = Late("xsrun.info", "describe")
_serve_tools: Callable[[str], None] = Late("xsrun.mcpserver", "serve")
_list_names: Callable[[Sequence[str], bool, bool], None] = Late("xsrun.cli.docs", "list_names")

FiltersOption = Annotated[bool, typer.Option("--filters", help="The filters of the language instead.")]
StatementsOption = Annotated[bool, typer.Option("--statements", help="Its statements.")]
TypesOption = Annotated[bool, typer.Option("--types", help="Its types.")]
CodesOption = Annotated[bool, typer.Option("--codes", help="The codes of errors and warnings.")]


def info(path: PathArgument = ".", job: JobOption = None,
         as_json: JsonOption = False) -> None:  # fmt: skip
    """Say what a job takes, needs and talks to; nothing is run.

    A folder without jobs is described with all its functions. It says which secrets each host may get, too. A secret
    counts as sent to a host when it took part in making anything of the request, on whatever path.

    --json: an object {jobs: [{name, kind, path, description, main, inputs, env}], env: [{name, declared, places}],
    hosts: [{host, from, secrets, places}], named_hosts, functions: [{name, path, reachable, calls}],
    tables: [{name, path}], not_local: [{statement, reason, places}]}; host is null where the source names none, and
    from says where it comes from then.

    Example: xsrun info --job "PagerDuty Create Incident"
    """
    output = Output(as_json)
    try:
        folder, name = _described(path, job)
        project = _load(folder)
        chosen = project.choose(name) if name is not None and not project.errors else None
        if isinstance(chosen, Failure):
            raise NotFound(chosen.message, chosen.help, chosen.code)
    except NotFound as fault:
        raise typer.Exit(output.reject(fault)) from None
    described = _describe(project.folder, name)
    if as_json:
        to_stdout(json.dumps(described, ensure_ascii=False) + "\n")
    else:
        to_stdout(_info_text(described))
    output.diagnostics(project.errors)
    raise typer.Exit(Exit.SOURCE if project.errors else Exit.DONE)


def _described(path: str, job: str | None) -> tuple[str, str | None]:
    """The folder of a job and its name, or a folder of functions and queries without a job. Raises NotFound."""
    if job is None and os.path.isdir(path) and source_files(path) and not jobs_below(path):
        return path, None
    return find(path if path != "." else None, job)


def _info_text(described: dict[str, Any]) -> str:
    lines: list[str] = []
    for job in described["jobs"]:
        lines.append(f"{job['kind']} {job['name']}  ({job['path']})")
        if job["description"]:
            lines.append(f"  {job['description']}")
        lines.append(f"  runs       {job['main'] or 'nothing'}")
        for field in job["inputs"]:
            mark = "required" if field["required"] else "optional"
            constant = f"  = {json.dumps(field['value'], ensure_ascii=False)}" if "value" in field else ""
            lines.append(f"  input      {field['type']} {field['name']}  {mark}{constant}")
    lines += [f"  needs      {each['name']}  {_read_where(each)}" for each in described["env"]]
    lines += [f"  talks to   {_host_text(each)}" for each in described["hosts"]]
    lines += [f"  function   {_function_text(each)}" for each in described["functions"]]
    lines += [f"  table      {each['name']}  ({each['path']})" for each in described["tables"]]
    lines += [
        f"  not local  {each['statement']}: {each['reason']}  ({_places(each['places'])})"
        for each in described["not_local"]
    ]
    return "\n".join(lines) + "\n"


def _read_where(variable: dict[str, Any]) -> str:
    where = f"read at {_places(variable['places'])}" if variable["places"] else "never read"
    return where if variable["declared"] else f"{where}, declared by no job"


def _host_text(host: dict[str, Any]) -> str:
    name = host["host"] or (f"a host from {', '.join(host['from'])}" if host["from"] else "a host that is computed")
    secrets = f"may get {', '.join(host['secrets'])}" if host["secrets"] else "gets no secret"
    return f"{name}  {secrets}  ({_places(host['places'])})"


def _function_text(function: dict[str, Any]) -> str:
    calls = f"  calls {', '.join(function['calls'])}" if function["calls"] else ""
    return f"{function['name']}  ({function['path']}){calls}{'' if function['reachable'] else '  never called'}"


def _places(places: list[str]) -> str:
    return f"{places[0]} and {len(places) - 1} more" if len(places) > 1 else places[0]


def list_jobs(
    path: PathArgument = ".",
    filters: FiltersOption = False,
    statements: StatementsOption = False,
    types: TypesOption = False,
    codes: CodesOption = False,
    as_json: JsonOption = False,
) -> None:
    """List jobs and tasks, or what the language consists of.

    --json: a list of {name, path, kind} for jobs and tasks, of {kind, name, group, summary, local} for filters,
    statements and types, of {code, kind, exit, meaning} for codes.

    Examples:

      xsrun list --json

      xsrun list --filters
    """
    output = Output(as_json)
    kinds = [kind for kind, wanted in (("filter", filters), ("statement", statements), ("type", types)) if wanted]
    if kinds or codes:
        _list_names(kinds, codes, as_json)
        return
    if not os.path.lexists(path):
        raise typer.Exit(output.complain("not-found", f"there is no file or folder {path}", "name a folder"))
    places = [*jobs_below(path), *tasks_below(path)]
    output.diagnostics(unread_below(path))
    if as_json:
        rows = [{"name": each.name, "path": each.path, "kind": each.kind} for each in places]
        to_stdout(json.dumps(rows, ensure_ascii=False) + "\n")
    else:
        width = max((len(each.name) for each in places), default=0)
        for each in places:
            to_stdout(f"{each.name:<{width}}  {each.path}\n")
    if not places:
        raise typer.Exit(
            output.complain("no-job", f"there is no job below {path}", "name a folder that holds job folders")
        )


def mcp(path: PathArgument = ".", as_json: MessagesOption = False) -> None:
    """Serve the tools check, run, test and docs to a language model.

    The Model Context Protocol over stdin and stdout. Programs are read from below the folder only, or given as text. A
    run sends nothing, unless it is asked to be real. Needs the optional part `mcp`.

    --json: stdout carries the protocol; messages as JSON lines on stderr.

    Example: xsrun mcp jobs
    """
    if not is_installed("mcp"):
        message = "xsrun mcp needs a package that is not installed"
        raise typer.Exit(Output(as_json).complain("missing-extra", message, install_command("mcp"), Exit.USAGE))
    if not os.path.isdir(path):
        raise typer.Exit(Output(as_json).complain("not-found", f"there is no folder {path}", "name a folder"))
    _serve_tools(path)
