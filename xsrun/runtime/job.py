"""A job from its start to its Result: environment, ``pre``, ``main``, ``post``, and what went out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import takewhile
from time import perf_counter

from xsrun.diagnostics import CODES, Exit, Fault
from xsrun.effects.ports import Log, Request, World
from xsrun.effects.recording import Exchange, RecordingHttp
from xsrun.hints import Any, Final
from xsrun.late import Late
from xsrun.program import TASK, Call, Plan, Program, Routine, Task
from xsrun.record import NamedTuple
from xsrun.runtime.deadline import ENDLESS, Deadline
from xsrun.runtime.frame import Limits
from xsrun.runtime.run import Loaded
from xsrun.values import INFINITY

_surrounded: Callable[..., Any] = Late("xsrun.runtime.surrounding", "surrounded")
_set_datasource: Callable[..., None] = Late("xsrun.data.statements", "set_datasource")
_question: Callable[[Request], str] = Late("xsrun.providers.policies", "question")

NO_LIMITS: Final = Limits()
_CallOne = Callable[[Routine | Task, Mapping[str, Any]], Any]


class Failure(NamedTuple):
    """Why a run gave no value."""

    code: str
    message: str
    exit: int
    help: str = ""
    name: str = ""
    """The name that ``throw`` gave."""
    fault: Fault | None = None
    """The run-time error, None when nothing ran."""


class Result(NamedTuple):
    """What a run came to. ``error`` is None when it went well."""

    value: Any = None
    error: Failure | None = None
    requests: tuple[Exchange, ...] = ()
    """Every HTTP exchange, in order."""
    logs: tuple[Any, ...] = ()
    """The values that ``debug.log`` wrote."""
    pre_result: Any = None
    times: Mapping[str, float] = {}
    """Seconds of ``boot``, ``pre``, ``main`` and ``post``, as far as the run came, and of all that in ``total``."""


class _KeepingLog:
    """Passes entries on and keeps their values."""

    def __init__(self, inner: Log, values: list[Any]) -> None:
        self.inner = inner
        self.values = values

    def write(self, value: Any, place: str = "") -> None:
        """Keep the entry and pass it on."""
        self.values.append(value)
        self.inner.write(value, place)


class _Times:
    """How long the parts of a run take."""

    def __init__(self, since: float | None = None) -> None:
        self.since = perf_counter() if since is None else since
        self.seconds: dict[str, float] = {}

    def booted(self) -> None:
        """The first function is about to run."""
        self.seconds["boot"] = perf_counter() - self.since

    def of(self, part: str, call: _CallOne) -> _CallOne:
        """A call whose time counts for a part."""

        def timed(routine: Routine | Task, given: Mapping[str, Any]) -> Any:
            begun = perf_counter()
            try:
                return call(routine, given)
            finally:
                self.seconds[part] = perf_counter() - begun

        return timed

    def taken(self) -> Mapping[str, float]:
        """The times of a run that is over."""
        return {**self.seconds, "total": perf_counter() - self.since}


def run_job(
    loaded: Loaded,
    plan: Plan,
    given: Mapping[str, Any],
    world: World,
    limits: Limits = NO_LIMITS,
    until: Deadline = ENDLESS,
    since: float | None = None,
) -> Result:
    """Run ``pre``, ``main`` and ``post``; ``given`` wins over the constants of ``main`` key by key.

    A task runs with its middleware, and its value is dropped. ``until`` is a time that the caller watches, for the
    functions that run beside the others; ``since`` is what ``time.perf_counter`` showed when the run was wanted, now
    when left out.
    """
    times = _Times(since)
    if plan.kind == TASK:
        task = loaded.program.task(plan.name)
        done = _watched(loaded, world, limits, until, lambda call: (times.of("main", call)(task, {}), None), times)
        return done._replace(value=None)
    return _watched(loaded, world, limits, until, lambda call: _steps(loaded.program, plan, given, call, times), times)


def run_function(
    loaded: Loaded,
    routine: Routine,
    given: Mapping[str, Any],
    world: World,
    limits: Limits = NO_LIMITS,
    until: Deadline = ENDLESS,
) -> Result:
    """Run one function."""
    times = _Times()
    return _watched(loaded, world, limits, until, lambda call: (times.of("main", call)(routine, given), None), times)


def _watched(
    loaded: Loaded,
    world: World,
    limits: Limits,
    until: Deadline,
    run: Callable[[_CallOne], tuple[Any, Any]],
    times: _Times,
) -> Result:
    """Run something that calls functions, until its time is over, and keep what they do."""
    exchanges: list[Exchange] = []
    logs: list[Any] = []
    timed = limits.seconds < INFINITY or limits.stopping is not None
    deadline = Deadline(limits.seconds, stopping=limits.stopping) if timed else until

    def watch(each: World) -> World:
        kept = each._replace(http=RecordingHttp(each.http, exchanges), log=_KeepingLog(each.log, logs))
        return deadline.over(kept) if timed else kept

    watched = world.with_layer(watch)

    def carry_out() -> tuple[Any, Any]:
        times.booted()
        return run(lambda what, given: _call(loaded, what, given, watched, limits, deadline))

    try:
        value, pre_result = deadline.run(carry_out) if timed else carry_out()
    except Fault as fault:
        failure = failure_of(fault, exchanges)
        return Result(None, failure, tuple(exchanges), tuple(logs), times=times.taken())
    return Result(value, None, tuple(exchanges), tuple(logs), pre_result, times.taken())


def _call(
    loaded: Loaded, what: Routine | Task, given: Mapping[str, Any], world: World, limits: Limits, until: Deadline
) -> Any:
    if isinstance(what, Routine):
        return loaded.call(what, given, world, limits, until)
    begun = loaded.begin(given, world, limits, until)

    def run() -> Any:
        if what.datasource:
            _set_datasource(begun, what.datasource)
        return _surrounded(begun, what, given)

    return loaded.finish(begun, run)


def _steps(program: Program, plan: Plan, given: Mapping[str, Any], call: _CallOne, times: _Times) -> tuple[Any, Any]:
    """The order of constructs.md section 2.3: a failing step ends the run."""
    passed: dict[str, Any] = {"args": dict(given)}
    pre_result = None
    if plan.pre:
        pre_result = _step(program, plan.pre, given, passed, times.of("pre", call))
        passed[plan.pre.as_name] = pre_result
    value = _step(program, plan.main, given, passed, times.of("main", call)) if plan.main else None
    if plan.main:
        passed[plan.main.as_name] = value
    if plan.post:
        _step(program, plan.post, {}, passed, times.of("post", call))
    return value, pre_result


def _step(program: Program, step: Call, given: Mapping[str, Any], passed: Mapping[str, Any], call: _CallOne) -> Any:
    """One function with its constants, what the caller gave, and what came before where it asks for it by name."""
    routine = main_routine(program, step)
    asked = {field.name for field in routine.fields}
    before = {name: value for name, value in passed.items() if name in asked}
    return call(routine, {**before, **step.input, **given})


def main_routine(program: Program, call: Call) -> Routine:
    """The function that a job names. Raises Fault when it is not there."""
    routine = program.routine("function", call.name)
    if routine is None:
        raise Fault("no-function", f"Function does not exist: {call.name}")
    return routine


def failure_of(fault: Fault, exchanges: list[Exchange]) -> Failure:
    """The failure of a run: an unclear write decides the exit code, then an unsent request, then the fault."""
    exit = CODES[fault.code].exit if fault.code in CODES else Exit.FAILED
    # A job that tries again may fail before it sends: the attempts before still count.
    unanswered = list(takewhile(lambda each: each.failure is not None, reversed(exchanges)))
    if exit in (Exit.FAILED, Exit.LIMIT, Exit.INTERRUPTED) and unanswered_write(exchanges):
        exit = Exit.UNKNOWN_OUTCOME
    elif exit == Exit.FAILED and unanswered:
        exit = Exit.NETWORK
    return Failure(fault.code, fault.message, exit, fault.help or _input_help(fault), fault.name, fault)


def unanswered_write(exchanges: list[Exchange] | tuple[Exchange, ...]) -> Exchange | None:
    """The last write that may have arrived and was not answered, then or when it was sent again.

    Whoever asks the provider by key what became of it, and does not send it again, has got an answer too.
    """
    answered: set[tuple[str, str, bytes]] = set()
    for each in reversed(exchanges):
        same = each.request.method, each.request.url, each.request.body
        if each.response is not None and (each.writes or each.response.status < 300):
            answered.add(same)
        elif each.unclear and each.writes and not answered & {same, ("GET", _question(each.request), b"")}:
            return each
    return None


def _input_help(fault: Fault) -> str:
    """Which input it is that does not fit."""
    named = isinstance(fault.payload, dict) and fault.code == "input-error" and fault.payload.get("param")
    return f"look at the input `{named}`" if named else ""
