"""The real world, ready to be passed to a run."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from xsrun.effects.ports import NO_FILES, Clock, Files, Http, Log, Random, Request, Response, World
from xsrun.effects.real import SystemClock, SystemRandom
from xsrun.hints import Any
from xsrun.late import Late

_real_port: Callable[[], Any] = Late("xsrun.effects.http", "HttpxPort")
_memory_files: Callable[[], Files] = Late("xsrun.effects.memory", "MemoryFiles")
_folder_files: Callable[[str], Files] = Late("xsrun.effects.files", "FolderFiles")


class LateHttp:
    """The HTTP port of the machine, imported at the first request: a job that sends nothing pays nothing."""

    def __init__(self, make: Callable[[], Any] = _real_port) -> None:
        self._make = make
        self._port: Any = None

    def send(self, request: Request) -> Response:
        """Send over the network."""
        if self._port is None:
            self._port = self._make()
        answer: Response = self._port.send(request)
        return answer

    def close(self) -> None:
        """Close the connections, if any were made."""
        if self._port is not None:
            self._port.close()


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


class _LateFiles:
    """A store of files, made when it is first used."""

    def __init__(self, make: Callable[[], Files]) -> None:
        self._make = make
        self._store: Files | None = None

    def __getattr__(self, name: str) -> Any:
        """A method of the store."""
        if self._store is None:
            self._store = self._make()
        return getattr(self._store, name)


def late_files(make: Callable[[], Files]) -> Files:
    """A store that is made when it is first used."""
    late: Any = _LateFiles(make)
    files: Files = late
    return files


def files_of(path: str) -> Files:
    """The store of the project that a folder or file is; in memory for a project that is only text."""
    home = path if os.path.isdir(path) else os.path.dirname(path) or os.curdir
    return late_files((lambda: _folder_files(home)) if os.path.exists(path) else _memory_files)


def real_world(
    log: Log,
    env: Mapping[str, str],
    http: Http | None = None,
    clock: Clock | None = None,
    random: Random | None = None,
    files: Files = NO_FILES,
) -> World:
    """A world of real ports, each of which may be replaced; files are those of ``files_of``."""
    return World(http or LateHttp(), clock or SystemClock(), random or SystemRandom(), log, env, files)
