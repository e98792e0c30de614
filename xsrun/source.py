"""Source text and places in it.

Everything the front end reports points at a ``Span``: two offsets into one ``Source``. Lines and
columns are derived when somebody wants to see them, so the parser carries only integers.
"""

from __future__ import annotations

from collections.abc import Callable

from xsrun.late import Late
from xsrun.record import NamedTuple

_bisect: Callable[[list[int], int], int] = Late("bisect", "bisect_right")


class Source:
    """One ``.xs`` file (or text) under the name it is reported by.

    ``path`` is its absolute file path, ``""`` for a text that is not a file.
    """

    __slots__ = ("_line_starts", "name", "path", "text")

    def __init__(self, name: str, text: str, path: str = "") -> None:
        self.name = name
        self.text = text
        self.path = path
        self._line_starts: list[int] | None = None

    @property
    def line_starts(self) -> list[int]:
        """Offset of the first character of every line."""
        if self._line_starts is None:
            self._line_starts = self._find_lines()
        return self._line_starts

    def _find_lines(self) -> list[int]:
        starts = [0]
        find = self.text.find
        at = find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = find("\n", at + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line (from 1) and column (from 1, in characters) of an offset."""
        line = _bisect(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """Offset of a line and column, both counted from 1."""
        return self.line_starts[line - 1] + column - 1

    def line_text(self, line: int) -> str:
        """The text of a line without its line break."""
        start = self.line_starts[line - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)].rstrip("\r")


class Span(NamedTuple):
    """A stretch of a source: ``start`` inclusive, ``end`` exclusive."""

    source: Source
    start: int
    end: int

    @property
    def line(self) -> int:
        """Line of the first character, from 1."""
        return self.source.position(self.start)[0]

    @property
    def column(self) -> int:
        """Column of the first character, from 1."""
        return self.source.position(self.start)[1]

    @property
    def text(self) -> str:
        """The source text of the span."""
        return self.source.text[self.start : self.end]

    @property
    def place(self) -> str:
        """``name:line:column`` as people and editors read it."""
        line, column = self.source.position(self.start)
        return f"{self.source.name}:{line}:{column}"
