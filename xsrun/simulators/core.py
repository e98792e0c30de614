"""What all simulators share: one request in, one answer out, troubles on the way, everything logged."""

from __future__ import annotations

import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

from xsrun.effects.ports import Clock, Random, Request, Response
from xsrun.simulators.faults import Exchange, Trouble, Troubles
from xsrun.simulators.log import RequestLog, mask_all
from xsrun.simulators.routing import REASONS, Refused
from xsrun.simulators.seeding import NO_SEEDS, Seeds

GARBAGE: Final = b"<html><body>This is not the answer that you are looking for.</body></html>"


class Simulator(ABC):
    """A provider in memory. Safe to call from several threads; requests are handled one after the other.

    ``seeds`` are records that a fresh account holds besides its own. Raises BadSeed.
    """

    def __init__(self, clock: Clock, random: Random, seeds: Seeds = NO_SEEDS) -> None:
        self.clock = clock
        self.random = random
        self.seeds = seeds
        self.changed: Callable[[], None] | None = None
        """Called after every request that may have changed something, before it is answered."""
        self._lock = threading.RLock()
        self._begin()

    def _begin(self) -> None:
        self.troubles = Troubles()
        self._log = RequestLog(self.secrets)
        self.open_account()

    @abstractmethod
    def open_account(self) -> None:
        """Hold what a fresh account holds and what the seeds add, and nothing else."""

    @abstractmethod
    def secrets(self) -> Iterable[str]:
        """The keys of the account, which are shown nowhere."""

    @abstractmethod
    def answer(self, request: Request) -> Response:
        """The provider's answer. May raise Refused."""

    @abstractmethod
    def forced(self, status: int, request: Request) -> Response:
        """The provider's answer of a failing status, for a request that is not looked at."""

    @abstractmethod
    def contents(self) -> dict[str, Any]:
        """What the provider holds, keys included, as JSON."""

    def restore(self, contents: dict[str, Any]) -> None:
        """Hold what ``contents`` gave back, and nothing else. Raises ValueError or KeyError for what makes no sense."""
        raise ValueError("it takes back nothing")

    def handle(self, request: Request) -> Response:
        """Answer a request; no trouble comes in between."""
        with self._lock:
            response = self._answer(request)
            self._log.add(self.clock.now(), request, response.status, "ok")
        return response

    def exchange(self, request: Request) -> Exchange:
        """Answer a request, or do to it what the next planned trouble says."""
        with self._lock:
            trouble = self.troubles.next()
            exchange = self._exchange(request, trouble)
            status = exchange.response.status if exchange.response else None
            self._log.add(self.clock.now(), request, status, trouble.kind)
        return exchange

    def reset(self) -> None:
        """Begin anew: a fresh account, no trouble to come, no request seen."""
        with self._lock:
            self._begin()
            self._tell()

    def snapshot(self) -> dict[str, Any]:
        """``state``, ``seen`` (number of requests) and ``requests`` (the newest of them), keys masked."""
        with self._lock:
            state = json.loads(mask_all(json.dumps(self.contents()), self.secrets()))
            return {"state": state, "seen": self._log.seen, "requests": list(self._log.entries)}

    def kept(self) -> dict[str, Any]:
        """What ``restore`` takes, at one moment."""
        with self._lock:
            return self.contents()

    def _exchange(self, request: Request, trouble: Trouble) -> Exchange:
        if trouble.kind == "reset":
            return Exchange(None, handled=False)
        if trouble.kind == "status":
            return Exchange(_with_reason(self.forced(trouble.status, request)), handled=False)
        if trouble.kind == "redirect":
            return Exchange(_to_itself(request), handled=False)
        response = self._answer(request)
        if trouble.kind == "lost":
            return Exchange(None)
        if trouble.kind == "garbage":
            return Exchange(response._replace(headers=(("Content-Type", "text/html"),), body=GARBAGE))
        return Exchange(response, trouble.seconds, trouble.kind == "cut")

    def _answer(self, request: Request) -> Response:
        try:
            response = self.answer(request)
        except Refused as refusal:
            response = refusal.response
        if request.method != "GET":
            self._tell()
        return _with_reason(response)

    def _tell(self) -> None:
        if self.changed is not None:
            self.changed()


def _to_itself(request: Request) -> Response:
    parts = urlsplit(request.url)
    address = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    return _with_reason(Response(307, (("Location", address),)))


def _with_reason(response: Response) -> Response:
    return response._replace(reason=REASONS.get(response.status, ""))
