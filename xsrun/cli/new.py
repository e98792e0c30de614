"""``xsrun new``: a working job with tests, made from a template."""

from __future__ import annotations

import errno
import json
import os
import shlex
from typing import Annotated, Any, Final

import typer

from xsrun.cli.arguments import JsonOption
from xsrun.cli.completion import template_names
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output, to_stdout
from xsrun.diagnostics import Exit, nearest
from xsrun.templates import DEFAULT, EXAMPLE, TEMPLATES, BadName, Template, create, files, folder_name, job_name

TAKEN: Final = frozenset({errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR})
"""How systems say that something stands where a folder should go."""

NameArgument = Annotated[str | None, typer.Argument(metavar="NAME", help="What the job is called.", show_default=False)]
TemplateOption = Annotated[
    str | None,
    typer.Option(
        "--template",
        "-t",
        metavar="TEMPLATE",
        help=f"Which template; {DEFAULT} when left out, which needs no account.",
        show_default=False,
        autocompletion=template_names,
    ),
]
IntoOption = Annotated[str, typer.Option("--into", metavar="DIR", help="Where the folder of the job goes.")]
ListOption = Annotated[bool, typer.Option("--list", "-l", help="Show the templates.")]


def new(
    name: NameArgument = None,
    template: TemplateOption = None,
    into: IntoOption = os.curdir,
    show: ListOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make a working job with tests, README and .env.example.

    The folder is named after the job. Nothing that exists is overwritten.

    --json: {name, template, path, files, next}; with --list a list of {name, summary, provider, env, rehearsal}.

    Examples:

      xsrun new "Error Budget"

      xsrun new "Disk Alert" --template slack --into jobs

      xsrun new --list
    """
    output = Output(as_json)
    if show:
        if name is not None:
            raise typer.Exit(output.complain("usage", "a name and --list exclude each other", "leave one out"))
        to_stdout(_list_json() if as_json else _list_text())
        raise typer.Exit(Exit.DONE)
    try:
        raise typer.Exit(_make(_template(template, name), job_name(name or ""), into, output))
    except BadName as fault:
        raise typer.Exit(output.complain("usage", str(fault), 'write xsrun new "Disk Alert"')) from None
    except BadOption as fault:
        raise typer.Exit(output.reject(fault)) from None


def _template(wanted: str | None, name: str | None) -> Template:
    """The template that is meant. Raises BadOption."""
    if wanted is None and name in TEMPLATES:
        raise BadOption(f"`{name}` is a template, and the job has no name", f'write xsrun new "Disk Alert" -t {name}')
    asked = DEFAULT if wanted is None else wanted
    if asked not in TEMPLATES:
        near = nearest(asked, TEMPLATES)
        help = f"did you mean `{near}`?" if near else f"there are {', '.join(TEMPLATES)}"
        raise BadOption(f"there is no template `{asked}`", help)
    return TEMPLATES[asked]


def _make(template: Template, name: str, into: str, output: Output) -> int:
    """Make the job and say so. Gives back the exit code."""
    folder = os.path.normpath(os.path.join(into, folder_name(name)))
    made = files(template, name)
    try:
        create(folder, made)
    except OSError as error:
        if error.errno in TAKEN and os.path.lexists(folder):
            message, help = f"{folder} is there already", "take another name, or another place with --into DIR"
        else:
            message, help = f"cannot make {folder}: {error.strerror}", "name a folder of yours with --into DIR"
        return output.complain("usage", message, help)
    done = {"name": name, "template": template.name, "path": folder, "files": [*made], "next": _next(template, folder)}
    to_stdout(json.dumps(done, ensure_ascii=False) + "\n" if output.as_json else _made_text(done, template))
    return Exit.DONE


def _next(template: Template, folder: str) -> list[str]:
    """The commands to type next."""
    place = shlex.quote(folder if not folder.startswith("-") else os.path.join(os.curdir, folder))
    run = f"xsrun execute {place} {template.rehearsal}".rstrip()
    return [f"xsrun check {place}", f"xsrun test {place}", run]


def _made_text(done: dict[str, Any], template: Template) -> str:
    lines = [f"made {done['path']} from the template {template.name}: {template.summary}", ""]
    lines += [f"  {os.path.join(done['path'], each)}" for each in done["files"]]
    lines += ["", "next:", *(f"  {each}" for each in done["next"])]
    if template.variables:
        lines += ["", f"a real run needs {', '.join(template.variables)}; {EXAMPLE} says what they hold"]
    return "\n".join(lines) + "\n"


def _list_json() -> str:
    rows = [
        {
            "name": each.name,
            "summary": each.summary,
            "provider": each.provider,
            "env": each.variables,
            "rehearsal": each.rehearsal,
        }
        for each in TEMPLATES.values()
    ]
    return json.dumps(rows, ensure_ascii=False) + "\n"


def _list_text() -> str:
    width = max(map(len, TEMPLATES))
    return "".join(f"{each.name:<{width}}  {each.summary}\n" for each in TEMPLATES.values())
