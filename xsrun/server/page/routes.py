"""The addresses of the page."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Final
from urllib.parse import urlencode

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xsrun.engine.finding import counts, jobs, search
from xsrun.engine.folder import Broken
from xsrun.engine.history import NoRun, find_run
from xsrun.engine.journal import Journal
from xsrun.engine.rows import UNFINISHED
from xsrun.markup import element
from xsrun.server.page.actions import ACTIONS, Action, stands
from xsrun.server.page.desk import Desk, Said
from xsrun.server.page.forms import SEEN, Forms, Unwelcome
from xsrun.server.page.frame import HEADERS, HOME, Live, shown
from xsrun.server.page.listing import ON_A_PAGE, Listed, list_page, query_of
from xsrun.server.page.retold import Retold
from xsrun.server.page.single import Looked, address, question, run_page

AT_ONCE: Final = 4
"""Pages that are made at the same time: queries of the service keep their threads."""


def routes(desk: Desk) -> list[Route]:
    """The page as routes of a server. Who may ask for them is the server's concern."""
    page = _Page(desk)
    found = [
        Route(HOME, page.on_thread(page.list)),
        Route(f"{HOME}/", page.on_thread(page.list)),
        Route(f"{HOME}/runs/{{run:path}}", page.on_thread(page.run)),
    ]
    for action in ACTIONS:
        path = f"{HOME}/{action.name}/{{run:path}}"
        found += [
            Route(path, page.on_thread(page.question(action)), methods=["GET"]),
            Route(path, page.posted(action), methods=["POST"]),
        ]
    return found


class _Page:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._forms = Forms()
        self._retold = Retold(desk.statements)
        self._limiter = CapacityLimiter(AT_ONCE)

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
                return _refusal(request, looked.run.id, reason)
            return shown(request, f"{action.title}: {looked.run.job}", question(looked, action, self._forms))

        return ask

    def _look(self, request: Request) -> Looked:
        """The run that an address names. Raises NoRun and Broken."""
        with closing(self._desk.engine.journal()) as journal:
            return _looked(journal, request.path_params["run"])

    # ------------------------------------------------------------ doing

    def posted(self, action: Action) -> Callable[[Request], Awaitable[Response]]:
        """Does what a form asks for."""

        async def answer(request: Request) -> Response:
            try:
                fields = await self._forms.read(request, address(request.path_params["run"], action.name))
            except Unwelcome as unwelcome:
                return shown(
                    request, "Nothing was done", said=Said(f"Nothing was done: {unwelcome}.", False), status=403
                )
            return await self.on_thread(lambda each: self._done(action, each, fields))(request)

        return answer

    def _done(self, action: Action, request: Request, fields: dict[str, str]) -> Response:
        looked = self._look(request)
        if fields[SEEN] != stands(looked.run):
            return _refusal(
                request, looked.run.id, f"something happened to the run meanwhile: it is {looked.run.state}"
            )
        reason = action.refused(looked.run, looked.steps)
        if reason:
            return _refusal(request, looked.run.id, reason)
        said = self._forms.keep(action.do(self._desk, looked.run, fields))
        return RedirectResponse(f"{address(looked.run.id)}?{urlencode({'said': said})}", 303, HEADERS)

    # ------------------------------------------------------------ threads

    def on_thread(self, make: Callable[[Request], Response]) -> Callable[[Request], Awaitable[Response]]:
        """Makes an answer on a thread; what is wrong with the journal or a name is an answer too."""

        def made(request: Request) -> Response:
            try:
                return make(request)
            except NoRun as none:
                return shown(request, "No such run", element("h1", "No such run"), element("p", str(none)), status=404)
            except Broken as broken:
                said = Said(f"The journal cannot be used: {broken}.", False)
                return shown(request, "The journal cannot be used", said=said, status=503)

        async def answer(request: Request) -> Response:
            return await to_thread.run_sync(made, request, limiter=self._limiter)

        return answer


def _looked(journal: Journal, named: str) -> Looked:
    run = find_run(journal, named)
    return Looked(run, journal.steps(run.id), journal.files(run.source))


def _refusal(request: Request, run: str, reason: str) -> Response:
    back = element("p", element("a", "To the run", href=address(run)))
    return shown(request, "Nothing was done", back, said=Said(f"Nothing was done: {reason}.", False), status=409)
