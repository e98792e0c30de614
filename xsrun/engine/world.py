"""A world whose every port leads through the door of an engine.

The door is made when the first of them is used: a run that does nothing outside pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable

from xsrun.effects.outward import late_port
from xsrun.effects.ports import Cache, Clock, Database, Elsewhere, Files, Http, Log, Random, Request, Response, World
from xsrun.hints import TYPE_CHECKING, Any, Final
from xsrun.late import Late

if TYPE_CHECKING:
    from xsrun.engine.effects import Effects

SHORT_SLEEP: Final = 1.0
"""Seconds; a shorter wait is made again rather than kept."""

_send: Callable[..., Response] = Late("xsrun.engine.http", "send")
_journaled_files: Callable[..., Files] = Late("xsrun.engine.files", "JournaledFiles")
_journaled_cache: Callable[..., Cache] = Late("xsrun.engine.cache", "JournaledCache")
_journaled_database: Callable[..., Database] = Late("xsrun.engine.database", "journaled")
_journaled_elsewhere: Callable[..., Elsewhere] = Late("xsrun.engine.elsewhere", "JournaledElsewhere")
_sleep: Callable[..., None] = Late("xsrun.engine.sleep", "sleep")


def beside(strand: str, number: int) -> str:
    """The name of the strand that a strand begins as its n-th."""
    return f"{strand}.{number}".lstrip(".")


class Door:
    """The effects of one strand, made when first asked for."""

    def __init__(self, make: Callable[[], Effects]) -> None:
        self._make = make
        self._effects: Effects | None = None

    def __call__(self) -> Effects:
        """The effects."""
        if self._effects is None:
            self._effects = self._make()
        return self._effects

    def over(self, wrap: Callable[[Effects], Effects]) -> None:
        """Put something around the effects, before they are asked for."""
        make = self._make
        self._make = lambda: wrap(make())


Layer = Callable[[World, Door | None, str], World]
"""Puts something around the ports of a strand, which has a name; there is no door where nothing is kept."""


def through(world: World, door: Door, random: Callable[[str], Random], layer: Layer, strand: str = "") -> World:
    """The world as a strand sees it whose effects go through a door; ``random`` makes the chance of a strand."""

    def fork() -> World:
        effects = door().fork()
        return through(world, Door(lambda: effects), random, layer, effects.name)

    journaled = world._replace(
        http=_Http(world.http, door),
        clock=_Clock(world.clock, door),
        random=random(strand),
        log=_Log(world.log, door),
        files=late_port(lambda: _journaled_files(world.files, door())),
        cache=late_port(lambda: _journaled_cache(world.cache, door())),
        database=late_port(lambda: _journaled_database(world.database, door())),
        elsewhere=late_port(lambda: _journaled_elsewhere(world.elsewhere, door())),
    )
    return layer(journaled, door, strand)._replace(fork=fork)


def unkept(world: World, layer: Layer, strand: str = "") -> World:
    """The world as a strand sees it of which nothing is kept."""
    children = 0

    def fork() -> World:
        nonlocal children
        children += 1
        return unkept(world, layer, beside(strand, children))

    return layer(world, None, strand)._replace(fork=fork)


class _Http:
    def __init__(self, inner: Http, door: Door) -> None:
        self._inner = inner
        self._door = door

    def send(self, request: Request) -> Response:
        """The answer, of now or of an earlier attempt. Raises TransportFailure when there is none."""
        return _send(self._inner, self._door(), request)


class _Clock:
    def __init__(self, inner: Clock, door: Door) -> None:
        self._inner = inner
        self._door = door

    def now(self) -> int:
        """Milliseconds since 1970-01-01T00:00Z, in a resumed run those of the earlier attempt as far as it came."""
        return self._door().now(self._inner.now)

    def sleep(self, seconds: float) -> None:
        """Wait; a wait that was over before is not waited again."""
        if seconds < SHORT_SLEEP:
            self._inner.sleep(seconds)
        else:
            _sleep(self._inner, self._door(), seconds)


class _Log:
    def __init__(self, inner: Log, door: Door) -> None:
        self._inner = inner
        self._door = door

    def write(self, value: Any, place: str = "") -> None:
        """Add an entry, unless an earlier attempt has."""
        if not self._door().repeating:
            self._inner.write(value, place)
