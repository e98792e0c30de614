"""``check --fix`` and ``--diff``: what the edits of findings make of the files, written or shown."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import typer

from xsrun.api import Project
from xsrun.cli.output import Output
from xsrun.diagnostics import Diagnostic
from xsrun.fix import Mended, fix
from xsrun.project import write_source
from xsrun.source import Source


def fixed(project: Project, file: str, output: Output, write: bool) -> Project:
    """Mend the files of a project, or the one whose path is given, and say what was mended.

    Gives back the project as its files are then. Without ``write`` no file is touched, and the changes go to stdout.
    """

    def look(texts: Mapping[str, str]) -> list[Diagnostic]:
        found = project.reread(texts).diagnostics if texts else project.diagnostics
        return [each for each in found if not file or (each.span and each.span.source.path == file)]

    fixes = fix(look)
    for source in fixes.left:
        _tell(output, source, f"left as it is: {_shown(source)} would not become better", {"fixed": {}})
    for mended in fixes.mended:
        (_write if write else _preview)(mended, output)
    return project.reread() if write and fixes.mended else project


def _preview(mended: Mended, output: Output) -> None:
    diff = mended.diff(_shown(mended.source))
    if output.as_json:
        _tell(output, mended.source, "", {"fixed": mended.fixed, "diff": diff})
    else:
        sys.stdout.write(diff)


def _write(mended: Mended, output: Output) -> None:
    """Write a text that was mended. Ends the command when that cannot be done."""
    source = mended.source
    try:
        write_source(source, mended.text)
    except OSError as error:
        message = f"{_shown(source)} cannot be written: {error.strerror}"
        raise typer.Exit(output.complain("unwritable", message, "mend that, and fix again")) from None
    counted = ", ".join(f"{number} {code}" for code, number in sorted(mended.fixed.items()))
    _tell(output, source, f"fixed {_shown(source)}: {counted}", {"fixed": mended.fixed})


def _tell(output: Output, source: Source, text: str, fields: dict[str, Any]) -> None:
    """One line about a file: on stderr, or as JSON on stdout."""
    if output.as_json:
        sys.stdout.write(json.dumps({"file": _shown(source), **fields}, ensure_ascii=False) + "\n")
    else:
        output.line(text)


def _shown(source: Source) -> str:
    """The file as it is reached from the current folder."""
    return os.path.relpath(source.path)
