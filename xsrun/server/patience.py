"""How long a server waits for a client: nobody keeps it waiting by sending nothing, or by taking nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import h11
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from xsrun.diagnostics import ERROR_KINDS, Fault
from xsrun.engine import observing
from xsrun.runtime.answering import failed
from xsrun.server.intake import AGAIN, BUSY
from xsrun.server.mishaps import response_of

PATIENCE: Final = 30.0
"""Seconds within which the head of a request is to be complete, and after that each next piece of its body."""
WHOLE: Final = 10
"""How many times as long a whole body may take."""
SPARE: Final = 100
"""Connections beyond the limit that are told so; on further ones is hung up."""
TOO_SLOW: Final = 408


class Patience:
    """ASGI middleware that gives up on bodies of which nothing comes: reading one raises HTTPException."""

    def __init__(self, app: ASGIApp, seconds: float = PATIENCE) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer a request."""
        complete = False
        loop = asyncio.get_running_loop()
        end = loop.time() + WHOLE * self._seconds

        async def patient() -> Message:
            nonlocal complete
            if complete:  # what is waited for now is the end of the connection
                return await receive()
            try:
                async with asyncio.timeout_at(min(loop.time() + self._seconds, end)):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(TOO_SLOW, "The request comes too slowly.", {"Connection": "close"}) from None
            complete = not message.get("more_body", False)
            return message

        await self._app(scope, patient, send)


class Crowd:
    """ASGI middleware that answers nobody beyond a number of ``connections``, which ``count`` counts."""

    def __init__(self, app: ASGIApp, connections: int, count: Callable[[], int]) -> None:
        self._app = app
        self._most = connections
        self._count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer a request, or say that there are too many."""
        if self._count() < self._most:
            await self._app(scope, receive, send)
            return
        if observing.observer is not None:
            observing.observer.refused(scope["method"], "", BUSY, 0)
        said = failed(Fault("toomanyrequests", "There are too many connections.", kind=ERROR_KINDS["toomanyrequests"]))
        headers = (*said.headers, ("Retry-After", AGAIN), ("Connection", "close"))
        await response_of(said._replace(status=BUSY, headers=headers))(scope, receive, send)


class PatientProtocol(H11Protocol):
    """HTTP that gives up on requests whose head does not come, and on answers that nobody takes.

    What is no request is answered in the form of all errors.
    """

    def __init__(self, *arguments: Any, seconds: float, connections: int, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._seconds = seconds
        self._most = connections
        self._given_up: asyncio.TimerHandle | None = None
        self._untaken: asyncio.TimerHandle | None = None
        self._rest: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection."""
        super().connection_made(transport)
        if len(self.connections) > self._most + SPARE:
            transport.abort()
        else:
            self._wait()

    def data_received(self, data: bytes) -> None:
        """Take bytes: the rest of a head is waited for only so long."""
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._wait_no_longer()
        elif self._given_up is None:
            self._wait()

    def on_response_complete(self) -> None:
        """Go on to the next request; the rest of a body that nobody has read is taken in only so long."""
        super().on_response_complete()
        if self.conn.their_state is h11.SEND_BODY:
            self._rest = self.loop.call_later(self._seconds, self._end_of, self.cycle)

    def _end_of(self, cycle: object) -> None:
        if self.cycle is cycle and self.conn.their_state is h11.SEND_BODY:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        self._wait_no_longer()
        self._is_taken()
        if self._rest is not None:
            self._rest.cancel()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Have a part of an answer wait for the client: some of it is to be taken now and then."""
        super().pause_writing()
        self._look_again(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """Go on with an answer."""
        self._is_taken()
        super().resume_writing()

    def _look_again(self, left: int) -> None:
        self._untaken = self.loop.call_later(self._seconds, self._look, left)

    def _look(self, before: int) -> None:
        """Hang up on a client that has taken nothing since ``before`` bytes were left."""
        left = self.transport.get_write_buffer_size()
        if left < before:
            self._look_again(left)
        else:
            self.transport.abort()

    def _is_taken(self) -> None:
        if self._untaken is not None:
            self._untaken.cancel()
            self._untaken = None

    def send_400_response(self, msg: str) -> None:
        """Answer what is no request, where an answer can still be sent, and hang up."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            answered = failed(Fault("badrequest", msg, kind=ERROR_KINDS["badrequest"]))
            head = [*answered.headers, ("Content-Length", str(len(answered.body))), ("Connection", "close")]
            for event in (h11.Response(status_code=400, headers=head), h11.Data(answered.body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
            if observing.observer is not None:
                observing.observer.refused("", "", 400, 0)
        self.transport.close()

    def _wait(self) -> None:
        self._given_up = self.loop.call_later(self._seconds, self.transport.close)

    def _wait_no_longer(self) -> None:
        if self._given_up is not None:
            self._given_up.cancel()
            self._given_up = None
