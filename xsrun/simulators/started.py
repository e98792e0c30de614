"""Simulators that answer on this machine for as long as a block lasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from xsrun.effects.ports import Clock, Random
from xsrun.effects.real import SystemClock, SystemRandom
from xsrun.simulators.core import Simulator
from xsrun.simulators.keeping import keep
from xsrun.simulators.known import SIMULATORS, Provider
from xsrun.simulators.seeding import NO_SEEDS, Seeds
from xsrun.simulators.server import Running, serve


class Started:
    """A simulator behind a loopback address."""

    def __init__(self, provider: Provider, simulator: Simulator, running: Running) -> None:
        self._provider = provider
        self._simulator = simulator
        self._running = running

    @property
    def name(self) -> str:
        """Whose simulator it is: ``pagerduty``."""
        return self._provider.name

    @property
    def url(self) -> str:
        """Where it answers: ``http://127.0.0.1:PORT``, no slash at the end."""
        return self._running.url

    @property
    def keys(self) -> Mapping[str, str]:
        """What one has to know to send a request, by name: keys, ids. The same for every fresh account."""
        return self._provider.keys

    @property
    def env(self) -> dict[str, str]:
        """Environment variables by which jobs take those keys, in both cases: ``PAGERDUTY_API_KEY``."""
        return self._provider.environment()

    @property
    def maps(self) -> dict[str, str]:
        """The hosts it stands for, each with the url, as ``--map HOST=URL`` takes them."""
        return dict.fromkeys(self._provider.hosts, self.url)

    @property
    def state(self) -> dict[str, Any]:
        """What the account holds now, as JSON, keys masked."""
        found: dict[str, Any] = self._simulator.snapshot()["state"]
        return found

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The newest 10,000 requests, the oldest first.

        Each has ``at``, ``method``, ``url``, ``headers`` (pairs), ``body`` (JSON or text) and ``status`` (None where
        no answer was sent), and ``trouble`` where one was planned; keys are masked.
        """
        found: list[dict[str, Any]] = self._simulator.snapshot()["requests"]
        return found

    def plan(self, troubles: str) -> None:
        """Have the next requests fail, by a plan such as ``429:2,reset`` (see ``faults``). Raises ValueError."""
        self._simulator.troubles.add(troubles)

    def calm(self) -> None:
        """Have everything go well from now on."""
        self._simulator.troubles.clear()

    def reset(self) -> None:
        """Begin anew: a fresh account, no trouble to come, no request seen."""
        self._simulator.reset()

    def wait(self) -> None:
        """Block for as long as it answers."""
        self._running.wait()


@contextmanager
def start(
    name: str,
    *,
    troubles: str = "",
    seeds: Seeds = NO_SEEDS,
    state: str | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    certificate: str | None = None,
    clock: Clock | None = None,
    random: Random | None = None,
) -> Iterator[Started]:
    """Answer as a provider does until the block ends.

    ``troubles`` is a plan of what goes wrong with the first requests, see ``faults``. ``seeds`` are records by table
    that the account holds besides its own, see ``seeding``. ``state`` is a file: the account begins as it says, if it
    is there, and every change is written into it. Port 0 takes any free one. ``certificate`` is a PEM file with one
    and its key, for HTTPS. Clock and chance are those of the machine unless given.

    Raises KeyError for a name that ``SIMULATORS`` does not have, ValueError for troubles, BadSeed for seeds and
    BadState for a state that make no sense, OSError when the address or the file cannot be had.
    """
    provider = SIMULATORS[name]
    simulator = provider.factory(clock or SystemClock(), random or SystemRandom(), seeds)
    simulator.troubles.add(troubles)
    if state is not None:
        keep(simulator, name, state)
    with serve(simulator, host, port, certificate) as running:
        yield Started(provider, simulator, running)


class OnDemand(Mapping[str, Started]):
    """Simulators by the name of their provider, each started when it is asked for first; closing ends them all."""

    def __init__(self) -> None:
        self._started: dict[str, Started] = {}
        self._stack = ExitStack()

    def __getitem__(self, name: str) -> Started:
        if name not in self._started:
            self._started[name] = self._stack.enter_context(start(name))
        return self._started[name]

    def __iter__(self) -> Iterator[str]:
        return iter(SIMULATORS)

    def __len__(self) -> int:
        return len(SIMULATORS)

    @property
    def env(self) -> dict[str, str]:
        """The environment variables of all providers."""
        return {name: value for provider in SIMULATORS.values() for name, value in provider.environment().items()}

    @property
    def maps(self) -> dict[str, str]:
        """Every host there is a simulator for, each with its url; starts them all."""
        return {host: url for started in self.values() for host, url in started.maps.items()}

    def close(self) -> None:
        """End those that were started."""
        self._stack.close()
        self._started.clear()
