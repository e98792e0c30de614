"""Which hosts the secrets of a run may go to, and which may lie in private networks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from xsrun.cli.options import BadOption
from xsrun.config import Config
from xsrun.effects.addresses import Reach
from xsrun.exchange.hosts import is_pattern, named
from xsrun.program import Plan, Program
from xsrun.runtime.egress import named_hosts

Options = Mapping[str, Any]


def allowed_hosts(
    program: Program, plan: Plan, env: Mapping[str, str], given: Mapping[str, Any], options: Options, config: Config
) -> Iterator[str]:
    """The hosts that secrets may go to; of ``given`` only what was typed with ``--input`` names any."""
    typed = [given[name] for name in options.get("typed", ()) if name in given]
    yield from named_hosts(program, plan, env, typed)
    yield from user_hosts(options, config)


def user_hosts(options: Options, config: Config) -> Iterator[str]:
    """The hosts and patterns of hosts that the user allows, or has requests sent to."""
    yield from checked(options.get("allow_host") or ())
    yield from config.allow_hosts
    for pair in options["map"]:
        yield named(pair.partition("=")[2])


def checked(patterns: Iterable[str]) -> list[str]:
    """What ``--allow-host`` names. Raises BadOption."""
    found = [each.lower() for each in patterns]
    for each in found:
        if not is_pattern(each):
            raise BadOption(
                f"--allow-host {each} names no host", "write --allow-host api.example.com, or *.example.com"
            )
    return found


def reach(options: Options, config: Config) -> Reach:
    """The addresses that requests may go to."""
    return Reach(bool(options.get("public_only")), tuple(user_hosts(options, config)))
