"""Runs of jobs and tasks at their times: each begun once, none on top of another, and taken up again when cut short."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from typing import Any, Final, NamedTuple

from xsrun.cli.bug import report
from xsrun.diagnostics import Exit
from xsrun.engine.folder import Broken
from xsrun.engine.holding import Held
from xsrun.engine.journal import Journal
from xsrun.engine.orders import Engine, Order, Place, Refused
from xsrun.engine.rows import UNFINISHED, RunRow, RunState
from xsrun.files import make_private, replace
from xsrun.schedule.ticks import Series, due_of, look, run_id, signature
from xsrun.schedule.times import following, latest

LONGEST_WAIT: Final = 10.0
"""Seconds between two looks at the clock, at most: it may be set, or have stood still while the machine slept."""
TAKE_UP: Final = 60.0
"""Seconds between two looks for runs that were cut short."""
MOST_ATTEMPTS: Final = 5
"""Attempts of a run that is taken up by itself."""


class Timed(NamedTuple):
    """A series of runs, and how each is ordered."""

    series: Series
    begins: str
    """How the ids of its runs begin."""
    options: Callable[[str], Mapping[str, Any]]
    """The options of the run with an id."""
    place: Place | None = None


class Tick(NamedTuple):
    """Something that happened to a run of a series."""

    state: str
    """``begun``, ``queued``, ``resumed``, ``skipped``, ``missed``, ``refused``, ``waiting``, ``back``, or its end."""
    timed: Timed
    run: str
    reason: str = ""
    help: str = ""
    code: str = ""
    """Of the failure that kept it from beginning."""


class Seen:
    """Up to where the times of each series are dealt with: a file for each, private to the user.

    Raises Broken where it cannot be written.
    """

    def __init__(self, folder: str, now: Callable[[], int]) -> None:
        self._folder = os.path.join(folder, "schedule")
        self._now = now
        self._known: dict[str, tuple[int, str]] = {}
        """By how ids begin: up to where, and the signature of the times."""

    def of(self, timed: Timed, journal: Journal) -> int:
        """What was kept, or the newest run that there is; now for what is seen for the first time, or was changed."""
        if (known := self._seen(timed)) is None:
            try:
                with open(self._path(timed), encoding="ascii") as file:
                    kept, _, times = file.read().partition(" ")
                seen = int(kept) if times == signature(timed.series) else self._now()
            except (OSError, ValueError):
                newest = next(iter(journal.runs(timed.begins, 1)), None)
                due = due_of(newest.id) if newest else None
                seen = self._now() if due is None else due
            self.keep(timed, seen)
            return seen
        return known

    def may_miss(self, timed: Timed, now: int) -> bool:
        """Whether something may be due."""
        known = self._seen(timed)
        return known is None or now < known or latest(timed.series.times, known, now) is not None

    def keep(self, timed: Timed, seen: int) -> None:
        """Have it known from now on."""
        if self._seen(timed) == seen:
            return
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            make_private(self._path(timed))
            replace(self._path(timed), f"{seen} {signature(timed.series)}".encode())
        except OSError as error:
            raise Broken(error.strerror or str(error), self._folder) from None
        self._known[timed.begins] = seen, signature(timed.series)

    def _seen(self, timed: Timed) -> int | None:
        """What is known of a series with these times."""
        known, times = self._known.get(timed.begins, (0, ""))
        return known if times == signature(timed.series) else None

    def _path(self, timed: Timed) -> str:
        return os.path.join(self._folder, timed.begins.rstrip("-"))


class Scheduler:
    """Begins runs when they are due. ``run`` is to be called in one thread; ``join`` waits for what it began."""

    def __init__(
        self,
        engine: Engine,
        timed: Iterable[Timed],
        seen: Seen,
        now: Callable[[], int],
        tell: Callable[[Tick], None],
        again: Callable[[], list[Timed] | None] = lambda: None,
    ) -> None:
        """``again`` gives what is scheduled now where that has changed, and None where it has not."""
        self._engine = engine
        self._timed = list(timed)
        self._seen = seen
        self._now = now
        self._tell = tell
        self._again = again
        self._woke = now()
        """When it was looked what is due."""
        self._watching: dict[str, threading.Thread] = {}
        self.waiting = False
        """Whether something could not be done at the last look, for want of the journal."""
        self._left: set[str] = set()
        """Runs that cannot be taken up."""
        self.broke = False
        """Whether it ended by a fault of ours."""
        self.failed: int = Exit.DONE
        """The first exit code that tells of a failure, of the runs that have ended or could not begin."""

    def run(self, until: threading.Event) -> None:
        """Begin runs until somebody asks to end, or nothing is due any more."""
        taken_up = -TAKE_UP
        while not until.is_set():
            if time.monotonic() >= taken_up + TAKE_UP:
                taken_up = time.monotonic()
                self.take_up()
            self.wake()
            self.renew()
            due = self.next()
            if due is None and self._timed and not self.waiting:
                return
            until.wait(LONGEST_WAIT if due is None else min(LONGEST_WAIT, max(0, due - self._now()) / 1000))

    def next(self) -> int | None:
        """When the next run is due; None when there is none any more."""
        now = self._now()
        found = [following(each.series.times, now) for each in self._timed]
        return min((each for each in found if each is not None), default=None)

    def wake(self) -> None:
        """Begin what is due now."""
        self._woke = now = self._now()
        self._trying([each for each in self._timed if self._seen.may_miss(each, now)], self._look)

    def renew(self) -> None:
        """Go by the schedules as they are now; one that has changed counts from where the one before it ended."""
        if self.waiting or (found := self._again()) is None:
            return  # what is due still is begun first
        before = {each.begins: each.series.times for each in self._timed}
        self._timed = found
        for each in found:
            if before.get(each.begins) != each.series.times:
                with suppress(Broken):  # it counts from the next look then
                    self._seen.keep(each, self._woke)

    def take_up(self) -> None:
        """Have runs go on whose process died, or was told to end."""
        self._trying(self._timed, self._take_up)

    def join(self) -> None:
        """Wait until the runs have ended that were begun here."""
        for each in list(self._watching.values()):
            each.join()

    def _trying(self, timed: list[Timed], do: Callable[[Timed, Journal], None]) -> None:
        """Do something with the journal for each; what cannot be done now is due still at the next look."""
        failed: tuple[Timed, Broken] | None = None
        if not timed:
            return
        try:
            with closing(self._engine.journal()) as journal:
                for each in timed:
                    try:
                        do(each, journal)
                    except Broken as broken:
                        failed = each, broken
        except Broken as broken:
            failed = timed[0], broken
        if failed and not self.waiting:
            reason = f"the journal cannot be used: {failed[1]}"
            self._tell(Tick("waiting", failed[0], "", reason, "mend it; this is tried again"))
        elif self.waiting and not failed:
            self._tell(Tick("back", timed[0], "", "the journal can be used again"))
        self.waiting = failed is not None

    def _look(self, timed: Timed, journal: Journal) -> None:
        found = look(timed.series, self._seen.of(timed, journal), self._now())
        missed = None if found.missed is None else run_id(timed.begins, found.missed)
        if found.due is not None:
            self._begin(timed, run_id(timed.begins, found.due), missed, journal)
        elif missed is not None:
            self._tell(Tick("missed", timed, missed, "it is too late for it, and catch_up is false"))
        self._seen.keep(timed, found.seen)

    def _begin(self, timed: Timed, run: str, missed: str | None, journal: Journal) -> None:
        if journal.run(run) is not None:
            return  # by another scheduler, or before the clock went back
        before = self._under_way(timed, journal, run)
        if before is not None:
            self._tell(Tick("skipped", timed, run, f"{before} has not ended"))
            return
        series = timed.series
        order = Order(series.path, series.job, series.input, timed.options(run), id=run, place=timed.place)
        try:
            self._engine.submit(order)
        except Refused as refused:
            self._refused(timed, run, refused)
            return
        state = "queued" if timed.place else "begun"
        self._tell(Tick(state, timed, run, f"those from {missed} on were missed" if missed else ""))
        self._watch(timed, run)

    def _under_way(self, timed: Timed, journal: Journal, run: str) -> str | None:
        """A run of the series beside this one that has not ended, where that keeps it from beginning."""
        if timed.series.overlap:
            return None
        found = (each.id for each in _unended(journal, timed, *UNFINISHED) if each.id != run)
        return next(found, None)

    def _take_up(self, timed: Timed, journal: Journal) -> None:
        for each in _unended(journal, timed, RunState.INTERRUPTED):
            if each.exit == Exit.LIMIT or each.seed is None or each.id in self._left:
                continue
            if self._under_way(timed, journal, each.id) is not None:
                return
            if self._is_watched(each.id):
                return  # how it ended is said first
            if each.attempts >= MOST_ATTEMPTS:
                journal.set_state(each.id, RunState.GIVEN_UP, RunState.INTERRUPTED)
                help = f"look with xsrun runs show {each.named}"
                self._tell(Tick(RunState.GIVEN_UP, timed, each.id, f"it was cut short {each.attempts} times", help))
                continue
            try:
                self._engine.resume(each.id)
            except Held:
                continue  # another scheduler was first
            except Refused as refused:
                self._left.add(each.id)
                self._refused(timed, each.id, refused)
                continue
            self._tell(Tick("resumed", timed, each.id, f"attempt {each.attempts + 1}"))
            self._watch(timed, each.id)

    def _refused(self, timed: Timed, run: str, refused: Refused) -> None:
        failure = refused.failure
        self.failed = self.failed or failure.exit
        self._tell(Tick("refused", timed, run, failure.message, failure.help, failure.code))

    def _watch(self, timed: Timed, run: str) -> None:
        """Say how a run ended when it has; a worker says it of one in a queue."""
        if timed.place:
            return

        def watch() -> None:
            try:
                self._ended(timed, run, self._engine.wait(run))
            except Broken as broken:
                reason = f"how it ended is not known: {broken}"
                self._tell(Tick("waiting", timed, run, reason, "look with xsrun runs list"))
            except Exception as bug:  # the top of a thread: a fault of ours becomes a report
                report(bug)

        self._watching = {each: thread for each, thread in self._watching.items() if thread.is_alive()}
        self._watching[run] = threading.Thread(target=watch, daemon=True)
        self._watching[run].start()

    def _is_watched(self, run: str) -> bool:
        return run in self._watching and self._watching[run].is_alive()

    def _ended(self, timed: Timed, run: str, ended: RunRow | None) -> None:
        if ended is None:
            return  # somebody has had it forgotten
        done = Exit.DONE if ended.state == RunState.COMPLETE else Exit.FAILED
        self.failed = self.failed or (done if ended.exit is None else ended.exit)
        self._tell(Tick(ended.state, timed, run, f"exit {ended.exit}" if ended.exit else ""))


def _unended(journal: Journal, timed: Timed, *states: str) -> list[RunRow]:
    """The runs of a series in some states, the oldest first."""
    return journal.runs(timed.begins, states=states)[::-1]
