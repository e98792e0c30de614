"""What a server answers with: the services of projects, and which of them an address means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from xsrun.diagnostics import Fault
from xsrun.effects.ports import World
from xsrun.program import Cors, Endpoint
from xsrun.runtime.answers import Answers
from xsrun.runtime.frame import Limits
from xsrun.runtime.run import Loaded
from xsrun.server.reading import LARGEST

RESERVED: Final = frozenset({"run", "meta"})
"""Names of groups that are addresses of the server's own: ``/api:run`` is the Run API."""


class Service(NamedTuple):
    """What answers the requests of a project."""

    name: str
    """What stands for the project in addresses: ``/NAME/api:GROUP/PATH``."""
    folder: str
    """The folder or file of the project."""
    title: str
    loaded: Loaded
    world: World
    limits: Limits
    masked: Callable[[str], str]
    """Takes secrets out of a text."""
    failing: Callable[[Fault, str], None]
    """Is told every error, and the query that it was in, from any thread."""
    largest: int = LARGEST
    """Bytes of the largest body."""
    answers: Answers | None = None
    """Keeps what queries say that may be kept; None where nothing is."""

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        """Its queries."""
        return self.loaded.program.endpoints

    def cors(self, group: str) -> Cors | None:
        """Which pages of other sites may ask the queries of a group, None for none."""
        return next((each.cors for each in self.endpoints if each.group == group), None)

    def listed(self) -> Iterator[Listed]:
        """Its queries at the addresses that hold beside any other project."""
        return (Listed(f"/{self.name}{_short(each)}", self, each) for each in self.endpoints)


class Listed(NamedTuple):
    """A query where it is."""

    address: str
    service: Service
    endpoint: Endpoint


def _short(endpoint: Endpoint) -> str:
    return f"/api:{endpoint.group}/{endpoint.path}"


class Services(NamedTuple):
    """The services of a server, by what stands in addresses."""

    named: Mapping[str, Service]
    """By the name of the project."""
    grouped: Mapping[str, Service]
    """By the group, as far as one project alone has it."""

    def listed(self) -> Iterator[Listed]:
        """All queries, where the group says enough without the name of the project in the address."""
        for service in self.named.values():
            for long in service.listed():
                known = long.endpoint.group in self.grouped
                yield long._replace(address=_short(long.endpoint)) if known else long


def together(services: Iterable[Service]) -> Services:
    """Services under one server. Their names differ."""
    named = {each.name: each for each in services}
    groups = [(group, each) for each in named.values() for group in {one.group for one in each.endpoints}]
    times = Counter(group for group, _ in groups)
    return Services(named, {group: each for group, each in groups if times[group] == 1 and group not in RESERVED})


class Served:
    """The services that a server answers with now. A request that has begun keeps those it began with."""

    def __init__(self, services: Iterable[Service]) -> None:
        self.now = together(services)

    def replace(self, service: Service) -> None:
        """Let a service stand in the place of the one of its name."""
        self.now = together({**self.now.named, service.name: service}.values())
