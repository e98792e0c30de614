"""What a worker does, from its options to its end."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing
from typing import Any, Final

from xsrun.cli.carrying import Carrier
from xsrun.cli.journals import ENGINE_HELP, engine_broken, engine_help, engine_url
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output, show
from xsrun.cli.signals import ending_in_two_steps
from xsrun.cli.telling import Telling
from xsrun.cli.vitals import telling_health
from xsrun.diagnostics import Diagnostic, Exit, nearest
from xsrun.engine.folder import Broken, EngineAway
from xsrun.engine.journal import Journal
from xsrun.engine.orders import QUEUE
from xsrun.engine.scale.queues import Limits, Queues
from xsrun.engine.scale.standing import alive, inside, limits_of
from xsrun.engine.scale.store import UNTIL_STOPPED, PostgresStore
from xsrun.engine.scale.worker import Worker
from xsrun.exchange.passwords import passwords_of
from xsrun.telemetry.queues import look_into
from xsrun.values import dumps

AT_ONCE: Final = 4
"""Runs of a queue at the same time on a worker, unless somebody says otherwise."""
LIMITED: Final = re.compile(
    rf"(?P<name>{QUEUE.pattern})(?::(?P<worker>[1-9]\d{{0,3}}))?"
    r"(?:,all=(?P<all>[1-9]\d{0,5}))?(?:,rate=(?P<count>[1-9]\d{0,5})/(?P<seconds>\d+(?:\.\d+)?))?",
    re.ASCII,
)
"""A queue with its limits."""
AGAIN: Final = 1.0
"""Seconds between two looks for a database that was not there yet."""


def work(
    queues: Iterable[str],
    engine: str | None,
    options: Mapping[str, Any],
    drain: int,
    output: Output,
    watch: Callable[[str], None] | None = None,
    leased: bool = True,
) -> int:
    """Carry out runs of queues until the process is told to end. Gives back the exit code.

    ``watch`` is told each point that a write passes; without ``leased`` nobody can tell that the worker is gone. Both
    are for tests.
    """
    try:
        return _work(engine_url(engine), _queues(queues), options, drain, output, watch, leased)
    except BadOption as fault:
        return output.reject(fault)
    except Broken as broken:
        return engine_broken(broken, output)


def _queues(given: Iterable[str]) -> dict[str, Limits]:
    """Queues with their limits. Raises BadOption."""
    found = [_queue(each) for each in given]
    names = [name for name, _ in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise BadOption(f"--queue {twice} is given twice", f"write it once, with one number: --queue {twice}:4")
    return dict(found)


def _queue(given: str) -> tuple[str, Limits]:
    """A queue with its limits, as it is written. Raises BadOption."""
    found = LIMITED.fullmatch(given)
    if found is None or (found["count"] and not float(found["seconds"])):
        raise BadOption(f"--queue {given} names no queue", "write --queue paging:4, or paging:4,all=10,rate=5/2")
    rate = (int(found["count"]), float(found["seconds"])) if found["count"] else None
    together = int(found["all"]) if found["all"] else None
    limits = Limits(int(found["worker"] or min(AT_ONCE, together or AT_ONCE)), together, rate)
    if together is not None and limits.worker > together:
        raise BadOption(f"--queue {given} lets one worker do more than all", f"write {found['name']}:{together}")
    return found["name"], limits


def _work(
    url: str,
    wanted: dict[str, Limits],
    options: Mapping[str, Any],
    drain: int,
    output: Output,
    watch: Callable[[str], None] | None,
    leased: bool,
) -> int:
    output.masker.add([*passwords_of(url), *passwords_of(options["db"] or "")], "engine")
    told, stopping, tell = threading.Event(), threading.Event(), Telling(output)
    with ExitStack() as opened:
        opened.enter_context(ending_in_two_steps(told.set))
        queues = queues_at(url, told, tell)
        if queues is None:
            return Exit.DONE
        opened.enter_context(closing(queues))
        store = PostgresStore(queues.engine, UNTIL_STOPPED, stopping.is_set)
        carrier = Carrier(lambda: Journal(store), options, output, watch)
        working = Worker(queues, wanted, carrier, tell, leased)
        looks = {"journal": lambda: queues.journal.rows("SELECT 1"), "worker": working.seen}
        condition, meters = opened.enter_context(telling_health(options.get("health"), looks, output))
        look_into(queues.journal, meters)
        warn(queues.journal, wanted, output)
        working.start()
        show(dumps({"worker": working.name, "queues": list(wanted)}))
        told.wait()
        condition.end()
        _end(working, drain, output)
        stopping.set()
    return Exit.DONE


def queues_at(url: str, told: threading.Event, tell: Callable[[str], None]) -> Queues | None:
    """The queues as soon as their database is there: who begins with a machine may begin before it.

    None when the worker is told to end. Raises Broken where more than time is needed.
    """
    while True:
        try:
            queues = Queues(url)
        except EngineAway as away:
            if engine_help(str(away)) != ENGINE_HELP:
                raise
            tell(str(away))
            if told.wait(AGAIN):
                return None
        else:
            tell("")
            return queues


def warn(journal: Journal, wanted: Mapping[str, Limits], output: Output) -> None:
    """Say what changes for other workers, and of a new queue that another one may be meant. Raises Broken."""
    before, others, waiting = limits_of(journal), alive(journal), inside(journal)
    for queue, limits in wanted.items():
        had = before.get(queue)
        if had is not None and had != limits and queue in others:
            message = f"other workers on the queue {queue} had {_shown(had)}; all have {_shown(limits)} from now on"
            help = f"leave it at theirs: --queue {queue}:{_shown(had)}"
            output.diagnostics([Diagnostic("limits", message, severity="warning", help=help)])
        lonely = [name for name, each in waiting.items() if each.waiting and name not in others]
        if had is None and queue not in waiting and (near := nearest(queue, lonely)):
            help = f"did you mean {near}? Runs wait there, and no worker takes them"
            message = f"nothing was ever put into the queue {queue}"
            output.diagnostics([Diagnostic("no-worker", message, severity="warning", help=help)])


def _shown(limits: Limits) -> str:
    """Limits as they are written behind the name of a queue."""
    all = "" if limits.all is None else f",all={limits.all}"
    return f"{limits.worker}{all}" + (f",rate={limits.rate[0]}/{limits.rate[1]:g}" if limits.rate else "")


def _end(working: Worker, drain: int, output: Output) -> None:
    """Wait for runs under way."""
    left = working.under_way()
    if left and not output.quiet:
        output.line(f"waiting for {', '.join(left)}; a second signal ends at once, and others go on with them")
    working.stop(drain)
    if working.under_way():
        # Threads that still work would be waited for: whoever takes their runs up must not wait for them.
        os._exit(Exit.INTERRUPTED)
