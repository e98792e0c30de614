"""kill -9 at every point that a write passes, under every policy: what was done, and how the run went on."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from proving.bench import Bench
from proving.fleet import Fleet, fleet
from proving.jobs import KINDS, NAMES, Kind, write_job
from proving.processes import NEVER, Death, Running
from proving.trials import Outcome, Trial
from xsrun.diagnostics import Exit
from xsrun.engine.effects import State
from xsrun.engine.local import POINTS
from xsrun.engine.rows import RunState

AT_ONCE: Final = 3
"""Trials under way at the same time."""
UNPASSED: Final = {("rows", "before-call")}
"""What a kind of write does not pass: rows and what tells of them are written at once."""


class Ended(NamedTuple):
    """How a run ended when it went on."""

    exit: int
    told: str


class Runner(Protocol):
    """A run that is killed and goes on, on one of the engines."""

    def killed(self, folder: Path, mark: str, death: Death) -> bool:
        """Begin a run; whether it died where it was to."""
        ...

    def goes_on(self) -> Ended:
        """Have the run go on until it ends."""
        ...

    def unclear(self) -> dict[str, str]:
        """The steps of its requests that may have arrived, with what was written."""
        ...

    def resolved(self, *said: str) -> Ended:
        """Say what became of its requests, and have it go on where it can."""
        ...

    def rows(self, mark: str) -> list[str]:
        """The names of the rows it has stored."""
        ...


class Locally:
    """A run of ``xsrun execute``, which goes on with ``xsrun runs resume``."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._folder = bench.folder

    def killed(self, folder: Path, mark: str, death: Death) -> bool:
        self._folder = folder
        done = self._run(str(folder), "--durable", *self._bench.mapped, "--input", f"mark={mark}", death=death)
        return done.wait() == -signal.SIGKILL

    def goes_on(self) -> Ended:
        done = self._run("runs", "resume", "last")
        return Ended(done.wait(), done.stderr())

    def unclear(self) -> dict[str, str]:
        shown = self._run("runs", "show", "last", "--json")
        assert shown.wait() == Exit.DONE, shown.stderr()
        steps = json.loads(shown.stdout())["steps"]
        return {step["name"]: step["title"].rpartition("/")[2] for step in steps if step["state"] == State.SENT}

    def resolved(self, *said: str) -> Ended:
        done = self._run("runs", "resolve", "last", *said)
        assert done.wait() == Exit.DONE, done.stderr()
        return self.goes_on()

    def rows(self, mark: str) -> list[str]:
        file = self._folder / ".xsrun" / "data.sqlite"
        if not file.exists():
            return []
        with sqlite3.connect(file) as connection:
            found = connection.execute("SELECT name FROM item WHERE name LIKE ?", (f"{mark}-%",))
            return [row[0] for row in found]

    def _run(self, *arguments: str, death: Death = NEVER) -> Running:
        return Running(arguments, self._folder, self._bench.environment(self._folder), death)


def locally(bench: Bench, quick: bool) -> Iterator[Trial]:
    """The matrix on the journal in SQLite."""
    for name, kind, death in wanted(quick):
        yield tried(bench, Locally(bench), name, kind, death)


class OnWorkers:
    """A run in a queue, whose worker dies, and that goes on with another one."""

    def __init__(self, group: Fleet) -> None:
        self._group = group
        self._run = ""

    def killed(self, folder: Path, mark: str, death: Death) -> bool:
        self._run = self._group.order(folder, mark, "--db", self._rows)
        return self._group.worker(death).wait() == -signal.SIGKILL

    def goes_on(self) -> Ended:
        if not any(worker.alive for worker in self._group.workers):
            self._group.worker()
        row = self._group.ended(self._run)
        return Ended(Exit.DONE if row.state == RunState.COMPLETE else row.exit or Exit.INTERNAL, row.error or row.state)

    def unclear(self) -> dict[str, str]:
        steps = self._group.journal.steps(self._run)
        return {step.name: step.title.rpartition("/")[2] for step in steps if step.state == State.SENT}

    def resolved(self, *said: str) -> Ended:
        engine = ("--engine", self._group.engine)
        done = self._group.xsrun("runs", "resolve", self._run, *said, *engine)
        assert done.wait() == Exit.DONE, done.stderr()
        if self._group.run(self._run).state == RunState.INTERRUPTED:
            resumed = self._group.xsrun("runs", "resume", self._run, *engine)
            assert resumed.wait() == Exit.DONE, resumed.stderr()
        return self.goes_on()

    def rows(self, mark: str) -> list[str]:
        found = self._group.cluster.execute(f"SELECT name FROM item WHERE name LIKE '{mark}-%'", "rows")
        return [str(row[0]) for row in found]

    @property
    def _rows(self) -> str:
        """Where the rows of tables are."""
        return self._group.cluster.url("rows")


