"""``xsrun run sessions``, ``run info`` …: the commands of the platform's own client, on what is on this machine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Annotated, Any, Final

import typer

from xsrun.cli import keychain, summary
from xsrun.cli.arguments import FormOption, JsonOption, PathArgument
from xsrun.cli.find import NotFound, folder_of, jobs_below
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output, show_in
from xsrun.cli.sessions import ForceOption, list_sessions, sessions, sink
from xsrun.diagnostics import Exit
from xsrun.executable import executable
from xsrun.late import Late
from xsrun.server.runapi.shapes import project_shape

_doc_info: Callable[..., dict[str, Any]] = Late("xsrun.server.runapi.docinfo", "doc_info")
_load_folder: Callable[..., Any] = Late("xsrun.project", "load_folder")
_load_text: Callable[..., Any] = Late("xsrun.project", "load_text")

ONE_PROJECT: Final = "there is one project on this machine; it is not changed"

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The variable, as jobs name it.", show_default=False)]
ProjectArgument = Annotated[str, typer.Argument(metavar="ID", help="Any: there is one.", show_default=False)]
NamedOption = Annotated[str, typer.Option("--name", "-n", help="What it is called.")]
DescribedOption = Annotated[str, typer.Option("--description", "-d", help="What it is for.")]

app = typer.Typer(
    name="run",
    help="The commands of the platform's own client, on what is on this machine.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
env = typer.Typer(name="env", help="Variables for jobs.", no_args_is_help=True, rich_markup_mode=None)
projects = typer.Typer(name="projects", help="The one project.", no_args_is_help=True, rich_markup_mode=None)
for _each in (sessions, sink, env, projects):
    app.add_typer(_each)


@app.command("history")
def history(form: FormOption = None, as_json: JsonOption = False) -> None:
    """List the newest sessions; xsrun runs list says more.

    --json: a list of sessions, as of xsrun run sessions list.

    Example: xsrun run history
    """
    list_sessions(form, as_json)


# ------------------------------------------------------------------ documents


@app.command("info")
def info(
    path: PathArgument = ".",
    file: Annotated[str | None, typer.Option("--file", "-f", help="The same as a path.")] = None,
    stdin: Annotated[bool, typer.Option("--stdin", "-s", help="Read the document from stdin.")] = False,
    form: FormOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what a document takes and needs; nothing is run. xsrun info says more.

    --json: {type, input, env, problems, functions, services, jobs, valid, errors}

    Example: xsrun run info jobs/pagerduty-create-incident
    """
    output = Output(as_json)
    try:
        folder = _load_text(sys.stdin.read(), "stdin") if stdin or path == "-" else _load_folder(_place(file or path))
    except NotFound as fault:
        raise typer.Exit(output.reject(fault)) from None
    except UnicodeDecodeError:
        raise typer.Exit(output.complain("usage", "stdin is no UTF-8 text")) from None
    show_in(_doc_info(folder), form, as_json, summary.of_info)
    output.diagnostics(each for each in folder.diagnostics if each.severity == "error")
    raise typer.Exit(Exit.SOURCE if any(each.severity == "error" for each in folder.diagnostics) else Exit.DONE)


def _place(path: str) -> str:
    return folder_of(None if path == "." else path)


# ------------------------------------------------------------------ variables and projects


@env.command("list")
def list_variables(path: PathArgument = ".", form: FormOption = None, as_json: JsonOption = False) -> None:
    """List the variables of the jobs here, and those in the keyring; values are never shown.

    --json: {"env": [names]}

    Example: xsrun run env list
    """
    declared = {name for home in {each.path for each in jobs_below(path)} for name in _declared(home)}
    show_in({"env": sorted({*declared, *keychain.names()})}, form, as_json, lambda each: summary.of_names(each["env"]))


def _declared(home: str) -> Iterable[str]:
    compiled = executable(home)
    return (name for plan in compiled.jobs.values() for name in plan.env)


@env.command("set")
def set_variable(
    name: NameArgument,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Its value; others see it in ps.", show_default=False)],
    as_json: JsonOption = False,
) -> None:
    """Put a variable into the keyring; xsrun secrets set reads its value from stdin, where nobody else sees it.

    --json: {"stored": name}

    Example: xsrun run env set TEAM platform
    """
    try:
        keychain.store(name, value)
    except BadOption as fault:
        raise typer.Exit(Output(as_json).reject(fault)) from None
    show_in({"stored": name}, None, as_json, lambda _: f"Environment variable '{name}' set successfully!\n")


@env.command("get")
def get_variable(name: NameArgument, as_json: JsonOption = False) -> None:
    """Refuse to show the value of a variable.

    --json: nothing on stdout; the refusal as a JSON line on stderr.

    Example: xsrun run env get TEAM
    """
    message = f"the value of {name} is not shown"
    raise typer.Exit(Output(as_json).complain("usage", message, "xsrun run env list shows names"))


@env.command("delete")
def delete_variable(name: NameArgument, force: ForceOption = False, as_json: JsonOption = False) -> None:
    """Take a variable out of the keyring.

    --json: {"removed": name}

    Example: xsrun run env delete TEAM --force
    """
    output = Output(as_json)
    try:
        if name not in keychain.names():
            raise BadOption(f"there is no {name} in the keyring", "xsrun secrets list")
        if not force:
            raise BadOption(f"the value of {name} would be lost", f"xsrun run env delete {name} --force")
        keychain.remove(name)
    except BadOption as fault:
        raise typer.Exit(output.reject(fault)) from None
    show_in({"removed": name}, None, as_json, lambda _: f"Environment variable '{name}' deleted successfully!\n")


@projects.command("list")
def list_projects(form: FormOption = None, as_json: JsonOption = False) -> None:
    """List the one project that there is.

    --json: [{id, name, description, access}]

    Example: xsrun run projects list
    """
    show_in([project_shape()], form, as_json, summary.of_projects)


@projects.command("create")
def create_project(name: NamedOption, description: DescribedOption = "", as_json: JsonOption = False) -> None:
    """Do nothing: there is one project on this machine.

    --json: the project, {id, name, description, access}

    Example: xsrun run projects create --name mine
    """
    _unchanged(name, description, as_json)


@projects.command("update")
def update_project(
    project: ProjectArgument,
    name: NamedOption = "local",
    description: DescribedOption = "",
    as_json: JsonOption = False,
) -> None:
    """Do nothing: there is one project on this machine.

    --json: the project, {id, name, description, access}

    Example: xsrun run projects update local --name mine
    """
    _unchanged(name, description, as_json)


@projects.command("delete")
def delete_project(project: ProjectArgument, force: ForceOption = False, as_json: JsonOption = False) -> None:
    """Do nothing: there is one project on this machine.

    --json: the project, {id, name, description, access}

    Example: xsrun run projects delete local --force
    """
    _unchanged("local", "", as_json)


def _unchanged(name: str, description: str, as_json: bool) -> None:
    show_in(project_shape(name, description), None, as_json, lambda _: f"{ONE_PROJECT}\n")


@app.command("deploy")
def deploy(path: PathArgument = ".", as_json: JsonOption = False) -> None:
    """Refuse to deploy: what is here runs here.

    --json: nothing on stdout; the refusal as a JSON line on stderr.

    Example: xsrun run deploy
    """
    help = f"xsrun run {path}, or xsrun serve {path}"
    raise typer.Exit(Output(as_json).complain("usage", "nothing is deployed: jobs run on this machine", help))
