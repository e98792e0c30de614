"""Places as editors count them: lines and characters from 0, a character being a unit of an encoding."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Final, NamedTuple

_LINE_END: Final = re.compile(r"\r\n|\n|\r")


class Position(NamedTuple):
    """A place between two characters."""

    line: int
    character: int


class Range(NamedTuple):
    """A stretch of text."""

    start: Position
    end: Position


UTF_16: Final = "utf-16"
"""What editors count by unless they agree on something else."""
_UNITS: Final = {"utf-8": ("utf-8", 1), UTF_16: ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
"""Encoding to Python's codec and the bytes of a unit."""


class Lines:
    """The lines of one text, to go from offsets to positions and back. ``encoding`` says what editors count by."""

    def __init__(self, text: str, encoding: str = UTF_16) -> None:
        self.text = text
        self._codec, self._size = _UNITS[encoding]
        ends = [*_LINE_END.finditer(text)]
        self._starts = [0, *(each.end() for each in ends)]
        self._stops = [*(each.start() for each in ends), len(text)]

    def position(self, offset: int) -> Position:
        """The position of an offset."""
        line = bisect_right(self._starts, offset) - 1
        return Position(line, self._units(self.text[self._starts[line] : offset]))

    def range(self, start: int, end: int) -> Range:
        """The range of two offsets."""
        return Range(self.position(start), self.position(end))

    def offset(self, position: Position) -> int:
        """The offset of a position; one behind the end of its line, or of the text, counts as the end."""
        line, character = position
        if line >= len(self._starts):
            return len(self.text)
        start, stop = self._starts[line], self._stops[line]
        if self.text[start:stop].isascii():
            return start + min(character, stop - start)
        units, at = 0, start
        while at < stop and units < character:
            units += self._units(self.text[at])
            at += 1
        return at

    def _units(self, text: str) -> int:
        return len(text) if text.isascii() else len(text.encode(self._codec, "surrogatepass")) // self._size
