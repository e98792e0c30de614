"""A case as it is run: what the reader of files makes, and the place of each of its keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from xsrun.effects.ports import Response, TransportFailure
from xsrun.simulators.seeding import Seeds
from xsrun.source import Span

ANY: Final = -1
"""The ``times`` of an exchange that is good for any number of requests, none included."""


class Exchange(NamedTuple):
    """A request that is answered: what it has to be like, the answer, and for how many of them."""

    request: Mapping[str, Any]
    gives: Response | TransportFailure
    times: int
    span: Span


class Case(NamedTuple):
    """One run of a job or function, with what has to come of it."""

    name: str
    span: Span
    tags: tuple[str, ...]
    kind: str
    """``job`` or ``function``."""
    subject: str
    """The name of what is run."""
    input: Mapping[str, Any]
    env: Mapping[str, str]
    allow_hosts: tuple[str, ...]
    """Hosts that may get secrets although nothing names them."""
    exchanges: tuple[Exchange, ...]
    providers: tuple[str, ...]
    """Those that simulators stand in for."""
    faults: Mapping[str, str]
    """Plans of troubles by provider."""
    seeds: Mapping[str, Seeds]
    """Records that simulators hold from the beginning, by provider."""
    now: int
    seed: str | None
    datasource: str
    expect: Mapping[str, Any]
    place: Callable[..., Span]
    """The place of a key, given its path within the case, or of what is around it."""
    file: str
    """The path of its file; of a row that of the file that names the rows."""
    path: tuple[str | int, ...] = ()
    """Where it stands in its file."""
