"""How things stand: runs by state, how many go through in a minute, who waits, and who works on what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from xsrun.engine.finding import Wanted, counts, ended_since
from xsrun.engine.journal import Journal
from xsrun.engine.rows import RunRow, RunState

MINUTE: Final = 60_000


class Queue(NamedTuple):
    """A queue, and how many runs are in it."""

    name: str
    waiting: int
    """That could begin."""
    delayed: int
    """That are to begin later."""
    running: int
    worker_limit: int | None = None
    """How many may go on at once on a worker; None for any number."""
    limit: int | None = None
    """The same on all workers."""
    rate: tuple[int, float] | None = None
    """How many may begin within how many seconds."""


class Worker(NamedTuple):
    """Somebody who works on runs."""

    name: str
    host: str
    pid: int
    queues: tuple[str, ...]
    seen_at: int | None
    """Its last sign of life; None where none is needed."""
    runs: tuple[str, ...]


class Standing(NamedTuple):
    """How things stand at a time; times are milliseconds since 1970 UTC."""

    at: int
    states: Mapping[str, int]
    """How many runs there are, by state."""
    begun: int
    """Runs that were ordered or began within the last minute."""
    ended: Mapping[str, int]
    """Those that ended within it, by state."""
    oldest: RunRow | None
    """The run that has waited longest."""
    queues: tuple[Queue, ...]
    workers: tuple[Worker, ...]


def standing(journal: Journal, now: int) -> Standing:
    """How things stand on this machine: its workers are the processes that run something. Raises Broken."""
    waiting = journal.select("WHERE state = ? ORDER BY started_at, id LIMIT 1", RunState.QUEUED)
    return Standing(
        at=now,
        states=counts(journal, Wanted()),
        begun=sum(counts(journal, Wanted(since=now - MINUTE)).values()),
        ended=ended_since(journal, now - MINUTE),
        oldest=next(iter(waiting), None),
        queues=(),
        workers=_processes(journal),
    )


def _processes(journal: Journal) -> tuple[Worker, ...]:
    runs: dict[int, list[str]] = {}
    for pid, run in journal.rows("SELECT pid, id FROM run WHERE state = ? ORDER BY id", (RunState.RUNNING,)):
        runs.setdefault(int(pid), []).append(str(run))
    return tuple(Worker(f"process {pid}", "", pid, (), None, tuple(found)) for pid, found in sorted(runs.items()))
