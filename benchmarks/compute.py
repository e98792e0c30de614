"""Eight programs against their Python twins, what four times the size costs, and what the step limit costs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from measuring import Bar, Plan, Row, cpu, geometric_mean, in_turn, ratio
from twins import TWINS

import xsrun

PROGRAMS: Final = Path(__file__).parent / "programs"
LINEAR: Final = ("sieve", "wordfreq", "strbuild", "pipeline")


def program(project: xsrun.Project, name: str) -> Callable[[int], Any]:
    """A program as a function of its size. Raises RuntimeError when it fails."""

    def run(size: int) -> Any:
        result = project.call(name, {"size": size})
        if result.error is not None:
            raise RuntimeError(f"{name}: {result.error.message}")
        return result.value

    return run


def compute(plan: Plan) -> list[Row]:
    """CPU time of every program over its twin's, and the geometric mean."""
    project = xsrun.load(PROGRAMS)
    rows = []
    for name, (twin, size) in TWINS.items():
        ours = program(project, name)
        assert ours(size) == twin(size), f"{name} and its twin differ"
        costs = in_turn({"ours": cpu(partial(ours, size)), "twin": cpu(partial(twin, size))}, plan.rounds)
        rows.append(Row("compute", f"{name} {size:,}", ratio(costs["ours"], costs["twin"]), Bar("<=", 6)))
    mean = geometric_mean(row.value for row in rows if row.value is not None)
    return [*rows, Row("compute", "geometric mean of the eight", mean, Bar("<=", 2.3))]


def scaling(plan: Plan) -> list[Row]:
    """CPU time at four times the size over the time at the size: linear work gives 4, the table of lcs 16."""
    project = xsrun.load(PROGRAMS)
    rows = []
    for name in (*LINEAR, "lcs"):
        run, size = program(project, name), TWINS[name][1] // (4 if plan.quick else 1)
        rounds = min(plan.rounds, 3) if name == "lcs" else plan.rounds
        costs = in_turn({"large": cpu(partial(run, 4 * size)), "small": cpu(partial(run, size))}, rounds)
        bar = Bar("<=", 20 if name == "lcs" else 5)
        rows.append(Row("scaling", f"{name} {4 * size:,} / {size:,}", ratio(costs["large"], costs["small"]), bar))
    return rows


def limit(_plan: Plan) -> list[Row]:
    """The step limit on against off."""
    reason = "every loop is compiled with its limit, there is no build without it to compare"
    return [Row("limit", "step limit on / off", None, Bar("<=", 1.05), reason)]
