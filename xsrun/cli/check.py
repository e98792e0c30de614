"""``xsrun check``: everything that can be said of job folders without running them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from xsrun.cli.arguments import ColorOption, JsonOption
from xsrun.cli.find import NotFound
from xsrun.cli.output import Output, to_stdout
from xsrun.cli.reach import from_here, reached
from xsrun.diagnostics import CONTRACTS, PORTABILITY, Diagnostic, Exit
from xsrun.late import Late

if TYPE_CHECKING:
    from xsrun.api import Project
    from xsrun.parity import Use
    from xsrun.project import Folder

_project: Callable[[Folder], Project] = Late("xsrun.api", "Project")
_fixed: Callable[[Project, str, Output, bool], Project] = Late("xsrun.cli.fixing", "fixed")
_load_folder: Callable[[str, Iterable[str] | None], Folder] = Late("xsrun.project", "load_folder")
_uses: Callable[[Folder], list[Use]] = Late("xsrun.parity", "uses")
_parity_json: Callable[[str, Iterable[Use]], dict[str, object]] = Late("xsrun.parity", "parity_json")
_parity_text: Callable[[str, Iterable[Use]], str] = Late("xsrun.parity", "parity_text")
_contract_findings: Callable[[Folder], list[Diagnostic]] = Late("xsrun.contracts.rules", "contract_findings")
_report: Callable[[str, Sequence[Diagnostic]], str] = Late("xsrun.reports", "report")

STRICT: Final = {*PORTABILITY, *CONTRACTS}
"""Codes that ``--strict`` makes errors."""

MOST_SHOWN: Final = 20
"""Findings of one file that are shown to people."""

BESIDE_JSON: Final = (["json", "parity"], ["json", "diff"])
"""What ``--json`` gives another form to, and does not exclude."""

PathsArgument = Annotated[
    list[str] | None,
    typer.Argument(help="Job folders, folders of job folders, or .xs files; the current folder when left out.",
                   show_default=False),
]  # fmt: skip
SarifOption = Annotated[bool, typer.Option("--sarif", help="One SARIF 2.1.0 log on stdout.")]
GithubOption = Annotated[bool, typer.Option("--github", help="Annotations of GitHub Actions on stdout.")]
ParityOption = Annotated[
    bool, typer.Option("--parity", help="How far what the jobs use is like the platform, in place of findings.")
]
ContractsOption = Annotated[
    bool, typer.Option("--contracts", help="Also what known providers would refuse, misread or ignore.")
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Warnings about portability and contracts are errors.")]
FixOption = Annotated[bool, typer.Option("--fix", help="Mend what has one safe remedy, then report what remains.")]
DiffOption = Annotated[bool, typer.Option("--diff", help="Show what --fix would change; write nothing.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Errors only: no warnings, no summary.")]


class Examined(NamedTuple):
    """A project that was read, and the path of the one file that was asked about, ``""`` for all."""

    project: Project
    file: str = ""


def check(
    paths: PathsArgument = None,
    fix: FixOption = False,
    diff: DiffOption = False,
    as_json: JsonOption = False,
    as_sarif: SarifOption = False,
    as_github: GithubOption = False,
    contracts: ContractsOption = False,
    strict: StrictOption = False,
    parity: ParityOption = False,
    quiet: QuietOption = False,
    color: ColorOption = "auto",
) -> None:
    """Report everything that is wrong with job folders, or may be.

    Nothing is run; --fix mends what has one safe remedy. Exits with 3 when there is an error, with 0 when there are
    warnings at most.

    --json: on stdout one object a line and finding: {severity, code, message, file, line, column, end_line, end_column,
    help, fix: [{line, column, end_line, end_column, text}]}; with --parity one a project: {path, exact, approximate,
    not_local, extensions}.

    Examples:

      xsrun check

      xsrun check jobs --strict --sarif > findings.sarif

      xsrun check function/page.xs --json

      xsrun check jobs --contracts

      xsrun check --fix --diff

      xsrun check --parity
    """
    output = Output(as_json, quiet, color)
    forms = [form for form, wanted in (("json", as_json), ("sarif", as_sarif), ("github", as_github)) if wanted]
    chosen = [*forms, *(["parity"] if parity else []), *(["diff"] if diff else [])]
    if len(chosen) > 1 and chosen not in BESIDE_JSON:
        raise typer.Exit(output.complain("usage", f"--{chosen[0]} and --{chosen[1]} exclude each other", "take one"))
    try:
        examined = [Examined(_project(_load_folder(*each[:2])), each.file) for each in reached(paths or [os.curdir])]
    except NotFound as fault:
        raise typer.Exit(output.reject(fault)) from None
    if fix or diff:
        examined = [each._replace(project=_fixed(each.project, each.file, output, not diff)) for each in examined]
    found = _findings(examined, strict, contracts)
    errors = sum(each.severity == "error" for each in found)
    if parity:
        _show_parity(examined, as_json)
        output.diagnostics(each for each in found if each.severity == "error")
        raise typer.Exit(Exit.SOURCE if errors else Exit.DONE)
    shown = [each for each in found if each.severity == "error" or not quiet]
    if forms:
        to_stdout(_report(forms[0], shown))
    else:
        _show(output, shown)
    if not (quiet or as_json or as_sarif):
        checked = _count(len(examined), "project")
        output.line(f"{checked} checked: {_count(errors, 'error')}, {_count(len(found) - errors, 'warning')}")
    raise typer.Exit(Exit.SOURCE if errors else Exit.DONE)


# ------------------------------------------------------------------ what was found


def _findings(examined: Iterable[Examined], strict: bool, contracts: bool) -> list[Diagnostic]:
    """What was found, in the order of files and places, nothing twice."""
    found = {
        _severe(each, strict): None
        for project, file in examined
        for each in from_here(project.path, [*project.diagnostics, *_judged(project, contracts)])
        if not file or (each.span and each.span.source.path == file)
    }
    return sorted(found, key=_place)


def _judged(project: Project, contracts: bool) -> list[Diagnostic]:
    """What providers have against the requests of a project, where that was asked for."""
    return _contract_findings(project.folder) if contracts else []


def _place(found: Diagnostic) -> tuple[str, int, int]:
    return (found.span.source.name, found.span.start, found.span.end) if found.span else ("", 0, 0)


def _severe(found: Diagnostic, strict: bool) -> Diagnostic:
    """A finding as ``--strict`` takes it."""
    return found._replace(severity="error") if strict and found.code in STRICT else found


# ------------------------------------------------------------------ what is said


def _show_parity(examined: Iterable[Examined], as_json: bool) -> None:
    """Each project's share of what is exact, on stdout."""
    for project, _ in examined:
        used = _uses(project.folder)
        if as_json:
            to_stdout(json.dumps(_parity_json(project.path, used), ensure_ascii=False) + "\n")
        else:
            to_stdout(_parity_text(project.path, used))


def _show(output: Output, found: Iterable[Diagnostic]) -> None:
    """The findings for people: of each file the first ones, errors before warnings, each cause once."""
    for name, members in groupby(found, key=lambda each: _place(each)[0]):
        causes: dict[tuple[str, ...], list[Diagnostic]] = {}
        for each in members:
            causes.setdefault((each.severity, each.code, each.message, each.help), []).append(each)
        alike = sorted(causes.values(), key=lambda each: each[0].severity != "error")
        for first, *others in sorted(alike[:MOST_SHOWN], key=lambda each: _place(each[0])):
            output.finding(first, sorted({each.line for each in others} - {first.line}))
        left = [each.severity for cause in alike[MOST_SHOWN:] for each in cause]
        if left:
            more = f"{_count(left.count('error'), 'error')} and {_count(left.count('warning'), 'warning')}"
            output.line(f"{name}: {more} more; --json shows all of them\n")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
