"""A worker carries out a run: with the source and the settings that it was put into its queue with."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Final

from xsrun.cli.attempts import Attempt, begin
from xsrun.cli.bug import report
from xsrun.cli.journals import help_for
from xsrun.cli.options import BadOption
from xsrun.cli.ordering import Lately, Named, carried_out
from xsrun.cli.output import Output
from xsrun.cli.preparing import Task, config_for
from xsrun.cli.resume import Again, taken_up
from xsrun.diagnostics import Exit, Fault
from xsrun.effects.outward import LateHttp
from xsrun.effects.real import SystemClock
from xsrun.engine import observing
from xsrun.engine.folder import Broken, state_folder
from xsrun.engine.holding import Held
from xsrun.engine.journal import Journal, Taken
from xsrun.engine.orders import Refused
from xsrun.engine.rows import UNFINISHED, RunRow, RunState
from xsrun.engine.unpacked import unpacked
from xsrun.executable import Executable, executable
from xsrun.runtime.job import Failure, failure_of

MOST_PROJECTS: Final = 64
"""Sources that are kept compiled."""
GOES_ON: Final = (*UNFINISHED, RunState.INTERRUPTED, RunState.GIVEN_UP)
"""States of a run that a worker takes up when it gets it; in any other one it has been stopped, or has ended."""


class Carrier:
    """Carries out runs of a journal. Safe for threads."""

    def __init__(
        self,
        open_journal: Callable[[], Journal],
        options: Mapping[str, Any],
        output: Output,
        watch: Callable[[str], None] | None = None,
    ) -> None:
        """``options`` are ``env``, ``env_file`` and ``db`` of the worker; ``watch`` is told each point of a write."""
        self._open_journal = open_journal
        self._options = options
        self._output = output
        self._watch = watch
        self._projects: OrderedDict[str, Executable] = OrderedDict()
        self._lock = threading.Lock()
        self._network = LateHttp()
        self._lately = Lately()

    def __call__(self, run: str) -> dict[str, Any]:
        """Carry out the run of an id, as far as it is still wanted. Gives back its state."""
        journal = self._open_journal()
        row = journal.run(run)
        if row is None or row.state not in GOES_ON:
            return {"state": row.state if row else "forgotten"}
        output = Named(self._output, run)
        try:
            attempt = self._begun(journal, row, output)
        except Held:
            return {"state": "taken over"}
        if isinstance(attempt, Failure):
            self._kept_from(journal, row, attempt, output)
            return {"state": RunState.INTERRUPTED}
        return {"exit": carried_out(attempt, self._lately)}

    def _begun(self, journal: Journal, row: RunRow, output: Output) -> Attempt | Failure:
        try:
            return begin(self._task(journal, row, output))
        except Refused as refused:
            return refused.failure
        except BadOption as fault:
            return Failure(fault.code, fault.message, Exit.USAGE, fault.help)
        except Fault as fault:
            return failure_of(fault, [])
        except Held:
            raise
        except Broken as broken:
            return Failure("journal", f"the run cannot begin here: {broken}", Exit.FAILED, help_for(broken))
        except Exception as bug:  # the top of a thread: a fault of ours keeps no other run from being carried out
            report(bug)
            return Failure("internal", f"xsrun itself broke: {type(bug).__name__}", Exit.INTERNAL)

    def _task(self, journal: Journal, row: RunRow, output: Output) -> Task:
        home = row.path if os.path.exists(row.path) else _home(row.path)
        again = Again(
            self._options["env"],
            self._options["env_file"],
            [],
            as_it_was=True,
            with_changes=False,
            home=home,
            project=self._project(journal, row),
            claimed=True,
        )
        task = taken_up(journal, row, again, output)
        options = {**task.options, "db": task.options["db"] or config_for(task).db or self._options["db"]}
        return task._replace(options=options, journal=self._open_journal, watch=self._watch, network=self._network)

    def _project(self, journal: Journal, row: RunRow) -> Executable:
        """The source of a run, compiled; those that runs began with lately are kept."""
        with self._lock:
            found = self._projects.get(row.source)
            if found is None:
                found = self._projects[row.source] = executable(unpacked(row, journal.files(row.source)))
            self._projects.move_to_end(row.source)
            while len(self._projects) > MOST_PROJECTS:
                self._projects.popitem(last=False)
        return found

    def _kept_from(self, journal: Journal, row: RunRow, refused: Failure, output: Output) -> None:
        """Keep why a run could not begin here; it can go on when that is mended."""
        output.failure(refused)
        try:
            begun = journal.again(row, journal.token())
            now, error = SystemClock().now(), output.failure_document(refused)
            journal.end(begun._replace(state=RunState.INTERRUPTED, exit=refused.exit, ended_at=now, error=error))
        except (Held, Taken):
            return  # Whoever has taken it over keeps how it ends.
        if observing.observer is not None:
            observing.observer.kept_from(output.masker.text(row.job), RunState.INTERRUPTED)


def _home(path: str) -> str:
    """Where a project keeps files, keys and rows whose folder is on another machine."""
    name = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return os.path.join(state_folder(), "homes", name)
