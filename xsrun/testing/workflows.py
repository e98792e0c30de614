"""``workflow_test``: statements that run as a function would, up to the first assertion that does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from xsrun.compile.tests import WorkflowTest
from xsrun.diagnostics import Fault
from xsrun.runtime.deadline import Deadline
from xsrun.runtime.frame import Limits
from xsrun.runtime.run import Loaded
from xsrun.testing.world import Surroundings


def workflow_problems(loaded: Loaded, test: WorkflowTest, around: Surroundings, deadline: Deadline) -> Iterator[Fault]:
    """What ended the test: the first assertion that does not hold, or an error that nothing caught."""
    world = around.with_tables(loaded.program.tables, test.datasource)
    run = loaded.begin({}, world, Limits(), deadline)
    run.test = test.name
    try:
        loaded.finish(run, lambda: run.call(1, test.subject, {}))
    except Fault as fault:
        yield fault
