"""Functions that run beside their caller on threads of the run, and the wait for what they give back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context

from xsrun import values
from xsrun.diagnostics import Fault, RunStopped
from xsrun.effects.ports import Log
from xsrun.hints import Any, Final
from xsrun.record import NamedTuple
from xsrun.runtime.frame import Run
from xsrun.runtime.support import caught
from xsrun.runtime.surrounding import Records, call_attached

MOST_THREADS: Final = 64
"""Functions that run at the same time; further ones wait for a thread."""
LONGEST_WAIT: Final = 86_400.0
"""Seconds; threads can count no further than some years."""


class _Outcome(NamedTuple):
    value: Any
    message: str = ""
    """Why it failed, ``""`` when it did not."""


class Workers:
    """The threads of one run, and what runs on them by job id."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(MOST_THREADS)
        self._jobs: dict[str, Future[_Outcome]] = {}
        self._awaited: set[str] = set()

    def start(self, run: Run, call: Callable[[Run], Any]) -> str:
        """Have a function run, and give back its job id."""
        job = run.world.random.uuid()
        within = copy_context()  # whoever watches the caller watches what it begins
        self._jobs[job] = self._pool.submit(within.run, _outcome, run.beside(), call)
        return job

    def results(self, ids: Iterable[str], seconds: float) -> dict[str, Any]:
        """The results by job id, errors as values. Raises Fault when one of them is unknown or not done in time."""
        wanted = list(dict.fromkeys(ids))
        jobs = [self._jobs[each] for each in wanted if each in self._jobs]
        done = wait(jobs, min(max(0.0, seconds), LONGEST_WAIT)).done
        if len(done) < len(wanted):
            raise _timeout()
        self._awaited.update(wanted)
        return {each: self._jobs[each].result().value for each in wanted}

    def finish(self, log: Log) -> None:
        """Wait for everything that runs; errors that nobody waited for go to the log."""
        for job, future in list(self._jobs.items()):
            message = future.result().message
            if message and job not in self._awaited:
                log.write(f"A function that ran beside the others failed: {message}")

    def stop(self) -> None:
        """Begin nothing new, and wait for what has begun."""
        self._pool.shutdown(cancel_futures=True)


def _timeout() -> Fault:
    return Fault("limit-time", "Async timeout", help="give `await` the ids of function.run, and a longer `timeout`")


def _outcome(run: Run, call: Callable[[Run], Any]) -> _Outcome:
    try:
        return _Outcome(run.deadline.join(lambda: call(run)))
    except RunStopped as stopped:
        return _Outcome(stopped.value)
    except (Fault, TypeError) as fault:
        error = caught(fault)
        return _Outcome({name: error[name] for name in ("code", "name", "message", "payload")}, error["message"])


def start_call(
    run: Run, depth: int, number: int, given: Any, pre: Records = (), post: Records = (), cache: Any = None
) -> str:
    """Run a function on a thread of the run, with its middleware and cache around it; gives back its job id."""
    inputs = values.mapping(given)
    if not run.workers:
        run.workers.append(Workers())
    workers: Workers = run.workers[0]
    if pre or post or cache:
        return workers.start(run, lambda beside: call_attached(beside, depth, number, inputs, pre, post, cache))
    return workers.start(run, lambda beside: beside.call(depth, number, inputs))


def job_results(run: Run, ids: Any, timeout: Any) -> dict[str, Any]:
    """The results of several jobs by id; null is the usual ten seconds."""
    wanted = [values.text(each) for each in (ids if isinstance(ids, list) else [ids])]
    if not wanted:
        return {}
    if not run.workers:
        raise _timeout()
    workers: Workers = run.workers[0]
    seconds = 10.0 if timeout is None else values.number(timeout)
    try:
        return workers.results(wanted, min(seconds, run.deadline.left()))
    except Fault:
        run.deadline.check()
        raise


def job_result(run: Run, job: Any, timeout: Any) -> Any:
    """The result of one job; what is no job id is its own result, e.g. the answer of a request."""
    return job_results(run, [job], timeout)[job] if isinstance(job, str) else job
