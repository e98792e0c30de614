"""The pages of runs over HTTP: the list, one of them, and what is done with it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xsrun.engine.finding import counts, jobs, search
from xsrun.engine.history import find_run
from xsrun.engine.journal import Journal
from xsrun.engine.rows import UNFINISHED
from xsrun.server.look import HEADERS
from xsrun.server.page.actions import ACTIONS, Action, stands
from xsrun.server.page.answering import Answer, Answering
from xsrun.server.page.forms import SEEN
from xsrun.server.page.frame import HOME, Live, shown
from xsrun.server.page.listing import ON_A_PAGE, Listed, list_page, query_of
from xsrun.server.page.retold import Retold
from xsrun.server.page.single import Looked, address, question, refusal, run_page


class Runs:
    """The pages of runs."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._desk = answering.desk
        self._forms = answering.forms
        self._retold = Retold(answering.desk.statements)

    def routes(self) -> Iterator[Route]:
        """Their addresses."""
        on_thread = self._answering.on_thread
        for home in (HOME, f"{HOME}/"):
            yield Route(home, on_thread(self.list))
        yield Route(f"{HOME}/runs/{{run:path}}", on_thread(self.run))
        for action in ACTIONS:
            path = f"{HOME}/{action.name}/{{run:path}}"
            yield Route(path, on_thread(self.question(action)), methods=["GET"])
            yield Route(path, self.posted(action), methods=["POST"])

    # ------------------------------------------------------------ reading

    def list(self, request: Request) -> Response:
        """The runs that are asked for."""
        query, now = query_of(request.query_params), time.time_ns() // 1_000_000
        wanted = query.wanted(now)
        with closing(self._desk.engine.journal()) as journal:
            runs = search(journal, wanted, ON_A_PAGE, (query.number - 1) * ON_A_PAGE)
            listed = Listed(runs, counts(journal, wanted), jobs(journal), now)
        live = Live(bool(query.live), query.at(live="" if query.live else "1"))
        return shown(request, "Runs", list_page(query, listed), said=self._forms.said(request.query_params), live=live)

    def run(self, request: Request) -> Response:
        """One run."""
        looked = self._look(request)
        statements = self._retold.statements(looked.run, looked.steps, looked.files)
        here, live = address(looked.run.id), None
        if looked.run.state in UNFINISHED:
            stopped = request.query_params.get("live") == "0"
            live = Live(not stopped, here if stopped else f"{here}?live=0")
        said = self._forms.said(request.query_params)
        return shown(
            request, f"{looked.run.job}, run {looked.run.id}", run_page(looked, statements), said=said, live=live
        )

    def question(self, action: Action) -> Callable[[Request], Response]:
        """Asks whether an action is wanted."""

        def ask(request: Request) -> Response:
            looked = self._look(request)
            reason = action.refused(looked.run, looked.steps)
            if reason:
                return refusal(request, looked.run.id, reason)
            return shown(request, f"{action.title}: {looked.run.job}", question(looked, action, self._forms))

        return ask

    def _look(self, request: Request) -> Looked:
        """The run that an address names. Raises NoRun and Broken."""
        with closing(self._desk.engine.journal()) as journal:
            return _looked(journal, request.path_params["run"])

    # ------------------------------------------------------------ doing

    def posted(self, action: Action) -> Answer:
        """Does what a form asks for."""

        def path(request: Request) -> str:
            return address(request.path_params["run"], action.name)

        return self._answering.with_form(path, partial(self._done, action))

    def _done(self, action: Action, request: Request, fields: dict[str, str]) -> Response:
        looked = self._look(request)
        if fields[SEEN] != stands(looked.run):
            return refusal(request, looked.run.id, f"something happened to the run meanwhile: it is {looked.run.state}")
        reason = action.refused(looked.run, looked.steps)
        if reason:
            return refusal(request, looked.run.id, reason)
        said = self._forms.keep(action.do(self._desk, looked.run, fields))
        return RedirectResponse(f"{address(looked.run.id)}?{urlencode({'said': said})}", 303, HEADERS)


def _looked(journal: Journal, named: str) -> Looked:
    run = find_run(journal, named)
    return Looked(run, journal.steps(run.id), journal.files(run.source))
