"""How far tests go through the source: the lines and branches of every file, and those that no test reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from xsrun.compile.marks import Mark
from xsrun.source import Source

SECOND: Final = frozenset({"false", "holds", "ends", "catches", "passed over"})
"""Outcomes that are told behind the other one of the same place."""


class Covered(NamedTuple):
    """How far tests went through one file."""

    source: Source
    lines: dict[int, bool]
    """The lines on which statements begin, in order, and whether one of them was reached."""
    branches: tuple[tuple[Mark, bool], ...]
    """The ways out of what decides, in the order of the source, and whether they were taken."""

    @property
    def total(self) -> int:
        """Lines and branches."""
        return len(self.lines) + len(self.branches)

    @property
    def reached(self) -> int:
        """Those of them that were reached."""
        return sum(self.lines.values()) + sum(taken for _, taken in self.branches)

    @property
    def missing_lines(self) -> list[int]:
        """The lines that no test reached."""
        return [line for line, reached in self.lines.items() if not reached]

    @property
    def missing_branches(self) -> list[Mark]:
        """The branches that no test took where something was decided, only never so."""
        decided = {mark.span for mark, taken in self.branches if taken}
        return [mark for mark, taken in self.branches if not taken and mark.span in decided]


def coverage(marks: Sequence[Mark], reached: Iterable[int], file: str = "") -> list[Covered]:
    """The coverage of every file that holds statements, or of the one at a path, in the order of the program."""
    numbers = frozenset(reached)
    lines: dict[Source, dict[int, bool]] = {}
    branches: dict[Source, list[tuple[Mark, bool]]] = {}
    for number, mark in enumerate(marks):
        source = mark.span.source
        if file not in ("", source.path):
            continue
        found = lines.setdefault(source, {})
        if mark.outcome:
            branches.setdefault(source, []).append((mark, number in numbers))
        else:
            found[mark.span.line] = found.get(mark.span.line, False) or number in numbers
    return [
        Covered(source, dict(sorted(found.items())), tuple(sorted(branches.get(source, ()), key=_place)))
        for source, found in lines.items()
    ]


def _place(branch: tuple[Mark, bool]) -> tuple[int, bool, str]:
    mark, _ = branch
    return mark.span.start, mark.outcome in SECOND, mark.outcome


def percent(files: Iterable[Covered]) -> float:
    """Lines and branches that were reached, of all; 100 when there are none."""
    held = [*files]
    count = sum(each.total for each in held)
    return 100 * sum(each.reached for each in held) / count if count else 100.0


def shown_percent(value: float) -> str:
    """Rounded down, so that 100 means all: ``97.3``."""
    return f"{int(value * 10) / 10:g}"


# ------------------------------------------------------------------ reports


def table(files: Sequence[Covered]) -> str:
    """The figures of every file and of all, and what no test reached."""
    header = ("File", "Lines", "Missing", "Branches", "Missing", "Covered", "Not reached")
    rows = [header, *(_row(each.source.name, [each], ", ".join(not_reached(each))) for each in files)]
    if len(files) > 1:
        rows.append(_row("All", files, ""))
    widths = [max(len(row[at]) for row in rows) for at in range(len(header) - 1)]
    return "\n".join(_line(row, widths) for row in rows)


def _row(name: str, files: Sequence[Covered], missing: str) -> tuple[str, ...]:
    lines, branches = sum(len(each.lines) for each in files), sum(len(each.branches) for each in files)
    missed = sum(len(each.missing_lines) for each in files)
    untaken = sum(not taken for each in files for _, taken in each.branches)
    figures = map(str, (lines, missed, branches, untaken))
    return (name, *figures, f"{shown_percent(percent(files))} %", missing)


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    name, *figures = row[: len(widths)]
    aligned = [text.rjust(width) for text, width in zip(figures, widths[1:], strict=True)]
    return "  ".join([name.ljust(widths[0]), *aligned, row[-1]]).rstrip()


def not_reached(covered: Covered) -> Iterator[str]:
    """What no test reached: ``12``, ``14-16``, and ``20 never false`` for a branch."""
    found: list[tuple[int, str]] = [*_ranges(covered)]
    found += [(mark.span.line, f"{mark.span.line} never {mark.outcome}") for mark in covered.missing_branches]
    for _, text in sorted(found):
        yield text


def _ranges(covered: Covered) -> Iterator[tuple[int, str]]:
    """Missing lines; those with nothing reached between them as one stretch."""
    first = last = 0
    for line, reached in [*covered.lines.items(), (0, True)]:
        if not reached:
            first, last = first or line, line
        elif first:
            yield first, f"{first}-{last}" if last > first else str(first)
            first = 0


def document(files: Sequence[Covered]) -> dict[str, Any]:
    """``{percent, files: [{file, percent, lines, missing_lines, branches, missing_branches}]}``."""
    return {"percent": round(percent(files), 2), "files": [*map(_file, files)]}


def _file(covered: Covered) -> dict[str, Any]:
    return {
        "file": covered.source.name,
        "percent": round(percent([covered]), 2),
        "lines": len(covered.lines),
        "missing_lines": covered.missing_lines,
        "branches": len(covered.branches),
        "missing_branches": [
            {"line": mark.span.line, "column": mark.span.column, "outcome": mark.outcome}
            for mark, taken in covered.branches
            if not taken
        ],
    }
