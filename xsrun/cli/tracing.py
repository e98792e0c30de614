"""``--trace``, and the statements of ``xsrun runs show``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

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


def followed(loaded: Loaded, world: World, tell: Callable[[Step], None], run: Callable[[World], Result]) -> Result:
    """Run in a world, and tell every step."""
    tracer = Tracer(loaded, tell)
    watched = world.with_layer(lambda each: each._replace(http=tracer.around(each.http)))
    with tracer:
        return run(watched)


class Again(NamedTuple):
    """A past run, run once more out of the journal."""

    project: Executable
    job: Plan
    steps: list[Step]
    result: Result


def replayed(run: RunRow, steps: list[StepRow], files: Mapping[str, str]) -> list[Step]:
    """The statements of a past run; none where its source is not there or does not compile."""
    again = _again(run, steps, files)
    return [step for step in again.steps if step.kind != "request"] if again else []


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


def _again(run: RunRow, steps: list[StepRow], files: Mapping[str, str]) -> Again | None:
    if not files:
        return None
    project = executable(unpacked(run, files))
    job = project.choose(run.job)
    if project.errors or isinstance(job, Failure):
        return None
    env = stand_ins(job.env)
    door = Door(lambda: Replay(steps, Vault(env, Masker(()))))
    chance = run.seed or b""
    world = through(
        memory_world(env=env), door, lambda strand: DerivedRandom(chance, strand), lambda each, _door, _strand: each
    )
    told: list[Step] = []
    result = followed(
        project.loaded, world, told.append, lambda each: run_job(project.loaded, job, run.input, each, Limits())
    )
    return Again(project, job, told, result)
