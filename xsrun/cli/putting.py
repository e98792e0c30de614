"""``xsrun execute --queue``: a run is put into a queue, and what is to be said of that."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from xsrun.cli.journals import engine_url
from xsrun.cli.options import BadOption
from xsrun.cli.ordering import checked_id
from xsrun.cli.output import Output
from xsrun.cli.preparing import Task
from xsrun.cli.queueing import Put, Queued, with_engine
from xsrun.diagnostics import Diagnostic, Exit, nearest
from xsrun.engine.folder import Broken
from xsrun.engine.observing import traceparent
from xsrun.engine.orders import Place
from xsrun.engine.rows import RunRow, RunState
from xsrun.engine.scale.queues import place_of
from xsrun.engine.scale.standing import alive
from xsrun.engine.starting import new_id


def queue(task: Task) -> int:
    """Put a run into the queue that the options name; show its id, or what comes of it. Gives back the exit code."""
    options, output = task.options, task.output
    place = Place(options["queue"], options["priority"] or 0, options["order_key"] or "", options["delay"] or 0.0)
    id = checked_id(options["id"]) if options["id"] else new_id(time.time_ns() // 1_000_000)
    output.diagnostics(task.project.unknown_inputs(task.job, task.given))

    def put(engine: Queued) -> int:
        trace = traceparent(os.environ.get("TRACEPARENT", ""))
        ordered = task._replace(options={**options, "traceparent": trace})
        with _naming(f"run {id} may be in the queue; --id {id} puts it there once"):
            found = _as_it_is(engine.put(ordered._replace(id=id), place), output)
        queue = (place_of(found) or place).queue
        if found.state == RunState.QUEUED:
            output.diagnostics(_without_worker(queue, alive(engine.queues.journal)))
        if options["wait"]:
            with _naming(f"run {id} goes on without whoever waits for it"):
                return _shown(engine.wait(id), output)
        output.result(output.document({"run": id, "queue": queue, "state": found.state}))
        return Exit.DONE

    return with_engine(engine_url(options["engine"]), output, put)


def _as_it_is(put: Put, output: Output) -> RunRow:
    """The run in the queue, which may have been there before. Raises BadOption where its id is that of another one."""
    run, known = put
    if known is None:
        return run
    same_job = run.job == known.job and (run.path == known.path or run.source == known.source)
    if not same_job or json.loads(json.dumps(run.input)) != known.input:
        other = "with other inputs" if same_job else f"of job {known.job} in {known.path}"
        help = f"take another id; xsrun runs show {run.named} tells of that one"
        raise BadOption(f"--id {run.id} is a run {other}, and nothing was put into a queue", help)
    if not output.as_json:
        output.line(f"run {run.id} is there already: {known.state}; nothing was put into a queue")
    return known


def _without_worker(queue: str, workers: Iterable[str]) -> Iterator[Diagnostic]:
    """A warning where nobody takes runs of a queue; ``workers`` are the queues that somebody does take runs of."""
    named = list(workers)
    if queue not in named:
        near = nearest(queue, named)
        help = f"start one: xsrun worker --queue {queue}{f'; or did you mean {near}, which has one?' if near else ''}"
        yield Diagnostic("no-worker", f"no worker takes runs of the queue {queue} now", severity="warning", help=help)


@contextmanager
def _naming(said: str) -> Iterator[None]:
    """Say of what is wrong with the engine what became of the run."""
    try:
        yield
    except Broken as broken:
        raise Broken(f"{broken}; {said}") from None


def _shown(run: RunRow | None, output: Output) -> int:
    """Show what came of a run elsewhere, as if it had been here."""
    if run is None:
        return output.complain("no-run", "the run is not known any more", "look with xsrun runs list")
    if run.result is not None:
        output.result(run.result)
        return run.exit or Exit.DONE
    said = json.loads(run.error) if run.error else {"code": "no-run", "message": f"run {run.id} has ended: {run.state}"}
    help = said.get("help", f"look with xsrun runs show {run.named}")
    output.complain(said["code"], f"run {run.id} on a worker: {said['message']}", help)
    return run.exit if run.exit is not None else Exit.INTERRUPTED
