"""``xsrun schedule``: tasks and jobs at their times, until somebody asks to end."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any, Final

from xsrun.cli.bug import report
from xsrun.cli.find import NotFound
from xsrun.cli.hosting import InProcess
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output, show
from xsrun.cli.preparing import clock_of
from xsrun.cli.scheduler import Scheduler, Seen, Tick, Timed
from xsrun.cli.signals import heeding_signals
from xsrun.cli.timed import timed
from xsrun.diagnostics import Exit
from xsrun.engine.folder import state_folder
from xsrun.engine.orders import Refused
from xsrun.engine.views import iso
from xsrun.program import spoken
from xsrun.schedule.ticks import due_of, run_id
from xsrun.schedule.times import upcoming
from xsrun.timestamps import local_time

TOLD: Final = {
    "begun": "begins",
    "resumed": "goes on where it was cut short",
    "skipped": "is skipped",
    "missed": "was missed",
    "refused": "cannot begin",
    "waiting": "waits",
}
"""What happens to a run, as a sentence about it goes on."""

ENDING: Final = "no further run begins; those under way end first"


def schedule(paths: Sequence[str], chosen: Mapping[str, Any], options: Mapping[str, Any], output: Output) -> int:
    """Run what is scheduled at some paths, or list it; ``chosen`` is now, project, dry_run, number and once.

    Gives back the exit code.
    """
    try:
        clock = _clock(chosen["now"])
        found = timed(paths, chosen["project"], None, output)
        if not found:
            help = 'give a task a `schedule`, or write [schedule."JOB NAME"] with every = "5m" in xsrun.toml beside it'
            raise NotFound(f"nothing is scheduled {_where(paths)}", help)
        if chosen["dry_run"]:
            return _listed(found, clock(), chosen["number"], output.as_json)
        return _run(found, options, clock, chosen["once"], output)
    except NotFound as fault:
        return output.complain(fault.code, fault.message, fault.help)
    except BadOption as fault:
        return output.complain("usage", fault.message, fault.help)
    except Refused as refused:
        output.failure(refused.failure)
        return refused.failure.exit


def _where(paths: Sequence[str]) -> str:
    return "here" if paths == ["."] else f"at {', '.join(paths)}"


def _clock(now: str | None) -> Callable[[], int]:
    """The time, in milliseconds; it passes as always, from wherever it begins. Raises BadOption."""
    begins = clock_of({"now": now}).now()
    ahead = 0 if now is None else begins - time.time_ns() // 1_000_000
    return lambda: time.time_ns() // 1_000_000 + ahead


# ------------------------------------------------------------------ the next runs


def _listed(found: list[Timed], now: int, number: int, as_json: bool) -> int:
    rows = [_row(due, each) for due, each in _next(found, now, number)]
    if as_json:
        show(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            show("  ".join(_shown(row)))
    if not rows:
        sys.stderr.write("nothing is due any more\n")
    return Exit.DONE


def _next(found: list[Timed], now: int, number: int) -> list[tuple[int, Timed]]:
    return list(islice(merge(*(_times_of(each, now) for each in found), key=itemgetter(0)), number))


def _times_of(timed: Timed, now: int) -> Iterator[tuple[int, Timed]]:
    return ((due, timed) for due in upcoming(timed.series.times, now))


def _row(due: int, timed: Timed) -> dict[str, Any]:
    series = timed.series
    return {
        "due": iso(due),
        "local": local_time(due, series.zone).isoformat(),
        "zone": series.zone,
        "job": series.job,
        "path": series.path,
        "run": run_id(timed.begins, due),
    }


def _shown(row: Mapping[str, Any]) -> Iterator[str]:
    yield row["due"].replace("T", " ").replace(".000", "")
    if row["zone"] != "UTC":
        yield f"{row['local'].replace('T', ' ')} {row['zone']}"
    yield row["job"]
    yield f"({row['path']})"


# ------------------------------------------------------------------ the scheduler


def _run(found: list[Timed], options: Mapping[str, Any], clock: Callable[[], int], once: bool, output: Output) -> int:
    engine = InProcess(options, output)
    scheduler = Scheduler(engine, found, Seen(state_folder(), clock), clock, lambda tick: _tell(output, tick))
    if once:
        return _once(scheduler, engine)
    ended, until = [Exit.DONE], threading.Event()

    def run() -> None:
        try:
            scheduler.run(until)
        except Exception as bug:  # the top of a thread: a fault of ours becomes a report
            ended[0] = report(bug)

    loop = threading.Thread(target=run, daemon=True)
    loop.start()
    try:
        with heeding_signals():
            try:
                loop.join()
            except KeyboardInterrupt:
                until.set()
                output.line({"type": "ending", "runs": engine.under_way()} if output.as_json else ENDING)
                loop.join()
            scheduler.join()
            engine.close()
    except KeyboardInterrupt:
        sys.stderr.flush()
        os._exit(Exit.INTERRUPTED)  # Threads that run jobs would keep the process; their runs are kept and go on.
    return ended[0]


def _once(scheduler: Scheduler, engine: InProcess) -> int:
    scheduler.take_up()
    scheduler.wake()
    scheduler.join()
    engine.close()
    return next((exit for exit in scheduler.exits if exit), Exit.DONE)


def _tell(output: Output, tick: Tick) -> None:
    """One line about a run, and another on what to do where something is."""
    series, due = tick.timed.series, due_of(tick.run)
    if output.as_json:
        shown = {"state": tick.state, "job": series.job, "path": series.path, "run": tick.run}
        told = {"due": due and iso(due), "reason": tick.reason, "help": tick.help}
        output.line({"type": "tick", **shown, **{name: value for name, value in told.items() if value}})
        return
    about = f"{spoken(series.job)} {TOLD.get(tick.state, f'has ended: {tick.state}')}"
    text = ", ".join(part for part in (about, tick.reason) if part)
    output.line(f"{tick.run}: {text}" if tick.run else text)
    if tick.help:
        output.line(f"  = help: {tick.help}")
