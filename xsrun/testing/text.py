"""Outcomes of tests as text for people."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from xsrun import values
from xsrun.builtins.statements.expect import Unequal
from xsrun.diagnostics import Fault
from xsrun.render import COLOUR, PLAIN, Style, circumstances, note, shorten
from xsrun.runtime.job import failure_of
from xsrun.testing.trial import Outcome, headline

INDENT: Final = " " * 6
MOST_LINES: Final = 60
"""Lines of a comparison."""


def outcome_text(outcome: Outcome, coloured: bool = False) -> str:
    """A test in one line, and below it everything that is wrong."""
    style = COLOUR if coloured else PLAIN
    label = outcome.suite.label(outcome.test)
    if not outcome.failures:
        return f"{style.good}PASS{style.off}  {label}"
    lines = [f"{style.error}FAIL{style.off}  {style.strong}{label}{style.off}"]
    for fault in outcome.failures:
        lines += [f"{INDENT}{line}".rstrip() for line in failure_lines(fault, style)]
    lines += [f"{INDENT}{line}" for line in _notes(outcome)]
    return "\n".join(lines)


def failure_lines(fault: Fault, style: Style = PLAIN) -> list[str]:
    """One failure: what is wrong, where, and how what came differs from what was expected."""
    lines = [f"Error: {headline(fault)}", *circumstances(fault, style)]
    help = failure_of(fault, []).help
    if help:
        lines.append(note(fault.span, "help", help))
    if isinstance(fault, Unequal):
        lines += comparison(fault.expected, fault.actual, style)
    return lines


def comparison(expected: Any, actual: Any, style: Style = PLAIN) -> list[str]:
    """The lines in which two values differ: ``-`` was expected, ``+`` came."""
    compared = difflib.unified_diff(_spread(expected), _spread(actual), lineterm="", n=2)
    lines = ["- expected", "+ actual", *list(compared)[3:]]
    shown = [_coloured("..." if line.startswith("@@") else line, style) for line in lines[:MOST_LINES]]
    return shown + [f"… {len(lines) - MOST_LINES} more lines"] * (len(lines) > MOST_LINES)


def _spread(value: Any) -> list[str]:
    """A value over several lines; keys in order, since their order makes no difference."""
    return json.dumps(values.plain(value), indent=2, sort_keys=True, ensure_ascii=False).splitlines()


def _coloured(line: str, style: Style) -> str:
    colour = {"-": style.good, "+": style.error}.get(line[:1], "")
    return f"{colour}{line}{style.off}" if colour else line


def _notes(outcome: Outcome) -> Iterator[str]:
    for value in outcome.logs:
        yield f"log: {value if isinstance(value, str) else shorten(value, 2000)}"
    for name in outcome.unset:
        yield f"note: $env.{name} is null in tests; mock the statement that reads it"


def summary(outcomes: Sequence[Outcome], left: int = 0) -> str:
    """The last line; ``left`` tests were not run."""
    failed = sum(bool(each.failures) for each in outcomes)
    rest = f", {left} not run" if left else ""
    return f"Results: {len(outcomes) - failed} passed, {failed} failed{rest}"


def slowest(outcomes: Iterable[Outcome], count: int) -> str:
    """The tests that took longest."""
    ranked = sorted(outcomes, key=lambda each: each.seconds, reverse=True)[:count]
    return "\n".join(["Slowest:", *(f"{each.seconds:8.3f} s  {each.suite.label(each.test)}" for each in ranked)])
