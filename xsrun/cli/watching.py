"""``xsrun runs watch``: one run while it goes on, or the newest of all: lines in a pipe, a picture on a terminal."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from typing import Any, Final, NamedTuple

from xsrun.cli.journals import Kept
from xsrun.cli.output import show
from xsrun.diagnostics import Exit
from xsrun.engine.finding import Wanted, search
from xsrun.engine.history import NoRun
from xsrun.engine.rows import UNFINISHED, RunRow, StepRow
from xsrun.engine.views import iso, outcome_line, run_summary, step_details
from xsrun.late import Late
from xsrun.render import span, visible

_live: Callable[..., Any] = Late("rich.live", "Live")
_text: Callable[..., Any] = Late("rich.text", "Text")

PAUSE: Final = 0.2
"""Seconds between two looks into the journal."""
NEWEST: Final = 20
"""Runs that are shown of all, and steps of one on a terminal."""
MOST: Final = 10_000
"""Runs that may begin between two looks."""
LATE: Final = 2_000
"""Milliseconds that something may come into the journal after its time."""


class Look(NamedTuple):
    """What a look into the journal shows."""

    runs: list[RunRow]
    """Those that may stand otherwise than at the look before, the oldest first."""
    steps: list[StepRow]
    """Those that stand otherwise than at the look before, in their order."""

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return all(run.state not in UNFINISHED for run in self.runs)


def watch_run(kept: Kept, id: str, as_json: bool) -> int:
    """Show what a run does until it has ended; gives back its exit code. Raises NoRun and Broken."""
    for look in _shown(_looks_at(kept, id), as_json):
        if look.over:
            exit = look.runs[0].exit
            return Exit.INTERRUPTED if exit is None else exit
    raise AssertionError("a run is looked at until it has ended")


def watch_runs(kept: Sequence[Kept], wanted: Wanted, as_json: bool) -> int:
    """Show the newest runs that are looked for, and how they stand, until Ctrl-C. Raises Broken."""
    try:
        for _ in _shown(_looks_around(kept, wanted), as_json):
            pass
    except KeyboardInterrupt:
        return Exit.DONE
    raise AssertionError("there is no end to what may come")


def _looks_at(kept: Kept, id: str) -> Iterator[Look]:
    known: dict[str, str] = {}
    since = 0
    while True:
        kept.refresh()
        run = kept.journal.run(id)
        if run is None:
            raise NoRun(f"run {id} is not there any more")
        found = kept.journal.steps(id, since)
        new = [step for step in found if known.get(step.name) != step.state]
        known |= {step.name: step.state for step in new}
        since = max([since, *(step.answered_at - LATE for step in new if step.answered_at)])
        yield Look([run], sorted(new, key=lambda step: (step.prepared_at, step.strand, step.number)))


def _looks_around(kept: Sequence[Kept], wanted: Wanted) -> Iterator[Look]:
    unfinished: dict[str, Kept] = {}
    latest = 0
    while True:
        looked: dict[str, tuple[RunRow, Kept]] = {}
        for each in kept:
            each.refresh()
            # Whatever began since, and how those stand now that had not ended: others may have begun behind them.
            begun = search(each.journal, wanted._replace(since=latest), MOST if latest else NEWEST)
            looked |= {run.id: (run, each) for run in begun}
        for id, each in unfinished.items():
            run = each.journal.run(id)
            if run is not None:
                looked[id] = run, each
        unfinished = {run.id: each for run, each in looked.values() if run.state in UNFINISHED}
        latest = max([latest, *(run.started_at - LATE for run, _ in looked.values())])
        yield Look(sorted((run for run, _ in looked.values()), key=lambda run: (run.started_at, run.id)), [])


def _shown(looks: Iterator[Look], as_json: bool) -> Iterator[Look]:
    """Looks, one after the other, each shown first."""
    drawn = sys.stdout.isatty() and not as_json
    with _live(auto_refresh=False) if drawn else nullcontext() as screen:
        tell = _picture(screen) if drawn else _lines(_json_line if as_json else _line)
        for look in looks:
            tell(look)
            yield look
            time.sleep(PAUSE)


# ------------------------------------------------------------------ lines


def _lines(line: Callable[[RunRow | StepRow], str]) -> Callable[[Look], None]:
    """Tells what is new, a line each; the end of a run behind its steps."""
    known: dict[str, str] = {}

    def tell(look: Look) -> None:
        changed = [run for run in look.runs if known.get(run.id) != run.state]
        known.update((run.id, run.state) for run in changed)
        begun = [run for run in changed if run.state in UNFINISHED]
        ended = [run for run in changed if run.state not in UNFINISHED]
        for part in (begun, look.steps, ended):
            for each in part:
                show(line(each))

    return tell


def _json_line(new: RunRow | StepRow) -> str:
    shown = {"run": run_summary(new)} if isinstance(new, RunRow) else {"step": step_details(new)}
    return json.dumps(shown, ensure_ascii=False)


def _line(new: RunRow | StepRow) -> str:
    return run_line(new) if isinstance(new, RunRow) else f"  {_step_line(new)}"


def run_line(run: RunRow) -> str:
    """A run in one line."""
    return f"{run.id}  {run.state:<11}  {iso(run.started_at)}  {visible(run.job)}"


def _step_line(step: StepRow) -> str:
    took = "" if step.answered_at is None else f"  {span((step.answered_at - step.prepared_at) / 1000)}"
    return visible(f"{iso(step.prepared_at)}  {step.title}: {outcome_line(step)}{took}  ({step.site})")


# ------------------------------------------------------------------ a picture

COLOURS: Final = {
    "running": "blue",
    "complete": "green",
    "error": "red",
    "given up": "red",
    "unknown": "yellow",
    "interrupted": "yellow",
}


def _picture(screen: Any) -> Callable[[Look], None]:
    """Draws the newest runs, and the last steps of one."""
    runs: dict[str, RunRow] = {}
    steps: dict[str, StepRow] = {}

    def draw(look: Look) -> None:
        runs.update({run.id: run for run in look.runs})
        steps.update({step.name: step for step in look.steps})
        for known in (runs, steps):
            for name in [*known][:-NEWEST]:
                del known[name]
        text = _text(no_wrap=True, overflow="ellipsis")
        for run in runs.values():
            took = span(max(0, (run.ended_at or time.time_ns() // 1_000_000) - run.started_at) / 1000)
            text.append(f"{run.id}  ")
            text.append(f"{run.state:<11}", COLOURS.get(run.state, ""))
            text.append(f"  {took:>12}  {visible(run.job)}\n")
        for step in steps.values():
            text.append(f"  {_step_line(step)}\n")
        text.rstrip()
        screen.update(text, refresh=True)

    return draw
