"""Two schedulers on the same ticks, one of which is killed, or has another clock; each tick is done once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from waiting import until

from proving.bench import Bench
from proving.fleet import Fleet, fleet
from proving.processes import Running
from proving.trials import Trial, kept

TASK = """task "tick" {
  stack {
    api.request {
      url = "https://other.example.com/once/MARK-tick?slow=0.1"
      method = "POST"
    } as $answer
    precondition ($answer.response.status == 200) { error = "refused" }
  }
  schedule = [{starts_on: 2026-01-01 00:00:00+0000, freq: 1}]
}
"""


AHEAD = 3.0
"""Seconds by which a clock is wrong."""


class Ticking:
    """A task every second, two workers, and schedulers in processes of their own."""

    def __init__(self, bench: Bench, group: Fleet) -> None:
        self._bench, self._group = bench, group
        self._mark, self._folder = bench.mark(), bench.fresh("schedule")
        (self._folder / "tick.xs").write_text(TASK.replace("MARK", self._mark), encoding="utf-8")
        for _ in range(2):
            group.worker(at_once=4)

    @contextmanager
    def scheduler(self, ahead: float = 0.0) -> Iterator[Running]:
        """A scheduler whose clock is wrong by so many seconds, for as long as the block lasts."""
        group, folder = self._group, self._folder
        place = ("--engine", group.engine, "--queue", group.queue, *self._bench.mapped[:2])
        clock = ("--now", str(int((time.time() + ahead) * 1000))) if ahead else ()
        environment = self._bench.environment(self._bench.fresh("scheduler"))
        running = Running(("schedule", str(folder), *place, *clock), folder, environment)
        try:
            yield running
        finally:
            running.kill()

    def until(self, ticks: int, running: Running) -> None:
        """Wait until so many ticks are done."""
        until(lambda: self._done() >= ticks, f"{ticks} ticks are done", told=running.stderr)

    def judged(self, title: str, ticks: int) -> Trial:
        """What is said of it: each run did one tick, once, and there were enough."""
        begun = [run for run in self._group.journal.runs() if run.path.startswith(str(self._folder))]
        ended = [self._group.ended(run.id) for run in begun]
        runs = len(ended)
        return kept(
            f"{runs} ticks, {title}",
            (len({run.id for run in ended}) == runs >= ticks, f"{runs} runs"),
            (self._done() == runs, f"{self._done()} ticks were done by {runs} runs"),
            (all(run.attempts == 1 for run in ended), "a tick was done again"),
        )

    def _done(self) -> int:
        return len(self._bench.receiver.writes(f"/once/{self._mark}-tick"))


def two_schedulers(bench: Bench, quick: bool) -> Iterator[Trial]:
    """One of two schedulers is killed."""
    ticks = 4 if quick else 20
    with fleet(bench) as group:
        ticking = Ticking(bench, group)
        with ticking.scheduler() as first, ticking.scheduler() as second:
            ticking.until(ticks // 2, first)
            first.kill()
            ticking.until(ticks, second)
        yield ticking.judged("two schedulers, one killed", ticks)


def differing_clocks(bench: Bench, quick: bool) -> Iterator[Trial]:
    """The clock of one of two schedulers is ahead; then it is set back, and goes through the same times once more."""
    ticks = 6 if quick else 20
    with fleet(bench) as group:
        ticking = Ticking(bench, group)
        with ticking.scheduler() as right:
            with ticking.scheduler(AHEAD) as ahead:
                ticking.until(ticks // 2, ahead)
            with ticking.scheduler(-AHEAD):
                ticking.until(ticks, right)
        yield ticking.judged("a clock that is ahead and is set back", ticks)
