"""The pages of jobs over HTTP: the list, and the form that starts one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xsrun.engine.history import NoRun
from xsrun.engine.orders import Refused
from xsrun.server.look import HEADERS
from xsrun.server.page.answering import Answering
from xsrun.server.page.desk import Offered, Said
from xsrun.server.page.forms import SEEN
from xsrun.server.page.frame import JOBS, shown
from xsrun.server.page.offers import INPUT, START, jobs_page, start_address, start_page
from xsrun.server.page.single import address, refusal


class Jobs:
    """The pages of jobs."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._desk = answering.desk

    def routes(self) -> Iterator[Route]:
        """Their addresses."""
        path = f"{START}/{{project}}/{{job:path}}"
        yield Route(JOBS, self._answering.on_thread(self.list))
        yield Route(path, self._answering.on_thread(self.form), methods=["GET"])
        yield Route(path, self._answering.with_form(_start_address, self._started), methods=["POST"])

    def list(self, request: Request) -> Response:
        """The jobs that may be started."""
        return shown(request, "Jobs", jobs_page(self._desk.jobs()))

    def form(self, request: Request) -> Response:
        """The form that starts a job."""
        offered = self._offer(request)
        return shown(request, offered.job, start_page(offered, self._answering.forms, {}))

    def _offer(self, request: Request) -> Offered:
        """The job that an address names. Raises NoRun."""
        project, job = request.path_params["project"], request.path_params["job"]
        for each in self._desk.jobs():
            if (each.project, each.job) == (project, job):
                return each
        raise NoRun(f"there is no job `{job}` in `{project}`")

    def _started(self, request: Request, fields: dict[str, str]) -> Response:
        offered, id = self._offer(request), fields[SEEN]
        with closing(self._desk.engine.journal()) as journal:
            known = journal.run(id) is not None
        if known:
            return refusal(request, id, "this form was sent before, and has a run")
        written = {name.removeprefix(INPUT): value for name, value in fields.items() if name.startswith(INPUT)}
        try:
            run = self._desk.start(offered, written, id)
        except Refused as refused:
            said = Said(f"Nothing was run: {refused.failure.message}.", False)
            page = start_page(offered, self._answering.forms, written)
            return shown(request, offered.job, page, said=said, status=409)
        return RedirectResponse(address(run), 303, HEADERS)


def _start_address(request: Request) -> str:
    return start_address(request.path_params["project"], request.path_params["job"])
