"""``xsrun test --coverage``: what no test reached, as text, as files, and against a bound."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from xsrun import extras
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.cli.reach import Reached, name_from_here
from xsrun.diagnostics import Exit
from xsrun.late import Late
from xsrun.source import Source
from xsrun.testing.coverage import Covered, coverage, percent, shown_percent
from xsrun.testing.suite import Suite
from xsrun.testing.text import Ran

EXTRA: Final = "coverage"
WRITTEN: Final = ("coverage_lcov", "coverage_html", "coverage_json")
"""The options that name what coverage.py writes."""

_export: Callable[..., None] = Late("xsrun.testing.exports", "export")


def is_wanted(options: Mapping[str, Any]) -> bool:
    """Whether any option asks for coverage. Raises BadOption when a bound is none, or coverage.py is missing."""
    least = options["coverage_min"]
    if least is not None and not 0 <= least <= 100:
        raise BadOption(f"--coverage-min {least:g} is no percentage", "write a number from 0 to 100")
    written = next((name for name in WRITTEN if options[name]), "")
    if written and not extras.is_installed(EXTRA):
        flag = f"--{written.replace('_', '-')}"
        raise BadOption(f"{flag} needs a part of xsrun that is not installed", extras.install_command(EXTRA))
    return bool(options["coverage"] or written or least is not None)


def measured(suites: Iterable[Suite], meant: Iterable[Reached], ran: Ran) -> list[Covered]:
    """The coverage of everything that was meant, the files named as they are reached from here."""
    return [
        each._replace(source=Source(name_from_here(suite.path, each.source.name), each.source.text, each.source.path))
        for suite, reached in zip(suites, meant, strict=True)
        for each in coverage(suite.marks, _reached(suite, ran), reached.source)
    ]


def _reached(suite: Suite, ran: Ran) -> Iterator[int]:
    for item, outcome in ran:
        if item.folder == suite.path:
            yield from outcome.reached


def write(files: Sequence[Covered], options: Mapping[str, Any]) -> None:
    """Let coverage.py write what is asked for. Raises BadOption when a file cannot be written."""
    lcov, html, json = (options[name] for name in WRITTEN)
    if lcov or html or json:
        if not files:
            raise BadOption("there is no coverage to write", "name a folder whose functions hold statements")
        try:
            _export(files, lcov, html, json)
        except OSError as error:
            raise BadOption(f"cannot write `{error.filename}`: {error.strerror}") from None


def too_low(files: Sequence[Covered], least: float | None, output: Output) -> int:
    """Complain of coverage below a bound; gives back the exit code, 0 when it is enough."""
    reached = percent(files)
    if least is None or reached >= least:
        return Exit.DONE
    message = f"the tests reach {shown_percent(reached)} % of lines and branches, and {least:g} % are demanded"
    return output.complain("low-coverage", message, "xsrun test --coverage shows what they do not reach", Exit.TEST)
