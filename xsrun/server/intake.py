"""How much a server takes in at once: the bodies of all requests under way have one bound."""

from __future__ import annotations

from typing import Final

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOGETHER: Final = 64_000_000
"""Bytes that all bodies may take together, where the largest one is no large part of that."""
SHARES: Final = 4
"""How many of the largest bodies there is room for in any case."""
BUSY: Final = 503
AGAIN: Final = "2"
"""Seconds after which somebody who finds no room may try again."""


class Intake:
    """ASGI middleware that refuses a body for which there is no room: reading it raises HTTPException.

    A body counts from when it arrives until its request is answered. ``largest`` are the bytes of the largest one.
    """

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self._app = app
        self._most = max(TOGETHER, SHARES * largest)
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer a request."""
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            size = len(message.get("body", b""))
            if self._held + size > self._most:
                await self._drop(message, receive)
                raise HTTPException(BUSY, "The server is busy with other requests.", {"Retry-After": AGAIN})
            taken += size
            self._held += size
            return message

        try:
            await self._app(scope, counted, send)
        finally:
            self._held -= taken

    async def _drop(self, message: Message, receive: Receive) -> None:
        """Take in the rest of a body and forget it: who is still sending would not see an answer."""
        left = self._most
        while message.get("more_body", False) and left > 0:
            message = await receive()
            left -= len(message.get("body", b""))
