"""The real world, ready to be passed to a run."""

from __future__ import annotations

import os
from _thread import allocate_lock
from collections.abc import Callable, Iterable, Mapping

from xsrun.data.tables import Table
from xsrun.effects.ports import (
    NO_CACHE,
    NO_FILES,
    Cache,
    Clock,
    Database,
    Elsewhere,
    Files,
    Http,
    Log,
    Random,
    Request,
    Response,
    World,
)
from xsrun.effects.real import SystemClock, SystemRandom
from xsrun.hints import Any, Final, TypeVar
from xsrun.late import Late

_real_port: Callable[[], Any] = Late("xsrun.effects.http", "HttpxPort")
_memory_files: Callable[[], Files] = Late("xsrun.effects.memory", "MemoryFiles")
_folder_files: Callable[[str], Files] = Late("xsrun.effects.files", "FolderFiles")
_s3_files: Callable[[str], Files] = Late("xsrun.effects.s3", "S3Files")
_kept_cache: Callable[[Callable[[], int], str], Cache] = Late("xsrun.effects.cache", "KeptCache")
_redis_cache: Callable[[str], Cache] = Late("xsrun.effects.redis", "RedisCache")

Port = TypeVar("Port", bound=Any)
REDIS_URL: Final = "REDIS_URL"
FILES_URL: Final = "FILES_URL"
"""The variables that say where a real Redis and a store of files on S3 are."""
_database_of: Callable[..., Database] = Late("xsrun.data.opening", "database_of")
_databases: Callable[..., Elsewhere] = Late("xsrun.effects.elsewhere", "databases")
_admitting: Callable[..., Elsewhere] = Late("xsrun.effects.elsewhere", "AdmittingElsewhere")
_fresh_database: Callable[..., Database] = Late("xsrun.data.opening", "fresh")


class _LatePort:
    """A port that is made when it is first used, once: what is in the memory of one is not in that of another."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._port: Any = None
        self._lock = allocate_lock()

    def __getattr__(self, name: str) -> Any:
        """A method of the port."""
        return getattr(self._made(), name)

    def close(self) -> None:
        """Let go of connections, if the port was made."""
        let_go(self._port)

    def _made(self) -> Any:
        if self._port is None:
            with self._lock:
                if self._port is None:
                    self._port = self._make()
        return self._port


class LateHttp(_LatePort):
    """The HTTP port of the machine, imported at the first request: a job that sends nothing pays nothing."""

    def __init__(self, make: Callable[[], Any] = _real_port) -> None:
        super().__init__(make)

    def send(self, request: Request) -> Response:
        """Send over the network."""
        answer: Response = self._made().send(request)
        return answer


class AdmittingHttp:
    """Sends through another port what a check lets pass, requests that redirects lead to as well.

    The check is made at the first request, and refuses by raising.
    """

    def __init__(self, inner: Http, make: Callable[[], Callable[[Request], None]]) -> None:
        self._inner = inner
        self._make = make
        self._admit: Callable[[Request], None] | None = None

    def send(self, request: Request) -> Response:
        """Send what the check lets pass."""
        if self._admit is None:
            self._admit = self._make()
        self._admit(request)
        return self._inner.send(request._replace(admit=self._admit))


def let_go(*ports: Any) -> None:
    """Close the connections of ports, as far as they hold any."""
    for port in ports:
        close = getattr(port, "close", None)
        if close is not None:
            close()


def late_port(make: Callable[[], Port]) -> Port:
    """A port that is made when it is first used."""
    late: Any = _LatePort(make)
    port: Port = late
    return port


def files_of(path: str, url: str = "") -> Files:
    """The store at an address, e.g. ``s3://bucket/jobs``; else that of the project that a folder or file is.

    A project that is only text has one in memory.
    """
    if url:
        return late_port(lambda: _s3_files(url))
    return late_port((lambda: _folder_files(_home(path))) if os.path.exists(path) else _memory_files)


def cache_of(path: str, clock: Clock, url: str = "") -> Cache:
    """The Redis at an address, e.g. ``redis://localhost:6379/0``; else what a project keeps in its place."""
    if url:
        return late_port(lambda: _redis_cache(url))
    home = _home(path) if os.path.exists(path) else ""
    return late_port(lambda: _kept_cache(clock.now, home))


def database_of(path: str, tables: Iterable[Table], url: str = "", copied: bool = False) -> Database:
    """The database of a URL; else that of the project that a folder or file is, in memory for one that is only text.

    ``data.opening.database_of`` says what a URL may be, and what is ``copied``.
    """
    if not url and not os.path.exists(path):
        return fresh_database(tables)
    project = os.path.basename(os.path.realpath(path))  # of a file that is a project by itself: others lie beside it
    return late_port(lambda: _database_of(_home(path), tables, url, copied, project))


def fresh_database(tables: Iterable[Table], seeding: World | None = None) -> Database:
    """A database in memory with these tables: empty, or with their ``items`` as added in the ``seeding`` world."""
    return late_port(lambda: _fresh_database(tables, seeding))


def elsewhere_of(reach: Callable[[], Any] | None = None) -> Elsewhere:
    """Databases of others; ``reach`` makes what says which may be connected to."""
    return late_port(lambda: _databases(reach()) if reach else _databases())


def admitting(inner: Elsewhere, make: Callable[[], Callable[[Request], None]]) -> Elsewhere:
    """Databases of others as far as a check lets requests pass, which is made at the first of them."""
    return late_port(lambda: _admitting(inner, make()))


def _home(path: str) -> str:
    """The folder of a project."""
    return path if os.path.isdir(path) else os.path.dirname(path) or os.curdir


def real_world(
    log: Log,
    env: Mapping[str, str],
    http: Http | None = None,
    clock: Clock | None = None,
    random: Random | None = None,
    files: Files = NO_FILES,
    cache: Cache = NO_CACHE,
) -> World:
    """A world of real ports, each of which may be replaced; files are those of ``files_of``, as is the cache."""
    clock = clock or SystemClock()
    random = random or SystemRandom()
    return World(http or LateHttp(), clock, random, log, env, files, cache=cache, elsewhere=elsewhere_of())
