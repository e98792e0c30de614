"""One test, run in a fresh world in memory: no network, a clock that starts at a fixed time, chance that repeats."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Final, NamedTuple

from xsrun import values
from xsrun.builtins.statements.expect import must_throw
from xsrun.compile.tests import THROWS, Assertion, UnitTest
from xsrun.diagnostics import Fault, LimitFault
from xsrun.effects.memory import memory_world
from xsrun.effects.ports import Request, Response, World
from xsrun.runtime.frame import Limits
from xsrun.testing.suite import Suite

MOST_LOGGED: Final = 20
"""Log entries of a test that are kept."""
Limit = Callable[[], AbstractContextManager[None]]
"""Makes the context that ends a test which takes too long, by raising a LimitFault."""


class Outcome(NamedTuple):
    """What became of a test: it passed when there are no failures."""

    suite: Suite
    test: UnitTest
    failures: tuple[Fault, ...]
    seconds: float
    logs: tuple[Any, ...]
    """The latest values that ``debug.log`` wrote."""
    unset: tuple[str, ...]
    """Environment variables that were read; in tests all are null."""

    @property
    def message(self) -> str:
        """Why it failed, in one line, of what stopped it with its place; ``""`` when it passed."""
        if not self.failures:
            return ""
        first = self.failures[0]
        stopped = isinstance(first, LimitFault) and first.span
        return f"{headline(first)} ({stopped.place})" if stopped else headline(first)


class Offline:
    """Refuses every request. The fault goes past ``try_catch``: no test passes because its network is off."""

    def __init__(self, test: str) -> None:
        self._test = test

    def send(self, request: Request) -> Response:
        """Raise LimitFault."""
        raise LimitFault(
            "network-disabled",
            "network disabled in tests",
            help=f'mock it: mock = {{"{self._test}": {{response: {{status: 200, result: …}}}}}}',
        )


class _NoVariables(dict[str, str]):
    """An environment without variables that notes what is asked for."""

    def __init__(self) -> None:
        self.asked: dict[str, None] = {}

    def get(self, name: str, default: Any = None) -> Any:
        self.asked[name] = None
        return default


class _LastEntries:
    """Keeps the latest log entries: a loop without end must not fill the memory with them."""

    def __init__(self) -> None:
        self.values: deque[Any] = deque(maxlen=MOST_LOGGED)

    def write(self, value: Any, place: str = "") -> None:
        self.values.append(values.plain(value))


def run_tests(suite: Suite, tests: Iterable[UnitTest], limit: Limit) -> Iterator[Outcome]:
    """Run one test after another, each when its outcome is asked for."""
    for test in tests:
        yield _run(suite, test, limit)


def _run(suite: Suite, test: UnitTest, limit: Limit) -> Outcome:
    log, env = _LastEntries(), _NoVariables()
    trial = _Trial(suite, test, memory_world(http=Offline(test.name), log=log, env=env))
    start = time.perf_counter()
    try:
        with limit():
            failures = [*trial.failures()]
    except Fault as stopped:
        failures = [stopped]
    except MemoryError:
        failures = [LimitFault("limit-size", "there is no memory left for this test")]
    seconds = time.perf_counter() - start
    return Outcome(suite, test, tuple(failures), seconds, tuple(log.values), tuple(env.asked))


class _Trial:
    """The steps of one test."""

    def __init__(self, suite: Suite, test: UnitTest, world: World) -> None:
        self.loaded = suite.loaded
        self.test = test
        self.world = world

    def failures(self) -> Iterator[Fault]:
        """Everything that is wrong. Raises LimitFault when the test cannot be brought to an end."""
        response, raised = self._response()
        if raised is not None and not self.test.thrown:
            raised.span = raised.span or self.test.span  # inputs that do not fit are nobody's line
            yield raised
            return
        for each in self.test.assertions:
            try:
                self._check(each, response, raised)
            except Fault as fault:
                fault.span = fault.span or each.span
                yield fault

    def _response(self) -> tuple[Any, Fault | None]:
        """What the tested construct gives back, or raises."""
        given = self._part(self.test.given)
        auth = given.pop("$auth", None)
        run = self.loaded.begin(given, self.world, Limits())
        run.test = self.test.name
        run.auth = auth if isinstance(auth, dict) else {}
        try:
            return self.loaded.finish(run, lambda: run.call(1, self.test.subject, given)), None
        except LimitFault:
            raise
        except Fault as fault:
            return None, fault

    def _part(self, number: int, response: Any = None) -> Any:
        """The value of a routine of the test itself."""
        run = self.loaded.begin({}, self.world, Limits())
        return self.loaded.finish(run, lambda: self.loaded.entries[number].run(run, 1, response))

    def _check(self, assertion: Assertion, response: Any, raised: Fault | None) -> None:
        value = self._part(assertion.number, response)
        if assertion.name != THROWS:
            return

        def again() -> None:
            if raised is not None:
                raise raised

        must_throw(value, again)


def headline(fault: Fault) -> str:
    """A failure in one line: the words of an assertion or of what stopped the test, else the code and the error."""
    plain = fault.code == "expectation" or isinstance(fault, LimitFault)
    return fault.message if plain else f"{fault.kind.error_code}: {fault.message}"
