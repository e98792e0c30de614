"""Runs that workers carry out: put into a queue with all that they need, but for the variables of their environment."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from typing import Any, Final, NamedTuple

from xsrun.cli.attempts import KEPT, key_of
from xsrun.cli.journals import engine_broken
from xsrun.cli.network import simulated_keys
from xsrun.cli.options import BadOption, run_options
from xsrun.cli.ordering import Named, cancelled, checked_place, refusing, task_of
from xsrun.cli.output import Output
from xsrun.cli.preparing import Task, config_for, sensitive_inputs, settings_of
from xsrun.cli.resume import refusal, refuse
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.real import SystemClock
from xsrun.engine.chance import seed_of
from xsrun.engine.folder import Broken
from xsrun.engine.history import find_run
from xsrun.engine.holding import Held
from xsrun.engine.journal import Journal, Known
from xsrun.engine.keeper import SEED_BYTES, Started
from xsrun.engine.orders import DEFAULT_QUEUE, Order, Place, Refused
from xsrun.engine.rows import UNFINISHED, RunRow, RunState
from xsrun.engine.scale.queues import Queues, place_of
from xsrun.engine.starting import new_id, new_run
from xsrun.engine.vault import OPEN, Vault
from xsrun.exchange.passwords import passwords_of
from xsrun.runtime.environment import resolve

PAUSE: Final = 0.2
"""Seconds between two looks at a run."""
HERE_ALONE: Final = ("dry_run", "record", "replay", "trace", "ephemeral", "memory")
"""Options that make no sense for a run that goes on elsewhere."""


class Put(NamedTuple):
    """A run that was to be put into a queue."""

    run: RunRow
    known: RunRow | None = None
    """The run that there is with its id, where nothing was put."""


class Queued:
    """An engine whose runs wait in queues for workers; implements ``Engine``."""

    def __init__(self, url: str, options: Mapping[str, Any], output: Output, queue: str = DEFAULT_QUEUE) -> None:
        """``options`` hold for every run, ``queue`` is for those that name none. Raises Broken and Fault."""
        self._options = {**run_options(), **options}
        self._output = output
        self._queue = queue
        output.masker.add(passwords_of(url), "engine")
        self.queues = Queues(url)

    def submit(self, order: Order) -> str:
        """Have a run in the journal, and in its queue; gives back its id. Raises Refused and Broken."""
        run = order.id or new_id(time.time_ns() // 1_000_000)
        with refusing():
            if order.env:
                raise BadOption("variables of one run alone are not kept in a queue", "give them to xsrun worker")
            task = task_of(run, order, self._options, Named(self._output, run))
            return self.put(task, order.place or Place(self._queue)).run.id

    def put(self, task: Task, place: Place) -> Put:
        """Put a run into a queue, unless its id is known. Raises Refused, BadOption and Broken."""
        row = _row(task, checked_place(place))
        try:
            self.queues.submit(row, {source.name: source.text for source in task.project.program.sources}, place)
        except Known:
            return Put(row, self.queues.journal.run(row.id))
        return Put(row)

    def resume(self, run: str) -> None:
        """Have a run go on that was cut short. Raises Refused and Broken."""
        with refusing():
            row = find_run(self.queues.journal, run)
            place = _refuse(row, self.queues.journal)
            try:
                self.queues.again(row, place)
            except Held:
                raise refusal(
                    "no-run",
                    f"run {run} goes on already, or its worker has not let go of it yet",
                    f"look with xsrun runs show {row.named}",
                ) from None

    def wait(self, run: str, seconds: float | None = None) -> RunRow | None:
        """The run when it has ended; None when it has not in that time. Raises Broken."""
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            found = self.queues.journal.run(run)
            if found is None or found.state not in UNFINISHED:
                return found
            if until is not None and time.monotonic() >= until:
                return None
            time.sleep(PAUSE)

    def taken(self, runs: Iterable[RunRow]) -> set[str]:
        """The ids of those that a worker has; the others wait for one. Raises Broken."""
        states = {each.id: each.state for each in runs}
        waiting = [run for run, state in states.items() if state == RunState.QUEUED]
        begun = {run for run, state in states.items() if state == RunState.RUNNING}
        return begun | (self.queues.claimed(waiting) if waiting else set())

    def cancel(self, run: str) -> bool:
        """Have a run stop where it is, or not begin; False when it had ended. Raises Broken."""
        return self.queues.cancel(run)

    def forget(self, run: str) -> bool:
        """Forget a run that has ended, in the queues too; False when it has not, or is not there. Raises Broken."""
        gone = self.queues.journal.forget(run)
        self.queues.forget()
        return gone

    def journal(self) -> Journal:
        """The journal of all workers."""
        return self.queues.journal

    def under_way(self) -> list[str]:
        """This process works on none."""
        return []

    def close(self) -> None:
        """Let go of the database; the runs go on."""
        self.queues.close()


def resume(url: str, run: str, output: Output) -> int:
    """Have a run of a queue go on. Gives back the exit code."""

    def again(engine: Queued) -> int:
        engine.resume(run)
        if not output.as_json:
            output.line(f"run {run} waits for a worker")
        return Exit.DONE

    return with_engine(url, output, again)


def prune(url: str, output: Output) -> None:
    """Have an engine forget what its journal has forgotten."""

    def forget(engine: Queued) -> int:
        engine.queues.forget()
        return Exit.DONE

    with_engine(url, output, forget)


def cancel(url: str, run: RunRow, output: Output) -> int:
    """Have a run of a queue stop where it is, or not begin. Gives back the exit code."""
    return with_engine(url, output, lambda engine: cancelled(run, engine.cancel(run.id), output))


def with_engine(url: str, output: Output, use: Callable[[Queued], int]) -> int:
    """Do something with an engine; what is wrong with it is said. Gives back the exit code. Raises BadOption."""
    try:
        with closing(Queued(url, {}, output)) as engine:
            return use(engine)
    except Refused as refused:
        output.failure(refused.failure)
        return refused.failure.exit
    except Fault as missing:
        return output.complain(missing.code, missing.message, missing.help)
    except Broken as broken:
        return engine_broken(broken, output)


def _row(task: Task, place: Place) -> RunRow:
    """A run as it waits in a queue. Raises Refused and BadOption."""
    options = task.options
    for name in HERE_ALONE:
        if options[name]:
            raise BadOption(
                f"--{name.replace('_', '-')} is for a run of this process", "leave it away, or leave --queue away"
            )
    if options["env"] or options["env_file"]:
        raise BadOption("a run in a queue has the variables of its worker", "give --env to xsrun worker")
    simulated_keys(False, options["map"] or [])  # No worker has to find out that a map makes no sense.
    settings = settings_of(task.path)
    if passwords_of(options["db"] or "") or passwords_of(config_for(task).db):
        raise BadOption(
            "the address of the rows holds a password, which a queue does not keep", "give it to the worker"
        )
    variables = resolve(task.job.env, *task.variables).values
    secrets = {**variables, **sensitive_inputs(task.project, task.job, task.given)}
    for name, value in secrets.items():
        task.output.masker.add([value], name)
    kept = {
        **{name: options.get(name) for name in KEPT},
        "db": _absolute(options["db"]),
        "key": key_of(task, config_for(task)),
        "settings": _text(settings) if settings else "",
        "place": list(place),
    }
    started = Started(
        task.job.name,
        os.path.abspath(task.path),
        kept,
        task.given,
        task.project.program.sources,
        secrets,
        task.output.masker,
        SystemClock().now,
        task.project.loaded.here,
        task.output.warn,
        id=task.id,
    )
    seed = seed_of(options["seed"]) if options["seed"] else os.urandom(SEED_BYTES)
    row = new_run(started, Vault(secrets, task.output.masker), seed, started.now())
    withheld = [name for name, value in row.input.items() if f"{OPEN}input " in str(value)]
    if withheld:
        message = f"{', '.join(withheld)} is sensitive or too large, and a queue does not keep it"
        raise refusal("missing-input", message, "have the job read it from a variable of its worker")
    return row._replace(state=RunState.QUEUED, attempts=0, pid=0)


def _absolute(url: str | None) -> str | None:
    """The address of rows, which means the same in another folder."""
    return os.path.abspath(url) if url and "://" not in url and url != ":memory:" else url


def _text(path: str) -> str:
    with open(path, encoding="utf-8") as stream:
        return stream.read()


def _refuse(row: RunRow, journal: Journal) -> Place:
    """Where a run goes on that can. Raises Refused."""
    place = place_of(row)
    if place is None:
        raise refusal("no-run", f"run {row.id} came through no queue", "resume it on the machine where it began")
    refuse(row, journal.steps(row.id), row.state in UNFINISHED or journal.is_held(row.id))
    return place
