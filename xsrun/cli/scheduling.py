"""``xsrun schedule``: tasks and jobs at their times, until somebody asks to end."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any, Final

from xsrun.cli.bug import report
from xsrun.cli.find import NotFound
from xsrun.cli.following import Followed
from xsrun.cli.hosting import InProcess, tell_ending
from xsrun.cli.journals import engine_broken, engine_url
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output, show
from xsrun.cli.preparing import clock_of
from xsrun.cli.scheduler import Scheduler, Seen, Tick, Timed
from xsrun.cli.signals import ending_in_two_steps
from xsrun.cli.timed import check_variables, timed
from xsrun.cli.vitals import reaching, telling_health
from xsrun.diagnostics import Exit, Fault
from xsrun.engine.folder import Broken, state_folder
from xsrun.engine.orders import DEFAULT_QUEUE, Engine, Place, Refused
from xsrun.engine.views import iso
from xsrun.late import Late
from xsrun.program import spoken
from xsrun.schedule.ticks import due_of, run_id
from xsrun.schedule.times import upcoming
from xsrun.timestamps import local_time

TOLD: Final = {
    "begun": "begins",
    "queued": "waits in a queue",
    "resumed": "goes on where it was cut short",
    "skipped": "is skipped",
    "missed": "was missed",
    "refused": "cannot begin",
    "waiting": "waits",
    "back": "goes on",
}
"""What happens to a run, as a sentence about it goes on."""

NOTICED: Final = 0.5
"""Seconds until the main thread, which alone heeds signals, notices one that came just before it began to wait."""
OVER: Final = "nothing is due any more"

_look_into: Callable[..., None] = Late("xsrun.telemetry.queues", "look_into")
_queued: Callable[..., Any] = Late("xsrun.cli.queueing", "Queued")


def schedule(paths: Sequence[str], chosen: Mapping[str, Any], options: Mapping[str, Any], output: Output) -> int:
    """Run what is scheduled at some paths, or list it; gives back the exit code.

    ``chosen`` are the options now, project, dry_run, number, once, engine and queue.
    """
    try:
        place = Place(chosen["queue"] or DEFAULT_QUEUE) if _is_queued(chosen) else None
        followed = _followed(paths, chosen["project"], place, options, output)
        if not followed.found:
            help = 'give a task a `schedule`, or write [schedule."JOB NAME"] with every = "5m" in xsrun.toml beside it'
            raise NotFound(f"nothing is scheduled {_where(paths)}", help)
        if chosen["dry_run"]:
            return _listed(followed.found, _clock(chosen["now"])(), chosen["number"], output.as_json)
        followed.check(followed.found)
        return _run(followed, chosen, options, output)
    except BadOption as fault:
        return output.reject(fault)
    except Refused as refused:
        output.failure(refused.failure)
        return refused.failure.exit
    except Fault as missing:
        return output.complain(missing.code, missing.message, missing.help)
    except Broken as broken:
        return engine_broken(broken, output)


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
        sys.stderr.write(f"{OVER}\n")
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


def _run(followed: Followed, chosen: Mapping[str, Any], options: Mapping[str, Any], output: Output) -> int:
    clock = _clock(chosen["now"])
    until = threading.Event()
    with (
        closing(_engine(chosen, options, output)) as engine,
        telling_health(chosen["health"], {"journal": reaching(engine)}, output) as (condition, meters),
        ending_in_two_steps(until.set),
    ):
        if not isinstance(engine, InProcess):
            _look_into(engine.queues.journal, meters)
        scheduler = scheduler_of(followed, engine, clock, output)
        if chosen["once"]:
            scheduler.take_up()
            scheduler.wake()
            scheduler.join()
            return scheduler.failed or (Exit.FAILED if scheduler.waiting else Exit.DONE)
        loop = running(scheduler, until)
        while loop.is_alive():
            loop.join(NOTICED)
        if not (until.is_set() or scheduler.broke):
            output.line({"type": "over"} if output.as_json else OVER)
        condition.end()
        if isinstance(engine, InProcess):
            tell_ending(engine.under_way(), output)
        scheduler.join()
        engine.close()
    return Exit.INTERNAL if scheduler.broke else Exit.DONE


def _engine(chosen: Mapping[str, Any], options: Mapping[str, Any], output: Output) -> InProcess | Any:
    """What carries the runs out. Raises BadOption, Broken and Fault."""
    if not _is_queued(chosen):
        return InProcess(options, output)
    if options["env"] or options["env_file"]:
        raise BadOption("a run in a queue has the variables of its worker", "give --env to xsrun worker")
    return _queued(engine_url(chosen["engine"]), options, output)


def _is_queued(chosen: Mapping[str, Any]) -> bool:
    return chosen["queue"] is not None or chosen["engine"] is not None


def _followed(
    paths: Sequence[str], project: str | None, place: Place | None, options: Mapping[str, Any], output: Output
) -> Followed:
    """What is scheduled at some paths. Raises NotFound, BadOption and Refused."""

    def check(found: Iterable[Timed]) -> None:
        if place is None:
            check_variables(found, options)

    return Followed(paths, lambda: timed(paths, project, place, output), check, output)


def scheduler_of(followed: Followed, engine: Engine, clock: Callable[[], int], output: Output) -> Scheduler:
    """What begins runs on an engine, and says so."""
    seen = Seen(state_folder(), clock)
    return Scheduler(engine, followed.found, seen, clock, lambda tick: _tell(output, tick), followed)


def running(scheduler: Scheduler, until: threading.Event, broke: Callable[[], None] = lambda: None) -> threading.Thread:
    """A thread in which a scheduler begins runs until it is asked to end; ``broke`` is called when a fault ends it."""
    loop = threading.Thread(target=_watched, args=(scheduler, until, broke), daemon=True)
    loop.start()
    return loop


@contextmanager
def scheduled(
    paths: Sequence[str], engine: Engine, options: Mapping[str, Any], output: Output, broke: Callable[[], None]
) -> Iterator[None]:
    """Run what is scheduled at some paths, as long as the block goes on; ``broke`` is called when a fault ends that.

    Raises NotFound, BadOption and Refused.
    """
    place = Place(options["queue"]) if options["queue"] else None
    followed = _followed(paths, None, place, options, output)
    followed.check(followed.found)
    until = threading.Event()
    loop = running(scheduler_of(followed, engine, _clock(None), output), until, broke)
    try:
        yield
    finally:
        until.set()
        loop.join()


def _watched(scheduler: Scheduler, until: threading.Event, broke: Callable[[], None]) -> None:
    try:
        scheduler.run(until)
    except Exception as bug:  # the top of a thread: a fault of ours becomes a report
        scheduler.broke = True
        report(bug)
        broke()


def _tell(output: Output, tick: Tick) -> None:
    """One line about a run, and another on what to do where something is."""
    series, due = tick.timed.series, due_of(tick.run)
    if output.as_json:
        shown = {"state": tick.state, "job": series.job, "path": series.path, "run": tick.run}
        told = {"due": due and iso(due), "code": tick.code, "reason": tick.reason, "help": tick.help}
        output.line({"type": "tick", **shown, **{name: value for name, value in told.items() if value}})
        return
    about = f"{spoken(series.job)} {TOLD.get(tick.state, f'has ended: {tick.state}')}"
    text = ", ".join(part for part in (about, tick.reason) if part)
    output.line(f"{tick.run}: {text}" if tick.run else text)
    if tick.help:
        output.line(f"  = help: {tick.help}")
