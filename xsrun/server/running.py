"""A service on a socket until somebody asks it to end."""

from __future__ import annotations

import socket

import uvicorn
from starlette.types import ASGIApp


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one. Raises OSError.

    Small answers leave at once: else the second piece of one would wait 40 ms for the client to confirm the first.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    address = socket.create_server((host, port), family=family)
    address.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return address


def serve(application: ASGIApp, address: socket.socket) -> None:
    """Answer requests on a socket that listens, until SIGINT or SIGTERM; a second signal ends requests under way."""
    config = uvicorn.Config(
        application, log_config=None, access_log=False, lifespan="off", server_header=False, ws="none"
    )
    uvicorn.Server(config).run(sockets=[address])
