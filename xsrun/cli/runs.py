"""``xsrun runs``: past runs, and what to do with one that did not end well."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Final

import typer

from xsrun.cli.arguments import EnvFileOption, EnvOption, JobOption, JsonOption, MessagesOption
from xsrun.cli.journals import EngineOption, find, journals, newest
from xsrun.cli.output import Output, to_stdout
from xsrun.engine import history, views
from xsrun.engine.finding import Wanted
from xsrun.engine.resolving import Verdict
from xsrun.engine.rows import RunRow, RunState, StepRow
from xsrun.late import Late
from xsrun.tracing.as_test import NoTest

_resume: Callable[..., int] = Late("xsrun.cli.resume", "resume")
_resolve: Callable[..., int] = Late("xsrun.cli.resume", "resolve")
_replayed: Callable[..., list[Any]] = Late("xsrun.cli.tracing", "replayed")
_as_test: Callable[..., str] = Late("xsrun.cli.tracing", "as_test")
_page: Callable[..., str] = Late("xsrun.tracing.page", "page")
_run_line: Callable[..., str] = Late("xsrun.cli.watching", "run_line")
_watch_run: Callable[..., int] = Late("xsrun.cli.watching", "watch_run")
_watch_runs: Callable[..., int] = Late("xsrun.cli.watching", "watch_runs")
_step_line: Callable[..., str] = Late("xsrun.tracing.text", "step_line")
_step_json: Callable[..., dict[str, Any]] = Late("xsrun.tracing.text", "step_json")
_visible: Callable[[str], str] = Late("xsrun.render", "visible")
_curls: Callable[[list[StepRow]], list[str]] = Late("xsrun.engine.curl", "curls")
_again: Callable[..., Any] = Late("xsrun.cli.resume", "Again")
_prune_there: Callable[..., None] = Late("xsrun.cli.queueing", "prune")
_resume_there: Callable[..., int] = Late("xsrun.cli.queueing", "resume")
_cancel_there: Callable[..., int] = Late("xsrun.cli.queueing", "cancel")
_cancelled: Callable[..., int] = Late("xsrun.cli.ordering", "cancelled")

MOST: Final = 1_000_000_000
"""Runs that a journal is asked for."""
MOST_DAYS: Final = 1_000_000

app = typer.Typer(
    name="runs",
    help="What past runs did, and what to do with an unfinished one.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="A run id, the beginning of one, or `last`.", show_default=False)
]
InputOption = Annotated[
    list[str] | None, typer.Option("--input", "-i", metavar="K=V", help="A sensitive input, which is not kept.")
]


@app.command("list")
def list_runs(
    job: JobOption = None,
    state: Annotated[RunState | None, typer.Option("--state", help="Only runs in this state.")] = None,
    number: Annotated[int, typer.Option("--number", "-n", min=1, max=MOST, help="How many at most.")] = 20,
    engine: EngineOption = None,
    as_json: JsonOption = False,
) -> None:
    """List past runs, the newest first.

    --json: a list of {id, job, state, started_at, ended_at, exit, attempts, path}; times as ISO 8601 in UTC.

    Example: xsrun runs list --state unknown
    """
    with journals(Output(as_json), engine) as kept:
        found = newest(kept, Wanted(job=job or "", state=state or ""), number)
    if as_json:
        to_stdout(json.dumps([views.run_summary(run) for run in found], ensure_ascii=False) + "\n")
        return
    for run in found:
        to_stdout(f"{_run_line(run)}\n")
    if not found:
        sys.stderr.write("there is no such run\n")


@app.command("watch")
def watch(
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="A run id, the beginning of one, or `last`.", show_default=False),
    ] = None,
    job: JobOption = None,
    engine: EngineOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow a run while it goes on, or the newest of all.

    With RUN: a line for every request as it is sent and answered, until the run has ended; exits like it. Without:
    a line for every run that begins or ends, until Ctrl-C. On a terminal the lines are drawn anew.

    --json: a line of {run} for every change of a run, an object as in the list, and with RUN a line of {step}, an
    object as among the steps of runs show, for every change of a step.

    Examples:

      xsrun runs watch last

      xsrun runs watch --job "Disk Alert"
    """
    with journals(Output(as_json), engine) as kept:
        if run is None:
            raise typer.Exit(_watch_runs(kept, Wanted(job=job or ""), as_json))
        at, found = find(kept, run)
        raise typer.Exit(_watch_run(at, found.id, as_json))


