"""One attempt of a run: begun in the journal, carried out, and how it ended."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from time import perf_counter

from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.cli.preparing import MEMORY, Ready, Task, around, limits_of, prepare
from xsrun.config import Config
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.ports import World
from xsrun.effects.real import SystemClock
from xsrun.effects.recording import Exchange, RecordingHttp
from xsrun.engine import observing
from xsrun.engine.keeper import Keeper, Started
from xsrun.engine.observing import Ending, Watched, telling
from xsrun.engine.stopping import Stop
from xsrun.engine.world import Layer, unkept
from xsrun.hints import Any, Final
from xsrun.late import Late
from xsrun.record import NamedTuple
from xsrun.runtime.frame import Limits
from xsrun.runtime.job import Failure, Result, failure_of, run_job, unanswered_write
from xsrun.values import plain

_bounded_memory: Callable[[int], AbstractContextManager[None]] = Late("xsrun.cli.memory", "bounded_memory")
_heeding_signals: Callable[[], AbstractContextManager[None]] = Late("xsrun.cli.signals", "heeding_signals")

_traced: Callable[..., Result] = Late("xsrun.cli.tracing", "traced")
_watched: Callable[..., tuple[Task, Watched]] = Late("xsrun.cli.observing", "watched")
_auto_key: Callable[[str, Mapping[str, Any]], str] = Late("xsrun.engine.keying", "auto_key")
KEPT: Final = (
    "db",
    "simulate",
    "map",
    "now",
    "seed",
    "limit",
    "memory",
    "timeout",
    "durable",
    "key",
    "retry",
    "force",
    "replay",
    "allow_host",
    "public_only",
    "document",
    "typed",
    "lent",
    "alert",
    "action",
    "traceparent",
)
"""Options that count again when a run is resumed, or by which it is found again."""
Guarded = Callable[["Attempt", World, list[Exchange]], Result]

MOST_NAMED: Final = 8
"""Requests that a message names."""
MOST_LOGGED: Final = 1000
"""Entries of the log that are kept."""
AUTO: Final = "auto"
"""The ``--key`` that is made of job and input."""


class Attempt(NamedTuple):
    """An attempt with all that it needs, in the journal already where it must not run without."""

    task: Task
    ready: Ready
    keeper: Keeper | None
    """None when nothing of it is kept."""
    layer: Layer
    """What is around its requests."""
    limits: Limits
    watched: Watched | None
    """None when nobody watches."""
    since: float
    """What ``time.perf_counter`` showed before anything was made ready."""


class Ended(NamedTuple):
    """How an attempt ended."""

    exit: int
    document: str
    """The result as JSON without secrets, ``""`` for none."""
    failure: Failure | None
    """Why there is no result, or what is not known beside it."""
    result: Result


def run(task: Task) -> int:
    """Run a job and show what comes of it. Gives back the exit code. Raises BadOption and Broken."""
    with telling(task.output.untold):
        return _run(task, task.output)


def _run(task: Task, output: Output) -> int:
    output.diagnostics(task.project.unknown_inputs(task.job, task.given))
    attempt = begin(task)
    if isinstance(attempt, Failure):
        output.failure(attempt)
        return attempt.exit
    with closing(attempt.ready):
        ended = carry_out(attempt, _guarded)
    if ended.document:
        _hand_over(ended.document, attempt)
    if ended.failure is not None:
        output.failure(ended.failure, () if ended.document else ended.result.requests)
    return ended.exit


def _hand_over(document: str, attempt: Attempt) -> None:
    """Show a result; a fault of the output says that the run is done all the same."""
    try:
        attempt.task.output.result(document)
    except OSError as error:
        if named := _named(attempt.keeper):
            error.add_note(f"the run has ended, see xsrun runs show {named}")
        raise


def begin(task: Task) -> Attempt | Failure:
    """Make ready for an attempt, or say why there is none. Raises BadOption, Broken, and Held when one is under way."""
    since = perf_counter()
    ready = prepare(task)
    if isinstance(ready, Failure):
        return ready
    # What the key is made of may look different when the run goes on.
    task = task._replace(options={**task.options, "key": key_of(task, ready.config)})
    limits = limits_of(task.options)
    watched = None
    if observing.observer is not None and not task.options["dry_run"]:
        task, watched = _watched(task, observing.observer)
    if task.options["durable"] and task.options["ephemeral"]:
        raise BadOption("--durable and --ephemeral exclude each other", "leave --ephemeral away")
    nothing = task.options["ephemeral"] or task.options["dry_run"]
    keeper = None if nothing else _keeper(task, ready.secrets)
    begun = keeper.begun_at if keeper else SystemClock().now()
    world = ready.world._replace(begun=begun)
    if keeper is not None:
        stop = Stop(keeper.cancelled)
        world, limits = stop.over(world), limits._replace(stopping=stop)
    ready = ready._replace(world=world)
    return Attempt(task, ready, keeper, around(task.options, ready.config, begun), limits, watched, since)


def carry_out(attempt: Attempt, guarded: Guarded | None = None) -> Ended:
    """Run to the end, and keep how it ended. ``guarded`` runs it where it may be cut short.

    What the attempt has open stays so: ``attempt.ready`` is to be closed.
    """
    if attempt.watched is None:
        return _carried_out(attempt, guarded)
    ended: Ended = attempt.watched.during(lambda: _carried_out(attempt, guarded), lambda done: _ending(done, attempt))
    return ended


def _ending(ended: Ended, attempt: Attempt) -> Ending:
    failure, keeper = ended.failure, attempt.keeper
    code, message = (failure.code, failure.message) if failure else ("", "")
    return Ending(ended.exit, 0, code, message, keeper.id if keeper else "")


def _carried_out(attempt: Attempt, guarded: Guarded | None) -> Ended:
    task, keeper, world = attempt.task, attempt.keeper, attempt.ready.world
    output, layer = task.output, attempt.layer
    world = keeper.world(world, layer) if keeper else unkept(world, layer)
    exchanges: list[Exchange] = []
    watched = world.with_layer(lambda each: each._replace(http=RecordingHttp(each.http, exchanges)))
    result = guarded(attempt, watched, exchanges) if guarded else _run_in(attempt, watched)
    failure, document = result.error, ""
    if failure is None:
        try:
            document = output.document(result.value)
        except Fault as unshowable:
            failure = failure_of(unshowable, [])
    unclear = unanswered_write(result.requests) if failure is None else None
    exit = failure.exit if failure else Exit.UNKNOWN_OUTCOME if unclear else Exit.DONE
    if keeper is not None:
        error = output.failure_document(failure) if failure else None
        keeper.end(exit, document or None, error, failure.code if failure else "", _report(result, output))
    return Ended(exit, document, failure or (_ended_unclear(unclear, keeper) if unclear else None), result)


def _report(result: Result, output: Output) -> dict[str, Any]:
    """What is kept of a run beside its value, see ``RunRow.report``, without secrets."""
    logs = [output.masker.value(plain(each)) for each in result.logs[:MOST_LOGGED]]
    kept = {"times": result.times, "logs": logs, "pre_result": output.masker.value(plain(result.pre_result))}
    return {name: value for name, value in kept.items() if value}


def _keeper(task: Task, secrets: Mapping[str, str]) -> Keeper:
    """Keeps the run in the journal, from now on where it must not run without. Raises Broken."""
    options, output = task.options, task.output
    started = Started(
        task.job.name,
        os.path.abspath(task.path),
        {name: options.get(name) for name in KEPT},
        task.given,
        task.project.program.sources,
        secrets,
        output.masker,
        SystemClock().now,
        task.project.loaded.here,
        output.warn,
        task.watch,
        task.id,
        task.journal,
    )
    keeper = Keeper(started, options["seed"], task.earlier)
    if options["durable"] or task.earlier is not None:
        keeper.begin()
    return keeper


def key_of(task: Task, config: Config) -> str | None:
    """The key for writes that have none; None where nobody asks for one. Raises BadOption."""
    key: str | None = config.key if task.options["key"] is None else task.options["key"]
    if key is not None and not key.strip():
        raise BadOption("an empty key names nothing", "write --key NAME, or --key auto for one made of job and input")
    if key == AUTO:
        return _auto_key(task.job.name, {**(task.job.main.input if task.job.main else {}), **task.given})
    return key


def _named(keeper: Keeper | None) -> str:
    """What commands call the run, ``""`` where the journal does not know of it."""
    return keeper.named if keeper else ""


def _ended_unclear(unclear: Exchange, keeper: Keeper | None) -> Failure:
    """What is wrong with a run that has a result, and a write without an answer."""
    message = f"{unclear.request.method} {unclear.request.url} got no answer; it may have arrived"
    named = _named(keeper)
    help = f"find out with xsrun runs resolve {named}" if named else "look there whether it did"
    return Failure("outcome-unknown", message, Exit.UNKNOWN_OUTCOME, help)


def _guarded(attempt: Attempt, world: World, exchanges: list[Exchange]) -> Result:
    """Run in the main thread of a process of its own, which may be told to end, and whose memory is bounded."""
    task, options = attempt.task, attempt.task.options
    try:
        with _bounded_memory(options["memory"] or MEMORY), _heeding_signals():
            if options["trace"]:
                return _traced(task.project.loaded, world, task.output, lambda each: _run_in(attempt, each))
            return _run_in(attempt, world)
    except KeyboardInterrupt as stop:
        message = f"stopped by {str(stop) or 'the keyboard'}; {_sent(exchanges)}"
        named = _named(attempt.keeper)
        help = f"let it go on with xsrun runs resume {named}" if named else ""
        return Result(error=Failure("interrupted", message, Exit.INTERRUPTED, help), requests=tuple(exchanges))


def _run_in(attempt: Attempt, world: World) -> Result:
    task = attempt.task
    return run_job(task.project.loaded, task.job, task.given, world, attempt.limits, since=attempt.since)


def _sent(exchanges: list[Exchange]) -> str:
    """What a run that was cut short has changed, or may have."""
    writes = [each for each in exchanges if each.writes]
    if not writes:
        return "nothing was written"
    named = [f"{each.request.method} {each.request.url}{' (no answer)' if each.unclear else ''}" for each in writes]
    more = [f"{len(named) - MOST_NAMED} more"] if len(named) > MOST_NAMED else []
    return f"sent before that: {', '.join(named[:MOST_NAMED] + more)}"
