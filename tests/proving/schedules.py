"""Two schedulers on the same ticks, one of which is killed; each tick is done once."""

from __future__ import annotations

from collections.abc import Iterator

from proving.bench import Bench
from proving.fleet import fleet
from proving.processes import Running, until
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


def two_schedulers(bench: Bench, quick: bool) -> Iterator[Trial]:
    """A task every second, two schedulers in processes of their own, and two workers; one scheduler is killed."""
    ticks = 4 if quick else 20
    mark, folder = bench.mark(), bench.fresh("schedule")
    (folder / "tick.xs").write_text(TASK.replace("MARK", mark), encoding="utf-8")
    with fleet(bench) as group:
        for _ in range(2):
            group.worker(at_once=4)
        place = ("--engine", group.engine, "--queue", group.queue, *bench.mapped[:2])
        environments = [bench.environment(bench.fresh("scheduler")) for _ in range(2)]
        both = [Running(("schedule", str(folder), *place), folder, each) for each in environments]
        try:
            until(lambda: _done(bench, mark) >= ticks // 2, "ticks are done", told=both[0].stderr)
            both[0].kill()
            until(lambda: _done(bench, mark) >= ticks, "ticks are done with one scheduler", told=both[1].stderr)
        finally:
            for each in both:
                each.kill()
        runs = [run for run in group.journal.runs() if run.job == "task tick" or "tick" in run.job]
        ended = [group.ended(run.id) for run in runs]
        started = [run.id for run in ended]
        yield kept(
            f"{len(runs)} ticks, two schedulers, one killed",
            (len({*started}) == len(runs) >= ticks, f"{len(runs)} runs"),
            (_done(bench, mark) == len(runs), f"{_done(bench, mark)} ticks were done by {len(runs)} runs"),
            (all(run.attempts == 1 for run in ended), "a tick was done again"),
        )


def _done(bench: Bench, mark: str) -> int:
    return len(bench.receiver.writes(f"/once/{mark}-tick"))
