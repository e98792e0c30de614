"""The page as routes of a server."""

from __future__ import annotations

from starlette.routing import Route

from xsrun.server.page.answering import Answering
from xsrun.server.page.desk import Desk
from xsrun.server.page.jobs import Jobs
from xsrun.server.page.runs import Runs


def routes(desk: Desk) -> list[Route]:
    """All pages. Who may ask for them is the server's concern."""
    answering = Answering(desk)
    return [*Runs(answering).routes(), *Jobs(answering).routes()]
