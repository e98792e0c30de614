"""Requests that are answered before a query runs are told to whoever watches the process."""

from __future__ import annotations

import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xsrun.engine import observing

ROUTE: Final = "xsrun.route"
"""Is the query that is meant, in the scope of a request, once that is known."""
WATCHED: Final = "xsrun.watched"
"""Is true in the scope of a request whose query runs: that tells of itself."""
LOWEST: Final = 400
"""The lowest status of what is refused."""


class Counting:
    """ASGI middleware that tells of what is refused."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer a request."""
        observer = observing.observer
        if observer is None or scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = 0, time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            if status >= LOWEST and WATCHED not in scope:
                observer.refused(scope["method"], scope.get(ROUTE, ""), status, time.perf_counter() - began)
