"""One run of a case: its world, the port that answers from the case, and what came of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from xsrun.effects.memory import ManualClock
from xsrun.effects.outward import AdmittingHttp
from xsrun.effects.ports import Clock, Http, Random, Request, Response, TransportFailure, World
from xsrun.effects.real import SeededRandom
from xsrun.engine.chance import DerivedRandom
from xsrun.render import request_line
from xsrun.runtime.deadline import Deadline
from xsrun.runtime.egress import Binding, named_hosts
from xsrun.runtime.environment import resolve
from xsrun.runtime.frame import Limits
from xsrun.runtime.job import Failure, Result, main_routine, run_function, run_job
from xsrun.runtime.run import Loaded
from xsrun.runtime.secrets import Masker, sensitive
from xsrun.simulators import SIMULATORS
from xsrun.simulators.port import SimulatedHttp, Target
from xsrun.simulators.seeding import NO_SEEDS
from xsrun.testing.cases.case import ANY, Case, Exchange
from xsrun.testing.cases.matching import Difference, difference_lines, differences
from xsrun.testing.outcome import Mismatch
from xsrun.testing.world import Surroundings

UNEXPECTED: Final = "unexpected-request"
LIMITS: Final = Limits()


class Unexpected(Mismatch):
    """A request that a case has no answer for. It goes past ``try_catch``."""

    sent = False

    def __init__(self, request: Request, near: Exchange | None, found: Iterable[Difference]) -> None:
        super().__init__(
            f"the case has no answer for {request.method} {request.url}",
            difference_lines(iter(found)) if near else (),
            code=UNEXPECTED,
            help="" if near else "add the request to `http`, with the answer that it gets",
        )
        self.told = [("sent", request_line(request))] if request.body else []
        self.told += [("nearest", f"at {near.span.place}, which differs:")] if near else []
        """What a report says of it, by word."""


class Scripted:
    """Answers requests from exchanges: each takes the first that fits and is left. Safe for threads."""

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._exchanges = tuple(exchanges)
        self._left = [each.times for each in self._exchanges]
        self._lock = threading.Lock()

    def send(self, request: Request) -> Response:
        """The answer of the case. Raises TransportFailure where it says so, and Unexpected."""
        gives = self._take(request).gives
        if isinstance(gives, TransportFailure):
            raise gives
        return gives

    def _take(self, request: Request) -> Exchange:
        with self._lock:
            for at, exchange in enumerate(self._exchanges):
                if self._left[at] and not any(differences(exchange.request, request)):
                    self._left[at] -= self._left[at] != ANY
                    if request.sending is not None:
                        request.sending()
                    return exchange
            left = [each for each, times in zip(self._exchanges, self._left, strict=True) if times]
        compared = [(each, [*differences(each.request, request)]) for each in left]
        if not compared:
            raise Unexpected(request, None, ())
        raise Unexpected(request, *min(compared, key=lambda each: len(each[1])))

    def unused(self) -> Iterator[tuple[Exchange, int]]:
        """What was never asked for, and how often it was not."""
        return ((each, times) for each, times in zip(self._exchanges, self._left, strict=True) if times > 0)


class Played(NamedTuple):
    """What came of one run of a case."""

    result: Result
    unused: tuple[tuple[Exchange, int], ...]


def play(loaded: Loaded, case: Case, around: Surroundings, deadline: Deadline) -> Played:
    """Run a case once in a world of its own. What it keeps secret is noted in the surroundings."""
    plan = loaded.program.jobs[case.subject] if case.kind == "job" else None
    simulated = {name: value for each in case.providers for name, value in SIMULATORS[each].environment().items()}
    names = plan.env if plan else {**simulated, **case.env}
    env, missing = resolve(names, case.env, simulated)
    scripted = Scripted(case.exchanges)
    for name, value in case.env.items():
        around.secrets.add([value], name)
    if plan is not None and missing:
        message = f"the case gives no {', '.join(missing)}, which job `{plan.name}` declares"
        return Played(Result(error=Failure("missing-env", message, 4, "add it to the env of the case")), ())
    world = _world(loaded, case, around, env, scripted)
    if plan is not None:
        given = {**(plan.main.input if plan.main else {}), **case.input}
        fields = main_routine(loaded.program, plan.main).fields if plan.main else ()
        around.secrets.add(sensitive(fields, given))
        result = run_job(loaded, plan, case.input, world, LIMITS, deadline)
    else:
        routine = next(each for each in loaded.program.routines if (each.kind, each.name) == ("function", case.subject))
        around.secrets.add(sensitive(routine.fields, case.input))
        result = run_function(loaded, routine, case.input, world, LIMITS, deadline)
    return Played(_as_shown(result, around.secrets), tuple(scripted.unused()))


def _as_shown(result: Result, secrets: Masker) -> Result:
    """The result with the message of its error as people see it: what is secret in it is `***`."""
    error = result.error
    return result._replace(error=error._replace(message=secrets.text(error.message))) if error else result


def _world(loaded: Loaded, case: Case, around: Surroundings, env: dict[str, str], scripted: Http) -> World:
    clock: Clock = ManualClock(case.now)
    random: Random = SeededRandom(0) if case.seed is None else DerivedRandom(case.seed.encode(), "")
    plan = loaded.program.jobs[case.subject] if case.kind == "job" else None
    around.env.update(env)
    http = SimulatedHttp(scripted, _targets(case, clock, random), clock) if case.providers else scripted

    def allowed() -> Iterator[str]:
        yield from named_hosts(loaded.program, plan, env, dict(case.input))
        yield from case.allow_hosts

    bound = AdmittingHttp(http, lambda: Binding(around.secrets, allowed))
    world = around.with_tables(loaded.program.tables, case.datasource)
    return world._replace(http=bound, clock=clock, random=random, secrets=around.secrets)


def _targets(case: Case, clock: Clock, random: Random) -> dict[str, Target]:
    """A fresh simulator of every provider of the case under its hosts, with the troubles to come."""
    targets: dict[str, Any] = {}
    for name in case.providers:
        simulator = SIMULATORS[name].factory(clock, random, case.seeds.get(name, NO_SEEDS))
        simulator.troubles.add(case.faults.get(name, ""))
        targets |= dict.fromkeys(SIMULATORS[name].hosts, simulator)
    return targets