def on_workers(bench: Bench, quick: bool) -> Iterator[Trial]:
    """The matrix on the journal in PostgreSQL, some trials at a time."""
    bench.cluster.create("rows")

    def trial(each: tuple[str, Kind, Death]) -> Trial:
        with fleet(bench) as group:
            return tried(bench, OnWorkers(group), *each)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(trial, wanted(quick))


def wanted(quick: bool) -> list[tuple[str, Kind, Death]]:
    """Every point of every write of every kind; in the short form one of two kinds."""
    if quick:
        return [(name, KINDS[name], Death("call-made", 3)) for name in ("once", "rows")]
    times = range(1, len(NAMES) + 1)
    return [
        (name, kind, Death(point, at))
        for name, kind in KINDS.items()
        for point in POINTS
        for at in times
        if (name, point) not in UNPASSED
    ]


def tried(bench: Bench, runner: Runner, name: str, kind: Kind, death: Death) -> Trial:
    """One run that is killed, goes on, and is judged by what the other side has seen."""
    title = f"{name}, {death.point} of write {death.times}"
    folder, mark = bench.fresh(name), bench.mark()
    write_job(folder, kind)
    if not runner.killed(folder, mark, death):
        return Trial(title, Outcome.OTHER, "it did not pass the point at which it was to be killed")
    ended = runner.goes_on()
    stopped = ended.exit == Exit.UNKNOWN_OUTCOME
    if stopped:
        arrived = _done(bench, runner, kind, mark)
        unclear = {step: arrived[name.removeprefix(f"{mark}-")] for step, name in runner.unclear().items()}
        resumed = runner.resolved(*(f"--{'sent' if came else 'lost'}={step}" for step, came in unclear.items()))
        ended = ended if any(unclear.values()) else resumed
    return judge(title, kind, ended, stopped, _done(bench, runner, kind, mark), _bodies(bench, kind, mark))


def judge(title: str, kind: Kind, ended: Ended, stopped: bool, done: Counter[str], bodies: list[int]) -> Trial:
    """What is said of a run by how often each of its writes was done."""
    twice = [name for name in NAMES if done[name] > 1]
    missing = [name for name in NAMES if not done[name]]
    if twice:
        return Trial(title, Outcome.DOUBLE, f"twice: {twice}")
    if ended.exit == Exit.DONE and missing:
        return Trial(title, Outcome.LOST, f"not done: {missing}")
    if stopped and kind.stops:
        return Trial(title, Outcome.STOPPED)
    if ended.exit != Exit.DONE:
        return Trial(title, Outcome.OTHER, f"exit {ended.exit}: {ended.told[-600:]}")
    if any(different > 1 for different in bodies):
        return Trial(title, Outcome.OTHER, "what was sent again was not what had been sent")
    return Trial(title)


def _done(bench: Bench, runner: Runner, kind: Kind, mark: str) -> Counter[str]:
    """How often each write of a run was done."""
    if not kind.below:
        return Counter(row.removeprefix(f"{mark}-") for row in runner.rows(mark))
    found = (each.name for each in bench.receiver.requests(kind.below) if each.done)
    return Counter(name.removeprefix(f"{mark}-") for name in found if name.startswith(f"{mark}-"))


def _bodies(bench: Bench, kind: Kind, mark: str) -> list[int]:
    """How many different bodies were sent for each write that was sent at all."""
    if not kind.below:
        return []
    bodies: dict[str, set[str]] = {}
    for each in bench.receiver.writes(kind.below):
        if each.name.startswith(f"{mark}-"):
            bodies.setdefault(each.name, set()).add(json.dumps(each.json, sort_keys=True))
    return [len(each) for each in bodies.values()]
