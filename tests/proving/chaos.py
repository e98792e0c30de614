"""Many alerts, four workers, a kill every second, restarts of the database: each alert pages once, in its order."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from waiting import PATIENCE

from proving.bench import Bench
from proving.fleet import Fleet, fleet
from proving.trials import Outcome, Trial
from xsrun.cli.output import Output
from xsrun.cli.queueing import Queued
from xsrun.engine.orders import Order, Place
from xsrun.engine.rows import UNFINISHED, RunState

WORKERS: Final = 4
AT_ONCE: Final = 4
EVERY: Final = 1.0
"""Seconds between two kills, or as long as it takes until all workers are up again."""
RESTART: Final = 2
"""Kills between two restarts of the database."""
OF_A_KEY: Final = 20
"""Alerts with the same key, which page one after the other."""
JOB: Final = """run.job "Page" {
  main = {name: "page"}
}
---
function "page" {
  input {
    text alert
  }
  stack {
    foreach (["read", "keyed"]) {
      each as $kind {
        api.request {
          url = "https://other.example.com/" ~ $kind ~ "/" ~ $input.alert ~ "?slow=0.05"
          method = ($kind == "read") ? "GET" : "POST"
          params = {alert: $input.alert, chance: ("x"|uuid)}
          headers = ["Idempotency-Key: " ~ $input.alert]
        } as $answer
        precondition ($answer.response.status == 200) { error = "refused" }
      }
    }
  }
  response = $input.alert
}
"""


class Storm:
    """What happens to the workers and the database of a fleet, in a thread of its own."""

    def __init__(self, group: Fleet, kills: int, restarts: int) -> None:
        self.kills = self.restarts = 0
        self._group = group
        self._most, self._wanted = kills, restarts
        self._over = threading.Event()
        self._workers = [group.worker(at_once=AT_ONCE) for _ in range(WORKERS)]
        self._chance = random.Random(1)
        self._thread = threading.Thread(target=self._blow)

    def __enter__(self) -> Storm:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _blow(self) -> None:
        while not self._over.wait(EVERY) and self.kills < self._most:
            if not all(worker.stdout() for worker in self._workers):
                continue  # On a machine that is busy with other things a worker takes longer to come up.
            at = self._chance.randrange(WORKERS)
            self._workers[at].kill()
            self.kills += 1
            self._workers[at] = self._group.worker(at_once=AT_ONCE)
            if self.restarts < self._wanted and self.kills % RESTART == 0:
                self._group.cluster.restart("immediate")
                self.restarts += 1


def chaos(bench: Bench, quick: bool) -> Iterator[Trial]:
    """As many alerts as the bench says, 1,000 if nobody else did; or 40."""
    return storm(bench, 40, kills=3, restarts=1) if quick else storm(bench, bench.alerts)


def storm(bench: Bench, alerts: int, kills: int = 10_000, restarts: int = 2) -> Iterator[Trial]:
    """One trial an alert, and one for their order."""
    mark, folder = bench.mark(), bench.fresh("chaos")
    (folder / "run.xs").write_text(JOB, encoding="utf-8")
    keys = [f"{mark}-{at // OF_A_KEY}" for at in range(alerts)]
    names = [f"{key}-{at % OF_A_KEY}" for at, key in enumerate(keys)]
    with fleet(bench, "chaos") as group:
        _order(bench, group, folder, names, keys)
        begun = time.monotonic()
        with Storm(group, kills, restarts) as blown:
            states = _all_ended(group, mark)
        took = time.monotonic() - begun
    calls = bench.receiver.writes(f"/keyed/{mark}-")
    done = bench.receiver.effects(f"/keyed/{mark}-")
    for name in names:
        state = states.get(f"run-{name}", "unknown to the journal")
        yield _judged(name, done[name], state)
    wrong = out_of_order([each.name for each in calls])
    figures = f"{blown.kills} kills, {blown.restarts} restarts, {len(calls) - alerts} calls repeated, {took:.0f} s"
    title = f"order of {len(set(keys))} keys"
    yield Trial(title, Outcome.OTHER, ", ".join(wrong[:8])) if wrong else Trial(title, detail=figures)


def _order(bench: Bench, group: Fleet, folder: Path, names: list[str], keys: list[str]) -> None:
    host, url = bench.mapped[1].split("=")
    engine = Queued(group.engine, {"map": [f"{host}={url}"]}, Output(False, True))
    for name, key in zip(names, keys, strict=True):
        place = Place(group.queue, key=key)
        engine.submit(Order(str(folder), input={"alert": name}, id=f"run-{name}", place=place))
    engine.close()


def _all_ended(group: Fleet, mark: str) -> dict[str, str]:
    """The states of all runs when none of them is under way or waits, or nothing has ended for too long."""
    left, since = -1, time.monotonic()
    while True:
        runs = group.journal.runs(f"run-{mark}-")
        unfinished = sum(run.state in UNFINISHED for run in runs)
        if unfinished != left:
            left, since = unfinished, time.monotonic()
        if not unfinished or time.monotonic() - since > PATIENCE:
            return {run.id: run.state for run in runs}
        time.sleep(0.5)


def _judged(name: str, done: int, state: str) -> Trial:
    if done > 1:
        return Trial(name, Outcome.DOUBLE, f"paged {done} times")
    if state != RunState.COMPLETE:
        return Trial(name, Outcome.OTHER if done else Outcome.LOST, f"the run is {state}")
    return Trial(name, Outcome.EXACT if done else Outcome.SILENT, "" if done else "complete, and did not page")


def out_of_order(calls: list[str]) -> list[str]:
    """The calls that came behind one of a later alert with the same key."""
    newest: dict[str, int] = {}
    wrong = []
    for call in calls:
        key, _, number = call.rpartition("-")
        if int(number) < newest.get(key, 0):
            wrong.append(call)
        newest[key] = max(newest.get(key, 0), int(number))
    return wrong
