"""Runs in threads of this process, each in the journal of this machine from its first moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from typing import Any, Final

from xsrun.cli.attempts import Attempt, begin
from xsrun.cli.bug import report
from xsrun.cli.options import run_options
from xsrun.cli.ordering import Lately, Named, carried_out, refusing, task_of
from xsrun.cli.output import Output
from xsrun.cli.preparing import Task
from xsrun.cli.resume import Again, taken_up
from xsrun.effects.outward import LateHttp
from xsrun.engine.folder import state_folder
from xsrun.engine.history import find_run, open_history, refresh
from xsrun.engine.holding import Held
from xsrun.engine.journal import Journal, Known
from xsrun.engine.orders import Order, Refused
from xsrun.engine.rows import UNFINISHED, RunRow, RunState
from xsrun.engine.sqlite import journal_in
from xsrun.engine.starting import new_id
from xsrun.runtime.job import Failure

MOST_AT_ONCE: Final = 64
"""Runs at the same time; further ones wait."""
MOST_NAMED: Final = 8
"""Runs that a message names."""
PAUSE: Final = 0.1
"""Seconds between two looks at a run that another process works on."""


class InProcess:
    """An engine whose runs are threads; implements ``Engine``. ``close`` waits for those under way."""

    def __init__(self, options: Mapping[str, Any], output: Output, at_once: int = MOST_AT_ONCE) -> None:
        shown = {"json": output.as_json, "quiet": output.quiet}
        self._options = {**run_options(), **options, **shown, "durable": True, "ephemeral": False}
        self._output = output
        self._pool = ThreadPoolExecutor(at_once)
        self._network = LateHttp()
        self._lately = Lately()
        self.ended: Callable[[str], None] = lambda run: None
        """Is called with every run of a document that has ended, in its thread."""
        self._under_way: dict[str, Future[int]] = {}
        self._lock = threading.Lock()
        self._open: Journal | None = None
        """While this one is open, closing another does not put the log of SQLite into its file, which takes longest."""

    def submit(self, order: Order) -> str:
        """Have a run in the journal, and on its way; gives back its id. Raises Refused and Broken."""
        run = order.id or new_id(time.time_ns() // 1_000_000)
        with refusing():
            try:
                self._start(run, lambda output: task_of(run, order, self._options, output))
            except (Known, Held):
                if not order.id:
                    raise
        return run

    def resume(self, run: str) -> None:
        """Have a run go on that was cut short, with the source it began with. Raises Refused and Broken."""
        with refusing():
            again = Again(self._options["env"], self._options["env_file"], [], as_it_was=True, with_changes=False)

            def task(output: Output) -> Task:
                with closing(self.journal()) as journal:
                    return taken_up(journal, find_run(journal, run), again, output)

            self._start(run, task)

    def _start(self, run: str, make: Callable[[Output], Task]) -> None:
        with self._lock:
            self._open = self._open or journal_in(state_folder())
        attempt = begin(make(Named(self._output, run))._replace(network=self._network))
        if isinstance(attempt, Failure):
            raise Refused(attempt)
        with self._lock:
            future = self._under_way[run] = self._pool.submit(self._carried, run, attempt)
        future.add_done_callback(lambda _: self._forget(run, future))

    def _carried(self, run: str, attempt: Attempt) -> int:
        exit = carried_out(attempt, self._lately)
        try:
            if attempt.task.options.get("document"):
                self.ended(run)
        except Exception as bug:  # the run has ended all the same
            report(bug)
        return exit

    def _forget(self, run: str, future: Future[int]) -> None:
        with self._lock:
            if self._under_way.get(run) is future:
                del self._under_way[run]

    def wait(self, run: str, seconds: float | None = None) -> RunRow | None:
        """The run when it has ended; None when it has not in that time. Raises Broken."""
        until = None if seconds is None else time.monotonic() + seconds
        with closing(journal_in(state_folder())) as journal:
            while True:
                with self._lock:
                    future = self._under_way.get(run)
                if future is not None:
                    with suppress(TimeoutError):
                        future.result(seconds)
                # Held first: whoever holds it may be about to begin it.
                held, found = journal.is_held(run), journal.run(run)
                if not held and found is not None and found.state == RunState.RUNNING:
                    refresh(journal)  # whoever worked on it died, or could not write down how it ended
                    found = journal.run(run)
                if not held and (found is None or found.state not in UNFINISHED):
                    return found
                if until is not None and time.monotonic() >= until:
                    return None
                time.sleep(PAUSE)

    def taken(self, runs: Iterable[RunRow]) -> set[str]:
        """The ids of those that have a thread, here or in another process; the others wait for one."""
        with self._lock:
            ours = {each.id: self._under_way.get(each.id) for each in runs if each.state in UNFINISHED}
        return {run for run, future in ours.items() if future is None or future.running() or future.done()}

    def cancel(self, run: str) -> bool:
        """Have a run stop where it is; False when it had ended. Raises Broken."""
        with closing(self.journal()) as journal:
            return journal.cancel(run)

    def forget(self, run: str) -> bool:
        """Forget a run that has ended; False when it has not, or is not there. Raises Broken."""
        with closing(self.journal()) as journal:
            return journal.forget(run)

    def journal(self) -> Journal:
        """An open journal, to be closed by the caller. Raises Broken."""
        return open_history()

    def under_way(self) -> list[str]:
        """The runs that this process works on."""
        with self._lock:
            return list(self._under_way)

    def close(self) -> None:
        """Begin nothing new, and wait for the runs under way."""
        self._pool.shutdown()
        self._lately.close()
        with self._lock:
            if self._open is not None:
                self._open.close()
            self._open = None


def tell_ending(runs: list[str], output: Output) -> None:
    """Say which runs are waited for."""
    if not runs:
        return
    if output.as_json:
        output.line({"type": "ending", "runs": runs})
        return
    named = ", ".join(runs[:MOST_NAMED]) + (f" and {len(runs) - MOST_NAMED} more" if len(runs) > MOST_NAMED else "")
    output.line(f"waiting for {named}; a second signal does not, and xsrun runs resume RUN goes on then")
