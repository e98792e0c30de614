"""Outcomes of tests as text for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from xsrun.render import COLOUR, PLAIN, Style, excerpt, shorten
from xsrun.runtime.secrets import Masker
from xsrun.testing.item import Item
from xsrun.testing.outcome import Outcome, Problem

INDENT: Final = " " * 6
LONGEST_ENTRY: Final = 2000
"""Characters that are shown of an entry of the log."""
KINDS: Final = {"unit": "unit test", "workflow": "workflow test", "case": "case"}
"""What the kinds of tests are called."""

Ran = Sequence[tuple[Item, Outcome]]


def opening(items: Sequence[Item]) -> str:
    """The first line: how many tests of which kinds will run."""
    counts = {shown: sum(each.kind == kind for each in items) for kind, shown in KINDS.items()}
    told = [f"{count} {name}{'s' * (count > 1)}" for name, count in counts.items() if count]
    return f"Running {', '.join(told)}..."


def outcome_text(item: Item, outcome: Outcome, coloured: bool = False) -> str:
    """A test in one line, and below it everything that is wrong."""
    style = COLOUR if coloured else PLAIN
    label = f"{item.label} ({outcome.seconds:.3f}s)" if item.kind == "workflow" else item.label
    if not outcome.problems:
        return f"{style.good}PASS{style.off}  {label}"
    lines = [f"{style.error}FAIL{style.off}  {style.strong}{label}{style.off}"]
    for problem in outcome.problems:
        lines += [f"{INDENT}{line}".rstrip() for line in problem_lines(problem, style)]
    lines += [f"{INDENT}{line}" for line in notes(item, outcome)]
    return "\n".join(lines)


def problem_lines(problem: Problem, style: Style = PLAIN) -> list[str]:
    """One problem: what is wrong, where, and how what came differs from what was expected."""
    place = map(Masker(problem.hidden).text, excerpt(problem.span, "", style) if problem.span else [])
    compared = [_coloured(line, style) for line in problem.compared]
    return [f"Error: {problem.message}", *place, *problem.notes, *compared]


def _coloured(line: str, style: Style) -> str:
    colour = {"-": style.good, "+": style.error}.get(line[:1], "")
    return f"{colour}{line}{style.off}" if colour else line


def notes(item: Item, outcome: Outcome) -> Iterator[str]:
    """What a test logged, and which variables it missed."""
    for value in outcome.logs:
        yield f"log: {_cut(value) if isinstance(value, str) else shorten(value, LONGEST_ENTRY)}"
    remedy = "give it in the env of the case" if item.kind == "case" else "mock the statement that reads it"
    for name in outcome.unset:
        yield f"note: $env.{name} is null in tests; {remedy}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_ENTRY else f"{text[: LONGEST_ENTRY - 1]}…"


def summary(ran: Ran, left: int = 0) -> str:
    """The last line; ``left`` tests were not run."""
    failed = sum(bool(outcome.problems) for _, outcome in ran)
    rest = f", {left} not run" if left else ""
    timed = bool(ran) and all(item.kind == "workflow" for item, _ in ran)
    total = f" ({sum(outcome.seconds for _, outcome in ran):.3f}s total)" if timed else ""
    return f"Results: {len(ran) - failed} passed, {failed} failed{rest}{total}"


def slowest(ran: Ran, count: int) -> str:
    """The tests that took longest."""
    ranked: Iterable[tuple[Item, Outcome]] = sorted(ran, key=lambda each: each[1].seconds, reverse=True)[:count]
    return "\n".join(["Slowest:", *(f"{outcome.seconds:8.3f} s  {item.label}" for item, outcome in ranked)])
