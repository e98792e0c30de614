"""An attempt of a run as whoever watches the process sees it: below which trace, and with which one it has to do."""

from __future__ import annotations

from typing import Final

from xsrun.cli.preparing import Task
from xsrun.engine.observing import Observer, Subject, Watched

TRACE: Final = "traceparent"
"""The option of a run that names the trace of its first attempt, or of whoever ordered it."""
REHEARSALS: Final = ("replay", "simulate")
"""Options by which something answers in the place of others."""


def watched(task: Task, observer: Observer) -> tuple[Task, Watched]:
    """The attempt that begins, watched; the task with what its run is to keep of that. Raises Broken."""
    trace = task.options.get(TRACE) or ""
    again = task.earlier is not None and task.earlier.run.attempts > 0
    parent, first = ("", trace) if again else (trace, "")
    rehearsed = next((name for name in REHEARSALS if task.options.get(name)), "")
    subject = Subject(task.job.name, task.project.loaded, task.output.masker.text, "", parent, first, rehearsed)
    seen = observer.begin(subject)
    if task.earlier is None:
        return task._replace(options={**task.options, TRACE: seen.traceparent}), seen
    if not trace and task.journal is not None:
        run = task.earlier.run
        task.journal().restate(run._replace(options={**run.options, TRACE: seen.traceparent}))
    return task, seen
