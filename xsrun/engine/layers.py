"""What the user asked to have around every request of a run: keys, and further attempts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xsrun.config import Config
from xsrun.effects.ports import Http, Request, Response, World
from xsrun.engine.keying import Done, Keying, KeyingHttp, Ledger
from xsrun.engine.views import iso
from xsrun.engine.world import Door, Layer
from xsrun.providers.retry import RetryingHttp


def layer(config: Config, retry: bool, key: str | None, force: bool, begun: int) -> Layer:
    """The layer that does what options and configuration say; further attempts are made inside of keys.

    ``begun`` is when the run really began, in milliseconds, whatever its clock shows: what a provider has made since
    may be of this run.
    """
    patient = config._replace(retry=config.retry or True) if retry else config
    headers = {name: host.key_header for name, host in config.hosts.items() if host.key_header}

    def wrapped(world: World, door: Door | None, strand: str) -> World:
        world = world._replace(http=RetryingHttp(world, patient.patience, begun))
        if key is not None:
            keying = Keying(key, begun, force)
            world = world._replace(http=KeyingHttp(world, keying, _ledger(door) if door else None, strand))
        return world._replace(http=_HeadedHttp(world.http, headers)) if headers else world

    return wrapped


class _HeadedHttp:
    """Says of every request in which header its host takes a key."""

    def __init__(self, inner: Http, headers: Mapping[str, str]) -> None:
        self._inner = inner
        self._headers = headers

    def send(self, request: Request) -> Response:
        """The answer. Raises TransportFailure."""
        return self._inner.send(request._replace(key_header=self._headers.get(request.host, "")))


def _ledger(door: Door) -> Ledger:
    def look_up(name: str) -> Done | None:
        found: list[Any] | None = door().done(name)
        return Done(found[0], str(iso(found[1])), found[2]) if found else None

    return look_up
