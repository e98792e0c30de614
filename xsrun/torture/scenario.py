"""One scenario: a run under one fault, then what an operator would do about it, and what came of it all."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from xsrun.data.tables import Table
from xsrun.diagnostics import Exit
from xsrun.effects.http import HttpxPort
from xsrun.effects.outward import cache_of, database_of, files_of
from xsrun.effects.ports import NOWHERE_ELSE, World
from xsrun.engine.dry_run import HurriedClock
from xsrun.engine.history import open_history
from xsrun.engine.rows import RunState
from xsrun.runtime.secrets import Masker
from xsrun.torture.apart import STDERR, Ended, apart
from xsrun.torture.faults import NO_FAULT, Trial
from xsrun.torture.port import StagePort
from xsrun.torture.stage import OtherSide, Seen

ROUNDS: Final = 4
"""How often an operator takes up a run that did not end."""
EXECUTE: Final = "execute"
RESUME: Final = "resume"
RESOLVE: Final = "resolve"
NEXT: Final = {RunState.INTERRUPTED: RESUME, RunState.UNKNOWN: RESOLVE}
"""What an operator types about a run in a state."""
STATE: Final = "state"
CASSETTE: Final = "cassette.jsonl"
POINTS: Final = "points"
RESUMED: Final = "points-of-resume"
AFTERWARDS: Final = Trial(NO_FAULT, 0)


Watch = Callable[[str], None]
"""Is told each point that a write passes."""


class Act(Protocol):
    """Does, in this process, what a command of xsrun does with the job; gives back the exit code."""

    def __call__(self, command: str, folder: Path, staged: Callable[[World], World], watch: Watch) -> int:
        """Carry a command out; what it writes besides the journal goes to files in the folder."""
        ...


class Bench(NamedTuple):
    """What all scenarios of a job share."""

    act: Act
    other: OtherSide
    masker: Masker
    """Knows the secrets of the job."""
    folder: Path
    """Where scenarios have their folders."""
    deadline: float
    """Seconds that a command may take."""


class Step(NamedTuple):
    """A command and how it ended."""

    command: str
    ended: Ended


class Played(NamedTuple):
    """What came of a scenario."""

    steps: tuple[Step, ...]
    seen: Seen
    points: Counter[str]
    """How often each point was passed by the first command."""
    resumed: Counter[str]
    """The same of the first one that took the run up."""
    leaks: tuple[str, ...]
    """Where a secret stands."""
    stderr: str
    """Masked."""

    @property
    def exit(self) -> int:
        """The exit code of the last command that ran the job."""
        return next(step.ended.exit for step in reversed(self.steps) if step.command != RESOLVE)


def play(bench: Bench, trial: Trial) -> Played:
    """Run the job under a fault and take it up until nothing more can be done."""
    folder = bench.folder / "scenario"
    folder.mkdir()
    try:
        bench.other.begin(trial.plan)
        steps = [_step(bench, folder, EXECUTE, trial, _watch(folder / POINTS, trial.fault.point, trial.at))]
        bench.other.calm()
        steps += _operated(bench, folder, steps[0], trial)
        if trial.again:
            steps.append(_step(bench, folder, EXECUTE))
        stderr = (folder / STDERR).read_text(encoding="utf-8", errors="replace")
        seen = Seen(bench.other.snapshot())
        points = _points(folder / POINTS), _points(folder / RESUMED)
        return Played(tuple(steps), seen, *points, tuple(_leaks(bench, folder)), bench.masker.text(stderr))
    finally:
        shutil.rmtree(folder)


def _tables(world: World) -> Iterator[Table]:
    """The tables of a world, which are looked at when there is something to do with them."""
    yield from world.database.catalog.tables.values()


def _operated(bench: Bench, folder: Path, first: Step, trial: Trial) -> Iterator[Step]:
    """What follows upon the first command."""
    last = first
    watch = _watch(folder / RESUMED, trial.resume, 1)
    for _ in range(ROUNDS):
        state = _state(folder)
        killed = last.ended.signal == signal.SIGKILL
        command = NEXT.get(RunState(state)) if state else EXECUTE if killed else None
        if command is None or last.ended.hung:
            return
        last = _step(bench, folder, command, watch=watch if command == RESUME else _unwatched)
        watch = _unwatched if command == RESUME else watch
        yield last
        if command == RESOLVE and last.ended.exit:
            return


def _state(folder: Path) -> str:
    """How the newest run stands, ``""`` when the journal knows of none."""
    journal = open_history(str(folder / STATE / "xsrun"))
    try:
        return next((run.state for run in journal.runs("", 1)), "")
    finally:
        journal.close()


def _unwatched(_point: str) -> None:
    return


def _step(bench: Bench, folder: Path, command: str, trial: Trial = AFTERWARDS, watch: Watch = _unwatched) -> Step:
    environment = {"XDG_STATE_HOME": str(folder / STATE), "no_proxy": "*"}

    def staged(world: World) -> World:
        port = StagePort(HttpxPort(), bench.other.url, trial)
        return world._replace(
            http=port,
            clock=HurriedClock(world.clock),
            files=files_of(str(folder)),
            cache=cache_of(str(folder), world.clock),
            database=database_of(str(folder), _tables(world)),
            elsewhere=NOWHERE_ELSE,
        )

    ended = apart(lambda: bench.act(command, folder, staged, watch), folder, environment, bench.deadline)
    return Step(command, ended)


def _watch(notes: Path, deadly: str, times: int) -> Watch:
    """Note the points that writes pass, and die at one of them when it is passed for the n-th time."""
    passed = count(1)

    def watch(point: str) -> None:
        with open(notes, "a", encoding="utf-8") as points:
            points.write(f"{point}\n")
        if point == deadly and next(passed) == times:
            os.kill(os.getpid(), signal.SIGKILL)

    return watch


def _points(points: Path) -> Counter[str]:
    return Counter(points.read_text(encoding="utf-8").split() if points.exists() else ())


def _leaks(bench: Bench, folder: Path) -> Iterable[str]:
    """The files of a scenario that hold a secret in any shape, and the journal where it is packed."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and _holds(bench.masker, file.read_bytes().decode("utf-8", "replace")):
            yield str(file.relative_to(folder))
    journal = open_history(str(folder / STATE / "xsrun"))
    try:
        for run in journal.runs():
            if _holds(bench.masker, repr((run, journal.steps(run.id)))):
                yield "journal"
    finally:
        journal.close()


def _holds(masker: Masker, text: str) -> bool:
    return masker.text(text) != text


def to_be_killed(trial: Trial, played: Played) -> list[Step]:
    """The commands that a trial kills: the first one, the first that takes the run up, both or none."""
    resumes = [step for step in played.steps if step.command == RESUME]
    return [*(played.steps[:1] if trial.fault.point else ()), *(resumes[:1] if trial.resume else ())]


def crashed(step: Step, killed: Iterable[Step]) -> bool:
    """Whether a command ended as it never should: by a fault of xsrun, or by a signal that nobody sent."""
    meant = any(step is each for each in killed)
    return step.ended.exit == Exit.INTERNAL or (step.ended.signal != 0 and not meant and not step.ended.hung)
