"""What goes wrong around a request, as an answer in the form of all errors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xsrun.diagnostics import ERROR_KINDS, STANDARD, Fault
from xsrun.runtime.answering import Answered, failed, unknown

NOT_FOUND: Final = 404


class Mishaps:
    """ASGI middleware that answers where the application raises.

    ``broken`` is told each fault of ours; the client learns only that there was one.
    """

    def __init__(self, app: ASGIApp, broken: Callable[[Exception], object]) -> None:
        self._app = app
        self._broken = broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let the application do it."""
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except ClientDisconnect:
            return
        except ConnectionAbortedError:  # an answer that cannot be completed: the client sees it break off
            raise
        except HTTPException as refused:
            response = _refused(refused)
        except Exception as bug:  # the top of a request: a fault of ours becomes a report, and the server goes on
            self._broken(bug)
            response = response_of(failed(Fault("internal", "The server broke.", kind=STANDARD)))
        else:
            return
        if begun:
            raise ConnectionAbortedError("an answer that has begun cannot be taken back")
        await response(scope, receive, send)


def _refused(refused: HTTPException) -> Response:
    if refused.status_code == NOT_FOUND:
        return response_of(unknown())
    answered = failed(Fault("badrequest", refused.detail, kind=ERROR_KINDS["badrequest"]))
    kept: dict[str, Any] = dict(refused.headers or {})
    return response_of(answered._replace(status=refused.status_code, headers=(*answered.headers, *kept.items())))


def response_of(answered: Answered) -> Response:
    """An answer as Starlette sends it."""
    return with_headers(Response(answered.body, answered.status), answered.headers)


def with_headers(response: Response, headers: Iterable[tuple[str, str]]) -> Response:
    """The response with further headers; a name may come twice."""
    response.raw_headers += [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return response
