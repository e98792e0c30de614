"""Runs in a queue and workers that take them, on a PostgreSQL server of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from waiting import PATIENCE, until

from proving.bench import Bench
from proving.processes import NEVER, Death, Running
from xsrun.diagnostics import Exit
from xsrun.engine.rows import UNFINISHED, RunRow
from xsrun.engine.scale.store import journal_at

LEASES: Final = "pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')"
"""Sessions by which workers show that they are alive."""
ALL: Final = "true"
_numbers: Final = count(1)


class Fleet:
    """A database, and the workers of one queue in it."""

    def __init__(self, bench: Bench, database: str) -> None:
        self.bench = bench
        self.database = database
        self.cluster = bench.cluster
        self.engine = self.cluster.url(database)
        self.queue = f"q{next(_numbers)}"
        self.folder = bench.fresh("fleet")
        self.workers: list[Running] = []
        self.journal = journal_at(self.engine, patience=PATIENCE)

    def xsrun(self, *arguments: str) -> Running:
        """A command that ends by itself, over."""
        done = Running(arguments, self.folder, self.bench.environment(self.folder))
        done.wait()
        return done

    def order(self, folder: Path, mark: str, *options: str) -> str:
        """Put a run into the queue. Gives back its id."""
        place = ("--queue", self.queue, "--engine", self.engine, "--id", f"run-{mark}")
        done = self.xsrun(str(folder), *place, *self.bench.mapped, "--input", f"mark={mark}", *options)
        assert done.wait() == Exit.DONE, done.stderr()
        return f"run-{mark}"

    def worker(self, death: Death = NEVER, at_once: int = 1, limits: str = "") -> Running:
        """A worker on the queue."""
        arguments = ("worker", "--queue", f"{self.queue}:{at_once}{limits}", "--engine", self.engine)
        self.workers.append(Running(arguments, self.folder, self.bench.environment(self.folder), death))
        return self.workers[-1]

    def cancel(self, run: str) -> Running:
        """Have a run stop."""
        return self.xsrun("runs", "cancel", run, "--engine", self.engine)

    def run(self, run: str) -> RunRow:
        """How a run stands."""
        found = self.journal.run(run)
        assert found is not None, run
        return found

    def ended(self, run: str, seconds: float = PATIENCE) -> RunRow:
        """A run when it has ended."""
        until(lambda: self.run(run).state not in UNFINISHED, f"{run} has ended", seconds, self.told)
        return self.run(run)

    def cut_leases(self) -> None:
        """End the sessions by which the workers show that they are alive."""
        self.cluster.cut(self.database, LEASES)

    def told(self) -> str:
        """What the workers have written last."""
        return "".join(worker.stderr()[-1000:] for worker in self.workers)

    def close(self) -> None:
        """Have no worker left."""
        for worker in self.workers:
            worker.kill()
        self.journal.store.engine.dispose()


@contextmanager
def fleet(bench: Bench, database: str = "proofs") -> Iterator[Fleet]:
    """A queue of its own in a database, which is made when there is none."""
    bench.have(database)
    made = Fleet(bench, database)
    try:
        yield made
    finally:
        made.close()
