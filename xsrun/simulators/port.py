"""A run's HTTP port that answers for some hosts itself, or sends their requests somewhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from xsrun.effects.ports import Clock, Http, Random, Request, Response, TransportFailure
from xsrun.exchange import redirects
from xsrun.exchange.hosts import matches
from xsrun.simulators import SIMULATORS
from xsrun.simulators.core import Simulator

TIMED_OUT: Final = 28
NO_ANSWER: Final = 52
BROKEN: Final = 56
ENDLESS: Final = 47

Target = Simulator | str
"""Who answers for a host: a simulator, or the base URL of another server (``http://127.0.0.1:8080/prefix``)."""


def simulate_all(clock: Clock, random: Random) -> dict[str, Target]:
    """A fresh simulator of every provider, under each host it stands for."""
    targets: dict[str, Target] = {}
    for provider in SIMULATORS.values():
        simulator = provider.factory(clock, random)
        targets |= dict.fromkeys(provider.hosts, simulator)
    return targets


class SimulatedHttp:
    """Sends a request to the target of its host, else to ``elsewhere``.

    Targets are ``name``, ``name:port`` or ``*.name``, in lower case. What goes to another address goes through
    ``inner``, which is ``elsewhere`` too unless that is given. Planned troubles become TransportFailure as a real
    connection would report them; waiting is done on ``clock``.
    """

    def __init__(self, inner: Http, targets: Mapping[str, Target], clock: Clock, elsewhere: Http | None = None) -> None:
        self._inner = inner
        self._elsewhere = elsewhere or inner
        self._targets = targets
        self._clock = clock

    def send(self, request: Request) -> Response:
        """Give back the answer, whatever its status. Raises TransportFailure when there is none."""
        target = self._target(request.url)
        if target is None:
            return self._elsewhere.send(request)
        if isinstance(target, str):
            return self._inner.send(request.with_url(moved(request.url, target)))
        return self._exchange(target, request)

    def _target(self, url: str) -> Target | None:
        try:
            parts = urlsplit(url)
        except ValueError:  # no URL at all: the inner port says so in its own words
            return None
        host, place = parts.hostname or "", parts.netloc.rpartition("@")[2].lower()
        found = self._targets.get(place) or self._targets.get(host)
        return found or next((self._targets[each] for each in self._targets if matches(host, (each,))), None)

    def _exchange(self, simulator: Simulator, request: Request) -> Response:
        if request.sending is not None:
            request.sending()
        exchange = simulator.exchange(request)
        if exchange.delay > request.timeout:
            self._clock.sleep(request.timeout)
            late = f"Operation timed out after {round(request.timeout * 1000)} milliseconds"
            raise TransportFailure(TIMED_OUT, late, sent=True)
        if exchange.delay:
            self._clock.sleep(exchange.delay)
        if exchange.response is None and exchange.handled:
            raise TransportFailure(NO_ANSWER, "Empty reply from server", sent=True)
        if exchange.response is None or exchange.cut:
            raise TransportFailure(BROKEN, "Recv failure: Connection reset by peer", sent=True)
        if request.follow and redirects.following(request, exchange.response) == request:
            raise TransportFailure(ENDLESS, "Maximum of 10 redirects followed", sent=True)
        return exchange.response


def moved(url: str, base: str) -> str:
    """The URL with scheme, host and leading path of the base."""
    parts, onto = urlsplit(url), urlsplit(base)
    path = onto.path.rstrip("/") + (parts.path or "/")
    return urlunsplit((onto.scheme, onto.netloc, path, parts.query, parts.fragment))
