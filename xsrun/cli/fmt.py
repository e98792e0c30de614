"""``xsrun fmt``: programs in their canonical text."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import typer

from xsrun.cli.arguments import ColorOption, JsonOption
from xsrun.cli.find import NotFound, xs_files
from xsrun.cli.output import Output, to_stdout
from xsrun.diagnostics import CODES, Exit
from xsrun.files import inside, real_path
from xsrun.late import Late
from xsrun.source import Source

if TYPE_CHECKING:
    from xsrun.formatting import Formatted

_format_file: Callable[[str], Formatted] = Late("xsrun.formatting", "format_file")
_formatted: Callable[[Source], Formatted] = Late("xsrun.formatting", "formatted")
_write: Callable[[Formatted], Formatted] = Late("xsrun.formatting", "write")
_diagnostic_json: Callable[..., dict[str, Any]] = Late("xsrun.render", "diagnostic_json")

STDIN: Final = "-"

PathsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        help="Files and folders, or - for stdin; the current folder when left out. Links out of it are left alone.",
        show_default=False,
    ),
]
CheckOption = Annotated[bool, typer.Option("--check", help="Write nothing; exit with 1 when a file would change.")]
DiffOption = Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")]
NameOption = Annotated[str, typer.Option("--stdin-filename", metavar="NAME", help="What to call stdin in messages.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Errors only: no names, no summary.")]


class Asked(NamedTuple):
    """What is asked for beside the paths."""

    check: bool
    diff: bool
    stdin: bool

    @property
    def writes(self) -> bool:
        """Whether files are written."""
        return not (self.check or self.diff or self.stdin)


def fmt(
    paths: PathsArgument = None,
    check: CheckOption = False,
    diff: DiffOption = False,
    stdin_filename: NameOption = "stdin.xs",
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    color: ColorOption = "auto",
) -> None:
    """Give programs their canonical text.

    Indentation, blanks and line breaks change; what a program does stays the same. Comments, texts, numbers and
    parentheses are kept. stdout names the files that change. A file whose syntax is wrong is reported and left as it
    is; the others are formatted, and the exit code is 3.

    --json: a list of {path, state, diagnostics}; state is formatted, unformatted, unchanged or broken. With --diff
    each has the diff, of stdin each has the text.

    Examples:

      xsrun fmt

      xsrun fmt --check jobs

      xsrun fmt --diff function/page.xs

      xsrun fmt - < run.xs
    """
    output = Output(as_json, quiet, color)
    given = paths or [os.curdir]
    asked = Asked(check, diff, STDIN in given)
    try:
        done = [_of_stdin(given, stdin_filename)] if asked.stdin else [*_of_files(given, asked.writes)]
    except NotFound as fault:
        raise typer.Exit(output.reject(fault)) from None
    if as_json:
        rows = [_row(each, asked) for each in done]
        to_stdout(json.dumps(rows, ensure_ascii=False) + "\n")
    else:
        to_stdout("".join(_shown(each, asked, quiet) for each in done))
        output.diagnostics(error for each in done for error in each.errors)
    if not (as_json or quiet or asked.stdin):
        output.line(_summary(done, asked.writes))
    raise typer.Exit(max(_exit(each, asked) for each in done))


# ------------------------------------------------------------------ what to format


def _of_stdin(paths: list[str], name: str) -> Formatted:
    """The text of stdin. Raises NotFound."""
    if len(paths) > 1:
        raise NotFound("stdin is formatted alone", "leave the other paths out", "usage")
    try:
        return _formatted(Source(name, sys.stdin.read()))
    except UnicodeDecodeError:
        raise NotFound("stdin is no UTF-8 text", "send UTF-8", "usage") from None


def _of_files(paths: list[str], writes: bool) -> Iterator[Formatted]:
    """Every file that some paths mean, each once. Raises NotFound."""
    missing = next((path for path in paths if not os.path.lexists(path)), None)
    if missing is not None:
        raise NotFound(f"there is no file or folder {missing or '``'}", "look with xsrun list", "not-found")
    found: dict[str, str] = {}
    for path in paths:
        for file in inside(xs_files(path), path) if os.path.isdir(path) else [path]:
            found.setdefault(real_path(file), file)
    if not found:
        raise NotFound(f"there is no .xs file in {', '.join(paths)}", "name a file or another folder", "not-found")
    for file in found.values():
        done = _format_file(file)
        yield _write(done) if writes and done.changes else done


# ------------------------------------------------------------------ what is said


def _shown(done: Formatted, asked: Asked, quiet: bool) -> str:
    """What stdout gets of one text: the text of stdin, what would change, or the name of a file that changes."""
    if asked.diff:
        return done.diff()
    if asked.stdin and not asked.check:
        return done.after or ""
    return f"{done.source.name}\n" if done.changes and not quiet else ""


def _row(done: Formatted, asked: Asked) -> dict[str, Any]:
    changed = "formatted" if asked.writes else "unformatted"
    state = "broken" if done.after is None else changed if done.changes else "unchanged"
    row: dict[str, Any] = {
        "path": done.source.name,
        "state": state,
        "diagnostics": [_diagnostic_json(each) for each in done.errors],
    }
    if asked.diff:
        row["diff"] = done.diff()
    elif asked.stdin:
        row["text"] = done.after
    return row


def _summary(done: list[Formatted], writes: bool) -> str:
    changed = sum(each.changes for each in done)
    broken = sum(each.after is None for each in done)
    left = f", {_count(broken)} left as {'it is' if broken == 1 else 'they are'}" if broken else ""
    return f"{_count(changed)} {'' if writes else 'to be '}formatted, {len(done) - changed - broken} unchanged{left}"


def _count(files: int) -> str:
    return f"{files} file{'' if files == 1 else 's'}"


def _exit(done: Formatted, asked: Asked) -> int:
    if done.after is None:
        return max(CODES[each.code].exit for each in done.errors)
    return Exit.FAILED if asked.check and done.changes else Exit.DONE
