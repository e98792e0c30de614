"""The ports of a run as it sees them, with an effect under way at every use, and the door that says what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, BinaryIO, Final

from xsrun.effects.ports import (
    Answer,
    Cache,
    Clock,
    Command,
    Database,
    Elsewhere,
    Files,
    ForeignSql,
    Http,
    Request,
    Response,
    Work,
    World,
)
from xsrun.engine import effects as door
from xsrun.engine.effects import Effects, Json, Outcome
from xsrun.engine.world import Door, Layer
from xsrun.telemetry.requests import attributes_of, method_of
from xsrun.telemetry.spans import Value
from xsrun.telemetry.watch import Effect, current, under_way

TRACEPARENT: Final = "traceparent"


def around(layer: Layer) -> Layer:
    """A layer with what watches the effects in it: of a request that is sent again each attempt is one."""

    last: tuple[World | None, World | None] = None, None

    def watched(world: World, door: Door | None, strand: str) -> World:
        nonlocal last
        if door is not None:
            door.over(_Noting)
            return layer(_seen(world), door, strand)
        known, seen = last
        if seen is None or known is not world:  # the requests to a server are strands of one world
            seen = _seen(world)
            last = world, seen
        return layer(seen, door, strand)

    return watched


def _seen(world: World) -> World:
    return world._replace(
        http=_Http(world.http),
        clock=_Clock(world.clock),
        files=_Files(world.files),
        cache=_Cache(world.cache),
        database=_Database(world.database),
        elsewhere=_Elsewhere(world.elsewhere),
    )


def _effect(kind: str, name: str, told: Mapping[str, Value]) -> AbstractContextManager[Effect | None]:
    """An effect of what is being watched on this thread; nothing where nothing is."""
    seen = current()
    return nullcontext() if seen is None else Effect(seen, kind, name, told)


def below(world: World, wanted: Callable[[str], bool]) -> World:
    """The world below the door: requests to wanted hosts carry their trace, and what a database does is seen.

    What a run asks for is the same in every attempt, so the header is none of it.
    """
    return world._replace(http=_Carrying(world.http, wanted), database=_Below(world.database))


class _Carrying:
    def __init__(self, inner: Http, wanted: Callable[[str], bool]) -> None:
        self._inner = inner
        self._wanted = wanted

    def send(self, request: Request) -> Response:
        """The answer. Raises TransportFailure."""
        effect = under_way()
        if effect is not None and self._wanted(request.host) and not request.header(TRACEPARENT):
            value = effect.traceparent
            headers = (*request.headers, (TRACEPARENT, value)) if value else request.headers
            request = request._replace(headers=headers)
        return self._inner.send(request)


class _Noting:
    """Effects that say of each whether it was done now, and under which policy; implements ``Effects``."""

    def __init__(self, inner: Effects) -> None:
        self._inner = inner
        self.name = inner.name

    def do(self, effect: door.Effect) -> Json:
        """What came of an effect."""
        seen = under_way()
        if seen is None:
            return self._inner.do(effect)
        seen.judged(effect.policy.value)

        def perform(sending: Callable[[], None], waited: int) -> Outcome:
            seen.performing()
            return effect.perform(sending, waited)

        def lookup(since: int) -> Outcome | None:
            seen.performing()
            seen.set("xsrun.looked_up", True)
            return effect.lookup(since) if effect.lookup else None

        return self._inner.do(effect._replace(perform=perform, lookup=lookup if effect.lookup else None))

    def now(self, read: Callable[[], int]) -> int:
        """A reading of the clock."""
        return self._inner.now(read)

    @property
    def next(self) -> str:
        """Names the effect that will be the next."""
        return self._inner.next

    @property
    def repeating(self) -> bool:
        """Whether what happens now has happened before."""
        return self._inner.repeating

    def done(self, name: str) -> Json | None:
        """What another run did under the name of an effect."""
        with _effect(door.LEDGER, door.LEDGER, {}) as effect:
            found = self._inner.done(name)
            if effect is not None:
                effect.set("xsrun.found", found is not None)
            return found

    def fork(self) -> Effects:
        """The effects of a function that begins to run beside this one; its own layer watches them."""
        return self._inner.fork()


class _Http:
    def __init__(self, inner: Http) -> None:
        self._inner = inner

    def send(self, request: Request) -> Response:
        """The answer. Raises TransportFailure."""
        with _effect("http", method_of(request.method), attributes_of(request)) as effect:
            response = self._inner.send(request)
            if effect is not None:
                effect.set("http.response.status_code", response.status)
                effect.set("http.response.body.size", len(response.body))
                if response.status >= 400:
                    effect.fail(str(response.status), response.reason)
                if request.resent:
                    effect.resent()
            return response


class _Clock:
    def __init__(self, inner: Clock) -> None:
        self._inner = inner
        self.now = inner.now

    def sleep(self, seconds: float) -> None:
        """Wait."""
        with _effect("sleep", "sleep", {"xsrun.sleep.seconds": seconds}):
            self._inner.sleep(seconds)


class _Files:
    def __init__(self, inner: Files) -> None:
        self._inner = inner

    def open(self, path: str) -> BinaryIO:
        """The content of a file."""
        with _file("read", path):
            return self._inner.open(path)

    def size(self, path: str) -> int:
        """The size of a file."""
        with _file("measure", path):
            return self._inner.size(path)

    def write(self, path: str, pieces: Iterable[bytes]) -> int:
        """Store a file."""
        with _file("write", path):
            return self._inner.write(path, pieces)

    def append(self, path: str, data: bytes) -> None:
        """Add to a file."""
        with _file("append", path):
            self._inner.append(path, data)

    def delete(self, path: str) -> None:
        """Remove a file."""
        with _file("delete", path):
            self._inner.delete(path)

    def address(self, path: str, expires: int) -> str:
        """A URL by which a file can be read."""
        with _file("sign", path):
            return self._inner.address(path, expires)

    def behind(self, url: str, now: int) -> str | None:
        """The file that an address leads to."""
        return self._inner.behind(url, now)


def _file(verb: str, path: str) -> AbstractContextManager[Effect | None]:
    return _effect("file", f"file {verb}", {"file.path": path})


class _Cache:
    def __init__(self, inner: Cache) -> None:
        self._inner = inner

    def execute(self, commands: Sequence[Command], once: str = "") -> list[Answer]:
        """The answers."""
        verb = str(commands[0][0]) if commands else ""
        with _effect("redis", verb, {"db.system.name": "redis", "db.operation.name": verb}):
            return self._inner.execute(commands, once)


class _Database:
    """The tables as a run sees them: in a transaction that an earlier attempt has done, nothing reaches the store.

    What reaches it says so, below the door, and so does all that is done where there is no door.
    """

    def __init__(self, inner: Database) -> None:
        self._inner = inner

    @property
    def catalog(self) -> Any:
        """The tables that it has."""
        return self._inner.catalog

    @property
    def lasting(self) -> bool:
        """Whether its rows outlive the process."""
        return self._inner.lasting

    def do(self, work: Work, once: str = "") -> Any:
        """What comes of a piece of work."""
        told: dict[str, Value] = {"db.operation.name": work.verb}
        if work.table:
            told["db.collection.name"] = work.table
        if work.datasource:
            told["db.namespace"] = work.datasource
        with _effect("database", f"{work.verb} {work.table}".rstrip(), told) as effect:
            if effect is not None:
                effect.judged()
            return self._inner.do(work, once)

    @contextmanager
    def transaction(self, isolation: str = "", datasource: str = "") -> Iterator[None]:
        """A transaction, around all that is in it."""
        with _effect("database", "transaction", {"db.operation.name": "transaction"}) as effect:
            if effect is not None:
                effect.judged()
                effect.begin()
            with self._inner.transaction(isolation, datasource):
                yield

    def remember(self, name: str, outcome: Any, datasource: str = "") -> None:
        """Note something."""
        self._inner.remember(name, outcome, datasource)

    def recall(self, name: str, datasource: str = "") -> tuple[Any] | None:
        """What was noted."""
        return self._inner.recall(name, datasource)


class _Below(_Database):
    """The store itself: what reaches it is done now."""

    def do(self, work: Work, once: str = "") -> Any:
        """What comes of a piece of work."""
        _performing()
        return self._inner.do(work, once)

    @contextmanager
    def transaction(self, isolation: str = "", datasource: str = "") -> Iterator[None]:
        """A transaction."""
        _performing()
        with self._inner.transaction(isolation, datasource):
            yield


def _performing() -> None:
    effect = under_way()
    if effect is not None:
        effect.performing()


class _Elsewhere:
    def __init__(self, inner: Elsewhere) -> None:
        self._inner = inner

    def query(self, asked: ForeignSql) -> list[dict[str, Any]]:
        """The rows of a statement."""
        verb = "read" if asked.reads else "write"
        address = asked.shown.partition("://")[2].partition("/")[0]
        told: dict[str, Value] = {"db.system.name": asked.kind, "db.operation.name": verb, "server.address": address}
        with _effect("sql", verb, told):
            return self._inner.query(asked)
