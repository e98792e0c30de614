"""Marks: what code that is compiled for tests notes of its way, so that coverage speaks of XanoScript.

The lines of generated Python would tell of helpers, and know nothing of a `precondition` that never fails or of two
statements on one line. So a mark stands at every statement and at every way out of what decides. Programs that are
not compiled for tests hold none.
"""

from __future__ import annotations

import ast
from typing import Final, NamedTuple

from xsrun.compile import python as py
from xsrun.source import Source, Span
from xsrun.syntax import tree

CONTAINERS: Final = frozenset({"conditional", "group", "comment"})
"""Statements that do nothing themselves: what counts is what they hold."""


class Mark(NamedTuple):
    """A place that a run may reach."""

    span: Span
    """The statement; of a branch, what decides."""
    outcome: str = ""
    """How it is decided, e.g. ``true``, ``fails``; empty for a statement."""
    target: int = 0
    """The line that a branch leads to; 0 when that is no line of its own."""


class Marks:
    """The marks of one program, numbered as they are first made."""

    def __init__(self, active: bool = True) -> None:
        self.active = active
        self._numbers: dict[Mark, int] = {}

    @property
    def places(self) -> tuple[Mark, ...]:
        """Every mark, where its number says."""
        return tuple(self._numbers)

    def statement(self, span: Span) -> list[ast.stmt]:
        """What notes that a statement is reached."""
        return [py.expression(self._noted(Mark(span)))] if self.active else []

    def branch(self, span: Span, outcome: str, leads_to: tree.Block | None = None) -> list[ast.stmt]:
        """What notes that something was decided so, and goes on with the statements of a block."""
        return [py.expression(self._noted(_branch(span, outcome, leads_to)))] if self.active else []

    def value(self, span: Span, outcome: str, value: ast.expr, leads_to: tree.Block | None = None) -> ast.expr:
        """A value that notes on being asked for that something was decided so; without outcome, that it is reached."""
        if not self.active:
            return value
        return ast.BoolOp(ast.Or(), [self._noted(_branch(span, outcome, leads_to)), value])

    def _noted(self, mark: Mark) -> ast.expr:
        return py.call("reached", py.constant(self._numbers.setdefault(mark, len(self._numbers))))


NO_MARKS: Final = Marks(active=False)


def head_of(source: Source, block: tree.Block) -> Span:
    """The place of a statement in reports: from its keyword to the end of its head."""
    return Span(source, block.keyword_start, block.heads[-1].end if block.heads else block.keyword_start)


def _branch(span: Span, outcome: str, leads_to: tree.Block | None) -> Mark:
    first = next((each for each in (leads_to.body if leads_to else None) or () if isinstance(each, tree.Block)), None)
    return Mark(span, outcome, span.source.position(first.start)[0] if first else 0)
