"""What a clock showed, in the order it was read: pairs of a time and how often in a row it was read."""

from __future__ import annotations

from collections.abc import Sequence


class Readings:
    """The readings between two effects, new ones and those of an earlier attempt."""

    def __init__(self) -> None:
        self._pairs: list[list[int]] = []
        self._pair = 0
        self._used = 0

    def add(self, time: int) -> int:
        """Keep a reading, and give it back."""
        if self._pairs and self._pairs[-1][0] == time:
            self._pairs[-1][1] += 1
        else:
            self._pairs.append([time, 1])
        return time

    def taken(self) -> list[list[int]]:
        """All readings."""
        return self._pairs

    def following(self, earlier: Sequence[Sequence[int]]) -> int | None:
        """The next reading of an earlier attempt, None when it made no more."""
        while self._pair < len(earlier) and self._used >= earlier[self._pair][1]:
            self._pair, self._used = self._pair + 1, 0
        if self._pair >= len(earlier):
            return None
        self._used += 1
        return earlier[self._pair][0]