@app.command("cancel")
def cancel(run: RunArgument, engine: EngineOption = None, as_json: MessagesOption = False) -> None:
    """Have a run stop where it is, within a second or so.

    One that waits does not begin. A write that is under way is waited for; what a run has sent stays done, and it can
    go on with runs resume.

    --json: nothing on stdout; messages as JSON lines on stderr.

    Example: xsrun runs cancel 01ngq41
    """
    output = Output(as_json)
    with journals(output, engine) as kept:
        (journal, url), found = find(kept, run)
        if url:
            raise typer.Exit(_cancel_there(url, found, output))
        raise typer.Exit(_cancelled(found, journal.cancel(found.id), output))


@app.command("show")
def show(
    run: RunArgument = history.LAST,
    html: Annotated[bool, typer.Option("--html", help="One page of HTML on stdout, complete in itself.")] = False,
    as_curl: Annotated[
        bool, typer.Option("--as-curl", help="The requests as curl commands; secrets are variables of the shell.")
    ] = False,
    as_test: Annotated[
        bool, typer.Option("--as-test", help="The change that makes a test of it: a test block and its mocks.")
    ] = False,
    engine: EngineOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a run did, and what came of it.

    It goes statement by statement and request by request.

    The statements are those of a new run out of the journal, which does nothing outside.

    --json: an object as in the list, and {options, input, result, error, report, steps: [{kind, title, site, policy,
    state, prepared_at, sent_at, answered_at, args, outcome}], statements}; report holds logs, times in seconds and
    pre_result, as far as there are any.

    Examples:

      xsrun runs show last

      xsrun runs show last --html > run.html
    """
    output = Output(as_json)
    with journals(output, engine) as kept:
        (journal, _), found = find(kept, run)
        steps = journal.steps(found.id)
        files = journal.files(found.source)
        told = [] if as_curl or as_test else _replayed(found, steps, files)
    details = views.run_details(found, steps)
    if as_test:
        to_stdout(_made_test(found, steps, files, output))
    elif as_curl:
        to_stdout("".join(f"{line}\n" for line in _curls(steps)))
    elif html:
        to_stdout(_page(details, told, files))
    elif as_json:
        details["statements"] = [_step_json(step, output.masker) for step in told]
        to_stdout(json.dumps(details, ensure_ascii=False) + "\n")
    else:
        lines = _shown(details, steps, [_step_line(step, output.masker) for step in told])
        to_stdout("".join(f"{_visible(line)}\n" for line in lines))


def _made_test(run: RunRow, steps: list[StepRow], files: Mapping[str, str], output: Output) -> str:
    try:
        return output.masker.text(_as_test(run, steps, files))
    except NoTest as none:
        help = "write the test by hand, see docs/testing.md"
        raise typer.Exit(output.complain("no-run", f"run {run.id} makes no test: {none}", help)) from None


def _shown(details: dict[str, Any], steps: list[StepRow], statements: list[str]) -> Iterator[str]:
    ended = "" if details["exit"] is None else f", exit {details['exit']}"
    yield f"run {details['id']}  {details['job']}  {details['state']}{ended}"
    yield f"  from {details['started_at']} to {details['ended_at'] or 'now'}, attempts: {details['attempts']}"
    yield f"  {details['path']}"
    for name in ("options", "input"):
        if details[name]:
            yield f"  {name}  {json.dumps(details[name], ensure_ascii=False)}"
    for step in steps:
        place = f"{step.strand}:{step.number}" if step.strand else str(step.number)
        yield f"  {place:>3}  {views.iso(step.prepared_at)}  {step.title}"
        yield f"       {step.state}: {views.outcome_line(step)}  ({step.site}, {step.policy})"
    yield from statements
    for name in ("result", "error"):
        if details[name] is not None:
            yield f"  {name}  {json.dumps(details[name], ensure_ascii=False)}"


@app.command("diff")
def diff(
    before: RunArgument, now: RunArgument = history.LAST, engine: EngineOption = None, as_json: JsonOption = False
) -> None:
    """Show in what two runs differ.

    Source, input, requests and answers, result.

    --json: an object {before, now, lines}: the ids of the runs, and the lines of a unified diff.

    Example: xsrun runs diff 01ngq41 last
    """
    with journals(Output(as_json), engine) as kept:
        found = [find(kept, named) for named in (before, now)]
        runs = [run for _, run in found]
        texts = [views.readable(views.run_details(run, at.journal.steps(run.id))) for at, run in found]
        lines = views.source_diff(*(at.journal.files(run.source) for at, run in found))
    lines += views.diff(texts[0], texts[1], runs[0].id, runs[1].id)
    if as_json:
        shown = {"before": runs[0].id, "now": runs[1].id, "lines": lines}
        to_stdout(json.dumps(shown, ensure_ascii=False) + "\n")
        return
    to_stdout("".join(f"{line}\n" for line in lines))


@app.command("resume")
def resume(
    run: RunArgument,
    as_it_was: Annotated[
        bool, typer.Option("--as-it-was", help="Go on with the source that the run began with.")
    ] = False,
    with_changes: Annotated[bool, typer.Option("--with-changes", help="Go on with the source as it is now.")] = False,
    env: EnvOption = None,
    env_file: EnvFileOption = None,
    given: InputOption = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No debug.log and no warnings.")] = False,
    engine: EngineOption = None,
    as_json: MessagesOption = False,
) -> None:
    """Go on with a run that was cut short.

    It begins after the last request that was answered, and exits like execute.

    Secrets come from the environment, as for execute. A run of a queue waits there for a worker once more.

    --json: the result on stdout as ever; messages as JSON lines on stderr.

    Example: xsrun runs resume last
    """
    output = Output(as_json, quiet)
    with journals(output, engine) as kept:
        (journal, url), found = find(kept, run)
        if url:
            raise typer.Exit(_resume_there(url, found.id, output))
        again = _again(env or [], env_file, given or [], as_it_was, with_changes)
        raise typer.Exit(_resume(journal, found, again, output))


@app.command("resolve")
def resolve(
    run: RunArgument,
    sent: Annotated[bool, typer.Option("--assume-sent", help="Take it that the request arrived.")] = False,
    lost: Annotated[bool, typer.Option("--assume-lost", help="Take it that it did not arrive.")] = False,
    arrived: Annotated[
        list[str] | None, typer.Option("--sent", metavar="STEP", help="Of several requests, one that arrived.")
    ] = None,
    gone: Annotated[
        list[str] | None, typer.Option("--lost", metavar="STEP", help="Of several requests, one that did not.")
    ] = None,
    env: EnvOption = None,
    env_file: EnvFileOption = None,
    given: InputOption = None,
    engine: EngineOption = None,
    as_json: MessagesOption = False,
) -> None:
    """Find out what became of requests that got no answer.

    It asks the provider by key, or takes your word for it. Where several are unclear, your word is about each of them.

    --json: nothing on stdout; messages as JSON lines on stderr, a `resolved` for each request.

    Examples:

      xsrun runs resolve last

      xsrun runs resolve last --sent 3 --lost 1.0
    """
    output = Output(as_json)
    each = dict.fromkeys(arrived or [], Verdict.SENT) | dict.fromkeys(gone or [], Verdict.LOST)
    if sent + lost + bool(each) > 1 or len(each) < len(arrived or []) + len(gone or []):
        help = "say one thing of a request, with --assume-sent, --assume-lost, or --sent and --lost for each of several"
        raise typer.Exit(output.complain("usage", "these options exclude each other", help))
    assumed = each or (Verdict.SENT if sent else Verdict.LOST if lost else None)
    with journals(output, engine) as kept:
        (journal, _), found = find(kept, run)
        again = _again(env or [], env_file, given or [], True, False)
        raise typer.Exit(_resolve(journal, found, again, assumed, output))


@app.command("prune")
def prune(
    days: Annotated[
        int, typer.Option("--older", min=0, max=MOST_DAYS, help="Forget runs that began so many days ago.")
    ] = (history.KEEP_DAYS),
    keep: Annotated[
        int, typer.Option("--keep", min=0, max=MOST, help="Keep so many runs at most.")
    ] = history.KEEP_RUNS,
    engine: EngineOption = None,
    as_json: JsonOption = False,
) -> None:
    """Forget old runs. What they did cannot be looked up any more, not by key either.

    What waits for somebody stays: a run that is unknown or given up until it is said what is to become of it, one that
    was cut short as long as it is not too old.

    --json: an object {forgotten}: how many.

    Example: xsrun runs prune --older 30 --keep 1000
    """
    output = Output(as_json)
    with journals(output, engine) as kept:
        gone = history.prune([each.journal for each in kept], time.time_ns() // 1_000_000, days, keep)
        for each in kept:
            if each.url:
                _prune_there(each.url, output)
    shown = json.dumps({"forgotten": gone}) if as_json else f"{gone} run{'' if gone == 1 else 's'} forgotten"
    to_stdout(f"{shown}\n")
