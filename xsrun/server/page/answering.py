"""How requests for pages are answered: on threads, and forms only when they are ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from xsrun.engine.folder import Broken
from xsrun.engine.history import NoRun
from xsrun.markup import element
from xsrun.server.page.desk import Desk, Said
from xsrun.server.page.forms import Forms, Unwelcome
from xsrun.server.page.frame import shown
from xsrun.server.threads import Threads

AT_ONCE = 4
"""Pages that are made at the same time: queries of the service keep their threads."""

Answer = Callable[[Request], Awaitable[Response]]


class Answering:
    """What all pages of a server share."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.forms = Forms()
        self._threads = Threads(AT_ONCE)

    def on_thread(self, make: Callable[[Request], Response]) -> Answer:
        """Makes an answer on a thread; what is wrong with the journal or a name is an answer too."""

        def made(request: Request) -> Response:
            try:
                return make(request)
            except NoRun as none:
                return shown(request, "Not found", element("h1", "Not found"), element("p", str(none)), status=404)
            except Broken as broken:
                said = Said(f"The journal cannot be used: {broken}.", False)
                return shown(request, "The journal cannot be used", said=said, status=503)

        async def answer(request: Request) -> Response:
            return await self._threads.run(made, request)

        return answer

    def with_form(self, path: Callable[[Request], str], use: Callable[[Request, dict[str, str]], Response]) -> Answer:
        """Makes an answer out of the fields of a form that is posted to a path, if the form is ours."""

        async def answer(request: Request) -> Response:
            try:
                fields = await self.forms.read(request, path(request))
            except Unwelcome as unwelcome:
                said = Said(f"Nothing was done: {unwelcome}.", False)
                return shown(request, "Nothing was done", said=said, status=403)
            return await self.on_thread(lambda each: use(each, fields))(request)

        return answer
