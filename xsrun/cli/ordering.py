"""From an order to a task, for any engine; the output of one run among others, and what runs leave open."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from xsrun.cli.attempts import Attempt, carry_out
from xsrun.cli.bug import report
from xsrun.cli.execute import choose
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.cli.preparing import LONGEST_RUN, Ready, Task, variables_of
from xsrun.diagnostics import Exit
from xsrun.engine.history import NoRun
from xsrun.engine.orders import ID, QUEUE, Order, Place, Refused
from xsrun.engine.rows import RunRow, RunState
from xsrun.executable import executable
from xsrun.runtime.job import Failure
from xsrun.values import dumps, loads

MOST_OPEN: Final = 4
"""Runs that have ended, and have open still what they had."""


class Named(Output):
    """The output of one run among others: its lines bear its name, and its result is kept and not shown."""

    def __init__(self, outer: Output, run: str) -> None:
        super().__init__(outer.as_json, outer.quiet)
        self.coloured = outer.coloured
        self._run = run

    def result(self, document: str) -> None:
        """Show nothing."""

    def line(self, message: object) -> None:
        """One message on stderr."""
        super().line({"run": self._run, **message} if isinstance(message, dict) else f"{self._run}: {message}")

    def log(self, value: Any, place: str = "") -> str:
        """The line of a ``debug.log`` entry."""
        line = super().log(value, place)
        return dumps({"run": self._run, **loads(line)}) if self.as_json else f"{self._run}: {line}"


def task_of(run: str, order: Order, options: Mapping[str, Any], output: Output) -> Task:
    """What an order asks for. Raises Refused, BadOption and NotFound."""
    checked_id(run)
    project = executable(order.path)
    output.diagnostics(project.diagnostics)
    if project.errors:
        raise Refused(Failure("syntax", project.errors[0].message, Exit.SOURCE, f"look with xsrun check {order.path}"))
    job = choose(project, order.job)
    options = {**options, **order.options, "typed": list(order.input)}
    flags, *others = variables_of(order.path, options)
    output.diagnostics(project.unknown_inputs(job, order.input))
    return Task(project, job, order.path, order.input, ({**flags, **order.env}, *others), options, output, id=run)


class Lately:
    """What the last runs of a process had open. It is closed when others have ended behind them, or at ``close``.

    Closing the last connection to an SQLite file puts its log into it, which takes longer than a short run.
    """

    def __init__(self) -> None:
        self._open: deque[Ready] = deque()
        self._lock = threading.Lock()

    def add(self, ended: Ready) -> None:
        """One more run has ended."""
        with self._lock:
            self._open.append(ended)
            oldest = self._open.popleft() if len(self._open) > MOST_OPEN else None
        if oldest is not None:
            oldest.close()

    def close(self) -> None:
        """Let go of all of it."""
        while self._open:
            self._open.popleft().close()


def carried_out(attempt: Attempt, lately: Lately) -> int:
    """Carry an attempt out in a thread, and say what went wrong. Gives back the exit code."""
    try:
        ended = carry_out(attempt)
    except Exception as bug:  # the top of a thread: a fault of ours becomes a report, and the run has ended
        report(bug)
        assert attempt.keeper is not None
        attempt.keeper.end(Exit.INTERNAL)
        return Exit.INTERNAL
    finally:
        lately.add(attempt.ready)
    if ended.failure is not None:
        attempt.task.output.failure(ended.failure, () if ended.document else ended.result.requests)
    return ended.exit


def checked_id(run: str) -> str:
    """An id that a run may have. Raises BadOption."""
    if not ID.fullmatch(run):
        raise BadOption(f"{run!a} is no id of a run", "write letters, digits, and - _ . : + between them, at most 200")
    return run


def checked_place(place: Place) -> Place:
    """A place that a run may have. Raises BadOption."""
    if not QUEUE.fullmatch(place.queue):
        raise BadOption(
            f"--queue {place.queue!a} names no queue", "write letters, digits, - and _, as in --queue paging"
        )
    if not 0 <= place.priority < 1 << 31:
        raise BadOption(f"--priority {place.priority} is no priority", "write a number from 0; smaller ones come first")
    if not 0 <= place.delay <= LONGEST_RUN:
        raise BadOption(f"--delay {place.delay:g} is no time span", "write seconds, e.g. --delay 60")
    return place


@contextmanager
def refusing() -> Iterator[None]:
    """Raise Refused for whatever is wrong with an order."""
    try:
        yield
    except BadOption as fault:
        raise Refused(Failure(fault.code, fault.message, Exit.USAGE, fault.help)) from None
    except NoRun as none:
        raise Refused(Failure("no-run", str(none), Exit.USAGE, "look with xsrun runs list")) from None


def cancelled(run: RunRow, stopped: bool, output: Output) -> int:
    """Say whether a run was cancelled. Gives back the exit code."""
    if not stopped:
        return output.complain("no-run", f"run {run.id} has ended", f"look with xsrun runs show {run.named}")
    if not output.as_json:
        output.line(f"run {run.id} {_stopping(run)}")
    return Exit.DONE


def _stopping(run: RunRow) -> str:
    """What comes of a run that is cancelled, by how it stood before."""
    if run.state == RunState.CANCELLED and run.ended_at is not None:
        return "was cancelled before, and has stopped"
    if run.state == RunState.QUEUED:
        return "is cancelled: it does not begin"
    if run.state in (RunState.INTERRUPTED, RunState.GIVEN_UP):
        return "is cancelled: it is not taken up again by itself"
    return "is cancelled: it stops where it is, behind a write that is under way"
