"""``xsrun execute``: find the job, give it what it needs, run it, print its result."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from xsrun.api import Project, load
from xsrun.cli.find import NotFound, find
from xsrun.cli.inputs import BadOption, read_env_file, read_inputs, read_variables
from xsrun.cli.output import Output
from xsrun.diagnostics import Exit, LimitFault, XsError
from xsrun.effects.outward import real_world
from xsrun.effects.ports import Clock, Http, Log, Random, World
from xsrun.effects.real import FixedClock, SeededRandom, StderrLog, SystemClock, SystemRandom
from xsrun.effects.recording import RecordingHttp
from xsrun.late import Late
from xsrun.project import Job
from xsrun.runtime.environment import resolve
from xsrun.runtime.frame import Limits
from xsrun.runtime.job import Failure, run_job
from xsrun.runtime.secrets import Masker

_simulated_http = Late("xsrun.cli.network", "simulated_http")
_parse_time = Late("xsrun.timestamps", "parse")

Options = Mapping[str, Any]


class _Quiet:
    """Takes log entries and says nothing."""

    def write(self, value: Any, place: str = "") -> None:
        """Say nothing."""


def execute(options: Options) -> int:
    """Run a job as the options say. Gives back the exit code."""
    output = Output(options["json"], options["quiet"], options["color"])
    try:
        folder, name = find(options["path"], options["job"])
        project = load(folder)
        output.diagnostics(project.diagnostics)
        if project.errors:
            return int(Exit.SOURCE)
        return _run(project, _choose(project, name), options, output)
    except NotFound as fault:
        return output.complain(fault.code, fault.message, fault.help)
    except BadOption as fault:
        return output.complain("usage", fault.message, fault.help)
    except XsError as fault:
        output.diagnostics(fault.diagnostics)
        return int(Exit.USAGE)


def _choose(project: Project, name: str | None) -> Job:
    chosen = project.choose(name)
    if isinstance(chosen, Failure):
        raise NotFound(chosen.message, chosen.help, chosen.code)
    return chosen


def _run(project: Project, job: Job, options: Options, output: Output) -> int:
    given = read_inputs(options["input"], options["input_json"])
    clock, random = _clock(options), _random(options)
    http: Http | None = None
    simulated: dict[str, str] = {}
    if options["simulate"] or options["map"]:
        http, simulated = _simulated_http(options["simulate"], options["map"], clock, random)
    variables = _variables(project, options)
    resolved = resolve(job.env, variables[0], simulated, *variables[1:])
    output.masker = Masker(resolved.values.values())
    if resolved.missing:
        failure = project.missing_env(job, resolved.missing)
        output.failure(failure)
        return int(failure.exit)
    log: Log = _Quiet() if options["quiet"] else StderrLog(sys.stderr, output.log)
    world = real_world(log, resolved.values, http, clock, random)
    return _watch(project, job, given, world, _limits(options), options["timeout"], output)


def _watch(
    project: Project,
    job: Job,
    given: Mapping[str, Any],
    world: World,
    limits: Limits,
    timeout: float | None,
    output: Output,
) -> int:
    """Run, and say what was sent when the run is cut short."""
    recorder = RecordingHttp(world.http)
    try:
        with _deadline(timeout):
            result = run_job(project.loaded, job, given, world._replace(http=recorder), limits)
    except KeyboardInterrupt:
        writes = [each for each in recorder.exchanges if each.writes]
        sent = (
            f"{len(writes)} writing request{'s were' if len(writes) != 1 else ' was'} sent"
            if writes
            else "nothing was written"
        )
        output.failure(Failure("interrupted", f"stopped by the keyboard; {sent}", Exit.INTERRUPTED), recorder.exchanges)
        return int(Exit.INTERRUPTED)
    if result.error is not None:
        output.failure(result.error, result.requests)
        return int(result.error.exit)
    output.result(result.value)
    return int(Exit.DONE)


@contextmanager
def _deadline(seconds: float | None) -> Iterator[None]:
    """Stop the run after a time, wherever it is."""
    if not seconds or seconds <= 0:
        yield
        return

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise LimitFault("limit-time", f"the run took longer than {seconds:g} s", help="raise --timeout")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _variables(project: Project, options: Options) -> tuple[dict[str, str], ...]:
    """Where variables come from, the strongest first: flags, process, ``--env-file``, ``.env`` beside the job."""
    home = Path(project.path)
    beside = (home if home.is_dir() else home.parent) / ".env"
    named = read_env_file(Path(options["env_file"]), True) if options["env_file"] else {}
    return read_variables(options["env"], os.environ), dict(os.environ), named, read_env_file(beside, False)


def _limits(options: Options) -> Limits:
    return Limits() if options["limit"] is None else Limits(turns=max(1, options["limit"]))


def _random(options: Options) -> Random:
    return SystemRandom() if options["seed"] is None else SeededRandom(options["seed"])


def _clock(options: Options) -> Clock:
    if options["now"] is None:
        return SystemClock()
    clock = SystemClock()
    at = int(options["now"]) if options["now"].isdigit() else _parse_time(options["now"], clock.now())
    if at is None:
        raise BadOption(f"--now {options['now']} is no time", "write --now 2026-01-31T12:00:00Z")
    return FixedClock(at)
