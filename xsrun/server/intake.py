"""How much a server takes in at once: the bodies of all requests under way have one bound."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TOGETHER: Final = 64_000_000
"""Bytes that all bodies may take together, where the largest one is no large part of that."""
SHARES: Final = 4
"""How many of the largest bodies there is room for in any case."""
FREE: Final = 64_000
"""Bytes of each body that need no room: else a few large ones that come drop by drop would keep all others waiting.
Connections are numbered, and so are these bytes together."""
LONGEST: Final = 10.0
"""Seconds that a body waits for room, unread."""
BUSY: Final = 503
AGAIN: Final = "2"
"""Seconds after which somebody who finds no room may try again."""


class Intake:
    """ASGI middleware that has a body wait for room, and refuses it after a while: reading it raises HTTPException.

    A large body has the room that its length needs from when it is first read until its request is answered; one that
    does not say its length takes room as it comes. ``largest`` are the bytes of the largest one.
    """

    def __init__(self, app: ASGIApp, largest: int) -> None:
        self._app = app
        self._most = max(TOGETHER, SHARES * largest)
        self._largest = largest
        self._held = 0
        self._freed = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        held = taken = 0

        async def counted() -> Message:
            nonlocal held, taken
            if not held:
                held = await self._room(self._announced(scope) - FREE, receive)
            message = await receive()
            taken += len(message.get("body", b""))
            held += await self._room(taken - FREE - held, receive, more=message.get("more_body", False))
            return message

        try:
            await self._app(scope, counted, send)
        finally:
            self._held -= held
            self._freed.set()

    def _announced(self, scope: Scope) -> int:
        """The bytes that a body says it has, no more than are read of one."""
        return min(int(Request(scope).headers.get("content-length", 0)), 2 * self._largest)

    async def _room(self, size: int, receive: Receive, more: bool = True) -> int:
        """Take room, and say how much that is: none for a ``size`` below 0. Raises HTTPException where there is none.

        ``more`` says whether something of the body is still to come.
        """
        if size <= 0:
            return 0
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST):
                while self._held + size > self._most:
                    self._freed.clear()
                    await self._freed.wait()
        if self._held + size > self._most:
            if more:
                await self._drop(receive)
            raise HTTPException(BUSY, "The server is busy with other requests.", {"Retry-After": AGAIN})
        self._held += size
        return size

    async def _drop(self, receive: Receive) -> None:
        """Take in the rest of a body and forget it: who is still sending would not see an answer."""
        left, more = self._most, True
        while more and left > 0:
            message = await receive()
            left -= len(message.get("body", b""))
            more = message.get("more_body", False)
