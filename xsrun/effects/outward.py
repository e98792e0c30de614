"""The real world, ready to be passed to a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from xsrun.effects.ports import Clock, Http, Log, Random, Request, Response, World
from xsrun.effects.real import SystemClock, SystemRandom
from xsrun.hints import Any
from xsrun.late import Late


class LateHttp:
    """The HTTP port of the machine, imported at the first request: a job that sends nothing pays nothing."""

    def __init__(self) -> None:
        self._make: Callable[[], Any] = Late("xsrun.effects.http", "HttpxPort")
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


def real_world(
    log: Log, env: Mapping[str, str], http: Http | None = None, clock: Clock | None = None, random: Random | None = None
) -> World:
    """A world of real ports, each of which may be replaced."""
    return World(http or LateHttp(), clock or SystemClock(), random or SystemRandom(), log, env)
