"""``xsrun execute``: find the job, give it what it needs, run it, print its result."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext

from xsrun.cli.find import NotFound, find
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.outward import real_world
from xsrun.effects.ports import Clock, Http, Log, Random, World
from xsrun.effects.real import FixedClock, SeededRandom, StderrLog, SystemClock, SystemRandom
from xsrun.effects.recording import Exchange, RecordingHttp
from xsrun.executable import Executable, executable
from xsrun.hints import Any, Final
from xsrun.late import Late
from xsrun.program import Plan
from xsrun.runtime.environment import resolve
from xsrun.runtime.frame import Limits
from xsrun.runtime.job import Failure, failure_of, main_routine, run_job
from xsrun.runtime.secrets import Masker, sensitive

_read_inputs: Callable[[list[str], str | None], dict[str, Any]] = Late("xsrun.cli.inputs", "read_inputs")
_read_variables: Callable[[list[str], Mapping[str, str]], dict[str, str]] = Late("xsrun.cli.inputs", "read_variables")
_read_env_file: Callable[[str], dict[str, str]] = Late("xsrun.cli.inputs", "read_env_file")
_simulated_http = Late("xsrun.cli.network", "simulated_http")
_parse_time = Late("xsrun.timestamps", "parse")
_bounded_memory: Callable[[int], AbstractContextManager[None]] = Late("xsrun.cli.memory", "bounded_memory")
_heeding_signals: Callable[[], AbstractContextManager[None]] = Late("xsrun.cli.deadline", "heeding_signals")
_deadline: Callable[[float], AbstractContextManager[None]] = Late("xsrun.cli.deadline", "deadline")

Options = Mapping[str, Any]

MOST_NAMED: Final = 8
"""Requests that a message names."""
TIME_DIGITS: Final = 15
"""Digits of the latest time that ``--now`` takes in milliseconds."""
LONGEST_RUN: Final = 1e8
"""Seconds that ``--timeout`` may be at most; the timers of systems count little further."""

MEMORY = 4096
"""Megabytes that the values of a run may take."""


class _Quiet:
    """Takes log entries and says nothing."""

    def write(self, value: Any, place: str = "") -> None:
        """Say nothing."""


def execute(options: Options) -> int:
    """Run a job as the options say. Gives back the exit code."""
    output = Output(options["json"], options["quiet"], options["color"])
    try:
        folder, name = find(options["path"], options["job"])
        project = executable(folder, cached=not options["no_cache"])
        output.diagnostics(project.diagnostics)
        if project.errors:
            return Exit.SOURCE
        return _run(project, _choose(project, name), _variables(folder, options), options, output)
    except NotFound as fault:
        return output.complain(fault.code, fault.message, fault.help)
    except BadOption as fault:
        return output.complain("usage", fault.message, fault.help)


def _choose(project: Executable, name: str | None) -> Plan:
    chosen = project.choose(name)
    if isinstance(chosen, Failure):
        raise NotFound(chosen.message, chosen.help, chosen.code)
    return chosen


def _run(
    project: Executable, job: Plan, variables: tuple[Mapping[str, str], ...], options: Options, output: Output
) -> int:
    inputs = options["input"], options["input_json"]
    given = _read_inputs(*inputs) if inputs != ([], None) else {}
    clock, random = _clock(options), _random(options)
    output.diagnostics(project.unknown_inputs(job, given))
    http: Http | None = None
    simulated: dict[str, str] = {}
    if options["simulate"] or options["map"]:
        http, simulated = _simulated_http(options["simulate"], options["map"], clock, random)
    resolved = resolve(job.env, variables[0], simulated, *variables[1:])
    output.masker = Masker([*resolved.values.values(), *_sensitive(project, job, given)])
    if resolved.missing:
        failure = project.missing_env(job, resolved.missing)
        output.failure(failure)
        return failure.exit
    log: Log = _Quiet() if options["quiet"] else StderrLog(sys.stderr, output.log)
    world = real_world(log, resolved.values, http, clock, random)
    return _watch(project, job, given, world, _limits(options), options, output)


def _sensitive(project: Executable, job: Plan, given: Mapping[str, Any]) -> Iterable[str]:
    """What the inputs of a job give that must not show."""
    return sensitive(main_routine(project.program, job.main).fields, {**job.main.input, **given}) if job.main else ()


def _watch(
    project: Executable,
    job: Plan,
    given: Mapping[str, Any],
    world: World,
    limits: Limits,
    options: Options,
    output: Output,
) -> int:
    """Run, and say what was sent when the run is cut short."""
    recorder = RecordingHttp(world.http)
    try:
        with _bounded_memory(options["memory"] or MEMORY), _until(options["timeout"]), _heeding_signals():
            result = run_job(project.loaded, job, given, world._replace(http=recorder), limits)
    except KeyboardInterrupt as stop:
        message = f"stopped by {str(stop) or 'the keyboard'}; {_sent(recorder.exchanges)}"
        output.failure(Failure("interrupted", message, Exit.INTERRUPTED), recorder.exchanges)
        return Exit.INTERRUPTED
    if result.error is not None:
        output.failure(result.error, result.requests)
        return result.error.exit
    try:
        output.result(result.value)
    except Fault as unshowable:
        failure = failure_of(unshowable, [])
        output.failure(failure)
        return failure.exit
    return Exit.DONE


def _sent(exchanges: list[Exchange]) -> str:
    """What a run that was cut short has changed, or may have."""
    writes = [each for each in exchanges if each.writes]
    if not writes:
        return "nothing was written"
    named = [f"{each.request.method} {each.request.url}{' (no answer)' if each.unclear else ''}" for each in writes]
    more = [f"{len(named) - MOST_NAMED} more"] if len(named) > MOST_NAMED else []
    return f"sent before that: {', '.join(named[:MOST_NAMED] + more)}"


def _until(timeout: float | None) -> AbstractContextManager[None]:
    """The end of a run that takes so many seconds; none for None and 0. Raises BadOption."""
    if timeout is None or timeout == 0:
        return nullcontext()
    if not 0 < timeout <= LONGEST_RUN:
        raise BadOption(f"--timeout {timeout:g} is no time span", "write seconds, e.g. --timeout 30")
    return _deadline(timeout)


def _variables(path: str, options: Options) -> tuple[Mapping[str, str], ...]:
    """Where variables come from, the strongest first: flags, process, ``--env-file``, ``.env`` beside the job."""
    beside = os.path.join(path if os.path.isdir(path) else os.path.dirname(path), ".env")
    flags = _read_variables(options["env"], os.environ) if options["env"] else {}
    named = _read_env_file(options["env_file"]) if options["env_file"] else {}
    return flags, os.environ, named, _read_env_file(beside) if os.path.isfile(beside) else {}


def _limits(options: Options) -> Limits:
    if options["limit"] is None:
        return Limits()
    if options["limit"] < 1:
        raise BadOption(f"--limit {options['limit']} makes no sense", "write how many turns loops may make")
    return Limits(turns=options["limit"])


def _random(options: Options) -> Random:
    return SystemRandom() if options["seed"] is None else SeededRandom(options["seed"])


def _clock(options: Options) -> Clock:
    if options["now"] is None:
        return SystemClock()
    clock = SystemClock()
    given = options["now"]
    try:
        at = int(given) if given.isdecimal() and len(given) <= TIME_DIGITS else _parse_time(given, clock.now())
    except Fault:
        at = None
    if at is None:
        raise BadOption(f"--now {options['now']} is no time", "write --now 2026-01-31T12:00:00Z")
    return FixedClock(at)
