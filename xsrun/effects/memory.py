"""The outside world in memory: nothing is sent, nothing waits, everything can be read afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from xsrun import values
from xsrun.effects.ports import Request, Response, TransportFailure, World
from xsrun.effects.real import FixedClock, SeededRandom

__all__ = ["Answer", "Entry", "ManualClock", "MemoryHttp", "MemoryLog", "SeededRandom", "memory_world"]

START: Final = 1_767_225_600_000
"""2026-01-01T00:00Z in milliseconds: what a new clock shows."""


class Answer(NamedTuple):
    """One scripted answer: what the next request with that method and address gets, or raises."""

    method: str
    url: str
    gives: Response | TransportFailure


class MemoryHttp:
    """Answers requests from a script and keeps them in ``requests``, in the order they came.

    ``script`` is a list of answers, each good for one request with exactly that method and address
    and used in the order given; or a function that takes the request and gives a Response, None
    when it expects no such request, or raises TransportFailure. An unexpected request fails with
    code 7 and was not sent.
    """

    def __init__(self, script: Iterable[Answer] | Callable[[Request], Response | None] = ()) -> None:
        self.requests: list[Request] = []
        self._respond = script if callable(script) else _Script(script).take

    def send(self, request: Request) -> Response:
        """The scripted answer. Raises TransportFailure when there is none."""
        if request.sending is not None:
            request.sending()
        self.requests.append(request._replace(sending=None))
        response = self._respond(request)
        if response is None:
            raise TransportFailure(7, "network disabled in tests", sent=False)
        return response


class _Script:
    """The answers not yet given; batches ask from several threads."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        self._left = list(answers)
        self._lock = threading.Lock()

    def take(self, request: Request) -> Response | None:
        with self._lock:
            for index, answer in enumerate(self._left):
                if (answer.method, answer.url) == (request.method, request.url):
                    gives = self._left.pop(index).gives
                    break
            else:
                return None
        if isinstance(gives, TransportFailure):
            raise gives
        return gives


class ManualClock(FixedClock):
    """A clock that only sleeping moves, without waiting; ``slept`` lists the seconds of every sleep."""

    def __init__(self, start: int = START) -> None:
        self.slept: list[float] = []
        super().__init__(start, wait=self.slept.append)


class Entry(NamedTuple):
    """One log entry: the value as JSON shows it, and its place in the source."""

    value: Any
    place: str


class MemoryLog:
    """Keeps what is logged in ``entries``."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def write(self, value: Any, place: str = "") -> None:
        """Add an entry; later changes to the value do not show in it."""
        self.entries.append(Entry(values.plain(value), place))


def memory_world(**overrides: Any) -> World:
    """A world in memory: no network, 2026-01-01, seed 0, an empty log and no environment.

    Name a field of World to put something else in its place, e.g.
    ``memory_world(http=MemoryHttp(answer), env={"KEY": "k"})``.
    """
    world = World(http=MemoryHttp(), clock=ManualClock(), random=SeededRandom(0), log=MemoryLog())
    return world._replace(**overrides)
