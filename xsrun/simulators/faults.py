"""Troubles on demand: a queue of things that go wrong with the next requests.

A plan is a list such as ``429:2,reset,slow:5s,500``, one entry for each coming request; ``:N`` at the end of an
entry repeats it. After the last entry everything goes well again.

    429, 500, …   that status in the provider's own shape; the request changes nothing
    reset         the connection breaks before the request is handled
    lost          the request is handled, then the connection ends without an answer
    cut           the request is handled, half of the answer's body arrives
    garbage       the request is handled, the answer has its status and a body that is no JSON
    redirect      the answer sends whoever asks to the same address again; the request changes nothing
    slow:5s       the request is handled, the answer comes late (``250ms`` and ``5s`` are fine)
    ok            nothing goes wrong with this one
"""

from __future__ import annotations

import re
from collections import deque
from typing import Final, NamedTuple

from xsrun.effects.ports import Response

_ENTRY: Final = re.compile(
    r"(?:(?P<status>[45]\d\d)|(?P<kind>reset|lost|cut|garbage|redirect|ok)|slow:(?P<delay>\d{1,6}(?:\.\d{1,3})?)(?P<unit>ms|s))"
    r"(?::(?P<count>[1-9]\d{0,5}))?"
)


class Trouble(NamedTuple):
    """What happens to one request. ``kind`` is ``status``, ``slow``, or the word of a plan."""

    kind: str
    status: int = 0
    seconds: float = 0.0


class Exchange(NamedTuple):
    """What the other side of a connection gets: an answer or none, perhaps late, perhaps only in part."""

    response: Response | None
    delay: float = 0.0
    """Seconds before the answer."""
    cut: bool = False
    """Only half of the body arrives."""
    handled: bool = True
    """The request had its effect."""


FINE: Final = Trouble("ok")


class Troubles:
    """The troubles that are still to come."""

    def __init__(self, plan: str = "") -> None:
        self._queue: deque[tuple[Trouble, int]] = deque()
        self.add(plan)

    def add(self, plan: str) -> None:
        """Append a plan; an empty one adds nothing. Raises ValueError naming the entry that is none."""
        self._queue.extend([_entry(text.strip()) for text in plan.split(",") if text.strip()])

    def clear(self) -> None:
        """Have everything go well from now on."""
        self._queue.clear()

    def next(self) -> Trouble:
        """Take the trouble of the coming request off the queue."""
        if not self._queue:
            return FINE
        trouble, left = self._queue.popleft()
        if left > 1:
            self._queue.appendleft((trouble, left - 1))
        return trouble


def _entry(text: str) -> tuple[Trouble, int]:
    found = _ENTRY.fullmatch(text)
    if not found:
        raise ValueError(
            f'"{text}" is no trouble; known are a status from 400 to 599, reset, lost, cut, garbage, redirect, slow:5s '
            "and ok"
        )
    count = int(found["count"] or 1)
    if found["status"]:
        return Trouble("status", status=int(found["status"])), count
    if found["kind"]:
        return Trouble(found["kind"]), count
    seconds = float(found["delay"]) / (1000 if found["unit"] == "ms" else 1)
    return Trouble("slow", seconds=seconds), count
