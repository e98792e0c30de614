"""``--trace``, and the statements of ``xsrun runs show``."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from xsrun.cli.output import Output
from xsrun.cli.rehearsal import stand_ins
from xsrun.differences import unified
from xsrun.effects.memory import memory_world
from xsrun.effects.ports import World
from xsrun.engine.chance import DerivedRandom
from xsrun.engine.replay import Replay
from xsrun.engine.rows import RunRow, StepRow
from xsrun.engine.unpacked import unpacked
from xsrun.engine.vault import Vault
from xsrun.engine.world import Door, through
from xsrun.executable import Executable, executable
from xsrun.fix import applied
from xsrun.formatting import formatted
from xsrun.program import Plan
from xsrun.runtime.frame import Limits
from xsrun.runtime.job import Failure, Result, main_routine, run_job
from xsrun.runtime.run import Loaded
from xsrun.runtime.secrets import Masker
from xsrun.source import Source
from xsrun.tracing.as_test import NoTest
from xsrun.tracing.as_test import as_test as made_test
from xsrun.tracing.text import step_json, step_line
from xsrun.tracing.tracer import Step, Tracer


def traced(loaded: Loaded, world: World, output: Output, run: Callable[[World], Result]) -> Result:
    """Run in a world, and tell every step on stderr."""

    def tell(step: Step) -> None:
        masker = output.masker
        output.line({"type": "trace", **step_json(step, masker)} if output.as_json else step_line(step, masker))

    return followed(loaded, world, tell, run)


def followed(
    loaded: Loaded,
    world: World,
    tell: Callable[[Step], None],
    run: Callable[[World], Result],
    clock: Callable[[], float] = time.perf_counter,
) -> Result:
    """Run in a world, and tell every step with its time by a clock."""
    tracer = Tracer(loaded, tell, clock)
    watched = world.with_layer(lambda each: each._replace(http=tracer.around(each.http)))
    with tracer:
        return run(watched)


RETOLD_SECONDS: Final = 20.0
"""How long a past run may take once more: one that calculated without end does so again."""


class Then:
    """A clock of a past run: as fast as ours, and right whenever something outside was done."""

    def __init__(self, started_at: int) -> None:
        self._begun = time.perf_counter()
        self._started_at = started_at
        self._latest = 0.0
        self._own = threading.local()

    def __call__(self) -> float:
        """Seconds. Functions beside others have a time of their own."""
        ahead: float = getattr(self._own, "ahead", self._latest)
        return time.perf_counter() + ahead

    def passed(self, step: StepRow) -> None:
        """Go on to when a step was answered, never back."""
        if step.answered_at is not None:
            then = self._begun + (step.answered_at - self._started_at) / 1000
            self._own.ahead = self._latest = max(then, self()) - time.perf_counter()


class Again(NamedTuple):
    """A past run, run once more out of the journal."""

    project: Executable
    job: Plan
    steps: list[Step]
    result: Result


def replayed(
    run: RunRow, steps: list[StepRow], files: Mapping[str, str], seconds: float = RETOLD_SECONDS
) -> list[Step]:
    """The statements of a past run; none where its source is not there or does not compile.

    What takes longer than some seconds is not told to its end, and the last step says so.
    """
    again = _again(run, steps, files, seconds)
    if again is None:
        return []
    told = [step for step in again.steps if step.kind != "request"]
    failure = again.result.error
    if failure is not None and failure.code == "limit-time" and told:
        told.append(Step("error", told[-1].at, 0.0, 0, "", f"not told any further: it takes longer than {seconds:g} s"))
    return told


def as_test(run: RunRow, steps: list[StepRow], files: Mapping[str, str]) -> str:
    """The change that adds a test of a past run to the text of its main function. Raises NoTest."""
    again = _again(run, steps, files)
    if again is None or again.job.main is None:
        raise NoTest("the source of the run is not there, or does not compile")
    routine = main_routine(again.project.program, again.job.main)
    source = again.project.program.sources[routine.source]
    failure = again.result.error
    ended = again.result.value, failure.message if failure else ""
    given = {**again.job.main.input, **run.input}
    edits = made_test(f"run {run.id}", source, routine.name, given, again.steps, ended)
    made = formatted(Source(source.name, applied(source.text, edits)))
    return unified(source.name, source.text, made.after or made.source.text)


def _main_began_at(run: RunRow) -> int:
    """When its statements began, as far as that is known: behind what made it ready."""
    times: dict[str, float] = json.loads(run.report).get("times", {}) if run.report and run.attempts == 1 else {}
    return run.started_at + round(1000 * times.get("boot", 0.0))


def _again(
    run: RunRow, steps: list[StepRow], files: Mapping[str, str], seconds: float = RETOLD_SECONDS
) -> Again | None:
    if not files or not run.attempts:  # it waits, and has reached nothing
        return None
    project = executable(unpacked(run, files))
    job = project.choose(run.job)
    if project.errors or isinstance(job, Failure):
        return None
    env = stand_ins(job.env)
    clock = Then(_main_began_at(run))
    door = Door(lambda: Replay(steps, Vault(env, Masker(())), clock.passed))
    chance = run.seed or b""
    world = through(
        memory_world(env=env), door, lambda strand: DerivedRandom(chance, strand), lambda each, _door, _strand: each
    )
    told: list[Step] = []
    limits = Limits(seconds=seconds)
    result = followed(
        project.loaded, world, told.append, lambda each: run_job(project.loaded, job, run.input, each, limits), clock
    )
    return Again(project, job, told, result)
