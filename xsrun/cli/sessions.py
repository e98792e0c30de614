"""``xsrun run sessions`` and ``run sink``: the runs of this machine as the platform's client shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from typing import Annotated, Any, Final

import typer

from xsrun.cli import summary
from xsrun.cli.arguments import FormOption, JsonOption
from xsrun.cli.journals import Kept, find, journals, newest
from xsrun.cli.options import BadOption
from xsrun.cli.output import Output, show_in
from xsrun.cli.resume import Again, resume
from xsrun.diagnostics import Fault
from xsrun.engine.finding import Wanted
from xsrun.engine.journal import Journal
from xsrun.engine.rows import RunRow
from xsrun.late import Late
from xsrun.server.runapi import shapes

_sink: Callable[..., dict[str, Any]] = Late("xsrun.cli.sinks", "sink")
_queues: Callable[..., Any] = Late("xsrun.engine.scale.queues", "Queues")

MOST_SESSIONS: Final = 20

ForceOption = Annotated[bool, typer.Option("--force", "-f", help="Do it: nobody is asked.")]
SessionArgument = Annotated[
    str, typer.Argument(metavar="ID", help="A session: a run id, the beginning of one, or `last`.", show_default=False)
]

sessions = typer.Typer(name="sessions", help="Runs as sessions.", no_args_is_help=True, rich_markup_mode=None)
sink = typer.Typer(name="sink", help="What a session leaves behind.", no_args_is_help=True, rich_markup_mode=None)


def _told(journal: Journal, row: RunRow) -> shapes.Told:
    return shapes.Told(row, shapes.joined(journal.files(row.source)))


@sessions.command("list")
def list_sessions(form: FormOption = None, as_json: JsonOption = False) -> None:
    """List the newest sessions.

    --json: a list of sessions as GET /api:run/session/ID of xsrun serve gives them.

    Example: xsrun run sessions list
    """
    with journals(Output(as_json), None) as kept:
        rows = newest(kept, Wanted(), MOST_SESSIONS)
        found = [shapes.session_shape(_told(find(kept, row.id)[0].journal, row)) for row in rows]
    show_in(found, form, as_json, summary.of_sessions)


@sessions.command("get")
def get_session(session: SessionArgument, form: FormOption = None, as_json: JsonOption = False) -> None:
    """Show a session.

    --json: a session as GET /api:run/session/ID of xsrun serve gives it.

    Example: xsrun run sessions get last
    """
    with journals(Output(as_json), None) as kept:
        there, row = find(kept, session)
        found = shapes.detail_shape(_told(there.journal, row))
    show_in(found, form, as_json, summary.of_session)


@sessions.command("stop")
def stop_session(session: SessionArgument, form: FormOption = None, as_json: JsonOption = False) -> None:
    """Have a session end where it is, within a second or so.

    --json: the session as it is then.

    Example: xsrun run sessions stop last
    """
    output = Output(as_json)
    with journals(output, None) as kept:
        there, row = find(kept, session)
        if not _cancel(there, row.id):
            message = f"the session {row.id} has ended: it cannot be stopped"
            raise typer.Exit(output.complain("no-run", message, "look with xsrun run sessions list"))
        now = there.journal.run(row.id) or row
        found = shapes.session_shape(_told(there.journal, now))
    show_in(found, form, as_json, lambda each: _done("stopped", each))


def _cancel(kept: Kept, run: str) -> bool:
    if not kept.url:
        return kept.journal.cancel(run)
    with closing(_queues(kept.url)) as queues:
        cancelled: bool = queues.cancel(run)
    return cancelled


def _done(what: str, session: Mapping[str, Any]) -> str:
    return f"Session {what} successfully!\n  ID: {session['id']}\n  State: {session['state']}\n"


@sessions.command("start")
def start_session(session: SessionArgument, as_json: JsonOption = False) -> None:
    """Have a session go on that was stopped or cut short, as xsrun runs resume does.

    --json: its result, as execute.

    Example: xsrun run sessions start last
    """
    output = Output(as_json)
    with journals(output, None) as kept:
        there, row = find(kept, session)
        if there.url:
            help = f"xsrun runs resume {row.named}"
            raise typer.Exit(output.complain("no-run", f"the session {row.id} is one of a queue", help))
        raise typer.Exit(resume(there.journal, row, Again([], None, [], True, False), output))


@sessions.command("delete")
def delete_session(session: SessionArgument, force: ForceOption = False, as_json: JsonOption = False) -> None:
    """Forget a session that has ended, with all that is known of it.

    --json: {"deleted": id}

    Example: xsrun run sessions delete last --force
    """
    output = Output(as_json)
    with journals(output, None) as kept:
        there, row = find(kept, session)
        if not force:
            help = f"xsrun run sessions delete {row.id} --force"
            raise typer.Exit(output.complain("usage", f"what is known of session {row.id} would be lost", help))
        if not there.journal.forget(row.id):
            help = f"xsrun run sessions stop {row.id}"
            raise typer.Exit(output.complain("no-run", f"the session {row.id} is under way", help))
        if there.url:
            with closing(_queues(there.url)) as queues:
                queues.forget()
    show_in({"deleted": row.id}, None, as_json, lambda _: f"Session deleted successfully!\n  ID: {row.id}\n")


@sink.command("get")
def get_sink(session: SessionArgument, form: FormOption = None, as_json: JsonOption = False) -> None:
    """Show the tables of a session as they are now, and its log.

    --json: {tables: [{guid, name, columns, content}], logs}

    Example: xsrun run sink get last -o json
    """
    output = Output(as_json)
    with journals(output, None) as kept:
        there, row = find(kept, session)
        steps = there.journal.steps(row.id)
    try:
        found = _sink(row, steps)
    except (Fault, BadOption) as fault:
        raise typer.Exit(output.complain("usage", fault.message, fault.help)) from None
    show_in(found, form, as_json, summary.of_sink)
