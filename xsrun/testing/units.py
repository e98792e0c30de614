"""``test`` blocks: a construct is run with an input, then everything is looked at that is expected of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xsrun.builtins.statements.expect import must_throw
from xsrun.compile.tests import THROWS, Assertion, UnitTest
from xsrun.diagnostics import Fault, LimitFault
from xsrun.runtime.deadline import Deadline
from xsrun.runtime.frame import Limits, Run
from xsrun.runtime.run import Loaded
from xsrun.testing.world import Surroundings


def unit_problems(loaded: Loaded, test: UnitTest, around: Surroundings, deadline: Deadline) -> Iterator[Fault]:
    """Everything that is wrong. Raises LimitFault when the test cannot be brought to an end."""
    yield from _Trial(loaded, test, around, deadline).problems()


class _Trial:
    """The steps of one test."""

    def __init__(self, loaded: Loaded, test: UnitTest, around: Surroundings, deadline: Deadline) -> None:
        self.loaded = loaded
        self.test = test
        self.world = around.with_tables(loaded.program.tables, test.datasource)
        self.deadline = deadline

    def problems(self) -> Iterator[Fault]:
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
        run = self._begin(given)
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
        run = self._begin({})
        return self.loaded.finish(run, lambda: self.loaded.entries[number].run(run, 1, response))

    def _begin(self, given: dict[str, Any]) -> Run:
        return self.loaded.begin(given, self.world, Limits(), self.deadline)

    def _check(self, assertion: Assertion, response: Any, raised: Fault | None) -> None:
        value = self._part(assertion.number, response)
        if assertion.name != THROWS:
            return

        def again() -> None:
            if raised is not None:
                raise raised

        must_throw(value, again)
