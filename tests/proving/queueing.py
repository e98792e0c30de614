"""What a queue promises: cancelling, limits across processes, poison, the source and version that a run began with."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator

from waiting import until

from proving.bench import Bench
from proving.fleet import fleet
from proving.jobs import write_held
from proving.processes import Death
from proving.trials import Trial, kept
from proving.workers import ONCE, Held
from xsrun.diagnostics import Exit
from xsrun.engine.rows import RunState

BEGUN = "SELECT started_at_epoch_ms FROM dbos.workflow_status WHERE queue_name = '{}' ORDER BY 1"
"""When the runs of a queue were taken, in milliseconds."""
ATTEMPTS = 5
"""After so many a run is given up whose worker died each time."""


def cancelled(bench: Bench, quick: bool) -> Iterator[Trial]:
    """A run is cancelled while its first request is under way, and resumed: that request is not sent again."""
    for kind in ("keyed",) if quick else ("keyed", "once"):
        with fleet(bench) as group:
            held = Held(group, kind)
            group.worker()
            held.until_sent()
            told = group.cancel(held.run)
            held.release()
            row, sent = held.ended(), held.sent()
            until(lambda held=held: _answered(held), "its answer is kept")
            resumed = group.xsrun("runs", "resume", held.run, "--engine", group.engine)
            until(lambda held=held: held.now().state == RunState.COMPLETE, "it is complete", 30)
            yield kept(
                f"cancelled and resumed, {kind}",
                (told.wait() == Exit.DONE, told.stderr()),
                (row.state == RunState.CANCELLED, f"the run is {row.state}"),
                (sent == ["first"], f"sent after it was cancelled: {sent}"),
                (resumed.wait() == Exit.DONE, resumed.stderr()),
                (held.done() == ONCE and len(held.sent()) == 3, f"done {held.done()}, sent {held.sent()}"),
            )


def _answered(held: Held) -> bool:
    steps = held.fleet.journal.steps(held.run)
    return any(step.state == "answered" for step in steps)


def rate_limited(bench: Bench, quick: bool) -> Iterator[Trial]:
    """So many runs begin within so many seconds, however many workers there are."""
    limit, period = 3, 2.0
    with fleet(bench) as group:
        begun = [Held(group) for _ in range(limit * (3 if quick else 6))]
        for each in begun:
            each.release()
        for _ in range(2):
            group.worker(at_once=len(begun), limits=f",rate={limit}/{period:g}")
        ended = [each.ended() for each in begun]
        starts = [at / 1000 for (at,) in group.cluster.execute(BEGUN.format(group.queue), group.database)]
        # One more than allowed, and how long it took from the first of them to the last.
        crowds = [late - early for early, late in zip(starts, starts[limit:], strict=False) if late - early < period]
        yield kept(
            f"{limit} in {period:g} s, two workers",
            (all(row.state == RunState.COMPLETE for row in ended), "a run did not end well"),
            (not crowds, f"{limit + 1} within {crowds}"),
        )


def poison(bench: Bench, quick: bool) -> Iterator[Trial]:
    """A run whose worker dies each time is given up, and listed; another one in the queue is done."""
    with fleet(bench) as group:
        held = Held(group)
        deaths = 0
        while held.now().state in (RunState.QUEUED, RunState.RUNNING) and deaths < 2 * ATTEMPTS:
            worker = group.worker(Death("before-intent"))
            until(
                lambda worker=worker: not worker.alive or _given_up(held), "the worker dies or the run is given up", 60
            )
            deaths += not worker.alive
            worker.kill()
        listed = group.xsrun("runs", "list", "--json", "--state", RunState.GIVEN_UP, "--engine", group.engine)
        names = [each["id"] for each in json.loads(listed.stdout() or "[]")]
        other = Held(group)
        other.release()
        group.worker()
        yield kept(
            "a run that kills its worker",
            (held.now().state == RunState.GIVEN_UP, f"the run is {held.now().state}"),
            (deaths == ATTEMPTS, f"it was begun {deaths} times"),
            (held.run in names, f"listed: {names}"),
            (other.ended().state == RunState.COMPLETE, "another run was not done"),
            (held.sent() == [], f"sent {held.sent()}"),
        )


def _given_up(held: Held) -> bool:
    return held.now().state == RunState.GIVEN_UP


def edited(bench: Bench, quick: bool) -> Iterator[Trial]:
    """The folder is edited, or gone, while a run is under way and before one begins: both do what was ordered."""
    for gone in (False, True):
        with fleet(bench) as group:
            held, waiting = Held(group), Held(group)
            first = group.worker()
            held.until_sent()
            for each in (held, waiting):
                shutil.rmtree(each.folder)
                if not gone:
                    write_held(each.folder, "once")
            waiting.release()
            first.kill()
            group.worker()
            held.until_sent(2)
            held.release()
            waiting.ended()
            yield held.judged(
                f"the folder is {'gone' if gone else 'edited'}",
                (waiting.done() == ONCE, f"the waiting run did {waiting.done()}"),
            )


def other_version(bench: Bench, quick: bool) -> Iterator[Trial]:
    """A worker of another effects version leaves a run alone; one of its own does it."""
    with fleet(bench) as group:
        held = Held(group)
        held.release()
        group.worker(Death("other-effects"))
        begun = time.monotonic()
        while time.monotonic() - begun < (3 if quick else 15) and held.now().state == RunState.QUEUED:
            time.sleep(0.2)
        waited = held.now().state == RunState.QUEUED
        group.worker()
        yield held.judged("effects version raised", (waited, "a worker of another version took it"), attempts=1)
