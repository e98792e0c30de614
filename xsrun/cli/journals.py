"""The journals that commands look into: that of this machine, and that of an engine of many."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Annotated, Final, NamedTuple

import typer

from xsrun.cli.options import BadOption
from xsrun.cli.output import Output
from xsrun.diagnostics import Diagnostic, Exit, Fault
from xsrun.engine import history
from xsrun.engine.finding import Wanted, search
from xsrun.engine.folder import Broken, EngineBroken
from xsrun.engine.journal import Journal
from xsrun.engine.rows import RunRow
from xsrun.exchange.passwords import passwords_of
from xsrun.late import Late
from xsrun.runtime.job import Failure

_journal_at: Callable[..., Journal] = Late("xsrun.engine.scale.store", "journal_at")

ENGINE: Final = "XSRUN_ENGINE"
"""The variable that holds the address of the database of queues."""
STATE_HELP: Final = "mend that, or name another folder: XDG_STATE_HOME=FOLDER"
ENGINE_HELP: Final = "see that the server runs, and that the address is right"
ENGINE_HELPS: Final = (
    (r"password|no pg_hba\.conf entry", "have the server let you in: postgresql://USER@HOST/NAME, with PGPASSWORD set"),
    (r'role "(.+)" does not exist', "name another user, postgresql://USER@HOST/NAME, or make it: createuser {}"),
    (r'database "(.+)" does not exist', "name another one, postgresql://HOST/NAME, or make it: createdb {}"),
    (r"permission denied for database (\S+)", "have its owner say GRANT CREATE ON DATABASE {} TO its user"),
    (
        r"permission denied for",
        "have the owner of the schemas xsrun and dbos say GRANT ALL ON SCHEMA xsrun, dbos TO the user,"
        " and GRANT ALL ON ALL TABLES IN SCHEMA xsrun, dbos",
    ),
    (r"another version of xsrun", "run the same xsrun everywhere, or name another database"),
    (r"too many (clients|connections)|connection slots", "raise max_connections of the server, or run fewer workers"),
)
"""What is to be done about what a server says, by patterns: who cannot connect is told no code."""

EngineOption = Annotated[
    str | None,
    typer.Option("--engine", metavar="URL", help="The runs of queues too: postgresql://…, or set XSRUN_ENGINE."),
]


def engine_url(given: str | None) -> str:
    """The address of the database of queues. Raises BadOption."""
    url = given or os.environ.get(ENGINE, "")
    if not url:
        raise BadOption("no engine is named", f"write --engine postgresql://HOST/NAME, or set {ENGINE}")
    return url


def engine_help(reason: str) -> str:
    """What is to be done about an engine that cannot be used for a reason."""
    for pattern, help in ENGINE_HELPS:
        if found := re.search(pattern, reason):
            return help.format(*found.groups())
    return ENGINE_HELP


def help_for(broken: Broken) -> str:
    """What is to be done about a journal that cannot be used, of this machine or of many."""
    return engine_help(str(broken)) if isinstance(broken, EngineBroken) else STATE_HELP


def engine_failure(broken: Broken) -> Failure:
    """Why an engine cannot be used."""
    return Failure("journal", f"the engine cannot be used: {broken}", Exit.FAILED, engine_help(str(broken)))


def engine_broken(broken: Broken, output: Output) -> int:
    """Say why an engine cannot be used. Gives back the exit code."""
    failure = engine_failure(broken)
    output.failure(failure)
    return failure.exit


class Kept(NamedTuple):
    """A journal, and where it is."""

    journal: Journal
    url: str
    """The address of an engine, ``""`` for this machine."""

    def refresh(self) -> None:
        """Have it know what other processes did since. Raises Broken."""
        if not self.url:  # Workers find out themselves who of them is gone.
            history.refresh(self.journal)


@contextmanager
def journals(output: Output, engine: str | None) -> Iterator[list[Kept]]:
    """The journals for one command, which ends when there is something wrong with them or with a run's name."""
    try:
        with ExitStack() as opened:
            here = opened.enter_context(closing(history.open_history()))
            there = _engine(output, engine)
            yield [Kept(here, ""), *([Kept(opened.enter_context(closing(there[0])), there[1])] if there else [])]
    except Broken as broken:
        message = f"the journal cannot be used: {broken}"
        raise typer.Exit(output.complain("journal", message, help_for(broken), Exit.FAILED)) from None
    except history.NoRun as none:
        raise typer.Exit(output.complain("no-run", str(none), "look with xsrun runs list")) from None


def _engine(output: Output, given: str | None) -> tuple[Journal, str] | None:
    """The journal of the engine that is named; a variable alone keeps no command from what is here."""
    if not (url := given or os.environ.get(ENGINE, "")):
        return None
    output.masker.add(passwords_of(url), "engine")
    try:
        return _journal_at(url), url
    except Fault as missing:
        raise typer.Exit(output.complain(missing.code, missing.message, missing.help)) from None
    except Broken as broken:
        if given:
            raise typer.Exit(engine_broken(broken, output)) from None
        failure = engine_failure(broken)
        output.diagnostics([Diagnostic(failure.code, failure.message, severity="warning", help=failure.help)])
        return None


def find(kept: list[Kept], named: str) -> tuple[Kept, RunRow]:
    """The run that is meant, and where it is kept. Raises NoRun and Broken."""
    found = [(each, run) for each in kept for run in history.named_so(each.journal, named)]
    chosen = history.meant(named, [run for _, run in found])
    return next(each for each in found if each[1] is chosen)


def newest(kept: Iterable[Kept], wanted: Wanted, number: int) -> list[RunRow]:
    """The newest runs of all journals that are looked for, the newest first. Raises Broken."""
    found = [run for each in kept for run in search(each.journal, wanted, number)]
    return sorted(found, key=lambda run: (run.started_at, run.id), reverse=True)[:number]
