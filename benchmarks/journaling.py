"""What the journal costs: CPU time of runs with it less that of the same runs without, a run and an effect."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from typing import Final

from measuring import Bar, Plan, Row

import xsrun
from xsrun.effects.memory import MemoryHttp, memory_world
from xsrun.effects.ports import Response, World
from xsrun.engine.keeper import Keeper, Started
from xsrun.project import load_text
from xsrun.runtime.secrets import Masker

EFFECTS: Final = 50
RUNS: Final = 20
ANSWER: Final = Response(
    201, (("Content-Type", "application/json"),), b'{"incident": {"id": "Q1", "status": "triggered"}}'
)
TEXT: Final = """function "post" {
  input {
    int times
  }
  stack {
    for ($input.times) {
      each as $turn {
        api.request {
          url = "https://api.example.com/incidents"
          method = "POST"
          params = {title: "Database is down", number: $turn}
        } as $answer
      }
    }
  }
}
"""


def journal(plan: Plan) -> list[Row]:
    """Milliseconds of CPU that a run with one request costs more, and what each further request does."""
    project = xsrun.Project(load_text(TEXT, "post.xs"))
    runs = 5 if plan.quick else RUNS
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        one = [_extra(project, 1, runs) for _ in range(plan.rounds)]
        many = [_extra(project, 1 + EFFECTS, runs) for _ in range(plan.rounds)]
        del os.environ["XDG_STATE_HOME"]
    effect = statistics.median(many) - statistics.median(one)
    return [
        Row("journal", "a run with one POST, more CPU", statistics.median(one), Bar("<=", 2), unit="ms"),
        Row("journal", "each further POST, more CPU", effect / EFFECTS, Bar("<=", 0.5), unit="ms"),
    ]


def _extra(project: xsrun.Project, times: int, runs: int) -> float:
    """Milliseconds of CPU a run that the journal costs, the two taken in turn."""
    kept = plain = 0.0
    for _ in range(runs):
        plain += _cpu(lambda: _call(project, times, _world()))
        kept += _cpu(lambda: _kept(project, times))
    return (kept - plain) / runs * 1000


def _kept(project: xsrun.Project, times: int) -> None:
    started = Started(
        "Post", "/post", {}, {"times": times}, project.program.sources, {"key": "0123456789abcdef"},
        Masker(["0123456789abcdef"]), lambda: time.time_ns() // 1_000_000, project.loaded.here, print,
    )  # fmt: skip
    keeper = Keeper(started)
    _call(project, times, keeper.world(_world(), lambda world, _door, _strand: world))
    keeper.end(0, "null")


def _world() -> World:
    return memory_world(http=MemoryHttp(lambda _request: ANSWER))


def _call(project: xsrun.Project, times: int, world: World) -> None:
    result = project.call("post", {"times": times}, world=world)
    assert len(result.requests) == times, "a request was not made"


def _cpu(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
