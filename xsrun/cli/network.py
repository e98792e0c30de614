"""Where the requests of a run go: the network, simulators, or other addresses."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from xsrun.cli.options import BadOption
from xsrun.diagnostics import nearest
from xsrun.effects.ports import Clock, Http, Random, Request, Response, TransportFailure
from xsrun.simulators import SIMULATORS
from xsrun.simulators.port import SimulatedHttp, Target, simulate_all


class NoNetwork:
    """Refuses every request that no simulator answers."""

    def send(self, request: Request) -> Response:
        """Raise TransportFailure: nothing leaves the machine."""
        host = urlsplit(request.url).netloc
        raise TransportFailure(
            7, f"the network is off with --simulate, and there is no simulator for {host}", sent=False
        )


def simulated_http(
    simulate: bool, maps: Iterable[str], clock: Clock, random: Random, network: Http, elsewhere: Http
) -> tuple[Http, dict[str, str]]:
    """The HTTP port for ``--simulate`` and ``--map``, and the variables by which jobs find the simulators' keys.

    What goes to other addresses goes through ``network``, what nobody was named for to ``elsewhere``. Raises BadOption.
    """
    targets: dict[str, Target] = simulate_all(clock, random) if simulate else {}
    providers = list(SIMULATORS) if simulate else []
    for pair in maps:
        host, target = _split(pair)
        if target.startswith("mock:"):
            name = target.removeprefix("mock:")
            if name not in SIMULATORS:
                near = nearest(name, SIMULATORS)
                known = ", ".join(SIMULATORS)
                raise BadOption(
                    f"there is no simulator `{name}`", f"did you mean {near}?" if near else f"there are {known}"
                )
            targets[host] = SIMULATORS[name].factory(clock, random)
            providers.append(name)
        else:
            targets[host] = target
    return SimulatedHttp(network, targets, clock, elsewhere), known_keys(providers)


def simulated_keys(simulate: bool, maps: Iterable[str]) -> dict[str, str]:
    """The variables by which jobs find the keys of the simulators that ``--simulate`` and ``--map`` name."""
    named = [target.removeprefix("mock:") for _, target in map(_split, maps) if target.startswith("mock:")]
    return known_keys([*(SIMULATORS if simulate else ()), *(name for name in named if name in SIMULATORS)])


def _split(pair: str) -> tuple[str, str]:
    host, _, target = pair.partition("=")
    shown = f"{host}=…" if "@" in target else pair
    if not host or not (target.startswith("mock:") or _is_address(target)):
        help = "write --map api.example.com=http://127.0.0.1:8080 or HOST=mock:NAME"
        raise BadOption(f"--map {shown} makes no sense", help)
    if "@" in urlsplit(target).netloc:  # the journal keeps the option for whoever resumes the run
        raise BadOption(f"--map {shown} takes no password", "leave NAME:PASSWORD@ away, and let the job send it")
    return host.lower(), target


def _is_address(target: str) -> bool:
    try:
        parts = urlsplit(target)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def known_keys(providers: Iterable[str]) -> dict[str, str]:
    """Environment names in both cases with the keys of the simulators."""
    return {name: value for provider in providers for name, value in SIMULATORS[provider].environment().items()}
