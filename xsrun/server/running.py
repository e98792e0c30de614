"""A server on a socket until somebody asks it to end."""

from __future__ import annotations

import asyncio
import logging
import math
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from xsrun.server.patience import PATIENCE, Crowd, Patience, PatientProtocol

MOST_CONNECTIONS: Final = 500
"""Connections at the same time; what is asked on a further one gets 503."""
KEEP_ALIVE: Final = 5
"""Seconds that a connection is kept for a further request."""

TURNS: Final = 5
"""Of the loop until a connection that is taken is known; asyncio needs three."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one. Raises OSError.

    Small answers leave at once: else the second piece of one would wait 40 ms for the client to confirm the first.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    address = socket.create_server((host, port), family=family)
    address.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return address


class Server:
    """Answers requests on a socket that listens, in the thread that calls ``run``, until ``stop``.

    ``patience`` are the seconds that a client may send nothing in the middle of a request.
    """

    def __init__(self, application: ASGIApp, patience: float = PATIENCE, connections: int = MOST_CONNECTIONS) -> None:
        protocol: Any = partial(PatientProtocol, seconds=patience, connections=connections)
        self._server = _Server(
            uvicorn.Config(
                Crowd(Patience(application, patience), connections, self._connections),
                http=protocol,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                ws="none",
                timeout_keep_alive=math.ceil(min(KEEP_ALIVE, patience)),
            )
        )
        # What clients do wrong is told to them, and not to whoever reads stderr.
        logging.getLogger("uvicorn.error").addHandler(logging.NullHandler())

    def _connections(self) -> int:
        return len(self._server.server_state.connections)

    def run(self, address: socket.socket) -> None:
        """Answer until somebody asks to stop, and to the end what was asked before."""
        self._server.run(sockets=[address])

    def stop(self) -> None:
        """Have it end when the requests under way are answered. A signal handler may call it."""
        self._server.should_exit = True


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs the server."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End as ever; that looks once who is connected, and waits for whoever it has not seen."""
        for each in self.servers:
            each.close()
        for _ in range(TURNS):
            await asyncio.sleep(0)
        await super().shutdown(sockets)
