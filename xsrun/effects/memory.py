"""The outside world in memory: nothing is sent, nothing waits, everything can be read afterwards."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable
from typing import Any, BinaryIO, Final, NamedTuple

from xsrun import values
from xsrun.effects.files import FILE_URL, demand_size, not_found
from xsrun.effects.outward import cache_of
from xsrun.effects.ports import Request, Response, TransportFailure, World
from xsrun.effects.real import FixedClock, SeededRandom
from xsrun.resources import addresses, names

__all__ = ["Answer", "Entry", "ManualClock", "MemoryFiles", "MemoryHttp", "MemoryLog", "SeededRandom", "memory_world"]

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
        self.requests.append(request._replace(sending=None, admit=None, waiting=None))
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


MEMORY_URL: Final = f"{FILE_URL}///files/"
MEMORY_KEY: Final = b"memory"


class MemoryFiles:
    """Keeps files in ``contents``, by the parts of their paths."""

    def __init__(self) -> None:
        self.contents: dict[tuple[str, ...], bytes] = {}

    def open(self, path: str) -> BinaryIO:
        """The content of a file. Raises the Fault ``notfound``."""
        return io.BytesIO(self._content(path))

    def size(self, path: str) -> int:
        """The size of a file in bytes. Raises the Fault ``notfound``."""
        return len(self._content(path))

    def write(self, path: str, pieces: Iterable[bytes]) -> int:
        """Keep a file. Gives back its size."""
        parts, content = names.parts(path), b"".join(pieces)
        demand_size(len(content))
        self.contents[parts] = content
        return len(content)

    def append(self, path: str, data: bytes) -> None:
        """Add to the end of a file, which is made when it is not there."""
        self.write(path, [self.contents.get(names.parts(path), b""), data])

    def delete(self, path: str) -> None:
        """Forget a file. Raises the Fault ``notfound``."""
        self._content(path)
        del self.contents[names.parts(path)]

    def address(self, path: str, expires: int) -> str:
        """A URL by which this store knows a file until a time; always the same, so that tests see the same."""
        return addresses.signed(MEMORY_URL, MEMORY_KEY, path, expires)

    def behind(self, url: str, now: int) -> str | None:
        """The path of the file that an address leads to, None for what is no file: URL. Raises Fault."""
        return addresses.behind(MEMORY_URL, MEMORY_KEY, url, now) if url.startswith(FILE_URL) else None

    def _content(self, path: str) -> bytes:
        found = self.contents.get(names.parts(path))
        if found is None:
            raise not_found(path)
        return found


def memory_world(**overrides: Any) -> World:
    """A world in memory: no network, 2026-01-01, seed 0, an empty log, no files, an empty cache and no environment.

    Name a field of World to put something else in its place, e.g.
    ``memory_world(http=MemoryHttp(answer), env={"KEY": "k"})``.
    """
    world = World(http=MemoryHttp(), clock=ManualClock(), random=SeededRandom(0), log=MemoryLog(), files=MemoryFiles())
    world = world._replace(**overrides)
    return world if "cache" in overrides else world._replace(cache=cache_of("", world.clock))
