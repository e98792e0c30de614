"""Statements of `debug`: write to the run's log, end the run."""

from __future__ import annotations

from xsrun.builtins.registry import Group, Value
from xsrun.diagnostics import RunStopped
from xsrun.effects.ports import World

debug = Group("debug")


@debug.statement(
    'debug.log { value = "checked" }',
    "debug.log { value = {step: 1, done: false} }",
    instead={"message": "value"},
)
def log(world: World, *, value: Value) -> None:
    """Write a value to the log of the run; the result stays as it is."""
    world.log.write(value)


@debug.statement('debug.stop { value = "enough" }')
def stop(*, value: Value) -> None:
    """End the whole run at once with this value as its result; it is no error."""
    raise RunStopped(value)
