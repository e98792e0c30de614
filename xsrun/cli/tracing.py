"""``--trace``, and the statements of ``xsrun runs show``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from xsrun.cli.output import Output
from xsrun.cli.rehearsal import stand_ins
from xsrun.effects.memory import memory_world
from xsrun.effects.ports import World
from xsrun.engine.chance import DerivedRandom
from xsrun.engine.replay import Replay
from xsrun.engine.rows import RunRow, StepRow
from xsrun.engine.unpacked import unpacked
from xsrun.engine.vault import Vault
from xsrun.engine.world import Door, through
from xsrun.executable import executable
from xsrun.runtime.frame import Limits
from xsrun.runtime.job import Failure, Result, run_job
from xsrun.runtime.run import Loaded
from xsrun.runtime.secrets import Masker
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


def replayed(run: RunRow, steps: list[StepRow], files: Mapping[str, str]) -> list[Step]:
    """The steps of a past run, out of the journal; none where its source is not there or does not compile."""
    if not files:
        return []
    project = executable(unpacked(files, run.source, single=not os.path.isdir(run.path) and len(files) == 1))
    job = project.choose(run.job)
    if project.errors or isinstance(job, Failure):
        return []
    env = stand_ins(job.env)
    door = Door(lambda: Replay(steps, Vault(env, Masker(()))))
    chance = run.seed or b""
    world = through(
        memory_world(env=env), door, lambda strand: DerivedRandom(chance, strand), lambda each, _door, _strand: each
    )
    told: list[Step] = []
    followed(project.loaded, world, told.append, lambda each: run_job(project.loaded, job, run.input, each, Limits()))
    return [step for step in told if step.kind != "request"]
