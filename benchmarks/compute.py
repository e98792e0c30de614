"""Eight programs against their Python twins, what four times the size costs, and what the step limit costs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from measuring import Bar, Plan, Row, cpu, geometric_mean, in_turn, ratio
from twins import TWINS

import xsrun
from xsrun.compile.program import compile_folder
from xsrun.effects.memory import memory_world
from xsrun.project import load_folder
from xsrun.runtime.job import run_function
from xsrun.runtime.run import Loaded

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
        twin, whole = TWINS[name]
        size = whole // (4 if plan.quick else 1)
        rounds = min(plan.rounds, 3) if name == "lcs" else plan.rounds
        growth, of_twin = (_growth(run, size, rounds) for run in (program(project, name), twin))
        bar = Bar("<=", 20 if name == "lcs" else 5)
        rows.append(Row("scaling", f"{name} {4 * size:,} / {size:,}", growth, bar, f"its twin {of_twin:.2f}"))
    return rows


def _growth(run: Callable[[int], Any], size: int, rounds: int) -> float:
    costs = in_turn({"large": cpu(partial(run, 4 * size)), "small": cpu(partial(run, size))}, rounds)
    return ratio(costs["large"], costs["small"])


def limit(plan: Plan) -> list[Row]:
    """The step limit on against off: the programs as always, and compiled without counting."""
    folder = load_folder(str(PROGRAMS))
    counted, free = (Loaded(compile_folder(folder, counted=counted)) for counted in (True, False))
    ratios = []
    for name, (twin, size) in TWINS.items():
        on, off = (partial(_run, loaded, name, size) for loaded in (counted, free))
        assert on() == off() == twin(size), f"{name} differs without its limit"
        costs = in_turn({"on": cpu(on), "off": cpu(off)}, plan.rounds)
        ratios.append(ratio(costs["on"], costs["off"]))
    note = f"{max(ratios):.2f} for the program with the shortest turns"
    return [Row("limit", "step limit on / off, geometric mean", geometric_mean(ratios), Bar("<=", 1.05), note)]


def _run(loaded: Loaded, name: str, size: int) -> Any:
    return run_function(loaded, loaded.program.routine("function", name), {"size": size}, memory_world()).value
