"""Arguments and options that several commands take."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from xsrun.cli.completion import job_names

PathArgument = Annotated[
    str, typer.Argument(help="A job folder, a run.xs, or a folder of job folders.", show_default=False)
]
ProjectsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[PATH]…", help="Folders of projects, or of several.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output on stdout.")]
MessagesOption = Annotated[bool, typer.Option("--json", help="Messages as JSON lines on stderr.")]
ColorOption = Annotated[Literal["auto", "always", "never"], typer.Option("--color", help="auto, always or never.")]
JobOption = Annotated[str | None, typer.Option("--job", "-j", help="Which job.", autocompletion=job_names)]
Form = Literal["summary", "table", "list", "value", "json"]
FormOption = Annotated[
    Form | None, typer.Option("--output", "-o", help="json, or text as the platform's client lays it out.")
]
EnvOption = Annotated[
    list[str] | None, typer.Option("--env", "-e", metavar="K=V", help="One variable; K alone passes it on.")
]
EnvFileOption = Annotated[
    str | None, typer.Option("--env-file", metavar="FILE", help="Read variables from a file; - is stdin.")
]
DbOption = Annotated[str | None, typer.Option("--db", metavar="URL", help="Where the rows of tables are.")]
SimulateOption = Annotated[bool, typer.Option("--simulate", help="Answer for providers from simulators.")]
MapOption = Annotated[
    list[str] | None, typer.Option("--map", metavar="HOST=URL", help="Send requests for a host elsewhere.")
]
HealthOption = Annotated[
    str | None,
    typer.Option("--health", metavar="[HOST:]PORT", help="Answer /_xsrun/health, ready and metrics there."),
]
