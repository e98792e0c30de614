"""What the page of ``xsrun serve`` is given: an engine, and what this command line knows to do with runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import partial
from typing import Any, Final

from xsrun.cli.inputs import read_inputs
from xsrun.cli.ordering import refusing
from xsrun.cli.output import Output
from xsrun.cli.resume import THEN, Again, resolve
from xsrun.cli.tracing import replayed
from xsrun.diagnostics import Exit
from xsrun.effects.recording import Exchange
from xsrun.engine.history import find_run
from xsrun.engine.orders import Engine, Order
from xsrun.engine.resolving import Verdict
from xsrun.program import JOB
from xsrun.runtime.job import Failure, main_routine
from xsrun.server.page.desk import Desk, Offered, Said
from xsrun.server.page.offers import is_structured
from xsrun.server.service import Served, Services

RETOLD_SECONDS: Final = 5.0
"""How long the statements of a run may take to be told while others ask for answers."""


def desk(engine: Engine, served: Served, env: list[str], env_file: str | None) -> Desk:
    """The desk of a page over the runs of an engine, and jobs of what is served; variables are for asking providers."""

    def resolved(run: str, words: Mapping[str, Verdict]) -> Said:
        heard = _Heard()
        with closing(engine.journal()) as journal:
            kept = find_run(journal, run)
            exit = resolve(journal, kept, Again(env, env_file, [], True, False), words, heard)
            then = THEN.get(find_run(journal, run).state, "") if exit == Exit.DONE else ""
        return Said(" ".join([*heard.sentences, then and f"{then[:1].upper()}{then[1:]}."]), exit == Exit.DONE)

    def started(offered: Offered, written: Mapping[str, str], id: str) -> str:
        with refusing():
            pairs = [
                f"{field.name}{':=' if is_structured(field) else '='}{written[field.name]}"
                for field in offered.fields
                if written.get(field.name)
            ]
            given = read_inputs(pairs, None, offered.fields)
        return engine.submit(Order(offered.folder, offered.job, given, id=id))

    return Desk(
        engine, partial(replayed, seconds=RETOLD_SECONDS), resolved, lambda: list(_offered(served.now)), started
    )


def _offered(services: Services) -> Iterator[Offered]:
    """The jobs of projects."""
    for service in services.named.values():
        program = service.loaded.program
        for job in program.jobs.values():
            if job.kind == JOB and job.main is not None:
                fields = main_routine(program, job.main).fields
                yield Offered(service.name, service.folder, job.name, job.description, fields, job.main.input, job.env)


class _Heard(Output):
    """Keeps what is said about requests as sentences, and writes nothing."""

    def __init__(self) -> None:
        super().__init__(as_json=True, quiet=True)
        self.sentences: list[str] = []

    def line(self, message: Any) -> None:
        """What became of a request."""
        if isinstance(message, dict) and message["type"] == "resolved":
            self.sentences.append(f"{message['title']}: {message['verdict']}, {message['reason']}.")

    def failure(self, failure: Failure, exchanges: Iterable[Exchange] = ()) -> None:
        """Why nothing came of it."""
        help = "Look there yourself, then choose Assume sent or lost."
        if failure.exit != Exit.UNKNOWN_OUTCOME:
            help = f"What helps: {failure.help}." if failure.help else ""
        self.sentences.append(self.masker.text(f"{failure.message[:1].upper()}{failure.message[1:]}. {help}".strip()))
