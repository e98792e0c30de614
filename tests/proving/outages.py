"""The database restarts, is away, or has no room, while a request is under way or a run is being taken over."""

from __future__ import annotations

import time
from collections.abc import Iterator

from disks import why_no_disk
from waiting import until

from proving.bench import Bench
from proving.fleet import fleet
from proving.trials import Skipped, Trial, kept
from proving.workers import FIRST, ONCE, Held
from xsrun.engine.rows import UNFINISHED, RunState

SMALL = "small_disk"
"""The database on a small disk."""


def restarted(bench: Bench, quick: bool) -> Iterator[Trial]:
    """The server restarts as if the power had failed, while a request is under way; all workers lose their leases."""
    for kind in ("keyed",) if quick else ("keyed", "once"):
        with fleet(bench) as group:
            held = Held(group, kind)
            worker = group.worker()
            held.until_sent()
            other = group.worker()
            until(other.stdout, "the other worker is there", told=group.told)
            bench.cluster.restart("immediate")
            held.release()
            row = held.ended()
            yield kept(
                f"immediate restart, {kind}",
                (row.state == RunState.COMPLETE, f"the run is {row.state}: {row.error}; {worker.stderr()[-300:]}"),
                (held.done() == ONCE, f"done {held.done()}"),
            )


def away(bench: Bench, quick: bool) -> Iterator[Trial]:
    """The server is away while a request is answered: none follows until it is back, and the run ends by itself."""
    seconds = 3 if quick else 30
    for kind in ("keyed",) if quick else ("keyed", "once"):
        with fleet(bench) as group:
            held, waiting = Held(group, kind), Held(group, kind)
            worker = group.worker()
            held.until_sent()
            with bench.cluster.away(seconds):
                held.release()
                waiting.release()
                time.sleep(seconds)
                meanwhile = held.sent(), waiting.sent()
            row, next_one = held.ended(), waiting.ended()
            yield kept(
                f"{seconds} s away, {kind}",
                (meanwhile == (["first"], []), f"sent meanwhile: {meanwhile}"),
                (row.state == RunState.COMPLETE, f"the run is {row.state}: {row.error}; {worker.stderr()[-300:]}"),
                (held.done() == ONCE, f"done {held.done()}"),
                (next_one.state == RunState.COMPLETE, f"the waiting run is {next_one.state}: {next_one.error}"),
                (waiting.done() == ONCE, f"done of the waiting run {waiting.done()}"),
            )


def restarted_amid_takeover(bench: Bench, quick: bool) -> Iterator[Trial]:
    """A worker is killed, and the server restarts while the other one takes the run over."""
    for pause in (0.5,) if quick else (0.0, 0.3, 0.6, 0.9, 1.2, 1.5):
        with fleet(bench) as group:
            held = Held(group)
            first = group.worker()
            held.until_sent()
            other = group.worker()
            until(other.stdout, "the other worker is there", told=group.told)
            first.kill()
            time.sleep(pause)
            bench.cluster.restart("immediate")
            held.until_sent(2)
            held.release()
            yield held.judged(f"restart {pause} s after the kill")


def full_disk(bench: Bench, quick: bool) -> Iterator[Trial]:
    """While a request is under way the disk of the database fills up: none follows that the journal cannot tell of."""
    if reason := why_no_disk():
        raise Skipped(reason)
    with bench.cluster.small_disk(64) as disk:
        bench.cluster.create(SMALL, "TABLESPACE small")
        for kind in ("keyed",) if quick else ("keyed", "once"):
            with fleet(bench, SMALL) as group:
                held = Held(group, kind, "--input", "size=2000")
                worker = group.worker()
                held.until_sent()
                disk.fill()
                held.release()
                until(lambda worker=worker: "No space left" in worker.stderr(), "the worker says that there is no room")
                time.sleep(1)
                meanwhile = held.sent()
                disk.free()
                until(lambda held=held: _gone_on(held), "the run has ended", told=group.told)
                # That a request without a key was answered could not be kept: a person has to look.
                expected = (RunState.COMPLETE, ONCE) if kind == "keyed" else (RunState.UNKNOWN, FIRST)
                row = held.ended()
                yield kept(
                    f"disk full, {kind}",
                    (meanwhile == ["first"], f"sent without being kept: {meanwhile}"),
                    ((row.state, held.done()) == expected, f"the run is {row.state}, done {held.done()}"),
                )
        bench.cluster.execute(f"DROP DATABASE {SMALL} WITH (FORCE)")


def _gone_on(held: Held) -> bool:
    """Whether a run has ended; one that was cut short is resumed, as soon as its queue knows of that."""
    state = held.now().state
    if state == RunState.INTERRUPTED:
        held.fleet.xsrun("runs", "resume", held.run, "--engine", held.fleet.engine)
    return state not in (*UNFINISHED, RunState.INTERRUPTED)
