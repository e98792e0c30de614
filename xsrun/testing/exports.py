"""Coverage as the formats of coverage.py, by coverage.py itself: lcov, HTML, JSON.

What ran was noted by the program (compile/marks.py); here coverage.py is told of it, and which lines and branches
there are. This module imports coverage.py, so it is loaded where a report is asked for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import coverage
from coverage.plugin import CoveragePlugin, FileReporter

from xsrun.compile.marks import Mark
from xsrun.source import Span
from xsrun.testing.coverage import Covered

ENTRY: Final = -1
"""Where coverage.py is told that a line was come from; it does not matter."""

Arc = tuple[int, int]


class Branch(NamedTuple):
    """A branch as coverage.py knows it: from one line to another, which is negative for one that leads out."""

    arc: Arc
    mark: Mark
    taken: bool
    missing: str
    """What to say when it was not taken."""


def export(files: Sequence[Covered], lcov: str | None, html: str | None, json: str | None) -> None:
    """Write the reports that are asked for: two files and a folder. Raises OSError when one cannot be written."""
    if lcov or json:
        measured = _measured(files, [*map(branches, files)])
        if lcov:
            measured.lcov_report(outfile=lcov)
        if json:
            measured.json_report(outfile=json, pretty_print=True)
    if html:
        _measured(files, [_one_choice_a_line(each) for each in files]).html_report(directory=html, title="Coverage")


def _measured(files: Sequence[Covered], choices: Sequence[Sequence[Branch]]) -> coverage.Coverage:
    """What coverage.py would have measured itself."""
    found = {each.source.path: _Reporter(each, branches) for each, branches in zip(files, choices, strict=True)}
    reports = _Reports(found)
    measured = coverage.Coverage(
        data_file=None, config_file=False, branch=True, plugins=[lambda registry: registry.add_file_tracer(reports)]
    )
    data = measured.get_data()
    data.add_arcs({path: [*each.reached] for path, each in found.items()})
    data.add_file_tracers(dict.fromkeys(found, reports._coverage_plugin_name))
    return measured


def branches(covered: Covered) -> list[Branch]:
    """The branches of a file.

    coverage.py tells them apart by their lines. One that leads to no line of its own, or to the same as another one,
    leads out, each to another place; one in the middle of a statement begins on the line of the statement.
    """
    found: list[Branch] = []
    used: set[Arc] = set()
    lines = [*covered.lines]
    for number, (mark, taken) in enumerate(covered.branches):
        line = lines[bisect_right(lines, mark.span.line) - 1]
        arc = (line, mark.target)
        if mark.target in (0, line) or arc in used:
            arc = (line, ENTRY - 1 - number)
        used.add(arc)
        found.append(Branch(arc, mark, taken, f"line {mark.span.line} never {mark.outcome}"))
    return found


def _one_choice_a_line(covered: Covered) -> list[Branch]:
    """The branches of a file for HTML, where coverage.py knows one choice of two ways a line.

    Further ones of a line count, but begin behind the end of the file; the line tells of all that was not taken.
    """
    found = branches(covered)
    missing: dict[int, list[str]] = {}
    shown: dict[int, Span] = {}
    beyond: dict[Span, int] = {}
    for each in sorted(found, key=lambda branch: branch.taken):
        line, place = each.arc[0], each.mark.span
        if shown.setdefault(line, place) != place:
            beyond.setdefault(place, len(covered.source.line_starts) + 1 + len(beyond))
        if not each.taken:
            missing.setdefault(line, []).append(each.missing)
    return [
        each._replace(
            arc=(beyond.get(each.mark.span, each.arc[0]), each.arc[1]), missing="; ".join(missing.get(each.arc[0], ()))
        )
        for each in found
    ]


class _Reports(CoveragePlugin):
    """Tells coverage.py of the files."""

    def __init__(self, reporters: Mapping[str, FileReporter]) -> None:
        self._reporters = reporters

    def file_reporter(self, filename: str) -> FileReporter:
        return self._reporters[filename]


class _Reporter(FileReporter):
    """What there is to reach in one file."""

    def __init__(self, covered: Covered, found: Sequence[Branch]) -> None:
        super().__init__(covered.source.path)
        self._covered = covered
        self._branches = {each.arc: each for each in found}

    @property
    def reached(self) -> Iterator[Arc]:
        """What ran, as steps from line to line."""
        yield from ((ENTRY, line) for line, reached in self._covered.lines.items() if reached)
        yield from (arc for arc, branch in self._branches.items() if branch.taken)

    def source(self) -> str:
        return self._covered.source.text

    def lines(self) -> set[int]:
        return {*self._covered.lines}

    def arcs(self) -> set[Arc]:
        return {*self._branches}

    def exit_counts(self) -> dict[int, int]:
        lines = [line for line, _ in self._branches]
        return {line: lines.count(line) for line in lines}

    def arc_description(self, start: int, end: int) -> str:
        return self._branches[start, end].mark.outcome

    def missing_arc_description(self, start: int, end: int, executed_arcs: Iterable[Arc] | None = None) -> str:
        return self._branches[start, end].missing
