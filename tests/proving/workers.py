"""Two workers and more: killed, frozen and thawed, cut off from their lease, and all after the same runs."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from typing import Final

from waiting import until

from proving.bench import Bench
from proving.fleet import Fleet, fleet
from proving.jobs import HELD_NAMES, write_held
from proving.processes import Death, Running
from proving.trials import Trial, kept
from xsrun.diagnostics import Exit
from xsrun.engine.rows import RunRow, RunState

ONCE: Final = dict.fromkeys(HELD_NAMES, 1)
FIRST: Final = {"first": 1}


class Held:
    """A run in the queue of a fleet whose first request is held at the other side."""

    def __init__(self, fleet: Fleet, kind: str = "keyed", *options: str) -> None:
        self.fleet, self.kind = fleet, kind
        self.receiver = fleet.bench.receiver
        self.folder, self.mark = fleet.bench.fresh("held"), fleet.bench.mark()
        write_held(self.folder, kind)
        self.run = fleet.order(self.folder, self.mark, *options)

    def sent(self) -> list[str]:
        """Which requests have come in, in their order."""
        found = (each.name for each in self.receiver.writes(f"/{self.kind}/{self.mark}-"))
        return [name.removeprefix(f"{self.mark}-") for name in found]

    def until_sent(self, times: int = 1) -> None:
        """Wait until the first request has come in so often."""
        until(
            lambda: self.sent().count("first") >= times,
            f"the first request has come in {times} times",
            told=self.fleet.told,
        )

    def release(self) -> None:
        self.receiver.release(f"{self.mark}-first")

    def done(self) -> dict[str, int]:
        """How often each thing was done."""
        found = self.receiver.effects(f"/{self.kind}/{self.mark}-")
        return {name.removeprefix(f"{self.mark}-"): times for name, times in found.items()}

    def ended(self, seconds: float = 60) -> RunRow:
        return self.fleet.ended(self.run, seconds)

    def now(self) -> RunRow:
        return self.fleet.run(self.run)

    def judged(self, title: str, *demands: tuple[bool, str], attempts: int = 2) -> Trial:
        """What is said of it: done once where it has a key, and for a person to say where it has none."""
        row, done = self.ended(), self.done()
        state, expected = (RunState.COMPLETE, ONCE) if self.kind == "keyed" else (RunState.UNKNOWN, FIRST)
        return kept(
            f"{title}, {self.kind}",
            (row.state == state, f"the run is {row.state}: {row.error}"),
            (done == expected, f"done {done}"),
            (row.attempts == attempts, f"{row.attempts} attempts"),
            *demands,
            stops=self.kind == "once",
        )


def killed(bench: Bench, quick: bool) -> Iterator[Trial]:
    """A worker with several runs under way is killed; the other one takes them over."""
    runs = 3 if quick else 12
    with fleet(bench) as group:
        begun = [Held(group) for _ in range(runs)]
        first = group.worker(at_once=runs)
        for each in begun:
            each.until_sent()
        group.worker(at_once=runs)
        first.kill()
        for each in begun:
            each.until_sent(2)
            each.release()
        for each in begun:
            yield each.judged("a worker is killed")


def frozen(bench: Bench, quick: bool) -> Iterator[Trial]:
    """A worker is frozen, its lease is cut, another one takes the run over, and the first one is thawed."""
    for kind in ("keyed",) if quick else ("keyed", "once"):
        yield _thawed(bench, kind, "thawed when the other one is done", late=True)
        if not quick:
            yield _halted(bench, kind, "before-call")
    if not quick:
        yield _thawed(bench, "keyed", "thawed when the other one is at it", late=False)
    yield _halted_before(bench, "after-intent")
    if not quick:
        yield _halted_before(bench, "before-intent")


def _thawed(bench: Bench, kind: str, title: str, late: bool) -> Trial:
    with fleet(bench) as group:
        held = Held(group, kind)
        first = group.worker()
        held.until_sent()
        first.freeze()
        group.cut_leases()
        group.worker()
        if kind == "keyed":
            held.until_sent(2)
        if late:
            held.release()
            held.ended()
        first.thaw()
        held.release()
        held.ended()
        gone = _stopped(first)
        return held.judged(title, (gone == Exit.DONE, f"the thawed one ended with {gone}: {first.stderr()[-300:]}"))


def _halted(bench: Bench, kind: str, point: str) -> Trial:
    """Frozen behind the last look at the journal: it sends when it is thawed, which a key makes up for."""
    with fleet(bench) as group:
        held, first = _halted_at(group, kind, point)
        held.release()
        group.worker()
        ended = held.ended()
        first.thaw()
        until(lambda: held.done().get("first"), "the thawed one has sent")
        gone = _stopped(first)
        return held.judged(
            f"frozen at {point}",
            (gone == Exit.DONE, f"the thawed one ended with {gone}: {first.stderr()[-300:]}"),
            (held.now() == ended, "the thawed one has changed how the run ended"),
        )


def _halted_before(bench: Bench, point: str) -> Trial:
    """Frozen before the last look at the journal: it does not send, so that even without a key all is done once."""
    with fleet(bench) as group:
        held, first = _halted_at(group, "once", point)
        held.release()
        group.worker()
        ended = held.ended()
        first.thaw()
        gone = _stopped(first)
        return kept(
            f"frozen at {point}, once",
            (ended.state == RunState.COMPLETE, f"the run is {ended.state}: {ended.error}"),
            (held.done() == ONCE, f"done {held.done()}"),
            (gone == Exit.DONE, f"the thawed one ended with {gone}: {first.stderr()[-300:]}"),
            (held.now() == ended, "the thawed one has changed how the run ended"),
        )


def _halted_at(group: Fleet, kind: str, point: str) -> tuple[Held, Running]:
    """A run whose worker has frozen itself at a point, and lost its lease."""
    held = Held(group, kind)
    first = group.worker(Death(point, 1, signal.SIGSTOP))
    until(lambda: first.halted, f"the worker is frozen at {point}")
    group.cut_leases()
    return held, first


def lease_cut(bench: Bench, quick: bool) -> Iterator[Trial]:
    """A worker that is alive loses its lease, while another one takes its runs over, or puts them before it again."""
    for kind in ("once",) if quick else ("keyed", "once"):
        yield _cut(bench, kind, "to the other one", lambda group: group.worker())
    if not quick:
        yield _cut(bench, "keyed", "to itself", _elsewhere)


def _elsewhere(group: Fleet) -> Running:
    """A worker of another queue, which hands over and takes nothing itself."""
    mine, group.queue = group.queue, f"{group.queue}-beside"
    other = group.worker()
    group.queue = mine
    return other


def _cut(bench: Bench, kind: str, title: str, other: Callable[[Fleet], Running]) -> Trial:
    with fleet(bench) as group:
        held = Held(group, kind)
        first = group.worker(at_once=2)
        held.until_sent()
        second = other(group)

        def handed_over() -> bool:
            # Who hands over holds the other lock for a moment, too.
            which = f"pid IN ({_holders(first)}) AND pid NOT IN ({_holders(second)})"
            group.cluster.cut(group.database, which)
            return held.now().attempts == 2

        until(handed_over, "the run has been handed over")
        if kind == "keyed":
            held.until_sent(2)
        held.release()
        held.ended()
        gone = _stopped(first)
        return held.judged(
            f"lease cut, handed over {title}", (gone == Exit.DONE, f"it ended with {gone}: {first.stderr()[-300:]}")
        )


def _holders(worker: Running) -> str:
    """A query for the session that holds the lease of a worker."""
    return (
        "SELECT l.pid FROM pg_locks l JOIN xsrun.worker w ON w.pid = "
        f"{worker.pid} WHERE l.locktype = 'advisory' AND ((l.classid::bigint << 32) | l.objid::bigint)"
        " = hashtextextended('xsrun worker ' || w.id, 0)"
    )


def claims(bench: Bench, quick: bool) -> Iterator[Trial]:
    """Three workers wait for the runs of one that dies: each run goes on with one of them."""
    runs = 3 if quick else 12
    with fleet(bench) as group:
        begun = [Held(group) for _ in range(runs)]
        first = group.worker(at_once=runs)
        for each in begun:
            each.until_sent()
        for _ in range(3):
            group.worker(at_once=runs)
        first.kill()
        for each in begun:
            each.until_sent(2)
            each.release()
        for each in begun:
            row = each.ended()
            yield each.judged(
                "three after the same run",
                (each.sent().count("first") == 2, f"taken up {each.sent().count('first') - 1} times"),
                (row.attempts == 2, f"{row.attempts} attempts"),
            )


def without_lease(bench: Bench, quick: bool) -> Iterator[Trial]:
    """The negative control: where nobody can tell that a worker is gone, its run stands still. Then a lease helps."""
    with fleet(bench) as group:
        held = Held(group)
        first = group.worker(Death("no-lease"))
        held.until_sent()
        group.worker(Death("no-lease"))
        first.kill()
        held.release()
        begun = time.monotonic()
        while time.monotonic() - begun < (5 if quick else 60) and held.now().attempts == 1:
            time.sleep(0.2)
        stood_still = (held.now().state, held.now().attempts) == (RunState.RUNNING, 1)
        group.worker()
        yield held.judged("without a lease", (stood_still, "the run went on although nobody has a lease"))


def drained(bench: Bench, quick: bool) -> Iterator[Trial]:
    """SIGTERM lets a worker end what is under way; a second one leaves it to others."""
    with fleet(bench) as group:
        held = Held(group)
        first = group.worker()
        held.until_sent()
        first.signal(signal.SIGTERM)
        until(lambda: "waiting for" in first.stderr(), "it has heard", 10, group.told)
        held.release()
        gone = first.wait(60)
        yield held.judged("SIGTERM drains", (gone == Exit.DONE, f"it ended with {gone}"), attempts=1)
    with fleet(bench) as group:
        held = Held(group)
        first = group.worker()
        held.until_sent()
        until(lambda: first.signal(signal.SIGTERM) or first.over(0.3), "two SIGTERM end it at once", 20)
        group.worker()
        held.until_sent(2)
        held.release()
        yield held.judged("a second SIGTERM leaves the run to others")


def _stopped(worker: Running) -> int:
    """The exit code of a worker that is told to end, and has nothing left under way."""
    worker.signal(signal.SIGTERM)
    return worker.wait(60)
